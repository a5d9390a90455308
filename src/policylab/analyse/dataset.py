"""Build the project's tables of facts from a corpus: targets, reports, coverage, their description and data card."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from policylab.analyse.citations import load_citations
from policylab.analyse.coverage import build_coverage
from policylab.analyse.datacard import render_card, show_accuracy
from policylab.analyse.datapackage import TABLES, render_datapackage
from policylab.analyse.feature_files import render_features, to_feature_tables
from policylab.analyse.features import MIN_REPORTS, count_terms, flag_reports
from policylab.analyse.parquet import to_parquet
from policylab.analyse.reports import ReportFacts, build_reports, describe_report, flag_mislabelled
from policylab.analyse.tables import check_table, to_table
from policylab.annotate.review import apply_corrections, load_corrections
from policylab.annotate.targets import annotate
from policylab.errors import DataError
from policylab.model import Correction, Document
from policylab.project import check_writable, data_path, write_atomic
from policylab.read.corpus import count_reports, iter_reports

if TYPE_CHECKING:
    import pandas as pd

_WRITTEN = ("targets.parquet", "coverage.parquet", "reports.csv", "datapackage.json", "README.md")
_BATCH = 16  # reports handed to a process at a time
_ORDER = ["region_code", "report_year", "report_id", "source_kind", "start"]


class Tables(NamedTuple):
    """The tables of facts: one row per target, per report, and per report and headline indicator."""

    targets: pd.DataFrame
    reports: pd.DataFrame
    coverage: pd.DataFrame


def build_dataset(corpus: str | Path, out: str | Path, *, jobs: int | None = None) -> str:
    """
    Write the tables of facts of a corpus to a folder and return one line that says what they hold.

    Every report is annotated, those bundled in ``data/reports`` among them; the cited facts of
    ``data/county_targets.csv`` join them. The tables are checked against
    their schema before anything is written, and the same corpus gives the same bytes, whatever the number of processes.

    Parameters
    ----------
    corpus : str or Path
        A Parquet file of reports, a folder of them or a report file (see `policylab.read.corpus.iter_reports`).
    out : str or Path
        An existing folder. Written there: targets.parquet, coverage.parquet, reports.csv, datapackage.json, README.md, and
        the words and signatures of every report in features/.
    jobs : int, optional
        Processes; by default one for each core.

    Raises
    ------
    ReadError, DataError, UnknownNameError
        Where the corpus, a label or a cited fact is wrong, or the folder cannot be written to; nothing is written then.
    """
    folder = Path(out)
    if not folder.is_dir():
        raise DataError(f"no folder {folder} to write the dataset to; make it first")
    for name in _WRITTEN:
        check_writable(folder / name)
    accuracy = show_accuracy(folder / "accuracy.json")
    tables = build_tables(corpus, jobs=jobs)
    features = build_features(corpus, tables.reports, jobs=jobs)
    for name, content in _render(tables, features, folder, accuracy).items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_atomic(folder / name, content)
    n_cited = int(tables.targets["source_kind"].eq("citation").sum())
    n_read = len(tables.targets) - n_cited
    idle = sorted(set(_ledgers()).difference(tables.reports["report_id"]))
    unused = f"; corrections of reports that the corpus lacks were not applied: {', '.join(idle)}" if idle else ""
    return f"{folder}: {n_read:,} records of {len(tables.reports):,} reports, {n_cited} cited facts{unused}"


def build_tables(corpus: str | Path, *, jobs: int | None = None) -> Tables:
    """
    Return the tables of facts of a corpus, checked.

    Raises
    ------
    ReadError, DataError, UnknownNameError
        As `build_dataset`.
    """
    import pandas as pd

    parts: list[pd.DataFrame] = [to_table(load_citations())]
    facts: list[ReportFacts] = []
    for part, described in _study_corpus(corpus, jobs or os.cpu_count() or 1):
        parts.append(part)
        facts.extend(described)
    facts.sort(key=lambda item: item.outline.report_id)
    targets = pd.concat(parts, ignore_index=True).sort_values(_ORDER, kind="stable", ignore_index=True)
    targets = check_table(flag_mislabelled(targets, facts))
    coverage = build_coverage([item.outline for item in facts], targets)
    return Tables(targets, build_reports(facts, targets, coverage), coverage)


def build_features(corpus: str | Path, reports: pd.DataFrame, *, jobs: int | None = None) -> Mapping[str, pd.DataFrame]:
    """
    Return the tables of the features of a corpus (see `policylab.analyse.feature_files`).

    Words are cut by rjieba: it gives jieba's words twelve times as fast.

    Parameters
    ----------
    corpus, jobs
        As `build_dataset`.
    reports : DataFrame, one row per report
        Says which are mislabelled or duplicates.

    Raises
    ------
    ReadError, DataError, UnknownNameError
        As `build_dataset`.
    """
    from tqdm import tqdm

    sources = [corpus, data_path("reports")]
    documents = iter_reports(sources)
    with tqdm(documents, total=count_reports(sources), unit=" reports", desc="counting words", disable=None) as bar:
        features = count_terms(bar, engine="rjieba", min_reports=MIN_REPORTS, jobs=jobs or os.cpu_count() or 1)
    return to_feature_tables(flag_reports(features, reports))


def _render(tables: Tables, features: Mapping[str, pd.DataFrame], folder: Path, accuracy: str) -> dict[str, bytes]:
    """Return every file that is written, so that nothing is before all can be."""
    named = {**tables._asdict(), **features}
    files = {
        **{f"features/{name}": content for name, content in render_features(features).items()},
        "targets.parquet": to_parquet(tables.targets),
        "coverage.parquet": to_parquet(tables.coverage),
        "reports.csv": tables.reports.to_csv(index=False, lineterminator="\n").encode(),
        "README.md": render_card(named, accuracy).encode(),
    }
    beside = {file: folder / file for file, _ in TABLES.values() if file not in files}
    known = files | {file: path.read_bytes() for file, path in beside.items() if path.is_file()}
    return files | {"datapackage.json": render_datapackage(known, named).encode()}


def _study_corpus(corpus: str | Path, jobs: int) -> Iterator[tuple[pd.DataFrame, list[ReportFacts]]]:
    """Yield the targets and facts of each batch of reports, in the order of the corpus, under a progress bar."""
    from joblib import Parallel, delayed
    from tqdm import tqdm

    sources = [corpus, data_path("reports")]
    batches = _batch(iter_reports(sources))
    with tqdm(total=count_reports(sources), unit=" reports", desc="annotating", disable=None) as bar:
        if jobs == 1:
            for batch in batches:
                yield _study(batch)
                bar.update(len(batch))
            return
        run = Parallel(n_jobs=jobs, return_as="generator")
        for part, described in run(delayed(_study)(batch) for batch in batches):
            yield part, described
            bar.update(len(described))


def _batch(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Group reports, to hand over less often."""
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _study(batch: Sequence[Document]) -> tuple[pd.DataFrame, list[ReportFacts]]:
    """Annotate and describe a batch; tables travel between processes faster than records do."""
    reviewed = [apply_corrections(annotate(doc), _ledger(doc.report_id), doc.text) for doc in batch]
    table = to_table([target for one in reviewed for target in one.targets])
    notes = [note for one in reviewed for note in one.flags]
    flags = ["; ".join(filter(None, pair)) for pair in zip(table["flag"], notes, strict=True)]
    return table.assign(flag=flags), [describe_report(document) for document in batch]


@cache
def _ledgers() -> dict[str, list[Correction]]:
    """Return the corrections of data/corrections by report, read once a process."""
    folder = data_path("corrections")
    found: dict[str, list[Correction]] = {}
    for entry in load_corrections(folder):
        found.setdefault(entry.report_id, []).append(entry)
    return found


def _ledger(report_id: str) -> list[Correction]:
    """Return the corrections of one report."""
    return _ledgers().get(report_id, [])
