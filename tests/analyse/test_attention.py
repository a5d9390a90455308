"""Attention: shares that add up, in every order, and gaps where there is no report."""

from __future__ import annotations

import pytest
import yaml

from policylab.analyse.attention import compare_attention, count_attention_terms, measure_attention
from policylab.codebook.attention import load_attention
from policylab.errors import DataError, UnknownNameError

TEXTS = {
    "320804-2021": "坚持创新，强化科技创新，改善民生。",
    "320804-2023": "发展数字乡村，开创新局面。",
    "320803-2021": "坚持创新发展。",
    "320803-2022": "保护生态，扩大就业，推动绿色低碳发展。",
    "320812-2021": "改善居民生活。",
}


@pytest.fixture
def features(make_features):
    """Features of five short texts of three districts."""
    return make_features(TEXTS)


def test_shares_are_hits_per_thousand_words(features):
    """The share is the hits over all words of the report, and the topic's hits are those of its terms together."""
    shares = measure_attention(features, list(TEXTS))
    assert len(shares) == len(TEXTS) * len(load_attention())
    assert (shares["share"] - shares["hits"] / shares["n_words"] * 1000).abs().max() < 0.001
    for topic in load_attention():
        terms = count_attention_terms(features, list(TEXTS), topic)
        assert terms["hits"].sum() == shares.loc[shares["topic"].eq(topic), "hits"].sum()
        assert terms["term"].tolist() == sorted(
            terms["term"], key=lambda term: -terms["hits"][terms["term"].tolist().index(term)]
        )


def test_terms_are_found_in_words_and_not_across_them(features):
    """数字乡村 is digital and rural; 开创新局面 is not innovation; 居民生活 is not livelihood."""
    hits = measure_attention(features, ["320804-2023", "320812-2021"]).set_index(["report_id", "topic"])["hits"]
    assert hits["320804-2023", "digital"] == hits["320804-2023", "rural"] == 1
    assert hits["320804-2023", "innovation"] == 0
    assert hits["320812-2021", "livelihood"] == 0


def test_order_of_reports_is_kept_and_changes_nothing(features):
    """Rows follow the order asked for; each report's numbers are the same."""
    one = measure_attention(features, list(TEXTS)).set_index(["report_id", "topic"])["hits"]
    other = measure_attention(features, list(reversed(TEXTS)))
    assert other["report_id"].drop_duplicates().tolist() == list(reversed(TEXTS))
    assert other.set_index(["report_id", "topic"])["hits"].to_dict() == one.to_dict()


def test_a_region_stands_beside_its_peers_and_gaps_stay(features):
    """Every year from first to last is a row; a year without a report of the region or of a peer is NA."""
    table = compare_attention(features, "320804", peers=["320803", "320804", "320812"], topics=["innovation"])
    assert table["report_year"].tolist() == [2021, 2022, 2023]
    assert table["n_peers"].tolist() == [2, 1, 0]
    assert table["share"].isna().tolist() == [False, True, False]
    assert table["peer_median"].isna().tolist() == [False, False, True]
    assert table["percentile"].tolist()[0] == 100
    assert table["region_name"].tolist() == ["淮阴区"] * 3


def test_peers_bound_their_median(features):
    """Quartiles lie around the median."""
    table = compare_attention(features, "320804", peers=["320803", "320812"]).dropna(subset=["peer_median"])
    assert (table["peer_low"] <= table["peer_median"]).all()
    assert (table["peer_median"] <= table["peer_high"]).all()


def test_a_district_without_features_is_refused(features):
    """A region none of whose reports has features raises."""
    with pytest.raises(DataError, match="none of the 5 reports"):
        compare_attention(features, "110101", peers=["320803"])
    with pytest.raises(DataError, match="no features of the report '110101-2023'"):
        measure_attention(features, ["110101-2023"])


def test_an_own_dictionary_is_used_and_a_strange_one_refused(features, make_features, tmp_path):
    """A dictionary of the user's counts its terms; one whose terms no word contains, or none at all, raises."""
    term = {"term": "就业", "source": "plan", "example": "扩大就业", "counterexample": "扩大开放"}
    entry = {"version": "2", "name_zh": "就业", "name_en": "Jobs", "terms": [term]}
    content = {"sources": {"plan": {"title": "规划", "year": 2021}}, "dictionaries": {"jobs": entry}}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    shares = measure_attention(features, ["320803-2022"], dictionaries=load_attention(path))
    assert shares[["topic", "hits", "dictionary_version"]].values.tolist() == [["jobs", 1, "2"]]
    entry["terms"] = [term | {"term": "航天"}]
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert measure_attention(features, ["320803-2022"], dictionaries=load_attention(other))["hits"].tolist() == [0]
    few = make_features(TEXTS, min_reports=2)
    with pytest.raises(DataError, match="none of the 1 terms of the attention dictionary 'jobs'"):
        measure_attention(few, ["320803-2022"], dictionaries=load_attention(other))
    with pytest.raises(DataError, match="no attention dictionary given"):
        measure_attention(features, ["320803-2022"], dictionaries={})
    with pytest.raises(UnknownNameError, match="did you mean 'digital'"):
        measure_attention(features, ["320803-2022"], topics=["digitl"])


def test_a_report_without_words_has_no_share(make_features):
    """A text of numbers only has no words: its share is NA, not zero."""
    features = make_features({"320804-2023": "2023", "320803-2023": "坚持创新"})
    shares = measure_attention(features, ["320804-2023"], topics=["innovation"])
    assert shares["share"].isna().all()
