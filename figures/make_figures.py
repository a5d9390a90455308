"""Make the figures of the README from the table of facts: run by make figures."""

from __future__ import annotations

from pathlib import Path

import policylab as pl

REGION_CODE, REPORT_YEAR = "320804", 2023
CAPTIONS = {
    "en": "Targets for economic growth in 2023, from the nation down to Huaiyin District.",
    "zh": "2023年经济增长目标：从全国到淮阴区。",
}
STEMS = {"en": "gdp_growth_chain_320804", "zh": "gdp_growth_chain_320804_zh"}


def main() -> None:
    """Draw the chain of the growth target in both languages."""
    chain = pl.compare_chain(pl.load_targets(), REGION_CODE, report_year=REPORT_YEAR, indicators=["gdp_growth"])
    for lang, stem in STEMS.items():
        figure = pl.plot_chain(chain, lang=lang, width="elsevier-single")
        saved = pl.save_figure(figure, Path(__file__).parent / stem, data=chain, caption=CAPTIONS[lang], lang=lang)
        print(saved.stem)


if __name__ == "__main__":
    main()
