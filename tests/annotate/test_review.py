"""Ledgers of corrections: what is refused first, then what they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from policylab.annotate.review import apply_corrections, load_corrections
from policylab.annotate.targets import annotate
from policylab.errors import DataError
from policylab.model import Correction, Document, Target

NAME = "320804-2023.yml"
TEXT = (
    "主要预期目标是：地区生产总值增长７%左右，城乡居民人均可支配收入分别增长6%和8%，进出口总额完成市定任务。\n"
    "新建学校3所、医院2所。全力招商，地区生产总值增长７%左右。\n"
)
ENTRY: dict[str, object] = {
    "quote": "城乡居民人均可支配收入分别增长6%",
    "indicator": "urban_income_growth",
    "action": "override",
    "set": {"low": "6.50", "high": "6.50"},
    "expect": {"low": "6", "high": "6"},
    "reason": "the figure is misprinted; the plan of the same year says 6.5%",
    "by": "A. Reader",
    "on": "2024-05-31",
}

Load = Callable[..., list[Correction]]


@pytest.fixture
def targets() -> list[Target]:
    """The records of the text above."""
    return annotate(Document.from_text(TEXT, region_code="320804", report_year=2023))


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a ledger of entries like the one above, each changed as said; None leaves a key out."""

    def write(*changes: dict[str, object]) -> list[Correction]:
        merged = [{key: value for key, value in (ENTRY | change).items() if value is not None} for change in changes]
        text = yaml.safe_dump(merged, allow_unicode=True, sort_keys=False).replace("'on'", "on")
        (tmp_path / NAME).write_text(text, "utf-8")
        return load_corrections(tmp_path)

    return write


def review(targets: list[Target], entries: list[Correction]) -> list[Target]:
    """Apply entries to the text above."""
    return apply_corrections(targets, entries, TEXT).targets


def find(targets: list[Target], indicator: str) -> Target:
    """The one record of an indicator."""
    [found] = [target for target in targets if target.indicator == indicator]
    return found


