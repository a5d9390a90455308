"""A report with its targets marked by kind, for notebooks as HTML and for terminals in colours or brackets."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from policylab.annotate.evidence import locate_target
from policylab.annotate.targets import annotate
from policylab.codebook import load_codebook
from policylab.model import Document, Target
from policylab.publish.render import Html


class _Look(NamedTuple):
    """How a kind of target is told apart: by colour, and without colour by its line (HTML), style or letter."""

    name: str
    letter: str
    css: str
    ansi: str


# Where targets of several kinds cover one place, the first of these names it.
_LOOKS = {
    "headline": _Look("主要目标 headline target", "H", "background:rgba(230,159,0,.30);border-bottom:3px solid", "1;7"),
    "five_year": _Look(
        "五年目标 five-year goal", "F", "background:rgba(204,121,167,.25);border-bottom:3px double", "1;4;35"
    ),
    "plan": _Look("工作目标 plan target", "P", "background:rgba(86,180,233,.20);border-bottom:2px dashed", "4;36"),
    "actual": _Look("上年结果 result", "R", "border-bottom:2px dotted", "3;32"),
}
_STYLE = Markup(
    "<style>\n.policylab-report{white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.9}\n"
    "@media screen{.policylab-report{max-height:40em;overflow-y:auto}}\n"
    ".policylab-legend mark,.policylab-report mark{color:inherit;background:none;padding:0 .1em}\n%s</style>\n"
) % Markup("").join(Markup("mark.policylab-%s{%s}\n") % (name, look.css) for name, look in _LOOKS.items())
# What a terminal would obey and a page can't hold: control characters, changes of direction, halves of characters.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def show_report(document: Document, targets: Iterable[Target] | None = None) -> Html:
    """
    Return a report as a notebook shows it: its text with every target marked by kind, and a legend above.

    A mark's tooltip gives indicator, value, bound, period and rule of each record at that place. The text is escaped and
    cannot inject markup.

    Parameters
    ----------
    document : Document
    targets : iterable of Target, optional
        Records read from this text; by default those that `policylab.annotate_report` finds. Cited facts, which have no
        place in a text, are left out.

    Returns
    -------
    Html
        A string with ``_repr_html_``. Kinds differ in colour and in their line: solid for headline targets, double for
        five-year goals, dashed for other targets, dotted for results.

    Raises
    ------
    DataError
        Where a record was read from another text.

    Examples
    --------
    >>> text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    >>> page = show_report(Document.from_text(text, region_code="320804", report_year=2023))
    >>> page.count('<mark class="policylab-headline" title=')
    2
    """
    return render_document(document, annotate(document) if targets is None else targets)


def render_document(document: Document, targets: Iterable[Target]) -> Html:
    """
    Return the text of a report as HTML with the records given marked, as `show_report` does.

    Raises
    ------
    DataError
        Where a record was read from another text.
    """
    placed = _place(document, targets)
    pieces = (_mark(piece, covering) for piece, covering in _cut(document.text, placed))
    report = Html('<div class="policylab-report">{}</div>').format(Markup("").join(pieces))
    return Html("{}{}\n{}\n").format(_STYLE, _render_legend(document, placed), report)


def paint_report(document: Document, targets: Iterable[Target], *, color: bool) -> str:
    """
    Return the text of a report for a terminal, below a legend: its targets in colours, or in brackets with a letter.

    Parameters
    ----------
    document : Document
    targets : iterable of Target
        Records read from this text; cited facts are left out.
    color : bool
        Whether to use the colours and styles of ANSI terminals. Otherwise targets that overlap share one bracket, whose
        letters count them: ``[2H ...]`` holds two headline targets.

    Raises
    ------
    DataError
        Where a record was read from another text.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    >>> document = Document.from_text(text, region_code="320804", report_year=2023)
    >>> print(paint_report(document, annotate(document), color=False))
    320804-2023: 2 records
    [H 主要目标 headline target]
    <BLANKLINE>
    主要预期目标是：[H 地区生产总值增长8%左右]，[H 物价涨幅3%]。
    """
    placed = _place(document, targets)
    paint = _paint if color else _bracket
    looks = [_LOOKS[name] for name in _count_kinds(placed)]
    legend = "  ".join(_style(look.name, look) if color else f"[{look.letter} {look.name}]" for look in looks)
    cut = _cut(document.text, placed) if color else _cut_clusters(document.text, placed)
    body = "".join(paint(clean_text(piece), covering) for piece, covering in cut)
    return "\n".join(filter(None, [_tell_count(document, placed), legend])) + "\n\n" + body


def clean_text(text: str) -> str:
    r"""
    Return text that is safe to print: what a terminal would obey shows as the replacement character.

    Examples
    --------
    >>> clean_text("增长\x1b[2J8%") == "增长\ufffd[2J8%"
    True
    """
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def describe_target(target: Target) -> str:
    """
    Return a record in lines: kind, indicator, value as written, value and bound, period, what is not plain, and rule.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    >>> print(describe_target(annotate(Document.from_text(text, region_code="320804", report_year=2023))[0]))
    主要目标 headline target: 地区生产总值增速 gdp_growth
    8%左右: about 8 %, 2023
    link.name
    """
    known = load_codebook().indicators.get(target.indicator)
    name = f"{known.name_zh} {known.code}" if known else f"{target.item or target.indicator} ({target.indicator})"
    number = f"{target.low}-{target.high}" if target.low != target.high else str(target.low)
    value = target.qualitative if target.low is None else f"{target.bound} {number} {target.unit}".strip()
    marked = (
        (target.modality != "plain", target.modality),
        (target.stretch, "stretch"),
        (target.scope != "whole", target.scope),
    )
    extra = "".join(f", {words}" for holds, words in marked if holds)
    status = "" if target.status == "auto" else f", {target.status}"
    return f"{_LOOKS[_kind(target)].name}: {name}\n{target.as_written}: {value}, {target.period}{extra}\n{target.rule_id}{status}"


def _kind(target: Target) -> str:
    """Return which of the four kinds a record is."""
    if target.kind == "actual":
        return "actual"
    if target.headline:
        return "headline"
    return "five_year" if "-" in target.period else "plan"


def _place(document: Document, targets: Iterable[Target]) -> list[tuple[int, int, Target]]:
    """Return the records that have a place, with it, in the order of the text."""
    placed = [(*locate_target(document, target), target) for target in targets if target.start is not None]
    return sorted(placed, key=lambda item: item[:2])


def _cut(text: str, placed: Sequence[tuple[int, int, Target]]) -> Iterator[tuple[str, list[Target]]]:
    """Cut a text wherever a record begins or ends; yield each piece with the records that cover it."""
    cuts = sorted({0, len(text), *(start for start, _, _ in placed), *(end for _, end, _ in placed)})
    beginning: dict[int, list[tuple[int, Target]]] = defaultdict(list)
    for start, end, target in placed:
        beginning[start].append((end, target))
    active: list[tuple[int, Target]] = []
    for left, right in pairwise(cuts):
        active = [item for item in active if item[0] > left] + beginning.get(left, [])
        yield text[left:right], [target for _, target in active]


def _cut_clusters(text: str, placed: Sequence[tuple[int, int, Target]]) -> Iterator[tuple[str, list[Target]]]:
    """Cut a text into stretches without a record, and stretches of records that overlap."""
    clusters: list[tuple[int, int, list[Target]]] = []
    for start, end, target in placed:
        if clusters and start < clusters[-1][1]:
            first, last, members = clusters[-1]
            clusters[-1] = first, max(last, end), [*members, target]
        else:
            clusters.append((start, end, [target]))
    left = 0
    for start, end, members in clusters:
        yield text[left:start], []
        yield text[start:end], members
        left = end
    yield text[left:], []


def _count_kinds(placed: Iterable[tuple[int, int, Target]]) -> dict[str, int]:
    """Count the records of each kind, in the order of the looks."""
    counts = Counter(_kind(target) for _, _, target in placed)
    return {name: counts[name] for name in _LOOKS if counts[name]}


def _tell_count(document: Document, placed: Sequence[object]) -> str:
    """Name a report and say how many records are marked in it."""
    return f"{document.report_id}: {len(placed)} record{'' if len(placed) == 1 else 's'}"


def _render_legend(document: Document, placed: Sequence[tuple[int, int, Target]]) -> Markup:
    """Return the line above the text: report, source, and the marks of the kinds that occur with their counts."""
    kinds = _count_kinds(placed).items()
    row = Markup(' <mark class="policylab-{}">{}</mark> {}')
    marks = Markup(" ").join(row.format(kind, _LOOKS[kind].name, count) for kind, count in kinds)
    title = clean_text(document.source.get("title", ""))
    return Markup('<p class="policylab-legend"><strong>{}</strong> {}{}</p>').format(
        clean_text(_tell_count(document, placed)), title, marks
    )


def _mark(piece: str, covering: Sequence[Target]) -> Markup:
    """Return a piece of a report as HTML, marked where records cover it."""
    if not covering:
        return escape(clean_text(piece))
    told = "\n\n".join(dict.fromkeys(describe_target(target) for target in covering))
    row = Markup('<mark class="policylab-{}" title="{}">{}</mark>')
    return row.format(_foremost(covering), clean_text(told), clean_text(piece))


def _foremost(covering: Sequence[Target]) -> str:
    """Return the kind that a place is marked as."""
    kinds = {_kind(target) for target in covering}
    return next(name for name in _LOOKS if name in kinds)


def _paint(piece: str, covering: Sequence[Target]) -> str:
    """Return a piece in the style of its kind."""
    return _style(piece, _LOOKS[_foremost(covering)]) if covering else piece


def _style(text: str, look: _Look) -> str:
    """Return a text in the style of a kind; each line by itself, so that a pager keeps it."""
    return "\n".join(f"\033[{look.ansi}m{line}\033[0m" if line else "" for line in text.split("\n"))


def _bracket(piece: str, covering: Sequence[Target]) -> str:
    """Return a piece in brackets with the letters of the records in it."""
    if not covering:
        return piece
    counts = Counter(_kind(target) for target in covering)
    letters = "+".join(
        f"{counts[name] if counts[name] > 1 else ''}{_LOOKS[name].letter}" for name in _LOOKS if counts[name]
    )
    return f"[{letters} {piece}]"
