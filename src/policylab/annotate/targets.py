"""Targets and results of a report: every number linked to its indicator, bound, period and characters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from policylab.annotate.context import (
    annual_period,
    clause_area,
    clause_prefix,
    cues,
    effective_cue,
    five_year_period,
    read_modality,
    read_scope,
    stretch_pattern,
)
from policylab.annotate.items import find_items
from policylab.annotate.linking import Link, link_sentence
from policylab.annotate.qualitative import Statement, find_statements
from policylab.annotate.quantities import iter_quantities
from policylab.codebook import fold, load_codebook
from policylab.codebook.mentions import Mention, find_mentions
from policylab.model import Document, Quantity, Section, Span, Structure, Target
from policylab.read.structure import parse_folded, split_sentences

_TERM_REVIEW = re.compile(
    r"(?:过去|这|近|本届政府|任期)[^。]{0,6}(?:五|5)年|五年来|“?十[一二三四]五”?(?:时期|期间|以来|规划)|本届政府|任期"
)
_OF = re.compile(r"的(?!目标|基础|水平|增长|增速)[\u4e00-\u9fff“]")
_THRESHOLD = re.compile(r"(?:的)?(?![,;。、)\n:!?]|$)")
_ANNOUNCED = re.compile(
    r"(?:大)?(?:方面|始终|坚持|着力|必须|关键(?:环节|任务)?(?:[,;。、]|$)|一批|重点工作|转变|“(?![^”]{1,12}”[\u4e00-\u9fff“、])|字|聚焦|更加|环节|层面|维度|坚决|问题|重点任务|工作|文章|导向|更高|更大|突破”|条?(?:硬)?措施|意见|方针|政策|举措)"
)
_SKIP_BEFORE = re.compile(
    r"(?:每|前|第|总投资(?:额)?(?:达|约|超|超过)?|投资额|占地(?:面积)?|年产|日产|日处理|总长|全长|总面积|装机容量|装机|建筑面积|计划投资|概算|估算)$"
)
_PLAN_YEAR = re.compile(
    r"“?十[一二三四五六]五”?(?:规划)?(?:的)?(?:开局|收官|关键|承上启下|第[一二三四五]年|起步|中期|实施|开篇)"
)
_FIVE_YEARS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、)?(?:今后|未来|“?十[一二三四五六]五”?)(?:五年|5年|时期|期间)[^,。\n]{0,12}"
)
_NAMED_THING = re.compile(r"(?:的)?(?:以上)?[^,;。\d]{0,6}?(?:企业|产业|集群|项目|园区|强县|强镇|工程)")
_SPENDS = re.compile("投资|投入|安排|筹|争取|落实|发放|完成|新增|减|贷|化解|引进|到位|整合|统筹|资金|实现|达|增")
_OVER_NAMED = re.compile("超|过|突破|不低于")
_HEADS = re.compile("[羽头只台辆吨]$")
_CAPACITY = re.compile(r"[^,;。、\d]{1,12}等(?:重大|重点)?(?:产业)?项目")
_BACKGROUND = re.compile("围绕|依托|用好|原有|现有|已有|在巩固")
_BASIS = re.compile(r"[^,;。]{0,24}(?:的)?基础上")
_PAST = re.compile(r"去年|上年|已(?:完成|建成|经|有|达)|近年来|目前")


@dataclass(frozen=True)
class _Reading:
    """One report being read: texts, parts, and what was found in one pass."""

    document: Document
    folded: str
    structure: Structure
    mentions: list[Mention]
    quantities: list[Quantity]
    mention_starts: list[int]
    quantity_starts: list[int]

    def within(self, span: Span) -> tuple[list[Mention], list[Quantity]]:
        """Return mentions and quantities inside a span."""
        first, last = bisect_left(self.mention_starts, span.start), bisect_left(self.mention_starts, span.end)
        low, high = bisect_left(self.quantity_starts, span.start), bisect_left(self.quantity_starts, span.end)
        return self.mentions[first:last], self.quantities[low:high]


def annotate(document: Document) -> list[Target]:
    """
    Return the targets and results of a report, in the order of the text.

    Parameters
    ----------
    document : Document
        A whole report or an excerpt.

    Returns
    -------
    list of Target
        Headline targets of the plan year, other numeric commitments of the plan, five-year goals on codebook
        indicators, and last year's results on codebook indicators. Values are exact; a qualitative target has
        low and high None. ``text[start:end]`` is the quote and holds ``as_written``.

    References
    ----------
    Fields and conventions: the annotation guide summarised in data/README.md.

    Examples
    --------
    >>> text = "二、2026年工作安排\\n主要预期目标是：地区生产总值增长5%左右，一般公共预算收入增长3%。\\n"
    >>> for target in annotate(Document.from_text(text, region_code="320804", report_year=2026)):
    ...     print(target.indicator, target.low, target.bound, text[target.start : target.end])
    gdp_growth 5 about 地区生产总值增长5%左右
    fiscal_revenue_growth 3 exact 一般公共预算收入增长3%
    """
    reading = _read(document)
    records = [*_read_review(reading), *_read_plan(reading), *_read_headline(reading)]
    return sorted(records, key=lambda target: (target.start, target.end, target.indicator, target.low or 0))


def _read(document: Document) -> _Reading:
    """Fold and scan the text once."""
    folded = fold(document.text)
    mentions = find_mentions(folded)
    quantities = list(iter_quantities(document.text, folded, 0, len(folded)))
    starts = [mention.start for mention in mentions]
    free = [q for q in quantities if not _covers(mentions, starts, q.start, q.end)]
    return _Reading(
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


# Review: last year's results ------------------------------------------------------------------------------------------


def _read_review(reading: _Reading) -> Iterator[Target]:
    """Yield last year's results on codebook indicators."""
    review, year = reading.structure.review, reading.document.report_year
    if review is None:
        return
    term = bool(_TERM_REVIEW.search(reading.folded, review.start, min(review.end, review.start + 500)))
    default = "multi" if term else "annual"
    for sentence in split_sentences(reading.folded, review.start, review.end):
        opening = list(cues(reading.folded, sentence.start, min(sentence.end, sentence.start + 16)))
        default = _new_default(opening, default, year - 1)
        mentions, quantities = reading.within(sentence)
        if mentions and quantities:
            yield from _read_results(reading, sentence, mentions, quantities, default)


