"""One report while it is read: its folded text, its parts, and the names and numbers found in one pass."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from policylab.annotate.quantities import iter_quantities
from policylab.codebook import fold
from policylab.codebook.mentions import Mention, find_mentions
from policylab.model import Document, Quantity, Section, Span, Structure
from policylab.read.structure import parse_folded


@dataclass(frozen=True)
class Reading:
    """One report being read: texts, parts, and what was found in one pass."""

    document: Document
    folded: str
    structure: Structure
    mentions: list[Mention]
    quantities: list[Quantity]
    mention_starts: list[int]
    quantity_starts: list[int]

    def has_quantity(self, span: Span) -> bool:
        """Return whether a number stands in a span: most sentences have none."""
        index = bisect_left(self.quantity_starts, span.start)
        return index < len(self.quantity_starts) and self.quantity_starts[index] < span.end

    def within(self, span: Span) -> tuple[list[Mention], list[Quantity]]:
        """Return mentions and quantities inside a span."""
        first, last = bisect_left(self.mention_starts, span.start), bisect_left(self.mention_starts, span.end)
        low, high = bisect_left(self.quantity_starts, span.start), bisect_left(self.quantity_starts, span.end)
        return self.mentions[first:last], self.quantities[low:high]


def read_document(document: Document) -> Reading:
    """Fold and scan the text once."""
    folded = fold(document.text)
    mentions = find_mentions(folded)
    quantities = list(iter_quantities(document.text, folded, 0, len(folded)))
    starts = [mention.start for mention in mentions]
    free = [q for q in quantities if not _covers(mentions, starts, q.start, q.end)]
    return Reading(
        document,
        folded,
        parse_folded(folded, report_year=document.report_year),
        mentions,
        free,
        starts,
        [q.start for q in free],
    )


def _covers(mentions: list[Mention], starts: list[int], start: int, end: int) -> bool:
    """Return whether a number is part of a name (500万元以上固定资产投资)."""
    index = bisect_left(starts, start + 1) - 1
    return index >= 0 and mentions[index].end >= end


def section_title(sections: tuple[Section, ...], place: int) -> str:
    """Return the title of the innermost numbered section around a place: the last that begins before it."""
    index = bisect_right(sections, place, key=lambda section: section.start) - 1
    return sections[index].title if index >= 0 else ""
