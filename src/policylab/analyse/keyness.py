"""Words that set reports apart: keyness of one group against another, and keywords of one report among many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policylab.analyse.features import Features, find_rows
from policylab.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

PRIOR_WORDS = 1000.0  # a seventh of a report
MIN_COUNT = 5


def score_keyness(
    features: Features,
    report_ids: Sequence[str],
    *,
    against: Sequence[str],
    prior_words: float = PRIOR_WORDS,
    min_count: int = MIN_COUNT,
    places: bool = False,
) -> pd.DataFrame:
    """
    Return one row per word: how much more the reports use it than the others, the most characteristic first.

    The log-odds of a word in the two groups are compared under a Dirichlet prior with the shares of words in both
    together, which keeps rare words from leading. Words come in bursts, so that the z-scores order words; they are no
    tests. ``n_reports`` and ``n_against`` tell a word that one report repeats from one that many share.

    Parameters
    ----------
    features : Features
    report_ids : sequence of str
        One report or several.
    against : sequence of str
        The reports to compare with, for example peers; none may be among the first.
    prior_words : float
        The weight of the prior in words (alpha_0): more draws words that are rare in both groups further to zero.
    min_count : int
        Words that both groups together have fewer times are left out.
    places : bool
        Whether names of regions are compared too.

    Returns
    -------
    DataFrame
        ``term``, ``z``, ``log_odds_ratio``, ``count`` and ``count_against``, ``share`` and ``share_against`` (per 1,000
        words compared), ``n_reports``, ``n_against`` (reports with the word, of ``size`` and ``size_against``),
        ``prior_words``, ``engine``. Swapping the groups turns the sign of z and log_odds_ratio.

    Raises
    ------
    DataError
        Where a report has no features, stands in both groups, or a group has no words.

    References
    ----------
    Monroe, Colaresi and Quinn (2008), Fightin' Words: lexical feature selection and evaluation for identifying the
    content of political conflict, Political Analysis 16(4): log-odds-ratio, informative Dirichlet prior.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新，坚持创新。", "320803": "坚持开放。"}
    >>> features = count_terms([Document.from_text(texts[code], region_code=code, report_year=2023) for code in texts])
    >>> score_keyness(features, ["320804-2023"], against=["320803-2023"], min_count=1)["term"].tolist()
    ['创新', '坚持', '开放']
    """
    import pandas as pd

    own, others = (find_rows(features, ids) for ids in (report_ids, against))
    if twice := sorted({*features.reports["report_id"].iloc[own]} & {*features.reports["report_id"].iloc[others]}):
        raise DataError(f"the report {twice[0]} stands in both groups; leave it out of one")
    groups = [features.counts[rows] for rows in (own, others)]
    totals = [group.sum(axis=0) for group in groups]
    kept = _keep_words(features, places) & (totals[0] + totals[1] >= max(min_count, 1))
    counts = [total[kept].astype(float) for total in totals]
    log_odds, z = _compare_odds(counts, prior_words)
    table = pd.DataFrame({"term": features.terms["term"].to_numpy()[kept], "z": z, "log_odds_ratio": log_odds})
    for name, total in zip(("count", "count_against"), totals, strict=True):
        table[name] = total[kept].astype("int64")
    for name, count in zip(("share", "share_against"), counts, strict=True):
        table[name] = (count / count.sum() * 1000).round(4)
    for name, group in zip(("n_reports", "n_against"), groups, strict=True):
        table[name] = (group > 0).sum(axis=0)[kept]
    table = table.assign(size=len(own), size_against=len(others), prior_words=prior_words)
    table = table.assign(engine=features.reports["engine"].iloc[own[0]])
    return table.sort_values(["z", "term"], ascending=[False, True], kind="stable", ignore_index=True)


def rank_keywords(
    features: Features, report_id: str, *, among: Sequence[str], limit: int = 30, places: bool = False
) -> pd.DataFrame:
    """
    Return one row per keyword of a report, the weightiest first: frequent in it and rare among the others.

    Parameters
    ----------
    features : Features
    report_id : str
    among : sequence of str
        The reports that say how rare a word is, for example peers.
    limit : int
        How many keywords.
    places : bool
        Whether names of regions are ranked too.

    Returns
    -------
    DataFrame
        ``term``, ``tfidf`` (of a row of length one), ``count``, ``n_among`` (reports of ``among`` and the report itself
        with the word), ``engine``.

    Raises
    ------
    DataError
        Where a report has no features.

    References
    ----------
    Salton and Buckley (1988), Term-weighting approaches in automatic text retrieval, Information Processing &
    Management 24(5); computed by scikit-learn's TfidfTransformer with sublinear counts and smoothed idf.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新。", "320803": "坚持开放。"}
    >>> features = count_terms([Document.from_text(texts[code], region_code=code, report_year=2023) for code in texts])
    >>> rank_keywords(features, "320804-2023", among=["320803-2023"])["term"].tolist()
    ['创新', '坚持']
    """
    import pandas as pd

    ids = [report_id, *(other for other in among if other != report_id)]
    kept = _keep_words(features, places)
    rows = find_rows(features, ids)
    counts = features.counts[rows][:, kept]
    table = pd.DataFrame(
        {
            "term": features.terms["term"].to_numpy()[kept],
            "tfidf": weigh_terms(counts)[[0]].toarray()[0].round(6),
            "count": counts[[0]].toarray()[0],
            "n_among": (counts > 0).sum(axis=0),
            "engine": features.reports["engine"].iloc[rows[0]],
        }
    )
    table = table[table["count"].gt(0)]
    return table.sort_values(["tfidf", "term"], ascending=[False, True], kind="stable", ignore_index=True).head(limit)


def weigh_terms(counts: csr_array) -> csr_array:
    """
    Return counts as TF-IDF weights, each report a row of length one.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> weigh_terms(csr_array([[1, 0], [1, 1]])).toarray().round(2).tolist()
    [[1.0, 0.0], [0.58, 0.81]]
    """
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def _keep_words(features: Features, places: bool) -> NDArray[np.bool_]:
    """Tell which words are compared: all, or those that name no region."""
    import numpy as np

    kept: NDArray[np.bool_] = features.terms["is_place"].to_numpy(dtype=bool)
    return np.ones_like(kept) if places else ~kept


def _compare_odds(
    counts: Sequence[NDArray[np.float64]], prior_words: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the log-odds-ratios and their z-scores under a prior that has the shares of both groups together."""
    import numpy as np

    totals = [float(count.sum()) for count in counts]
    if len(counts[0]) < 2 or not all(totals):
        raise DataError("a group of reports has none of the words compared; give other reports or a lower min_count")
    prior = (counts[0] + counts[1]) * (prior_words / sum(totals))
    smooth = [count + prior for count in counts]
    odds = [np.log(count / (count.sum() - count)) for count in smooth]
    difference = odds[0] - odds[1]
    return difference.round(6), (difference / np.sqrt(1 / smooth[0] + 1 / smooth[1])).round(6)
