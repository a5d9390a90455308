"""Alternatives of the codebook as one pattern that the engine can look for by first characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# What makes 和 a part of a place's name: 呼和浩特, 和林格尔, 和田, 和静. Elsewhere it joins two things.
NAMED_WITH_AND = "浩特|田[市地]|静县|硕县|布克|林格"


def compile_choice(entries: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    """
    Return one pattern of many alternatives; `read_choice` says which code a match belongs to.

    The engine skips to a first character only where every alternative opens with one. So the alternatives stand side by
    side, each with an empty group behind it that names its code; where one opens with a class ([三四]年), each character
    of the class makes an alternative of its own. What stands before is looked back at: 保(?<!担保), not (?<!担)保.

    Parameters
    ----------
    entries : pairs of code and pattern
        Codes are identifiers; patterns have no groups of their own. The first that matches at a place wins.

    Examples
    --------
    >>> choice = compile_choice([("annual", "今年|[本全]年"), ("average", "年均")])
    >>> [(match[0], read_choice(match)) for match in choice.finditer("今年以来，全年年均增长")]
    [('今年', 'annual'), ('全年', 'annual'), ('年均', 'average')]
    """
    flat = [(code, part) for code, pattern in entries for part in split_alternatives(pattern)]
    return re.compile("|".join(f"{part}(?P<{code}_{number}>)" for number, (code, part) in enumerate(flat)))


def read_choice(match: re.Match[str]) -> str:
    """Return the code of the alternative that matched."""
    return (match.lastgroup or "").rpartition("_")[0]


def split_alternatives(pattern: str) -> Iterator[str]:
    """
    Yield the alternatives of a pattern, those that open with a class once for each of its characters.

    Examples
    --------
    >>> list(split_alternatives("五年(?:来|间)|[本全]年"))
    ['五年(?:来|间)', '本年', '全年']
    """
    for part in _split(pattern):
        opening = re.match(r"\[([^\\^\]-]+)\]", part)
        if opening and part[opening.end() : opening.end() + 1] not in tuple("{?*+"):
            yield from (char + part[opening.end() :] for char in opening[1])
        else:
            yield part


def _split(pattern: str) -> Iterator[str]:
    """Yield the parts between the bars that stand in no bracket."""
    depth, left = 0, 0
    for place in _list_marks(pattern):
        depth += {"(": 1, ")": -1}.get(pattern[place], 0)
        if pattern[place] == "|" and depth == 0:
            yield pattern[left:place]
            left = place + 1
    yield pattern[left:]


def _list_marks(pattern: str) -> Iterator[int]:
    """Yield the places of brackets and bars that mean something: neither escaped nor inside a class."""
    for match in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", pattern):
        if match[0] in ("(", ")", "|"):
            yield match.start()
