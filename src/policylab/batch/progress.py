"""How far a batch is: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_LINES = 10  # in a log, at most, beside the last
_QUIET_S = 10


class Progress:
    """A bar with rate and time left on stderr in a terminal; elsewhere at most a line for each tenth, not more than one in ten seconds."""

    def __init__(self, total: int) -> None:
        from tqdm import tqdm

        self._total, self._made, self._failed = total, 0, 0
        self._is_seen = sys.stderr.isatty()
        self._told_at, self._told = time.monotonic(), 0
        self._bar: Any = tqdm(total=total, unit=" reports", file=sys.stderr, leave=False, disable=not self._is_seen)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def count(self, entry: Mapping[str, Any]) -> None:
        """Count one run that is over; one that failed is told at once."""
        if entry["status"] == "made":
            self._made += 1
        else:
            self._failed += 1
            self._say(f"{entry['name']} failed: {entry['error']}")
        if self._failed:
            self._bar.set_postfix_str(f"{self._failed} failed")
        self._bar.update()
        over = self._made + self._failed
        is_due = over * _LINES // self._total > self._told * _LINES // self._total
        if not self._is_seen and is_due and time.monotonic() - self._told_at > _QUIET_S and over < self._total:
            self._say(f"{over} of {self._total} reports" + (f", {self._failed} failed" if self._failed else ""))
            self._told_at, self._told = time.monotonic(), over

    def _say(self, words: str) -> None:
        """Write a line without disturbing the bar."""
        self._bar.write(words, file=sys.stderr)
