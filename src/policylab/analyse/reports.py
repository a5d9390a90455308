"""One row per report: what it is, where it came from, and whether its text agrees with its label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from policylab.analyse.coverage import Outline, outline_report
from policylab.analyse.duplicates import hash_squeezed, match_exact, match_near, sign_text
from policylab.analyse.values import MISLABELLED
from policylab.model import Document
from policylab.read.identity import find_region_codes, find_report_years
from policylab.read.labels import list_labels
from policylab.read.regions import find_region

if TYPE_CHECKING:
    import pandas as pd

_SOURCES = ("source_url", "source_repository", "source_commit", "source_path", "raw_sha256")


class ReportFacts(NamedTuple):
    """All that the tables keep of a report's text besides its targets; small enough to hold for a whole corpus."""

    row: dict[str, str | int]
    outline: Outline
    text_hash: str
    signature: list[int]


def describe_report(document: Document) -> ReportFacts:
    """
    Return the facts of one report.

    Raises
    ------
    UnknownNameError
        Where its region did not exist in its year.

    Examples
    --------
    >>> text = "2023年1月5日在淮安市淮阴区第十八届人民代表大会第三次会议上"
    >>> describe_report(Document.from_text(text, region_code="320804", report_year=2023)).row["region_name"]
    '淮阴区'
    """
    row: dict[str, str | int] = {
        **list_labels(document),
        "n_chars": len(document.text),
        "completeness": document.source.get("completeness", ""),
        "label_flag": check_label(document),
        **{name: document.source.get(name, "") for name in _SOURCES},
        "sha256": document.sha256,
    }
    return ReportFacts(row, outline_report(document), hash_squeezed(document.text), sign_text(document.text))


def check_label(document: Document) -> str:
    """
    Return "" where a report's own words agree with its region and year or say nothing, else what they say.

    Its title, meeting, speaker and headings are asked (`policylab.read.identity`); only an answer that leaves out the
    label is a contradiction.

    Examples
    --------
    >>> text = "政府工作报告——2023年1月5日在高唐县第十八届人民代表大会第三次会议上"
    >>> check_label(Document.from_text(text, region_code="130627", report_year=2023))
    'region: the text names 371526 高唐县'
    """
    contradictions = []
    codes = find_region_codes(document.text, report_year=document.report_year)
    if codes and document.region_code not in codes:
        names = [f"{code} {find_region(code, report_year=document.report_year).name}" for code in codes]
        contradictions.append(f"region: the text names {', '.join(names)}")
    years = find_report_years(document.text)
    if years and document.report_year not in years:
        contradictions.append(f"year: the text speaks for {', '.join(map(str, years))}")
    return "; ".join(contradictions)


def build_reports(facts: Sequence[ReportFacts], table: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row per report: label, source, counts of records, coverage and duplicates.

    Parameters
    ----------
    facts : sequence of ReportFacts
    table : DataFrame, one row per target
    coverage : DataFrame of `build_coverage`

    Returns
    -------
    DataFrame
        In the order of the facts; the columns are described in ``columns.csv``. ``duplicate_of`` and
        ``near_duplicate_of`` name an earlier report, "" where there is none.

    Examples
    --------
    >>> from policylab.analyse.coverage import build_coverage
    >>> from policylab.analyse.tables import to_table
    >>> text = "政府工作报告"
    >>> facts = [describe_report(Document.from_text(text, region_code="320804", report_year=2023))]
    >>> build_reports(facts, to_table([]), build_coverage([], to_table([])))["n_targets"].tolist()
    [0]
    """
    import pandas as pd

    reports = pd.DataFrame([item.row for item in facts])
    ids = reports["report_id"]
    read = table[table["source_kind"].eq("report")]
    counts = {f"n_{kind}s": read[read["kind"].eq(kind)]["report_id"].value_counts() for kind in ("target", "actual")}
    counts["n_headline_found"] = coverage[coverage["status"].eq("found")]["report_id"].value_counts()
    exact = match_exact({item.outline.report_id: item.text_hash for item in facts})
    near = match_near(list(ids), [item.signature for item in facts])
    near = {report_id: found for report_id, found in near.items() if report_id not in exact}
    result = reports.assign(
        has_plan=[item.outline.has_plan for item in facts],
        has_headline=[item.outline.has_headline for item in facts],
        **{name: ids.map(count).fillna(0).astype("int64") for name, count in counts.items()},
        duplicate_of=[exact.get(report_id, "") for report_id in ids],
        near_duplicate_of=[near[report_id][0] if report_id in near else "" for report_id in ids],
        near_similarity=ids.map({report_id: found[1] for report_id, found in near.items()}).astype("float64"),
    )
    last = [*_SOURCES, "sha256"]
    return result[[*(name for name in result.columns if name not in last), *last]]


def flag_mislabelled(table: pd.DataFrame, facts: Sequence[ReportFacts]) -> pd.DataFrame:
    """
    Return the table with the contradiction in ``flag`` of every record of a mislabelled report; nothing is dropped.

    Comparisons leave such records out (see `policylab.analyse.values`).

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(flag_mislabelled(to_table([]), []))
    0
    """
    labels = {item.outline.report_id: str(item.row["label_flag"]) for item in facts if item.row["label_flag"]}
    told = table["report_id"].where(table["source_kind"].eq("report"), "").map(lambda name: labels.get(name, ""))
    flags = [
        f"{MISLABELLED} {label}{'; ' if flag else ''}{flag}" if label else flag
        for label, flag in zip(told, table["flag"], strict=True)
    ]
    return table.assign(flag=flags).astype({"flag": "str"})
