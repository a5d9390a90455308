"""Commands on corpora: corpus add, check, list, export, fetch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policylab.cli.terminal import align_columns, clean_cell, count_items, show_progress
from policylab.errors import DataError, ReadError
from policylab.model import Document

if TYPE_CHECKING:
    from policylab.analyse.intake import Verdict
    from policylab.read.fetch import Fetched

_PATH = click.Path(path_type=Path)
_TO = click.option("--to", "out", metavar="CORPUS", required=True, type=_PATH, help="*.parquet, or a folder.")


@click.group()
def corpus() -> None:
    """Many reports in one place: a Parquet file, or a folder of texts with a sidecar each."""


@corpus.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=_PATH)
@_TO
@click.option("--region", "region_code", metavar="CODE", help="Region of all of them.")
@click.option("--year", "report_year", type=int, help="Year that all of them plan for.")
@click.option("--accept", is_flag=True, help="Take in what contradicts its label too, and note the contradiction.")
def add(paths: tuple[Path, ...], out: Path, region_code: str | None, report_year: int | None, accept: bool) -> None:
    """
    Add reports to CORPUS: files and folders of web pages, Word, PDF, Excel, text and ZIP files.

    Region and plan year are read from title and opening, and compared with the file's name and what you say. What
    contradicts itself, or is there under another name, is held back and told; the exit code is then 1.
    """
    from policylab.analyse.intake import ADDED, Shelf, judge_files
    from policylab.read.labels import check_given
    from policylab.read.store import write_corpus

    check_given(region_code, report_year)
    _check_out(out)
    tally: Counter[str] = Counter()
    shelf = Shelf(show_progress(count_items(_read(out) if _exists(out) else (), "old", tally)))
    verdicts = []
    for verdict in judge_files(paths, shelf, region_code=region_code, report_year=report_year, accept=accept):
        verdicts.append(verdict)
        _tell(verdict)
    new = {
        verdict.document.report_id: verdict.document
        for verdict in verdicts
        if verdict.status == ADDED and verdict.document
    }
    if new:
        old = (document for document in (_read(out) if tally["old"] else ()) if document.report_id not in new)
        write_corpus(chain(old if out.suffix else (), new.values()), out)
    _finish(verdicts, str(out))


@corpus.command()
@click.argument("source", metavar="CORPUS", type=_PATH)
def check(source: Path) -> None:
    """Tell which reports of CORPUS contradict their labels, or are there twice; the exit code is then 1."""
    from policylab.analyse.intake import check_corpus

    tally: Counter[str] = Counter()
    verdicts = []
    for verdict in check_corpus(show_progress(count_items(_read(source), "reports", tally))):
        verdicts.append(verdict)
        _tell(verdict)
    click.echo(f"{source}: {tally['reports']:,} reports, {len(verdicts):,} with remarks", err=True)
    if verdicts:
        click.get_current_context().exit(1)


@corpus.command("list")
@click.argument("source", metavar="CORPUS", type=_PATH)
@click.option("--region", "region_code", metavar="CODE", help="Only this region.")
@click.option("--year", "report_year", type=int, help="Only reports that plan for this year.")
def list_(source: Path, region_code: str | None, report_year: int | None) -> None:
    """List the reports of CORPUS: id, region, level, length, completeness."""
    from policylab.read.store import describe_document

    rows: list[Sequence[str]] = []
    for document in _read(source):
        if region_code in (None, document.region_code) and report_year in (None, document.report_year):
            described = describe_document(document)
            rows = rows or [tuple(described)]
            rows.append([clean_cell(cell) for cell in described.values()])
    if rows:
        click.echo(align_columns(rows))
    click.echo(f"{source}: {max(len(rows) - 1, 0):,} reports", err=True)


@corpus.command()
@click.argument("source", metavar="CORPUS", type=_PATH)
@_TO
def export(source: Path, out: Path) -> None:
    """Write CORPUS as the other form: a Parquet file as a folder, a folder as a Parquet file."""
    from policylab.read.store import write_corpus

    _check_out(out)
    if out.resolve() == source.resolve():
        raise DataError(f"cannot write {out}: it is the corpus itself; choose another name")
    count = write_corpus(show_progress(_read(source)), out)
    click.echo(f"{out}: {count:,} reports", err=True)


@corpus.command()
@click.argument("manifest", type=_PATH)
@_TO
@click.option("--cache", type=_PATH, help="Folder for the files as they are.  [default: CORPUS.files]")
@click.option("--delay", type=click.FloatRange(min=0), default=0.2, show_default=True, help="Seconds between files.")
def fetch(manifest: Path, out: Path, cache: Path | None, delay: float) -> None:
    """
    Fetch the files that MANIFEST names by address and hash, and write their texts to CORPUS.

    What is in the cache with the right hash is not fetched again: after a stop, run the same command. CORPUS is written
    when all files are there.
    """
    from policylab.read.fetch import fetch_files, load_manifest, read_fetched
    from policylab.read.store import write_corpus

    entries = load_manifest(manifest)
    _check_out(out)
    files = cache or out.with_name(f"{out.name}.files")
    found: list[Fetched] = []
    failed = 0
    for fetched in show_progress(fetch_files(entries, files, delay=delay), unit="files", total=len(entries)):
        found.append(fetched)
        if fetched.path is None:
            failed += 1
            click.echo(f"{fetched.entry.report_id}  {clean_cell(fetched.reason)}", err=True)
    if failed:
        raise ReadError(
            f"{failed:,} of {len(entries):,} files could not be fetched; the others are in {files}: run this again"
        )
    count = write_corpus(map(read_fetched, show_progress(found)), out)
    click.echo(f"{out}: {count:,} reports", err=True)


def _check_out(out: Path) -> None:
    """Refuse a name for a corpus that is neither a Parquet file nor a folder."""
    if out.suffix and out.suffix.lower() not in (".parquet", ".pq") and not out.is_dir():
        raise DataError(f"cannot write {out}: expected a name in .parquet, or a folder, got {out.suffix}")


def _exists(out: Path) -> bool:
    """Whether a corpus is there already: a file, or a folder that holds a report."""
    return out.is_file() or (out.is_dir() and any(out.glob("*.txt")))


def _read(source: Path) -> Iterator[Document]:
    """Yield the reports of a corpus."""
    from policylab.read.corpus import iter_reports

    return iter_reports(source)


def _tell(verdict: Verdict) -> None:
    """Print the verdict on a report, one line."""
    report_id = verdict.document.report_id if verdict.document else ""
    words = [clean_cell(word) for word in (verdict.name, "; ".join(verdict.remarks)) if word != report_id]
    click.echo("  ".join([verdict.status.ljust(9), report_id.ljust(11), *words]).rstrip())


def _finish(verdicts: Sequence[Verdict], told: str) -> None:
    """Sum the verdicts up; leave with 1 where not every report came in."""
    counts = Counter(verdict.status for verdict in verdicts)
    click.echo(f"{told}: {', '.join(f'{count:,} {status}' for status, count in sorted(counts.items()))}", err=True)
    if counts["held back"] or counts["refused"]:
        click.get_current_context().exit(1)
