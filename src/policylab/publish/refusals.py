"""Why a choice in a notebook has no result, in the notebook's language: what was chosen, and what could be chosen."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policylab.errors import PolicylabError, UnknownNameError
from policylab.publish.region_names import name_place, name_region
from policylab.publish.words import list_keys, name_indicator, say
from policylab.read.english_names import is_english
from policylab.read.regions import Region, list_regions, match_regions

if TYPE_CHECKING:
    import pandas as pd

_NAMED = 6  # regions that a message lists
_NEAREST = "development:"


def tell_refusal(error: PolicylabError, choices: Mapping[str, Any], table: pd.DataFrame, lang: str) -> str:
    """
    Return why choices that raised an error have no result; the error's own words where nothing better is known.

    Parameters
    ----------
    error : PolicylabError
        What the view raised.
    choices : mapping
        The values of the controls: region_code (as typed or picked), report_year, rule.
    table : DataFrame, one row per target or report
        What there was to choose from.
    lang : "zh" or "en"

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> tell_refusal(UnknownNameError("no"), {"region_code": "怀阴区"}, to_table([]), "zh")
    '没有叫“怀阴区”的地区；是不是淮阴区、怀柔区？'
    """
    told = ""
    if "region_code" in choices:
        words, year = str(choices["region_code"]).strip(), choices.get("report_year")
        found = match_regions(words.partition(" ")[0] if words[:6].isdigit() else words, report_year=year)
        told = (
            _tell_choice(error, found[0], choices, table, lang)
            if len(found) == 1
            else _tell_name(words, found, year, lang)
        )
    return told or say("refusal.other", lang, error=error)


def _tell_name(words: str, found: list[Region], report_year: int | None, lang: str) -> str:
    """Say that a name means no region or several, with those that it may mean."""
    separator = say("list.separator", lang) if lang == "zh" else "; "
    if found:
        listed = separator.join(f"{region.region_code} {name_place(region, lang)}" for region in found[:_NAMED])
        return say("refusal.several", lang, words=words, n=len(found), names=listed)
    if not words:
        return say("refusal.empty", lang)
    if report_year is not None and (gone := match_regions(words)):
        years = f"{gone[0].valid_from}–{gone[0].valid_to or ''}"
        return say("refusal.gone", lang, region=name_place(gone[0], lang), year=report_year, years=years)
    near = difflib.get_close_matches(words, _list_names(words, report_year), n=3)
    names = say("list.separator" if lang == "zh" else "refusal.or", lang).join(near)
    return say("refusal.near" if near else "refusal.unknown", lang, words=words, names=names)


def _list_names(words: str, report_year: int | None) -> list[str]:
    """Return the names of regions, in the language of some words."""
    return list(dict.fromkeys(
        region.name_en if is_english(words) else region.name for region in list_regions(report_year=report_year)
    ))  # fmt: skip


def _tell_choice(
    error: PolicylabError, region: Region, choices: Mapping[str, Any], table: pd.DataFrame, lang: str
) -> str:
    """Say what a region lacks: reports of the year, peers by a rule, or a number to find the nearest by; "" if unknown."""
    rule, year = str(choices.get("rule", "")), choices.get("report_year")
    names: dict[str, Any] = {"region": name_region(region, lang), "year": year, "rule": _name_rule(rule, lang)}
    years = sorted({int(known) for known in table.loc[table["region_code"].eq(region.region_code), "report_year"]})
    if not years:
        return say("refusal.no_report", lang, **names)
    if year is None:
        return ""
    if year not in years:
        near = sorted(years, key=lambda known: abs(known - year))[:_NAMED]
        return say("refusal.no_year", lang, years=say("list.separator", lang).join(map(str, sorted(near))), **names)
    if rule and isinstance(error, UnknownNameError):
        return say("refusal.rule", lang, level=say(f"level_cell.{region.level}", lang), **names)
    if rule.startswith(_NEAREST):
        return say("refusal.not_stated", lang, indicator=name_indicator(rule.split(":")[1], lang), **names)
    return say("refusal.few", lang, **names) if rule else ""


def _name_rule(rule: str, lang: str) -> str:
    """Return the words of the control for a rule, or the rule as it is written."""
    return say(f"rule.{rule}", lang) if f"rule.{rule}" in list_keys() else rule
