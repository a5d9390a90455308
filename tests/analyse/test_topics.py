"""Topics: the same for the same reports, shares that add up, and a number of topics that can be argued."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policylab.analyse.topics import compare_topic_numbers, fit_topics, measure_coherence
from policylab.errors import DataError, UnknownNameError

SUBJECTS = ["海洋，渔业，港口。", "草原，牧区，肉牛。", "煤炭，煤矿，焦化。"]


@pytest.fixture
def features(make_features):
    """Features of thirty texts on three subjects, ten each, some of them mixed with another."""
    texts = {
        f"320000-{1990 + at}": SUBJECTS[at % 3] * (2 + at % 4) + SUBJECTS[(at + 1) % 3] * (at % 5 == 0)
        for at in range(30)
    }
    return make_features(texts)


@pytest.fixture
def ids(features):
    """Their ids."""
    return features.reports["report_id"].tolist()


@pytest.mark.parametrize("method", ["nmf", "lda"])
def test_subjects_are_found(features, ids, method):
    """Three subjects give three topics, each with the words of one."""
    words = fit_topics(features, ids, n_topics=3, method=method).words
    found = {frozenset(rows.sort_values("rank")["term"].head(3)) for _, rows in words.groupby("topic")}
    assert found == {frozenset(subject.strip("。").split("，")) for subject in SUBJECTS}


@pytest.mark.parametrize("method", ["nmf", "lda"])
def test_shares_of_a_report_add_up(features, ids, method):
    """The shares of the topics in a report add up to 1, and the weights of a topic's words to no more."""
    topics = fit_topics(features, ids, n_topics=3, method=method)
    assert np.allclose(topics.shares.groupby("report_id")["share"].sum(), 1, atol=1e-5)
    assert (topics.words.groupby("topic")["weight"].sum() <= 1 + 1e-5).all()
    assert len(topics.shares) == 90


@pytest.mark.parametrize("method", ["nmf", "lda"])
def test_the_same_reports_give_the_same_topics(features, ids, method):
    """Run again, and with the reports in another order, the tables are the same."""
    one, other = (fit_topics(features, order, n_topics=3, method=method) for order in (ids, ids[::-1]))
    pd.testing.assert_frame_equal(one.words, other.words)
    pd.testing.assert_frame_equal(one.shares, other.shares)


def test_the_number_of_topics_is_argued_by_coherence(features, ids):
    """Of one and three topics, three are the more coherent, and the table says so."""
    table = compare_topic_numbers(features, ids, numbers=[1, 3])
    assert table.loc[table["is_best"], "n_topics"].tolist() == [3]
    assert table["coherence"].between(-1, 1).all()
    assert set(table["method"]) == {"nmf"}


def test_coherence_is_that_of_pairs(features):
    """Words that always stand together have 1, words that never do -1."""
    terms = features.terms["term"].tolist()
    assert measure_coherence(features, [terms.index("海洋"), terms.index("渔业")]) == 1
    alone = measure_coherence(features, [terms.index("海洋"), terms.index("煤炭")])
    assert -1 <= alone < 0


def test_too_few_reports_or_words_are_refused(features, ids):
    """Fewer reports or words than topics, an unknown method, and a report without features raise."""
    with pytest.raises(DataError, match="too few for 10 topics"):
        fit_topics(features, ids, n_topics=10)
    with pytest.raises(DataError, match="too few for 2 topics"):
        fit_topics(features, ids[:4], n_topics=2)
    with pytest.raises(DataError, match="too few for 0 topics"):
        fit_topics(features, ids, n_topics=0)
    with pytest.raises(UnknownNameError, match="no method 'lsa'"):
        fit_topics(features, ids, method="lsa")
    with pytest.raises(DataError, match="no features of the report"):
        fit_topics(features, [*ids, "110101-2023"], n_topics=3)
