"""Features on disk: three tables in ``data/features/``, small enough to ship, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from policylab.analyse.features import N_HASHES, REPORT_COLUMNS, TERM_COLUMNS, Features
from policylab.analyse.parquet import load_parquet, read_parquet, to_parquet
from policylab.errors import DataError
from policylab.project import data_path

if TYPE_CHECKING:
    import pandas as pd

FEATURE_TABLES = ("feature_reports", "feature_terms", "feature_counts")
_COUNT_COLUMNS = ("report", "term", "count")
_FILES = {name: f"{name.removeprefix('feature_')}.parquet" for name in FEATURE_TABLES}


def to_feature_tables(features: Features) -> dict[str, pd.DataFrame]:
    """
    Return features as three tables: reports with their signatures, terms, and counts.

    Rows of ``feature_counts`` name report and term by their row in the other two tables, from 0.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> list(to_feature_tables(count_terms([]))["feature_counts"])
    ['report', 'term', 'count']
    """
    import pandas as pd

    signed = pd.Series([row.astype("<u2").tobytes() for row in features.signatures], dtype="object")
    entries = features.counts.tocoo()
    counts = pd.DataFrame({"report": entries.row, "term": entries.col, "count": entries.data}).astype("int32")
    return {
        "feature_reports": features.reports.assign(signature=signed),
        "feature_terms": features.terms,
        "feature_counts": counts,
    }


def render_features(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """
    Return the files of `to_feature_tables` by their name in a folder of features; the same tables give the same bytes.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> sorted(render_features(to_feature_tables(count_terms([]))))
    ['counts.parquet', 'reports.parquet', 'terms.parquet']
    """
    return {_FILES[name]: to_parquet(tables[name], repeated=["count"]) for name in FEATURE_TABLES}


def load_features(folder: str | Path | None = None) -> Features:
    """
    Return the features of a folder: of all reports that the project's data were made from by default.

    They are read once a process and shared: use them, don't change them.

    Parameters
    ----------
    folder : str or Path, optional
        By default ``data/features``.

    Raises
    ------
    DataError
        Where the folder or a file of it is missing, cannot be read, or does not fit the others.

    References
    ----------
    The idea of shipping counts in place of texts: HathiTrust Research Center, Extracted Features Dataset.

    Examples
    --------
    >>> features = load_features()
    >>> features.counts.shape == (len(features.reports), len(features.terms))
    True
    """
    return _load(Path(folder) if folder is not None else data_path("features"))


@cache
def _load(folder: Path) -> Features:
    """Read a folder once."""
    import numpy as np
    from scipy.sparse import csr_array

    reports, terms = (load_parquet(folder / _FILES[name]) for name in FEATURE_TABLES[:2])
    counts = read_parquet(folder / _FILES["feature_counts"])  # without pandas: half the time
    if [*reports, *terms, *counts.column_names] != [*REPORT_COLUMNS, "signature", *TERM_COLUMNS, *_COUNT_COLUMNS]:
        raise DataError(f"{folder} holds no features of this version; make them again: make dataset CORPUS=FILE")
    rows, columns, values = (counts.column(name).to_numpy() for name in _COUNT_COLUMNS)
    indptr = np.searchsorted(rows, np.arange(len(reports) + 1, dtype=rows.dtype))
    signed = b"".join(reports.pop("signature"))
    known = indptr[0] == 0 and indptr[-1] == len(rows) and (not len(rows) or columns.min() >= 0)
    if not known or (len(rows) and columns.max() >= len(terms)) or len(signed) != 2 * N_HASHES * len(reports):
        raise DataError(f"{folder}: its tables are not of one build; make them again: make dataset CORPUS=FILE")
    found = csr_array((values, columns, indptr), shape=(len(reports), len(terms)))
    return Features(reports, terms, found, np.frombuffer(signed, dtype="<u2").reshape(-1, N_HASHES))
