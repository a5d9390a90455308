"""The codebook proves itself: every alias, unit and bound word has an example that holds and a counterexample that does not."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import policylab.codebook
from policylab.annotate.context import clause_area, clause_prefix, cues, read_scope, stretch_pattern
from policylab.annotate.gaps import read_gap
from policylab.annotate.items import find_item
from policylab.annotate.linking import link_sentence
from policylab.annotate.quantities import find_named_values, find_quantities
from policylab.annotate.targets import annotate
from policylab.codebook import Alias, fold, load_codebook
from policylab.codebook.mentions import find_mentions
from policylab.model import Document, Span, Target

Entry = dict[str, str]
CODEBOOK = load_codebook()
SCALES = ("十", "百", "千", "万", "十万", "百万", "千万", "亿", "十亿", "百亿", "千亿", "万亿")
MEASURE_PAIRS = {"hightech_va": {"hightech_output_share"}}  # an output share is stated of value added as well

HEADLINE = (
    "一、2022年工作回顾\n过去一年，我们攻坚克难，各项工作取得新进展。\n二、2023年工作安排\n"
    "今年经济社会发展的主要预期目标是：地区生产总值增长6%左右，居民消费价格涨幅2%左右；{text}。\n"
    "为实现上述目标，重点做好以下工作。\n（一）推动高质量发展\n坚持稳中求进，持续改善民生。\n"
)
REVIEW = (
    "一、2022年工作回顾\n过去一年，我们攻坚克难，各项工作取得新进展。\n{text}。\n"
    "二、2023年工作安排\n今年，要坚持稳中求进工作总基调。重点做好以下工作。\n"
)


def records_of(template: str, text: str) -> list[Target]:
    """The records that a small report yields inside ``text``; their spans count from its beginning."""
    report = template.format(text=text)
    start = report.index(text)
    found = annotate(Document.from_text(report, region_code="320804", report_year=2023))
    return [move(record, start) for record in found if start <= (record.start or 0) < start + len(text)]


def move(record: Target, start: int) -> Target:
    """The record with a span that counts from ``start``."""
    assert record.start is not None and record.end is not None
    return replace(record, start=record.start - start, end=record.end - start)


def places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands in a text; a template stands there as its longest form found."""
    template = fold(name)
    if "[" not in template:
        return [match.span() for match in re.finditer(re.escape(template), fold(text))]
    parts = re.split(r"\[([^\]]*)\]", template)
    choices = [sorted(part.split("|"), key=len, reverse=True) if at % 2 else [part] for at, part in enumerate(parts)]
    pattern = "".join(f"(?:{'|'.join(map(re.escape, options))})" for options in choices)
    found = [match.span() for match in re.finditer(pattern, fold(text))]
    return sorted(found, key=lambda span: span[0] - span[1])[:1]


def codes_at(template: str, text: str, spots: list[tuple[int, int]]) -> set[str]:
    """The indicators of the records that cover one of the places."""
    return {
        record.indicator
        for record in records_of(template, text)
        for start, end in spots
        if (record.start or 0) < end and start < (record.end or 0)
    }


@cache
def codes_of(concept: str) -> frozenset[str]:
    """The codes of a concept; those of a forced measure only (rd.share), none for one that only blocks (grain.area)."""
    name, _, forced = concept.partition(".")
    rows = [row for row in CODEBOOK.indicators.values() if row.concept == name and forced in ("", "fall", row.measure)]
    return frozenset({row.code for row in rows} | MEASURE_PAIRS.get(name, set()))


def all_codes(alias: Alias) -> set[str]:
    """The codes that an alias can stand for, whatever the measure."""
    return {code for concept in alias.concepts for code in codes_of(concept.partition(".")[0])}


def aliases_by_concepts() -> list[Any]:
    """The aliases that share their concepts, as one parameter."""
    groups: dict[tuple[str, ...], list[Alias]] = {}
    for alias in dict.fromkeys(CODEBOOK.aliases.values()):
        groups.setdefault(alias.concepts, []).append(alias)
    return [pytest.param(group, id="+".join(concepts)) for concepts, group in groups.items()]


