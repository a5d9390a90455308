"""What holds for any text: offsets, exact numbers, and that what does not concern a record does not change it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policylab.annotate.quantities import find_quantities
from policylab.annotate.stream import annotate_reports
from policylab.annotate.targets import annotate
from policylab.codebook import fold, load_codebook
from policylab.model import Document, Target
from policylab.read.corpus import iter_reports
from policylab.read.files import read_report

ROOT = Path(__file__).resolve().parent.parent
BOUNDS = {"exact", "about", "at_least", "at_most", "range", "qualitative"}
QUALITATIVES = {entry["code"] for entry in load_codebook().wording["qualitative"]}
INDICATORS = {*load_codebook().indicators, "other"}

PIECES = [
    *(
        "地区生产总值",
        "一般公共预算收入",
        "城乡居民人均可支配收入",
        "一产、二产、三产",
        "出口",
        "PM2.5",
        "ＧＤＰ",
        "城镇化率",
    ),
    *(
        "增长",
        "下降",
        "达到",
        "分别",
        "均",
        "占",
        "比重",
        "从",
        "到",
        "与经济增长同步",
        "完成省下达任务",
        "稳步提升",
        "不低于",
    ),
    *(
        "左右",
        "以上",
        "以内",
        "控制在",
        "近",
        "超",
        "余",
        "5",
        "５．５",
        "0.1",
        "1,234",
        "12",
        "百分之五",
        "一千二百",
        "两",
        "零",
    ),
    *(
        "%",
        "％",
        "个百分点",
        "亿元",
        "万人",
        "所",
        "个",
        "家",
        "-",
        "—",
        "至",
        "~",
        "、",
        "，",
        "；",
        "。",
        "：",
        "\n",
        " ",
        "\u3000",
    ),
    *(
        "一、2025年工作回顾\n",
        "二、2026年工作安排\n",
        "（一）",
        "1.",
        "[1]",
        "“",
        "”",
        "主要预期目标是：",
        "目标",
        "和",
        "其中",
    ),
    *(
        "今年",
        "去年",
        "五年来",
        "“十五五”时期",
        "到2030年",
        "累计",
        "年均",
        "力争",
        "确保",
        "努力争取更好结果",
        "全市",
        "高新区",
    ),
    *(
        "新建",
        "学校",
        "实施",
        "工程",
        "亿元以上项目",
        "的",
        "抓好",
        "名词解释\n",
        "\ud800",
        "😀",
        "\0",
        "\u200b",
        "é",
        "İ",
    ),
]
REPORTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
ANY_TEXT = st.text(st.characters(), max_size=60)  # controls, emoji and lone surrogates among them
FRAME = (
    "一、2025年工作回顾\n{0}\n二、2026年工作安排\n今年的主要预期目标是：地区生产总值增长5%，{1}\n（一）壮大产业\n{2}\n"
)

# Closing words of a report: no number, no indicator, no heading.
PARTING = st.lists(
    st.sampled_from(
        [
            "各位代表，让我们团结起来，不负人民重托。",
            "蓝图已经绘就，奋进正当其时。",
            "我们坚信，有全市人民的同心同德，事业必将兴旺。",
            "谢谢大家。",
            "让我们携手同行，开创更加美好的明天！",
        ]
    ),
    min_size=1,
    max_size=6,
).map("".join)


def make(text: str) -> Document:
    """A report of 2026."""
    return Document.from_text(text, region_code="320804", report_year=2026)


def facts(targets: Iterable[Target]) -> list[tuple[object, ...]]:
    """The records without the hash of the text."""
    return [tuple(value for name, value in target.to_dict().items() if name != "sha256") for target in targets]


def find_faults(document: Document, targets: list[Target]) -> list[tuple[str, Target]]:
    """The records that break what every record promises, each with the promise."""
    faults: list[tuple[str, Target]] = []
    for target in targets:
        assert target.start is not None and target.end is not None
        quote = document.text[target.start : target.end]
        numeric = target.bound != "qualitative"
        promises = {
            "quote inside the text": 0 <= target.start < target.end <= len(document.text),
            "quote holds as_written": bool(target.as_written) and target.as_written in quote,
            "indicator of the codebook": target.indicator in INDICATORS,
            "bound of the vocabulary": target.bound in BOUNDS,
            "words or number": (target.qualitative in QUALITATIVES) != numeric and (target.low is not None) == numeric,
            "low <= high": not numeric
            or (target.low is not None and target.high is not None and target.low <= target.high),
            "range has two ends": not numeric or (target.low != target.high) <= (target.bound == "range"),
            "other has an item": target.indicator != "other" or bool(target.item.strip()),
            "kind and period": target.kind in ("target", "actual") and fits_period(target.period),
            "modality": target.modality in ("plain", "strive", "ensure"),
        }
        faults += [(promise, target) for promise, kept in promises.items() if not kept]
    return faults


def fits_period(period: str) -> bool:
    """Whether a period is a year or two years in order."""
    years = period.split("-")
    return all(len(year) == 4 and year.isdigit() for year in years) and len(years) <= 2 and years == sorted(years)


def test_a_broken_record_is_found() -> None:
    """The check below sees a span that does not hold its words."""
    document = make("主要预期目标是：地区生产总值增长5%，进出口总额增长3%。")
    targets = annotate(document)
    assert find_faults(document, targets) == []
    assert find_faults(make(document.text.replace("5%", "6%")), targets)[0][0] == "quote holds as_written"


@settings(max_examples=1000)
@given(st.one_of(ANY_TEXT, REPORTS))
@example("主要预期目标是：\ud800地区生产总值增长5%\ud800，")
def test_any_text_is_read(text: str) -> None:
    """Whatever the text, no exception, and every record keeps its promises."""
    document = make(text)
    assert find_faults(document, annotate(document)) == []


@settings(max_examples=1000)
@given(REPORTS, REPORTS, REPORTS)
def test_any_words_in_any_part_are_read(review: str, block: str, plan: str) -> None:
    """The same where the words stand in review, headline block and plan of a report."""
    document = make(FRAME.format(review, block, plan))
    assert find_faults(document, annotate(document)) == []


@settings(max_examples=500)
@given(st.one_of(REPORTS, ANY_TEXT))
def test_quantities_of_any_text(text: str) -> None:
    """Quantities stand in order, apart, at their place, with low <= high and a unit; folding moves nothing."""
    found = find_quantities(text)
    assert len(fold(text)) == len(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for quantity in found:
        assert text[quantity.start : quantity.end] == quantity.as_written
        assert quantity.low <= quantity.high and quantity.unit and quantity.bound in BOUNDS - {"qualitative"}


NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


@given(NUMBERS, st.sampled_from(["亿元", "%", "个百分点", "万人", "公里", "家"]), st.booleans(), st.booleans())
def test_a_number_written_is_read_back(number: Decimal, unit: str, thousands: bool, wide: bool) -> None:
    """Plain, with commas or in full width, a number comes back exactly."""
    digits = f"{number:,f}" if thousands else f"{number:f}"
    text = f"达到{digits.translate(FULL_WIDTH) if wide and not thousands else digits}{unit}。"
    assert [(q.low, q.high, q.unit) for q in find_quantities(text)] == [(number, number, unit)]


@given(NUMBERS, NUMBERS, st.sampled_from(["-", "—", "～", "至"]))
def test_a_range_written_is_read_back(one: Decimal, other: Decimal, sign: str) -> None:
    """Two ends in order come back as a range."""
    low, high = sorted((one, other))
    if low < high:
        text = f"增长{low:f}{sign}{high:f}%。"
        assert [(q.low, q.high, q.bound) for q in find_quantities(text)] == [(low, high, "range")]


def to_characters(number: int) -> str:
    """Write a number below 10,000 in characters, without gaps (零)."""
    digits = [int(char) for char in str(number)]
    words = zip(digits, ["千", "百", "十", ""][4 - len(digits) :], strict=True)
    return "".join("〇一二三四五六七八九"[digit] + scale for digit, scale in words if digit)


@given(st.integers(11, 9999).filter(lambda number: "0" not in str(number).rstrip("0")))
def test_a_number_in_characters_is_read_back(number: int) -> None:
    """一千二百 is 1200."""
    text = f"完成投资{to_characters(number)}万元。"
    assert [(q.low, q.unit) for q in find_quantities(text)] == [(Decimal(number), "万元")]


@cache
def reports() -> list[Document]:
    """The reports that the project brings."""
    paths = [ROOT / "data/reports/320804-2023.txt", *sorted((ROOT / "tests/data").glob("*report.txt"))]
    return [read_report(path) for path in paths]


@settings(max_examples=60)
@given(PARTING)
def test_parting_words_change_nothing(words: str) -> None:
    """A closing paragraph without numbers leaves every record as it was."""
    for document in reports():
        longer = Document.from_text(
            f"{document.text.rstrip()}\n{words}\n",
            region_code=document.region_code,
            report_year=document.report_year,
            source=document.source,
        )
        assert facts(annotate(longer)) == facts(annotate(document))


@settings(max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_reports_changes_nothing(order: list[int]) -> None:
    """A report gives the same records wherever it stands: nothing is remembered from one to the next."""
    documents = [make(FRAME.format(f"地区生产总值增长{n}%。", f"出口增长{n}%。", f"新建学校{n}所。")) for n in range(6)]
    alone = [annotate(document) for document in documents]
    assert list(annotate_reports([documents[index] for index in order])) == [alone[index] for index in order]


@pytest.mark.slow
def test_the_corpus_keeps_its_promises(corpus_path: Path) -> None:
    """In every fifth report of the corpus, every record stands where it says and says what the codebook knows."""
    faults: list[tuple[str, str, str, str]] = []
    records = 0
    for document in islice(iter_reports(corpus_path), 0, None, 5):
        targets = annotate(document)
        records += len(targets)
        found = find_faults(document, targets)
        faults += [(promise, target.report_id, target.indicator, target.as_written) for promise, target in found]
    assert faults == []
    assert records > 20_000
