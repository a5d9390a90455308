"""Make the figures of the README and its gallery from the table of facts: run by make figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import policylab as pl
from policylab.analyse.coverage import load_coverage, refine_missing

REGION_CODE, REPORT_YEAR, INDICATOR = "320804", 2023, "gdp_growth"
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

    def name_file(self, lang: str) -> str:
        """Return the name of the figure's files without suffix."""
        return self.stem + "_zh" * (lang == "zh")


def select_chain(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth target of the district and the levels above."""
    return pl.compare_chain(table, REGION_CODE, report_year=REPORT_YEAR, indicators=[INDICATOR])


def select_cities(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth targets of the cities of the district's province."""
    peers = pl.select_peers(table, "320800", report_year=REPORT_YEAR, rule="cities")
    rows = pl.compare_peers(table, "320800", report_year=REPORT_YEAR, indicator=INDICATOR, peers=peers)
    return refine_missing(rows, load_coverage())


def select_years(table: pd.DataFrame) -> pd.DataFrame:
    """Return the growth targets of the nation, the province and the city over the years."""
    rows = pl.trend(table, ["100000", "320000", "320800"], indicator=INDICATOR)
    return refine_missing(rows, load_coverage())


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
            "en": "Targets for economic growth of the nation, Jiangsu and Huai'an over the years.",
            "zh": "全国、江苏省、淮安市历年经济增长目标。",
        },
        details={"indicator": INDICATOR},
    ),
    Drawing(
        "gdp_growth_peers_320800",
        select_cities,
        pl.plot_peers,
        {
            "en": "Targets for economic growth in 2023 of the cities of Jiangsu, Huai'an marked.",
            "zh": "2023年江苏各市经济增长目标，标出淮安市。",
        },
        details={"indicator": INDICATOR, "region_code": "320800"},
    ),
)


def main() -> None:
    """Draw every figure in both languages, and write the gallery into both READMEs."""
    table = pl.load_targets()
    for drawing in DRAWINGS:
        data = drawing.select(table)
        for lang, caption in drawing.captions.items():
            figure = drawing.plot(data, lang=lang, width=drawing.width, **drawing.details)
            saved = pl.save_figure(figure, FOLDER / drawing.name_file(lang), data=data, caption=caption, lang=lang)
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