@pytest.mark.parametrize(
    ("ledger", "message"),
    [
        ("", "expected a list of entries"),
        ("# nothing yet\n", "expected a list of entries"),
        ("quote: x\n", "expected a list of entries"),
        ("- x\n", r"line 1: expected 'key: value' pairs, got 'x'"),
        ("- quote: a\n  quote: b\n", r"line 2: the key 'quote' is repeated"),
        ("- quote: a\n  qoute: b\n", r"line 2: unknown key 'qoute'; did you mean 'quote'"),
        ("- <<: {quote: a}\n", r"line 1: unknown key '<<'; known: quote"),
        ("- quote: a\n", r"line 1: the entry has no action and no expect and no reason and no by and no on"),
        ("- quote: [a\n", r"line 2 is not YAML in UTF-8"),
        ("- quote: a\n- quote: b\n  x: {\n", r"line \d is not YAML in UTF-8"),
    ],
)
def test_broken_ledger_is_refused_with_its_line(tmp_path: Path, ledger: str, message: str) -> None:
    """A file that is no list of complete entries is refused, and the message has file and line."""
    (tmp_path / NAME).write_text(ledger, "utf-8")
    with pytest.raises(DataError, match=rf"{NAME}.*{message}"):
        load_corrections(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"action": "overide"}, "action has no 'overide'; did you mean 'override'"),
        ({"action": "add"}, "action has no 'add'; known: drop, override, confirm, flag"),
        ({"indicator": "urban_income_grwth"}, "did you mean 'urban_income_growth'"),
        ({"quote": " "}, "quote should be text"),
        ({"quote": ["a"]}, "quote should be text"),
        ({"reason": ""}, "reason should be text"),
        ({"by": ""}, "by should be text"),
        ({"on": "last week"}, "on should be a day such as 2024-05-31, got 'last week'"),
        ({"on": "2024-02-30"}, "on should be a day"),
        ({"on": "20240531"}, "on should be a day"),
        ({"occurrence": 0}, "occurrence should be a number from 1, got '0'"),
        ({"occurrence": "second"}, "occurrence should be a number from 1"),
        ({"expect": {}}, "expect is empty"),
        ({"expect": ["low"]}, "expected 'key: value' pairs"),
        ({"expect": {"low": "six"}}, "low should be a number such as 8.5, or null, got 'six'"),
        ({"expect": {"low": "NaN"}}, "low should be a number"),
        ({"expect": {"lwo": "6"}}, "unknown key 'lwo'; did you mean 'low'"),
        ({"expect": {"low": "6"}}, "expect must say what extraction says of high today, which the entry sets"),
        ({"expect": {"start": "x"}}, "start should be a whole number"),
        ({"set": None}, "'set' belongs to the action override"),
        ({"set": {}}, "'set' belongs to the action override"),
        ({"action": "drop"}, "'set' belongs to the action override, and to it alone; got 'drop'"),
        ({"set": {"start": "3"}}, "unknown key 'start'"),
        ({"set": {"value_low": "3"}}, "unknown key 'value_low'"),
        ({"set": {"status": "rejected"}}, "unknown key 'status'"),
        ({"set": {"low": {"a": "b"}}}, "low should be one value"),
        ({"set": {"headline": "maybe"}}, "headline should be true or false, got 'maybe'"),
        ({"set": {"headline": "null"}}, "headline should be true or false, got 'null'"),
        ({"set": {"bound": "atleast"}}, "bound has no 'atleast'; did you mean 'at_least'"),
        ({"set": {"modality": "hope"}}, "modality has no 'hope'; known: plain, "),
        ({"set": {"qualitative": "in_stepp"}}, "did you mean 'in_step'"),
        ({"set": {"period": "soon"}}, "period should be a year or two"),
        ({"action": "confirm", "set": None, "expect": {"low": "6"}}, "indicator, high today, which the entry confirms"),
    ],
)
def test_wrong_entry_is_refused(load: Load, change: dict[str, object], message: str) -> None:
    """An entry with an unknown name, a value of another type or parts that do not fit is refused with its line."""
    with pytest.raises(DataError, match=rf"{NAME} line \d+: .*{message}"):
        load(change)


def test_line_is_that_of_the_entry(load: Load) -> None:
    """The second entry is named by the line on which it begins."""
    entries = load({}, {"quote": "地区生产总值"})
    assert [entry.place.rpartition(" ")[2] for entry in entries] == ["1", "13"]


@pytest.mark.parametrize("name", ["huaiyin.yml", "320804.yml", "320804-23.yml"])
def test_ledger_is_named_by_its_report(tmp_path: Path, name: str) -> None:
    """A file name that is no report id is refused."""
    (tmp_path / name).write_text("- {}", "utf-8")
    with pytest.raises(DataError, match=rf"{name}.*320804-2023\.yml"):
        load_corrections(tmp_path)


