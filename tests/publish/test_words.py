from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from policylab.analyse.amplification import LEVEL_PAIRS
from policylab.analyse.coverage import STATUSES as COVERAGE
from policylab.analyse.intervals import MEAN_METHODS
from policylab.analyse.tables import MODALITIES, QUALITATIVE, SOURCE_KINDS, STATUSES
from policylab.analyse.values import ENDS
from policylab.analyse.wording import ASPECTS
from policylab.codebook import load_codebook
from policylab.errors import UnknownNameError
from policylab.project import data_path
from policylab.publish import words
from policylab.publish.words import describe_rows, format_quantity, format_value, is_na, list_sources, name_unit, say
from policylab.read.regions import LEVELS

FOLDER = Path(words.__file__).parent
LABELS: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "labels.yaml").read_text("utf-8"))


def test_unknown_words_are_refused() -> None:
    """A misspelt key raises and names the nearest."""
    with pytest.raises(UnknownNameError, match=r"did you mean 'chain\.title'"):
        say("chain.titel", "zh")


@pytest.mark.parametrize("key", sorted(LABELS))
def test_every_entry_says_the_same_in_both_languages(key: str) -> None:
    """An entry has Chinese and English, and both have the same places to fill in."""
    assert set(LABELS[key]) == {"zh", "en"}
    assert all(isinstance(text, str) and text for text in LABELS[key].values())
    places = [set(re.findall(r"\{(\w+)\}", text)) for text in LABELS[key].values()]
    # "2023年" needs a year where English leaves it out, never the other way round.
    assert places[1] <= places[0]


def test_every_key_in_the_code_exists() -> None:
    """Each literal key that the code asks for is in labels.yaml."""
    asked = {
        key for path in FOLDER.glob("*.py") for key in re.findall(r'say\(\s*"([a-z_.]+)"', path.read_text("utf-8"))
    }
    assert len(asked) > 30
    assert asked - set(LABELS) == set()


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("qualitative", QUALITATIVE),
        ("modality", MODALITIES),
        ("status", STATUSES),
        ("kind", SOURCE_KINDS),
        ("missing", ("qualitative", "other_unit", "not_stated", "not_cited", "mislabelled", "no_report")),
        ("missing", [code for code in COVERAGE if code not in ("found", "absent")]),
        ("level", LEVELS),
        ("pair", LEVEL_PAIRS),
        ("era", ("before", "from")),
        ("wording", [code for codes in ASPECTS.values() for code in codes]),
        ("end", ENDS),
        ("method", MEAN_METHODS),
        ("series", ("target", "actual")),
    ],
)
def test_every_code_has_words(group: str, codes: list[str]) -> None:
    """Every code that a table can hold has words, so that no report fails on a rare one."""
    assert [code for code in codes if f"{group}.{code}" not in LABELS] == []


@pytest.mark.parametrize(
    ("low", "high", "bound", "unit", "zh", "en"),
    [
        (8, 8, "about", "%", "8%左右", "about 8%"),
        (15, 15, "at_least", "%", "15%以上", "≥15%"),
        (3, 3, "at_most", "%", "3%以内", "≤3%"),
        (4.5, 5, "range", "%", "4.5–5%", "4.5–5%"),
        (-3.4, -3.4, "at_least", "%", "下降3.4%以上", "fall of ≥3.4%"),
        (-3.4, -3.4, "exact", "%", "−3.4%", "−3.4%"),
        (0, 0, "exact", "%", "0%", "0%"),
        (1.3, 1.3, "at_least", "万亿斤", "1.3万亿斤以上", "≥1.3 trillion jin"),
        (0.1 + 0.2, 0.1 + 0.2, "exact", "%", "0.3%", "0.3%"),
    ],
)
def test_values_are_written_with_bound_and_unit(
    low: float, high: float, bound: str, unit: str, zh: str, en: str
) -> None:
    """A value shows its bound as what it is, in both languages; a bound on a fall is read on the magnitude."""
    row = {"low": low, "high": high, "bound": bound, "unit": unit}
    assert [format_value(row, "zh"), format_value(row, "en")] == [zh, en]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"qualitative": "in_step", "missing": "qualitative"}, "与经济增长同步"),
        ({"qualitative": "", "missing": "no_report"}, "无报告"),
        ({"qualitative": "", "missing": ""}, "报告未提"),
        ({}, "报告未提"),
    ],
)
def test_a_missing_number_says_why(row: dict[str, str], told: str) -> None:
    """NA is shown as its reason and never as a number."""
    assert format_value({"low": float("nan"), "high": float("nan"), "bound": "", **row}, "zh") == told


