"""A plan for a batch from a YAML file; what is wrong in it is told with its line."""

from __future__ import annotations

from pathlib import Path

from policylab.publish.plan import Plan


def load_plan(path: str | Path) -> Plan:
    """
    Return the plan that a YAML file describes; its paths are understood from its own folder.

    Its entries: ``regions``, ``year`` (one or a list), ``notebook``, ``set`` (parameters by name), ``format``, ``jobs``,
    ``cluster``, ``out``, ``retries``, ``timeout``; ``runs``, a list of parameters by name, in place of regions and year.

    Raises
    ------
    PlanError
        If the file cannot be read, is not YAML, or has an unknown, doubled or mistyped entry; the message names the line.
    """
    raise NotImplementedError(path)
