"""The command line: a thin layer over the API. A user's mistake is one line on stderr and exit code 2."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import textwrap
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from policylab.errors import DataError, PolicylabError, close_matches
from policylab.model import TARGET_FIELDS, Document, Target
from policylab.project import check_writable, data_path, open_atomic

if TYPE_CHECKING:
    import pandas as pd

Item = TypeVar("Item")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run the command line and leave with its exit code: 0 done, 2 refused, 130 stopped by Ctrl-C.

    Every `PolicylabError` and every wrong option or command is told in one line that starts with "error:".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows "?" and not a traceback
    try:
        sys.exit(_commands.main(arguments, prog_name="policylab", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except (click.ClickException, PolicylabError) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"error: {' '.join(message.split())}", err=True)
        sys.exit(2)
    except OSError as error:  # the system refuses a file that no room has asked about in its own words
        click.echo(f"error: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        sys.exit(2)


@click.group(name="policylab", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="policylab")
def _commands() -> None:
    """Chinese government work reports as targets that can be cited."""


@_commands.command()
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


@_commands.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--only", metavar="ID,ID|@FILE", help="Only these reports, such as 320804-2023; or a file with one a line."
)
@click.option("--region", "region_code", metavar="CODE", help="Region of a report that does not say it.")
@click.option("--year", "report_year", type=int, help="Year planned for by a report that does not say it.")
@click.option(
    "--to", "out", metavar="OUT", required=True, type=click.Path(path_type=Path), help="*.jsonl, *.parquet, *.csv"
)
def annotate(
    sources: tuple[Path, ...], only: str | None, region_code: str | None, report_year: int | None, out: Path
) -> None:
    """Write the targets of reports to a file: SOURCE is a report, a folder of them, or a Parquet file of many."""
    write = _choose_writer(out, sources)
    wanted = None if only is None else _read_ids(only)
    from policylab.annotate.stream import annotate_reports
    from policylab.read.corpus import iter_reports

    tally: Counter[str] = Counter()
    documents = iter_reports(sources, only=wanted, region_code=region_code, report_year=report_year)
    targets = chain.from_iterable(annotate_reports(_show_progress(_count(documents, "reports", tally))))
    write(_count(targets, "targets", tally), out)
    many = "" if tally["reports"] == 1 else "s"
    click.echo(f"{out}: {tally['targets']:,} targets from {tally['reports']:,} report{many}", err=True)


@_commands.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "--to", "out", default="data", show_default=True, type=click.Path(path_type=Path), help="Folder for the tables."
)
def dataset(corpus: Path, out: Path) -> None:
    """Build the tables of facts from CORPUS, a Parquet file of reports."""
    from policylab.analyse.dataset import build_dataset

    click.echo(build_dataset(corpus, out))


@_commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", "region_code", metavar="CODE", help="Region of a report that does not say it.")
@click.option("--year", "report_year", type=int, help="Year planned for by a report that does not say it.")
def show(file: Path, region_code: str | None, report_year: int | None) -> None:
    """Print the report in FILE with its targets marked: in colours, or in brackets where the output is no terminal."""
    from policylab.annotate.targets import annotate as find_targets
    from policylab.publish.evidence import paint_report
    from policylab.read.files import read_report

    document = read_report(file, region_code=region_code, report_year=report_year)
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    click.echo(paint_report(document, find_targets(document), color=color))


@_commands.command()
@click.argument("report", metavar="REPORT")
@click.argument("indicator", metavar="INDICATOR")
@click.option("--region", "region_code", metavar="CODE", help="Region of a report that does not say it.")
@click.option("--year", "report_year", type=int, help="Year planned for by a report that does not say it.")
def explain(report: str, indicator: str, region_code: str | None, report_year: int | None) -> None:
    """
    Print the evidence for the records of INDICATOR in REPORT: sentence, deciding words, rule.

    REPORT is a file, or the id of a report of the project, such as 320804-2023. INDICATOR is a code of the codebook,
    such as gdp_growth, or "other" for what the codebook does not name.
    """
    from policylab.annotate.targets import annotate as find_targets

    _check_indicator(indicator)
    document = _find_report(report, region_code, report_year)
    targets = find_targets(document)
    chosen = [target for target in targets if target.indicator == indicator]
    click.echo(_show_evidence(document, chosen) if chosen else _tell_absent(document, indicator, targets))


def _choose_writer(out: Path, sources: Sequence[Path]) -> Callable[[Iterable[Target], Path], None]:
    """Return the function that writes this kind of file, once it is clear that it can be written."""
    check_writable(out)
    if out.suffix.lower() not in _WRITERS:
        near = close_matches(out.suffix.lower(), _WRITERS)
        raise DataError(f"cannot write {out}: expected a name ending in {', '.join(_WRITERS)}, got {out.name!r}{near}")
    if out.resolve() in {source.resolve() for source in sources}:
        raise DataError(f"cannot write {out}: it is one of the sources; choose another name")
    return _WRITERS[out.suffix.lower()]


def _write_jsonl(targets: Iterable[Target], out: Path) -> None:
    """Write one JSON object a line; numbers are exact (8.5, never 8.500000001), Chinese stays readable."""
    with open_atomic(out) as file:
        for target in targets:
            cells = ", ".join(f'"{name}": {_to_json(getattr(target, name))}' for name in TARGET_FIELDS)
            file.write(f"{{{cells}}}\n".encode())


def _write_csv(targets: Iterable[Target], out: Path) -> None:
    """Write CSV that Excel opens rightly (utf-8-sig), in which no text can become a formula."""
    with open_atomic(out) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(TARGET_FIELDS)
        rows.writerows([_to_cell(getattr(target, name)) for name in TARGET_FIELDS] for target in targets)
        text.detach()


def _write_parquet(targets: Iterable[Target], out: Path) -> None:
    """Write the tidy table that `load_targets` reads."""
    from policylab.analyse.tables import save_targets, to_table

    save_targets(to_table(targets), out)


_WRITERS: Mapping[str, Callable[[Iterable[Target], Path], None]] = {
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
}
_encode_json = json.JSONEncoder(ensure_ascii=False).encode


def _to_json(value: object) -> str:
    """Write one field as JSON; a Decimal digit by digit, which the json module cannot."""
    return format(value, "f") if isinstance(value, Decimal) else _encode_json(value)


def _to_cell(value: object) -> object:
    """Return what a CSV cell holds: text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _read_ids(only: str) -> list[str]:
    """Return the report ids of --only: given with commas, or one a line in @FILE, where # starts a comment."""
    lines = [only]
    if only.startswith("@"):
        try:
            lines = Path(only[1:]).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "expected UTF-8 text, one report id a line"
            raise DataError(f"--only {only}: cannot read {only[1:]}: {reason}") from error
    found = [part.strip() for line in lines for part in line.partition("#")[0].split(",")]
    if not any(found):
        raise DataError(f"--only {only!r}: expected report ids such as 320804-2023, got none")
    return list(dict.fromkeys(part for part in found if part))


