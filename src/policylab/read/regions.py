"""Region codes by year: what a code or name meant in a year, who stands above it, who stands beside it.

A change takes effect in the course of its year, while reports are given early in a year: 徐水县 became 徐水区 in 2015,
and the report of January 2015 is still the county's. So lists hold the units that a year began with, while a single
code or name is understood both in the year in which it began and in the year in which it ended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from policylab.errors import UnknownNameError, close_matches
from policylab.read.english_names import is_english, match_english, prefer_whole
from policylab.read.region_table import Region, load_regions, rows_by_name, rows_of_code

__all__ = ["LEVELS", "NATIONAL_CODE", "RULES", "Region", "find_region", "list_peers", "list_regions", "list_superiors"]
__all__ += ["load_regions", "match_regions"]

NATIONAL_CODE = "100000"
LEVELS = ("national", "province", "city", "county")
RULES = ("city", "province", "level")

NO_WORK_REPORT = ("71", "81", "82")  # Taiwan, Hong Kong, Macau give no government work report: nobody's peers


def find_region(code_or_name: str, *, report_year: int | None = None) -> Region:
    """
    Return the region that a code or name meant in a year; without a year, what it means today.

    Names may be full (淮阴区), short (淮阴) or follow those of the units above (淮安市淮阴区, 江苏淮安淮阴). A full
    name goes before a short one: 吉林省 is the province, and 吉林 asks back. English names are found likewise, the units
    above after a comma: Huaiyin District, Yanbian, "Gulou District, Xuzhou".

    Parameters
    ----------
    code_or_name : str
        Six digits, or a name.
    report_year : int, optional
        The year of the report. None takes what is in force today, or the last that was.

    Raises
    ------
    UnknownNameError
        Where no region has that code or name (with near ones), where several have (with their codes), or where it did
        not exist in that year (with its years and what it became).

    Examples
    --------
    >>> find_region("淮安市淮阴区").region_code
    '320804'
    >>> find_region("320821", report_year=1999).name
    '淮阴县'
    >>> find_region("huaiyin county", report_year=1999).region_code
    '320821'
    """
    asked = str(code_or_name).strip()
    found = match_regions(asked, report_year=report_year)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError(_tell_ambiguous(asked, found))
    gone = _match_rows(asked)
    raise UnknownNameError(_tell_gone(asked, gone, report_year) if gone else _tell_unknown(asked, report_year))


def match_regions(code_or_name: str, *, report_year: int | None = None) -> list[Region]:
    """
    Return every region that a code or name may mean in a year, by code; [] where there is none.

    Names are understood as in `find_region`, which raises where this returns none or several.

    Examples
    --------
    >>> [region.city for region in match_regions("鼓楼区", report_year=2023)]
    ['南京市', '徐州市', '福州市', '开封市']
    """
    found = _keep_existing(_match_rows(code_or_name), report_year)
    return prefer_whole(code_or_name, found) if is_english(code_or_name) else found


def list_superiors(region_code: str, *, report_year: int) -> list[Region]:
    """
    Return the units above a region, the country first, without the region itself; [] for the country.

    Districts of the four municipalities and counties governed by their province have no city between.

    Raises
    ------
    UnknownNameError
        As `find_region`.

    Examples
    --------
    >>> [region.name for region in list_superiors("320804", report_year=2023)]
    ['全国', '江苏省', '淮安市']
    """
    region = find_region(region_code, report_year=report_year)
    codes = [NATIONAL_CODE]
    if region.level in ("city", "county"):
        codes.append(region.region_code[:2] + "0000")
    if region.level == "county" and region.city:
        codes.append(region.region_code[:4] + "00")
    return [find_region(code, report_year=report_year) for code in codes if code != region.region_code]


def list_peers(region_code: str, *, report_year: int, rule: str) -> list[Region]:
    """
    Return the units that a region is compared with, by code, the region itself among them.

    Taiwan, Hong Kong and Macau, which give no government work report, are nobody's peers.

    Parameters
    ----------
    region_code : str
        Six digits.
    report_year : int
        The year of the report.
    rule : "city", "province" or "level"
        "city" takes the county-level units of the same city (without a city: of the same province, also without one),
        "province" the units of the same level and province, "level" all units of the same level.

    Raises
    ------
    UnknownNameError
        Where the rule does not exist or does not fit the region's level; else as `find_region`.

    Examples
    --------
    >>> len(list_peers("320800", report_year=2023, rule="province"))
    13
    """
    region = find_region(region_code, report_year=report_year)
    belongs = _peer_test(region, rule)
    found = {item.region_code: item for item in list_regions(region.level, report_year=report_year) if belongs(item)}
    found.setdefault(region.region_code, region)  # a region that began in the course of the year
    return [found[code] for code in sorted(found) if code[:2] not in NO_WORK_REPORT or code == region.region_code]


def list_regions(
    level: str | None = None, *, within: str | None = None, report_year: int | None = None
) -> list[Region]:
    """
    Return the regions that a year began with, by code, one for each code; without a year, those in force today.

    Parameters
    ----------
    level : "national", "province", "city" or "county", optional
    within : str, optional
        Code or name of the unit that they lie in; it is not among them itself.
    report_year : int, optional

    Raises
    ------
    UnknownNameError
        Where the level does not exist; for ``within`` as `find_region`.

    Examples
    --------
    >>> [region.name for region in list_regions("city", within="海南省", report_year=2023)]
    ['海口市', '三亚市', '三沙市', '儋州市']
    """
    if level is not None and level not in LEVELS:
        raise UnknownNameError(f"no level {level!r}; levels: {', '.join(LEVELS)}{close_matches(level, LEVELS)}")
    outer = find_region(within, report_year=report_year) if within else None
    return [
        region
        for region in _list_existing(report_year)
        if (level is None or region.level == level) and (outer is None or _lies_in(region, outer))
    ]


@cache
def _list_existing(report_year: int | None) -> tuple[Region, ...]:
    """Return the regions that a year began with; without a year, those in force today."""
    if report_year is None:
        return tuple(region for region in load_regions() if region.valid_to is None)
    return tuple(region for region in load_regions() if region.began_before(report_year))


def _is_code(asked: str) -> bool:
    """Whether a word is meant as a code."""
    return re.fullmatch("[0-9]+", asked) is not None


@cache
def _short_names() -> dict[str, str]:
    """Map full names to short ones."""
    return {region.name: region.short_name for region in load_regions()}


def _match_rows(name: str) -> Sequence[Region]:
    """Return all rows that a code or name may mean: full names first, then with the units above, then short names."""
    if _is_code(name):
        return rows_of_code(name)
    if is_english(name):
        return match_english(name)
    full, short = rows_by_name()
    if name in full:
        return full[name]
    qualified = [
        region
        for cut in range(1, len(name) - 1)
        for index in (full, short)
        for region in index.get(name[cut:], [])
        if name[:cut] in _names_above(region)
    ]
    return qualified or short.get(name, [])


def _names_above(region: Region) -> set[str]:
    """Return what may stand before a region's name: its province, its city, or both, full or short."""
    provinces, cities = {region.province, _short_names().get(region.province, "")}, {region.city, ""}
    cities.add(_short_names().get(region.city, ""))
    return {province + city for province in (*provinces, "") for city in cities}


