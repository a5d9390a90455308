"""The types that travel between rooms: frozen, without I/O.

Every offset counts code points of the unchanged text, half-open, so that ``text[start:end]`` is the quote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple


class Span(NamedTuple):
    """A stretch of text: code points ``start`` to ``end``, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report; ``level`` 1 is 一、, 2 is （一）; ``end`` is where the next of its level begins."""

    title: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Structure:
    """
    Where the parts of one report lie; every member is a span of the unchanged text.

    Attributes
    ----------
    review, plan : Span or None
        The look back at past years and the arrangement of the coming one. None where the text has no such part.
    headline : tuple of Span
        The main expected targets of the plan year (主要预期目标), sentence by sentence in the order of the text.
        Empty where the report sets none or the text is an excerpt without them.
    sections : tuple of Section
        Numbered headings in the order of the text, both levels.
    """

    review: Span | None
    plan: Span | None
    headline: tuple[Span, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """
    One report: its unchanged text and what is known about it.

    Attributes
    ----------
    report_id : str
        Region code and report year, for example "320804-2023".
    region_code : str
        Six digits (GB/T 2260), text, never a number.
    report_year : int
        The year the report plans for; it reviews the year before.
    text : str
        The text as read. Offsets everywhere count its code points.
    source : mapping of str to str
        What the sidecar or corpus row says: title, issuer, source_url, retrieved, legal_status, completeness …
    sha256 : str
        Hash of the UTF-8 text.

    Examples
    --------
    >>> Document.from_text("全年目标：增长5%。", region_code="320804", report_year=2023).report_id
    '320804-2023'
    """

    report_id: str
    region_code: str
    report_year: int
    text: str = field(repr=False)
    source: Mapping[str, str] = field(default_factory=dict, repr=False)
    sha256: str = field(default="", repr=False)

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        region_code: str,
        report_year: int,
        report_id: str = "",
        source: Mapping[str, str] | None = None,
    ) -> Document:
        """Return a Document whose id and hash follow from code, year and text."""
        return cls(
            report_id=report_id or f"{region_code}-{report_year}",
            region_code=region_code,
            report_year=report_year,
            text=text,
            source=dict(source or {}),
            sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the text with its targets marked, escaped (`policylab.show_report`)."""
        import policylab  # the rooms above are asked by their public name, and only when a notebook asks

        return str(policylab.show_report(self))


class Quantity(NamedTuple):
    """
    A number as the text writes it, with its unit and bound.

    ``low`` equals ``high`` unless the text gives a range. ``start`` and ``end`` span the value with its bound words
    (``不低于10个``), ``unit`` is as written and "" where the text gives none. ``as_written`` is ``text[start:end]``.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal
    unit: str
    bound: str
    as_written: str


@dataclass(frozen=True, slots=True)
class Target:
    """
    One target or result of a report: a value, what it measures, and the characters it was read from.

    Attributes
    ----------
    report_id, region_code, report_year
        The report; ``report_year`` is the year it plans for.
    kind : "target" or "actual"
        A commitment, or a result reported in the review.
    headline : bool
        Whether it stands in the block of main expected targets (主要预期目标).
    period : str
        "2026", or "2026-2030".
    indicator : str
        A code of the codebook, or "other"; then ``item`` says what is counted.
    item : str
        What the text calls it, a noun phrase; "" where the indicator says all.
    low, high : Decimal or None
        The number in ``unit``; equal for a single value, None for a qualitative target.
    unit : str
        As the text writes it; "" for qualitative targets.
    value_low, value_high : Decimal or None
        The same in ``base_unit`` (4.35 亿元 is 435000000 元), exact.
    bound : "exact", "about", "at_least", "at_most", "range" or "qualitative"
        Read on the magnitude: 下降3.4%以上 is -3.4 with "at_least".
    qualitative : str
        "" for numbers, else a code of wording.yaml such as "in_step".
    modality : "plain", "strive" or "ensure"
    stretch : bool
        Whether a clause such as 在实际工作中努力争取更好结果 follows.
    scope : str
        "whole", or the sub-area or group named.
    start, end : int or None
        Span of the quote; None for a cited fact.
    as_written : str
        The value with its bound words, inside the quote.
    section : str
        Title of the section it stands in.
    rule_id : str
        The rule that made the record.
    status : "auto", "confirmed", "corrected" or "rejected"
    sha256 : str
        Hash of the text the offsets refer to; "" for a cited fact.
    source_kind : "report" or "citation"
    source_url : str
    """

    report_id: str
    region_code: str
    report_year: int
    kind: str
    headline: bool
    period: str
    indicator: str
    item: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    value_low: Decimal | None
    value_high: Decimal | None
    base_unit: str
    bound: str
    qualitative: str
    modality: str
    stretch: bool
    scope: str
    start: int | None
    end: int | None
    as_written: str
    section: str
    rule_id: str
    status: str
    sha256: str
    source_kind: str
    source_url: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict, in the order of the class."""
        return {name: getattr(self, name) for name in TARGET_FIELDS}

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the fields that say something as a table, escaped."""
        from html import escape

        said = {name: str(value) for name, value in self.to_dict().items() if value not in (None, "")}
        rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in said.items())
        return f"<table>{rows}</table>".encode("utf-8", "replace").decode()


TARGET_FIELDS: tuple[str, ...] = tuple(item.name for item in fields(Target))

# A frozen dataclass sets each field by a call. A record in the making is an open twin, ten times as fast, filled in by
# position (names cost as much again) and closed when it is full.
_OpenTarget: Any = make_dataclass("_OpenTarget", [(item.name, item.type) for item in fields(Target)], slots=True)


_in_order = itemgetter(*TARGET_FIELDS)


def make_target(values: Mapping[str, Any]) -> Target:
    """Return what ``Target(**values)`` returns, in a third of the time."""
    record = _OpenTarget(*_in_order(values))
    record.__class__ = Target
    closed: Target = record
    return closed


@dataclass(frozen=True, slots=True)
class Correction:
    """
    One entry of a ledger: what a reader says of a record that extraction made. See `policylab.annotate.review`.

    Attributes
    ----------
    report_id : str
        The report whose record it is about.
    quote : str
        Characters of the report's text that hold the record, or that it holds.
    occurrence : int
        Which of several places with this quote is meant, from 1; 0 where there is but one.
    indicator : str
        The record's indicator where several records stand at the quote; "" where one does.
    action : "drop", "override", "confirm" or "flag"
    changes : mapping of field to value
        What an override sets; empty for the other actions.
    expect : mapping of field to value
        What extraction says today; where it says something else, the entry is out of date.
    reason, by, on : str
        Why, by whom, and on which day (2024-05-31).
    place : str
        File and line of the entry.
    """

    report_id: str
    quote: str
    occurrence: int
    indicator: str
    action: str
    changes: Mapping[str, Any]
    expect: Mapping[str, Any]
    reason: str
    by: str
    on: str
    place: str
