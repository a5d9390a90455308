"""Attention: how much of a report speaks of a topic, by the dictionaries of the codebook or the user's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policylab.analyse.features import Features, find_rows, pick_reports
from policylab.codebook.attention import AttentionDictionary, load_attention, pick_dictionaries
from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Dictionaries = Mapping[str, AttentionDictionary]
_PLACE = ["report_id", "region_code", "region_name", "level", "report_year"]
_TOPIC = ["topic", "topic_zh", "topic_en"]
_QUARTILES = {0.25: "peer_low", 0.5: "peer_median", 0.75: "peer_high"}


def measure_attention(
    features: Features,
    report_ids: Sequence[str],
    *,
    topics: Collection[str] | None = None,
    dictionaries: Dictionaries | None = None,
) -> pd.DataFrame:
    """
    Return one row per report and topic: how many terms of its dictionary the report has per 1,000 words.

    A term hits wherever a word of the report contains it; the longest term counts, and topics are counted
    each by itself, so that their shares don't add up to a whole.

    Parameters
    ----------
    features : Features
    report_ids : sequence of str
        For example of `policylab.analyse.features.pick_reports`.
    topics : collection of str, optional
        Codes of the dictionaries wanted; all by default.
    dictionaries : mapping of code to AttentionDictionary, optional
        Of `policylab.codebook.attention.load_attention`; by default those of the codebook.

    Returns
    -------
    DataFrame
        report_id, region_code, region_name, level, report_year, ``topic``, ``topic_zh``, ``topic_en``, ``hits``,
        ``n_words``, ``share`` (hits per 1,000 words; NA for a report without words), ``n_terms`` of the dictionary and
        ``n_terms_known``, those that some word of the features contains, ``dictionary_version``, ``engine``. A term
        that fewer reports have than the features' threshold can't hit: count such terms from texts, with
        `policylab.analyse.features.count_terms`.

    Raises
    ------
    DataError
        Where a report has no features, or no term of a dictionary is known to features without rare words.
    UnknownNameError
        Where there is no such topic.

    References
    ----------
    Shares of dictionary words in work reports as a measure of government attention: 陈诗一、陈登科 (2018),
    雾霾污染、政府治理与经济高质量发展, 经济研究 53(2).

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> document = Document.from_text("坚持创新，改善民生，发展科技。", region_code="320804", report_year=2023)
    >>> shares = measure_attention(count_terms([document]), ["320804-2023"], topics=["innovation"])
    >>> shares[["hits", "n_words", "share"]].values.tolist()
    [[2.0, 6.0, 333.333]]
    """
    import pandas as pd

    rows = find_rows(features, report_ids)
    reports, counts = features.reports.iloc[rows].reset_index(drop=True), features.counts[rows]
    parts = []
    for dictionary in _choose(dictionaries, topics):
        terms = _map_terms(features, dictionary)
        hits = counts @ terms.sum(axis=1)
        part = reports[_PLACE].assign(
            topic=dictionary.code,
            topic_zh=dictionary.name_zh,
            topic_en=dictionary.name_en,
            hits=hits,
            n_words=reports["n_words"],
            share=_share(hits, reports["n_words"]),
            n_terms=len(dictionary.terms),
            n_terms_known=int((terms.sum(axis=0) > 0).sum()),
            dictionary_version=dictionary.version,
            engine=reports["engine"],
        )
        parts.append(part)
    return pd.concat(parts).sort_index(kind="stable", ignore_index=True)


def count_attention_terms(
    features: Features, report_ids: Sequence[str], topic: str, *, dictionaries: Dictionaries | None = None
) -> pd.DataFrame:
    """
    Return one row per term of a topic: its hits in the reports together, most first; what a share is made of.

    Parameters
    ----------
    features, report_ids, dictionaries
        As `measure_attention`.
    topic : str

    Returns
    -------
    DataFrame
        ``term``, ``source``, ``hits``, ``n_reports`` (of these, with a hit), ``share`` (hits per 1,000 words).

    Raises
    ------
    DataError, UnknownNameError
        As `measure_attention`.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> document = Document.from_text("坚持创新，科技创新。", region_code="320804", report_year=2023)
    >>> found = count_attention_terms(count_terms([document]), ["320804-2023"], "innovation")
    >>> found[["term", "hits"]].head(2).values.tolist()
    [['创新', 2], ['科技', 1]]
    """
    import pandas as pd

    [dictionary] = _choose(dictionaries, [topic])
    rows = find_rows(features, report_ids)
    hits = features.counts[rows] @ _map_terms(features, dictionary)
    found = pd.DataFrame(
        {
            "term": [term.term for term in dictionary.terms.values()],
            "source": [term.source for term in dictionary.terms.values()],
            "hits": hits.sum(axis=0),
            "n_reports": (hits > 0).sum(axis=0),
        }
    )
    found["share"] = _share(found["hits"], features.reports["n_words"].iloc[rows].sum())
    return found.sort_values("hits", ascending=False, kind="stable", ignore_index=True)


def compare_attention(
    features: Features,
    region_code: str,
    *,
    peers: Collection[str],
    report_years: Collection[int] | None = None,
    topics: Collection[str] | None = None,
    dictionaries: Dictionaries | None = None,
) -> pd.DataFrame:
    """
    Return one row per report year and topic: the share of a region's report beside those of its peers.

    Parameters
    ----------
    features, topics, dictionaries
        As `measure_attention`.
    region_code : str
    peers : collection of str
        Region codes, for example of `policylab.analyse.compare.select_peers`; the region itself is left out of them.
    report_years : collection of int, optional
        By default every year from the first to the last report of the region.

    Returns
    -------
    DataFrame
        region_code, region_name, report_year, ``topic``, ``topic_zh``, ``topic_en``, ``report_id``, ``share`` (hits per
        1,000 words), ``peer_low``, ``peer_median`` and ``peer_high`` (quartiles), ``n_peers`` with a report that year,
        ``percentile`` (per cent of them at or below the region), ``dictionary_version``, ``engine``. NA where the
        region, or no peer, has a report of the year.

    Raises
    ------
    DataError
        Where the region has no features of these years, or no term of a dictionary is known to the features.
    UnknownNameError
        Where there is no such topic.

    Examples
    --------
    >>> from policylab.analyse.features import count_terms
    >>> from policylab.model import Document
    >>> texts = {"320804": "坚持创新。", "320803": "坚持开放。"}
    >>> documents = [Document.from_text(text, region_code=code, report_year=2023) for code, text in texts.items()]
    >>> compared = compare_attention(count_terms(documents), "320804", peers=["320803"], topics=["innovation"])
    >>> compared[["share", "peer_median", "n_peers"]].values.tolist()
    [[500.0, 0.0, 1.0]]
    """
    import pandas as pd

    own = pick_reports(features, region_codes=[region_code], report_years=report_years)
    years = _list_years(features, own, report_years)
    others = _list_peers(features, set(peers) - {region_code}, years)
    shares = measure_attention(features, [*own, *others], topics=topics, dictionaries=dictionaries)
    by = ["report_year", "topic"]
    ours = shares[shares["region_code"].eq(region_code)].drop_duplicates(by)
    names = ours[[*_TOPIC, "region_code", "region_name", "dictionary_version"]].drop_duplicates("topic")
    table = pd.DataFrame({"report_year": years}).merge(names, how="cross")
    table = table.merge(ours[[*by, "report_id", "share", "engine"]], on=by, how="left")
    table = table.merge(_summarise(shares[shares["region_code"].ne(region_code)], ours, by), on=by, how="left")
    table["n_peers"] = table["n_peers"].fillna(0).astype("int64")
    last = ["share", *_QUARTILES.values(), "n_peers", "percentile", "dictionary_version", "engine"]
    return table[["region_code", "region_name", "report_year", *_TOPIC, "report_id", *last]]


def _choose(dictionaries: Dictionaries | None, topics: Collection[str] | None) -> list[AttentionDictionary]:
    """Return the dictionaries wanted."""
    loaded = load_attention() if dictionaries is None else dictionaries
    if not loaded:
        raise DataError("no attention dictionary given; leave dictionaries out to use those of the codebook")
    return list(pick_dictionaries(loaded, topics).values())


def _map_terms(features: Features, dictionary: AttentionDictionary) -> csr_array:
    """Return how often each word of the features (rows) contains each term of a dictionary (columns)."""
    import numpy as np
    from scipy.sparse import csr_array

    words = features.terms["term"].tolist()
    found = dictionary.find_terms(words)
    if not found and features.terms["n_reports"].min() > 1:  # rare words are left out: no hit may mean too rare
        raise DataError(
            f"none of the {len(dictionary.terms)} terms of the attention dictionary {dictionary.code!r} stands in the "
            f"{len(features.terms):,} words of the features; check its terms, or count them from texts with count_terms"
        )
    places = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return csr_array((np.ones(len(found), dtype=np.int64), places), shape=(len(words), len(dictionary.terms)))


def _share(hits: Any, n_words: Any) -> Any:
    """Return hits per 1,000 words, NA where there are none."""
    import numpy as np

    return (hits / np.where(np.asarray(n_words) > 0, n_words, np.nan) * 1000).round(3)


def _list_years(features: Features, own: Sequence[str], report_years: Collection[int] | None) -> list[int]:
    """Return the years of a comparison: those asked for, or all from the region's first report to its last."""
    if report_years is not None:
        return sorted(set(report_years))
    known = features.reports["report_year"].iloc[find_rows(features, own)]
    return list(range(int(known.min()), int(known.max()) + 1))


def _list_peers(features: Features, region_codes: Collection[str], years: Collection[int]) -> list[str]:
    """Return the reports of peers that count; there may be none."""
    reports = features.reports
    kept = reports["flag"].eq("") & reports["region_code"].isin(region_codes) & reports["report_year"].isin(years)
    return list(reports.loc[kept, "report_id"])


def _summarise(others: pd.DataFrame, ours: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return quartiles and number of the peers, and the percentile of the region among them, by year and topic."""
    import pandas as pd

    grouped = others.groupby(by)["share"]
    quartiles = {name: grouped.quantile(share).round(3) for share, name in _QUARTILES.items()}
    summary = pd.DataFrame({**quartiles, "n_peers": grouped.count()})
    both = others.merge(ours[[*by, "share"]], on=by, suffixes=("", "_own"))
    at_most = both["share"].le(both["share_own"]).groupby([both[name] for name in by]).mean()
    return summary.assign(percentile=(at_most * 100).round(1)).reset_index()
