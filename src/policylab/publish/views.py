"""What the notebooks show and their controls redraw: each view takes tables and choices, and returns HTML and figures."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from policylab.analyse.compare import compare_chain, compare_peers, select_peers
from policylab.analyse.coverage import refine_missing
from policylab.annotate.evidence import Evidence, Words, explain_targets
from policylab.annotate.ledger import draft_entry
from policylab.codebook.rules import load_rules
from policylab.model import Correction, Document, Target
from policylab.project import data_path
from policylab.publish import material, sections
from policylab.publish.charts import plot_peers
from policylab.publish.comparison import Comparison
from policylab.publish.evidence import clean_text
from policylab.publish.material import Facts
from policylab.publish.peer_charts import plot_distribution
from policylab.publish.printed import label_column, name_code
from policylab.publish.region_names import name_place
from policylab.publish.render import Html, join_html, list_items, paragraph, render_table
from policylab.publish.words import format_number, format_value, list_rows, mention_indicator, name_indicator, say
from policylab.read.regions import find_region

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_PART = r"(?:no words; )?in the {}, characters (?P<start>[0-9]+)-(?P<end>[0-9]+)"
_NOTES = {
    "no_bound": re.compile("no bound word"),
    "no_modal": re.compile("no modal word"),
    "no_area": re.compile("no part of the area is named"),
    "no_parts": re.compile("(?:no words; )?the report has no parts"),
    "in_headline": re.compile(_PART.format("block of main expected targets")),
    "in_review": re.compile(_PART.format("review")),
    "in_plan": re.compile(_PART.format("plan")),
}
_RECORD = ("kind", "indicator", "value", "as_written", "modality", "scope", "status")
_MANY = 40  # peers; more make a chart of names too long to be read
_DAY = "2024-05-31"  # the form of a day in a ledger


def tell_report(document: Document, own: pd.DataFrame, lang: str) -> Html:
    """Return what was read in one report: how many records of each kind, and the wording of its main targets."""
    headline = own[own["headline"]]
    counts = {"headline": len(headline), "actual": int(own["kind"].eq("actual").sum()), "n": len(own)}
    counts["plan"] = counts["n"] - counts["headline"] - counts["actual"]
    place = name_place(find_region(document.region_code, report_year=document.report_year), lang)
    length = f"{len(document.text):,}"
    lines = [say("annotate.summary", lang, place=place, year=document.report_year, n_characters=length, **counts)]
    if len(headline):
        told = Counter([*headline["bound"], *headline["modality"]])
        names = ("about", "at_least", "at_most", "range", "exact", "qualitative", "ensure", "strive")
        lines.append(say("annotate.words", lang, **{name: told[name] for name in names}))
    return list_items(lines)


def view_record(document: Document, targets: Sequence[Target], *, indicator: str, lang: str) -> Html:
    """Return the evidence for the records of one indicator, and for each the ledger entry that would correct it."""
    chosen = [target for target in targets if target.indicator == indicator]
    if not chosen:
        return paragraph(say("record.none", lang, report_id=document.report_id), "soft")
    lead = say("record.lead", lang, report_id=document.report_id, n=len(chosen))
    found = [_tell_evidence(document, evidence, lang) for evidence in explain_targets(document, chosen)]
    how = say("ledger.how", lang, path=f"data/corrections/{document.report_id}.yml", day=_DAY)
    entries = "\n\n".join(draft_entry(target, document.text) for target in chosen)
    draft = Html("<pre>{}</pre>").format(clean_text(entries))
    return join_html([paragraph(lead), *found, paragraph(how), draft])


def list_records(table: pd.DataFrame, lang: str) -> Html:
    """Return the records of a report, one row each: what kind, of what, its value and words, and whether checked."""
    header = [label_column(name, lang) for name in _RECORD]
    rows = [
        [
            say("record.headline", lang) if row["headline"] else name_code("kind", row["kind"], lang),
            row["item"] if row["indicator"] == "other" else name_indicator(row["indicator"], lang),
            format_value(row, lang),
            row["as_written"],
            name_code("modality", row["modality"], lang),
            "" if row["scope"] == "whole" else row["scope"],
            name_code("status", row["status"], lang),
        ]
        for row in list_rows(table)
    ]
    return render_table(header, rows)


def tell_corrections(report_id: str, corrections: Sequence[Correction], lang: str) -> Html:
    """Return how many entries of a report's ledger took effect, by what they did."""
    if not corrections:
        return paragraph(say("ledger.none", lang, report_id=report_id), "soft")
    done = Counter(entry.action for entry in corrections)
    counts = {"corrected": done["override"], "confirmed": done["confirm"], "dropped": done["drop"]}
    return paragraph(say("ledger.applied", lang, report_id=report_id, n=len(corrections), **counts))


