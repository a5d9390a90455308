"""Names of regions as readers see them: Chinese in the data, Chinese or English in figures, pages and tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policylab.read.english_names import abbreviate_english, list_english_above
from policylab.read.regions import Region, find_region, match_regions

if TYPE_CHECKING:
    import pandas as pd

ORIGINAL = "region_name_zh"  # the column for Chinese names beside English ones
_NAMED = (("region_code", "region_name"), ("superior_code", "superior_name"))


def name_region(region: Region | str, lang: str, *, report_year: int | None = None) -> str:
    """
    Return the name of a region in one language.

    Parameters
    ----------
    region : Region or str
        A region, or its six digits.
    lang : "zh" or "en"
    report_year : int, optional
        For a code, which may have had other names in other years; None takes today's, or the last.

    Raises
    ------
    UnknownNameError
        As `policylab.read.regions.find_region`.

    Examples
    --------
    >>> name_region("320804", "en"), name_region("320804", "zh")
    ('Huaiyin District', '淮阴区')
    """
    found = find_region(region, report_year=report_year) if isinstance(region, str) else region
    return found.name if lang == "zh" else found.name_en


def name_regions(table: pd.DataFrame, lang: str, *, is_short: bool = False) -> pd.DataFrame:
    """
    Return a table with its regions named in one language; for "zh" the table as it is.

    Regions of one name are told apart by the city or province above them (Gulou District, Xuzhou), where this is not
    enough by their code. Names that the table of regions does not know stay, and so do names in English.

    Parameters
    ----------
    table : DataFrame with region_code and region_name, or superior_code and superior_name, and where known report_year
        Without these columns it is returned as it is. Not modified.
    lang : "zh" or "en"
    is_short : bool
        Abbreviate names of autonomous units, as charts do: Yanbian Aut. Prefecture.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"region_code": ["320106", "320302"], "region_name": ["鼓楼区", "鼓楼区"]})
    >>> name_regions(rows, "en")["region_name"].tolist()
    ['Gulou District, Nanjing', 'Gulou District, Xuzhou']
    """
    if lang == "zh":
        return table
    known = set(table.columns)
    for code, name in _NAMED:
        if {code, name} <= known:
            table = table.assign(**{name: _translate(table, code, name, is_short)})
    return table


def name_place(region: Region, lang: str) -> str:
    """
    Return a region's name with those of the units above.

    Examples
    --------
    >>> from policylab.read.regions import find_region
    >>> name_place(find_region("320804"), "en"), name_place(find_region("320804"), "zh")
    ("Huaiyin District, Huai'an, Jiangsu", '江苏省淮安市淮阴区')
    """
    return region.full_name if lang == "zh" else ", ".join([region.name_en, *list_english_above(region)])


def name_province(name: str, lang: str) -> str:
    """
    Return the name of a province, which tables hold in Chinese; any other name as it is.

    Examples
    --------
    >>> name_province("江苏省", "en"), name_province("江苏省", "zh"), name_province("华东", "en")
    ('Jiangsu', '江苏省', '华东')
    """
    found = [] if lang == "zh" else [region for region in match_regions(name) if region.level == "province"]
    return found[0].name_en if found else name


def name_beside(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return a table as `name_regions`, in English with the Chinese names in a column of their own."""
    named = name_regions(table, lang)
    if (
        named is table
        or ORIGINAL in table
        or "region_name" not in table
        or named["region_name"].equals(table["region_name"])
    ):
        return named
    named = named.copy()
    named.insert(list(named.columns).index("region_name") + 1, ORIGINAL, table["region_name"])
    return named


def _translate(table: pd.DataFrame, code: str, name: str, is_short: bool) -> list[str]:
    """Return a column of names in English."""
    pairs = list(zip(table[code], table[name], strict=True))
    years = table["report_year"].tolist() if "report_year" in table else [None] * len(pairs)
    latest = dict(zip(pairs, years, strict=True))
    regions = {pair: _find_region(*pair, year) for pair, year in latest.items()}
    if is_short:
        regions = {
            pair: region and replace(region, name_en=abbreviate_english(region)) for pair, region in regions.items()
        }
    names = _tell_apart(regions)
    return [names[pair] for pair in pairs]


def _find_region(region_code: str, name: str, report_year: int | None) -> Region | None:
    """Return the region that a code and a Chinese name mean, None where they mean none."""
    if not isinstance(name, str) or name.isascii():
        return None
    rows = match_regions(region_code, report_year=report_year) or match_regions(region_code)
    return rows[0] if rows and rows[0].name in name else None


def _tell_apart(regions: dict[tuple[str, str], Region | None]) -> dict[tuple[str, str], str]:
    """Return the English name of each code and name, with what tells it from others of that name."""
    sharing: dict[str, set[str]] = {}
    for region in regions.values():
        if region:
            sharing.setdefault(region.name_en, set()).add(region.region_code)
    names: dict[tuple[str, str], str] = {}
    for pair, region in regions.items():
        names[pair] = pair[1] if region is None else region.name_en
        if region and (len(sharing[region.name_en]) > 1 or _has_province(pair[1], region)):
            rivals = [other for other in regions.values() if other and other.name_en == region.name_en]
            names[pair] = ", ".join([region.name_en, *_list_above(region, rivals, _has_province(pair[1], region))])
    return names


def _has_province(name: str, region: Region) -> bool:
    """Whether a name tells the province: 江苏 淮阴区."""
    return name.partition(" ")[2].startswith(region.name)


def _list_above(region: Region, rivals: list[Region], has_province: bool) -> list[str]:
    """Return the units above that tell a region from its rivals: the nearest, else all; else its code."""
    above = list_english_above(region)
    choices = [above[-1:], above] if has_province else [above[:1], above]
    others = [other for other in rivals if other.region_code != region.region_code]
    for chosen in choices:
        if chosen and not any(set(chosen) <= set(list_english_above(other)) for other in others):
            return chosen
    return [region.region_code]
