"""What comes into a corpus: labels held against the text's own words, and texts that are there already."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from policylab.analyse.duplicates import NEAR, hash_squeezed, sign_text
from policylab.analyse.reports import check_label
from policylab.errors import PolicylabError, ReadError
from policylab.model import Document
from policylab.read.files import iter_parts, tell_missing, to_document
from policylab.read.identity import find_name_labels, find_region_codes, find_report_years
from policylab.read.parts import Part
from policylab.read.regions import find_region

ADDED, HELD, REFUSED, PRESENT = "added", "held back", "refused", "present"


class Verdict(NamedTuple):
    """What became of one report of a file: its name, the status, every reason or remark, and the report if it was read."""

    name: str
    status: str
    remarks: tuple[str, ...]
    document: Document | None


_sign = lru_cache(maxsize=1)(sign_text)  # a report is looked for, then taken in


class Shelf:
    """The reports that a corpus holds, as far as duplicates are told by them: 128 numbers and a hash for each."""

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._ids: list[str] = []
        self._hashes: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._signatures = array("I")
        for document in documents:
            self.add(document)

    def add(self, document: Document) -> None:
        """Take a report in."""
        self._ids.append(document.report_id)
        self._texts[document.report_id] = document.sha256
        self._hashes.setdefault(hash_squeezed(document.text), document.report_id)
        self._signatures.extend(_sign(document.text))

    def holds(self, document: Document) -> bool:
        """Whether the same report with the same text is there."""
        return self._texts.get(document.report_id) == document.sha256

    def find_conflicts(self, document: Document) -> list[str]:
        """Return what speaks against taking a report in: its id has another text, or its text another id."""
        told = []
        if document.report_id in self._texts and not self.holds(document):
            told.append(f"the corpus has another text for {document.report_id}")
        other = self._hashes.get(hash_squeezed(document.text), document.report_id)
        if other != document.report_id:
            told.append(f"the same text is there as {other}")
        return told

    def find_near(self, document: Document) -> list[str]:
        """Return the report whose text is nearly this one, with the share of 8-grams that both have; [] for none."""
        import numpy as np

        if not self._ids:
            return []
        signature = np.asarray(_sign(document.text), dtype=np.uint32)
        matrix = np.asarray(self._signatures, dtype=np.uint32).reshape(-1, len(signature))
        shares = (matrix == signature).mean(axis=1)
        best = int(shares.argmax())
        near = shares[best] >= NEAR and self._ids[best] != document.report_id
        return [f"nearly the text of {self._ids[best]} ({shares[best]:.2f})"] if near else []


def judge_files(
    paths: Iterable[str | Path],
    shelf: Shelf,
    *,
    region_code: str | None = None,
    report_year: int | None = None,
    accept: bool = False,
) -> Iterator[Verdict]:
    """
    Yield a verdict on every report of the files: added to the shelf, present, held back, or refused, each with reasons.

    Region and plan year are inferred from title and opening, and compared with what the user, the sidecar and the
    names of the file and its folder say. A contradiction holds a report back, and so does a text that the shelf has
    under another id; a text that is nearly another one is remarked on.

    Parameters
    ----------
    paths : iterable of paths
        Files, and folders with all that lies below them; what is no kind of report is refused by name.
    shelf : Shelf
        What the corpus holds; reports that are added are put on it.
    region_code, report_year : str and int, optional
        What the user says of all of them.
    accept : bool
        Take reports in despite contradictions; each is then remarked on in ``source["notes"]``.

    Raises
    ------
    ReadError
        Where a path does not exist.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> [verdict.status for verdict in judge_files([data_path("reports") / "320804-2023.txt"], Shelf())]
    ['added']
    """
    for path, name in _walk(paths):
        found = _read_parts(path)
        for part in found:
            if isinstance(part, str):
                yield Verdict(name, REFUSED, (part,), None)
                continue
            shown = part.name.replace(str(path), name, 1)
            verdict = _judge(part, shown, shelf, (region_code, report_year))
            if verdict.status == HELD and accept and verdict.document is not None:
                verdict = _accept(verdict)
            if verdict.status == ADDED and verdict.document is not None:
                shelf.add(verdict.document)
            yield verdict


def check_corpus(documents: Iterable[Document]) -> Iterator[Verdict]:
    """
    Yield a verdict on every report of a corpus about which there is something to say.

    Its label is held against its words, its text against those before it, exactly and nearly.

    Examples
    --------
    >>> text = "政府工作报告——2023年1月5日在高唐县第十八届人民代表大会第三次会议上"
    >>> wrong = Document.from_text(text, region_code="130627", report_year=2023)
    >>> [verdict.remarks for verdict in check_corpus([wrong])]
    [('region: the text names 371526 高唐县',)]
    """
    shelf = Shelf()
    for document in documents:
        remarks = [label] if (label := check_label(document)) else []
        same = shelf.find_conflicts(document)
        remarks += same or shelf.find_near(document)
        shelf.add(document)
        if remarks:
            yield Verdict(document.report_id, HELD if label or same else PRESENT, tuple(remarks), document)


def _walk(paths: Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """Yield files with the name to show: folders opened, hidden files, notes and sidecars left out."""
    for given in map(Path, paths):
        if not given.exists():
            raise ReadError(tell_missing(given))
        if not given.is_dir():
            yield given, str(given)
            continue
        for folder, folders, names in os.walk(given, followlinks=False):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if not name.lower().startswith((".", "~$", "readme")) and path.suffix.lower() not in (".yml", ".yaml"):
                    yield path, str(path)


def _read_parts(path: Path) -> Iterator[Part | str]:
    """Yield the reports of a file, or the reason why it cannot be read, in one line without the file's name."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        yield "a link that leads out of its folder; give the file itself"
        return
    try:
        yield from iter_parts(path)
    except PolicylabError as error:
        yield str(error).removeprefix(f"{path} ").removeprefix(f"{path}: ").removeprefix(f"{path}, ")


