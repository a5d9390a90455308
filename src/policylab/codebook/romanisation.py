"""The rules for English names of regions, romanisation.csv: kinds of units, nationalities, names and readings."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


@cache
def load_romanisation() -> dict[str, dict[str, list[tuple[str, str]]]]:
    """
    Return the rules by their kind and Chinese word, each as the beginning of the codes that it holds for and its English.

    "region" names a unit whole, "generic" the kind of a unit ({} is its name), "nationality" that of an autonomous unit,
    "name" a name without its kind, "character" a reading in names of places that differs from the usual.

    Examples
    --------
    >>> load_romanisation()["generic"]["县"]
    [('', '{} County')]
    """
    rules: dict[str, dict[str, list[tuple[str, str]]]] = {}
    with (Path(__file__).parent / "romanisation.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = rules.setdefault(row["kind"], {})
            words.setdefault(row["chinese"], []).append((row["within"], row["english"]))
    return rules
