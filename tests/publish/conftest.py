"""Tables to draw: four levels, ranked peers and twenty years, all of them invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

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


def _by_level(column: pd.Series[Any]) -> pd.Series[Any]:
    """Sort levels from the nation down."""
    return column.map({level: place for place, (_, _, level) in enumerate(CHAIN)}) if column.name == "level" else column


PARAMETERS = 'region_code: str = "320804"  # code\nreport_year = 2023\nlang = "zh"\nfigures_dir = "figures"'


@pytest.fixture(scope="session")
def write_notebook() -> Callable[..., Path]:
    """The function that writes a notebook with a parameters cell."""
    return _write_notebook


def _write_notebook(
    path: Path, *cells: str, parameters: str = PARAMETERS, tags: int = 1, kernel: str = "python3"
) -> Path:
    """Write a notebook with a parameters cell, tagged so many times, and other cells."""
    tagged = [_cell(parameters, "parameters") for _ in range(tags)] or [_cell(parameters)]
    content = {
        "cells": [*tagged, *(_cell(source) for source in cells)],
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": "Python 3", "language": "python"} if kernel else {}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"cell-{number}"
    path.write_text(json.dumps(content), "utf-8")
    return path


def _cell(source: str, *tags: str) -> dict[str, Any]:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": [*tags]},
        "outputs": [],
        "source": source,
    }
