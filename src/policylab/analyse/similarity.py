"""How alike reports are: in their words, in the characters they share, and on a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policylab.analyse.features import Features, find_rows
from policylab.analyse.keyness import weigh_terms
from policylab.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_PLACE = ["report_id", "region_code", "region_name", "level", "report_year"]
_LEAST_SHARE = 0.05  # a word of fewer reports draws none of them together on a map
_MOST = 150  # reports of a level and year that the baseline is taken from


def measure_similarity(features: Features, report_id: str, *, others: Sequence[str]) -> pd.DataFrame:
    """
    Return one row per other report: how alike its words are, and how much of its text is the same, the most first.

    Every report shares boilerplate with every other. So each share of text stands beside a baseline: what any two
    reports of different regions share, one of the level and year of the report, the other of those of the other.

    Parameters
    ----------
    features : Features
    report_id : str
    others : sequence of str
        Reports to compare with; the report itself is left out of them.

    Returns
    -------
    DataFrame
        report_id, region_code, region_name, level, report_year, ``cosine`` (of TF-IDF weights among these reports,
        regions' names left out; 0 to 1), ``jaccard`` (estimated share of the two texts' character 8-grams that both
        have; standard error 0.0044 at 0.01, at most 0.022), ``baseline_median`` and ``baseline_95`` (95th percentile) of such shares,
        ``n_baseline`` pairs, ``percentile`` (per cent of them at or below ``jaccard``), ``above_baseline`` (whether it
        is beyond the 95th percentile), ``engine``. Baselines are NA where the features have no such pair.

    Raises
    ------
    DataError
        Where a report has no features, or no other is given.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents. Li and König (2010), b-Bit minwise hashing, WWW:
    the low 16 bits of 512 hashes are kept.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新，改善民生。", "320803": "坚持创新，改善民生。", "320812": "扩大开放，保护生态。"}
    >>> features = count_terms(Document.from_text(texts[code], region_code=code, report_year=2023) for code in texts)
    >>> found = measure_similarity(features, "320804-2023", others=["320812-2023", "320803-2023"])
    >>> found[["region_name", "cosine", "jaccard"]].values.tolist()
    [['淮安区', 1.0, 1.0], ['清江浦区', 0.0, 0.0]]
    """
    ids = [report_id, *dict.fromkeys(other for other in others if other != report_id)]
    rows = find_rows(features, ids)
    if len(rows) < 2:
        raise DataError(f"no other report to compare {report_id} with; give others")
    table = features.reports.iloc[rows[1:]][_PLACE].reset_index(drop=True)
    table["cosine"] = _measure_cosine(features, rows)[0, 1:].round(4)
    table["jaccard"] = (features.signatures[rows[1:]] == features.signatures[rows[0]]).mean(axis=1).round(4)
    table = table.join(_add_baseline(features, rows[0], table))
    table["above_baseline"] = table["jaccard"].gt(table["baseline_95"])
    table["engine"] = features.reports["engine"].iloc[rows[0]]
    by = ["jaccard", "cosine", "report_id"]
    return table.sort_values(by, ascending=[False, False, True], kind="stable", ignore_index=True)


def measure_baseline(features: Features, one: tuple[str, int], other: tuple[str, int]) -> NDArray[np.float64]:
    """
    Return what reports of different regions share of their text, a number for each pair, in ascending order.

    Parameters
    ----------
    features : Features
    one, other : (level, report year)
        Where the two reports of a pair come from. Of a level and year with more than 150 reports an even selection.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新，改善民生。", "320803": "坚持创新，改善民生。"}
    >>> features = count_terms(Document.from_text(texts[code], region_code=code, report_year=2023) for code in texts)
    >>> measure_baseline(features, ("county", 2023), ("county", 2023)).tolist()
    [1.0]
    """
    import numpy as np

    rows, columns = (_select(features, *place) for place in (one, other))
    codes = features.reports["region_code"].to_numpy(dtype=str)
    shares = [(features.signatures[columns] == features.signatures[row]).mean(axis=1) for row in rows]
    found = np.array(shares).reshape(len(rows), len(columns))
    counted = codes[rows][:, None] != codes[columns][None, :]
    if one == other:
        counted = np.triu(counted)
    return np.sort(found[counted])


def map_similarity(features: Features, report_ids: Sequence[str]) -> pd.DataFrame:
    """
    Return one row per report with its place on a plane where reports that use the same words lie together.

    Names of regions, and words of fewer than a twentieth of the reports, are left out.

    Parameters
    ----------
    features : Features
    report_ids : sequence of str
        Three reports or more, for example a district's and its peers'.

    Returns
    -------
    DataFrame
        report_id, region_code, region_name, level, report_year, ``x``, ``y`` (no unit), ``shown`` (share of the
        distances' variance that the plane shows), ``engine``.

    Raises
    ------
    DataError
        Where a report has no features, or fewer than three are given.

    References
    ----------
    Classical scaling (Torgerson 1952, Psychometrika 17) of the distances between TF-IDF rows of length one, whose
    squares are 2 - 2 cosine: the first two components of scikit-learn's KernelPCA of the cosines.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新。", "320803": "坚持创新。", "320812": "扩大开放。"}
    >>> features = count_terms(Document.from_text(texts[code], region_code=code, report_year=2023) for code in texts)
    >>> places = map_similarity(features, features.reports["report_id"].tolist())
    >>> bool(places["x"].iloc[0] == places["x"].iloc[1] != places["x"].iloc[2])
    True
    """
    import numpy as np
    from sklearn.decomposition import KernelPCA
    from threadpoolctl import threadpool_limits

    ids = sorted(set(report_ids))
    if len(ids) < 3:
        raise DataError(f"a map needs three reports or more, got {len(ids)}")
    rows = find_rows(features, ids)
    cosines = _measure_cosine(features, rows, least=max(2, len(rows) * _LEAST_SHARE))
    with threadpool_limits(1):  # sums in another order differ in the last digit
        model = KernelPCA(2, kernel="precomputed", eigen_solver="dense")
        places = model.fit_transform(cosines)
    spread = np.trace(cosines) - cosines.sum() / len(cosines)  # of the centred cosines
    full = np.zeros((len(rows), 2))
    full[:, : places.shape[1]] = places.round(6) + 0.0
    table = features.reports.iloc[rows][_PLACE].reset_index(drop=True)
    shown = round(float(model.eigenvalues_.sum() / spread), 4) if spread > 0 else float("nan")
    return table.assign(x=full[:, 0], y=full[:, 1], shown=shown, engine=features.reports["engine"].iloc[rows[0]])


def _measure_cosine(features: Features, rows: NDArray[np.int64], *, least: float = 1) -> NDArray[np.float64]:
    """Return the cosines of reports by words that so many of them have; names of regions are left out."""
    counts = features.counts[rows]
    kept = ((counts > 0).sum(axis=0) >= least) & ~features.terms["is_place"].to_numpy(dtype=bool)
    weights = weigh_terms(counts[:, kept])
    cosines: NDArray[np.float64] = (weights @ weights.T).toarray()
    return cosines


def _add_baseline(features: Features, row: int, table: pd.DataFrame) -> pd.DataFrame:
    """Return the baseline of each row of the table; each level and year is worked out once."""
    import numpy as np
    import pandas as pd

    own = features.reports.iloc[row]
    place = (str(own["level"]), int(own["report_year"]))
    pairs = [(str(level), int(year)) for level, year in zip(table["level"], table["report_year"], strict=True)]
    shares = {other: measure_baseline(features, *sorted([place, other])) for other in dict.fromkeys(pairs)}
    rows = []
    for other, jaccard in zip(pairs, table["jaccard"], strict=True):
        found = shares[other]
        median, high = np.quantile(found, [0.5, 0.95]).round(4) if len(found) else (np.nan, np.nan)
        at_most = (
            round(np.searchsorted(found, jaccard + 1e-4, side="right") / len(found) * 100, 1) if len(found) else None
        )
        rows.append((median, high, len(found), at_most))
    columns = ["baseline_median", "baseline_95", "n_baseline", "percentile"]
    return pd.DataFrame(rows, columns=columns).astype({"percentile": "float64"})


def _select(features: Features, level: str, report_year: int) -> NDArray[np.int64]:
    """Return the rows of at most `_MOST` unflagged reports of a level and year, evenly taken."""
    import numpy as np

    reports = features.reports
    kept = reports["flag"].eq("") & reports["level"].eq(level) & reports["report_year"].eq(report_year)
    rows = np.flatnonzero(kept)
    return rows if len(rows) <= _MOST else rows[np.linspace(0, len(rows) - 1, _MOST).round().astype(np.int64)]
