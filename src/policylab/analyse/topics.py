"""Topics of a set of reports: non-negative matrix factorisation or latent Dirichlet allocation, and how many to take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from policylab.analyse.features import Features, find_rows
from policylab.analyse.keyness import weigh_terms
from policylab.errors import DataError, UnknownNameError, close_matches

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

METHODS = ("nmf", "lda")
NUMBERS = (5, 8, 10, 12, 15, 20)
_SEED = 0
_MIN_REPORTS = 5  # a word of fewer reports can't mark a topic
_MAX_SHARE = 0.5  # nor can one that most reports have
_MAX_WORDS = 6000
_TOP, _LABEL = 10, 3  # words that coherence is measured on, as is usual, and words of a label


class Topics(NamedTuple):
    """
    Topics of a set of reports.

    Attributes
    ----------
    words : DataFrame, one row per topic and word, the weightiest ten of each
        ``topic`` (from 1, the largest first), ``label`` (its first three words), ``rank``, ``term``, ``weight`` (the
        weights of all words of a topic add up to 1), ``coherence`` of the topic (NPMI, -1 to 1), ``method``, ``engine``.
    shares : DataFrame, one row per report and topic
        report_id, region_code, region_name, level, report_year, ``topic``, ``label``, ``share`` (those of a report add
        up to 1; NA where none of its words is in a topic).
    """

    words: pd.DataFrame
    shares: pd.DataFrame


def fit_topics(features: Features, report_ids: Sequence[str], *, n_topics: int = 10, method: str = "nmf") -> Topics:
    """
    Return the topics of reports: their words, and the share of each in each report.

    Names of regions, words of fewer than five reports and words of more than half of the reports are left out, and of
    the others the 6,000 that most reports have are kept. The same reports give the same topics, in whatever order.

    Parameters
    ----------
    features : Features
    report_ids : sequence of str
        Ten reports or more, for example of one level and year: years and levels else become the topics.
    n_topics : int
        See `compare_topic_numbers`.
    method : "nmf" or "lda"
        NMF of TF-IDF weights, or LDA of counts, which takes ten times as long.

    Raises
    ------
    UnknownNameError
        Where the method is unknown.
    DataError
        Where there are too few reports or words for so many topics, or a report has no features.

    References
    ----------
    Lee and Seung (1999), Learning the parts of objects by non-negative matrix factorization, Nature 401. Blei, Ng and
    Jordan (2003), Latent Dirichlet allocation, JMLR 3. Both computed by scikit-learn with a fixed seed in one thread.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = ["海洋，渔业。", "草原，牧区。"] * 6
    >>> features = count_terms(
    ...     Document.from_text(text, region_code="320804", report_year=2000 + at) for at, text in enumerate(texts)
    ... )
    >>> topics = fit_topics(features, features.reports["report_id"].tolist(), n_topics=2)
    >>> sorted(topics.shares["share"].head(2))
    [0.0, 1.0]
    """
    _check_method(method)
    rows, kept = _choose_words(features, sorted(set(report_ids)), n_topics)
    weights, shares = _factorise(features.counts[rows][:, kept], n_topics, method)
    words = _list_words(features, kept, weights).assign(method=method, engine=features.reports["engine"].iloc[rows[0]])
    return Topics(words, _list_shares(features, rows, shares, words.drop_duplicates("topic")["label"].tolist()))


def compare_topic_numbers(
    features: Features, report_ids: Sequence[str], *, numbers: Sequence[int] = NUMBERS, method: str = "nmf"
) -> pd.DataFrame:
    """
    Return one row per number of topics: how coherent they are, to argue for a number by.

    Parameters
    ----------
    features, report_ids, method
        As `fit_topics`.
    numbers : sequence of int

    Returns
    -------
    DataFrame
        ``n_topics``, ``coherence`` (mean of the topics), ``coherence_min`` (the worst topic), ``distinct`` (share of
        the topics' first ten words that are in one topic only), ``is_best`` (the highest mean; of equal ones the fewest topics), ``method``, ``engine``.

    Raises
    ------
    DataError, UnknownNameError
        As `fit_topics`.

    References
    ----------
    As `measure_coherence`.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = ["海洋，渔业。", "草原，牧区。"] * 6
    >>> features = count_terms(
    ...     Document.from_text(text, region_code="320804", report_year=2000 + at) for at, text in enumerate(texts)
    ... )
    >>> compare_topic_numbers(features, features.reports["report_id"].tolist(), numbers=[2])["coherence"].tolist()
    [1.0]
    """
    import pandas as pd

    rows = []
    for number in numbers:
        words = fit_topics(features, report_ids, n_topics=number, method=method).words
        coherence, is_shared = words.drop_duplicates("topic")["coherence"], words["term"].duplicated(keep=False)
        row: dict[str, Any] = {"n_topics": number, "coherence": round(float(coherence.mean()), 6)}
        row |= {"coherence_min": coherence.min(), "distinct": round(1 - float(is_shared.mean()), 4)}
        rows.append(row | {"method": method, "engine": words["engine"].iloc[0]})
    table = pd.DataFrame(rows)
    best = table.sort_values(["coherence", "n_topics"], ascending=[False, True], kind="stable").index[:1]
    table.insert(4, "is_best", table.index.isin(best))
    return table


def measure_coherence(features: Features, terms: Sequence[int] | NDArray[np.int64]) -> float:
    """
    Return how coherent a set of words is: the mean normalised pointwise mutual information (NPMI) of its pairs.

    1 means that the words always stand in the same reports, 0 that they stand together as often as by chance, -1 that
    they never do. Whole reports count, all of the features: with long texts values lie low, and compare sets only.

    Parameters
    ----------
    features : Features
    terms : sequence of int
        Rows of ``features.terms``.

    References
    ----------
    Bouma (2009), Normalized (pointwise) mutual information in collocation extraction, GSCL. Röder, Both and Hinneburg
    (2015), Exploring the space of topic coherence measures, WSDM: C_NPMI there counts windows of ten words; here whole
    documents, as Mimno et al. (2011), Optimizing semantic coherence in topic models, EMNLP, count for UMass.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = ["海洋，渔业。", "草原，牧区。"]
    >>> features = count_terms(
    ...     Document.from_text(text, region_code="320804", report_year=2000 + at) for at, text in enumerate(texts)
    ... )
    >>> together = features.terms.index[features.terms["term"].isin(["海洋", "渔业"])]
    >>> measure_coherence(features, together)
    1.0
    """
    return _measure_all(features, [terms])[0]


def _check_method(method: str) -> None:
    """Refuse a method that is not known."""
    if method not in METHODS:
        raise UnknownNameError(f"no method {method!r} for topics; methods: nmf, lda{close_matches(method, METHODS)}")


def _choose_words(features: Features, ids: Sequence[str], n_topics: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the reports, and of the words that topics are made of."""
    import numpy as np

    rows = find_rows(features, ids)
    n_reports = (features.counts[rows] > 0).sum(axis=0)
    few_enough = n_reports <= max(_MAX_SHARE * len(rows), _MIN_REPORTS)
    kept = np.flatnonzero((n_reports >= _MIN_REPORTS) & few_enough & ~features.terms["is_place"].to_numpy(dtype=bool))
    kept = kept[np.argsort(-n_reports[kept], kind="stable")][:_MAX_WORDS]
    if n_topics < 1 or min(len(rows), len(kept)) < max(n_topics, 2):
        raise DataError(
            f"{len(rows)} reports with {len(kept):,} words that five of them have and at most half do: too few for "
            f"{n_topics} topics; give more reports, or ask for fewer topics"
        )
    return rows, np.sort(kept)


def _factorise(counts: csr_array, n_topics: int, method: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of words in topics, each topic's adding up to 1, and the shares of topics in reports."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums in another order differ in the last digit
        if method == "nmf":
            parts, weights = _run_nmf(weigh_terms(counts), n_topics)
        else:
            parts, weights = _run_lda(counts, n_topics)
    sizes = weights.sum(axis=1)
    parts, weights = parts * sizes, weights / np.where(sizes > 0, sizes, 1)[:, None]
    totals = parts.sum(axis=1, keepdims=True)
    shares = parts / np.where(totals > 0, totals, np.nan)
    order = np.argsort(-np.nansum(shares, axis=0).round(6), kind="stable")
    return weights[order], shares[:, order]


def _run_nmf(weights: csr_array, n_topics: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return reports by topics, and topics by words."""
    from sklearn.decomposition import NMF

    model = NMF(n_topics, init="nndsvda", random_state=_SEED, max_iter=500, tol=1e-3)
    parts = model.fit_transform(weights)
    return parts, model.components_


def _run_lda(counts: csr_array, n_topics: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return reports by topics, and topics by words; the topics of LDA are probabilities already."""
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(n_topics, random_state=_SEED, max_iter=10, learning_method="batch")
    parts = model.fit_transform(counts)
    return parts, model.components_ / model.components_.sum(axis=1, keepdims=True)


def _list_words(features: Features, kept: NDArray[np.int64], weights: NDArray[np.float64]) -> pd.DataFrame:
    """Return one row per topic and word: the weightiest of each, with the coherence of the topic."""
    import numpy as np
    import pandas as pd

    tops = [np.argsort(-row.round(9), kind="stable")[: min(_TOP, (row.round(9) > 0).sum())] for row in weights]
    coherences = _measure_all(features, [kept[top] for top in tops])
    parts = []
    for number, (top, coherence) in enumerate(zip(tops, coherences, strict=True)):
        terms = features.terms["term"].to_numpy()[kept[top]]
        told = {"topic": number + 1, "label": "、".join(terms[:_LABEL]), "rank": range(1, len(top) + 1), "term": terms}
        parts.append(pd.DataFrame({**told, "weight": weights[number][top].round(6), "coherence": coherence}))
    return pd.concat(parts, ignore_index=True)


def _measure_all(features: Features, sets: Sequence[Sequence[int] | NDArray[np.int64]]) -> list[float]:
    """Return the coherence of each set of words; the counts are read once for all."""
    import numpy as np

    wanted, places = np.unique(np.concatenate([np.asarray(terms) for terms in sets]), return_inverse=True)
    found = (features.counts[:, wanted] > 0).toarray()
    ends = np.cumsum([len(terms) for terms in sets])
    return [_measure_pairs(found[:, part]) for part in np.split(places, ends[:-1])]


def _measure_pairs(found: NDArray[np.bool_]) -> float:
    """Return the mean NPMI of all pairs of words: which reports (rows) have which (columns)."""
    import numpy as np

    counts = found.astype(float)
    together = counts.T @ counts / len(counts)
    one, other = np.triu_indices(together.shape[0], k=1)
    joint, alone = together[one, other], np.diag(together)
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = np.log(joint / (alone[one] * alone[other])) / -np.log(joint)
    npmi = np.where(joint == 0, -1.0, np.where(joint == 1, 1.0, npmi))
    return round(float(npmi.mean()), 6) if len(npmi) else 0.0


def _list_shares(
    features: Features, rows: NDArray[np.int64], shares: NDArray[np.float64], labels: Sequence[str]
) -> pd.DataFrame:
    """Return one row per report and topic."""
    import numpy as np

    place = ["report_id", "region_code", "region_name", "level", "report_year"]
    reports = features.reports.iloc[np.repeat(rows, len(labels))][place].reset_index(drop=True)
    numbers = np.tile(np.arange(1, len(labels) + 1), len(rows))
    return reports.assign(topic=numbers, label=np.tile(np.array(labels), len(rows)), share=shares.ravel().round(6))
