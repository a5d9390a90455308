from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from policylab.analyse.outside import compare_outside
from policylab.analyse.wording import classify_wording, compare_readings
from policylab.publish import panel_views
from policylab.publish.explore import render_view
from policylab.publish.material import Facts, load_facts
from policylab.publish.panel_views import Panel, build_panel


@pytest.fixture(scope="module")
def facts() -> Facts:
    """The tables of the project, GDP growth only."""
    targets, coverage = load_facts()
    return Facts(targets[targets["indicator"].eq("gdp_growth")], coverage[coverage["indicator"].eq("gdp_growth")])


@pytest.fixture(scope="module")
def panel(facts: Facts) -> Panel:
    """GDP growth over the years."""
    return build_panel(facts.targets, "gdp_growth")


def strip(html: str) -> str:
    """Return the words of HTML."""
    return re.sub(r"<[^>]*>", " ", html)


def test_levels_are_told_where_enough_regions_are_at_hand(panel: Panel) -> None:
    """Means of half the provinces or more are told with their last year; counties, few of which are known, are not judged."""
    told = strip(panel_views.tell_levels(panel.means, "en"))
    last = panel.means[panel.means["level"].eq("province")].iloc[-1]
    assert f"{last['mean']:.1f} in {last['period_year']}" in told
    assert "In no year are 50% of the counties at hand" in told
    assert "Mean target of counties" not in told
    assert "break in the mean of provinces" in told


def test_steps_are_told_as_the_table_has_them(panel: Panel) -> None:
    """The step of provinces over the nation falls after 2013, and the sentence says less amplification."""
    told = strip(panel_views.tell_steps(panel.steps, "en", cut_year=2013))
    assert re.search(r"On average provinces add 2\.\d percentage points .* less amplification", told)
    assert "counties add" not in told.lower()


def test_a_cut_without_anything_before_it_tells_no_step(panel: Panel) -> None:
    """A year of the cut that leaves one period empty gives no sentence rather than a wrong one."""
    later = panel.steps[panel.steps["report_year"].ge(2014)]
    assert strip(panel_views.tell_steps(later, "en", cut_year=2013)).strip() == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_panel_is_told_in_both_languages(facts: Facts, panel: Panel, lang: str) -> None:
    """Every part of the story stands in both languages without an empty number."""
    words = classify_wording(facts.targets, indicators=["gdp_growth"])
    parts = [
        panel_views.write_means(panel.means, lang),
        panel_views.write_changes(panel.changes, lang),
        panel_views.tell_realised(panel.pairs, lang),
        panel_views.tell_threshold(panel.pairs, lang),
        panel_views.tell_wording(words, lang, cut_year=2013),
        panel_views.write_readings(compare_readings(facts.targets, indicators=["gdp_growth"]), lang),
        panel_views.write_outside(compare_outside(facts.targets), lang),
    ]
    assert not re.search(r"\bnan\b|<NA>|None", strip("".join(parts)))
    assert all(re.search(r"\d", strip(part)) for part in parts)


def test_the_outside_figures_are_right_or_explained(facts: Facts) -> None:
    """Where the panel differs from a figure known from outside, the note says why."""
    outside = compare_outside(facts.targets)
    differing = outside[outside["agrees"].eq("no")]
    assert differing["note"].str.len().gt(10).all()
    assert strip(panel_views.write_outside(outside, "en")).count(" no ") >= len(differing)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("region_code", ["100000", "320000", "320804", "659010"])
def test_the_years_of_a_region_are_shown(facts: Facts, region_code: str, lang: str) -> None:
    """A region with many, one or no year is told; pictures stand where there are numbers."""
    choices = {"region_code": region_code, "indicator": "gdp_growth", "end": "low"}
    shown = render_view(lambda **values: panel_views.view_series(facts, **values), choices, lang, table=facts.targets)
    assert 'role="alert"' not in shown
    assert ("data:image/png" in shown) or region_code == "659010"
    assert not re.search(r"\bnan\b|<NA>", strip(shown))


def test_nothing_known_is_told(facts: Facts, tmp_path: Path) -> None:
    """An indicator without a single result says so in place of an empty table."""
    none: pd.DataFrame = build_panel(facts.targets.head(0), "gdp_growth").pairs
    assert "not enough numbers" in panel_views.tell_threshold(none, "en")


def test_outside_figures_and_readings_are_told_in_the_language(facts: Facts) -> None:
    """Names, figures and notes are Chinese in Chinese, and in English no Chinese but words quoted from reports."""
    outside = compare_outside(facts.targets)
    chinese = strip(panel_views.write_outside(outside, "zh"))
    assert set(re.findall(r"[A-Za-z]{3,}", chinese)) <= {"coverage", "Liu", "Weng", "Zhou"}
    quoted = set(re.findall(r"[\u4e00-\u9fff]+", strip(panel_views.write_outside(outside, "en"))))
    assert quoted <= {"以上", "左右"}
    readings = compare_readings(facts.targets, indicators=["gdp_growth"])
    told = strip(panel_views.write_readings(readings, "zh"))
    assert not re.findall(r"[A-Za-z]{3,}", re.sub("|".join(readings["reading"].unique()), "", told))
