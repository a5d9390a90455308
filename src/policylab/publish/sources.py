"""Where the numbers of a notebook come from: their words, the reports they stand in, and the run that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from policylab.model import Document
from policylab.publish.region_names import name_regions
from policylab.publish.render import (
    Html,
    join_html,
    paragraph,
    render_fold,
    render_link,
    render_quote,
    render_table,
    render_text,
    write_section,
)
from policylab.publish.words import format_value, is_na, list_keys, list_rows, name_indicator, say

if TYPE_CHECKING:
    import pandas as pd

_PACKAGES = ("policylab", "pandas", "matplotlib", "papermill", "pyarrow")
_HASH_SHOWN = 12


def write_evidence(document: Document, own: pd.DataFrame, compared: Sequence[pd.DataFrame], lang: str) -> Html:
    """Return every number with its words: the report's own, those it was compared with, and the text with its marks."""
    header = [say(f"column.{name}", lang) for name in ("indicator", "value", "quote", "place", "status")]
    rows = [_tell_record(document, row, lang) for row in list_rows(own)]
    lead = paragraph(say("evidence.lead", lang, sha256=document.sha256, n=len(own)))
    if rows:
        lead = join_html(
            [lead, render_fold(say("evidence.own", lang, n=len(own)), render_table(header, rows), is_open=True)]
        )
    parts = [lead, write_compared(compared, lang, leave_out=document.report_id), _show_text(document, own, lang)]
    return write_section("evidence", join_html(parts), lang)


def write_compared(compared: Sequence[pd.DataFrame], lang: str, *, leave_out: str = "") -> Html:
    """
    Return the values that comparisons used, each with its report and place, or its address, folded.

    ``leave_out`` is the id of a report whose values are told elsewhere.
    """
    import pandas as pd

    names = [
        "region_code",
        "region_name",
        "report_year",
        "indicator",
        "as_written",
        "source_kind",
        "report_id",
        "start",
        "end",
        "sha256",
        "source_url",
    ]
    tables = [table[names] for table in compared if len(table)]
    if not tables:
        return Html("")
    used = name_regions(pd.concat(tables), lang).drop_duplicates()
    used = used[(used["source_kind"] != "") & (used["report_id"] != leave_out)]
    rows = []
    for row in list_rows(used):
        where = f"{row['report_id']} {row['start']}–{row['end']} {row['sha256'][:_HASH_SHOWN]}".strip()
        source = render_link(
            row["source_url"], say(f"kind.{row['source_kind']}", lang) if is_na(row["start"]) else where
        )
        rows.append(
            [row["region_name"], row["report_year"], name_indicator(row["indicator"], lang), row["as_written"], source]
        )
    header = [say(f"column.{name}", lang) for name in ("region", "report_year", "indicator", "as_written", "source")]
    key = "evidence.compared" if leave_out else "evidence.used"
    return render_fold(say(key, lang, n=len(rows)), render_table(header, rows))


def write_sources(document: Document, facts: pd.DataFrame, facts_sha256: str, lang: str) -> Html:
    """Return what the report was made from: its own text, and the table of facts with its counts and hash."""
    kinds = facts.drop_duplicates(["report_id", "source_kind"])["source_kind"].value_counts()
    counts = {
        "rows": f"{len(facts):,}",
        "reports": f"{kinds.get('report', 0):,}",
        "cited": f"{kinds.get('citation', 0):,}",
    }
    lead = say("sources.lead", lang, sha256=facts_sha256, **counts)
    return write_section("sources", join_html([write_text_source(document, lang), paragraph(lead)]), lang)


def write_text_source(document: Document, lang: str) -> Html:
    """Return what is known of one text: the entries of its sidecar, its hash and its length."""
    known = {**document.source, "sha256": document.sha256}
    if document.text:
        known["characters"] = f"{len(document.text):,}"
    return render_table(
        (), [[_name_source(key, lang), render_link(value, value)] for key, value in known.items() if value]
    )


def write_run_record(parameters: Mapping[str, object], lang: str) -> Html:
    """Return the facts of this run: its parameters, the versions used, and when it was made."""
    import platform

    versions = {"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    facts = {**parameters, **versions, say("record.made", lang): made}
    rows = [[name, str(value)] for name, value in facts.items()]
    return join_html([Html("<h3>{}</h3>").format(say("record.title", lang)), render_table((), rows)])


def tell_words(document: Document, row: Mapping[str, Any]) -> Html:
    """Return the sentence of a record with its value marked; the value alone where the text is not at hand."""
    if not document.text:
        return Html("<mark>{}</mark>").format(row["as_written"])
    return render_quote(document.text, row["start"], row["end"], row["as_written"])


def tell_place(document: Document, row: Mapping[str, Any]) -> Markup:
    """Return the span of a quote, linked to its mark in the text or else to the report's address, and its section."""
    address = f"#c{row['start']}" if document.text else document.source.get("source_url", "")
    return Markup("<small>{}</small> {}").format(render_link(address, f"{row['start']}–{row['end']}"), row["section"])


def name_target(row: Mapping[str, Any], lang: str) -> str:
    """Return what a record is about: the indicator or the thing counted, and of whom and when where that is not plain."""
    name = str(row["item"]) if row["indicator"] == "other" else name_indicator(row["indicator"], lang)
    parts = [] if row["scope"] == "whole" else [str(row["scope"])]
    if row["kind"] == "actual" or row["period"] != str(row["report_year"]):
        parts.append(say(f"of.{row['kind']}", lang, period=row["period"]))
    return say("of.all", lang, name=name, parts=say("list.separator", lang).join(parts)) if parts else name


def _show_text(document: Document, own: pd.DataFrame, lang: str) -> Html:
    """Return the text with its targets marked, folded, or a line that says that it is not at hand."""
    if not document.text:
        return paragraph(say("evidence.no_text", lang), "soft")
    return render_fold(say("evidence.text", lang, n=len(document.text)), render_text(document.text, own, lang))


def _tell_record(document: Document, row: Mapping[str, Any], lang: str) -> list[object]:
    """Return the cells of one record of the report."""
    quote = tell_words(document, row)
    place = Markup("{} <small>{}</small>").format(tell_place(document, row), row["rule_id"])
    return [name_target(row, lang), format_value(row, lang), quote, place, say(f"status.{row['status']}", lang)]


def _name_source(key: str, lang: str) -> str:
    """Return the words for an entry of a sidecar, or the entry's own name."""
    return say(f"source.{key}", lang) if f"source.{key}" in list_keys() else key
