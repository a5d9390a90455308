"""Commands that read reports: annotate, dataset, show, explain."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from policylab.cli.terminal import align_columns, count_items, show_progress
from policylab.cli.writers import choose_writer, write_from_parts
from policylab.errors import DataError
from policylab.model import Document, Target
from policylab.project import data_path


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--only", metavar="ID,ID|@FILE", help="Only these reports, such as 320804-2023; or a file with one a line."
)
@click.option("--region", "region_code", metavar="CODE", help="Region of a report that does not say it.")
@click.option("--year", "report_year", type=int, help="Year planned for by a report that does not say it.")
@click.option(
    "--to", "out", metavar="OUT", required=True, type=click.Path(path_type=Path), help="*.jsonl, *.parquet, *.csv"
)
@click.option("--cluster", default="", metavar="ADDRESS", help="Annotate on the workers of this Dask scheduler.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that share the work.")
@click.option("--resume", is_flag=True, help="Keep finished parts in OUT.parts, and go on from them after a stop.")
def annotate(sources: tuple[Path, ...], only: str | None, out: Path, cluster: str, **options: Any) -> None:
    """
    Write the targets of reports to a file.

    SOURCE is a report, a folder of them, or a Parquet file of many. With several processes, as with --resume, finished
    parts lie in OUT.parts until OUT is written: a run that was stopped, in whatever way, goes on with the same command.
    """
    write = choose_writer(out, sources)
    wanted = None if only is None else _read_ids(only)
    from policylab.read.corpus import iter_reports

    tally: Counter[str] = Counter()
    jobs, resume = options.pop("jobs"), options.pop("resume")
    if cluster and (resume or jobs > 1):
        raise click.UsageError("--cluster shares the work itself: leave --jobs and --resume out")
    documents = show_progress(count_items(iter_reports(sources, only=wanted, **options), "reports", tally))
    if resume or jobs > 1:
        _annotate_in_parts(documents, out, jobs, tally)
    else:
        from policylab.annotate.stream import annotate_reports

        targets = chain.from_iterable(annotate_reports(documents, cluster=cluster))
        write(count_items(targets, "targets", tally), out)
    many = "" if tally["reports"] == 1 else "s"
    click.echo(f"{out}: {tally['targets']:,} targets from {tally['reports']:,} report{many}", err=True)


def _annotate_in_parts(documents: Iterable[Document], out: Path, jobs: int, tally: Counter[str]) -> None:
    """Annotate part by part beside the file; the parts go once it is written."""
    from policylab.annotate.parts import write_parts

    folder = out.with_name(f"{out.name}.parts")
    made = list(write_parts(documents, folder, jobs=jobs))
    write_from_parts(made, out, tally)
    for path in (*made, *folder.glob(".*.part")):  # the second are what a kill left behind
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "--to", "out", default="data", show_default=True, type=click.Path(path_type=Path), help="Folder for the tables."
)
def dataset(corpus: Path, out: Path) -> None:
    """Build the tables of facts from CORPUS, a Parquet file of reports."""
    from policylab.analyse.dataset import build_dataset

    click.echo(build_dataset(corpus, out))


@click.command()
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


@click.command()
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
        table = textwrap.indent(align_columns([[clean_text(cell) for cell in row] for row in rows]), "  ")
        rule = f"  rule {target.rule_id}: {found.rule}"
        blocks.append("\n".join([title, "  " + clean_text(" ".join(quote.split())), table, rule]))
    return "\n\n".join(blocks)