def _new_default(opening: list[tuple[int, str]], default: str, result_year: int) -> str:
    """A cue at the head of a sentence sets the period of what follows."""
    for _, cue in opening[:1]:
        if cue in (str(result_year), "annual"):
            return "annual"
        if cue == "multi":
            return "multi"
    return default


def _read_results(
    reading: _Reading, sentence: Span, mentions: list[Mention], quantities: list[Quantity], default: str
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
        scope = _link_scope(reading.folded, sentence.start, link)
        if link.code and annual and scope is not None and not _OF.match(reading.folded, link.quantity.end):
            yield _from_link(reading, link, kind="actual", period=str(year - 1), scope=scope, headline=False)


# Plan: commitments and five-year goals --------------------------------------------------------------------------------


def _read_plan(reading: _Reading) -> Iterator[Target]:
    """Yield the commitments of the plan outside the headline block."""
    plan, folded = reading.structure.plan, reading.folded
    if plan is None:
        return
    block = reading.structure.headline
    block_start, block_end = (block[0].start, block[-1].end) if block else (plan.start, plan.start)
    period = annual_period(reading.document.report_year)
    for sentence in split_sentences(folded, plan.start, plan.end):
        if block and block_start < sentence.end and sentence.start < block_end:
            if sentence.end >= block_end:
                period = annual_period(reading.document.report_year)
            if sentence.start >= block_start:
                continue
            sentence = Span(sentence.start, block_start)
        period = _plan_period(reading, sentence, period, sentence.start < block_end)
        mentions, quantities = reading.within(sentence)
        if quantities:
            yield from _read_commitments(reading, sentence, mentions, quantities, period)


def _plan_period(reading: _Reading, sentence: Span, period: str, before_block: bool) -> str:
    """Return the period that a sentence's opening sets for itself and what follows."""
    folded, year = reading.folded, reading.document.report_year
    if before_block:
        if folded[sentence.start - 1 : sentence.start] not in ("\n", ""):
            return period
        for place, cue in cues(folded, sentence.start, min(sentence.end, sentence.start + 40)):
            if cue in ("annual", str(year)):
                return annual_period(year)
            if cue == "multi" and not _PLAN_YEAR.match(folded, place):
                return five_year_period(folded[max(sentence.start, place - 3) : place + 30], year)
        return period
    opening = _FIVE_YEARS.match(folded, sentence.start)
    if opening and folded[sentence.start - 1 : sentence.start] == "\n":
        return five_year_period(opening[0], year)
    return annual_period(year) if folded[sentence.start - 1 : sentence.start] == "\n" else period


def _read_commitments(
    reading: _Reading, sentence: Span, mentions: list[Mention], quantities: list[Quantity], period: str
) -> Iterator[Target]:
    """Yield the commitments of one sentence."""
    year, folded = reading.document.report_year, reading.folded
    found = [
        (place, cue)
        for place, cue in cues(folded, sentence.start, quantities[-1].end)
        if cue not in ("total", "part") and not cue.startswith("vs")
    ]
    for link in link_sentence(folded, sentence.start, mentions, quantities):
        effective = effective_cue(folded, found, link.quantity.start)
        own = _cue_period(folded, effective, year, sentence.start) if effective else period
        if "past" in (own, period) or link.concept == "baseline":
            continue
        scope = _link_scope(folded, sentence.start, link)
        if link.code and scope is not None:
            yield _from_link(reading, link, kind="target", period=own, scope=scope, headline=False)
        elif own == annual_period(year) and _is_commitment(folded, sentence.start, link.quantity):
            yield from _others(
                reading, link._replace(scope=clause_area(folded, sentence.start, link.start)), headline=False
            )


def _cue_period(folded: str, cue: tuple[int, str], year: int, start: int) -> str:
    """Return the period a cue inside a sentence names."""
    place, code = cue
    if code == "annual":
        return "past" if folded.startswith(("去年", "上年"), place) else annual_period(year)
    if code in ("multi", "average"):
        return five_year_period(folded[max(start, place - 6) : place + 12], year)
    named = int(code)
    return annual_period(year) if named == year else "past" if named < year else f"{year}-{named}"


def _is_commitment(folded: str, start: int, quantity: Quantity) -> bool:
    """Tell a commitment from thresholds, attributes, ranks, code words and announced lists."""
    before, after = folded[max(start, quantity.start - 12) : quantity.start], folded[quantity.end : quantity.end + 12]
    dimension = load_codebook().dimension(quantity.unit)
    threshold = quantity.as_written.endswith(("以上", "以下", "以内")) and dimension in (
        "money",
        "land",
        "area",
        "power",
        "length",
        "mass",
    )
    if threshold and _THRESHOLD.match(after) and not after.startswith(("目标", "规模")):
        return False
    if _SKIP_BEFORE.search(before) or (dimension == "count" and _ANNOUNCED.match(after)):
        return False
    if (
        dimension in ("power", "mass", "apparent_power", "electricity")
        and re.match(r"[\u4e00-\u9fff“]", after)
        and not re.match("任务|目标|江水", after)
    ):
        return False
    if dimension in ("money", "money_usd") and (
        _OF.match(after) or (_NAMED_THING.match(after) and not _SPENDS.search(before))
    ):
        return False
    if _OVER_NAMED.match(quantity.as_written) and dimension == "money" and _NAMED_THING.match(after):
        return False
    if quantity.unit == "类" and after[:1].isdigit():
        return False
    if _HEADS.search(quantity.unit) and re.match("[^,;。、\\d]{0,10}(?:基地|项目|生产线|养殖场)", after):
        return False
    if dimension == "count" and (_CAPACITY.match(folded, quantity.end) or _BASIS.match(folded, quantity.end)):
        return False
    if dimension == "days" and not re.search("控制|达|保持|优良|不少", before):
        return False
    quoted = before.rfind("“") > before.rfind("”") and "”" in after
    clause = re.split("[,;。\n]", before)[-1]
    return not quoted and not _PAST.search(clause) and not _BACKGROUND.search(clause)


# Headline block -------------------------------------------------------------------------------------------------------


def _read_headline(reading: _Reading) -> Iterator[Target]:
    """Yield the items of the headline block; a stretch clause marks the record before it."""
    records: list[Target] = []
    for sentence in reading.structure.headline:
        mentions, quantities = reading.within(sentence)
        records += _read_items(reading, sentence, mentions, quantities)
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


def _read_items(reading: _Reading, sentence: Span, mentions: list[Mention], quantities: list[Quantity]) -> list[Target]:
    """Return numeric and qualitative items of one sentence of the block."""
    year = reading.document.report_year
    records: list[Target] = []
    for link in link_sentence(reading.folded, sentence.start, mentions, quantities):
        if link.concept == "baseline":
            continue
        scope = _link_scope(reading.folded, sentence.start, link)
        if link.code and scope is not None:
            records.append(
                _from_link(reading, link, kind="target", period=annual_period(year), scope=scope, headline=True)
            )
        else:
            records += _others(reading, link, headline=True)
    taken = [(target.start or 0, target.end or 0) for target in records]
    for statement in find_statements(reading.folded, sentence.start, sentence.end, mentions, taken):
        records.append(_from_statement(reading, statement))
    return records


# Records --------------------------------------------------------------------------------------------------------------


def _from_link(reading: _Reading, link: Link, *, kind: str, period: str, scope: str, headline: bool) -> Target:
    """Build the record of a linked quantity."""
    start, end = min(link.start, link.quantity.start), link.quantity.end
    quantity = _settle_bound(link.quantity, kind, reading.folded)
    return _record(
        reading, quantity, start, end, sign=link.sign, indicator=link.code, item="", kind=kind, period=period,
        scope=_unfold(reading, scope, quantity.end) or "whole", headline=headline, rule_id=f"link.{link.rule_id}",
    )  # fmt: skip


def _link_scope(folded: str, start: int, link: Link) -> str | None:
    """Return the part of the jurisdiction a link is about, "" for the whole, None where its name is another thing's."""
    if not link.code:
        return None
    own = link.scope or read_scope(clause_prefix(folded, start, link.start))
    return clause_area(folded, start, link.start) if own == "" else own


def _unfold(reading: _Reading, scope: str, end: int) -> str:
    """Return a sub-area as the text writes it."""
    place = reading.folded.rfind(scope, 0, end)
    return reading.document.text[place : place + len(scope)] if scope and place >= 0 else scope


def _settle_bound(quantity: Quantity, kind: str, folded: str) -> Quantity:
    """控制在3% is a ceiling when it is a target, the value when it is a result."""
    if kind == "target" and quantity.bound == "exact" and folded.startswith("控制在", quantity.start):
        return quantity._replace(bound="at_most")
    return quantity


def _others(reading: _Reading, link: Link, *, headline: bool) -> Iterator[Target]:
    """Yield the record of a quantity outside the codebook, one for each member of a list joined by 均 or 各."""
    quantity = _settle_bound(link.quantity, "target", reading.folded)
    text = reading.document.text
    items = find_items(reading.folded, text, link.quantity)
    if link.concept and link.name_end and not (items and items[0][1] == quantity.start):
        items = [(text[link.start : link.name_end], link.start, quantity.end)]
    for item, start, end in items:
        yield _record(
            reading, quantity, start, end, sign=1, indicator="other", item=item, kind="target",
            period=annual_period(reading.document.report_year), scope=_unfold(reading, link.scope, quantity.end) or "whole", headline=headline, rule_id="other",
        )  # fmt: skip


def _record(
    reading: _Reading, quantity: Quantity, start: int, end: int, *, sign: int, indicator: str, item: str, kind: str,
    period: str, scope: str, headline: bool, rule_id: str,
) -> Target:  # fmt: skip
    """Assemble a numeric record."""
    low, high = sorted((quantity.low * sign, quantity.high * sign))
    codebook = load_codebook()
    (value_low, base_unit), (value_high, _) = (
        codebook.convert(low, quantity.unit),
        codebook.convert(high, quantity.unit),
    )
    marks = "。;,:\n" if headline else "。;\n"
    sentence_start = max(reading.folded.rfind(mark, 0, start) for mark in marks) + 1
    modality = read_modality(reading.folded, sentence_start, quantity.start) if kind == "target" else "plain"
    return _target(
        reading, start, end, kind=kind, headline=headline, period=period, indicator=indicator, item=item, low=low, high=high,
        unit=quantity.unit, value_low=value_low, value_high=value_high, base_unit=base_unit, bound=quantity.bound,
        modality=modality, scope=scope, as_written=quantity.as_written, rule_id=rule_id,
    )  # fmt: skip


def _from_statement(reading: _Reading, statement: Statement) -> Target:
    """Build the record of a qualitative target."""
    text, folded = reading.document.text, reading.folded
    start, end = statement.start, statement.end
    while end > start and text[end - 1].isspace():
        end -= 1
    begin = max(folded.rfind(mark, 0, start) for mark in ",;。\n:") + 1
    as_written = text[max(start, statement.words_start) : end]
    return _target(
        reading, start, end, kind="target", headline=True, period=annual_period(reading.document.report_year),
        indicator=statement.code, item=statement.item if statement.code == "other" else "", low=None, high=None, unit="",
        value_low=None, value_high=None, base_unit="", bound="qualitative", qualitative=statement.qualitative,
        modality=read_modality(folded, begin, end), scope=statement.scope or "whole", as_written=as_written, rule_id=f"statement.{statement.qualitative}",
    )  # fmt: skip


def _target(
    reading: _Reading, start: int, end: int, *, kind: str, headline: bool, period: str, indicator: str, item: str,
    low: Decimal | None, high: Decimal | None, unit: str, value_low: Decimal | None, value_high: Decimal | None,
    base_unit: str, bound: str, modality: str, scope: str, as_written: str, rule_id: str, qualitative: str = "",
) -> Target:  # fmt: skip
    """Fill in what is the same for all records of a report."""
    document = reading.document
    return Target(
        report_id=document.report_id, region_code=document.region_code, report_year=document.report_year, kind=kind,
        headline=headline, period=period, indicator=indicator, item=item, low=low, high=high, unit=unit,
        value_low=value_low, value_high=value_high, base_unit=base_unit, bound=bound, qualitative=qualitative,
        modality=modality, stretch=False, scope=scope, start=start, end=end, as_written=as_written,
        section=_section_title(reading.structure.sections, start), rule_id=rule_id, status="auto",
        sha256=document.sha256, source_kind="report", source_url=document.source.get("source_url", ""),
    )  # fmt: skip


def _section_title(sections: tuple[Section, ...], place: int) -> str:
    """Return the title of the innermost numbered section around a place."""
    title = ""
    for section in sections:
        if section.start > place:
            break
        if place < section.end:
            title = section.title
    return title
