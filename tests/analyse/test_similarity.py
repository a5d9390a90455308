"""Similarity: symmetric, against a baseline of the same level and year, and a map that keeps distances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policylab.analyse.similarity import map_similarity, measure_baseline, measure_similarity
from policylab.errors import DataError

PHRASE = "坚持以经济建设为中心，全面深化改革，扩大对外开放，保障和改善民生。"
OWN = "建设运河文化带，发展盐化工业，整治白马湖生态，办好里运河长廊灯会。"
TEXTS = {
    "320804-2023": PHRASE + OWN,
    "320803-2023": PHRASE + OWN,
    "320812-2023": PHRASE + "发展商贸物流，改造老旧小区，打造夜间经济，引进总部企业。",
    "320813-2023": PHRASE + "种植优质稻米，养殖小龙虾，修建高标准农田，培育家庭农场。",
    "320826-2023": PHRASE + "壮大电子信息，推进跨江融合，扶持返乡创业，开通公交线路。",
    "320804-2022": OWN + "完成脱贫任务。",
}


@pytest.fixture
def features(make_features):
    """Features of five districts of one year, two of them alike, and a report of the year before."""
    return make_features(TEXTS)


def test_the_copy_comes_first_and_is_above_the_baseline(features):
    """The report that repeats another is at the top, and beyond what reports of its level and year share."""
    found = measure_similarity(features, "320804-2023", others=list(TEXTS))
    assert found["report_id"].iloc[0] == "320803-2023"
    assert "320804-2023" not in set(found["report_id"])
    assert found["jaccard"].iloc[0] == 1 and found["cosine"].iloc[0] == pytest.approx(1, abs=1e-3)
    others = found[found["report_id"].isin(["320812-2023", "320813-2023", "320826-2023"])]
    assert (others["jaccard"] < 0.6).all() and (others["jaccard"] > 0.1).all()
    assert not others["above_baseline"].any()


def test_similarity_is_symmetric(features):
    """One report is as like another as the other is like it, by either measure."""
    one = measure_similarity(features, "320804-2023", others=["320812-2023"]).iloc[0]
    other = measure_similarity(features, "320812-2023", others=["320804-2023"]).iloc[0]
    for name in ("cosine", "jaccard", "baseline_median", "baseline_95", "n_baseline"):
        assert one[name] == other[name]


def test_order_of_reports_does_not_matter(features):
    """The others in another order, or named twice, give the same table."""
    ids = list(TEXTS)
    one, other = (measure_similarity(features, ids[0], others=order) for order in (ids, [*ids[::-1], *ids]))
    pd.testing.assert_frame_equal(one, other)


def test_the_baseline_counts_pairs_of_different_regions(features):
    """Five districts of a year are ten pairs; with the year before, a district is not paired with itself."""
    shares = measure_baseline(features, ("county", 2023), ("county", 2023))
    assert len(shares) == 10
    assert list(shares) == sorted(shares)
    assert len(measure_baseline(features, ("county", 2022), ("county", 2023))) == 4
    found = measure_similarity(features, "320804-2023", others=["320804-2022"]).iloc[0]
    assert found["n_baseline"] == 4


def test_without_any_pair_the_baseline_is_missing(make_features):
    """Two reports of one region only have no baseline: it is NA, and nothing is said to be above it."""
    features = make_features({key: TEXTS[key] for key in ("320804-2022", "320804-2023")})
    found = measure_similarity(features, "320804-2023", others=["320804-2022"]).iloc[0]
    assert np.isnan(found["baseline_median"]) and np.isnan(found["percentile"])
    assert not found["above_baseline"]


def test_wrong_reports_are_refused(features):
    """No other report, and a report without features, raise."""
    with pytest.raises(DataError, match="no other report to compare 320804-2023 with"):
        measure_similarity(features, "320804-2023", others=["320804-2023"])
    with pytest.raises(DataError, match="no features of the report '110101-2023'"):
        measure_similarity(features, "320804-2023", others=["110101-2023"])
    with pytest.raises(DataError, match="three reports or more, got 2"):
        map_similarity(features, ["320804-2023", "320803-2023", "320803-2023"])


def test_alike_reports_lie_together_on_the_map(features):
    """The copy lies on its original, and the map is the same in any order and shows a share of all."""
    places = map_similarity(features, list(TEXTS)).set_index("report_id")
    at = places[["x", "y"]]
    assert np.allclose(at.loc["320804-2023"], at.loc["320803-2023"], atol=1e-5)
    assert np.linalg.norm(at.loc["320804-2023"] - at.loc["320812-2023"]) > 0.1
    assert 0 < places["shown"].iloc[0] <= 1
    pd.testing.assert_frame_equal(map_similarity(features, list(TEXTS)[::-1]).set_index("report_id"), places)


def test_reports_that_are_all_alike_fall_into_one_point(make_features):
    """Equal reports have one place and no share to show, and nothing breaks."""
    places = map_similarity(make_features(dict.fromkeys(list(TEXTS)[:3], PHRASE)), list(TEXTS)[:3])
    assert places[["x", "y"]].abs().max().max() < 1e-5
