"""Texts that occur twice: exactly but for blanks, or nearly, by MinHash over character 8-grams."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAM = 8  # characters; shorter ones are shared by any two reports
N_HASHES = 128  # the standard error of a similarity of a half is then 0.044
NEAR = 0.5  # of the two texts' 8-grams together; reports of one place in following years share less than a fifth
_SEED = 42


def squeeze(text: str) -> str:
    r"""
    Return a text without blanks and line ends, the form in which duplicates are looked for.

    Examples
    --------
    >>> squeeze("增长 5%\n左右")
    '增长5%左右'
    """
    return "".join(text.split())


def hash_squeezed(text: str) -> str:
    """Return the SHA-256 of the squeezed text: equal for texts that differ only in blanks and line ends."""
    return hashlib.sha256(squeeze(text).encode("utf-8", "surrogatepass")).hexdigest()


def sign_text(text: str, *, n_hashes: int = N_HASHES) -> list[int]:
    r"""
    Return the MinHash signature of a text's character 8-grams, so many numbers; blanks don't count.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents; computed by the library rensa.

    Examples
    --------
    >>> sign_text("各位代表：现在向大会报告工作") == sign_text("各位代表：\n现在向大会报告工作")
    True
    """
    from rensa import RMinHash  # type: ignore[import-untyped]

    squeezed = squeeze(text)
    signature = RMinHash(num_perm=n_hashes, seed=_SEED)
    signature.update([squeezed[at : at + GRAM] for at in range(max(len(squeezed) - GRAM + 1, 1))])
    numbers: list[int] = signature.digest()
    return numbers


def match_exact(hashes: Mapping[str, str]) -> dict[str, str]:
    """
    Return for each report id whose text occurred before the first id that has it.

    Parameters
    ----------
    hashes : mapping of report id to `hash_squeezed`

    Examples
    --------
    >>> match_exact({"320804-2023": "a", "320803-2023": "b", "320812-2023": "a"})
    {'320812-2023': '320804-2023'}
    """
    first: dict[str, str] = {}
    return {report_id: first[key] for report_id, key in hashes.items() if first.setdefault(key, report_id) != report_id}


def match_near(ids: Sequence[str], signatures: Sequence[Sequence[int]]) -> dict[str, tuple[str, float]]:
    """
    Return for each report id that is nearly the text of an earlier one that one and their similarity.

    The similarity is the estimated share of 8-grams that both have among those that either has (Jaccard); pairs from
    `NEAR` on count, the most similar earlier report is named.

    Parameters
    ----------
    ids : sequence of str
    signatures : sequence of `sign_text`, in the same order

    Examples
    --------
    >>> match_near(["a", "b"], [[1] * 128, [1] * 128])
    {'b': ('a', 1.0)}
    """
    import numpy as np

    matrix: NDArray[np.uint32] = np.asarray(signatures, dtype=np.uint32)
    found: dict[str, tuple[str, float]] = {}
    for row in range(1, len(matrix)):
        shares = (matrix[:row] == matrix[row]).mean(axis=1)
        best = int(shares.argmax())
        if shares[best] >= NEAR:
            found[ids[row]] = (ids[best], round(float(shares[best]), 3))
    return found
