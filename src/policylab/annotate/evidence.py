"""The evidence for a record: its sentence, the words of it that decided each field, and the rule that made it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from policylab.annotate.context import cues, stretch_pattern
from policylab.codebook import fold, load_codebook
from policylab.codebook.mentions import find_mentions
from policylab.codebook.rules import load_rules
from policylab.errors import DataError
from policylab.model import Document, Span, Structure, Target
from policylab.read.structure import parse_folded, split_sentences

_YEAR = re.compile(r"(?:19|20)\d\d ?年")
_CLAUSE_END = re.compile(r"[;。\n]")
_STRETCH_WITHIN = 120  # a stretch clause follows its value in the same or the next sentence


class Words(NamedTuple):
    """
    What decided one field: its value and the words of the text, ``text[start:end]``.

    Where no words of the sentence decided, ``start`` equals ``end`` and ``note`` says what did.
    """

    field: str
    value: str
    start: int
    end: int
    note: str


class Evidence(NamedTuple):
    """The evidence for one record: the sentence it stands in, a row for each field, the rule and what that does."""

    target: Target
    sentence: Span
    words: tuple[Words, ...]
    rule: str


class _Place(NamedTuple):
    """A record in its text: folded, with its sentence and where its value stands."""

    folded: str
    structure: Structure
    target: Target
    sentence: Span
    quote: Span
    value: Span


def explain_targets(document: Document, targets: Iterable[Target]) -> list[Evidence]:
    """
    Return the evidence for records of a report, in the order given.

    The words are looked up in the codebook as extraction does it, for the value that the record has. A default (the whole
    area, plain words, the year of the part) has no words of its own; its note says so.

    Parameters
    ----------
    document : Document
    targets : iterable of Target
        Records that were read from this text; cited facts have no sentence.

    Raises
    ------
    DataError
        Where a record was not read from this text.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> text = "主要预期目标是：力争地区生产总值增长8%左右，物价涨幅3%。"
    >>> document = Document.from_text(text, region_code="320804", report_year=2023)
    >>> [evidence, _] = explain_targets(document, annotate(document))
    >>> {row.field: text[row.start : row.end] for row in evidence.words if row.end > row.start}
    {'indicator': '地区生产总值', 'value': '8%左右', 'bound': '左右', 'modality': '力争'}
    """
    folded = fold(document.text)
    structure = parse_folded(folded)
    sentences = split_sentences(folded)
    starts = [sentence.start for sentence in sentences]
    found = []
    for target in targets:
        quote = locate_target(document, target)
        sentence = sentences[bisect_right(starts, quote.start) - 1]
        value = _find_value(document.text, target, quote)
        place = _Place(folded, structure, target, Span(sentence.start, max(sentence.end, quote.end)), quote, value)
        found.append(Evidence(target, place.sentence, tuple(_list_words(place)), explain_rule(target.rule_id)))
    return found


def explain_rule(rule_id: str) -> str:
    """
    Return the sentence that explains a rule, or "" for a rule that rules.csv does not have.

    Examples
    --------
    >>> explain_rule("link.each")
    'One value is given to every name that 、, 和 or 均 joins before it.'
    """
    rule = load_rules().get(rule_id)
    return rule.explanation if rule else ""


def locate_target(document: Document, target: Target) -> Span:
    """
    Return the span of a record in the text of its report.

    Raises
    ------
    DataError
        Where it was not read from this text.
    """
    if target.start is None or target.end is None:
        raise DataError(f"the record of {target.indicator} is a cited fact without a place in the text; leave it out")
    if target.sha256 != document.sha256 or not 0 <= target.start < target.end <= len(document.text):
        raise DataError(
            f"the record of {target.indicator} at {target.start}-{target.end} was read from another text than that of"
            f" {document.report_id}: sha256 expected {document.sha256[:12]}…, got {target.sha256[:12] or 'none'}; annotate"
            " this text"
        )
    return Span(target.start, target.end)


def _find_value(text: str, target: Target, quote: Span) -> Span:
    """Return where the value with its bound words stands; the last place, since a quote ends with its value."""
    at = text.rfind(target.as_written, *quote) if target.as_written else -1
    return Span(quote.end, quote.end) if at < 0 else Span(at, at + len(target.as_written))


def _list_words(place: _Place) -> Iterator[Words]:
    """Yield what decided each field of a record."""
    target = place.target
    yield _words("kind", _name_kind(target), place.quote._replace(end=place.quote.start), _tell_part(place))
    yield _words("indicator", target.indicator, _find_name(place), "")
    if target.item:
        yield _words("item", target.item, _find_text(place, target.item), "")
    number = f"{target.low} … {target.high}" if target.low != target.high else str(target.low)
    shown = target.qualitative if target.low is None else f"{number} {target.unit}".strip()
    yield _words("value", shown, place.value, "")
    if target.low is not None:
        yield _words("bound", target.bound, _find_bound(place), "no bound word" if target.bound == "exact" else "")
    yield _words("period", target.period, _find_period(place), f"no words; {_tell_part(place)}")
    yield _words("modality", target.modality, _find_modality(place), "no modal word" if _is_plain(target) else "")
    if target.stretch:
        yield _words("stretch", "true", _find_stretch(place), "")
    whole = target.scope == "whole"
    area = place.quote._replace(end=place.quote.start) if whole else _find_text(place, target.scope)
    yield _words("scope", target.scope, area, "no part of the area is named" if whole else "")


def _words(field: str, value: str, span: Span, note: str) -> Words:
    """Build a row; the note stands where there are no words."""
    return Words(field, value, span.start, span.end, note if span.start == span.end else "")


def _is_plain(target: Target) -> bool:
    """Return whether a record has the default modality."""
    return target.modality == "plain"


def _name_kind(target: Target) -> str:
    """Return kind and block in words."""
    return "headline target" if target.headline else target.kind


def _tell_part(place: _Place) -> str:
    """Say which part of the report a record stands in."""
    structure, start = place.structure, place.quote.start
    if place.target.headline and structure.headline:
        return (
            f"in the block of main expected targets, {_show(structure.headline[0].start, structure.headline[-1].end)}"
        )
    parts = {"the review": structure.review, "the plan": structure.plan}
    inside = [f"in {name}, {_show(*part)}" for name, part in parts.items() if part and part.start <= start < part.end]
    return inside[0] if inside else "the report has no parts"


def _show(start: int, end: int) -> str:
    """Name a place in the text."""
    return f"characters {start}-{end}"


def _none(place: _Place) -> Span:
    """Return a span that holds no words."""
    return Span(place.quote.start, place.quote.start)


def _find_name(place: _Place) -> Span:
    """Return the name of the indicator: that in the quote, else the last before it, else what the quote has of it."""
    target, (start, end) = place.target, place.sentence
    bare = place.quote if place.value.start == place.quote.start else Span(place.quote.start, place.value.start)
    if target.indicator == "other":
        return _find_text(place, target.item) if target.item else bare
    concept = load_codebook().indicator(target.indicator).concept
    names = [
        Span(start + mention.start, start + mention.end)
        for mention in find_mentions(place.folded[start:end])
        if concept in {name.partition(".")[0] for name in mention.concepts}
    ]
    inside = [name for name in names if place.quote.start <= name.start < place.quote.end]
    before = [name for name in names if name.start < place.quote.start]
    return (inside[:1] or before[-1:] or [bare])[0]


def _find_text(place: _Place, words: str) -> Span:
    """Return where these words stand: in the quote, else last before it in the sentence; else as many as stand there."""
    words = fold(words)
    for length in range(len(words), min(1, len(words) - 1), -1):
        at = place.folded.find(words[:length], *place.quote)
        at = at if at >= 0 else place.folded.rfind(words[:length], place.sentence.start, place.quote.end)
        if at >= 0:  # an item may leave a verb out, or share its noun: 省级1个、市级6个示范园
            return Span(at, at + length)
    return _none(place)


def _find_bound(place: _Place) -> Span:
    """Return the bound word of the value, or that of the list the value is a member of."""
    target = place.target
    if target.bound in ("exact", "range"):
        return place.value if target.bound == "range" else _none(place)
    clause = _CLAUSE_END.search(place.folded, place.value.end)
    after = Span(place.value.end, clause.start() if clause else len(place.folded))
    before = Span(place.sentence.start, place.value.start)
    for span, last in ((place.value, False), (after, False), (before, True)):
        found = list(_bound_pattern(target.bound).finditer(place.folded, *span))
        if found:
            return Span(*found[-1 if last else 0].span())
    return _none(place)


def _find_period(place: _Place) -> Span:
    """Return the last words before the value that name the record's period."""
    found = _none(place)
    if place.target.headline:
        return found
    for at, code in cues(place.folded, place.sentence.start, place.value.start):
        if _fits(code, place.target.period):
            found = Span(at, _end_of_cue(place.folded, at))
    return found


