"""Numbers as reports write them: exact decimals with unit, bound words and ranges, at their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from policylab.codebook import Unit, fold, load_codebook
from policylab.codebook.patterns import split_alternatives
from policylab.model import Quantity, Span

# A class of its own at the head of each, so that the engine skips to it.
_NUMBER = r"[0-9][0-9]{0,14}+(?:,[0-9]{3}(?![0-9])){0,4}+(?:\.[0-9]{1,8}+)?+"
_SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千)?"
_HANZI_NUMBER = "[一二三四五六七八九十百千万亿两][一二三四五六七八九十百千万亿两零〇]{0,8}+"
_NOT_BEFORE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.第前每+_/:")
_NOT_BEFORE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789第前每数几")
_DASH = r"\s?(?:-{1,2}|~|至|到)\s?"
_POINTS = re.compile(r"[、和与及][0-9][0-9.]{0,5}个百分点")
_BEYOND = 16  # a number is read with what follows it: the end of a stretch is no end of the text
_HANZI = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HANZI_UNITS = {"十": 10, "百": 100, "千": 1000}


def find_quantities(text: str) -> list[Quantity]:
    """
    Return every number with a unit, in the order of the text, none overlapping.

    Years, dates, ordinals, code words (5G, PM2.5, 十四五) and bare numbers have no unit and are not quantities.
    The bound of the last member of a list after 分别 is given to the member itself only; `targets` spreads it.

    Parameters
    ----------
    text : str
        Any text; not changed. Offsets of the result count its code points.

    Returns
    -------
    list of Quantity
        Exact decimals as written (85万人 is 85 with unit 万人); ``low`` equals ``high`` but for ranges.

    Examples
    --------
    >>> [(q.as_written, q.bound, str(q.low), str(q.high)) for q in find_quantities("增长4.5-5%，新增就业8万人以上。")]
    [('4.5-5%', 'range', '4.5', '5'), ('8万人以上', 'at_least', '8', '8')]
    """
    folded = fold(text)
    return list(iter_quantities(text, folded, 0, len(folded)))


def iter_quantities(text: str, folded: str, start: int, end: int) -> Iterator[Quantity]:
    """Yield the quantities that begin in ``text[start:end]``; ``folded`` is `fold(text)`: folding is paid once."""
    last, texts = start, _Texts(text, folded)
    for match in sorted(_iter_matches(folded, start, end), key=re.Match.start):
        if not last <= match.start() < end:
            continue
        quantity = _from_match(texts, match, last)
        if quantity is not None:
            last = quantity.end
            yield quantity


def find_named_values(text: str, folded: str, span: Span, known: Iterable[Quantity]) -> Iterator[Quantity]:
    """
    Yield the numbers of a stretch that are quantities only behind their own name (wording.yaml "named_values").

    年 after 受教育年限 is a length, elsewhere mostly a date; 103 after 居民消费价格指数 has no unit at all.
    """
    names, number = _named_patterns()
    taken = [(quantity.start, quantity.end) for quantity in known]
    for name in names.finditer(folded, span.start, span.end):
        match = number.match(folded, name.end(), span.end)
        if match and not any(left < match.end() and match.start() < right for left, right in taken):
            value, unit = Decimal(match["first"]), text[slice(*match.span("unit"))]
            yield _quantity(_Texts(text, folded), match, span.start, match.end(), (value, value), unit)


@cache
def _named_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compose the names with the words up to the number, and the number with its bound words."""
    suffix = r"\s?(?:" + "|".join(entry["pattern"] for entry in _bounds("after")) + ")"
    names = "|".join(
        rf"(?:{entry['pattern']})[^,;。\d]{{0,10}}(?={entry['value']})"
        for entry in load_codebook().wording["named_values"]
    )
    number = (
        rf"(?P<first>\d{{1,3}}(?:\.\d{{1,2}})?)(?P<unit>岁|年)?(?P<more>[余多])?(?P<suffix>{suffix})?(?=[,;。、)\s]|$)"
    )
    return re.compile(names), re.compile(number)


