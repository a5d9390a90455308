"""Every exception a user can meet. Each message says what, where, expected, got, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PolicylabError(Exception):
    """Base of all errors that are the input's fault: shown as one line, exit code 2, never a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in a notebook in place of a traceback: the one line."""
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(PolicylabError):
    """A region, indicator, parameter or other name that does not exist."""


class ReadError(PolicylabError):
    """A file that cannot be read as a report."""


class DataError(PolicylabError):
    """A table, sidecar or codebook file that breaks its contract."""


class NotebookError(PolicylabError):
    """A notebook or its parameters that cannot be run as asked."""


class PlanError(PolicylabError):
    """A plan for a batch that cannot be made."""


class ClusterError(PolicylabError):
    """A Dask cluster that cannot be reached, or would give other results than this machine."""


class RunFailedError(PolicylabError):
    """A notebook that was run and failed in one of its cells."""


class FontError(PolicylabError):
    """A character that the figure's font cannot draw."""


def close_matches(name: str, known: Iterable[str], *, limit: int = 3) -> str:
    """
    Return ``"; did you mean 'a' or 'b'?"`` with the nearest known names, or "" where none is near.

    Examples
    --------
    >>> close_matches("gdp_grwth", ["gdp_growth", "cpi_change"])
    "; did you mean 'gdp_growth'?"
    """
    found = difflib.get_close_matches(name, list(known), n=limit, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(item) for item in found)}?" if found else ""
