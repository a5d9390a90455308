"""Words that choose regions: codes and names, files of them, levels, and what lies in a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policylab.errors import PlanError, UnknownNameError, close_matches
from policylab.read.regions import LEVELS, Region, find_region, list_regions

_SELECTORS = ("level", "in")


def list_chosen(regions: str | Sequence[str], report_year: int | None, reported: set[str] | None) -> list[Region]:
    """
    Return the regions that words choose, in order and once each.

    Parameters
    ----------
    regions : str or sequence of str
        As in `Plan`.
    report_year : int or None
        The year that codes and names are understood in; None is today.
    reported : set of str, optional
        The codes among which ``level:``, ``in:`` and ``all`` choose; None is every region of the year.

    Raises
    ------
    PlanError, UnknownNameError
        If a word is neither region nor choice, or a file cannot be read.

    Examples
    --------
    >>> [region.name for region in list_chosen("淮阴区,level:province,in:江苏省", 2023, None)]
    ['淮阴区']
    >>> len(list_chosen("level:city,in:320000", 2023, None))
    13
    """
    words = list(_split_words(regions))
    chosen = [_find_region(word, place, report_year) for word, place in words if not _is_choice(word)]
    choices = [word for word, _ in words if _is_choice(word)]
    if choices:
        rules = _read_choices(choices)
        found = list_regions(rules.get("level"), within=rules.get("in"), report_year=report_year)
        chosen += [region for region in found if reported is None or region.region_code in reported]
    return list({region.region_code: region for region in chosen}.values())


def _split_words(regions: str | Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the words of a choice, those of files too, and where each stands in a file."""
    for part in [regions] if isinstance(regions, (str, int)) else regions:
        for word in filter(None, map(str.strip, re.split("[,，、]", str(part)))):
            yield from _read_lines(Path(word[1:])) if word.startswith("@") else [(word, "")]


def _read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what the lines of a file say, and where: of columns the first, without comments and a header."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PlanError(f"cannot read the regions in {path}: {reason}; expected one code or name a line") from None
    words = [
        (re.split("[,;\t]", line.partition("#")[0])[0].strip(' "'), line_no) for line_no, line in enumerate(lines, 1)
    ]
    named = [(word, f"{path} line {line_no}: ") for word, line_no in words if word and word != "region_code"]
    if not named:
        raise PlanError(f"{path} names no region; expected one code or name a line")
    yield from named


def _find_region(word: str, place: str, report_year: int | None) -> Region:
    """Return the region that a word names; an error says where the word stands."""
    try:
        return find_region(word, report_year=report_year)
    except UnknownNameError as error:
        raise UnknownNameError(f"{place}{error}") from None


def _is_choice(word: str) -> bool:
    """Return whether a word chooses among regions, rather than naming one."""
    return word == "all" or ":" in word


def _read_choices(words: Iterable[str]) -> dict[str, str]:
    """Return the rules that words choose by, and their values."""
    rules: dict[str, str] = {}
    for word in words:
        rule, _, value = word.partition(":")
        if word != "all" and rule not in _SELECTORS:
            near = close_matches(rule, _SELECTORS)
            raise PlanError(f"no choice {word!r}; choices: level:{'|'.join(LEVELS)}, in:CODE and all{near}")
        if rule in rules:
            raise PlanError(
                f"{rule}: stands twice; together, choices narrow: level:city,in:320000 are the cities in it"
            )
        rules[rule] = value.strip()
    return rules
