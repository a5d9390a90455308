"""Apply human corrections to the records of a report; extraction itself stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from policylab.annotate.ledger import load_corrections
from policylab.codebook import fold, load_codebook
from policylab.errors import DataError
from policylab.model import Correction, Target

__all__ = ["Reviewed", "apply_corrections", "find_record", "load_corrections"]

_STATUSES = {"override": "corrected", "confirm": "confirmed"}


class Reviewed(NamedTuple):
    """Records after review, and for each the text of its flag, "" for most."""

    targets: list[Target]
    flags: list[str]


def apply_corrections(targets: Sequence[Target], corrections: Sequence[Correction], text: str) -> Reviewed:
    """
    Return the records of one report as its ledger has them; those given stay as they are.

    A dropped record is left out rather than kept as rejected: whoever counts or averages the panel without a look at
    ``status`` must not meet a number that a reader has refused. The ledger keeps its quote and the reason.

    Parameters
    ----------
    targets : sequence of Target
        What `policylab.annotate.targets.annotate` returned for the report.
    corrections : sequence of Correction
        The entries of this report.
    text : str
        Its text.

    Returns
    -------
    Reviewed
        Records in the order given, ``status`` "corrected" or "confirmed" where an entry says so; and a list of as many
        texts for the column ``flag``, "review: ..." for flagged records and "" for the others.

    Raises
    ------
    DataError
        Where an entry finds no record or several, where extraction does not say what it expects, where two entries
        decide on one record, or where they have been applied before. The message has the file and the line.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> from policylab.model import Document
    >>> text = "主要预期目标是：地区生产总值增长80%，物价涨幅3%。"
    >>> targets = annotate(Document.from_text(text, region_code="320804", report_year=2023))
    >>> entry = Correction("320804-2023", "增长80%", 1, "", "drop", {}, {"low": 80}, "misprint", "A", "2024-05-31", "")
    >>> [target.indicator for target in apply_corrections(targets, [entry], text).targets]
    ['cpi_change']
    """
    decided: dict[int, Correction] = {}
    flags = [""] * len(targets)
    for entry in corrections:
        index = find_record(targets, entry, text)
        if entry.action == "flag":
            flags[index] = "; ".join(filter(None, [flags[index], f"review: {entry.reason}"]))
        elif index in decided:
            raise DataError(f"{entry.place}: {decided[index].place} decides on the same record; keep one of them")
        else:
            decided[index] = entry
    kept = [index for index in range(len(targets)) if index not in decided or decided[index].action != "drop"]
    mended = [_decide(targets[index], decided.get(index), text) for index in kept]
    return Reviewed(mended, [flags[index] for index in kept])


def find_record(targets: Sequence[Target], entry: Correction, text: str) -> int:
    """
    Return the place in ``targets`` of the record that an entry is about.

    It is the one whose span is the quote's; without such a one, the one whose span holds the quote or lies in it.

    Raises
    ------
    DataError
        As `apply_corrections`.
    """
    start = _find_quote(entry, text)
    end = start + len(entry.quote)
    own = [
        index
        for index, target in enumerate(targets)
        if target.report_id == entry.report_id and entry.indicator in ("", target.indicator)
    ]
    found = [index for index in own if (targets[index].start, targets[index].end) == (start, end)]
    found = found or [index for index in own if _is_nested(targets[index], start, end)]
    named = f" of {entry.indicator}" if entry.indicator else ""
    if not found:
        told = "; ".join(_tell(target) for target in targets if _is_nested(target, start, end)) or "none"
        raise DataError(
            f"{entry.place}: no record{named} at {entry.quote!r} (characters {start}-{end}); extraction has there: {told};"
            " update or remove the entry"
        )
    if len(found) > 1:
        told = "; ".join(_tell(targets[index]) for index in found)
        raise DataError(
            f"{entry.place}: expected one record{named} at {entry.quote!r}, got {len(found)}: {told}; quote the whole span"
            " of the one that is meant, or add its indicator"
        )
    _check_expected(targets[found[0]], entry)
    return found[0]


def _find_quote(entry: Correction, text: str) -> int:
    """Return where the quote begins, at the occurrence that is meant."""
    starts = [match.start() for match in re.finditer(re.escape(entry.quote), text)]
    if not starts:
        near = fold(text).find(fold(entry.quote))
        hint = f"; it has {text[near : near + len(entry.quote)]!r}" if near >= 0 else ""
        raise DataError(f"{entry.place}: the text of {entry.report_id} does not have the quote {entry.quote!r}{hint}")
    if entry.occurrence == 0 and len(starts) > 1:
        raise DataError(
            f"{entry.place}: the quote {entry.quote!r} occurs {len(starts)} times in {entry.report_id}; add 'occurrence: N',"
            " or quote more"
        )
    if entry.occurrence > len(starts):
        raise DataError(
            f"{entry.place}: occurrence {entry.occurrence} of the quote {entry.quote!r}; it occurs {len(starts)} times"
        )
    return starts[max(entry.occurrence - 1, 0)]


def _is_nested(target: Target, start: int, end: int) -> bool:
    """Return whether a record's span lies in another, or holds it."""
    if target.start is None or target.end is None:
        return False
    return start <= target.start < target.end <= end or target.start <= start < end <= target.end


