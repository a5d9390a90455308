"""Make the figures of the README and its gallery from the table of facts: run by make figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import policylab as pl
from policylab.analyse.amplification import measure_steps, summarise_steps
from policylab.analyse.attention import compare_attention
from policylab.analyse.coverage import load_coverage, refine_missing
from policylab.analyse.feature_files import load_features
from policylab.analyse.features import Features, pick_reports
from policylab.analyse.keyness import score_keyness
from policylab.analyse.peers import compare_indicators
from policylab.analyse.realised import compare_realised, compare_threshold, count_gaps
from policylab.analyse.similarity import map_similarity
from policylab.analyse.trends import summarise_levels
from policylab.analyse.wording import classify_wording, share_wording
from policylab.project import data_path
from policylab.publish.language_charts import plot_attention, plot_keyness, plot_similarity
from policylab.publish.panel_charts import plot_levels, plot_multiples, plot_realised, plot_steps
from policylab.publish.peer_charts import plot_distribution, plot_heat
from policylab.publish.region_names import name_region
from policylab.publish.share_charts import plot_gaps, plot_wording

REGION_CODE, CITY_CODE, PROVINCE_CODE, REPORT_YEAR, INDICATOR = "320804", "320800", "320000", 2023, "gdp_growth"
HEADLINE = [INDICATOR, "fiscal_revenue_growth", "fai_growth", "retail_sales_growth", "industrial_va_growth"]
FIRST_YEAR = 2003  # before it fewer than twenty provinces' reports are at hand
PEERS = {"en": "other cities of Jiangsu", "zh": "江苏其他设区市"}
FOLDER = Path(__file__).resolve().parent
READMES = {"en": FOLDER.parent / "README.md", "zh": FOLDER.parent / "README.zh-CN.md"}
BEGIN, END = "<!-- gallery -->", "<!-- /gallery -->"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure to make: the rows that it shows, the function that draws them, and what is said below it."""

    stem: str
    select: Callable[[pd.DataFrame], pd.DataFrame]
    plot: Callable[..., Any]
    captions: Mapping[str, str]
    width: str = "elsevier-onehalf"
    details: Mapping[str, Any] = field(default_factory=dict)
    facts: str = ""  # the file of facts, where rows do not name their reports

    def name_file(self, lang: str) -> str:
        """Return the name of the figure's files without suffix."""
        return self.stem + "_zh" * (lang == "zh")


