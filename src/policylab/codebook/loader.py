"""Load the codebook: indicators, aliases, units and wording, checked against each other."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from policylab.codebook.folding import fold
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.project import yaml_loader

_EXACT = Context(prec=60)  # more digits than any number a report can hold
_FOLDER = Path(__file__).parent
_SCALES = {"": 1, "十": 10, "百": 100, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7}
_SCALES |= {"亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured thing. ``unit`` is the canonical unit; ``plausible_*`` flag, they never drop."""

    code: str
    name_zh: str
    name_en: str
    concept: str
    measure: str
    unit: str
    direction: str
    headline: bool
    plausible_low: float | None
    plausible_high: float | None
    definition: str
    definition_zh: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that reports use. Several concepts mean a joint name (城乡居民 is urban, then rural)."""

    alias: str
    concepts: tuple[str, ...]
    weak: bool
    example: str
    counterexample: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, and how to turn it into its base unit. ``name_en`` is empty for what only counts (个, 家)."""

    unit: str
    dimension: str
    base_unit: str
    factor: Decimal
    scalable: bool
    not_followed_by: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Codebook:
    """
    Indicators, aliases, units and wording, read from the files of this folder.

    Attributes
    ----------
    indicators : mapping of code to Indicator, in the order of indicators.csv
    aliases : mapping of folded name to Alias
    units : mapping of folded unit to Unit
    wording : mapping of section to its entries in wording.yaml

    Examples
    --------
    >>> load_codebook().indicator("gdp_growth").name_en
    'GDP growth'
    """

    indicators: Mapping[str, Indicator]
    aliases: Mapping[str, Alias]
    units: Mapping[str, Unit]

    def indicator(self, code: str) -> Indicator:
        """Return the indicator with this code; raise UnknownNameError with the nearest codes if there is none."""
        if code not in self.indicators:
            raise UnknownNameError(f"indicator {code!r} is not in the codebook{close_matches(code, self.indicators)}")
        return self.indicators[code]

    @cached_property
    def codes(self) -> Mapping[tuple[str, str], str]:
        """Code by concept and measure, for example ("gdp", "growth")."""
        return {(row.concept, row.measure): row.code for row in self.indicators.values()}

    @cached_property
    def wording(self) -> Mapping[str, Any]:
        """Sections of wording.yaml; read on first use."""
        return _load_wording(_FOLDER / "wording.yaml")

    def convert(self, value: Decimal, unit: str) -> tuple[Decimal, str]:
        """
        Return ``value`` in the base unit of ``unit`` and that unit; exact.

        Examples
        --------
        >>> load_codebook().convert(Decimal("4.35"), "亿元")
        (Decimal('435000000'), '元')
        """
        factor, base_unit = self._factor(unit)
        product = _EXACT.multiply(value, factor)
        whole = product.to_integral_value()
        return (whole if product == whole else product.normalize(_EXACT)), base_unit

    def split(self, unit: str) -> tuple[int, Unit] | None:
        """
        Return the power of ten that a unit as written counts by, and the unit; None for one that the codebook lacks.

        Examples
        --------
        >>> scale, unit = load_codebook().split("亿元")
        >>> scale, unit.name_en
        (100000000, 'yuan')
        """
        found = self._split(fold(unit).replace(" ", ""))
        return (_SCALES[found[0]], found[1]) if found else None

    def dimension(self, unit: str) -> str:
        """Return the dimension of a unit as written ("money" for 亿元), or "count" for an unknown counter."""
        cached = self._dimensions.get(unit)
        if cached is None:
            found = self._split(fold(unit))
            cached = self._dimensions[unit] = found[1].dimension if found else "count"
        return cached

    def _factor(self, unit: str) -> tuple[Decimal, str]:
        """Return the factor to the base unit, and the base unit."""
        cached = self._factors.get(unit)
        if cached is None:
            found = self._split(fold(unit).replace(" ", ""))
            cached = (Decimal(_SCALES[found[0]]) * found[1].factor, found[1].base_unit) if found else (Decimal(1), unit)
            self._factors[unit] = cached
        return cached

    @cached_property
    def _dimensions(self) -> dict[str, str]:
        """Memory of `dimension`."""
        return {}

    @cached_property
    def _factors(self) -> dict[str, tuple[Decimal, str]]:
        """Memory of `_factor`: reports use a few hundred units."""
        return {}

    def _split(self, unit: str) -> tuple[str, Unit] | None:
        """Split 万亿元 into its scale and the unit."""
        if unit in self.units:
            return "", self.units[unit]
        for scale in sorted(_SCALES, key=len, reverse=True):
            rest = unit[len(scale) :]
            if scale and unit.startswith(scale) and rest in self.units and self.units[rest].scalable:
                return scale, self.units[rest]
        return (unit, Unit("", "count", "", Decimal(1), True)) if unit in _SCALES else None


