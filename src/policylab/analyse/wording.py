"""How targets are put: shares of 左右, 以上, ranges and points, of 确保 and 力争, of stretch clauses, and of none set.

The codebook sorts the words when a report is read; ``readings.yaml``, which a user may copy and edit, holds other ways to
sort them, and `compare_readings` shows how far the shares hang on the choice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.analyse.intervals import share_interval
from policylab.analyse.numbers import check_columns, describe_regions
from policylab.analyse.values import MISLABELLED, pick_values
from policylab.codebook import load_codebook
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.project import yaml_loader

if TYPE_CHECKING:
    import pandas as pd

ASPECTS: Mapping[str, tuple[str, ...]] = {
    "form": ("number", "words"),
    "bound": ("exact", "about", "at_least", "at_most", "range"),
    "modality": ("plain", "strive", "ensure"),
    "stretch": ("stretch", "no_stretch"),
    "setting": ("found", "absent", "not_set"),
}
_ROWS = ("headline", "all")
_SHIPPED = Path(__file__).with_name("readings.yaml")
_COLUMNS = "region_code region_name level province report_year indicator form bound modality stretch as_written"
_COLUMNS += " reading report_id source_kind"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to sort wording: which rows, which codes count as another, and patterns that go before."""

    name: str
    note: str
    rows: str
    bound: Mapping[str, str]
    words: tuple[tuple[str, str, str], ...]  # aspect, code, pattern


def load_readings(path: str | Path | None = None) -> dict[str, Reading]:
    """
    Return the readings of a YAML file by name, "codebook" among them; without a path those that are shipped.

    Raises
    ------
    DataError
        Where the file cannot be read or an entry breaks the form that the head of ``readings.yaml`` describes.

    Examples
    --------
    >>> list(load_readings())[:3]
    ['codebook', 'all_targets', 'about_as_point']
    """
    import yaml

    where = Path(path) if path is not None else _SHIPPED
    try:
        entries = yaml.load(where.read_text("utf-8"), Loader=yaml_loader())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"cannot read the readings in {where.name}: {' '.join(str(error).split())}") from error
    if not isinstance(entries, dict) or "codebook" not in entries:
        raise DataError(
            f"{where.name}: expected readings by name, 'codebook' among them; copy the file that is shipped"
        )
    return {str(name): _to_reading(str(name), entry, where.name) for name, entry in entries.items()}


def classify_wording(
    table: pd.DataFrame,
    *,
    indicators: Collection[str] | None = None,
    reading: str = "codebook",
    lexicon: str | Path | None = None,
) -> pd.DataFrame:
    """
    Return one row per target with how it is put, by one reading.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    indicators : collection of str, optional
        Codes of the codebook; all by default.
    reading : str
        A name in the lexicon; recorded in ``reading``.
    lexicon : path, optional
        A YAML file of readings; by default the one that is shipped.

    Returns
    -------
    DataFrame
        ``form`` ("number" or "words"), ``bound`` ("" for words), ``modality``, ``stretch`` ("stretch" or "no_stretch"),
        with region, level, province and report year.

    Raises
    ------
    UnknownNameError
        Where the lexicon has no such reading or an indicator is unknown.
    DataError
        As `load_readings`.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(classify_wording(to_table([])))
    0
    """
    readings = load_readings(lexicon)
    if reading not in readings:
        raise UnknownNameError(
            f"no reading {reading!r}: there are {', '.join(readings)}{close_matches(reading, readings)}"
        )
    chosen = readings[reading]
    return _apply(describe_regions(_choose_rows(table, chosen.rows, indicators)), chosen)