def _iter_matches(folded: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield what may be numbers. What stands before is checked here: a pattern that opens with digits scans faster."""
    figures, characters, percent = _patterns()
    end += _BEYOND
    for match in figures.finditer(folded, start, end):
        if folded[match.start() - 1 : match.start()] not in _NOT_BEFORE:
            yield match
    for match in characters.finditer(folded, start, end):
        if folded[match.start() - 1 : match.start()] not in _NOT_BEFORE_CHARACTERS:
            yield match
    if folded.find("百分之", start, end) >= 0:
        yield from percent.finditer(folded, start, end)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Compose the scanners from the units of the codebook: numbers in figures, in characters, and 百分之."""
    units = load_codebook().units.values()
    scalable = _alternatives(unit for unit in units if unit.scalable)
    fixed = _alternatives(unit for unit in units if not unit.scalable)
    # A look at the next character spares most numbers (years) the long list of units, and most others that of ranges.
    opens = "[" + re.escape("".join(sorted({fold(row.unit)[0] for row in units} | set("千百十万亿余多")))) + "]"
    unit = rf"(?:(?={opens})(?:{fixed}|[余多]?{_SCALE}[余多]?(?:{scalable})|[余多]?(?:万|亿)(?=[,、;。以左]|$)))"
    suffix = r"\s?(?:" + "|".join(entry["pattern"] for entry in _bounds("after")) + ")"
    # A list may name its unit once (提升7.4、2.8个百分点): the bare member looks ahead for it.
    ahead = rf"(?=(?:\s?[、和与]\s?{_NUMBER}){{1,4}}\s?(?P<ahead>{unit}))"
    figures = (
        rf"(?P<first>{_NUMBER})\s?(?:(?:(?=[^\d,;。]{{0,12}}?[-~至到])(?:{unit}|万|亿)?{_DASH}(?P<second>{_NUMBER})\s?)?"
        rf"(?P<unit>{unit})(?P<more>[余多](?!种|功能|媒体|元|层|式|维))?(?P<suffix>{suffix})?|{ahead})"
    )
    characters = rf"(?P<first>{_HANZI_NUMBER})(?:[至到](?P<second>{_HANZI_NUMBER}))?(?P<more>[余多])?(?P<unit>(?={opens}|倍)(?:{_SCALE}(?:{scalable})|倍))(?P<suffix>{suffix})?"
    digits = "[零一二三四五六七八九]{1,3}"
    percent = (
        rf"百分之(?P<first>[一二三四五六七八九十零]{{1,3}})(?:点(?P<point>{digits}))?(?P<suffix>{suffix})?(?P<more>余)?"
    )
    return re.compile(figures), re.compile(characters), re.compile(percent)


def _alternatives(units: Iterable[Unit]) -> str:
    """Return a regex of the units, longest first; 台 is no unit in 台阶."""
    ordered = sorted(units, key=lambda unit: (-len(unit.unit), unit.unit))
    return "|".join(
        re.escape(fold(unit.unit)) + (f"(?![{unit.not_followed_by}])" if unit.not_followed_by else "")
        for unit in ordered
    )


class _Texts(NamedTuple):
    """A text and its folded form."""

    written: str
    folded: str


def _from_match(texts: _Texts, match: re.Match[str], left: int) -> Quantity | None:
    """Build the quantity of one match, or None where the words are no number; the quantity before ends at ``left``."""
    first = match["first"]
    if first[0] > "9":
        return (_from_percent if match.re is _patterns()[2] else _from_hanzi)(texts, match, left)
    second, ahead = match.group("second", "ahead")
    low = high = _parse(first)
    if second:
        high = _parse(second)
        if not _is_range(texts.folded, match, low, high):
            return None
    start, end = match.span("ahead" if ahead else "unit")
    if ahead:
        return _quantity(texts, match, left, match.end("first"), (low, high), texts.written[start:end])
    return _quantity(texts, match, left, match.end(), (low, high), texts.written[start:end])


@lru_cache(maxsize=4096)
def _parse(figures: str) -> Decimal:
    """Return a number in figures: reports share most of theirs."""
    return Decimal(figures.replace(",", ""))


def _is_range(folded: str, match: re.Match[str], low: Decimal, high: Decimal) -> bool:
    """Return False for 从5%到6% (a change) and for years or codes joined by a dash."""
    before = folded[max(0, match.start() - 10) : match.start()]
    return low < high and not re.search(r"(?:[从由]|自(?=\d))[^,、;。]*$", before)


def _quantity(
    texts: _Texts, match: re.Match[str], left: int, end: int, values: tuple[Decimal, Decimal], unit: str
) -> Quantity:
    """Assemble value, bound words and span."""
    low, high = values
    start = match.start()
    suffix, more = match.group("suffix", "more")
    prefix = _prefix_pattern().search(texts.folded, max(left, start - 8), start)
    bound = "exact"
    if prefix:
        start = prefix.start()
        bound = _bound_of(prefix[0].strip(), "before")
    if suffix:
        bound = _bound_of(suffix.strip(), "after")
    vague = "余" in unit or "多" in unit
    if bound == "exact" and (more or vague):
        bound = "at_least"
    if low is not high and low != high and (suffix or bound == "exact"):
        bound = "range"
    if unit == "微克" and "每立方米" in texts.folded[max(left, match.start() - 6) : match.start()]:
        unit = "微克/立方米"  # 每立方米19微克 writes the same unit the other way round
    if unit == "个" and _POINTS.match(texts.folded, end):
        unit = "个百分点"  # 提高1.6个和2.1个百分点
    if vague:
        unit = unit.replace("余", "").replace("多", "")
    return Quantity(start, end, low, high, unit, bound, texts.written[start:end])


def _bounds(where: str) -> list[dict[str, str]]:
    """Return the bound words that stand before or after a number, longest first: 不高于 is not 高于."""
    return sorted(load_codebook().wording[f"bound_{where}"], key=lambda entry: -len(entry["pattern"]))


@cache
def _bound_of(words: str, where: str) -> str:
    """Return the bound that bound words mean."""
    return next(entry["code"] for entry in _bounds(where) if re.fullmatch(entry["pattern"], words))


@cache
def _prefix_pattern() -> re.Pattern[str]:
    """Compile the bound words that stand before a number."""
    words = (part for entry in _bounds("before") for part in split_alternatives(entry["pattern"]))
    return re.compile("(?:" + "|".join(words) + r")\s?$")


def _from_hanzi(texts: _Texts, match: re.Match[str], left: int) -> Quantity | None:
    """Build the quantity of a number in characters; small counts only from 两 up, with a counter that counts things."""
    text, folded = texts
    numeral, unit_at = match["first"], match.start("unit")
    core = numeral.rstrip("万亿")
    value = _parse_hanzi(core) if core else 1
    if value is None or (
        not core
        and len(numeral) == 1
        and not match["more"]
        and folded[match.start() - 1 : match.start()] not in tuple("破超过上近")
    ):
        return None
    scale = numeral[len(core) :]
    unit = scale + text[unit_at : match.end("unit")]
    if folded.startswith("方百", match.end("unit") - 1):
        return None
    if match["second"] and folded.startswith(("至", "到"), match.end("first")):
        core = f"{core}至{match['second']}"
    if not scale and not _counts_things(
        core, value, bool(match["more"]), match["unit"], folded[match.end() : match.end() + 2]
    ):
        return None
    high = _parse_hanzi(match["second"].rstrip("万亿")) if match["second"] else value
    if high is None or high < value:
        return None
    values = Decimal(value), Decimal(high)
    return _quantity(texts, match, left, match.end(), values, unit)


def _from_percent(texts: _Texts, match: re.Match[str], left: int) -> Quantity | None:
    """Build the quantity of 百分之六点五."""
    value = _parse_hanzi(match["first"])
    if value is None:
        return None
    digits = "".join(str(_HANZI[char]) for char in match["point"] or "")
    number = Decimal(f"{value}.{digits}" if digits else value)
    return _quantity(texts, match, left, match.end(), (number, number), "%")


def _counts_things(core: str, value: int, more: bool, unit: str, after: str) -> bool:
    """Tell 四所学校 (four schools) from 三大攻坚战, 四个一 and 七个方面."""
    dimension = load_codebook().dimension(unit)
    if dimension == "times":
        return True
    if dimension != "count":
        return value >= 10 or (value >= 2 and dimension in ("money", "mass", "people"))
    slogan = value in (10, 100, 1000) and not more
    counters = "所座家户处台辆栋条个" if value > 10 or "至" in core else "所座家户处台辆栋条"
    return value >= 2 and not slogan and unit in counters and not after.startswith(("一", "方"))


def _parse_hanzi(numeral: str) -> int | None:
    """Return the value of a numeral in characters below 万, or None where it is none (三四)."""
    total, digit = 0, None
    for char in numeral:
        if char in _HANZI_UNITS:
            total += (1 if digit is None else digit) * _HANZI_UNITS[char]
            digit = None
        elif char in "零〇" and digit is None and total:
            continue  # 一千零五: a place left empty
        elif char in _HANZI and digit is None:
            digit = _HANZI[char]
        else:
            return None
    return total + (digit or 0)