def _judge(part: Part, name: str, shelf: Shelf, given: tuple[str | None, int | None]) -> Verdict:
    """Return the verdict on one report."""
    region_code, report_year = given
    codes, years = find_name_labels(name.rpartition(":")[2] if ".zip:" in name.lower() else _last_two(name))
    try:
        document = to_document(
            _infer_from_name(part, codes, years, given), region_code=region_code, report_year=report_year
        )
    except PolicylabError as error:
        status = HELD if "contradictory" in str(error) or "own words speak for" in str(error) else REFUSED
        return Verdict(name, status, (str(error).removeprefix(f"{part.name}: "),), None)
    if shelf.holds(document):
        return Verdict(name, PRESENT, ("the corpus has it",), document)
    against = [*_compare_words(document), *_compare_name(document, codes, years), *shelf.find_conflicts(document)]
    if against:
        return Verdict(name, HELD, tuple(against), document)
    return Verdict(name, ADDED, tuple(shelf.find_near(document)), document)


def _last_two(name: str) -> str:
    """Return a file's name with the folder that it lies in."""
    return "/".join(Path(name).parts[-2:])


def _infer_from_name(
    part: Part, codes: Sequence[str], years: Sequence[int], given: tuple[str | None, int | None]
) -> Part:
    """Return the part with labels of its file's name where the text, its labels and the user say nothing."""
    labels = dict(part.labels)
    if given[1] is None and "report_year" not in labels and not find_report_years(part.text) and len(years) == 1:
        labels["report_year"] = str(years[0])
    year = given[1] or (int(labels["report_year"]) if "report_year" in labels else None)
    silent = not find_region_codes(part.text, report_year=year)
    if given[0] is None and "region_code" not in labels and silent and len(codes) == 1:
        labels["region_code"] = codes[0]
    return part._replace(labels=labels)


def _compare_words(document: Document) -> list[str]:
    """Return where a report's label contradicts its own words; the year that it reviews is no plan year."""
    told = [label for label in check_label(document).split("; ") if label]
    years = find_report_years(document.text)
    if document.report_year + 1 in years:
        told.append(f"{document.report_year} is the year that it reviews")
    return told


def _compare_name(document: Document, codes: Sequence[str], years: Sequence[int]) -> list[str]:
    """Return where the names of the file and its folder contradict the label."""
    told = []
    if codes and document.region_code not in codes:
        shown = [find_region(code).name for code in codes]
        region = find_region(document.region_code, report_year=document.report_year)
        told.append(f"the file name says {' or '.join(shown)}, not {region.name} ({document.region_code})")
    if years and document.report_year not in years:
        told.append(f"the file name says {', '.join(map(str, years))}, not {document.report_year}")
    return told


def _accept(verdict: Verdict) -> Verdict:
    """Return the verdict of a user who takes a report in all the same, with what speaks against it written down."""
    assert verdict.document is not None
    source = dict(verdict.document.source)
    source["notes"] = "; ".join(
        [*filter(None, [source.get("notes")]), "accepted despite: " + "; ".join(verdict.remarks)]
    )
    document = Document.from_text(
        verdict.document.text,
        region_code=verdict.document.region_code,
        report_year=verdict.document.report_year,
        source=source,
    )
    return Verdict(verdict.name, ADDED, verdict.remarks, document)
