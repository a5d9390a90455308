"""Make the figures of the README from the table of facts: run by make figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

import policylab as pl
from policylab.analyse.amplification import measure_steps, summarise_steps
from policylab.analyse.compare import trend
from policylab.analyse.peers import compare_indicators, compare_peers, select_peers
from policylab.analyse.realised import compare_realised, compare_threshold, count_gaps
from policylab.analyse.trends import summarise_levels
from policylab.analyse.wording import classify_wording, share_wording
from policylab.project import data_path
from policylab.publish.panel_charts import plot_levels, plot_multiples, plot_realised, plot_steps
from policylab.publish.peer_charts import plot_distribution, plot_heat
from policylab.publish.share_charts import plot_gaps, plot_wording

REGION_CODE, CITY_CODE, PROVINCE_CODE, REPORT_YEAR = "320804", "320800", "320000", 2023
FIRST_YEAR = 2003  # before it fewer than twenty provinces' reports are at hand
CAPTIONS = {
    "en": "Targets for economic growth in 2023, from the nation down to Huaiyin District.",
    "zh": "2023年经济增长目标：从全国到淮阴区。",
}
STEMS = {"en": "gdp_growth_chain_320804", "zh": "gdp_growth_chain_320804_zh"}
LOOK = {"lang": "en", "width": "elsevier-double"}
INDICATORS = ["gdp_growth", "fiscal_revenue_growth", "fai_growth", "retail_sales_growth", "industrial_va_growth"]
Drawn = tuple[str, Figure, pd.DataFrame, str]


def main() -> None:
    """Draw the chain of the growth target in both languages, and the gallery."""
    targets = pl.load_targets()
    chain = pl.compare_chain(targets, REGION_CODE, report_year=REPORT_YEAR, indicators=["gdp_growth"])
    for lang, stem in STEMS.items():
        figure = pl.plot_chain(chain, lang=lang, width="elsevier-single")
        saved = pl.save_figure(figure, Path(__file__).parent / stem, data=chain, caption=CAPTIONS[lang], lang=lang)
        print(saved.stem)
    panel = data_path("targets.parquet")
    for draw in (draw_peers, draw_realised, draw_panel):
        for stem, figure, data, caption in draw(targets):
            path = Path(__file__).parent / stem
            print(pl.save_figure(figure, path, data=data, caption=caption, lang="en", panel=panel).stem)


def draw_peers(targets: pd.DataFrame) -> Iterator[Drawn]:
    """Draw where a city stands among its peers."""
    year = {"report_year": REPORT_YEAR}
    province = select_peers(targets, CITY_CODE, rule="province", **year)
    cells = compare_indicators(targets, CITY_CODE, indicators=INDICATORS, peers=province, **year)
    yield (
        "headline_heat_320800",
        plot_heat(cells, region_code=CITY_CODE, **LOOK),
        cells,
        "Headline targets of the cities of Jiangsu for 2023; Huai'an framed.",
    )
    level = select_peers(targets, CITY_CODE, rule="level", **year)
    peers = compare_peers(targets, CITY_CODE, indicator="gdp_growth", peers=level, **year)
    yield (
        "gdp_growth_distribution_320800",
        plot_distribution(peers, indicator="gdp_growth", region_code=CITY_CODE, **LOOK),
        peers,
        "Growth targets of the cities whose report of 2023 is at hand; Huai'an marked.",
    )


def draw_realised(targets: pd.DataFrame) -> Iterator[Drawn]:
    """Draw targets against what came of them."""
    series = _read_series(targets, [PROVINCE_CODE])
    yield (
        "gdp_growth_realised_320000",
        plot_realised(series, indicator="gdp_growth", **LOOK),
        series,
        "Growth targets of Jiangsu and what came of them.",
    )
    cities = _read_series(targets, select_peers(targets, CITY_CODE, report_year=REPORT_YEAR, rule="province"))
    yield "gdp_growth_multiples_32", plot_multiples(cities, **LOOK), cities, "Growth targets and results, Jiangsu."
    pairs = compare_realised(targets, ["gdp_growth"])
    pairs = pairs[pairs["level"].isin(["province", "city"])]
    by = ["level", "era"]
    counts, ratios = count_gaps(pairs, by=by), compare_threshold(pairs, by=by)
    yield "gdp_growth_gaps", plot_gaps(counts, ratios, **LOOK), counts, "Results less targets of economic growth."


def draw_panel(targets: pd.DataFrame) -> Iterator[Drawn]:
    """Draw levels over the years: means, steps between them, wording."""
    means = summarise_levels(targets, ["gdp_growth"])
    means = means[means["period_year"].ge(FIRST_YEAR) & means["level"].ne("county")]
    yield "gdp_growth_levels", plot_levels(means, **LOOK), means, "Mean growth targets by level, with coverage."
    steps = summarise_steps(measure_steps(targets, indicators=["gdp_growth"]))
    steps = steps[steps["report_year"].ge(FIRST_YEAR) & steps["level_pair"].ne("province-county")]
    yield "gdp_growth_steps", plot_steps(steps, **LOOK), steps, "What each level adds to the growth target above it."
    shares = share_wording(classify_wording(targets, indicators=["gdp_growth"]))
    shares = shares[shares["report_year"].ge(FIRST_YEAR) & shares["level"].isin(["province", "city"])]
    shares = shares[shares["aspect"].eq("bound")]
    yield "gdp_growth_wording", plot_wording(shares, **LOOK), shares, "How growth targets are put."


def _read_series(targets: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Return targets and results of some regions under each other."""
    parts = [
        trend(targets, [code], indicator="gdp_growth", kind=kind) for code in codes for kind in ("target", "actual")
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main()