def share_wording(words: pd.DataFrame, *, by: Sequence[str] = ("level", "report_year")) -> pd.DataFrame:
    """
    Return one row per group, aspect and wording: how many targets are put so, of how many, with the share.

    Parameters
    ----------
    words : DataFrame of `classify_wording`
        Not modified.
    by : sequence of str
        Columns to group by, for example "level", "province", "report_year", "indicator".

    Returns
    -------
    DataFrame
        ``aspect`` and ``wording`` as in `ASPECTS`; ``n`` of ``total`` targets (of those with a number for "bound", of all
        else); ``share``, ``ci_low`` and ``ci_high`` (Wilson, 95%) in per cent; ``n_reports`` of the group; ``reading``.

    Raises
    ------
    DataError
        Where a column to group by does not exist.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(share_wording(classify_wording(to_table([]))))
    0
    """
    check_columns(words, by)
    aspects = [name for name in ASPECTS if name != "setting"]
    return _count_shares(words, by, aspects).assign(reading=", ".join(sorted(words["reading"].unique())))


def share_settings(
    coverage: pd.DataFrame, indicators: Collection[str], *, by: Sequence[str] = ("level", "report_year")
) -> pd.DataFrame:
    """
    Return the shape of `share_wording` for whether reports set a target: found, absent, or expressly not set.

    Reports without a block of main targets and excerpts are left out, since what they lack may stand elsewhere.

    Parameters
    ----------
    coverage : DataFrame of `policylab.analyse.coverage.load_coverage`
        Not modified.
    indicators : collection of str
        Headline indicators.

    Raises
    ------
    DataError
        Where a column to group by does not exist.
    UnknownNameError
        Where an indicator is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"region_code": ["100000"], "report_year": [2020], "indicator": ["gdp_growth"], "status": ["not_set"]}
    >>> shares = share_settings(pd.DataFrame(rows).assign(report_id="100000-2020"), ["gdp_growth"])
    >>> shares[["wording", "n", "total"]].values.tolist()
    [['found', 0, 1], ['absent', 0, 1], ['not_set', 1, 1]]
    """
    for code in indicators:
        load_codebook().indicator(code)
    rows = coverage[coverage["indicator"].isin(list(indicators)) & coverage["status"].isin(ASPECTS["setting"])]
    rows = describe_regions(rows).assign(setting=rows["status"])
    check_columns(rows, by)
    return _count_shares(rows, by, ["setting"]).assign(reading="coverage")


def compare_readings(
    table: pd.DataFrame,
    *,
    indicators: Collection[str] | None = None,
    by: Sequence[str] = ("level",),
    lexicon: str | Path | None = None,
) -> pd.DataFrame:
    """
    Return the shares of `share_wording` under every reading, with how far each lies from the codebook's.

    Parameters
    ----------
    table, indicators, lexicon
        As in `classify_wording`.
    by : sequence of str
        Columns to group by.

    Returns
    -------
    DataFrame
        As `share_wording`, one block of rows per reading, and: ``codebook_share``, ``change`` in percentage points, and
        the reading's ``note``.

    Raises
    ------
    DataError, UnknownNameError
        As `classify_wording` and `share_wording`.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(compare_readings(to_table([])))
    0
    """
    import pandas as pd

    readings = load_readings(lexicon)
    rows = {kind: describe_regions(_choose_rows(table, kind, indicators)) for kind in _ROWS}
    parts = [
        share_wording(_apply(rows[reading.rows], reading), by=by).assign(reading=name, note=reading.note)
        for name, reading in readings.items()
    ]
    key = [*by, "aspect", "wording"]
    found = pd.concat(parts, ignore_index=True)
    base = found.loc[found["reading"].eq("codebook"), [*key, "share"]].rename(columns={"share": "codebook_share"})
    found = found.merge(base, on=key, how="left")
    return found.assign(change=(found["share"] - found["codebook_share"]).round(6))


