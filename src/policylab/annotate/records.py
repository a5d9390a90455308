"""Assemble Target records from links and statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from policylab.annotate.context import annual_period, clause_area, clause_prefix, read_modality, read_scope
from policylab.annotate.items import find_items, strip_verbs
from policylab.annotate.linking import Link
from policylab.annotate.qualitative import Statement
from policylab.annotate.reading import Reading
from policylab.codebook import load_codebook
from policylab.model import Quantity, Span, Target, make_target


def link_record(reading: Reading, link: Link, *, kind: str, period: str, scope: str, headline: bool) -> Target:
    """Build the record of a linked quantity."""
    quantity = _settle_bound(link.quantity, kind, reading.folded)
    fields = {
        "kind": kind,
        "period": period,
        "headline": headline,
        "indicator": link.code,
        "item": "",
        "scope": _unfold(reading, scope, quantity.end) or "whole",
        "rule_id": f"link.{link.rule_id}",
    }
    span = Span(min(link.start, quantity.start), quantity.end)
    return _from_number(reading, quantity, span, fields, sign=link.sign)


_NOUN = re.compile(r"(?!目标|水平)[\u4e00-\u9fff]")
_ATTRIBUTE = re.compile(
    r"的(?!目标|基础|水平|增长|增速|[\d])[\u4e00-\u9fff“]|的\d{1,4}[个家户]|(?:以上)?(?:的)?[^,;。、\d]{0,3}(?:企业|园区|乡镇|集群|强县|强镇|县区|项目)"
)


def is_attribute(folded: str, quantity: Quantity) -> bool:
    """Return whether a value describes something counted: 产值超百亿元的园区, 超亿美元企业."""
    if is_threshold(folded, quantity):
        return True
    dimension = load_codebook().dimension(quantity.unit)
    return dimension in ("money", "money_usd", "mass") and bool(_ATTRIBUTE.match(folded, quantity.end))


def is_threshold(folded: str, quantity: Quantity) -> bool:
    """Return whether an amount says which of the things named next are meant: 2000万元以上项目资金."""
    money = quantity.as_written.endswith("以上") and load_codebook().dimension(quantity.unit) == "money"
    return money and bool(_NOUN.match(folded, quantity.end))


def link_scope(folded: str, start: int, link: Link) -> str | None:
    """Return the part of the jurisdiction a link is about, "" for the whole, None where its name is another thing's."""
    if not link.code or is_attribute(folded, link.quantity):
        return None
    own = link.scope or read_scope(clause_prefix(folded, start, link.start))
    if own in ("省", "市", "县", "州") and not folded.startswith("本级", link.start):
        own = ""  # 市一般公共预算收入 is the city's; 市本级 is a part of it
    return clause_area(folded, start, link.start) if own == "" else own


def _unfold(reading: Reading, scope: str, end: int) -> str:
    """Return a sub-area as the text writes it."""
    place = reading.folded.rfind(scope, max(0, end - 4000), end) if scope else -1
    return reading.document.text[place : place + len(scope)] if place >= 0 else scope


def _settle_bound(quantity: Quantity, kind: str, folded: str) -> Quantity:
    """控制在3% is a ceiling when it is a target, the value when it is a result."""
    if kind == "target" and quantity.bound == "exact" and folded.startswith("控制在", quantity.start):
        return quantity._replace(bound="at_most")
    return quantity


def other_records(reading: Reading, link: Link, *, scope: str = "", headline: bool) -> Iterator[Target]:
    """Yield the record of a quantity outside the codebook, one for each member of a list joined by 均 or 各."""
    quantity = _settle_bound(link.quantity, "target", reading.folded)
    text = reading.document.text
    items = find_items(reading.folded, text, link.quantity)
    if link.concept and link.name_end and not (items and items[0][1] == quantity.start):
        start, name_end = _find_name(reading.folded, link, items)
        if text[start:name_end].strip():
            items = [(text[start:name_end], start, quantity.end)]
    for item, start, end in items:
        if not item.strip():
            continue  # a number of nothing that has a name
        fields = {
            "kind": "target",
            "period": annual_period(reading.document.report_year),
            "headline": headline,
            "indicator": "other",
            "item": item,
            "scope": _unfold(reading, scope or link.scope, quantity.end) or "whole",
            "rule_id": "other",
        }
        yield _from_number(reading, quantity, Span(start, end), fields)


