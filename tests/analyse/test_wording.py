"""How targets are put: shares, readings that the user may edit, and what is expressly not set."""

from __future__ import annotations

import pandas as pd
import pytest

from policylab.analyse.wording import (
    classify_wording,
    compare_readings,
    load_readings,
    share_settings,
    share_wording,
)
from policylab.errors import DataError, UnknownNameError

ROWS = [
    {"low": "6.5", "bound": "about", "as_written": "6.5%左右"},
    {"region_code": "320803", "low": "7", "bound": "at_least", "as_written": "突破7%", "modality": "ensure"},
    {"region_code": "320812", "low": "7", "bound": "about", "as_written": "约7%", "stretch": True},
    {"region_code": "320813", "low": None},
    {"region_code": "320826", "low": "6", "high": "7", "bound": "range", "as_written": "6%-7%", "modality": "strive"},
    {"region_code": "320830", "low": "9", "headline": False},
]


def shares_of(words, aspect):
    """Return the counts of one aspect by wording."""
    rows = share_wording(words, by=["level"])
    rows = rows[rows["aspect"].eq(aspect)]
    return dict(zip(rows["wording"], zip(rows["n"], rows["total"], strict=True), strict=True))


def test_shares_of_bounds_leave_out_words(make_table):
    """Bounds are shares of the targets with a number, modality and stretch of all of the headline block."""
    words = classify_wording(make_table(*ROWS))
    assert shares_of(words, "bound") == {
        "exact": (0, 4),
        "about": (2, 4),
        "at_least": (1, 4),
        "at_most": (0, 4),
        "range": (1, 4),
    }
    assert shares_of(words, "form") == {"number": (4, 5), "words": (1, 5)}
    assert shares_of(words, "modality") == {"plain": (3, 5), "strive": (1, 5), "ensure": (1, 5)}
    assert shares_of(words, "stretch")["stretch"] == (1, 5)


def test_shares_stand_with_interval_and_reports(make_table):
    """Each share has its interval, its number of reports and the reading."""
    row = share_wording(classify_wording(make_table(*ROWS)), by=["level"]).set_index("wording").loc["about"]
    assert row["share"] == 50
    assert row["ci_low"] < 50 < row["ci_high"]
    assert (row["n_reports"], row["reading"], row["interval"]) == (5, "codebook", "wilson")


@pytest.mark.parametrize(
    ("reading", "bounds"),
    [
        ("all_targets", ["about", "at_least", "about", "range", "exact"]),
        ("about_as_point", ["exact", "at_least", "exact", "range"]),
        ("zuoyou_only", ["about", "at_least", "exact", "range"]),
        ("range_as_about", ["about", "at_least", "about", "about"]),
        ("floor_by_yishang_only", ["about", "exact", "about", "range"]),
    ],
)
def test_readings_sort_otherwise(make_table, reading, bounds):
    """Each shipped reading moves what its note says and nothing else."""
    words = classify_wording(make_table(*ROWS), reading=reading)
    found = words[words["bound"].ne("")].set_index("region_code")["bound"]
    order = [row.get("region_code", "320804") for row in ROWS if row["low"] and row.get("headline", True)]
    order += ["320830"] if reading == "all_targets" else []
    assert found.loc[order].tolist() == bounds
    assert set(words["reading"]) == {reading}


def test_ceilings_and_striving_by_words(make_table):
    """控制在3%左右 as a ceiling, and a value that says 力争 itself."""
    table = make_table(
        {"indicator": "cpi_change", "bound": "about", "as_written": "控制在3%左右"},
        {"low": "5.5", "high": "6", "bound": "range", "as_written": "5.5%左右、力争6%"},
    )
    words = classify_wording(table, reading="ceiling_by_control").set_index("indicator")
    assert words["bound"].to_dict() == {"cpi_change": "at_most", "gdp_growth": "range"}
    words = classify_wording(table, reading="strive_in_value").set_index("indicator")
    assert words["modality"].to_dict() == {"cpi_change": "plain", "gdp_growth": "strive"}


def test_sensitivity_shows_the_change(make_table):
    """Every reading stands beside the codebook's share with the difference in points."""
    found = compare_readings(make_table(*ROWS))
    assert found["reading"].unique().tolist() == list(load_readings())
    about = found[found["wording"].eq("about")].set_index("reading")
    assert about.loc["codebook", "change"] == 0
    assert about.loc["zuoyou_only", ["share", "codebook_share", "change"]].tolist() == [25, 50, -25]
    assert about["note"].ne("").all()


def test_unknown_readings_are_refused(make_table):
    """A misspelt reading raises and names the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'zuoyou_only'"):
        classify_wording(make_table(*ROWS), reading="zuoyu_only")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "readings by name"),
        ("other: {note: a, rows: all}", "'codebook' among them"),
        ("codebook: {note: a}", "expected note, rows"),
        ("codebook: {note: a, rows: some}", "'headline' or 'all'"),
        ("codebook: {note: a, rows: all, bound: {about: point}}", "bounds of exact"),
        ("codebook: {note: a, rows: all, words: [{aspect: bound}]}", "expected words with"),
        (
            "codebook: {note: a, rows: all, words: [{aspect: bound, code: firm, pattern: a, example: a, counterexample: b}]}",
            "no code 'firm'",
        ),
        (
            "codebook: {note: a, rows: all, words: [{aspect: bound, code: about, pattern: a, example: b, counterexample: b}]}",
            "must be found in the example",
        ),
        (
            "codebook: {note: a, rows: all, words: [{aspect: bound, code: about, pattern: '(', example: b, counterexample: b}]}",
            "expected words with",
        ),
        ("codebook: !!python/name:os.system", "cannot read the readings"),
    ],
)
def test_broken_lexicons_are_refused(tmp_path, text, message):
    """A lexicon that breaks its form raises in one line, and runs nothing."""
    path = tmp_path / "my.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=message):
        load_readings(path)


def test_a_users_lexicon_is_used(tmp_path, make_table):
    """A copied and edited file sorts as it says."""
    path = tmp_path / "my.yaml"
    path.write_text(
        "codebook: {note: a, rows: headline}\nmine: {note: b, rows: headline, bound: {range: exact}}", "utf-8"
    )
    words = classify_wording(make_table(*ROWS), reading="mine", lexicon=path)
    assert shares_of(words, "bound")["range"] == (0, 4)
    with pytest.raises(DataError, match="cannot read the readings"):
        load_readings(tmp_path / "none.yaml")


def test_not_set_is_told_from_absent():
    """A report without the indicator, one that sets none, and one without a block of targets, which is left out."""
    places = [("100000", "not_set"), ("320000", "found"), ("330000", "absent"), ("340000", "no_section")]
    rows = [{"region_code": c, "report_year": 2020, "indicator": "gdp_growth", "status": s} for c, s in places]
    coverage = pd.DataFrame(rows).assign(report_id=lambda table: table["region_code"])
    found = share_settings(coverage, ["gdp_growth"], by=["report_year"]).set_index("wording")
    assert found["n"].to_dict() == {"found": 1, "absent": 1, "not_set": 1}
    assert set(found["total"]) == {3}
