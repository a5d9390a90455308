"""Regions by year: what goes wrong first, then codes, names, superiors, peers and the table itself."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from policylab.errors import DataError, UnknownNameError
from policylab.project import data_path
from policylab.read import region_table
from policylab.read.regions import (
    LEVELS,
    find_region,
    list_peers,
    list_regions,
    list_superiors,
    load_regions,
    match_regions,
)


def refuse(code_or_name: str, report_year: int | None = None) -> str:
    """Return the message with which a code or name is refused, which is one line."""
    with pytest.raises(UnknownNameError) as caught:
        find_region(code_or_name, report_year=report_year)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_misspelt_name_is_answered_with_near_ones() -> None:
    """A misspelt name is answered with the nearest names of that year."""
    assert "did you mean" in refuse("淮因区", 2023)
    assert "'淮阴区'" in refuse("淮因区", 2023)
    assert "'淮阴区'" not in refuse("淮因区", 1995)


def test_unknown_name_asks_for_the_code() -> None:
    """Where no name is near, the code is asked for."""
    assert refuse("亚特兰蒂斯") == "no region has the name '亚特兰蒂斯'; give its six-digit code"


def test_unknown_code_lists_those_beside_it() -> None:
    """A code that nobody has is answered with the codes of the same prefecture in that year."""
    message = refuse("320840", 2023)
    assert "codes beginning with 3208: 320800 淮安市, 320803 淮安区, 320804 淮阴区, 320812 清江浦区" in message
    assert "320802 清河区" not in message


@pytest.mark.parametrize("code", ["3208", "32080404", "0"])
def test_code_of_wrong_length_is_told_the_form(code: str) -> None:
    """A code that is too short or too long is told what a code is."""
    assert f"no region has the code '{code}'; a code has six digits" in refuse(code)


@pytest.mark.parametrize("name", ["", " ", "市辖区", "县"])
def test_words_that_are_no_name_are_refused(name: str) -> None:
    """Empty words and mere kinds of unit are no region."""
    assert "no region has the name" in refuse(name)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("鼓楼区", ["320106 江苏省南京市鼓楼区", "320302", "350102", "410204"]),
        ("铁西区", ["210106 辽宁省沈阳市铁西区", "210303", "220302"]),
        ("淮安", ["320800 江苏省淮安市", "320803 江苏省淮安市淮安区"]),
        ("吉林", ["220000 吉林省", "220200 吉林省吉林市"]),
    ],
)
def test_ambiguous_name_lists_its_regions(name: str, codes: list[str]) -> None:
    """A name of several regions is refused with the code and the city of each."""
    message = refuse(name, 2023)
    assert f"may be any of {len(codes)} regions" in message
    assert all(code in message for code in codes)


def test_ended_region_tells_its_years_and_successor() -> None:
    """A code or name that had ended is refused with its years and with what it became."""
    expected = "320821 淮阴县 (江苏省淮阴市, 1983-2000) became 320804 淮阴区"
    assert expected in refuse("320821", 2023)
    assert expected in refuse("淮阴县", 2023)
    assert "320802 清河区 (江苏省淮安市, 2000-2016) became 320812 清江浦区" in refuse("320802", 2023)
    assert "320811 清浦区 (江苏省淮安市, 2000-2016) became 320812 清江浦区" in refuse("清浦区", 2023)


def test_region_not_yet_there_tells_when_it_began() -> None:
    """A region that had not yet begun is refused with the year in which it did."""
    assert "'清江浦区' did not exist in 2010: 320812 清江浦区 (江苏省淮安市, 2016-)" in refuse("清江浦区", 2010)


@pytest.mark.parametrize(
    ("code", "rule", "words"),
    [
        ("320804", "town", "no rule 'town' for peers; rules: city, province, level"),
        ("320804", "provinces", "did you mean 'province'?"),
        ("320800", "city", "which is at city level; use 'province' or 'level'"),
        ("320000", "province", "which is at province level; use 'level'"),
        ("320899", "city", "no region has the code '320899'"),
    ],
)
def test_peers_need_a_rule_that_fits(code: str, rule: str, words: str) -> None:
    """An unknown rule, or one that does not fit the region's level, is refused with what fits."""
    with pytest.raises(UnknownNameError, match=re.escape(words)):
        list_peers(code, report_year=2023, rule=rule)


