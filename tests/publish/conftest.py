"""Tables to draw: four levels, ranked peers, twenty years and tables of the panel, all of them invented."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from policylab.analyse.intervals import ratio_interval, share_interval
from policylab.publish.charts import plot_chain, plot_peers, plot_trend
from policylab.publish.panel_charts import plot_levels, plot_multiples, plot_realised, plot_steps
from policylab.publish.peer_charts import plot_distribution, plot_heat
from policylab.publish.share_charts import plot_gaps, plot_wording

CHAIN = [
    ("100000", "全国", "national"),
    ("320000", "江苏省", "province"),
    ("320800", "淮安市", "city"),
    ("320804", "淮阴区", "county"),
]
NA = float("nan")


def make_row(place: tuple[str, str, str], year: int, indicator: str, value: Any) -> dict[str, Any]:
    """Return one row of a comparison; the value is (low, high, bound), a qualitative code, or a reason in brackets."""
    code, name, level = place
    row = {"region_code": code, "region_name": name, "level": level, "report_year": year, "indicator": indicator}
    row |= {"low": NA, "high": NA, "unit": "%", "base_unit": "%", "bound": "", "qualitative": "", "missing": ""}
    row |= {"source_kind": "report", "report_id": f"{code}-{year}", "as_written": "", "step_pp": NA}
    row |= {"start": 10, "end": 20, "sha256": "0" * 64, "source_url": "", "item": ""}
    if isinstance(value, tuple):
        row |= dict(zip(("low", "high", "bound"), value, strict=True))
    elif value.startswith("["):
        row |= {"missing": value.strip("[]"), "source_kind": "", "report_id": "", "sha256": ""}
    else:
        row |= {"qualitative": value, "bound": "qualitative", "missing": "qualitative"}
    return row


@pytest.fixture
def chain() -> pd.DataFrame:
    """Four indicators of four levels with every kind of bound, and two with too few percentages to draw."""
    values = {
        "gdp_growth": [(5, 5, "about"), (5, 5, "about"), (7, 7, "at_least"), (8, 8, "about")],
        "fai_growth": ["[not_stated]", (5, 6, "range"), (10, 10, "at_least"), (13, 13, "exact")],
        "cpi_change": [(3, 3, "about"), (3, 3, "at_most"), "[not_stated]", "[excerpt]"],
        "energy_intensity_change": [(-2, -2, "about"), (-3.4, -3.4, "at_least"), "complete_assigned", "improve"],
        "income_growth": ["in_step", "in_step", (7, 7, "about"), "in_step"],
    }
    rows = [
        make_row(place, 2023, code, value)
        for code, of in values.items()
        for place, value in zip(CHAIN, of, strict=True)
    ]
    table = pd.DataFrame(rows)
    jobs = [
        make_row(place, 2023, "urban_new_jobs", (at, at, "exact"))
        for place, at in zip(CHAIN, (1200, 120, 6, 1), strict=True)
    ]
    table = pd.concat([table, pd.DataFrame(jobs).assign(unit="万人", base_unit="人")], ignore_index=True)
    above = table.groupby("indicator", sort=False)["low"].transform(lambda low: low.ffill().shift())
    return table.assign(step_pp=(table["low"] - above).where(table["base_unit"].eq("%")))


@pytest.fixture
def peers() -> pd.DataFrame:
    """Thirty peers of 淮阴区: ties, ranges, bounds, a very long name, values read and cited, and two without a number."""
    bounds = ["exact", "about", "at_least", "range", "at_most"]
    names = ["淮阴区", "双江拉祜族佤族布朗族傣族自治县", *(f"第{number}县" for number in range(28))]
    rows = []
    for number, name in enumerate(names):
        low, bound = 5 + (number * 7 % 11) / 2, bounds[number % 5]
        place = ("320804" if number == 0 else f"3208{number + 30}", name, "county")
        row = make_row(place, 2023, "gdp_growth", (low, low + (bound == "range"), bound))
        rows.append(row | {"source_kind": "citation" if number % 3 else "report"})
    rows += [make_row(("320899", "甲县", "county"), 2023, "gdp_growth", "[no_report]")]
    rows += [make_row(("320898", "乙县", "county"), 2023, "gdp_growth", "faster_than")]
    table = pd.DataFrame(rows)
    table["rank"] = table["low"].rank(ascending=False, method="min").astype("Int64")
    table["n_ranked"] = int(table["low"].notna().sum())
    table["percentile"] = table["low"].rank(method="max") / table["n_ranked"] * 100
    table["gap_to_median"] = table["low"] - table["low"].median()
    table["range_end"] = "low"
    return table.sort_values(["rank", "region_code"], na_position="last").reset_index(drop=True)


@pytest.fixture
def trend() -> pd.DataFrame:
    """The growth target of four levels over twelve years: gaps, a year that sets none, ranges and bounds."""
    rows = []
    for year in range(2012, 2024):
        none = "[not_set]" if year == 2020 else (6.5, 7, "range") if year == 2016 else (7, 7, "at_least")
        rows.append(make_row(CHAIN[0], year, "gdp_growth", none))
        rows.append(make_row(CHAIN[1], year, "gdp_growth", "[no_report]" if year == 2014 else (8, 8, "about")))
        rows.append(make_row(CHAIN[2], year, "gdp_growth", "in_step" if year == 2021 else (9, 9, "exact")))
        rows.append(make_row(CHAIN[3], year, "gdp_growth", (8, 8, "about") if year == 2023 else "[no_report]"))
    return pd.DataFrame(rows).sort_values(["level", "report_year"], key=_by_level, kind="stable", ignore_index=True)


@pytest.fixture
def series() -> pd.DataFrame:
    """Targets and results of three regions over twelve years: gaps, a range, results that hit and miss."""
    rows = []
    for place, start in ((CHAIN[1], 9), (CHAIN[2], 11), (("320100", "南京市", "city"), 10)):
        for kind in ("target", "actual"):
            for year in range(2012, 2024):
                value = start - (year - 2012) * 0.4 + (kind == "actual") * math.sin(year) * 2
                low = (round(value, 1), round(value, 1) + 0.5 * (year == 2016), "range" if year == 2016 else "about")
                is_gap = year in (2014, 2019) if kind == "actual" else year == 2014
                row = make_row(place, year + (kind == "actual"), "gdp_growth", "[no_report]" if is_gap else low)
                rows.append(row | {"kind": kind, "period": str(year)})
    return pd.DataFrame(rows)


@pytest.fixture
def means() -> pd.DataFrame:
    """Yearly means of four levels with their coverage; one year is missing for the nation, counties are few."""
    rows = []
    for place, level in enumerate(("national", "province", "city", "county")):
        for year in range(2003, 2024):
            if (level == "national" and year == 2020) or (level == "county" and year < 2019):
                continue
            n = {"national": 1, "province": 31, "city": 20 + year % 5 * 40, "county": year - 2017}[level]
            mean = 8 + place - (year - 2003) * 0.15
            row = {"indicator": "gdp_growth", "level": level, "period_year": year, "base_unit": "%", "mean": mean}
            row |= {"ci_low": mean - 5 / n, "ci_high": mean + 5 / n, "n_regions": n, "kind": "target", "sample": "all"}
            rows.append(row | {"coverage": min(100, n / 3.5), "interval": "t", "range_end": "low"})
    return pd.DataFrame(rows)


@pytest.fixture
def steps() -> pd.DataFrame:
    """Mean steps of three pairs of levels by year, some from few regions."""
    rows = []
    for pair, first in (("national-province", 2001), ("province-city", 1998), ("city-county", 2018)):
        for year in range(first, 2024):
            n = {"national-province": 31, "province-city": 2 + (year - 1998) * 9, "city-county": year - 2017}[pair]
            mean = (2.5 if year < 2013 else 0.8) + math.cos(year) / 4
            row = {"indicator": "gdp_growth", "report_year": year, "level_pair": pair, "n": n, "mean": mean}
            row |= {"ci_low": mean - 1.5 / n**0.5 if n > 1 else NA, "ci_high": mean + 1.5 / n**0.5 if n > 1 else NA}
            rows.append(row | {"interval": "t", "range_end": "low"})
    return pd.DataFrame(rows)


GAPS = {
    ("province", "before"): [1, 0, 2, 4, 9, 39, 17, 30, 30, 39],
    ("province", "from"): [10, 14, 20, 40, 66, 101, 33, 8, 3, 2],
    ("city", "before"): [2, 8, 3, 8, 6, 34, 12, 23, 17, 40],
    ("city", "from"): [200, 58, 63, 101, 109, 166, 66, 38, 22, 30],
}


@pytest.fixture
def gaps() -> pd.DataFrame:
    """Histograms of results less targets for two levels and two periods."""
    rows = []
    for (level, era), counts in GAPS.items():
        for number, n in enumerate(counts):
            low = number / 2 - 2.5
            row = {
                "level": level,
                "era": era,
                "bin_low": low,
                "bin_high": low + 0.5,
                "is_tail": number in (0, 9),
                "n": n,
            }
            row |= {"n_exact": n // 2 if low == 0 else 0, "total": sum(counts), "share": n / sum(counts) * 100}
            rows.append(row | {"indicator": "gdp_growth", "first_year": 2003, "last_year": 2023, "cut_year": 2013})
    return pd.DataFrame(rows).assign(range_end="low")


@pytest.fixture
def ratios() -> pd.DataFrame:
    """The ratios at zero that belong to the histograms."""
    rows = []
    for (level, era), counts in GAPS.items():
        low, high = ratio_interval(counts[5], counts[4])
        row = {"level": level, "era": era, "n": sum(counts), "n_above": counts[5], "n_below": counts[4]}
        rows.append(row | {"ratio": counts[5] / counts[4], "ratio_low": low, "ratio_high": high})
    return pd.DataFrame(rows)


@pytest.fixture
def shares() -> pd.DataFrame:
    """Shares of bounds of two levels by year, without one year."""
    rows = []
    for level, total in (("province", 30), ("city", 200)):
        for year in range(2003, 2024):
            if year == 2011:
                continue
            about = round(total * (year - 2000) / 40)
            counts = {"about": about, "at_least": total // 5, "at_most": 0, "range": total // 15 * (year % 4 == 0)}
            counts = {"exact": total - sum(counts.values()), **counts}
            for wording, n in counts.items():
                low, high = share_interval(n, total)
                row = {
                    "level": level,
                    "report_year": year,
                    "aspect": "bound",
                    "wording": wording,
                    "n": n,
                    "total": total,
                }
                rows.append(row | {"share": n / total * 100, "ci_low": low * 100, "ci_high": high * 100})
    return pd.DataFrame(rows).assign(n_reports=1, reading="codebook", interval="wilson")


@pytest.fixture
def cells() -> pd.DataFrame:
    """Eight indicators of nine regions with every kind of bound, words, and numbers that are not there."""
    codes = ["gdp_growth", "fiscal_revenue_growth", "fai_growth", "retail_sales_growth", "industrial_va_growth"]
    codes += ["cpi_change", "urban_new_jobs", "registered_unemployment_rate"]
    bounds = ["exact", "about", "at_least", "range", "at_most"]
    rows = []
    for column, code in enumerate(codes):
        for number, name in enumerate(["淮阴区", "双江拉祜族佤族布朗族傣族自治县", *(f"第{n}县" for n in range(7))]):
            low, bound = 3 + (number * 7 + column * 3) % 11 / 2, bounds[(number + column) % 5]
            place = ("320804" if number == 0 else f"3208{number + 30}", name, "county")
            is_gap = (number + column * 2) % 6 == 5
            row = make_row(place, 2023, code, "[not_stated]" if is_gap else (low, low + (bound == "range"), bound))
            unit = {"unit": "万人", "base_unit": "人"} if code == "urban_new_jobs" else {}
            rows.append(row | unit | {"z_score": NA if is_gap or code == "cpi_change" else (low - 5.5) / 1.6})
    return pd.DataFrame(rows)


Draw = Callable[..., Any]
CHARTS: dict[str, Callable[[Callable[[str], Any]], Draw]] = {
    "chain": lambda get: lambda **look: plot_chain(get("chain"), **look),
    "peers": lambda get: lambda **look: plot_peers(get("peers"), **OF_PEERS, **look),
    "trend": lambda get: lambda **look: plot_trend(get("trend"), indicator="gdp_growth", **look),
    "realised": lambda get: lambda **look: plot_realised(get("series").iloc[:24], indicator="gdp_growth", **look),
    "multiples": lambda get: lambda **look: plot_multiples(get("series"), **look),
    "levels": lambda get: lambda **look: plot_levels(get("means"), **look),
    "steps": lambda get: lambda **look: plot_steps(get("steps"), **look),
    "gaps": lambda get: lambda **look: plot_gaps(get("gaps"), get("ratios"), **look),
    "wording": lambda get: lambda **look: plot_wording(get("shares"), **look),
    "distribution": lambda get: lambda **look: plot_distribution(get("peers"), **OF_PEERS, **look),
    "heat": lambda get: lambda **look: plot_heat(get("cells"), region_code="320804", **look),
}
OF_PEERS = {"indicator": "gdp_growth", "region_code": "320804"}


@pytest.fixture(params=list(CHARTS))
def chart(request: pytest.FixtureRequest) -> tuple[str, Draw]:
    """Each chart of an invented table: its name, and a function of language and width."""
    return request.param, CHARTS[request.param](request.getfixturevalue)


@pytest.fixture
def draw(chart: tuple[str, Draw]) -> Draw:
    """Each chart of an invented table, as a function of language and width."""
    return chart[1]


def _by_level(column: pd.Series[Any]) -> pd.Series[Any]:
    """Sort levels from the nation down."""
    return column.map({level: place for place, (_, _, level) in enumerate(CHAIN)}) if column.name == "level" else column
