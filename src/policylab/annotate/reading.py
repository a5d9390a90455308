"""One report while it is read: its folded text, its parts, the names of indicators, and numbers where they are asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policylab.annotate.quantities import iter_quantities
from policylab.codebook import fold
from policylab.codebook.mentions import Mention, find_mentions
from policylab.model import Document, Quantity, Section, Span, Structure
from policylab.read.structure import parse_folded


@dataclass(frozen=True)
class Reading:
    """One report being read: texts, parts, and the names found in one pass."""

    document: Document
    folded: str
    structure: Structure
    mentions: list[Mention]
    mention_starts: list[int]
    section_starts: list[int]
    common: dict[str, Any]

    def find_mentions(self, span: Span) -> list[Mention]:
        """Return the names that begin inside a span."""
        first = bisect_left(self.mention_starts, span.start)
        return self.mentions[first : bisect_left(self.mention_starts, span.end, first)]

    def find_quantities(self, span: Span) -> list[Quantity]:
        """
        Return the numbers that begin inside a span and are no part of a name (500万元以上固定资产投资).

        Read anew at each call, for numbers are what costs most: the review is asked only where it names an indicator.
        """
        found = iter_quantities(self.document.text, self.folded, span.start, span.end)
        return [quantity for quantity in found if not self._in_name(quantity)]

    def _in_name(self, quantity: Quantity) -> bool:
        """Return whether a number is part of a name."""
        index = bisect_right(self.mention_starts, quantity.start) - 1
        return index >= 0 and self.mentions[index].end >= quantity.end

    @cached_property
    def chapters(self) -> list[Section]:
        """Return the numbered sections of the first level; each ends where the next begins."""
        return [section for section in self.structure.sections if section.level == 1]

    @cached_property
    def _chapter_starts(self) -> list[int]:
        """Return where the sections of the first level begin."""
        return [section.start for section in self.chapters]

    def chapter_title(self, place: int) -> str:
        """Return the title of the section of the first level around a place, "" where there is none."""
        index = bisect_right(self._chapter_starts, place) - 1
        return self.chapters[index].title if index >= 0 and place < self.chapters[index].end else ""

    def section_title(self, place: int) -> str:
        """Return the title of the innermost numbered section around a place: the last that begins before it."""
        index = bisect_right(self.section_starts, place) - 1
        return self.structure.sections[index].title if index >= 0 else ""


def read_document(document: Document) -> Reading:
    """Fold the text, find its parts and its names."""
    folded = fold(document.text)
    mentions = find_mentions(folded)
    structure = parse_folded(folded, report_year=document.report_year)
    return Reading(
        document,
        folded,
        structure,
        mentions,
        [mention.start for mention in mentions],
        [section.start for section in structure.sections],
        _common_fields(document),
    )


def _common_fields(document: Document) -> dict[str, Any]:
    """Return the fields that all records of a report share."""
    return {
        "report_id": document.report_id,
        "region_code": document.region_code,
        "report_year": document.report_year,
        "stretch": False,
        "status": "auto",
        "sha256": document.sha256,
        "source_kind": "report",
        "source_url": document.source.get("source_url", ""),
    }
