"""The panel beside figures known from outside."""

from __future__ import annotations

from policylab.analyse.outside import compare_outside


def look_up(table):
    """Return what the panel gives by figure."""
    compared = compare_outside(table)
    return dict(zip(compared["figure"], compared["panel"], strict=True))


def test_what_the_panel_lacks_is_none_and_not_zero(make_table):
    """A year without a number is none; a count of nothing is 0."""
    found = look_up(make_table({"region_code": "100000", "report_year": 2020, "low": None}))
    assert found["national 2020"] == "none"
    assert found["provinces 2013 at 10 or above"] == "0"


def test_bounds_and_ranges_are_written_out(make_table):
    """A national target shows its bound, a range both ends."""
    rows = [
        {"region_code": "100000", "report_year": 2019, "low": "6", "high": "6.5", "bound": "range"},
        {"region_code": "100000", "report_year": 2021, "low": "6", "bound": "at_least"},
    ]
    found = look_up(make_table(*rows))
    assert (found["national 2019"], found["national 2021"]) == ("6-6.5", "at_least 6")


def test_lowered_counts_a_dropped_at_least(make_table):
    """12%以上 that becomes 12% is lowered, 12% that becomes 12%左右 is kept, cities are not counted."""
    rows = [("620000", "12", "at_least", "12", "exact"), ("370000", "9.5", "exact", "9.5", "about")]
    rows += [("510000", "12", "exact", "11", "exact"), ("320800", "12", "exact", "11", "exact")]
    table = make_table(
        *({"region_code": code, "report_year": 2012, "low": low, "bound": bound} for code, low, bound, _, _ in rows),
        *({"region_code": code, "report_year": 2013, "low": low, "bound": bound} for code, _, _, low, bound in rows),
    )
    found = look_up(table)
    assert (found["provinces 2013 lowered"], found["provinces 2013 kept"]) == ("2", "1")
    assert (found["provinces 2013 at 10 or above"], found["provinces 2013 below 10"]) == ("2", "1")


def test_threshold_counts_both_sides(make_table):
    """Results at the target or within half a point above are set against those within half a point below."""
    rows = [("320000", "10.4"), ("330000", "10"), ("340000", "9.5"), ("350000", "12")]
    table = make_table(
        *({"region_code": code, "report_year": 2010, "low": "10"} for code, _ in rows),
        *({"region_code": code, "report_year": 2011, "kind": "actual", "low": result} for code, result in rows),
    )
    assert look_up(table)["provinces 2002-2013 just above to just below"] == "2 to 1, or 2.0 (0.3 to 15.3)"


def test_agreement_is_judged_by_the_same_words_or_the_interval(make_table):
    """The same figure agrees, another does not; a ratio agrees where the outside one lies in the panel's interval."""
    rows = [{"region_code": "100000", "report_year": 2023, "bound": "about"}]
    rows += [{"region_code": "100000", "report_year": 2024, "bound": "about", "low": "5.5"}]
    for number in range(8):
        gap = -0.1 if number < 2 else 0.1
        place = {"region_code": f"{32 + number}0000"[:6] if number < 6 else f"4{number - 5}0000"}
        rows += [{**place, "report_year": 2010, "low": "10"}]
        rows += [{**place, "report_year": 2011, "kind": "actual", "low": str(10 + gap)}]
    compared = compare_outside(make_table(*rows)).set_index("figure")
    assert compared.loc["national 2023", "agrees"] == "yes"
    assert compared.loc["national 2024", ["panel", "agrees"]].tolist() == ["about 5.5", "no"]
    ratio = compared.loc["provinces 2002-2013 just above to just below"]
    assert ratio["panel"].startswith("6 to 2, or 3.0")
    assert ratio["agrees"] == "yes"
    assert compared.loc["step national-province before 2013", "agrees"] == "no"
