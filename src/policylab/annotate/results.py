"""The review part: last year's results on indicators of the codebook."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from policylab.annotate.context import cues, effective_cue
from policylab.annotate.linking import link_sentence
from policylab.annotate.reading import Reading
from policylab.annotate.records import link_record, link_scope
from policylab.codebook import load_codebook
from policylab.codebook.mentions import Mention
from policylab.model import Quantity, Span, Target
from policylab.read.structure import split_sentences

_TERM_REVIEW = re.compile(
    r"(?:过去|这|近|本届政府|任期)[^。]{0,6}(?:五|5)年|五年来|“?十[一二三四]五”?(?:时期|期间|以来|规划)|本届政府|任期"
)


def read_results(reading: Reading) -> Iterator[Target]:
    """Yield last year's results on codebook indicators."""
    review, year = reading.structure.review, reading.document.report_year
    if review is None:
        return
    term = bool(_TERM_REVIEW.search(reading.folded, review.start, min(review.end, review.start + 500)))
    default = "multi" if term else "annual"
    named = 0
    for sentence in split_sentences(reading.folded, review.start, review.end):
        start, end = sentence
        words = reading.folded[start : start + 16]
        if "年" in words or "五" in words or "届" in words:
            opening = list(cues(reading.folded, start, min(end, start + 16)))
            default = _new_default(opening, default, year - 1)
        named = bisect_left(reading.mention_starts, start, named)
        first, named = named, bisect_left(reading.mention_starts, end, named)
        quantities = reading.find_quantities(sentence) if first < named else []
        if quantities:
            mentions = reading.mentions[first:named]
            yield from _read_sentence(reading, sentence, mentions, quantities, default)


def _new_default(opening: list[tuple[int, str]], default: str, result_year: int) -> str:
    """A cue at the head of a sentence sets the period of what follows."""
    for _, cue in opening[:1]:
        if cue in (str(result_year), "annual"):
            return "annual"
        if cue == "multi":
            return "multi"
    return default


def _read_sentence(
    reading: Reading, sentence: Span, mentions: list[Mention], quantities: list[Quantity], default: str
) -> Iterator[Target]:
    """Yield the results of one sentence that are last year's."""
    year = reading.document.report_year
    found = list(cues(reading.folded, sentence.start, quantities[-1].end))
    baseline = False
    for link in link_sentence(reading.folded, sentence.start, mentions, quantities):
        if link.concept == "baseline":
            baseline = True
            continue
        effective = effective_cue(reading.folded, found, link.quantity.start)
        cue = effective[1] if effective else default
        annual = cue in ("annual", str(year - 1), f"vs{year - 2}") or (
            baseline
            and cue in ("multi", "total")
            and link.code.endswith(("_level", "_rate", "_share", "_capita", "_cover"))
        )
        baseline = False
        scope = link_scope(reading.folded, sentence.start, link)
        if link.code and scope is not None and cue.isdigit() and int(cue) > year:  # 到2030年达到…: a goal, early
            yield link_record(reading, link, kind="target", period=f"{year}-{cue}", scope=scope, headline=False)
            continue
        points = load_codebook().dimension(link.quantity.unit) == "pp"  # by how much a share rose, not the share
        if link.code and annual and not points and scope is not None:
            yield link_record(reading, link, kind="actual", period=str(year - 1), scope=scope, headline=False)