def test_unknown_level_is_refused() -> None:
    """A level that does not exist is refused with those that do."""
    with pytest.raises(UnknownNameError, match=r"no level 'district'; levels: national, province, city, county"):
        list_regions("district")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("code,name\n320804,淮阴区\n", "expected the columns region_code,name,"),
        ("", "expected the columns region_code,name,"),
        (f"{region_table._COLUMNS}\n320804,淮阴区\n", "line 2: not enough values"),
        (
            f"{region_table._COLUMNS}\n320804,淮阴区,淮阴,Huaiyin District,county,江苏省,淮安市,soon,,\n",
            "line 2: invalid literal",
        ),
    ],
)
def test_broken_table_names_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, words: str) -> None:
    """A table that breaks its form is refused with the line and the columns expected."""
    (tmp_path / "regions.csv").write_text(content, encoding="utf-8")
    monkeypatch.setattr(region_table, "data_path", lambda name: tmp_path / name)
    caches = (region_table._table_text, region_table.load_regions)
    for cached in caches:
        cached.cache_clear()
    try:
        with pytest.raises(DataError, match=re.escape(words)):
            region_table.load_regions()
    finally:
        for cached in caches:
            cached.cache_clear()


@pytest.mark.parametrize(
    ("asked", "report_year", "code"),
    [
        ("320804", 2023, "320804"),
        ("淮阴区", 2023, "320804"),
        (" 淮阴 ", 2023, "320804"),
        ("淮安市淮阴区", 2023, "320804"),
        ("江苏省淮安市淮阴区", 2023, "320804"),
        ("江苏淮安淮阴", 2023, "320804"),
        ("南京市鼓楼区", 2023, "320106"),
        ("北京市朝阳区", 2023, "110105"),
        ("江苏", 2023, "320000"),
        ("内蒙古", 2023, "150000"),
        ("广西", 2023, "450000"),
        ("恩施州", 2023, "422800"),
        ("吉林省", 2023, "220000"),
        ("全国", 1954, "100000"),
        ("浙江省", 1979, "330000"),
        ("仙桃市", 2023, "429004"),
        ("淮阴县", 1999, "320821"),
        ("淮安市", 1998, "320882"),
        ("淮安市", 2023, "320800"),
        ("重庆市", 1990, "510200"),
        ("重庆市", 2023, "500000"),
        ("两江新区", 2026, "500157"),
    ],
)
def test_codes_and_names_are_understood_by_year(asked: str, report_year: int, code: str) -> None:
    """Codes, full, short and qualified names mean what they meant in the year of the report."""
    assert find_region(asked, report_year=report_year).region_code == code


def test_year_of_change_belongs_to_the_older_unit() -> None:
    """In the year of a change a name means the unit that the year began with, and both codes are understood."""
    assert find_region("密云", report_year=2015).region_code == "110228"
    assert find_region("密云", report_year=2016).region_code == "110118"
    assert find_region("110118", report_year=2015).name == "密云区"
    assert find_region("420600", report_year=2010).name == "襄樊市"
    assert find_region("420600", report_year=2011).name == "襄阳市"


def test_without_a_year_the_present_is_meant() -> None:
    """Without a year a name means what is in force, and the code of an ended unit its last row."""
    assert find_region("清河区").region_code == "211204"
    assert find_region("320821").valid_to == 2000
    assert find_region("320802").city == "淮安市"


def test_all_matches_of_a_name() -> None:
    """Every region of a name is given by code; a name that nobody has gives none."""
    assert [region.region_code for region in match_regions("鼓楼区", report_year=2023)] == [
        "320106", "320302", "350102", "410204",
    ]  # fmt: skip
    assert match_regions("清江浦区", report_year=2010) == []


@pytest.mark.parametrize(
    ("code", "report_year", "names"),
    [
        ("100000", 2023, []),
        ("320000", 2023, ["全国"]),
        ("320800", 2023, ["全国", "江苏省"]),
        ("320804", 2023, ["全国", "江苏省", "淮安市"]),
        ("320821", 1999, ["全国", "江苏省", "淮阴市"]),
        ("110105", 2023, ["全国", "北京市"]),
        ("429004", 2023, ["全国", "湖北省"]),
        ("659001", 2023, ["全国", "新疆维吾尔自治区"]),
        ("419001", 2023, ["全国", "河南省"]),
        ("460025", 1995, ["全国", "海南省"]),
        ("320804", 2000, ["全国", "江苏省", "淮阴市"]),
    ],
)
def test_superiors(code: str, report_year: int, names: list[str]) -> None:
    """The units above come from the country down; municipal districts and directly governed counties have no city."""
    assert [region.name for region in list_superiors(code, report_year=report_year)] == names


@pytest.mark.parametrize(
    ("code", "rule", "count"),
    [
        ("320804", "city", 7),
        ("320804", "province", 95),
        ("320800", "province", 13),
        ("320800", "level", 333),
        ("320000", "level", 31),
        ("110105", "city", 16),
        ("429004", "city", 4),
        ("659001", "city", 11),
        ("320804", "level", 2843),
    ],
)
def test_peers_of_2023(code: str, rule: str, count: int) -> None:
    """Peers are as many as the country counted when 2023 began; the region is among them, each code once."""
    codes = [region.region_code for region in list_peers(code, report_year=2023, rule=rule)]
    assert len(codes) == count
    assert code in codes
    assert codes == sorted(set(codes))


