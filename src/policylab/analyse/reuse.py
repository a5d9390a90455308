"""Passages that two texts share, with their places in both; for this the texts must be at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from policylab.codebook import fold
from policylab.errors import DataError, UnknownNameError
from policylab.model import Document
from policylab.project import data_path
from policylab.read.corpus import load_reports

if TYPE_CHECKING:
    import pandas as pd

GRAM = 8
MIN_LENGTH = 16  # characters; shorter runs are set phrases

_PUNCTUATION = ",.;:!?。；：！？、”’）)》"


class _Squeezed(NamedTuple):
    """A text folded and without blanks, and where each of its characters stands in the text."""

    text: str
    places: Sequence[int]


def load_texts(report_ids: Sequence[str], sources: str | Path | Iterable[str | Path] | None = None) -> list[Document]:
    """
    Return reports with their texts, in the order of the ids.

    Parameters
    ----------
    report_ids : sequence of str
    sources : path or paths, optional
        Where texts lie, as in `policylab.read.corpus.iter_reports`: a Parquet file of reports, a folder or files. By
        default the bundled ones; the other texts are not part of the project, only their features are.

    Raises
    ------
    DataError
        Where a text is not at hand; the message says what to give.
    ReadError
        Where a source cannot be read.

    Examples
    --------
    >>> [document.region_code for document in load_texts(["320804-2023"])]
    ['320804']
    """
    ids = [report_ids] if isinstance(report_ids, str) else list(report_ids)
    try:
        found = {item.report_id: item for item in load_reports(sources or data_path("reports"), only=ids)}
    except UnknownNameError as error:
        where = "the bundled texts" if sources is None else "these sources"
        raise DataError(
            f"a text is not at hand in {where}: {error}. Texts are not shipped, only their features; give sources= with a "
            "Parquet file or folder of reports"
        ) from None
    return [found[report_id] for report_id in ids]


def find_passages(
    document: Document,
    other: Document,
    *,
    min_length: int = MIN_LENGTH,
    boilerplate: Iterable[Document] = (),
) -> pd.DataFrame:
    r"""
    Return one row per passage that two texts share, the longest first, with its place in both.

    Punctuation at the beginning is left out. ``document.text[start:end]`` and ``other.text[other_start:other_end]`` are the same but for blanks, line ends, width
    and case of characters. No two passages overlap in the first text; each is as long as the texts allow.

    Parameters
    ----------
    document, other : Document
        See `load_texts`.
    min_length : int
        Characters without blanks, at least 8.
    boilerplate : iterable of Document
        Other reports of the same level and year, which tell set phrases from what only the two share.

    Returns
    -------
    DataFrame
        ``start``, ``end``, ``other_start``, ``other_end`` (code points), ``length`` (without blanks), ``passage`` (as
        the first text has it), ``common`` (share of the passage's 8-grams that some text of ``boilerplate`` has; NA
        where none is given), ``report_id``, ``other_id``.

    Raises
    ------
    DataError
        Where the length is below 8.

    References
    ----------
    Runs of shared character shingles; the shingles are those of Broder (1997), On the resemblance and containment of
    documents.

    Examples
    --------
    >>> one, two = (
    ...     Document.from_text(text, region_code=code, report_year=2023)
    ...     for code, text in {"320804": "一、坚持创新驱动发展\n战略。", "320803": "我们坚持创新驱动发展战略！"}.items()
    ... )
    >>> row = find_passages(one, two, min_length=8).iloc[0]
    >>> one.text[row["start"] : row["end"]], two.text[row["other_start"] : row["other_end"]]
    ('坚持创新驱动发展\n战略', '坚持创新驱动发展战略')
    """
    import pandas as pd

    if min_length < GRAM:
        raise DataError(f"min_length should be {GRAM} or more, got {min_length}: shorter runs say nothing")
    one, two = _squeeze(document.text), _squeeze(other.text)
    known = [_list_grams(_squeeze(item.text).text) for item in boilerplate]
    common = set().union(*known) if known else None
    rows = []
    for at, there, length in _match(one.text, two.text, min_length):
        start, end = one.places[at], one.places[at + length - 1] + 1
        rows.append(
            {
                "start": start,
                "end": end,
                "other_start": two.places[there],
                "other_end": two.places[there + length - 1] + 1,
                "length": length,
                "passage": document.text[start:end],
                "common": _share_known(one.text[at : at + length], common),
            }
        )
    columns = ["start", "end", "other_start", "other_end", "length", "passage", "common"]
    table = pd.DataFrame(rows, columns=columns).astype({"passage": "str", "common": "float64"})
    table = table.assign(report_id=document.report_id, other_id=other.report_id)
    return table.sort_values(["length", "start"], ascending=[False, True], kind="stable", ignore_index=True)


def _squeeze(text: str) -> _Squeezed:
    """Fold a text and leave out its blanks, keeping where each character stands."""
    folded = fold(text)
    places = [at for at, char in enumerate(folded) if not char.isspace()]
    return _Squeezed("".join(folded[at] for at in places), places)


def _list_grams(text: str) -> set[str]:
    """Return the character 8-grams of a text."""
    return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}


def _share_known(passage: str, known: set[str] | None) -> float | None:
    """Return the share of a passage's 8-grams that are known; None where nothing is."""
    if known is None:
        return None
    grams = _list_grams(passage)
    return round(len(grams & known) / len(grams), 4)


def _match(one: str, two: str, min_length: int) -> Iterator[tuple[int, int, int]]:
    """Yield runs that two texts share: where in the one, where in the other, and how long; the longest at each place."""
    starts: dict[str, list[int]] = {}
    for at in range(len(two) - GRAM + 1):
        starts.setdefault(two[at : at + GRAM], []).append(at)
    at = 0
    while at <= len(one) - min_length:
        found = [(_extend(one, two, at, there), -there) for there in starts.get(one[at : at + GRAM], ())]
        length, there = max(found, default=(0, 0))
        if length >= min_length:
            skipped = length - len(one[at : at + length].lstrip(_PUNCTUATION))
            if length - skipped >= min_length:
                yield at + skipped, skipped - there, length - skipped
            at += length
        else:
            at += 1


def _extend(one: str, two: str, at: int, there: int) -> int:
    """Return how many characters agree from two places on."""
    most = min(len(one) - at, len(two) - there)
    length = GRAM
    while length < most and one[at + length] == two[there + length]:
        length += 1
    return length
