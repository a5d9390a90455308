"""Find every name of an indicator in one pass over folded text."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from policylab.codebook.loader import load_codebook


class Mention(NamedTuple):
    """A name of an indicator at its place; several concepts where the name joins them (城乡居民, 一二三产).

    A ``weak`` name (税收, 出口) is also used of firms and crops: it needs a codebook value before it in the sentence.
    """

    start: int
    end: int
    concepts: tuple[str, ...]
    weak: bool = False


def find_mentions(folded: str) -> list[Mention]:
    """
    Return the aliases of the codebook in `folded` text, longest first at each place, none overlapping.

    Examples
    --------
    >>> [mention.concepts for mention in find_mentions("城乡居民人均可支配收入")]
    [('urban_income', 'rural_income')]
    """
    automaton, aliases = _automaton()
    return [Mention(start, end, *aliases[index]) for index, start, end in automaton.find_matches_as_indexes(folded)]


@cache
def _automaton() -> tuple[AhoCorasick, list[tuple[tuple[str, ...], bool]]]:
    """Compile the aliases once."""
    aliases = load_codebook().aliases
    return AhoCorasick(list(aliases), matchkind=MatchKind.LeftmostLongest), [
        (alias.concepts, alias.weak) for alias in aliases.values()
    ]