def entries(*sections: str) -> list[Any]:
    """The entries of sections of wording.yaml as parameters."""
    wording = CODEBOOK.wording
    return [
        pytest.param(entry, id=f"{section}-{number}-{entry.get('code', '')}".rstrip("-"))
        for section in sections
        for number, entry in enumerate(wording[section], start=1)
    ]


def matched(entry: Entry, text: str) -> bool:
    """Whether the pattern of an entry, or all its conditions, are found in a text."""
    patterns = [entry[key] for key in ("pattern", "before", "clause", "after") if key in entry]
    return all(re.search(pattern.lstrip("^").removesuffix("$"), fold(text)) for pattern in patterns)


def bare(text: str) -> str:
    """A text as a clause of the headline block, without its full stop."""
    return text.rstrip("。")


# Completeness ---------------------------------------------------------------------------------------------------------


def test_aliases_are_complete() -> None:
    """Every alias has an example and a counterexample, both of which hold the name."""
    wrong = [
        f"{alias.alias}: {kind} {text!r}"
        for alias in dict.fromkeys(CODEBOOK.aliases.values())
        for kind, text in (("example", alias.example), ("counterexample", alias.counterexample))
        if not places(text, alias.alias)
    ]
    assert wrong == []


def test_wording_is_complete() -> None:
    """Every entry of wording.yaml has an example that its pattern matches, and another text as counterexample."""
    wrong = [
        f"{section}: {entry}"
        for section, rows in CODEBOOK.wording.items()
        for entry in rows
        if not entry.get("counterexample")
        or entry.get("example") in (None, entry["counterexample"])
        or not matched(entry, entry["example"])
    ]
    assert wrong == []


def test_every_section_is_tested() -> None:
    """No section of wording.yaml is without a test of its effect below."""
    assert set(CODEBOOK.wording) == {
        *("bound_before", "bound_after", "joining", "verbs", "leading", "scope"),
        *(
            "modality",
            "stretch",
            "period",
            "qualitative",
            "lead_verbs",
            "tail_verbs",
            "end_verbs",
            "measures",
            "no_noun",
            "no_commitment",
            "not_set",
            "switch",
            "named_values",
            "not_area",
        ),
    }


@pytest.mark.parametrize("code", CODEBOOK.indicators)
def test_every_indicator_has_an_alias(code: str) -> None:
    """An indicator that no alias can reach could never be found; its definition stands in both languages."""
    row = CODEBOOK.indicators[code]
    assert any(code in codes_of(concept) for alias in CODEBOOK.aliases.values() for concept in alias.concepts)
    assert row.definition.strip() and row.name_zh.strip() and row.name_en.strip()


# Aliases --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", aliases_by_concepts())
def test_alias_examples(group: list[Alias]) -> None:
    """An example yields an indicator of each concept of its alias, in the targets or in the review."""
    assert [alias.example for alias in group if not alias_holds(alias)] == []


def alias_holds(alias: Alias) -> bool:
    """Whether the name itself, not a part of it or a longer one, gives the records."""
    spots = places(alias.example, alias.alias)
    if not {(m.start, m.end) for m in find_mentions(fold(alias.example)) if m.concepts == alias.concepts} & set(spots):
        return False
    for template in (HEADLINE, REVIEW):
        found = codes_at(template, alias.example, spots)
        wanted = [codes_of(concept) for concept in alias.concepts if concept != "-"]
        if all(found & codes for codes in wanted if codes) and (any(wanted) or found == {"other"}):
            return True
    return False


@pytest.mark.parametrize("group", aliases_by_concepts())
def test_alias_counterexamples(group: list[Alias]) -> None:
    """A counterexample holds the name, yet yields no indicator of its concepts there."""
    assert [f"{alias.counterexample} -> {wrong}" for alias in group if (wrong := misread(alias))] == []


