"""Golden cases as data: tests/specs/*.yml say what a text must yield, and what it must not."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from policylab.model import Document, Target

Case = dict[str, Any]
SPECS = Path(__file__).parent / "specs"
AT_LEAST = {"quantities": 160, "ranges": 70, "targets": 160, "negatives": 110}
REGIONS = {"national": "100000", "province": "330000", "city": "330100", "county": "330122"}
BOUNDS = {"exact", "about", "at_least", "at_most", "range"}
QUALITATIVES = {
    *("in_step", "faster_than", "complete_assigned", "keep_falling"),
    *("keep_rising", "improve", "stable", "other_qual"),
}
NEVER = {
    *("indicator", "low", "high", "unit", "bound", "qualitative"),
    *("modality", "stretch", "period", "kind", "headline", "scope"),
}
UNITS = {"个百分点": "pp", "百分点": "pp", "ug/m3": "微克/立方米", "微克每立方米": "微克/立方米"}
PART_TASK = {"headline": "H", "review": "A", "plan": "P", "five_year": "F"}
PLANS = {2001: "十五", 2006: "十一五", 2011: "十二五", 2016: "十三五", 2021: "十四五", 2026: "十五五"}

REVIEW = "一、{last}年工作回顾\n过去一年，我们攻坚克难，各项工作取得新进展。\n"
OUTLOOK = "二、{year}年工作安排\n今年，要坚持稳中求进工作总基调。"
WORK = "（一）推动高质量发展\n"
TEMPLATES = {
    "headline": REVIEW
    + "二、{year}年工作安排\n今年经济社会发展的主要预期目标是：{text}\n为实现上述目标，重点做好以下工作。\n"
    + WORK
    + "坚持稳中求进，持续改善民生。\n",
    "review": REVIEW + "{text}\n" + OUTLOOK + "重点做好以下工作。\n" + WORK + "坚持稳中求进，持续改善民生。\n",
    "plan": REVIEW + OUTLOOK + "重点做好以下工作。\n" + WORK + "{text}\n",
    "five_year": REVIEW
    + "二、“{plan}”时期发展目标\n“{plan}”时期经济社会发展的主要目标是：{text}\n三、{year}年工作安排\n"
    + "今年经济社会发展的主要预期目标是：地区生产总值增长6%左右。\n为实现上述目标，重点做好以下工作。\n",
}


@cache
def load(name: str) -> list[Case]:
    """The cases of one file."""
    loaded: list[Case] = yaml.safe_load((SPECS / f"{name}.yml").read_text(encoding="utf-8"))
    return loaded


def cases(*names: str) -> list[Any]:
    """The cases as parameters; those marked xfail must fail (strict)."""
    return [pytest.param(case, id=case["id"], marks=marks(case)) for name in names for case in load(name)]


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """The strict xfail mark of a known gap."""
    return [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []


def text_of(case: Case) -> str:
    """The text a case is about."""
    return str(case.get("document") or case["text"])


def five_years(year: int) -> int:
    """The first year of the plan period that a year lies in."""
    return year - (year - 1) % 5


def make_document(case: Case) -> Document:
    """A small report that holds the text of the case."""
    year = case["report_year"]
    text = case.get("document") or TEMPLATES[case["part"]].format(
        text=case["text"], year=year, last=year - 1, plan=PLANS.get(five_years(year), "")
    )
    return Document.from_text(text, region_code=REGIONS[case["level"]], report_year=year)


def task_of(record: Target) -> str:
    """The task a record belongs to (headline, last year's result, five-year, plan), "" for none."""
    one_year = record.period.isdigit()
    if record.kind == "actual":
        last_year = record.period == str(record.report_year - 1)
        counts = last_year and record.indicator != "other" and record.scope == "whole" and record.low is not None
        return "A" if counts else ""
    if not one_year:
        return "F" if record.indicator != "other" and record.low is not None else ""
    if record.headline:
        return "H"
    return "P" if record.low is not None else ""


def occurrences(text: str, quote: str) -> list[tuple[int, int]]:
    """Where a quote stands in a text."""
    starts = [i for i in range(len(text)) if text.startswith(quote, i)]
    return [(start, start + len(quote)) for start in starts]


def overlaps(record: Target, spans: list[tuple[int, int]]) -> bool:
    """Whether the span of a record meets one of the spans."""
    assert record.start is not None and record.end is not None
    return any(record.start < end and start < record.end for start, end in spans)


def plain_unit(unit: str) -> str:
    """A unit in one spelling."""
    unit = "".join(unit.split()).replace("％", "%")
    return UNITS.get(unit, unit)


def plain_item(item: str) -> str:
    """An item without quotation marks and spaces."""
    return "".join(char for char in item if char not in "“”\"' \n")


def alike(one: str, other: str) -> bool:
    """Whether two noun phrases are the same or one holds the other."""
    return bool(one) and bool(other) and (one in other or other in one)


def number(value: str | None) -> Decimal | None:
    """A number of the data, None where omitted."""
    return None if value is None else Decimal(str(value))


def facts(record: Target) -> dict[str, Any]:
    """The fields of a record that cases speak about."""
    return {
        "indicator": record.indicator,
        "low": record.low,
        "high": record.high,
        "unit": plain_unit(record.unit),
        "bound": record.bound,
        "qualitative": record.qualitative or "",
        "modality": record.modality,
        "stretch": record.stretch,
        "period": record.period,
        "kind": record.kind,
        "headline": record.headline,
    }


def expected(entry: Case, case: Case) -> dict[str, Any]:
    """The same fields as a case states them, defaults filled in."""
    task, year = entry.get("task") or PART_TASK[case["part"]], case["report_year"]
    start = five_years(year)
    period = {"A": str(year - 1), "F": f"{start}-{start + 4}"}.get(task, str(year))
    return {
        "indicator": entry["indicator"],
        "low": number(entry.get("low")),
        "high": number(entry.get("high")),
        "unit": plain_unit(entry.get("unit", "")),
        "bound": entry.get("bound", "qualitative"),
        "qualitative": entry.get("qualitative", ""),
        "modality": entry.get("modality", "plain"),
        "stretch": entry.get("stretch", False),
        "period": entry.get("period", period),
        "kind": "actual" if task == "A" else "target",
        "headline": task == "H",
    }


def agrees(record: Target, entry: Case, case: Case, text: str) -> bool:
    """Whether a record is the one that an entry describes."""
    scope = entry.get("scope", "whole")
    if facts(record) != expected(entry, case) or not overlaps(record, occurrences(text, entry["quote"])):
        return False
    if (scope == "whole") != (record.scope == "whole") or not alike(scope, record.scope):
        return False
    return record.indicator != "other" or alike(plain_item(entry["item"]), plain_item(record.item))


def show(record: Target, text: str) -> str:
    """One line about a record, for the message of a failure."""
    values = [str(value) for value in facts(record).values() if value not in (None, "", False)]
    return " ".join([*values, record.scope, record.item, "|", text[record.start : record.end], "|", record.rule_id])


def found_in(case: Case) -> tuple[list[Target], str]:
    """The records of the tasks that a case is about, within its text."""
    from policylab.annotate.targets import annotate

    document = make_document(case)
    spans = occurrences(document.text, text_of(case))
    tasks = case.get("tasks", ["H", "A", "F", "P"])
    records = [record for record in annotate(document) if task_of(record) in tasks and overlaps(record, spans)]
    return records, document.text


@pytest.mark.parametrize("case", cases("quantities", "ranges"))
def test_quantities(case: Case) -> None:
    """A text yields the listed quantities in order, and no other."""
    from policylab.annotate.quantities import find_quantities

    found = [(q.as_written, q.low, q.high, plain_unit(q.unit), q.bound) for q in find_quantities(case["text"])]
    wanted = [
        (e["quote"], Decimal(e["low"]), Decimal(e["high"]), plain_unit(e["unit"]), e["bound"]) for e in case["expect"]
    ]
    assert found == wanted


@pytest.mark.parametrize("case", cases("targets"))
def test_targets(case: Case) -> None:
    """A report yields the listed records, and no other of the same tasks."""
    records, text = found_in(case)
    missed = []
    for entry in case["expect"]:
        hit = next((record for record in records if agrees(record, entry, case, text)), None)
        if hit is None:
            missed.append(entry)
        else:
            records.remove(hit)
    surplus = [show(record, text) for record in records]
    assert not missed and not surplus, "\n".join(["missed:", *(str(entry) for entry in missed), "surplus:", *surplus])


@pytest.mark.parametrize("case", cases("negatives"))
def test_negatives(case: Case) -> None:
    """A text yields nothing, or none of the records that it must never yield."""
    if case.get("part") == "quantities":
        from policylab.annotate.quantities import find_quantities

        assert [quantity.as_written for quantity in find_quantities(case["text"])] == []
    elif "never" in case:
        from policylab.annotate.targets import annotate

        document = make_document(case)
        spans = occurrences(document.text, text_of(case))
        inside = [record for record in annotate(document) if overlaps(record, spans)]
        wrong = [show(r, document.text) for r in inside for entry in case["never"] if matches(r, entry)]
        assert wrong == []
    else:
        records, text = found_in(case)
        assert [show(record, text) for record in records] == []


def matches(record: Target, entry: Case) -> bool:
    """Whether a record has every field of an entry."""
    have = {**facts(record), "scope": record.scope}
    wanted = {name: number(value) if name in ("low", "high") else value for name, value in entry.items()}
    return all(have[name] == value for name, value in wanted.items())


@pytest.mark.parametrize("name", AT_LEAST)
def test_enough_cases(name: str) -> None:
    """Each file holds at least the promised number of cases, and the targets 25 whole reports."""
    assert len(load(name)) >= AT_LEAST[name]
    if name == "targets":
        assert sum("document" in case for case in load(name)) >= 25


def test_ids_are_unique() -> None:
    """No two cases of all files share an id or a text with the same setting."""
    every = [case for name in AT_LEAST for case in load(name)]
    names = [case["id"] for case in every]
    settings = [(case.get("part"), case.get("report_year"), text_of(case)) for case in every]
    assert sorted(set(names)) == sorted(names)
    assert len(set(settings)) == len(settings)


@pytest.mark.parametrize("name", AT_LEAST)
def test_cases_are_well_formed(name: str) -> None:
    """Known fields and codes, numbers that parse with low <= high, quotes that stand in their text."""
    from policylab.codebook import load_codebook

    codes = {*load_codebook().indicators, "other"}
    for case in load(name):
        assert isinstance(case.get("xfail", "gap"), str), case["id"]
        if name in ("targets", "negatives") and case.get("part") != "quantities":
            assert case["level"] in REGIONS and isinstance(case["report_year"], int), case["id"]
            assert ("document" in case) != (case.get("part") in TEMPLATES), case["id"]
        for entry in case.get("expect", []):
            check_entry(entry, text_of(case), case["id"])
        for entry in case.get("never", []):
            assert entry and set(entry) <= NEVER, case["id"]
        for entry in [*case.get("expect", []), *case.get("never", [])]:
            assert entry.get("indicator", "other") in codes, case["id"]


def check_entry(entry: Case, text: str, where: str) -> None:
    """One expected record or quantity has consistent fields."""
    assert entry["quote"] in text, where
    if "qualitative" in entry:
        assert entry["qualitative"] in QUALITATIVES and "low" not in entry and "bound" not in entry, where
    else:
        low, high = Decimal(entry["low"]), Decimal(entry["high"])
        assert low <= high and (low < high) == (entry["bound"] == "range"), where
        assert entry["bound"] in BOUNDS and (entry["unit"] or entry["indicator"] == "cpi_change"), (
            where
        )  # an index has none
    if entry.get("indicator") == "other":
        assert entry["item"], where
    assert entry.get("modality", "plain") in ("plain", "strive", "ensure"), where
