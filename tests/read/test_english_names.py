"""English names of regions: their form, the names that rules alone would get wrong, and what finds a region."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from policylab.codebook.romanisation import load_romanisation
from policylab.errors import UnknownNameError
from policylab.read.english_names import list_english_above
from policylab.read.regions import find_region, load_regions, match_regions

ROOT = Path(__file__).resolve().parents[2]
# One unit under two ways of writing its name.
REWRITTEN = {frozenset({"丘县", "邱县"}), frozenset({"琼结县", "穷结县"}), frozenset({"吴旗县", "吴起县"})}


@pytest.mark.parametrize("name", ["Huayin District", "Atlantis", "County", "District", "Huaiyin District, Atlantis"])
def test_unknown_english_names_are_refused(name: str) -> None:
    """A misspelt name, a mere word for a kind and a wrong superior are no region."""
    with pytest.raises(UnknownNameError, match="no region has the name"):
        find_region(name)


def test_near_english_names_are_told_once() -> None:
    """A misspelt English name is answered with near English names, each once."""
    with pytest.raises(UnknownNameError) as raised:
        find_region("Huaiyn District")
    assert str(raised.value).count("'Huaiyin District'") == 1


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Huaiyin", ["320804 江苏省淮安市淮阴区", "370104 山东省济南市槐荫区"]),
        ("Huaiyin District", ["320804", "370104"]),
        ("Suzhou", ["320500 江苏省苏州市", "341300 安徽省宿州市"]),
        ("Gulou District", ["320106", "320302", "350102", "410204"]),
    ],
)
def test_ambiguous_english_name_lists_its_regions(name: str, codes: list[str]) -> None:
    """An English name of several regions is refused with the code of each."""
    with pytest.raises(UnknownNameError, match=f"may be any of {len(codes)} regions") as raised:
        find_region(name, report_year=2023)
    assert all(code in str(raised.value) for code in codes)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Huaiyin District, Huai'an", "320804"),
        ("huaiyin district, HUAIAN", "320804"),
        ("Huaiyin District, Huai’an, Jiangsu", "320804"),
        ("Gulou District, Xuzhou", "320302"),
        ("Gulou,Xuzhou", "320302"),
        ("Jiangsu", "320000"),
        ("jiangsu province", "320000"),
        ("Huai'an City", "320800"),
        ("Jilin", "220000"),
        ("Jilin City", "220200"),
        ("Nanjing", "320100"),
        ("Xian", "610100"),
        ("Ürümqi", "650100"),
        ("Inner Mongolia Autonomous Region", "150000"),
        ("Enshi Tujia and Miao Autonomous Prefecture", "422800"),
        ("Weining Yi, Hui and Miao Autonomous County", "520526"),
        ("Oroqen", "150723"),
        ("China", "100000"),
    ],
)
def test_english_names_find_their_region(name: str, code: str) -> None:
    """Whole and short names are found in any case, with superiors after a comma, and without apostrophes or accents."""
    assert find_region(name, report_year=2023).region_code == code


def test_english_names_are_those_of_the_year() -> None:
    """A name means what it meant in the year of the report."""
    assert find_region("Huaiyin County", report_year=1999).region_code == "320821"
    assert find_region("Xiangfan", report_year=2005).name == "襄樊市"
    with pytest.raises(UnknownNameError, match=r"did not exist in 2023: .*became 320804 淮阴区"):
        find_region("Huaiyin County", report_year=2023)


def test_every_region_is_found_by_its_english_name() -> None:
    """Every region's English name with the units above leads to regions that all bear this name, itself among them."""
    for region in load_regions():
        asked = ", ".join([region.name_en, *list_english_above(region)])
        found = match_regions(asked, report_year=region.valid_from + 1)
        assert region.region_code in {item.region_code for item in found}, asked
        assert {item.name_en for item in found} == {region.name_en}, asked


def test_english_names_are_plain_letters() -> None:
    """Every region has an English name of ASCII letters, spaces, apostrophes, hyphens and commas, with capitals."""
    for region in load_regions():
        assert re.fullmatch(r"[A-Z][A-Za-z ',-]*[a-z]", region.name_en), region
        assert "  " not in region.name_en, region
        words = [word for word in re.split("[ -]", region.name_en) if word not in ("and", "{}")]
        assert all(word[0].isupper() for word in words), region


def test_units_of_one_superior_differ() -> None:
    """Two units of one superior and one time share an English name only where they share the Chinese one."""
    named = defaultdict(set)
    for region in load_regions():
        above = (region.province, region.city) if region.level == "county" else (region.province, region.level)
        named[above, region.name_en].add(region)
    shared = {frozenset(region.name for region in regions) for regions in named.values()}
    assert {names for names in shared if len(names) > 1} == REWRITTEN


