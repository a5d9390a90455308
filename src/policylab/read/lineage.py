"""Codes that follow one another: 淮阴县 320821 became 淮阴区 320804, the same place under a new code.

A place keeps its series of targets where one code became one other of the same level and nothing else joined it. Where
areas were merged or split (清河区 and 清浦区 became 清江浦区) the series ends, since the numbers are of another area.
"""

from __future__ import annotations

from functools import cache

from policylab.read.region_table import Region, load_regions


def follow_code(region_code: str) -> str:
    """
    Return the latest code of the same place: the code itself, or what it became one to one.

    Examples
    --------
    >>> follow_code("320821"), follow_code("320804"), follow_code("320802")
    ('320804', '320804', '320802')
    """
    seen = region_code
    for _ in range(len(_next_codes())):  # a chain is never longer than the table
        following = _next_codes().get(seen)
        if following is None:
            break
        seen = following
    return seen


def list_lineage(region_code: str) -> list[str]:
    """
    Return the codes that the place of a code has had, the latest first.

    Examples
    --------
    >>> list_lineage("320804")
    ['320804', '320821']
    """
    last = follow_code(region_code)
    return [last, *_former_codes().get(last, ())]


@cache
def _former_codes() -> dict[str, tuple[str, ...]]:
    """Map the latest code of each place to those that it had before, the latest first."""
    former: dict[str, tuple[str, ...]] = {}
    for code in sorted(_next_codes(), reverse=True):
        last = follow_code(code)
        former[last] = (*former.get(last, ()), code)
    return former


@cache
def _next_codes() -> dict[str, str]:
    """Map each code to the one that it became one to one."""
    first: dict[str, Region] = {}
    last: dict[str, Region] = {}
    for region in load_regions():
        if region.region_code not in first or region.valid_from < first[region.region_code].valid_from:
            first[region.region_code] = region
        if region.region_code not in last or region.valid_from > last[region.region_code].valid_from:
            last[region.region_code] = region
    heirs: dict[str, list[Region]] = {}
    for region in last.values():
        for code in region.successor_codes:
            heirs.setdefault(code, []).append(region)
    return {
        old.region_code: code
        for code, parents in heirs.items()
        for old in parents
        if len(parents) == 1 and code in first and _continues(old, first[code])
    }


def _continues(old: Region, new: Region) -> bool:
    """Whether a code began where the other ended, at the same level, and as its only successor."""
    return old.successor_codes == (new.region_code,) and old.level == new.level and old.valid_to == new.valid_from