def compare_one(facts: Facts, region_code: str, *, report_year: int, indicator: str, rule: str, end: str) -> Comparison:
    """
    Return a district beside the levels above it in every indicator, and beside its peers in one.

    Raises
    ------
    UnknownNameError, DataError
        As `policylab.analyse.compare.compare_chain` and `policylab.analyse.peers.select_peers`.
    """
    table, coverage = facts
    now = table[table["report_year"].eq(report_year)]  # cut first: whoever turns a control waits for this
    codes = select_peers(now, region_code, report_year=report_year, rule=rule)
    has_targets = now["region_code"].eq(region_code).any()
    chain = compare_chain(now if has_targets else table, region_code, report_year=report_year, end=end)
    peers = compare_peers(now, region_code, report_year=report_year, indicator=indicator, peers=codes, end=end)
    coverage = coverage[coverage["report_year"].eq(report_year)]
    region = find_region(region_code, report_year=report_year)
    return Comparison(region, refine_missing(chain, coverage), material.add_provinces(refine_missing(peers, coverage)))


def pick_chart(peers: pd.DataFrame) -> Callable[..., Figure]:
    """Return the chart for peers: each by its name where they are few, their distribution where they are many."""
    return plot_peers if peers["low"].notna().sum() <= _MANY else plot_distribution


