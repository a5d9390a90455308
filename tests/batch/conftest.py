"""Notebooks to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PARAMETERS = 'region_code: str = "320804"  # code\nreport_year = 2023\nlang = "zh"\nfigures_dir = "figures"'


@pytest.fixture(scope="session")
def write_notebook() -> Callable[..., Path]:
    """The function that writes a notebook with a parameters cell."""
    return _write_notebook


def _write_notebook(
    path: Path, *cells: str, parameters: str = PARAMETERS, tags: int = 1, kernel: str = "python3"
) -> Path:
    """Write a notebook with a parameters cell, tagged so many times, and other cells."""
    tagged = [_cell(parameters, "parameters") for _ in range(tags)] or [_cell(parameters)]
    content = {
        "cells": [*tagged, *(_cell(source) for source in cells)],
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": "Python 3", "language": "python"} if kernel else {}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"cell-{number}"
    path.write_text(json.dumps(content), "utf-8")
    return path


def _cell(source: str, *tags: str) -> dict[str, Any]:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": [*tags]},
        "outputs": [],
        "source": source,
    }