@cache
def load_codebook() -> Codebook:
    """
    Return the codebook of the package, read once.

    Returns
    -------
    Codebook

    Raises
    ------
    DataError
        If a file names an unknown concept, repeats a code or alias, or lacks a column.
    """
    indicators = {row["code"]: _to_indicator(row) for row in _read_csv("indicators.csv")}
    rows = sorted(_read_csv("aliases.csv"), key=lambda row: "[" not in row["alias"])  # a plain row outweighs a template
    aliases: dict[str, Alias] = {}
    for row in rows:
        aliases.update(dict.fromkeys(_expand(fold(row["alias"])), _to_alias(row)))
    units = {fold(row["unit"]): _to_unit(row) for row in _read_csv("units.csv")}
    _check_concepts(indicators, aliases)
    return Codebook(indicators, aliases, units)


def _read_csv(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a codebook file; a repeated key is an error."""
    seen: set[str] = set()
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            key = fold(next(iter(row.values())))
            if key in seen or None in row.values():
                raise DataError(
                    f"codebook/{name} line {number}: {key!r} is repeated or lacks a column; keep one whole row"
                )
            seen.add(key)
            yield row


def _to_indicator(row: dict[str, str]) -> Indicator:
    """Type one row of indicators.csv."""
    low, high = (float(row[name]) if row[name] else None for name in ("plausible_low", "plausible_high"))
    return Indicator(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        concept=row["concept"],
        measure=row["measure"],
        unit=row["unit"],
        direction=row["direction"],
        headline=row["headline"] == "1",
        plausible_low=low,
        plausible_high=high,
        definition=row["definition"],
        definition_zh=row["definition_zh"],
    )


def _to_alias(row: dict[str, str]) -> Alias:
    """Type one row of aliases.csv."""
    return Alias(
        row["alias"], tuple(row["concepts"].split()), row["weak"] == "1", row["example"], row["counterexample"]
    )


def _expand(template: str) -> Iterator[str]:
    """
    Yield the names that a template stands for: [外贸|]进出口[总额|总值] is four names.

    >>> list(_expand("[外贸|]进出口[总额|总值]"))
    ['外贸进出口总额', '外贸进出口总值', '进出口总额', '进出口总值']
    """
    parts = re.split(r"\[([^\]]*)\]", template)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    yield from map("".join, itertools.product(*choices))


def _to_unit(row: dict[str, str]) -> Unit:
    """Type one row of units.csv."""
    return Unit(
        row["unit"],
        row["dimension"],
        row["base_unit"],
        Decimal(row["factor"]),
        row["scalable"] == "1",
        row["not_followed_by"],
        row["name_en"],
    )


def _check_concepts(indicators: Mapping[str, Indicator], aliases: Mapping[str, Alias]) -> None:
    """Refuse an alias whose concept no indicator has."""
    known = {row.concept for row in indicators.values()} | {"-"}
    for alias in aliases.values():
        for concept in alias.concepts:
            if concept.partition(".")[0] not in known:
                raise DataError(f"codebook/aliases.csv: {alias.alias!r} names the unknown concept {concept!r}")


def _load_wording(path: Path) -> Mapping[str, Any]:
    """Read wording.yaml."""
    import yaml

    content: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml_loader())
    return content
