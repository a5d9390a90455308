"""data/README.md: the data card, its prose from ``data_card.md`` and every number in it computed from the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.analyse.citations import load_citations
from policylab.analyse.coverage import STATUSES, list_headline_indicators
from policylab.analyse.outside import compare_outside
from policylab.analyse.panel import count_pairs, join_results
from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("national", "province", "city", "county")


def render_card(tables: Mapping[str, pd.DataFrame], accuracy: str) -> str:
    """
    Return the text of the data card.

    Parameters
    ----------
    tables : mapping with the tables "targets", "reports" and "coverage", and those of features where they were made
    accuracy : str
        Markdown, for example of `show_accuracy`.
    """
    text = (Path(__file__).parent / "data_card.md").read_text(encoding="utf-8")
    for name, content in _fill(tables, accuracy).items():
        text = text.replace(f"<!-- {name} -->", content)
    return text


def show_accuracy(path: Path) -> str:
    """
    Return the tables of an ``accuracy.json`` as Markdown; where there is no such file, that nothing was measured.

    The file is a list of tables: ``{"title": ..., "note": ..., "columns": [...], "rows": [[...]]}``.

    Raises
    ------
    DataError
        Where the file is not of this form.

    Examples
    --------
    >>> show_accuracy(Path("nowhere.json"))
    'Not measured yet: there is no accuracy.json.'
    """
    if not path.is_file():
        return "Not measured yet: there is no accuracy.json."
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        texts = [
            text
            for part in parts
            for text in (f"**{part['title']}**", part.get("note", ""), to_markdown(part["columns"], part["rows"]))
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a list of tables with title, columns and rows: {error}") from None
    return "\n\n".join(text for text in texts if text)


def to_markdown(columns: list[str], rows: list[list[Any]]) -> str:
    """
    Return a Markdown table; numbers with thousands separated, text as it is.

    Examples
    --------
    >>> print(to_markdown(["level", "reports"], [["city", 2240]]))
    | level | reports |
    |---|---|
    | city | 2,240 |
    """
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" if line[0] != "---" else f"|{'|'.join(line)}|" for line in lines)


def _cell(value: Any) -> str:
    """Write one cell; a bar in text would end it."""
    if isinstance(value, str):
        return value.replace("|", "\\|")
    return f"{value:,}" if isinstance(value, int) or (float(value) == int(value) and value >= 1000) else f"{value:g}"


def _fill(tables: Mapping[str, pd.DataFrame], accuracy: str) -> dict[str, str]:
    """Return what stands at each place of the template."""
    targets, reports, coverage = tables["targets"], tables["reports"], tables["coverage"]
    return {
        "summary": _tell_summary(targets, reports),
        "levels": _count_levels(targets, reports),
        "sources": _count_sources(reports),
        "features": _tell_features(tables),
        "accuracy": accuracy,
        "coverage": _count_coverage(coverage, reports),
        "not_set": _list_not_set(coverage, reports),
        "pairs": _count_joined(targets),
        "outside": _show_outside(targets),
        "labels": _list_flags(reports),
        "implausible": _tell_implausible(targets),
    }


def _tell_summary(targets: pd.DataFrame, reports: pd.DataFrame) -> str:
    """Say in a sentence what the tables hold."""
    years = reports["report_year"]
    n_regions = reports["region_code"].nunique()
    n_cited = int(targets["source_kind"].eq("citation").sum())
    return (
        f"{len(targets) - n_cited:,} targets and results read from {len(reports):,} reports of {n_regions:,} governments, "
        f"{years.min()}-{years.max()}, and {n_cited} cited facts of "
        f"{len({target.region_code for target in load_citations()})} counties and districts."
    )


def _tell_features(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say in a sentence what the features hold."""
    if "feature_reports" not in tables:
        return "No words were counted."
    reports, counts = tables["feature_reports"], tables["feature_counts"]
    engines = ", ".join(sorted(set(reports["engine"])))
    return (
        f"{int(reports['n_words'].sum()):,} words of {len(reports):,} reports were cut by {engines}; "
        f"{int(counts['count'].sum()):,} of them are counted by report in {len(counts):,} rows of "
        f"{len(tables['feature_terms']):,} different words."
    )