def test_peers_of_a_year_of_change() -> None:
    """A year's peers are the units it began with, and the region itself also where it began in that year."""
    before = [region.name for region in list_peers("320802", report_year=2016, rule="city")]
    after = [region.name for region in list_peers("320812", report_year=2016, rule="city")]
    assert "清江浦区" not in before
    assert {"清河区", "清浦区", "清江浦区"} <= set(after)


def test_peers_leave_out_where_no_report_is_given() -> None:
    """Taiwan, Hong Kong and Macau are in the list of provinces and among nobody's peers."""
    codes = {region.region_code for region in list_regions("province", report_year=2023)}
    peers = {region.region_code for region in list_peers("320000", report_year=2023, rule="level")}
    assert codes - peers == {"710000", "810000", "820000"}


def test_regions_within() -> None:
    """Units within another leave it out itself, by code or name, of one level or all."""
    inside = [region.name for region in list_regions(within="淮安市", report_year=2023)]
    assert inside == ["淮安区", "淮阴区", "清江浦区", "洪泽区", "涟水县", "盱眙县", "金湖县"]
    assert len(list_regions("city", within="320000", report_year=2023)) == 13
    assert list_regions(within="320804", report_year=2023) == []
    assert len(list_regions("county", within="100000", report_year=2023)) == 2843


# What the country counted at the end of a year (Ministry of Civil Affairs): prefecture-level and county-level units.
@pytest.mark.parametrize(
    ("end_of", "cities", "counties"),
    [(2000, 333, 2861), (2010, 333, 2856), (2015, 334, 2850), (2020, 333, 2844), (2022, 333, 2843)],
)
def test_counts_are_the_official_ones(end_of: int, cities: int, counties: int) -> None:
    """The units that a year begins with are as many as were counted when the year before ended."""
    islands = ("西沙群岛", "南沙群岛", "中沙群岛的岛礁及其海域")  # had codes until 2012 and were no county
    there = [region for region in list_regions(report_year=end_of + 1) if region.name not in islands]
    levels = Counter(region.level for region in there)
    assert (levels["city"], levels["county"]) == (cities, counties)


@pytest.fixture(scope="module")
def rows() -> Iterator[list[dict[str, str]]]:
    """The rows of the table as they are written."""
    with data_path("regions.csv").open(encoding="utf-8", newline="") as file:
        yield list(csv.DictReader(file))


def test_rows_have_their_form(rows: list[dict[str, str]]) -> None:
    """Codes are six digits, levels known, years in order, and names and provinces filled in."""
    for row in rows:
        assert re.fullmatch("[1-8][0-9]{5}", row["region_code"]), row
        assert row["level"] in LEVELS, row
        assert row["name"].startswith(row["short_name"][:1]), row
        assert bool(row["province"]) == (row["level"] != "national"), row
        assert not row["valid_to"] or int(row["valid_from"]) < int(row["valid_to"]) <= 2026, row


def test_rows_are_sorted_and_do_not_overlap(rows: list[dict[str, str]]) -> None:
    """Rows run by code and year, and one code never means two units at a time."""
    keys = [(row["region_code"], int(row["valid_from"])) for row in rows]
    assert keys == sorted(set(keys))
    ends: dict[str, str] = defaultdict(lambda: "0")
    for row in rows:
        assert ends[row["region_code"]] and int(ends[row["region_code"]]) <= int(row["valid_from"]), row
        ends[row["region_code"]] = row["valid_to"]


def test_every_ended_unit_has_successors_that_exist() -> None:
    """What ended went somewhere: each successor is a code that existed when the unit ended."""
    for region in load_regions():
        assert bool(region.successor_codes) == (region.valid_to is not None), region
        for code in region.successor_codes:
            assert find_region(code, report_year=region.valid_to), region


def test_every_unit_lies_in_the_one_it_names() -> None:
    """Every county's city and every unit's province stand in the table under that name in its years."""
    named = {(region.region_code, region.name) for region in load_regions()}
    for region in load_regions():
        if region.level in ("city", "county"):
            assert (region.region_code[:2] + "0000", region.province) in named, region
        if region.level == "county" and region.city:
            assert (region.region_code[:4] + "00", region.city) in named, region
        assert region.level != "city" or region.city == region.name, region


def test_short_names_find_their_region() -> None:
    """Every region in force is found by its full name with the units above."""
    for region in list_regions(report_year=2024):
        assert find_region(region.full_name, report_year=2024) == region


def test_reports_are_labelled_by_regions_that_existed(corpus_path: Path) -> None:
    """Every report and cited fact at hand carries a code that existed in its year, under the name of the table."""
    import pyarrow.parquet as pq

    columns = ["region_code", "report_year", "region_name", "level"]
    for row in pq.read_table(corpus_path, columns=columns).to_pylist():
        region = find_region(row["region_code"], report_year=row["report_year"])
        assert (region.name, region.level) == (row["region_name"], row["level"])