def misread(alias: Alias) -> set[str]:
    """The indicators of an alias's concepts that are found at its name in the counterexample; any, where none is its."""
    spots = places(alias.counterexample, alias.alias)
    found = codes_at(HEADLINE, alias.counterexample, spots) | codes_at(REVIEW, alias.counterexample, spots)
    return found & all_codes(alias) if any(map(codes_of, alias.concepts)) else found


# Units ----------------------------------------------------------------------------------------------------------------


def units() -> list[dict[str, str]]:
    """The rows of units.csv."""
    path = Path(policylab.codebook.__file__).parent / "units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["unit"]) for row in units()])
def test_units(row: dict[str, str]) -> None:
    """The example counts in this unit; the counterexample has a number too, in another unit."""
    assert fold(row["unit"]) in bare_units(row["example"])
    assert bare_units(row["counterexample"]) - {fold(row["unit"])} == bare_units(row["counterexample"]) != set()


def bare_units(text: str) -> set[str]:
    """The units of the numbers of a text, with and without a power of ten before them (万亩 and 亩)."""
    written = {fold(quantity.unit) for quantity in find_quantities(text)}
    return {unit.removeprefix(scale) for unit in written for scale in ("", *SCALES)}


# Bound words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", entries("bound_before"))
def test_bound_before(entry: Entry) -> None:
    """The words open the quote of a number and give its bound; alike words before a number do neither."""
    assert entry["code"] in bounds_with(entry["example"], rf"(?:{entry['pattern']})\s?[\d一二三四五六七八九十百千万两]")
    assert not bounds_with(entry["counterexample"], rf"(?:{entry['pattern']})\s?[\d一二三四五六七八九十百千万两]")


@pytest.mark.parametrize("entry", entries("bound_after"))
def test_bound_after(entry: Entry) -> None:
    """The words close the quote of a number and give its bound; alike words after a number do neither."""
    assert entry["code"] in bounds_with(entry["example"], rf".*\d[^\d]*?(?:{entry['pattern']})$")
    assert not bounds_with(entry["counterexample"], rf".*\d[^\d]*?(?:{entry['pattern']})$")


def bounds_with(text: str, words: str) -> set[str]:
    """The bounds of the numbers of a text whose quotes match ``words``; a text without a number proves nothing."""
    found = find_quantities(text)
    assert found, f"no number in {text!r}"
    return {quantity.bound for quantity in found if re.match(words, fold(quantity.as_written))}


@pytest.mark.parametrize("entry", entries("named_values"))
def test_named_values(entry: Entry) -> None:
    """The number behind its name is a quantity; alike numbers elsewhere are none of this kind."""
    assert named_values(entry["example"])
    assert not named_values(entry["counterexample"])


def named_values(text: str) -> list[str]:
    """The numbers that only their name makes quantities, as written."""
    return [quantity.as_written for quantity in find_named_values(text, fold(text), Span(0, len(text)), [])]


# Words between a name and its value -----------------------------------------------------------------------------------


def words_between(text: str) -> str:
    """The words between the last name before the first value that follows a name, and that value."""
    folded = fold(text)
    mentions = find_mentions(folded)
    value = next(q for q in find_quantities(text) if q.start >= mentions[0].end)
    name = [mention for mention in mentions if mention.end <= value.start][-1]
    return folded[name.end : value.start]


def linked(text: str) -> list[str]:
    """The codes that the values of a sentence are linked to."""
    folded = fold(text)
    return [link.code for link in link_sentence(folded, 0, find_mentions(folded), find_quantities(text)) if link.code]


@pytest.mark.parametrize("entry", entries("joining"))
def test_joining(entry: Entry) -> None:
    """The words join a name to its value; alike words leave the value to something else."""
    assert matched(entry, words_between(entry["example"]) + "5%") and linked(entry["example"])
    assert not linked(entry["counterexample"])


