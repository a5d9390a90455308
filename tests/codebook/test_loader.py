"""Loading the codebook: broken files are refused with file and line, and units convert exactly."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policylab.codebook.loader as loader
from policylab.codebook import load_codebook
from policylab.errors import DataError, UnknownNameError

FOLDER = Path(loader.__file__).parent
CODEBOOK = load_codebook()
Edit = Callable[[str], str]


@pytest.fixture
def load_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Edit], object]:
    """Load a copy of the codebook in which one file was edited."""
    folder = tmp_path / "codebook"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(loader, "_FOLDER", folder)

    def load(name: str, edit: Edit) -> object:
        path = folder / name
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
        return load_codebook.__wrapped__()

    return load


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of the codebook as they stand."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["indicators.csv", "aliases.csv", "units.csv"])
def test_a_repeated_row_is_refused(name: str, load_edited: Callable[[str, Edit], object]) -> None:
    """A key that stands twice is named with its file and line."""
    line = len((FOLDER / name).read_text(encoding="utf-8").splitlines()) + 1
    with pytest.raises(DataError, match=rf"{name} line {line}: .* is repeated"):
        load_edited(name, lambda text: text + text.splitlines()[1] + "\n")


def test_names_that_fold_alike_are_one(load_edited: Callable[[str, Edit], object]) -> None:
    """GDP in full-width capitals is the alias gdp again."""
    with pytest.raises(DataError, match="'gdp' is repeated"):
        load_edited("aliases.csv", lambda text: text + "ＧＤＰ,gdp,,ＧＤＰ增长6%,ＧＤＰ核算\n")


@pytest.mark.parametrize(
    ("name", "row"), [("indicators.csv", "new_code,新指标"), ("aliases.csv", "新名称,gdp"), ("units.csv", "桶,volume")]
)
def test_a_short_row_is_refused(name: str, row: str, load_edited: Callable[[str, Edit], object]) -> None:
    """A row that lacks cells at its end is named."""
    with pytest.raises(DataError, match=rf"{name} line \d+: '{row.partition(',')[0]}' .* lacks a column"):
        load_edited(name, lambda text: text + row + "\n")


def test_an_unknown_concept_is_refused(load_edited: Callable[[str, Edit], object]) -> None:
    """An alias of a concept that no indicator has is named with that concept."""
    with pytest.raises(DataError, match="'幸福感' names the unknown concept 'happiness'"):
        load_edited("aliases.csv", lambda text: text + "幸福感,happiness,,幸福感提高5%,幸福感调查5次\n")


def test_a_new_alias_needs_no_code(load_edited: Callable[[str, Edit], object]) -> None:
    """A row added to aliases.csv is all that a new name takes."""
    codebook = load_edited("aliases.csv", lambda text: text + "县域生产总量,gdp,,县域生产总量增长6%,县域生产总量核算\n")
    assert isinstance(codebook, loader.Codebook)
    assert codebook.aliases["县域生产总量"].concepts == ("gdp",)


def test_an_unknown_code_names_the_nearest() -> None:
    """A misspelt code is an error that says which was meant."""
    with pytest.raises(UnknownNameError, match=r"'gdp_grwth' is not in the codebook; did you mean 'gdp_growth'"):
        CODEBOOK.indicator("gdp_grwth")


def test_loading_happens_once() -> None:
    """The same codebook is given to everyone."""
    assert load_codebook() is load_codebook()


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("4.35", "亿元", ("435000000", "元")),
        ("1.3", "万亿斤", ("650000000", "吨")),
        ("0.1", "%", ("0.1", "%")),
        ("5", "‰", ("0.5", "%")),
        ("2.5", "公顷", ("37.5", "亩")),
        ("1.2", "毫克/立方米", ("1200", "ug/m3")),
        ("3.5", "万", ("35000", "")),
        ("100", "亿元", ("10000000000", "元")),
        ("12", "未知", ("12", "未知")),
    ],
)
def test_conversions(value: str, unit: str, expected: tuple[str, str]) -> None:
    """Values reach the base unit exactly, written without exponents or trailing zeros."""
    converted, base_unit = CODEBOOK.convert(Decimal(value), unit)
    assert (str(converted), base_unit) == expected


@given(
    value=st.decimals(min_value=0, max_value=10**6, places=4),
    scale=st.sampled_from(["", "百", "千", "万", "百万", "亿", "千亿", "万亿"]),
    row=st.sampled_from([row for row in CODEBOOK.units.values() if row.scalable]),
)
def test_scales_are_exact(value: Decimal, scale: str, row: loader.Unit) -> None:
    """A power of ten before a unit multiplies, without any rounding, and keeps what the unit measures."""
    powers = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8, "千亿": 10**11, "万亿": 10**12}
    written = scale + row.unit
    assert CODEBOOK.convert(value, written) == (value * powers[scale] * row.factor, row.base_unit)
    assert CODEBOOK.dimension(written) == row.dimension


@pytest.mark.parametrize(
    ("unit", "dimension"),
    [
        ("亿元", "money"),
        ("亿美元", "money_usd"),
        ("个百分点", "pp"),
        ("％", "percent"),
        ("万", "count"),
        ("万%", "count"),
    ],
)
def test_dimensions(unit: str, dimension: str) -> None:
    """What a unit measures; a scale before a unit that takes none, and any unknown word, is a count."""
    assert CODEBOOK.dimension(unit) == dimension


def test_a_concept_and_measure_name_one_code() -> None:
    """No two indicators share concept and measure, so that a linked value has one code."""
    assert len(CODEBOOK.codes) == len(CODEBOOK.indicators)


def test_indicators_are_whole() -> None:
    """Both names and both definitions, a known direction, and a plausible range in order, for each indicator."""
    for row in rows_of("indicators.csv"):
        code = row["code"]
        assert all(row[name] for name in ("name_zh", "name_en", "definition", "definition_zh")), code
        assert row["definition"].isascii() and not row["definition_zh"].isascii(), code
        assert row["direction"] in ("up", "down", ""), code
        indicator = CODEBOOK.indicator(code)
        if indicator.plausible_low is not None and indicator.plausible_high is not None:
            assert indicator.plausible_low < indicator.plausible_high, code
        else:
            assert indicator.measure == "state", code


def test_weak_names_have_one_concept() -> None:
    """A name that is too common to stand alone never joins several indicators."""
    weak = [alias for alias in CODEBOOK.aliases.values() if alias.weak]
    assert weak and all(len(alias.concepts) == 1 for alias in weak)