def _tell(target: Target) -> str:
    """Name a record in a message."""
    return f"{target.indicator} {target.as_written!r} at {target.start}-{target.end}"


def _check_expected(target: Target, entry: Correction) -> None:
    """Refuse an entry that speaks of what extraction no longer says, or of a record that is not fresh."""
    if target.status != "auto":
        raise DataError(f"{entry.place}: the record {_tell(target)} is {target.status} already; apply corrections once")
    for name, value in entry.expect.items():
        got = getattr(target, name)
        if got != value:
            raise DataError(
                f"{entry.place}: expected {name} {_show(value)} at {entry.quote!r}, extraction now says {_show(got)};"
                " read the sentence again, then update or remove the entry"
            )


def _show(value: object) -> str:
    """Write a value as a ledger has it."""
    return str(value) if isinstance(value, Decimal) else "null" if value is None else repr(value)


def _decide(target: Target, entry: Correction | None, text: str) -> Target:
    """Return the record as an entry has it."""
    if entry is None:
        return target
    changed = replace(target, status=_STATUSES[entry.action], **entry.changes)
    if entry.changes and replace(changed, status=target.status) == target:
        raise DataError(f"{entry.place}: the record already says what the entry sets; remove the entry")
    _check_whole(changed, entry, text)
    return _convert(changed)


def _check_whole(target: Target, entry: Correction, text: str) -> None:
    """Refuse a change that leaves a record at odds with itself."""
    in_words = target.bound == "qualitative"
    low, high = target.low, target.high
    checks = {
        "low and high are both numbers, or both null": (low is None) == (high is None),
        "low is not above high": low is None or high is None or low <= high,
        "a target in words has bound 'qualitative', no number and no unit": in_words == (low is None)
        and not (in_words and target.unit),
        "qualitative has a code just where bound is 'qualitative'": in_words == bool(target.qualitative),
        "the bound of two different numbers is not 'exact'": low == high or target.bound != "exact",
        "an indicator 'other' has an item": target.indicator != "other" or bool(target.item),
        "as_written stands in the record's quote": target.as_written in text[target.start : target.end],
    }
    broken = [rule for rule, holds in checks.items() if not holds]
    if broken:
        raise DataError(f"{entry.place}: the change breaks the record {_tell(target)}: expected that {broken[0]}")


def _convert(target: Target) -> Target:
    """Return the record with its values in the base unit."""
    if target.low is None or target.high is None:
        return replace(target, value_low=None, value_high=None, base_unit="")
    convert = load_codebook().convert
    (low, base_unit), (high, _) = convert(target.low, target.unit), convert(target.high, target.unit)
    return replace(target, value_low=low, value_high=high, base_unit=base_unit)