@pytest.mark.parametrize("entry", entries("verbs"))
def test_verbs(entry: Entry) -> None:
    """The words between a name and its value say what kind of value it is; alike words do not."""
    assert verb_read(entry, entry["example"])
    assert not verb_read(entry, entry["counterexample"])


def verb_read(entry: Entry, text: str) -> bool:
    """Whether the words between name and value have the meaning of an entry."""
    gap = read_gap(words_between(text))
    assert gap is not None, f"the words do not join in {text!r}"
    return gap.sign == -1 if entry["code"] == "falls" else bool(getattr(gap, entry["code"]))


# Words around a name --------------------------------------------------------------------------------------------------


def prefix_of(text: str) -> str:
    """The words of the clause before the last name."""
    folded = fold(text)
    return clause_prefix(folded, 0, find_mentions(folded)[-1].start)


@pytest.mark.parametrize("entry", entries("leading"))
def test_leading(entry: Entry) -> None:
    """The words before a name leave it the whole jurisdiction's; alike words make it another thing's or a part's."""
    assert matched(entry, prefix_of(entry["example"]))
    assert scopes(entry["example"]) == {"whole"}
    assert read_scope(prefix_of(entry["counterexample"])) != ""
    assert "whole" not in scopes(entry["counterexample"])


def scopes(text: str) -> set[str]:
    """The scopes of the codebook values of a headline text."""
    return {record.scope for record in records_of(HEADLINE, bare(text)) if record.indicator != "other"}


@pytest.mark.parametrize("entry", entries("scope"))
def test_scope(entry: Entry) -> None:
    """The words before a name are the part of the jurisdiction that a record gives; alike words are not."""
    found = scopes(entry["example"])
    assert any(matched({"pattern": f"(?:{entry['pattern']})$"}, scope) for scope in found)
    other = scopes(entry["counterexample"])
    assert not any(matched({"pattern": f"(?:{entry['pattern']})$"}, scope) for scope in other - {"whole"})


@pytest.mark.parametrize("entry", entries("not_area"))
def test_not_area(entry: Entry) -> None:
    """The words before a comma name no area that what follows is about; a name of one does."""
    assert area_of(entry["example"]) == ""
    assert area_of(entry["counterexample"]) != ""


def area_of(text: str) -> str:
    """The sub-area that a text opens with, for its last number."""
    folded = fold(text)
    return clause_area(folded, 0, find_quantities(text)[-1].start)


@pytest.mark.parametrize("entry", entries("modality"))
def test_modality(entry: Entry) -> None:
    """The words say how firmly the value is meant; alike words leave it plain."""
    assert {record.modality for record in records_of(HEADLINE, entry["example"])} == {entry["code"]}
    assert {record.modality for record in records_of(HEADLINE, entry["counterexample"])} == {"plain"}


@pytest.mark.parametrize("entry", entries("stretch"))
def test_stretch(entry: Entry) -> None:
    """The clause marks the target before it as one to be surpassed; alike words do not."""
    assert any(record.stretch for record in records_of(HEADLINE, entry["example"]))
    assert stretch_pattern().search(fold(entry["example"]))
    assert not any(record.stretch for record in records_of(HEADLINE, entry["counterexample"]))


@pytest.mark.parametrize("entry", entries("period"))
def test_period(entry: Entry) -> None:
    """The words say which years a value is for; alike words do not."""
    assert entry["code"] in cue_codes(entry["example"])
    assert entry["code"] not in cue_codes(entry["counterexample"])


def cue_codes(text: str) -> set[str]:
    """The period cues of a text."""
    return {code for _, code in cues(fold(text), 0, len(text))}


@pytest.mark.parametrize("entry", entries("qualitative"))
def test_qualitative(entry: Entry) -> None:
    """The clause is a target without a number of this kind; alike words are not."""
    assert entry["code"] in kinds(entry["example"])
    assert entry["code"] not in kinds(entry["counterexample"])
    assert not matched(entry, entry["counterexample"]) or not kinds(entry["counterexample"])