def select_chain(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth target of the district and the levels above."""
    return pl.compare_chain(table, REGION_CODE, report_year=REPORT_YEAR, indicators=[INDICATOR])


def select_years(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth targets of the nation, the province and the city over the years."""
    rows = pl.trend(table, ["100000", PROVINCE_CODE, CITY_CODE], indicator=INDICATOR)
    return refine_missing(rows, load_coverage())


def list_cities(table: pd.DataFrame) -> list[str]:
    """Return the cities of the province."""
    return pl.select_peers(table, CITY_CODE, report_year=REPORT_YEAR, rule="cities")


def select_cities(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth targets of the cities of the district's province."""
    rows = pl.compare_peers(table, CITY_CODE, report_year=REPORT_YEAR, indicator=INDICATOR, peers=list_cities(table))
    return refine_missing(rows, load_coverage())


def select_level(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth targets of all cities of the country."""
    peers = pl.select_peers(table, CITY_CODE, report_year=REPORT_YEAR, rule="level")
    return pl.compare_peers(table, CITY_CODE, report_year=REPORT_YEAR, indicator=INDICATOR, peers=peers)


def select_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return the headline targets of the cities of the province."""
    return compare_indicators(table, CITY_CODE, report_year=REPORT_YEAR, indicators=HEADLINE, peers=list_cities(table))


def select_series(table: pd.DataFrame) -> pd.DataFrame:
    """Return targets and results of the province over the years."""
    return join_series(table, [PROVINCE_CODE])


def select_many_series(table: pd.DataFrame) -> pd.DataFrame:
    """Return targets and results of its cities over the years."""
    return join_series(table, list_cities(table))


def join_series(table: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Return targets and results of some regions under each other."""
    kinds = ("target", "actual")
    parts = [pl.trend(table, [code], indicator=INDICATOR, kind=kind) for code in codes for kind in kinds]
    return pd.concat(parts, ignore_index=True)


def pair_results(table: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of growth target and result of provinces and cities."""
    pairs = compare_realised(table, [INDICATOR])
    return pairs[pairs["level"].isin(["province", "city"])]


def select_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return the histogram of results less targets, by level, before and from the year of the cut."""
    return count_gaps(pair_results(table), by=["level", "era"])


def draw_gaps(counts: pd.DataFrame, **look: Any) -> Any:
    """Draw the histogram with the ratio at zero."""
    return plot_gaps(counts, compare_threshold(pair_results(pl.load_targets()), by=["level", "era"]), **look)


def select_means(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean growth target of each level by year."""
    means = summarise_levels(table, [INDICATOR])
    return means[means["period_year"].ge(FIRST_YEAR) & means["level"].ne("county")]


def select_steps(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each level adds to the growth target of the one above, by year."""
    steps = summarise_steps(measure_steps(table, indicators=[INDICATOR]))
    return steps[steps["report_year"].ge(FIRST_YEAR) & steps["level_pair"].ne("province-county")]


def select_wording(table: pd.DataFrame) -> pd.DataFrame:
    """Return how growth targets are put, by level and year."""
    shares = share_wording(classify_wording(table, indicators=[INDICATOR]))
    known = shares["report_year"].ge(FIRST_YEAR) & shares["level"].isin(["province", "city"])
    return shares[known & shares["aspect"].eq("bound")]


@cache
def read_features() -> Features:
    """Return the words of every report, read once."""
    return load_features()


def pick_others(table: pd.DataFrame) -> list[str]:
    """Return the reports of the year of the other cities of the province."""
    others = [code for code in list_cities(table) if code != CITY_CODE]
    return pick_reports(read_features(), region_codes=others, report_years=[REPORT_YEAR])


def select_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return the words that the city's report uses more than those of the other cities, and the reverse."""
    return score_keyness(read_features(), [f"{CITY_CODE}-{REPORT_YEAR}"], against=pick_others(table))


def draw_words(words: pd.DataFrame, *, lang: str, width: str) -> Any:
    """Draw the words with the names of both groups."""
    return plot_keyness(words, region=name_region(CITY_CODE, lang), peers=PEERS[lang], lang=lang, width=width)


def select_attention(table: pd.DataFrame) -> pd.DataFrame:
    """Return the city's attention to topics beside that of the other cities, over the years."""
    return compare_attention(read_features(), CITY_CODE, peers=list_cities(table))


def select_places(table: pd.DataFrame) -> pd.DataFrame:
    """Return where the reports of the province's cities lie on a map of words."""
    return map_similarity(read_features(), [f"{CITY_CODE}-{REPORT_YEAR}", *pick_others(table)])


# One of each kind of chart. The first stands at the head of the READMEs, the others in the gallery.
DRAWINGS = (
    Drawing(
        "gdp_growth_chain_320804",
        select_chain,
        pl.plot_chain,
        {
            "en": "Targets for economic growth in 2023, from the nation down to Huaiyin District.",
            "zh": "2023年经济增长目标：从全国到淮阴区。",
        },
        width="elsevier-single",
    ),
    Drawing(
        "gdp_growth_trend_320800",
        select_years,
        pl.plot_trend,
        {
            "en": "Growth targets of the nation, Jiangsu and Huai'an over the years.",
            "zh": "全国、江苏省、淮安市历年增长目标。",
        },
        details={"indicator": INDICATOR},
    ),
    Drawing(
        "gdp_growth_peers_320800",
        select_cities,
        pl.plot_peers,
        {
            "en": "Growth targets of the cities of Jiangsu for 2023, Huai'an marked.",
            "zh": "2023年江苏各市增长目标，标出淮安市。",
        },
        details={"indicator": INDICATOR, "region_code": CITY_CODE},
    ),
    Drawing(
        "headline_heat_320800",
        select_cells,
        plot_heat,
        {
            "en": "Headline targets of the cities of Jiangsu for 2023, Huai'an framed.",
            "zh": "2023年江苏各市主要预期目标，框出淮安市。",
        },
        details={"region_code": CITY_CODE},
    ),
    Drawing(
        "gdp_growth_distribution_320800",
        select_level,
        plot_distribution,
        {
            "en": "Growth targets of all cities whose report of 2023 is at hand, Huai'an marked.",
            "zh": "2023年全国各市增长目标的分布，标出淮安市。",
        },
        details={"indicator": INDICATOR, "region_code": CITY_CODE},
    ),
    Drawing(
        "gdp_growth_realised_320000",
        select_series,
        plot_realised,
        {
            "en": "Growth targets of Jiangsu and what came of them.",
            "zh": "江苏省增长目标与实绩。",
        },
        details={"indicator": INDICATOR},
    ),
    Drawing(
        "gdp_growth_multiples_320000",
        select_many_series,
        plot_multiples,
        {
            "en": "Growth targets and results of the cities of Jiangsu.",
            "zh": "江苏各市增长目标与实绩。",
        },
    ),
    Drawing(
        "gdp_growth_levels",
        select_means,
        plot_levels,
        {
            "en": "Mean growth target of each level over the years, with the share of regions known.",
            "zh": "各级历年增长目标均值，附覆盖率。",
        },
        facts="targets.parquet",
    ),
    Drawing(
        "gdp_growth_steps",
        select_steps,
        plot_steps,
        {
            "en": "What each level adds to the growth target of the level above (amplification).",
            "zh": "层层加码：各级增长目标比上一级高出多少。",
        },
        facts="targets.parquet",
    ),
    Drawing(
        "gdp_growth_gaps",
        select_gaps,
        draw_gaps,
        {
            "en": "Growth realised less growth targeted, before and from 2013.",
            "zh": "增长实绩减目标的分布，2013年前后。",
        },
        facts="targets.parquet",
    ),
    Drawing(
        "gdp_growth_wording",
        select_wording,
        plot_wording,
        {
            "en": "How growth targets are put: about, at least, a range or a point.",
            "zh": "增长目标的表述：左右、以上、区间还是定值。",
        },
        facts="targets.parquet",
    ),
    Drawing(
        "attention_320800",
        select_attention,
        plot_attention,
        {
            "en": "Attention of Huai'an's reports to eight topics, beside the cities of Jiangsu.",
            "zh": "淮安市历年报告对八类议题的注意力，与江苏各市相比。",
        },
        facts="features/counts.parquet",
    ),
    Drawing(
        "keyness_320800",
        select_words,
        draw_words,
        {
            "en": "Words that set Huai'an's report of 2023 apart from those of the other cities of Jiangsu.",
            "zh": "2023年淮安市报告区别于江苏其他市的用词。",
        },
        facts="features/counts.parquet",
    ),
    Drawing(
        "similarity_320800",
        select_places,
        plot_similarity,
        {
            "en": "Reports of the cities of Jiangsu for 2023, placed by their words.",
            "zh": "按用词排布的2023年江苏各市报告。",
        },
        details={"region_code": CITY_CODE},
        facts="features/counts.parquet",
    ),
)


def main() -> None:
    """Draw every figure in both languages, and write the gallery into both READMEs."""
    table = pl.load_targets()
    for drawing in DRAWINGS:
        data = drawing.select(table)
        for lang, caption in drawing.captions.items():
            figure = drawing.plot(data, lang=lang, width=drawing.width, **drawing.details)
            facts = data_path(drawing.facts) if drawing.facts else None
            stem = FOLDER / drawing.name_file(lang)
            saved = pl.save_figure(figure, stem, data=data, caption=caption, lang=lang, panel=facts)
            print(saved.stem)
    for lang, readme in READMES.items():
        readme.write_text(fill_gallery(readme.read_text("utf-8"), lang), "utf-8")


def fill_gallery(text: str, lang: str) -> str:
    """Return the text of a README with the gallery between its marks."""
    block = f"{BEGIN}\n{render_gallery(lang)}\n{END}"
    return re.sub(rf"{BEGIN}\n.*?{END}", lambda _: block, text, count=1, flags=re.DOTALL)


def render_gallery(lang: str) -> str:
    """Return the gallery as Markdown: two figures beside each other, their captions below them."""
    lines = ["| | |", "|---|---|"]
    for left in range(1, len(DRAWINGS), 2):
        pair = DRAWINGS[left : left + 2]
        shown = [f"![{item.captions[lang]}](figures/{item.name_file(lang)}.png)" for item in pair]
        told = [item.captions[lang] for item in pair]
        lines += [f"| {' | '.join([*cells, ''][:2])} |" for cells in (shown, told)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
