"""Commands for many reports: batch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from policylab.batch.plan import Plan
    from policylab.batch.reports import BatchResult

_SHOWN = 10  # failures told at the end


@click.command()
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option("--regions", help="Codes or names; @FILE; level:city, in:320000 (both: cities in it); all.")
@click.option("--year", "report_years", type=int, multiple=True, help="The year that the work reports plan for.")
@click.option(
    "--notebook",
    help="Any notebook with a parameters cell; files beside it that its cells name come along.  [default: district_report]",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another parameter of the notebook.")
@click.option("--corpus", type=click.Path(path_type=Path), help="Texts of reports: sets the parameter corpus.")
@click.option("--format", "formats", help="html, docx, pdf, with commas between.  [default: html]")
@click.option("--jobs", type=int, help="Runs at a time.  [default: the number of processors]")
@click.option("--cluster", metavar="ADDRESS", help="Run on the workers of this Dask scheduler, tcp://host:8786.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files.  [default: reports]")
@click.option("--retries", type=int, help="How often a run that failed is tried again.  [default: 1]")
@click.option("--timeout", type=float, help="Seconds that a run may take.  [default: 600]")
@click.option("--force", is_flag=True, help="Make also what is up to date.")
def batch(plan_file: Path | None, force: bool, **options: Any) -> None:
    """
    Make the reports of many regions, or those of PLAN_FILE (YAML); options go before what the plan says.

    What is up to date is skipped; what a crash has cut off is made by the next call. Exit code 0: all are made; 1: some
    failed; 2: refused before anything ran, or the folder can no longer be written; 130: stopped by Ctrl-C.
    """
    from policylab.batch.reports import run_batch

    result = run_batch(_build_plan(plan_file, options), force=force)
    for line in _tell(result):
        click.echo(line)
    sys.exit(130 if result.stopped else 1 if result.failed else 0)


def _build_plan(plan_file: Path | None, options: dict[str, Any]) -> Plan:
    """Return the plan of the file with the options in place of its own."""
    from dataclasses import replace

    from policylab.batch.plan import Plan, find_notebook
    from policylab.batch.plan_file import load_plan

    plan = load_plan(plan_file) if plan_file else Plan()
    names = ("regions", "report_years", "notebook", "jobs", "cluster", "out", "retries", "timeout")
    given = {name: options[name] for name in names if options[name] not in (None, ())}
    if options["formats"] is not None:
        given["formats"] = tuple(filter(None, map(str.strip, options["formats"].split(","))))
    plan = replace(plan, **given)
    settings = [*options["settings"], *([f"corpus={options['corpus'].resolve()}"] if options["corpus"] else [])]
    return replace(plan, parameters={**plan.parameters, **_parse_settings(find_notebook(plan), settings)})


def _parse_settings(notebook: Path, settings: list[str]) -> dict[str, object]:
    """Return the values of NAME=VALUE, by the types that the notebook's parameters have."""
    from policylab.batch.parameters import find_parameter, parse_value, read_parameters

    known = read_parameters(notebook) if settings else {}
    values: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"expected NAME=VALUE, got {setting!r}", param_hint="--set")
        if name in values:
            raise click.BadParameter(f"{name!r} is set twice; leave one out", param_hint="--set")
        values[name] = parse_value(notebook, find_parameter(notebook, name, known), text)
    return values


def _tell(result: BatchResult) -> Iterator[str]:
    """Yield the summary of a batch."""
    over = [result.entries[name] for name in result.run if name in result.entries]
    made = sum(entry["status"] == "made" for entry in over)
    skipped = len(result.entries) - len(over)
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(result.reasons.items()))
    told = f"{made} made, {len(over) - made} failed" + (f" ({why})" if why else "")
    left = f", {len(result.run) - len(over)} not reached" if result.stopped else ""
    yield f"{told}{left}, {skipped} up to date, {result.seconds:.1f} s."
    for words, count in sorted(result.notes.items()):
        yield f"note: {words}" + (f" ({count} times)" if count > 1 else "")
    failed = result.failed
    for name in failed[:_SHOWN]:
        yield f"failed: {name}: {result.entries[name]['error']}"
    if failed:
        more = f" and {len(failed) - _SHOWN} more; all" if len(failed) > _SHOWN else "all"
        yield f"{more} with their errors, and notebooks as far as they got, in {result.folder / '_failed'}"
    if result.stopped:
        yield "stopped; the same command goes on from here"
