"""Commands that publish: report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policylab.cli.terminal import align_columns

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@click.argument("region")
@click.option("--year", "report_year", type=int, required=True, help="The year that the work report plans for.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of labels.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files.  [default: reports]")
def report(region: str, report_year: int, lang: str, out: Path | None) -> None:
    """
    Make the report of REGION, a code or a name: 320804 or 淮阴区.

    Leaves one self-contained HTML file, the executed notebook, and the figures as PDF, SVG and PNG.
    """
    from policylab.read.regions import find_region

    found = find_region(region, report_year=report_year)
    click.echo(f"Making the report of {found.name} ({found.region_code}) for {report_year} …", err=True)
    started = time.monotonic()
    from policylab.publish.batch import run_report

    result = run_report(found.region_code, report_year=report_year, lang=lang, out=out)
    click.echo(_show_headline(result.headline, lang))
    for path in (result.html, result.notebook, *result.figures):
        click.echo(path)
    click.echo(f"Done in {time.monotonic() - started:.1f} s.", err=True)


def _show_headline(headline: pd.DataFrame, lang: str) -> str:
    """Lay the headline targets out as a table: what, as written, where in the text."""
    from policylab.publish.words import name_indicator

    rows = [("indicator", "as written", "characters")]
    for row in headline.to_dict("records"):
        name = row["item"] if row["indicator"] == "other" else name_indicator(row["indicator"], lang)
        rows.append((name, row["as_written"], f"{row['start']}-{row['end']}"))
    return align_columns(rows)
