"""Attention dictionaries: terms by topic, read from attention.yaml or a file of the user's, and checked."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from policylab.codebook.folding import fold
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.project import yaml_loader

ATTENTION_PATH = Path(__file__).parent / "attention.yaml"
_TERM_KEYS = ("term", "source", "example", "counterexample")
_DICTIONARY_KEYS = ("version", "name_zh", "name_en", "terms")


@dataclass(frozen=True, slots=True)
class Term:
    """
    A term: the source that uses it, words in which it hits, and words in which its dictionary doesn't.

    ``whole`` are words that contain it, ``not_in`` words that contain its characters only (开创新); both are cut whole.
    """

    term: str
    source: str
    example: str
    counterexample: str
    whole: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttentionDictionary:
    """The terms of one topic, by their folded form."""

    code: str
    name_zh: str
    name_en: str
    version: str
    terms: Mapping[str, Term]

    def find_terms(self, words: Iterable[str]) -> list[tuple[int, int]]:
        """
        Return a pair for each term that a word contains: the place of the word, and that of the term in ``terms``.

        The longest term at each place is found, none overlap.

        Examples
        --------
        >>> load_attention()["innovation"].find_terms(["创新驱动", "开创新", "科技创新"])
        [(0, 0), (2, 1), (2, 0)]
        """
        others = [fold(word) for term in self.terms.values() for word in term.not_in]
        automaton = AhoCorasick([*self.terms, *others], matchkind=MatchKind.LeftmostLongest)
        n_terms = len(self.terms)
        joined = list(words)
        ends = list(itertools.accumulate(len(word) + 1 for word in joined))
        found = automaton.find_matches_as_indexes("\n".join(joined))
        return [(bisect.bisect_right(ends, start), term) for term, start, _ in found if term < n_terms]

    def list_words(self) -> list[str]:
        """Return every word that is to be cut whole, folded."""
        return [fold(word) for term in self.terms.values() for word in (term.term, *term.whole, *term.not_in)]


def load_attention(path: str | Path | None = None) -> Mapping[str, AttentionDictionary]:
    """
    Return the attention dictionaries of a file by their code, in the order of the file.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file of the same form; by default the one of the codebook (``ATTENTION_PATH``), to copy and edit.

    Raises
    ------
    DataError
        Where the file is missing or not of this form: a dictionary without terms, a term without source, example or
        counterexample, a source that is not listed, a term that stands twice, in one dictionary or in two.

    Examples
    --------
    >>> list(load_attention())[:3]
    ['innovation', 'green', 'digital']
    >>> load_attention()["green"].terms["pm2.5"].source[:7]
    '陈诗一、陈登科'
    """
    return _load(Path(path) if path is not None else ATTENTION_PATH)


def pick_dictionaries(
    loaded: Mapping[str, AttentionDictionary], codes: Iterable[str] | None
) -> dict[str, AttentionDictionary]:
    """
    Return the dictionaries of these codes in the order given; all where none are given.

    Raises
    ------
    UnknownNameError
        Where there is no such dictionary.

    Examples
    --------
    >>> list(pick_dictionaries(load_attention(), ["green"]))
    ['green']
    """
    wanted = list(loaded) if codes is None else list(dict.fromkeys(codes))
    for code in wanted:
        if code not in loaded:
            near = close_matches(code, loaded)
            raise UnknownNameError(f"no attention dictionary {code!r}{near}; there are: {', '.join(loaded)}")
    return {code: loaded[code] for code in wanted}


@cache
def _load(path: Path) -> Mapping[str, AttentionDictionary]:
    """Read a file once."""
    content = _read_yaml(path)
    sources = _take_mapping(content, "sources", path)
    for key, source in sources.items():
        if not isinstance(source, Mapping) or not source.get("title") or not source.get("year"):
            raise DataError(f"{path}: source {key!r} should have title and year, got {source!r}")
    dictionaries = {
        str(code): _to_dictionary(str(code), entry, sources, path)
        for code, entry in _take_mapping(content, "dictionaries", path).items()
    }
    _check_unique(dictionaries, path)
    return MappingProxyType(dictionaries)


def _read_yaml(path: Path) -> Any:
    """Return what a YAML file holds."""
    import yaml

    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml_loader())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"no attention dictionaries in {path}: {getattr(error, 'strerror', '') or error}") from error
    except yaml.YAMLError as error:
        raise DataError(f"{path} is not YAML: {' '.join(str(error).split())[:200]}") from error


def _take_mapping(content: Any, key: str, path: Path) -> Mapping[str, Any]:
    """Return one of the two parts of the file."""
    part = content.get(key) if isinstance(content, Mapping) else None
    if not isinstance(part, Mapping) or not part:
        raise DataError(f"{path}: expected {key!r} with entries by their code, got {part!r}; see {ATTENTION_PATH.name}")
    return part


def _to_dictionary(code: str, entry: Any, sources: Mapping[str, Any], path: Path) -> AttentionDictionary:
    """Type and check one dictionary."""
    lacking = [key for key in _DICTIONARY_KEYS if not (isinstance(entry, Mapping) and entry.get(key))]
    if lacking:
        raise DataError(f"{path}: dictionary {code!r} lacks {', '.join(lacking)}")
    terms: dict[str, Term] = {}
    for row in entry["terms"]:
        term = _to_term(row, sources, f"{path}: dictionary {code!r}")
        if fold(term.term) in terms:
            raise DataError(f"{path}: dictionary {code!r} has {term.term!r} twice; keep one")
        terms[fold(term.term)] = term
    return AttentionDictionary(code, str(entry["name_zh"]), str(entry["name_en"]), str(entry["version"]), terms)


def _to_term(row: Any, sources: Mapping[str, Any], where: str) -> Term:
    """Type and check one term; its source is written out."""
    fields = {key: str(row.get(key) or "").strip() for key in _TERM_KEYS} if isinstance(row, Mapping) else {}
    lacking = [key for key in _TERM_KEYS if not fields.get(key)]
    if lacking:
        raise DataError(f"{where}: the term {row!r} lacks {', '.join(lacking)}")
    if fields["source"] not in sources:
        near = close_matches(fields["source"], sources)
        raise DataError(f"{where}: the source {fields['source']!r} of {fields['term']!r} is not listed{near}")
    source = sources[fields["source"]]
    whole, not_in = (tuple(map(str, row.get(key) or ())) for key in ("whole", "not_in"))
    for word in (*whole, *not_in):
        if fold(fields["term"]) not in fold(word):
            raise DataError(f"{where}: {word!r} is listed with {fields['term']!r}, which it does not contain")
    fields["source"] = f"{source['title']} ({source['year']})"
    return Term(**fields, whole=whole, not_in=not_in)


def _check_unique(dictionaries: Mapping[str, AttentionDictionary], path: Path) -> None:
    """Refuse a term that stands in two dictionaries: which of the two it speaks for is for a person to say."""
    counts = Counter(term for dictionary in dictionaries.values() for term in dictionary.terms)
    for term, count in counts.items():
        if count > 1:
            both = " and ".join(repr(code) for code, item in dictionaries.items() if term in item.terms)
            raise DataError(f"{path}: {term!r} stands in the dictionaries {both}; keep it in one")
