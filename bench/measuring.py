"""What the parts of the bench share: texts to measure on, goals, fresh processes, memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
SEED = HERE.parent / "data" / "reports" / "320804-2023.txt"
REPEATS = 300  # how often the bundled report is read where no corpus is given

Documents = Iterator[Any]
Figures = dict[str, Any]
Measure = Callable[[Path | None, int], Figures]


class Part(NamedTuple):
    """A part of the bench: what measures it, given the corpus and the step, and what sets goals beside its figures."""

    measure: Measure
    judge: Callable[[Figures], list[Figures]]


def set_goal(what: str, measured: float, sign: str, goal: float) -> Figures:
    """
    Return a goal with what was measured; the sign is ">=" or "<=".

    >>> set_goal("import policylab, seconds", 0.025, "<=", 0.1)
    {'what': 'import policylab, seconds', 'measured': 0.025, 'asked': '<= 0.1', 'met': True}
    """
    met = measured >= goal if sign == ">=" else measured <= goal
    return {"what": what, "measured": measured, "asked": f"{sign} {goal:g}", "met": met}


def read_texts(corpus: Path | None, step: int) -> Documents:
    """Yield every step-th report of the corpus, or the bundled one again and again."""
    from policylab.read.corpus import iter_reports

    if corpus is not None:
        yield from islice(iter_reports(corpus), 0, None, step)
        return
    seed = next(iter_reports(SEED))
    yield from (seed for _ in range(REPEATS))


def run_fresh(measure: Measure, corpus: Path | None, step: int) -> Figures:
    """Return what a function of the bench measures in a fresh process, which no other part has warmed or filled."""
    code = (
        f"import json, pathlib, sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"from {measure.__module__} import {measure.__name__} as measure\n"
        f"corpus = {None if corpus is None else str(corpus.resolve())!r}\n"
        f"print(json.dumps(measure(pathlib.Path(corpus) if corpus else None, {step})))"
    )
    figures: Figures = json.loads(run([sys.executable, "-c", code]))
    return figures


def run(command: list[str]) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes."""
    return to_mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def to_mb(peak: int) -> float:
    """Return a peak that the system gives (kilobytes; bytes on a Mac) in megabytes."""
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
