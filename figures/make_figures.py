"""Make the figures of the README from the bundled report and the table of facts: run by make figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import policylab as pl
from policylab.project import data_path

REPORT = "320804-2023"
CAPTIONS = {
    "en": "Targets for economic growth in 2023, from the nation down to Huaiyin District.",
    "zh": "2023年经济增长目标：从全国到淮阴区。",
}
STEMS = {"en": "gdp_growth_chain_320804", "zh": "gdp_growth_chain_320804_zh"}


def main() -> None:
    """Draw the chain of the growth target in both languages."""
    report = pl.load_report(REPORT, data_path("reports"))
    facts = pd.concat([pl.load_targets(), pl.to_table(pl.annotate_report(report))])
    chain = pl.compare_chain(facts, report.region_code, report_year=report.report_year, indicators=["gdp_growth"])
    for lang, stem in STEMS.items():
        figure = pl.plot_chain(chain, lang=lang, width="elsevier-single")
        saved = pl.save_figure(figure, Path(__file__).parent / stem, data=chain, caption=CAPTIONS[lang], lang=lang)
        print(saved.stem)


if __name__ == "__main__":
    main()