@pytest.mark.parametrize(
    ("value", "expected"), [(pd.NA, True), (pd.NaT, True), (None, True), (0.0, False), ("", False)]
)
def test_empty_cells_are_known(value: Any, expected: bool) -> None:
    """Every kind of empty cell that pandas has is one; zero and empty text are not."""
    assert is_na(value) is expected


def test_sources_are_listed_once(peers: pd.DataFrame) -> None:
    """A report that many rows come from is one source, and rows without a source are none."""
    double = pd.concat([peers, peers])
    assert list_sources(double) == list_sources(peers)
    assert len(list_sources(peers)) == 31
    assert all(value not in ("", None) for source in list_sources(peers) for value in source.values())


def test_alternative_text_is_of_bounded_length(peers: pd.DataFrame) -> None:
    """A long table is told up to a limit, and how much is left is said."""
    told = describe_rows(peers, "目标", "zh", limit=5)
    assert told.startswith("目标。")
    assert told.endswith("；另有 25 个数；2 行没有数字。")


def list_units() -> list[str]:
    """Every unit, as written and as base, that the table of facts has for an indicator of the codebook."""
    facts = pd.read_parquet(data_path("targets.parquet"), columns=["indicator", "unit", "base_unit"])
    known = facts[facts["indicator"].ne("other")]
    return sorted({*known["unit"], *known["base_unit"]} - {""})


def test_every_unit_of_an_indicator_has_an_english_name() -> None:
    """No unit that the table of facts has for an indicator stays Chinese in English, or is without a name."""
    units = list_units()
    assert len(units) > 30
    named = {unit: name_unit(unit, "en") for unit in units}
    assert {
        unit: name for unit, name in named.items() if not name or re.search(r"[\u4e00-\u9fff\uff00-\uffef]", name)
    } == {}


@pytest.mark.parametrize("unit", [unit for unit in list_units() if load_codebook().split(unit)])
def test_a_quantity_means_the_same_in_english(unit: str) -> None:
    """The English numeral times its power of ten is the number that the codebook converts the Chinese one to."""
    found = load_codebook().split(unit)
    assert found
    powers = {"trillion": 10**12, "billion": 10**9, "million": 10**6}
    for value in ("0.35", "12", "104.5", "23500"):
        told = re.fullmatch(
            r"([0-9.,]+)(?:%|‰| ?(trillion|billion|million)?.*)", format_quantity(float(value), unit, "en")
        )
        assert told
        number = Decimal(told[1].replace(",", "")) * powers.get(told[2], 1)
        assert number * found[1].factor == load_codebook().convert(Decimal(value), unit)[0]


def test_an_unknown_unit_stays_as_written() -> None:
    """A unit that the codebook lacks is shown as the report has it, in both languages."""
    assert format_quantity(12, "桶", "en") == format_quantity(12, "桶", "zh") == "12桶"
    assert name_unit("桶", "en") == "桶"


def test_ranges_share_a_power_of_ten() -> None:
    """Both ends of a range count by the power of ten of its high end; a fall is told by its size."""
    assert format_value({"low": 9, "high": 12, "unit": "亿元", "bound": "range"}, "en") == "0.9–1.2 billion yuan"
    fall = {"low": -3, "high": -3, "unit": "万吨", "bound": "at_least"}
    assert format_value(fall, "en") == "fall of ≥30,000 t"
