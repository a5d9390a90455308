"""Figures on disk: PDF, SVG and PNG, and beside them their data and what is known about them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab import __version__
from policylab.project import write_atomic
from policylab.publish.cells import render_csv
from policylab.publish.panel_words import describe_panel, list_panel_sources
from policylab.publish.sheet import render_figure
from policylab.publish.words import describe_rows, list_sources

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_PIXELS_PER_INCH = 96  # of a page; a PNG has more, for print and sharp screens


@dataclass(frozen=True, slots=True)
class SavedFigure:
    """A figure on disk: ``stem`` with .pdf, .svg, .png, .csv and .json; ``width_px`` is its width on a page."""

    stem: Path
    caption: str
    alt: str
    width_px: int

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the PNG in a notebook, with its alternative text."""
        png = self.stem.with_name(f"{self.stem.name}.png").read_bytes()
        data = {"image/png": base64.b64encode(png).decode("ascii"), "text/plain": self.caption}
        return data, {"image/png": {"alt": self.alt, "width": self.width_px}}


def save_figure(
    fig: Figure,
    stem: str | Path,
    *,
    data: pd.DataFrame,
    caption: str = "",
    lang: str = "zh",
    panel: str | Path | None = None,
) -> SavedFigure:
    """
    Write a figure as PDF, SVG and PNG, and beside it its data as CSV and what is known about it as JSON.

    The same figure gives the same bytes every time: no dates, no random ids. Each file appears whole or not at all.
    The PDF embeds TrueType and keeps text as text; so does the SVG, which carries the characters that it shows.

    Parameters
    ----------
    fig : Figure
        As returned by `plot_chain`, `plot_peers` and the other charts; it stays as it is.
    stem : str or Path
        Path without suffix; its folder is made where needed.
    data : DataFrame
        The table that was drawn; alternative text and sources are computed from it. Where its rows name no source, as
        those of means and shares, the sources say how many observations of which years stand behind it.
    caption : str, optional
        One sentence for the text of a paper; by default the figure's own title, which is its label.
    lang : "zh" or "en"
        For the alternative text.
    panel : str or Path, optional
        The file of facts that such a table was computed from (``data/targets.parquet``); its name and hash go into the
        sources.

    Returns
    -------
    SavedFigure
        Shows the PNG where it is the last expression of a notebook cell.

    Raises
    ------
    FontError
        If the font lacks a character; nothing is written then.
    DataError
        If the files cannot be written, or the panel cannot be read.
    """
    stem, caption = Path(stem), caption or str(fig.get_label())
    has_sources = {"source_kind", "low", "region_name", "indicator", "report_year"} <= set(data.columns)
    alt = (describe_rows if has_sources else describe_panel)(data, caption, lang)
    sources = list_sources(data) if has_sources else list_panel_sources(data, panel)
    card = {"caption": caption, "alt": alt, "sources": sources, "library": f"policylab {__version__}"}
    files = {
        **render_figure(fig),
        "csv": render_csv(data),
        "json": (json.dumps(card, ensure_ascii=False, indent=1) + "\n").encode(),
    }
    stem.parent.mkdir(parents=True, exist_ok=True)
    for suffix, content in files.items():
        write_atomic(stem.with_name(f"{stem.name}.{suffix}"), content)
    return SavedFigure(stem, caption, alt, round(fig.get_figwidth() * _PIXELS_PER_INCH))