def kinds(text: str) -> set[str]:
    """The kinds of targets without a number in a headline text."""
    return {record.qualitative for record in records_of(HEADLINE, text) if record.qualitative}


# What a number counts -------------------------------------------------------------------------------------------------


def item_of(text: str) -> str:
    """The noun phrase that the first number of a text counts."""
    return find_item(fold(text), text, find_quantities(text)[0])[0]


@pytest.mark.parametrize("entry", entries("lead_verbs"))
def test_lead_verbs(entry: Entry) -> None:
    """The verb is cut from the front of what is counted; a noun that begins alike stays whole."""
    verb = re.match(entry["pattern"], fold(entry["example"]))
    assert verb and entry["example"][verb.end() :].startswith(item_of(entry["example"])) and item_of(entry["example"])
    assert entry["counterexample"].startswith(item_of(entry["counterexample"]))


@pytest.mark.parametrize("entry", entries("tail_verbs"))
def test_tail_verbs(entry: Entry) -> None:
    """The verb is cut from the end of what is counted; a noun that ends alike stays whole."""
    item = item_of(entry["example"])
    assert item and re.match(entry["pattern"], fold(entry["example"].partition(item)[2]))
    assert entry["counterexample"].endswith(item_of(entry["counterexample"]))
    assert item_of(entry["counterexample"])


@pytest.mark.parametrize("entry", entries("end_verbs"))
def test_end_verbs(entry: Entry) -> None:
    """The verb between noun and value is cut; the same noun without it is the item too."""
    item = item_of(entry["example"])
    assert item and item == item_of(entry["counterexample"])
    assert re.match(f"(?:{entry['pattern']})+", fold(entry["example"].partition(item)[2]))


@pytest.mark.parametrize("entry", entries("measures"))
def test_measures(entry: Entry) -> None:
    """A verb before a bare measure is a part of the item; before another noun it is cut."""
    assert re.search(f"(?:{entry['pattern']})$", item_of(entry["example"]))
    assert entry["example"].startswith(item_of(entry["example"]))
    assert not entry["counterexample"].startswith(item_of(entry["counterexample"]))


@pytest.mark.parametrize("entry", entries("no_noun"))
def test_no_noun(entry: Entry) -> None:
    """Words after a value that open a clause of their own leave the item to what stands before; a noun stays one."""
    first, other = (find_quantities(entry[name])[0] for name in ("example", "counterexample"))
    assert re.match(entry["pattern"], fold(entry["example"])[first.end :])
    assert item_of(entry["example"]) in entry["example"][: first.start]
    assert entry["counterexample"][other.end :].startswith(item_of(entry["counterexample"]))


PLAN = (
    "一、2022年工作回顾\n过去一年，我们攻坚克难，各项工作取得新进展。\n"
    "二、2023年工作安排\n今年，要坚持稳中求进工作总基调。重点做好以下工作。\n（一）推动高质量发展\n{text}。\n"
)


@pytest.mark.parametrize("entry", entries("no_commitment"))
def test_no_commitment(entry: Entry) -> None:
    """The number commits to nothing; one in alike words does."""
    assert find_quantities(entry["example"]) and records_of(PLAN, entry["example"]) == []
    assert records_of(PLAN, entry["counterexample"])


@pytest.mark.parametrize("entry", entries("not_set"))
def test_not_set(entry: Entry) -> None:
    """The clause says that a target is not set; alike words do not."""
    assert matched(entry, entry["example"]) and not matched(entry, entry["counterexample"])


@pytest.mark.parametrize("entry", entries("switch"))
def test_switch(entry: Entry) -> None:
    """A bare word turns the subject of the clause before into its neighbour; other words keep it."""
    turned = set(codes_of(entry["to"]))
    assert {record.indicator for record in records_of(REVIEW, entry["example"])} & turned
    assert not {record.indicator for record in records_of(REVIEW, entry["counterexample"])} & turned