def _to_reading(name: str, entry: Any, where: str) -> Reading:
    """Check one entry of the lexicon."""
    expected = "note, rows, and where wanted bound and words"
    if not isinstance(entry, dict) or not {"note", "rows"} <= entry.keys() <= {"note", "rows", "bound", "words"}:
        raise DataError(f"{where}, {name}: expected {expected}, got {str(entry)[:120]}")
    bound, words = entry.get("bound") or {}, entry.get("words") or []
    wrong = [code for pair in bound.items() for code in pair if code not in ASPECTS["bound"]]
    if entry["rows"] not in _ROWS or wrong:
        raise DataError(
            f"{where}, {name}: expected rows 'headline' or 'all' and bounds of {', '.join(ASPECTS['bound'])}"
        )
    return Reading(name, str(entry["note"]), entry["rows"], bound, tuple(_to_word(item, name, where) for item in words))


def _to_word(item: Any, name: str, where: str) -> tuple[str, str, str]:
    """Check one pattern of a reading, its example and its counterexample."""
    try:
        aspect, code, pattern = item["aspect"], item["code"], re.compile(item["pattern"])
        found = [bool(pattern.search(item[field])) for field in ("example", "counterexample")]
    except (KeyError, TypeError, re.error) as error:
        form = "aspect, code, pattern, example and counterexample"
        raise DataError(f"{where}, {name}: expected words with {form}, got {str(item)[:120]} ({error})") from error
    if aspect not in ("bound", "modality") or code not in ASPECTS[aspect]:
        raise DataError(f"{where}, {name}: no code {code!r} of {aspect!r}; see the head of readings.yaml")
    if found != [True, False]:
        raise DataError(f"{where}, {name}: {item['pattern']!r} must be found in the example and not in the other")
    return aspect, code, item["pattern"]


def _choose_rows(table: pd.DataFrame, kind: str, indicators: Collection[str] | None) -> pd.DataFrame:
    """Return the targets that a reading counts: one per region, year and indicator of the headline block, or all."""
    if kind == "headline":
        return pick_values(table[table["headline"]], indicators=indicators)
    for code in indicators or ():
        load_codebook().indicator(code)
    kept = table["kind"].eq("target") & table["status"].ne("rejected") & ~table["flag"].str.startswith(MISLABELLED)
    kept &= table["period"].eq(table["report_year"].astype("str"))
    if indicators is not None:
        kept &= table["indicator"].isin(list(indicators))
    return table[kept].reset_index(drop=True)


def _apply(rows: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Sort targets by a reading."""
    import numpy as np

    sorted_by = {"bound": rows["bound"].replace(dict(reading.bound)), "modality": rows["modality"]}
    for aspect, code, pattern in reversed(reading.words):  # the first that is found is written last
        sorted_by[aspect] = sorted_by[aspect].mask(rows["as_written"].str.contains(pattern), code)
    has_number = rows["low"].notna()
    form = np.where(has_number, "number", "words")
    stretch = np.where(rows["stretch"], "stretch", "no_stretch")
    found = rows.assign(
        form=form, bound=sorted_by["bound"].where(has_number, ""), modality=sorted_by["modality"], stretch=stretch
    )
    return found.assign(reading=reading.name)[_COLUMNS.split()].reset_index(drop=True)


def _count_shares(rows: pd.DataFrame, by: Sequence[str], aspects: Sequence[str]) -> pd.DataFrame:
    """Count the wordings of each aspect in each group."""
    import pandas as pd

    found = []
    for key, part in rows.groupby(list(by), sort=True):
        n_reports = part["report_id"].nunique()
        for aspect in aspects:
            counts = part.loc[part[aspect].ne(""), aspect].value_counts()
            total = int(counts.sum())
            for wording in ASPECTS[aspect]:
                n = int(counts.get(wording, 0))
                share = n / total if total else float("nan")
                shares = [round(value * 100, 6) for value in (share, *share_interval(n, total))]
                found.append((*key, aspect, wording, n, total, *shares, n_reports))
    columns = [*by, "aspect", "wording", "n", "total", "share", "ci_low", "ci_high", "n_reports"]
    return pd.DataFrame(found, columns=columns).assign(interval="wilson")