@pytest.mark.parametrize(
    ("level", "kind", "words"),
    [
        ("county", "县", " County"),
        ("county", "区", (" District", " New Area")),
        ("county", "旗", " Banner"),
        ("city", "地区", " Prefecture"),
        ("city", "盟", " League"),
        ("city", "自治州", " Autonomous Prefecture"),
        ("county", "自治县", " Autonomous County"),
    ],
)
def test_kinds_are_told(level: str, kind: str, words: str | tuple[str, ...]) -> None:
    """Every unit but provinces and cities says what kind it is, also after a name of one syllable."""
    regions = [region for region in load_regions() if region.level == level and region.name.endswith(kind)]
    assert regions
    assert [region.name for region in regions if not region.name_en.endswith(words)] == []


def test_cities_and_provinces_go_without_their_kind() -> None:
    """Cities and provinces are named alone; only Jilin City is told from its province."""
    kinds = re.compile("City|Province|Municipality|Region$|Shi$")
    regions = [region for region in load_regions() if region.name.endswith(("市", "省", "自治区"))]
    assert {region.name_en for region in regions if kinds.search(region.name_en)} == {"Jilin City"}


@pytest.mark.parametrize(
    ("code", "name_en"),
    [
        ("100000", "China"),
        ("150000", "Inner Mongolia"),
        ("540000", "Tibet"),
        ("610000", "Shaanxi"),
        ("140000", "Shanxi"),
        ("810000", "Hong Kong"),
        ("320800", "Huai'an"),
        ("320804", "Huaiyin District"),
        ("321323", "Siyang County"),
        ("320583", "Kunshan"),
        ("150100", "Hohhot"),
        ("150600", "Ordos"),
        ("152500", "Xilingol League"),
        ("230100", "Harbin"),
        ("230200", "Qiqihar"),
        ("540100", "Lhasa"),
        ("650100", "Urumqi"),
        ("653100", "Kashgar Prefecture"),
        ("532800", "Xishuangbanna Dai Autonomous Prefecture"),
        ("222400", "Yanbian Korean Autonomous Prefecture"),
        ("150221", "Tumd Right Banner"),
        ("150981", "Fengzhen"),
        ("310115", "Pudong New Area"),
        ("130107", "Jingxing Mining District"),
        ("520203", "Liuzhi Special District"),
        ("341500", "Lu'an"),
        ("341600", "Bozhou"),
        ("340300", "Bengbu"),
        ("331000", "Taizhou"),
        ("331100", "Lishui"),
        ("350200", "Xiamen"),
        ("440113", "Panyu District"),
        ("441422", "Dabu County"),
        ("330382", "Yueqing"),
        ("371524", "Dong'e County"),
        ("361124", "Yanshan County"),
        ("141024", "Hongtong County"),
        ("341621", "Guoyang County"),
        ("130726", "Yu County"),
        ("371722", "Shan County"),
        ("371522", "Shen County"),
        ("410621", "Xun County"),
        ("140924", "Fanshi County"),
        ("370612", "Muping District"),
        ("410122", "Zhongmu County"),
        ("320116", "Luhe District"),
        ("510682", "Shifang"),
        ("410182", "Xingyang"),
        ("511722", "Xuanhan County"),
        ("140428", "Zhangzi County"),
        ("140400", "Changzhi"),
        ("500000", "Chongqing"),
        ("410728", "Changyuan County"),
        ("141100", "Lyuliang"),
        ("410923", "Nanle County"),
        ("320509", "Wujiang District"),
        ("533103", "Mangshi"),
    ],
)
def test_names_that_rules_alone_would_miss(code: str, name_en: str) -> None:
    """Names that are not pinyin, characters of several readings, apostrophes and words for kinds come out as in use."""
    assert match_regions(code)[0].name_en == name_en


def test_every_rule_has_a_source_and_fits_a_region() -> None:
    """No rule is idle: each name and kind occurs in the table, each rule says where it is from."""
    content = (ROOT / "src/policylab/codebook/romanisation.csv").read_text("utf-8").splitlines()
    assert all(line.count(",") >= 4 and not line.endswith(",") for line in content)
    names = "\n".join(region.name for region in load_regions())
    rules = load_romanisation()
    assert set(rules) == {"region", "generic", "nationality", "name", "character"}
    assert [word for kind in rules for word in rules[kind] if word not in names] == []


def test_the_table_is_what_the_rules_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names in the table are those that bench/romanise.py makes from the rules."""
    pytest.importorskip("pypinyin", reason="needs pypinyin, which only the writing of the table needs")
    spec = importlib.util.spec_from_file_location("romanise", ROOT / "bench/romanise.py")
    assert spec and spec.loader
    romanise = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "romanise", romanise)
    spec.loader.exec_module(romanise)
    wrong = [
        region for region in load_regions() if romanise.name_region(region.name, region.region_code) != region.name_en
    ]
    assert wrong == []