def _keep_existing(rows: Sequence[Region], report_year: int | None) -> list[Region]:
    """Keep one row for each code: the one of the year; without a year the one in force, or else the last."""
    rows = sorted(rows, key=lambda region: region.valid_from)
    if report_year is None:
        rows = [region for region in rows if region.valid_to is None] or rows[::-1]
    else:
        rows = [region for region in rows if region.existed_in(report_year)]
        rows = [region for region in rows if region.began_before(report_year)] or rows
    first: dict[str, Region] = {}
    for region in rows:
        first.setdefault(region.region_code, region)
    return sorted(first.values(), key=lambda region: region.region_code)


def _lies_in(region: Region, outer: Region) -> bool:
    """Whether a region lies in another one; codes nest by their first two and four digits."""
    if outer.level == "county" or region.region_code == outer.region_code:
        return False
    kept = {"national": 0, "province": 2, "city": 4}[outer.level]
    return _share(region, outer, kept) and region.level != "national"


def _share(one: Region, other: Region, kept: int) -> bool:
    """Whether two codes begin with the same digits."""
    return one.region_code[:kept] == other.region_code[:kept]


def _peer_test(region: Region, rule: str) -> Callable[[Region], bool]:
    """Return the test that tells the peers of a region among the units of its level."""
    if rule not in RULES:
        raise UnknownNameError(f"no rule {rule!r} for peers; rules: {', '.join(RULES)}{close_matches(rule, RULES)}")
    if rule == "city" and region.level == "county":
        kept = 4 if region.city else 2
        return lambda item: bool(item.city) == bool(region.city) and _share(item, region, kept)
    if rule == "province" and region.level in ("city", "county"):
        return lambda item: _share(item, region, 2)
    if rule == "level":
        return lambda item: True
    better = "'province' or 'level'" if region.level == "city" else "'level'"
    raise UnknownNameError(
        f"rule {rule!r} does not fit {_label(region)}, which is at {region.level} level; use {better}"
    )