_MEASURE = re.compile("(?:规模|总量|总额|总值|总数|数量|占比|比重|比例|率)?")
_APART = re.compile(r"新增|增加|实现|完成|达到|保持|\d")
_LISTED = re.compile(r"[、和与及]\s?[近约超]?\d")


def _find_name(folded: str, link: Link, items: list[tuple[str, int, int]]) -> tuple[int, int]:
    """Return the span of a known name with the noun that it is the end of: 新型农业经营主体, 数字经济规模."""
    start = strip_verbs(folded, link.start, link.name_end)
    alone = link.rule_id not in ("apart", "each") and not _LISTED.match(folded, link.quantity.end)
    alone = alone and folded[link.quantity.start - 1] not in "、和与及"
    wider = items[0][1] if items and alone else start
    if wider < start < wider + len(items[0][0]) and not _APART.search(folded, wider, start):
        start = wider
    return start, _MEASURE.match(folded, link.name_end).end()  # type: ignore[union-attr]


def _from_number(reading: Reading, quantity: Quantity, span: Span, fields: dict[str, Any], *, sign: int = 1) -> Target:
    """Build a numeric record; the sign of a fall turns the number. Fields come as a dict: names would cost more."""
    low, high = (quantity.low, quantity.high) if sign == 1 else (-quantity.high, -quantity.low)
    value_low, base_unit = _convert(low, quantity.unit)
    value_high = value_low if low is high or low == high else _convert(high, quantity.unit)[0]
    modality = "plain"
    if fields["kind"] == "target":
        start = _find_start(reading.folded, span.start, "。;,:\n" if fields["headline"] else "。;\n", reach=600)
        modality = read_modality(reading.folded, start, quantity.start)
    return make_target(
        {
            **reading.common,
            **fields,
            "start": span.start,
            "end": span.end,
            "section": reading.section_title(span.start),
            "low": low,
            "high": high,
            "unit": quantity.unit,
            "value_low": value_low,
            "value_high": value_high,
            "base_unit": base_unit,
            "bound": quantity.bound,
            "qualitative": "",
            "modality": modality,
            "as_written": quantity.as_written,
        }
    )


@lru_cache(maxsize=4096)
def _convert(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """Return a value in the base unit: reports share most of theirs."""
    return load_codebook().convert(value, unit)


def _find_start(folded: str, place: int, marks: str, *, reach: int) -> int:
    """Return where the clause or sentence around a place begins: after the last of the marks within reach."""
    floor = place - reach if place > reach else 0
    for mark in marks:
        found = folded.rfind(mark, floor, place)
        if found >= 0:
            floor = found + 1
    return floor


def statement_record(reading: Reading, statement: Statement) -> Target:
    """Build the record of a qualitative target."""
    text, folded = reading.document.text, reading.folded
    start, end = statement.start, statement.end
    while end > start and text[end - 1].isspace():
        end -= 1
    begin = _find_start(folded, start, ",;。\n:", reach=200)
    return Target(
        **reading.common,
        start=start,
        end=end,
        section=reading.section_title(start),
        kind="target",
        headline=True,
        period=annual_period(reading.document.report_year),
        indicator=statement.code,
        item=statement.item if statement.code == "other" else "",
        low=None,
        high=None,
        unit="",
        value_low=None,
        value_high=None,
        base_unit="",
        bound="qualitative",
        qualitative=statement.qualitative,
        modality=read_modality(folded, begin, end),
        scope=statement.scope or "whole",
        as_written=text[max(start, statement.words_start) : end],
        rule_id=f"statement.{statement.qualitative}",
    )
