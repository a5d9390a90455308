"""Targets to a file, a row at a time: JSON Lines, CSV or Parquet by the name's ending."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from policylab.annotate.lines import from_line, to_line
from policylab.errors import DataError, close_matches
from policylab.model import TARGET_FIELDS, Target
from policylab.project import check_writable, open_atomic
from policylab.publish.cells import guard_cell


def choose_writer(out: Path, sources: Sequence[Path]) -> Callable[[Iterable[Target], Path], None]:
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
        file.writelines(map(to_line, targets))


def write_from_parts(parts: Iterable[Path], out: Path, tally: Counter[str]) -> None:
    """Write the targets of parts (`policylab.annotate.parts`) to a file of any kind; JSON Lines are copied as they are."""
    if out.suffix.lower() != ".jsonl":
        _WRITERS[out.suffix.lower()](_read_parts(parts, tally), out)
        return
    with open_atomic(out) as file:
        for path in parts:
            content = path.read_bytes()
            tally["targets"] += content.count(b"\n")
            file.write(content)


def _read_parts(parts: Iterable[Path], tally: Counter[str]) -> Iterator[Target]:
    """Yield the targets of parts and count them."""
    for path in parts:
        with path.open("rb") as file:
            for line in file:
                tally["targets"] += 1
                yield from_line(line)


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


def _to_cell(value: object) -> object:
    """Return what a CSV cell holds: a Decimal digit by digit, text that no spreadsheet would run as a formula."""
    return format(value, "f") if isinstance(value, Decimal) else guard_cell(value)
