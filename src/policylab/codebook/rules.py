"""What each rule of extraction means, as data: the rule_id of a record leads to a sentence that explains it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Rule(NamedTuple):
    """A rule: the sentence that explains it in English and in Chinese, a main target that it reads, and one that it does not."""

    rule_id: str
    explanation: str
    explanation_zh: str
    example: str
    counterexample: str


@cache
def load_rules() -> Mapping[str, Rule]:
    """
    Return the rules of rules.csv by their rule_id.

    Examples
    --------
    >>> load_rules()["link.apart"].explanation
    'The values after 分别 or 各 are given in order to the names listed before it.'
    """
    with (Path(__file__).parent / "rules.csv").open(encoding="utf-8", newline="") as file:
        rules = [Rule(**row) for row in csv.DictReader(file)]
    return {rule.rule_id: rule for rule in rules}