def _count_levels(targets: pd.DataFrame, reports: pd.DataFrame) -> str:
    """Count reports and records by level."""
    read = targets[targets["source_kind"].eq("report")].merge(reports[["report_id", "level"]], on="report_id")
    rows = []
    for level in LEVELS:
        own, records = reports[reports["level"].eq(level)], read[read["level"].eq(level)]
        if len(own):
            years = f"{own['report_year'].min()}-{own['report_year'].max()}"
            kinds = [int(records["kind"].eq(kind).sum()) for kind in ("target", "actual")]
            rows.append([level, own["region_code"].nunique(), len(own), years, *kinds, int(records["headline"].sum())])
    return to_markdown(["level", "governments", "reports", "years", "targets", "results", "headline targets"], rows)


def _count_sources(reports: pd.DataFrame) -> str:
    """Count reports by the collection that they were found in."""
    counts = reports.groupby(["source_repository", "source_commit"]).size().reset_index(name="n")
    counts = counts.sort_values(["n", "source_repository"], ascending=[False, True])
    rows = [
        [address or "bundled with the project, or without a collection", commit[:12], int(n)]
        for address, commit, n in counts.itertuples(index=False)
    ]
    return to_markdown(["collection", "commit", "reports"], rows)


def _count_coverage(coverage: pd.DataFrame, reports: pd.DataFrame) -> str:
    """Count the statuses of the GDP target by level, and of all headline indicators together."""
    rows = []
    level = coverage["report_id"].map(dict(zip(reports["report_id"], reports["level"], strict=True)))
    gdp = coverage["indicator"].eq("gdp_growth")
    for name in LEVELS:
        chosen = coverage[gdp & level.eq(name)]
        if len(chosen):
            rows.append([f"gdp_growth, {name}", *(int(chosen["status"].eq(status).sum()) for status in STATUSES)])
    total = [int(coverage["status"].eq(status).sum()) for status in STATUSES]
    rows.append([f"all {len(list_headline_indicators())} headline indicators", *total])
    return to_markdown(["", *STATUSES], rows)


def _list_not_set(coverage: pd.DataFrame, reports: pd.DataFrame) -> str:
    """List the targets that a report says it does not set."""
    found = coverage[coverage["status"].eq("not_set")].merge(reports[["report_id", "region_name"]], on="report_id")
    rows = [
        [row["report_id"], row["region_name"], row["indicator"], f"{row['start']}-{row['end']}"]
        for row in found.to_dict("records")
    ]
    return to_markdown(["report", "region", "indicator", "characters of the sentence"], rows) if rows else "None."


def _count_joined(targets: pd.DataFrame) -> str:
    """Count the pairs of target and result by year and level."""
    counts = count_pairs(join_results(targets))
    rows = [[str(year), *map(int, row)] for year, row in zip(counts.index, counts.to_numpy(), strict=True)]
    total = ["all", *map(int, counts.sum().to_numpy())]
    return to_markdown(["year", *LEVELS, "all levels"], [*rows, total])


def _show_outside(targets: pd.DataFrame) -> str:
    """Set the panel beside figures known from outside."""
    compared = compare_outside(targets)
    return to_markdown(["GDP growth target", "outside", "panel", "agrees", "note"], compared.to_numpy().tolist())


def _list_flags(reports: pd.DataFrame) -> str:
    """List reports whose label is contradicted and those that occur twice."""
    rows = []
    for row in reports.to_dict("records"):
        twice = row["duplicate_of"] or row["near_duplicate_of"]
        told = "; ".join(part for part in (row["label_flag"], f"as {twice}" if twice else "") if part)
        if told:
            rows.append([row["report_id"], row["region_name"], told])
    return to_markdown(["report", "label", "what is odd"], rows) if rows else "None."


def _tell_implausible(targets: pd.DataFrame) -> str:
    """Count the numbers outside the plausible ranges."""
    n = int(targets["flag"].str.contains("implausible:", regex=False).sum())
    return f"{n:,} of {len(targets):,} records"
