"""What a missing number means: for each report and headline indicator, whether and why it is not there.

``found``       the report states a target of the year for the whole jurisdiction
``not_set``     it says that it sets none; ``start`` and ``end`` span the sentence
``absent``      it has a block of main targets, and this indicator is not in it
``no_section``  it has no such block
``excerpt``     only an excerpt or a truncated text is at hand, without such a block
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from policylab.analyse.values import pick_values
from policylab.codebook import fold, load_codebook
from policylab.codebook.mentions import find_mentions
from policylab.model import Document, Span, Structure
from policylab.read.structure import parse_structure, split_sentences

if TYPE_CHECKING:
    import pandas as pd

STATUSES = ("found", "not_set", "absent", "no_section", "excerpt")
_CLAUSE = 30  # characters before "is not set" in which the indicator's name may stand
_REFINABLE = ("not_stated", "no_report")
_KEY = ["region_code", "report_year", "indicator"]


class Outline(NamedTuple):
    """What coverage needs of one report: its parts, and what it says it does not set."""

    report_id: str
    region_code: str
    report_year: int
    is_excerpt: bool
    has_plan: bool
    has_headline: bool
    not_set: Mapping[str, Span]


def list_headline_indicators() -> list[str]:
    """
    Return the codes that coverage is given for: those marked ``headline`` in indicators.csv.

    Examples
    --------
    >>> list_headline_indicators()[0]
    'gdp_growth'
    """
    return [code for code, row in load_codebook().indicators.items() if row.headline]


def outline_report(document: Document) -> Outline:
    """
    Return the outline of one report.

    Examples
    --------
    >>> text = "今年的主要预期目标是：城镇新增就业3万人，粮食产量稳定。"
    >>> outline_report(Document.from_text(text, region_code="320804", report_year=2020)).has_headline
    True
    """
    structure = parse_structure(document.text)
    return Outline(
        report_id=document.report_id,
        region_code=document.region_code,
        report_year=document.report_year,
        is_excerpt=document.source.get("completeness", "") in ("partial", "excerpt", "truncated"),
        has_plan=structure.plan is not None,
        has_headline=bool(structure.headline),
        not_set=_find_not_set(document.text, structure),
    )


def build_coverage(outlines: Iterable[Outline], table: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row per report and headline indicator with its status.

    Parameters
    ----------
    outlines : iterable of Outline
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.

    Returns
    -------
    DataFrame
        report_id, region_code, report_year, indicator, status, and start and end of the words that decided: the
        target's quote where found, the sentence where not set, else NA.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> build_coverage([], to_table([])).columns.tolist()
    ['report_id', 'region_code', 'report_year', 'indicator', 'status', 'start', 'end']
    """
    import pandas as pd

    spans = _spans_of_found(table)
    rows = [
        (outline.report_id, outline.region_code, outline.report_year, code, *_judge(outline, code, spans))
        for outline in outlines
        for code in list_headline_indicators()
    ]
    columns = ["report_id", "region_code", "report_year", "indicator", "status", "start", "end"]
    types = {"report_year": "int64", "start": "Int64", "end": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype({name: types.get(name, "str") for name in columns})


def load_coverage() -> pd.DataFrame:
    """
    Return the project's ``data/coverage.parquet``, as `build_coverage` made it.

    Raises
    ------
    DataError
        Where it does not exist or is not Parquet.
    """
    from policylab.analyse.parquet import load_parquet
    from policylab.project import data_path

    return load_parquet(data_path("coverage.parquet"))


def refine_missing(rows: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Return a comparison whose ``missing`` tells not set, no section and excerpt from not stated.

    Parameters
    ----------
    rows : DataFrame of `compare_chain`, `compare_peers` or `trend`
        Not modified.
    coverage : DataFrame of `load_coverage` or `build_coverage`

    Examples
    --------
    >>> import pandas as pd
    >>> place = {"region_code": ["100000"], "report_year": [2020], "indicator": ["gdp_growth"]}
    >>> rows = pd.DataFrame({**place, "missing": ["not_stated"]})
    >>> refine_missing(rows, pd.DataFrame({**place, "status": ["not_set"]}))["missing"].tolist()
    ['not_set']
    """
    is_asked = coverage["report_year"].isin(rows["report_year"]) & coverage["region_code"].isin(rows["region_code"])
    known = coverage.loc[is_asked, [*_KEY, "status"]].drop_duplicates(_KEY)
    status = rows[_KEY].merge(known, how="left", on=_KEY)["status"].set_axis(rows.index)
    finer = status.map({"absent": "not_stated", "not_set": "not_set", "no_section": "no_section", "excerpt": "excerpt"})
    missing = rows["missing"].mask(rows["missing"].isin(_REFINABLE) & finer.notna(), finer)
    return rows.assign(missing=missing.astype("str"))


def _find_not_set(text: str, structure: Structure) -> dict[str, Span]:
    """Find the indicators that the plan says are not set, each with the first such sentence."""
    found: dict[str, Span] = {}
    folded = fold(text)
    start = structure.plan.start if structure.plan else 0
    for match in _not_set_pattern().finditer(folded, start):
        clause = re.split(r"[,。;:\n]", folded[max(0, match.start() - _CLAUSE) : match.start()])[-1] + match[0]
        for code in _headline_codes(clause):
            found.setdefault(code, _sentence_around(folded, match.start()))
    return found


def _sentence_around(folded: str, at: int) -> Span:
    """Return the sentence that holds a place; looked for within a window, since texts may lack sentence ends."""
    begin, end = max(0, at - 600), min(len(folded), at + 600)
    span = next(span for span in split_sentences(folded, begin, end) if span.end > at)
    blank = len(folded[span.start : span.end]) - len(folded[span.start : span.end].lstrip())
    return Span(span.start + blank, span.end)


def _headline_codes(words: str) -> Iterator[str]:
    """Yield the headline indicators that words name."""
    concepts = {concept for mention in find_mentions(words) for concept in mention.concepts}
    known = load_codebook().indicators
    yield from (code for code in list_headline_indicators() if known[code].concept in concepts)


@cache
def _not_set_pattern() -> re.Pattern[str]:
    """Compile the wording of targets that are not set."""
    entries = load_codebook().wording.get("not_set", [])
    return re.compile("|".join(f"(?:{entry['pattern']})" for entry in entries) or r"(?!)")


def _spans_of_found(table: pd.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the quote's span by report and indicator."""
    read = table[table["source_kind"].eq("report")]
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    # Reports one by one: a second report of the same region and year has its own coverage.
    picked = pick_values(read.assign(region_code=read["report_id"]), indicators=list_headline_indicators())
    for key in zip(picked["report_id"], picked["indicator"], picked["start"], picked["end"], strict=True):
        spans[key[0], key[1]] = (key[2], key[3])
    return spans


def _judge(
    outline: Outline, code: str, spans: Mapping[tuple[str, str], tuple[int, int]]
) -> tuple[str, int | None, int | None]:
    """Return the status of one indicator in one report, with the span that decided."""
    if (outline.report_id, code) in spans:
        return "found", *spans[outline.report_id, code]
    if code in outline.not_set:
        return "not_set", outline.not_set[code].start, outline.not_set[code].end
    if outline.has_headline:
        return "absent", None, None
    return "excerpt" if outline.is_excerpt else "no_section", None, None
