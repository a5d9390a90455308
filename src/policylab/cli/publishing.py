"""Commands that publish: report, compare."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policylab.analyse.values import ENDS
from policylab.cli.terminal import align_columns
from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from policylab.publish.comparison import Comparison


_PEERS_HELP = "Who is compared: known, city, cities, province, level, development:INDICATOR[:K], nearest:A+B[:K] or codes:CODE,CODE."


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
    from policylab.batch.reports import run_report

    result = run_report(found.region_code, report_year=report_year, lang=lang, out=out)
    click.echo(_show_headline(result.headline, lang))
    for path in (result.html, result.notebook, *result.figures):
        click.echo(path)
    click.echo(f"Done in {time.monotonic() - started:.1f} s.", err=True)


@click.command()
@click.argument("region")
@click.option("--year", "report_year", type=int, required=True, help="The year that the targets are for.")
@click.option("--peers", "rule", metavar="RULE", help=_PEERS_HELP)
@click.option("--indicators", metavar="CODE,CODE", help="Codes of the codebook.  [default: those a superior shares]")
@click.option("--end", type=click.Choice(ENDS), default="low", show_default=True, help="Which end of a range counts.")
@click.option("--table", "which", type=click.Choice(["chain", "peers"]), help="[default: peers where --peers is given]")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of labels.")
@click.option(
    "--to", "out", required=True, type=click.Path(path_type=Path), help="*.csv, *.xlsx, *.dta, *.tex or *.docx"
)
def compare(  # noqa: PLR0913, one parameter for each option
    region: str,
    report_year: int,
    rule: str | None,
    indicators: str | None,
    end: str,
    which: str | None,
    lang: str,
    out: Path,
) -> None:
    """
    Write the targets of REGION, a code or a name, beside those of its superiors or its peers.

    Word and LaTeX get a table for a paper; CSV and Stata one row a value; Excel both comparisons and their sources.
    """
    from policylab.analyse.tables import load_targets
    from policylab.publish.comparison import compare_region, save_comparison
    from policylab.publish.export import check_suffix

    check_suffix(out)
    codes = None if indicators is None else _split_codes(indicators)
    comparison = compare_region(load_targets(), region, report_year=report_year, rule=rule, indicators=codes, end=end)
    which = which or ("peers" if rule else "chain")
    save_comparison(comparison, out, which=which, lang=lang)
    click.echo(f"{out}: {_count_compared(comparison, which, out)}", err=True)


def _split_codes(indicators: str) -> list[str]:
    """Return the codes of --indicators, each once."""
    codes = [code.strip() for code in indicators.split(",") if code.strip()]
    if not codes:
        raise DataError(f"--indicators {indicators!r}: expected codes such as gdp_growth,cpi_change, got none")
    return list(dict.fromkeys(codes))


def _count_compared(comparison: Comparison, which: str, out: Path) -> str:
    """Say how many values and regions the file compares."""
    both = [comparison.chain, comparison.peers]
    shown = both if out.suffix.lower() == ".xlsx" else [both[which == "peers"]]
    numbers = sum(int(rows["low"].notna().sum()) for rows in shown)
    regions = len(set().union(*(rows["region_code"] for rows in shown)))
    indicators = shown[0]["indicator"].nunique()
    counts = [(numbers, "number"), (regions, "region"), (indicators, "indicator")]
    said = [f"{count:,} {name}{'s' * (count != 1)}" for count, name in counts]
    return f"{said[0]} of {said[1]}, {said[2]}"


def _show_headline(headline: pd.DataFrame, lang: str) -> str:
    """Lay the headline targets out as a table: what, as written, where in the text."""
    from policylab.publish.words import name_indicator

    rows = [("indicator", "as written", "characters")]
    for row in headline.to_dict("records"):
        name = row["item"] if row["indicator"] == "other" else name_indicator(row["indicator"], lang)
        rows.append((name, row["as_written"], f"{row['start']}-{row['end']}"))
    return align_columns(rows)
