"""Keyness and keywords: swapped groups mirror each other, order doesn't matter, and what is wrong is said."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.analyse.features import count_terms
from policylab.analyse.keyness import rank_keywords, score_keyness
from policylab.errors import DataError
from policylab.model import Document

TEXTS = {
    "320804-2023": "坚持创新，坚持创新，坚持创新，淮阴区改善民生。",
    "320803-2023": "坚持开放，稳定就业，改善民生。",
    "320812-2023": "坚持开放，保护生态，改善民生。",
}
OWN, PEERS = ["320804-2023"], ["320803-2023", "320812-2023"]


@pytest.fixture
def features(make_features):
    """Features of three short texts."""
    return make_features(TEXTS)


def test_the_word_that_sets_a_report_apart_leads(features):
    """A word that only the report uses comes first, one that only the peers use last, each with its counts."""
    found = score_keyness(features, OWN, against=PEERS, min_count=1)
    assert found["term"].iloc[0] == "创新"
    assert found["term"].iloc[-1] == "开放"
    assert found.iloc[0][["count", "count_against", "n_reports", "n_against"]].tolist() == [3, 0, 1, 0]


def test_shares_add_up_to_all_words_compared(features):
    """The shares of either group add up to 1,000."""
    found = score_keyness(features, OWN, against=PEERS, min_count=1)
    assert found["share"].sum() == pytest.approx(1000, abs=0.01)
    assert found["share_against"].sum() == pytest.approx(1000, abs=0.01)


WORDS = st.lists(st.sampled_from(["创新", "开放", "民生", "就业", "生态", "安全"]), min_size=2, max_size=12)


@given(st.lists(WORDS, min_size=2, max_size=4))
def test_swapped_groups_mirror_each_other(texts):
    """Whatever the reports, z of one group against the other is minus that of the other against the one."""
    documents = [
        Document.from_text("，".join(words), region_code="320804", report_year=2000 + number)
        for number, words in enumerate([["创新", "开放"], *texts])
    ]
    features = count_terms(documents)
    ids = features.reports["report_id"].tolist()
    one = score_keyness(features, ids[:1], against=ids[1:], min_count=1).set_index("term")
    other = score_keyness(features, ids[1:], against=ids[:1], min_count=1).set_index("term")
    assert one["z"].to_dict() == (-other["z"]).to_dict()
    assert one["count"].to_dict() == other["count_against"].to_dict()


def test_order_of_reports_does_not_matter(features):
    """The peers in another order give the same table."""
    one, other = (score_keyness(features, OWN, against=peers, min_count=1) for peers in (PEERS, PEERS[::-1]))
    pd.testing.assert_frame_equal(one, other)


def test_z_is_that_of_the_paper(features):
    """Z is the difference of smoothed log-odds over its standard error, worked out by hand for one word."""
    found = score_keyness(features, OWN, against=PEERS, min_count=1, prior_words=10).set_index("term")
    n_own, n_others = found["count"].sum(), found["count_against"].sum()
    prior = 3 / (n_own + n_others) * 10  # 创新: 3 times here, never there
    own, others = 3 + prior, prior
    odds = math.log(own / (n_own + 10 - own)) - math.log(others / (n_others + 10 - others))
    assert found.loc["创新", "z"] == pytest.approx(odds / math.sqrt(1 / own + 1 / others), abs=1e-6)


def test_places_are_compared_only_when_asked_for(features):
    """Names of regions are left out by default."""
    assert "淮阴区" not in set(score_keyness(features, OWN, against=PEERS, min_count=1)["term"])
    assert "淮阴区" in set(score_keyness(features, OWN, against=PEERS, min_count=1, places=True)["term"])
    assert "淮阴区" not in set(rank_keywords(features, OWN[0], among=PEERS)["term"])
    assert "淮阴区" in set(rank_keywords(features, OWN[0], among=PEERS, places=True)["term"])


def test_wrong_groups_are_refused(features):
    """A report in both groups, one without features, and groups without words raise."""
    with pytest.raises(DataError, match="320804-2023 stands in both groups"):
        score_keyness(features, OWN, against=[*OWN, *PEERS])
    with pytest.raises(DataError, match="no features of the report '110101-2023'"):
        score_keyness(features, ["110101-2023"], against=PEERS)
    with pytest.raises(DataError, match="no report asked for"):
        score_keyness(features, OWN, against=[])
    with pytest.raises(DataError, match="none of the words compared"):
        score_keyness(features, OWN, against=PEERS, min_count=100)


def test_keywords_are_the_reports_own(features):
    """A keyword stands in the report; a word that all reports have comes after one that it alone has."""
    found = rank_keywords(features, OWN[0], among=PEERS)
    assert found["term"].tolist() == ["创新", "坚持", "改善", "民生"]
    assert found["n_among"].tolist() == [1, 3, 3, 3]
    assert len(rank_keywords(features, OWN[0], among=PEERS, limit=2)) == 2
