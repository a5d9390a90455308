"""The headline block: every main expected target of the year, in numbers and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policylab.annotate.context import annual_period, stretch_pattern
from policylab.annotate.linking import link_sentence
from policylab.annotate.qualitative import find_statements
from policylab.annotate.quantities import find_named_values
from policylab.annotate.reading import Reading
from policylab.annotate.records import is_threshold, link_record, link_scope, other_records, statement_record
from policylab.codebook import load_codebook
from policylab.codebook.mentions import Mention
from policylab.model import Quantity, Span, Target


def read_headline(reading: Reading) -> Iterator[Target]:
    """Yield the items of the headline block; a stretch clause marks the record before it."""
    records: list[Target] = []
    for sentence in reading.structure.headline:
        records += _read_items(reading, sentence, reading.find_mentions(sentence), reading.find_quantities(sentence))
    records.sort(key=lambda target: (target.start, target.end))
    block = reading.structure.headline
    if block:
        for match in stretch_pattern().finditer(reading.folded, block[0].start, block[-1].end):
            _mark_stretch(records, match.start())
    yield from records


def _mark_stretch(records: list[Target], place: int) -> None:
    """Mark the last record that ends before a stretch clause."""
    earlier = [index for index, target in enumerate(records) if target.end is not None and target.end <= place]
    if earlier:
        records[earlier[-1]] = replace(records[earlier[-1]], stretch=True)


def _read_items(reading: Reading, sentence: Span, mentions: list[Mention], quantities: list[Quantity]) -> list[Target]:
    """Return numeric and qualitative items of one sentence of the block."""
    year = reading.document.report_year
    records: list[Target] = []
    text, folded = reading.document.text, reading.folded
    quantities = sorted([*quantities, *find_named_values(text, folded, sentence, quantities)])
    for link in link_sentence(reading.folded, sentence.start, mentions, quantities):
        points = bool(link.concept) and not link.code and load_codebook().dimension(link.quantity.unit) == "pp"
        basis = reading.folded.startswith("的基础上", link.quantity.end)
        if link.concept == "baseline" or points or basis or is_threshold(folded, link.quantity):
            continue  # 高于全省1个百分点 is read as a statement
        scope = link_scope(reading.folded, sentence.start, link)
        if link.code and scope is not None:
            records.append(
                link_record(reading, link, kind="target", period=annual_period(year), scope=scope, headline=True)
            )
        else:
            records += other_records(reading, link, headline=True)
    taken = [(target.start or 0, target.end or 0) for target in records]
    for statement in find_statements(reading.folded, sentence.start, sentence.end, mentions, taken):
        records.append(statement_record(reading, statement))
    return records