def test_other_suffix_is_not_overlooked(tmp_path: Path) -> None:
    """A ledger saved as .yaml is refused, not left out in silence."""
    (tmp_path / "320804-2023.yaml").write_text("- {}", "utf-8")
    with pytest.raises(DataError, match=r"ends in \.yml; rename it"):
        load_corrections(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist is an error, and no empty ledger."""
    with pytest.raises(DataError, match="no folder"):
        load_corrections(tmp_path / "corections")


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A ledger in GB18030 is refused in one line."""
    (tmp_path / NAME).write_bytes("- quote: 增长".encode("gb18030"))
    with pytest.raises(DataError, match="is not YAML in UTF-8"):
        load_corrections(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quote": "人均可支配收入分别增长9%"}, "does not have the quote"),
        ({"quote": "总值增长7%左右", "indicator": None}, "does not have the quote .*; it has '总值增长７%左右'"),
        ({"quote": "总值增长７%左右", "indicator": None}, "occurs 2 times in 320804-2023; add 'occurrence: N'"),
        ({"quote": "总值增长７%左右", "occurrence": 3}, "occurrence 3 of the quote .*; it occurs 2 times"),
        ({"quote": "全力招商", "indicator": None}, "no record at '全力招商' .* has there: none; update or remove"),
        ({"indicator": "cpi_change"}, "no record of cpi_change at .*extraction has there: urban_income_growth '6%'"),
        ({"quote": "城乡居民人均可支配收入分别增长6%和8%，进出口", "indicator": None}, "got 2: urban_income_growth"),
        ({"expect": {"low": "5", "high": "6"}}, "expected low 5 at .*, extraction now says 6; .* update or remove"),
        ({"expect": {"low": None, "high": "6"}}, "expected low null at .*, extraction now says 6"),
        ({"set": {"modality": "plain"}, "expect": {"modality": "plain"}}, "already says what the entry sets"),
        ({"set": {"low": "9"}, "expect": {"low": "6"}}, "low is not above high"),
        ({"set": {"high": "9"}, "expect": {"high": "6"}}, "two different numbers is not 'exact'"),
        ({"set": {"low": None}, "expect": {"low": "6"}}, "both numbers, or both null"),
        ({"set": {"bound": "qualitative"}, "expect": {"bound": "exact"}}, "has bound 'qualitative', no number"),
        ({"set": {"qualitative": "stable"}, "expect": {"qualitative": ""}}, "just where bound is 'qualitative'"),
        ({"set": {"indicator": "other"}, "expect": {"indicator": "urban_income_growth"}}, "'other' has an item"),
        ({"set": {"as_written": "5%"}, "expect": {"as_written": "6%"}}, "as_written stands in the record's quote"),
    ],
)
def test_entry_that_does_not_fit_the_report_is_refused(
    load: Load, targets: list[Target], change: dict[str, object], message: str
) -> None:
    """An entry whose quote, record, expectation or change does not hold fails with its line and what was found."""
    entries = load(change)
    with pytest.raises(DataError, match=rf"{NAME} line 1: .*{message}"):
        review(targets, entries)


def test_ledger_of_another_report_finds_nothing(load: Load, targets: list[Target]) -> None:
    """An entry never reaches a record of another report, even where the quote stands in both."""
    with pytest.raises(DataError, match="no record"):
        review([replace(target, report_id="320803-2023") for target in targets], load({}))


def test_two_decisions_on_one_record_are_refused(load: Load, targets: list[Target]) -> None:
    """The second of two entries that decide on the same record names the first."""
    entries = load({}, {"action": "drop", "set": None})
    with pytest.raises(DataError, match=rf"line \d+: .*{NAME} line 1 decides on the same record"):
        review(targets, entries)


@pytest.mark.parametrize(
    "change",
    [{}, {"action": "drop", "set": None}, {"action": "confirm", "set": None}],
    ids=["override", "drop", "confirm"],
)
def test_applying_twice_is_refused(load: Load, targets: list[Target], change: dict[str, object]) -> None:
    """A decision cannot be applied to what it has already changed."""
    entries = load({"expect": {"indicator": "urban_income_growth", "low": "6", "high": "6"}} | change)
    with pytest.raises(DataError, match="apply corrections once|no record"):
        review(review(targets, entries), entries)


def test_override_sets_fields_and_their_values_in_base_units(load: Load, targets: list[Target]) -> None:
    """The number set is exact, its value follows, and nothing else but the status changes."""
    before = find(targets, "urban_income_growth")
    after = find(review(targets, load({})), "urban_income_growth")
    number = Decimal("6.50")
    expected = replace(before, low=number, high=number, value_low=number, value_high=number, status="corrected")
    assert after == expected
    assert str(after.low) == "6.50"


