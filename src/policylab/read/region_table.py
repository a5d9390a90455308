"""The table of regions, ``data/regions.csv``: one row per code and name, with the years in which it began and ended."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from policylab.errors import DataError
from policylab.project import data_path

_TABLE_START = 1981  # units of that year are taken to have existed before; the table goes back no further
_COLUMNS = "region_code,name,short_name,name_en,level,province,city,valid_from,valid_to,successor_codes"


@dataclass(frozen=True, slots=True)
class Region:
    """
    A unit at county level or above, under one name.

    Attributes
    ----------
    region_code : str
        Six digits (GB/T 2260); "100000" is the whole country.
    name : str
        The full name: 淮阴区.
    short_name : str
        The name without what it is: 淮阴, 恩施 for 恩施土家族苗族自治州; the full name where this leaves one character.
    name_en : str
        The name in English: Huaiyin District, Huai'an, Jiangsu; in ASCII, Hanyu Pinyin without tones, LYU for ü, names
        that are known otherwise as they are known (Hohhot). Cities and provinces have no word for their kind.
    level : "national", "province", "city" or "county"
        "city" is every prefecture-level unit: 地级市, 地区, 自治州, 盟. "county" is every unit below it.
    province, city : str
        The province and city that it lies in, or is; "" where there is none. Districts of 北京, 天津, 上海, 重庆 and
        counties governed by their province have no city.
    valid_from, valid_to : int, int or None
        Years in which the code began and ended with this name; None while in force. 1981 stands for 1981 or before.
    successor_codes : tuple of str
        The codes that its area has gone to; () while in force.
    """

    region_code: str
    name: str
    short_name: str
    name_en: str
    level: str
    province: str
    city: str
    valid_from: int
    valid_to: int | None
    successor_codes: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """The name after those of the units above: 江苏省淮安市淮阴区."""
        parts = [self.province, self.city, self.name]
        return "".join(dict.fromkeys(part for part in parts if part))

    def existed_in(self, report_year: int) -> bool:
        """Whether a report for this year could be its own; the years of beginning and ending both count."""
        return self.valid_from <= max(report_year, _TABLE_START) and report_year <= (self.valid_to or report_year)

    def began_before(self, report_year: int) -> bool:
        """Whether it existed when this year began."""
        return self.valid_from < max(report_year, _TABLE_START + 1) and self.existed_in(report_year)


@cache
def load_regions() -> tuple[Region, ...]:
    """
    Return every region of ``data/regions.csv``, in the order of the file: by code, then by year.

    Raises
    ------
    DataError
        Where the table lacks a column or a row breaks its form; the message names the line.

    Examples
    --------
    >>> load_regions()[0].name
    '全国'
    """
    rows = enumerate(csv.reader(_table_text().splitlines()[1:]), start=2)
    return tuple(_to_region(row, f"line {line}") for line, row in rows)


def is_region_code(value: object) -> bool:
    """Whether a value has the form of a region code: text of six digits."""
    return isinstance(value, str) and re.fullmatch("[0-9]{6}", value) is not None


@cache
def rows_of_code(code: str) -> tuple[Region, ...]:
    """Return the rows of one code without parsing the others."""
    lines = re.findall(rf"\n({code},.*)", _table_text())  # the first line is the header
    return tuple(_to_region(row, f"code {code}") for row in csv.reader(lines))


@cache
def rows_by_name() -> tuple[dict[str, list[Region]], dict[str, list[Region]]]:
    """Index the table by full names and by short names."""
    full, short = defaultdict(list), defaultdict(list)
    for region in load_regions():
        full[region.name].append(region)
        short[region.short_name].append(region)
        if "自治" in region.name:  # 恩施州, 丰宁县
            short[region.short_name + region.name[-1]].append(region)
    return dict(full), dict(short)


@cache
def _table_text() -> str:
    """Return the table as text, its header checked; parsing all of it takes longer than most uses need."""
    text = data_path("regions.csv").read_text(encoding="utf-8")
    header = text.split("\n", 1)[0]
    if header != _COLUMNS:
        raise DataError(f"data/regions.csv: expected the columns {_COLUMNS}; got {header[:200]}")
    return text


def _to_region(row: list[str], where: str) -> Region:
    """Build one region from a row of the table."""
    try:
        code, name, short, english, level, province, city, begin, end, successors = row
        # A code with a year, 120113[2020], is a part that went over while the unit went on: not a successor.
        codes = tuple(item for item in successors.split(";") if item and "[" not in item)
        years = int(begin), int(end) if end else None
        return Region(code, name, short, english, level, province, city, *years, codes if end else ())
    except ValueError as error:
        raise DataError(f"data/regions.csv {where}: {error}; expected {_COLUMNS}") from error