def _count(items: Iterable[Item], name: str, tally: Counter[str]) -> Iterator[Item]:
    """Yield the items and count them."""
    for item in items:
        tally[name] += 1
        yield item


def _show_progress(documents: Iterable[Document]) -> Iterable[Document]:
    """Show a bar on stderr while the documents go by, in a terminal only."""
    if not sys.stderr.isatty():
        return documents
    from tqdm import tqdm

    bar: Iterable[Document] = tqdm(documents, unit=" reports", file=sys.stderr, leave=False)
    return bar


def _check_indicator(indicator: str) -> None:
    """Refuse an indicator that no record can have."""
    from policylab.codebook import load_codebook

    if indicator != "other":
        load_codebook().indicator(indicator)


def _find_report(report: str, region_code: str | None, report_year: int | None) -> Document:
    """Return the report in a file, or the project's report with this id."""
    from policylab.read.corpus import iter_reports
    from policylab.read.files import read_report

    path = Path(report)
    if path.exists() or not re.fullmatch("[0-9]{6}-[0-9]{4}", report):
        return read_report(path, region_code=region_code, report_year=report_year)
    reports = data_path("reports")
    return next(iter_reports(reports, only=[report], region_code=region_code, report_year=report_year))


def _tell_absent(document: Document, indicator: str, targets: Sequence[Target]) -> str:
    """Say that a report has no record of an indicator, and which it has."""
    counts = Counter(target.indicator for target in targets)
    known = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    return f"{document.report_id} has no record of {indicator}; it has {known or 'none at all'}"


def _show_evidence(document: Document, targets: Sequence[Target]) -> str:
    """Lay out the evidence for records: the sentence with the quote in brackets, a row for each field, the rule."""
    from policylab.annotate.evidence import explain_targets
    from policylab.publish.evidence import clean_text

    blocks = []
    for number, found in enumerate(explain_targets(document, targets), start=1):
        target, (start, end) = found.target, found.sentence
        first, last = target.start or 0, target.end or 0
        quote = f"{document.text[start:first]}[{document.text[first:last]}]{document.text[last:end]}"
        rows = [("field", "value", "words", "characters")]
        for row in found.words:
            words = document.text[row.start : row.end] or f"({row.note})"
            rows.append(
                (row.field, row.value, " ".join(words.split()), f"{row.start}-{row.end}" * bool(row.end > row.start))
            )
        title = f"{document.report_id} {target.indicator} {number} of {len(targets)}, characters {first}-{last}"
        table = textwrap.indent(_align([[clean_text(cell) for cell in row] for row in rows]), "  ")
        rule = f"  rule {target.rule_id}: {found.rule}"
        blocks.append("\n".join([title, "  " + clean_text(" ".join(quote.split())), table, rule]))
    return "\n\n".join(blocks)


def _show_headline(headline: pd.DataFrame, lang: str) -> str:
    """Lay the headline targets out as a table: what, as written, where in the text."""
    from policylab.publish.words import name_indicator

    rows = [("indicator", "as written", "characters")]
    for row in headline.to_dict("records"):
        name = row["item"] if row["indicator"] == "other" else name_indicator(row["indicator"], lang)
        rows.append((name, row["as_written"], f"{row['start']}-{row['end']}"))
    return _align(rows)


def _align(rows: Sequence[Sequence[str]]) -> str:
    """
    Pad columns so that they stand below each other in a terminal, where a Chinese character is two wide.

    >>> print(_align([("项目", "值"), ("GDP", "8%")]))
    项目  值
    GDP   8%
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


if __name__ == "__main__":
    main()