def _fits(code: str, period: str) -> bool:
    """Return whether a cue names a period: a year itself, 今年 a year, 五年 a plan of years."""
    if code.isdigit():
        return code in period.split("-")
    return code == ("multi" if "-" in period else "annual") or (code == "average" and "-" in period)


def _end_of_cue(folded: str, start: int) -> int:
    """Return where the cue that begins at a place ends."""
    patterns = (_YEAR, *(re.compile(entry["pattern"]) for entry in load_codebook().wording["period"]))
    return max(match.end() for pattern in patterns if (match := pattern.match(folded, start)))


def _find_modality(place: _Place) -> Span:
    """Return the last modal word of the record's modality before its value ends."""
    found = _none(place)
    if _is_plain(place.target):
        return found
    for match in _modal_pattern(place.target.modality).finditer(place.folded, place.sentence.start, place.quote.end):
        if not stretch_pattern().match(place.folded, match.start()):
            found = Span(*match.span())
    return found


def _find_stretch(place: _Place) -> Span:
    """Return the stretch clause that follows the record."""
    match = stretch_pattern().search(place.folded, place.value.start, place.quote.end + _STRETCH_WITHIN)
    return Span(*match.span()) if match else _none(place)


@cache
def _bound_pattern(bound: str) -> re.Pattern[str]:
    """Compile the words of a bound; 余 and 多 after a number mean more than it, 控制在 a ceiling."""
    wording = load_codebook().wording
    words = [entry["pattern"] for where in ("after", "before") for entry in wording[f"bound_{where}"]
             if entry["code"] == bound]  # fmt: skip
    words += {"at_least": ["[余多]"], "at_most": ["控制在"]}.get(bound, [])
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


@cache
def _modal_pattern(modality: str) -> re.Pattern[str]:
    """Compile the words of a modality."""
    return re.compile("|".join(e["pattern"] for e in load_codebook().wording["modality"] if e["code"] == modality))