def test_override_of_a_unit_converts(load: Load, targets: list[Target]) -> None:
    """A changed unit changes the base unit with it."""
    change = {"set": {"unit": "万元", "indicator": "urban_income_level"}}
    expect = {"expect": {"unit": "%", "indicator": "urban_income_growth"}}
    after = find(review(targets, load(change | expect)), "urban_income_level")
    assert (after.value_low, after.base_unit) == (Decimal(60000), "元")


def test_override_can_put_words_in_place_of_a_number(load: Load, targets: list[Target]) -> None:
    """A number that is none becomes a target in words, without values."""
    words: dict[str, object] = {"low": None, "high": None, "unit": "", "bound": "qualitative", "qualitative": "stable"}
    expect = {"low": "6", "high": "6", "unit": "%", "bound": "exact", "qualitative": ""}
    after = find(review(targets, load({"set": words, "expect": expect})), "urban_income_growth")
    assert (after.low, after.value_high, after.base_unit, after.qualitative) == (None, None, "", "stable")


def test_drop_takes_out_one_record(load: Load, targets: list[Target]) -> None:
    """The record is gone, the others stay in their order, and the flags still fit them."""
    reviewed = apply_corrections(targets, load({"action": "drop", "set": None}), TEXT)
    assert reviewed.targets == [target for target in targets if target.indicator != "urban_income_growth"]
    assert reviewed.flags == [""] * len(reviewed.targets)
    assert len(reviewed.targets) == len(targets) - 1


def test_confirm_changes_the_status_alone(load: Load, targets: list[Target]) -> None:
    """A confirmed record says what it said."""
    expect = {"indicator": "trade_level", "low": None, "high": None}
    change = {"quote": "进出口总额完成市定任务", "indicator": None, "action": "confirm", "set": None, "expect": expect}
    before, after = (find(records, "trade_level") for records in (targets, review(targets, load(change))))
    assert after == replace(before, status="confirmed")


def test_flag_is_told_beside_the_record(load: Load, targets: list[Target]) -> None:
    """A flag leaves the record as it is; its text is at the record's place, after a dropped one too."""
    flag = {"action": "flag", "set": None, "indicator": "rural_income_growth", "reason": "differs from the plan"}
    entries = load(
        {"action": "drop", "set": None},
        flag | {"quote": "城乡居民人均可支配收入分别增长6%和8%", "expect": {"low": "8"}},
    )
    reviewed = apply_corrections(targets, entries, TEXT)
    at = reviewed.targets.index(find(targets, "rural_income_growth"))
    assert reviewed.flags[at] == "review: differs from the plan"
    assert [flag for flag in reviewed.flags if flag] == [reviewed.flags[at]]


def test_occurrence_chooses_the_place(load: Load, targets: list[Target]) -> None:
    """The second of two equal quotes is the second record."""
    same = {"quote": "地区生产总值增长７%左右", "indicator": None, "set": {"modality": "strive"}}
    after = review(targets, load(same | {"occurrence": 2, "expect": {"modality": "plain"}}))
    assert [target.modality for target in after if target.indicator == "gdp_growth"] == ["plain", "strive"]


def test_quote_of_the_value_alone_finds_its_record(load: Load, targets: list[Target]) -> None:
    """A quote inside a record's span finds it, where no other record is there."""
    change = {"quote": "医院2所", "indicator": None, "set": {"item": "乡镇医院"}, "expect": {"item": "医院"}}
    assert "乡镇医院" in [target.item for target in review(targets, load(change))]


def test_records_given_stay_as_they_are(load: Load, targets: list[Target]) -> None:
    """Extraction is not touched: the list and its records are those from before."""
    before = list(targets)
    review(targets, load({}, {"quote": "新建学校3所", "indicator": None, "action": "drop", "set": None}
                         | {"expect": {"low": "3"}}))  # fmt: skip
    assert targets == before


def test_no_entries_change_nothing(targets: list[Target]) -> None:
    """Without a ledger the records come back as they were, none flagged."""
    assert apply_corrections(targets, [], TEXT) == (targets, [""] * len(targets))
    assert len(targets) > 5