def pick_cells(whole: Comparison, *, most: int = _MANY) -> pd.DataFrame:
    """Return a comparison in the order of its first indicator, for a heat map: the district and its nearest in that order."""
    order = list(dict.fromkeys(whole.peers["region_code"]))
    place = order.index(whole.region.region_code)
    first = max(0, min(place - most // 2, len(order) - most))
    kept = {code: number for number, code in enumerate(order[first : first + most])}
    cells = whole.peers[whole.peers["region_code"].isin(kept)]
    names = cells["indicator"].unique()
    by = {"region_code": kept.get, "indicator": {code: number for number, code in enumerate(names)}.get}
    return cells.sort_values(["indicator", "region_code"], key=lambda column: column.map(by[str(column.name)]))


def pick_ranks(whole: Comparison) -> pd.DataFrame:
    """Return a district's own rank in every indicator that it and another peer put a number on."""
    own = whole.peers[whole.peers["region_code"].eq(whole.region.region_code)]
    return own[own["rank"].notna() & own["n_ranked"].gt(1)]


def view_comparison(facts: Facts, *, region_code: str, report_year: int, lang: str, **choices: Any) -> Html:
    """Return `compare_one` in words, its peers as a figure, and its chain as a table."""
    found = compare_one(facts, region_code, report_year=report_year, **choices)
    parts = [
        tell_comparison(found, lang, rule=choices["rule"]),
        sections.show(
            pick_chart(found.peers),
            found.peers,
            lang,
            **{"indicator": choices["indicator"], "region_code": region_code},
        ),
        sections.write_levels(found.chain, lang),
    ]
    return join_html(parts)


def tell_comparison(found: Comparison, lang: str, *, rule: str) -> Html:
    """Return a comparison in a few sentences: its steps over the levels above, and its place among the peers."""
    region, year = found.region, found.peers["report_year"].iloc[0]
    title = say("compare.title", lang, region=name_place(region, lang), code=region.region_code, year=year)
    steps = _tell_all_steps(found.chain, region.region_code, lang)
    end = say("compare.end", lang, end=say(f"end.{found.peers['range_end'].iloc[0]}", lang))
    peers = sections.write_peers(found.peers, region.region_code, lang, rule=rule)
    return join_html([Html("<p><strong>{}</strong></p>").format(title), list_items([steps, end]), peers])


def _tell_all_steps(chain: pd.DataFrame, region_code: str, lang: str) -> str:
    """Say in how many indicators a district is above the next level, and where it is most so."""
    own = chain[chain["region_code"].eq(region_code) & chain["step_pp"].notna()]
    if own.empty:
        return say("compare.no_steps", lang)
    most = list_rows(own.sort_values("step_pp", ascending=False, kind="stable").head(1))[0]
    counts = {
        "n": len(own),
        "up": int((own["step_pp"] > 0).sum()),
        "same": int((own["step_pp"] == 0).sum()),
        "down": int((own["step_pp"] < 0).sum()),
    }
    name = mention_indicator(most["indicator"], lang)
    return say("compare.steps", lang, indicator=name, step=format_number(most["step_pp"]), **counts)


def _tell_evidence(document: Document, evidence: Evidence, lang: str) -> Html:
    """Return the evidence for one record: its sentence with the quote marked, the words of each field, the rule."""
    text, (start, end) = document.text, evidence.sentence
    first, last = evidence.target.start or 0, evidence.target.end or 0
    pieces = [clean_text(piece) for piece in (text[start:first], text[first:last], text[last:end])]
    sentence = Html("<blockquote>{}<mark>{}</mark>{}</blockquote>").format(*pieces)
    header = [say(f"record.{name}", lang) for name in ("field", "value", "words", "place")]
    rows = []
    for row in evidence.words:
        named = [label_column(row.field, lang), _name_value(row, evidence.target, lang)]
        if row.start == row.end:
            rows.append([*named, Markup("<em>{}</em>").format(_tell_note(row.note, lang)), ""])
        else:
            rows.append([*named, clean_text(text[row.start : row.end]), f"{row.start}–{row.end}"])
    known = load_rules().get(evidence.target.rule_id)
    words = known.explanation_zh if known and lang == "zh" else evidence.rule
    rule = say("record.rule", lang, rule=evidence.target.rule_id, words=words)
    return join_html([sentence, render_table(header, rows), paragraph(rule, "soft")])


def _name_value(row: Words, target: Target, lang: str) -> str:
    """Return the value of a field in words: kind, indicator, bound and modality by name, the value with its unit."""
    if row.field == "kind":
        return say("record.headline" if target.headline else f"kind_cell.{target.kind}", lang)
    if row.field == "value":
        named = {"low": target.low, "high": target.high, "unit": target.unit, "bound": "exact"}
        return format_value({**named, "qualitative": target.qualitative}, lang)
    if row.value == "other":
        return say("record.other", lang)
    if row.field == "stretch" or (row.field, row.value) == ("scope", "whole"):
        return say(f"record.{row.field}", lang)
    return str(name_code(row.field, row.value, lang))


def _tell_note(note: str, lang: str) -> str:
    """Return in the language why a field has no words of its own: the default, or the part that the record stands in."""
    for key, pattern in _NOTES.items():
        if match := pattern.fullmatch(note):
            return say(f"record.{key}", lang, **match.groupdict())
    return note


def tell_facts(targets: pd.DataFrame, lang: str) -> Html:
    """Return where the numbers of a table are from: how many records of how many reports, and the hash of the file."""
    kinds = targets.drop_duplicates(["report_id", "source_kind"])["source_kind"].value_counts()
    counts = {"reports": f"{kinds.get('report', 0):,}", "cited": f"{kinds.get('citation', 0):,}"}
    sha256 = hashlib.sha256(data_path("targets.parquet").read_bytes()).hexdigest()
    return paragraph(say("facts.lead", lang, sha256=sha256, rows=f"{len(targets):,}", **counts))
