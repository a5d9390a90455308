"""English names of regions: what "Huaiyin District", "Huaiyin" or "Gulou District, Xuzhou" may mean."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from policylab.codebook.romanisation import load_romanisation
from policylab.read.region_table import Region, load_regions

# What may be said of a province or city although its English name goes without.
_SPOKEN = {" province": "省", " autonomous region": "自治区", " city": "市", " municipality": "市"}


def is_english(name: str) -> bool:
    """Whether a name is in Latin letters."""
    return re.match("[a-z]", _fold(name)) is not None


def match_english(name: str) -> list[Region]:
    """
    Return all rows that an English name may mean, with the word for the kind or without it, upper or lower case.

    The units above may follow after commas; apostrophes and accents may be missing.

    Examples
    --------
    >>> [region.region_code for region in match_english("huaiyin district, Huai'an")]
    ['320804']
    """
    for own, above in _split(name):
        if found := [region for region in _look_up(own) if not above or above in _list_ways_above(region)]:
            return found
    return []


def prefer_whole(name: str, found: Sequence[Region]) -> list[Region]:
    """Return the regions whose whole English name this is, or all of them: Nanjing is the city before 南靖 Nanjing County."""
    for own, _ in _split(name):
        exact = [region for region in found if region.name_en.casefold() == own.casefold()]
        if whole := exact or [region for region in found if _fold(region.name_en) == _fold(own)]:
            return whole
    return list(found)


def list_english_above(region: Region) -> list[str]:
    """
    Return the English names of the city and the province that a region lies in.

    Examples
    --------
    >>> list_english_above(match_english("Kunshan")[0])
    ['Suzhou', 'Jiangsu']
    """
    names = [_names_of_superiors().get(name, "") for name in (region.city, region.province) if name != region.name]
    return list(dict.fromkeys(name for name in names if name))


def abbreviate_english(region: Region) -> str:
    """
    Return the English name, that of an autonomous unit without its nationalities and with Aut. for Autonomous.

    Examples
    --------
    >>> abbreviate_english(match_english("Yanbian Korean Autonomous Prefecture")[0])
    'Yanbian Aut. Prefecture'
    """
    kinds, _ = _endings()
    kind = kinds.search(region.name_en) if "自治" in region.name else None
    return _shorten(region) + kind.group().replace("Autonomous", "Aut.") if kind else region.name_en


def _split(name: str) -> list[tuple[str, str]]:
    """Split a name from those of the units above in every way that its commas allow, the whole name first."""
    parts = [part.strip() for part in name.split(",")]
    return [(", ".join(parts[:at]), _fold(", ".join(parts[at:]))) for at in range(len(parts), 0, -1)]


def _look_up(name: str) -> list[Region]:
    """Return the rows under a name with or without the word for the kind, or with one that only speech has."""
    whole, short = _index()
    folded = _fold(name)
    if found := [*whole.get(folded, []), *short.get(folded, [])]:
        return list(dict.fromkeys(found))
    spoken = [(word, kind) for word, kind in _SPOKEN.items() if folded.endswith(word)]
    return [
        region
        for word, kind in spoken
        for region in whole.get(folded.removesuffix(word), [])
        if region.name.endswith(kind)
    ]


def _list_ways_above(region: Region) -> list[str]:
    """Return how the units above may be named: the city, the province, or both."""
    above = list_english_above(region)
    return [_fold(words) for words in (*above, ", ".join(above))]


def _fold(name: str) -> str:
    """Return a name for comparison: lower case, without accents, apostrophes and hyphens."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(re.sub("['’ʼ`-]", "", plain).casefold().split())


@cache
def _index() -> tuple[Mapping[str, list[Region]], Mapping[str, list[Region]]]:
    """Index the table by whole English names and by those without the word for the kind."""
    whole, short = defaultdict(list), defaultdict(list)
    for region in load_regions():
        whole[_fold(region.name_en)].append(region)
        short[_fold(_shorten(region))].append(region)
    return dict(whole), dict(short)


def _shorten(region: Region) -> str:
    """Return an English name without the word for the kind and the nationalities: Yanbian."""
    kinds, peoples = _endings()
    name = kinds.sub("", region.name_en)
    return peoples.sub("", name) if "族" in region.name or "自治" in region.name else name


@cache
def _endings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of the words for kinds and of the nationalities at the end of a name."""
    rules = load_romanisation()
    kinds = {english.removeprefix("{}") for ((_, english),) in rules["generic"].values()} - {""}
    peoples = {english for ((_, english),) in rules["nationality"].values()}
    longest_first = sorted(map(re.escape, kinds), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(longest_first)})$"), re.compile(f"(?:(?:,| and)? (?:{'|'.join(peoples)}))+$")


@cache
def _names_of_superiors() -> dict[str, str]:
    """Map the Chinese names of provinces and cities to the English ones."""
    return {region.name: region.name_en for region in load_regions() if region.level in ("province", "city")}
