"""Words of a text: cut by jieba, or by rjieba twelve times as fast, both with the names and terms of the codebook."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from policylab.codebook import fold, load_codebook
from policylab.codebook.attention import load_attention
from policylab.errors import UnknownNameError, close_matches

ENGINES = ("jieba", "rjieba")

_HAN = "[\u4e00-\u9fff]"
_LATIN = r"[a-z][a-z0-9.&+]*|[0-9]{1,2}g"  # gdp, pm2.5, r&d, 5g
_WORD = re.compile(rf"(?:{_LATIN})$|.*{_HAN}")
_NAME = re.compile(rf"{_HAN}{{2,}}")


def cut_words(text: str, *, engine: str = "jieba") -> list[str]:
    """
    Return the words of a text in its order, folded; numbers, punctuation and blanks are left out.

    Names of indicators and terms of the attention dictionaries are words of their own (一般公共预算收入), where the
    engine's dictionary does not know them already.

    Parameters
    ----------
    text : str
    engine : "jieba" or "rjieba"
        rjieba is for corpora; it gives the same words but for 7 of 456,580, all Latin.

    Raises
    ------
    UnknownNameError
        For another engine.

    References
    ----------
    jieba (github.com/fxsjy/jieba) and jieba-rs: longest path through a dictionary, a hidden Markov model for the rest.

    Examples
    --------
    >>> cut_words("一般公共预算收入增长5%左右，居民生活改善。")
    ['一般公共预算收入', '增长', '左右', '居民', '生活', '改善']
    """
    cut = _load_cutter(check_engine(engine))
    return [word for word in cut(fold(text)) if _WORD.match(word)]


def check_engine(engine: str) -> str:
    """
    Return the engine's name where it is known.

    Raises
    ------
    UnknownNameError
        Where it is not; the message names the engines.

    Examples
    --------
    >>> check_engine("jieba")
    'jieba'
    """
    if engine not in ENGINES:
        raise UnknownNameError(f"no engine {engine!r}; engines: {', '.join(ENGINES)}{close_matches(engine, ENGINES)}")
    return engine


def describe_engine(engine: str) -> str:
    """
    Return the engine with its version, as outputs record it.

    Examples
    --------
    >>> describe_engine("jieba").startswith("jieba 0.")
    True
    """
    return f"{check_engine(engine)} {version(engine)}"


def list_user_words() -> list[str]:
    """
    Return the user dictionary: names of indicators and attention terms of two Chinese characters or more, in order.

    Examples
    --------
    >>> "一般公共预算收入" in list_user_words()
    True
    """
    words = [word for dictionary in load_attention().values() for word in dictionary.list_words()]
    return sorted({name for name in (*load_codebook().aliases, *words) if _NAME.fullmatch(name)})


def prepare_dictionary() -> None:
    """
    Have jieba's own dictionary at hand, which takes half a second to load, for processes forked from this one.

    Whoever needs it goes through jieba's loading and hears all that it says; only the reading of the file is spared,
    and once, since what is given may be changed.

    Examples
    --------
    >>> prepare_dictionary()
    """
    import jieba

    read, write = jieba.marshal.load, jieba.marshal.dump
    jieba.default_logger.disabled, tokenizer = True, jieba.Tokenizer()
    try:
        tokenizer.initialize()
    finally:
        jieba.default_logger.disabled = False
    kept = [(tokenizer.FREQ, tokenizer.total)]
    seen = (Path(tempfile.gettempdir()) / "jieba.cache").stat()

    def load(file: Any) -> Any:
        return kept.pop() if kept and os.path.samestat(os.fstat(file.fileno()), seen) else read(file)

    jieba.marshal = SimpleNamespace(load=load, dump=write)


@cache
def _load_cutter(engine: str) -> Callable[[str], list[str]]:
    """Return an engine that knows the user dictionary, made once; the engine's own shared dictionary is not touched."""
    return _load_jieba() if engine == "jieba" else _load_rjieba()


def _load_jieba() -> Callable[[str], list[str]]:
    """Return jieba's cutter."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in list_user_words():
        if not tokenizer.FREQ.get(word):
            tokenizer.add_word(word)
    return lambda text: list(tokenizer.cut(text))


def _load_rjieba() -> Callable[[str], list[str]]:
    """Return rjieba's cutter."""
    import rjieba

    tokenizer = rjieba.Jieba()
    for word in list_user_words():
        if not tokenizer.has_word(word):
            tokenizer.add_word(word, None, None)
    return lambda text: list(tokenizer.cut(text))