def _label(region: Region) -> str:
    """Name a region for a message: 320821 淮阴县 (江苏省淮阴市, 1983-2000)."""
    above = region.full_name.removesuffix(region.name)
    years = f"{region.valid_from}-{region.valid_to or ''}"
    return f"{region.region_code} {region.name} ({', '.join(part for part in (above, years) if part)})"


def _tell_unknown(asked: str, report_year: int | None) -> str:
    """Say that a code or name does not exist, with what is near."""
    existing = list_regions(report_year=report_year)
    if _is_code(asked):
        beside = [f"{region.region_code} {region.name}" for region in existing if region.region_code[:4] == asked[:4]]
        near = f"; codes beginning with {asked[:4]}: {', '.join(beside[:12])}" if beside else ""
        return f"no region has the code {asked!r}; a code has six digits{near}"
    names = dict.fromkeys(region.name_en if is_english(asked) else region.name for region in existing)
    near = close_matches(asked, names) or close_matches(asked, (region.short_name for region in existing))
    return f"no region has the name {asked!r}{near or '; give its six-digit code'}"


def _tell_gone(asked: str, rows: Sequence[Region], report_year: int | None) -> str:
    """Say that a region did not exist in a year, when it did, and what it became."""
    known = "; ".join(_label(region) + _tell_successors(region) for region in _last_of_each(rows)[:5])
    return f"{asked!r} did not exist in {report_year}: {known}"


def _tell_successors(region: Region) -> str:
    """Name what a region became: " became 320804 淮阴区"."""
    last = [rows[-1] for rows in map(rows_of_code, region.successor_codes) if rows]
    names = [f"{row.region_code} {row.name}" for row in last]
    return f" became {' and '.join(names)}" if names else ""


def _last_of_each(rows: Sequence[Region]) -> list[Region]:
    """Keep the last row of each code."""
    return list({region.region_code: region for region in sorted(rows, key=lambda item: item.valid_from)}.values())


def _tell_ambiguous(asked: str, found: Sequence[Region]) -> str:
    """Say that a name means several regions, with their codes."""
    listed = ", ".join(f"{region.region_code} {region.full_name}" for region in found[:12])
    more = f" and {len(found) - 12} more" if len(found) > 12 else ""
    return f"{asked!r} may be any of {len(found)} regions: {listed}{more}; give the six-digit code"
