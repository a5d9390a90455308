"""Features of reports: how often each word stands in each, and MinHash signatures; facts that can be shipped without texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from policylab.analyse.duplicates import sign_text
from policylab.analyse.tokens import check_engine, cut_words, describe_engine
from policylab.errors import DataError, UnknownNameError
from policylab.model import Document
from policylab.read.labels import list_labels
from policylab.read.regions import LEVELS, Region, load_regions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

MIN_REPORTS = 20  # a word of fewer reports is not shipped
N_HASHES = 512  # the standard error of a share of a hundredth is then 0.0044
_BATCH = 32

REPORT_COLUMNS: Mapping[str, str] = {
    "report_id": "str",
    "region_code": "str",
    "region_name": "str",
    "level": "str",
    "province": "str",
    "report_year": "int64",
    "completeness": "str",
    "n_words": "int64",
    "flag": "str",
    "engine": "str",
    "sha256": "str",
}
TERM_COLUMNS = ("term", "n_reports", "is_place")


@dataclass(frozen=True)
class Features:
    """
    Words and signatures of reports, row by row the same reports.

    Attributes
    ----------
    reports : DataFrame, one row per report
        report_id, region_code, region_name, level, province, report_year, ``completeness``, ``n_words`` (all words of
        the report, also those that ``terms`` leaves out: the base of shares), ``flag`` ("" or why comparisons leave
        the report out: mislabelled, or a duplicate), ``engine``, ``sha256``.
    terms : DataFrame, one row per term: a word of two characters or more
        ``term``; ``n_reports`` that have it; ``is_place``, whether it names a region.
    counts : sparse array, reports by terms
        How often a term stands in a report.
    signatures : array of uint16, reports by hashes
        Low halves of the MinHashes of character 8-grams: the share of equal ones estimates the Jaccard similarity.
    """

    reports: pd.DataFrame
    terms: pd.DataFrame
    counts: csr_array
    signatures: NDArray[np.uint16]


class _Counted(NamedTuple):
    """What is kept of one report."""

    row: dict[str, Any]
    counts: Counter[str]
    signature: NDArray[np.uint16]


def count_terms(
    documents: Iterable[Document], *, engine: str = "jieba", min_reports: int = 1, jobs: int = 1
) -> Features:
    """
    Return the features of reports whose texts are at hand, in the order of their ids.

    Parameters
    ----------
    documents : iterable of Document
        For example of `policylab.read.corpus.iter_reports`.
    engine : "jieba" or "rjieba"
        See `policylab.analyse.tokens.cut_words`; recorded in ``reports["engine"]``.
    min_reports : int
        Words that fewer reports have are left out of the terms; they still count in ``n_words``.
    jobs : int
        Processes.

    Raises
    ------
    UnknownNameError
        Where the engine is unknown or a region did not exist in its year.

    Examples
    --------
    >>> document = Document.from_text("坚持创新。", region_code="320804", report_year=2023)
    >>> features = count_terms([document])
    >>> features.terms["term"].tolist(), features.reports["n_words"].tolist()
    (['创新', '坚持'], [2])
    """
    import numpy as np
    import pandas as pd

    check_engine(engine)
    rows, ids, signatures = [], [], []
    numbers: dict[str, int] = {}
    for counted in _count_all(documents, engine, jobs):
        rows.append({**counted.row, "flag": "", "engine": describe_engine(engine)})
        known = [numbers.setdefault(word, len(numbers)) for word in counted.counts]
        ids.append(np.array([known, list(counted.counts.values())], dtype=np.int32).reshape(2, -1))
        signatures.append(counted.signature)
    reports = pd.DataFrame(rows, columns=list(REPORT_COLUMNS)).astype(REPORT_COLUMNS)
    order = reports["report_id"].argsort(kind="stable").to_numpy()
    counts, terms = _arrange([ids[row] for row in order], list(numbers), min_reports)
    reports = reports.iloc[order].reset_index(drop=True)
    places = _tell_places(terms["term"].tolist(), counts, reports["province"].to_numpy(dtype=str))
    signed = np.array([signatures[row] for row in order], dtype=np.uint16).reshape(-1, N_HASHES)
    return Features(reports, terms.assign(is_place=places), counts, signed)


def flag_reports(features: Features, reports: pd.DataFrame) -> Features:
    """
    Return the features with ``flag`` filled from the table of reports: mislabelled texts and duplicates.

    Parameters
    ----------
    features : Features
    reports : DataFrame, one row per report (``reports.csv``)

    Examples
    --------
    >>> import pandas as pd
    >>> document = Document.from_text("坚持创新。", region_code="320804", report_year=2023)
    >>> told = pd.DataFrame({"report_id": ["320804-2023"], "label_flag": ["year: 2022"]})
    >>> told = told.assign(duplicate_of="", near_duplicate_of="")
    >>> flag_reports(count_terms([document]), told).reports["flag"].tolist()
    ['year: 2022']
    """
    told = ["label_flag", "duplicate_of", "near_duplicate_of"]
    known = reports.set_index("report_id")[told].astype("object").fillna("")
    twice = known["duplicate_of"].where(known["duplicate_of"].ne(""), known["near_duplicate_of"])
    flags = known["label_flag"].where(known["label_flag"].ne(""), ("as " + twice).where(twice.ne(""), ""))
    flag = features.reports["report_id"].map(flags).fillna("").astype("str")
    return replace(features, reports=features.reports.assign(flag=flag))


def pick_reports(
    features: Features,
    *,
    region_codes: Collection[str] | None = None,
    report_years: Collection[int] | None = None,
    level: str | None = None,
    without: Collection[str] = (),
) -> list[str]:
    """
    Return the ids of the reports that fulfil every condition given, in order; flagged reports are left out.

    Parameters
    ----------
    features : Features
    region_codes : collection of str, optional
        For example of `policylab.analyse.compare.select_peers`.
    report_years : collection of int, optional
    level : "national", "province", "city" or "county", optional
    without : collection of str
        Report ids to leave out, for example the district that the others are peers of.

    Raises
    ------
    UnknownNameError
        Where the level is unknown.
    DataError
        Where no report is left.

    Examples
    --------
    >>> document = Document.from_text("坚持创新。", region_code="320804", report_year=2023)
    >>> pick_reports(count_terms([document]), level="county", report_years=[2023])
    ['320804-2023']
    """
    if level is not None and level not in LEVELS:
        raise UnknownNameError(f"no level {level!r}; levels: {', '.join(LEVELS)}")
    reports = features.reports
    kept = reports["flag"].eq("") & ~reports["report_id"].isin(list(without))
    for column, wanted in (("region_code", region_codes), ("report_year", report_years)):
        if wanted is not None:
            kept &= reports[column].isin(list(wanted))
    if level is not None:
        kept &= reports["level"].eq(level)
    if not kept.any():
        raise DataError(
            f"none of the {len(reports):,} reports with features fulfils all conditions (level {level or 'any'}, "
            f"{'any' if region_codes is None else len(list(region_codes))} regions, "
            f"years {'any' if report_years is None else ', '.join(map(str, report_years))}); ask for more"
        )
    return [str(report_id) for report_id in reports.loc[kept, "report_id"]]


def find_rows(features: Features, report_ids: Sequence[str]) -> NDArray[np.int64]:
    """
    Return the rows of reports in the features, in the order given.

    Raises
    ------
    DataError
        Where no report is asked for, or one has no features; the message names the years of its region that have.

    Examples
    --------
    >>> document = Document.from_text("坚持创新。", region_code="320804", report_year=2023)
    >>> find_rows(count_terms([document]), ["320804-2023"]).tolist()
    [0]
    """
    import numpy as np

    if isinstance(report_ids, str):
        report_ids = [report_ids]
    if not report_ids:
        raise DataError("no report asked for; give report ids such as 320804-2023")
    places = {report_id: row for row, report_id in enumerate(features.reports["report_id"])}
    for report_id in report_ids:
        if report_id not in places:
            raise DataError(_tell_without(features, str(report_id)))
    return np.array([places[report_id] for report_id in report_ids], dtype=np.int64)


def _tell_without(features: Features, report_id: str) -> str:
    """Say that a report has no features, and which years of its region have."""
    own = features.reports.loc[features.reports["region_code"].eq(report_id[:6]), "report_year"]
    years = f"its region has them for {', '.join(map(str, own))}" if len(own) else "its region has none of any year"
    return f"no features of the report {report_id!r} ({years}); count them from its text with count_terms"


def _count_all(documents: Iterable[Document], engine: str, jobs: int) -> Iterator[_Counted]:
    """Yield what is kept of each report, in their order."""
    if jobs == 1:
        for document in documents:
            yield _count(document, engine)
        return
    from joblib import Parallel, delayed

    run = Parallel(n_jobs=jobs, return_as="generator")
    for batch in run(delayed(_count_batch)(batch, engine) for batch in _batch(documents)):
        yield from batch


def _batch(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Group reports, to hand over less often."""
    import itertools

    source = iter(documents)
    while batch := list(itertools.islice(source, _BATCH)):
        yield batch


def _count_batch(documents: Sequence[Document], engine: str) -> list[_Counted]:
    """Count a batch in its process."""
    return [_count(document, engine) for document in documents]


def _count(document: Document, engine: str) -> _Counted:
    """Count the words of one report and sign it."""
    import numpy as np

    words = cut_words(document.text, engine=engine)
    row = {
        **list_labels(document),
        "completeness": document.source.get("completeness", ""),
        "n_words": len(words),
        "sha256": document.sha256,
    }
    signature = np.array(sign_text(document.text, n_hashes=N_HASHES), dtype=np.uint32)
    counts = Counter(word for word in words if len(word) > 1)
    return _Counted(row, counts, (signature & 0xFFFF).astype(np.uint16))


def _arrange(
    counted: Sequence[NDArray[np.int32]], words: Sequence[str], min_reports: int
) -> tuple[csr_array, pd.DataFrame]:
    """Return counts and terms, the term of most reports first; ties by their characters."""
    import numpy as np
    import pandas as pd
    from scipy.sparse import csr_array

    indptr = np.cumsum([0, *(pair.shape[1] for pair in counted)])
    numbers, values = np.concatenate([*counted, np.empty((2, 0), np.int32)], axis=1)
    n_reports = np.bincount(numbers, minlength=len(words))
    enough: list[int] = np.flatnonzero(n_reports >= min_reports).tolist()
    order = sorted(enough, key=lambda number: (-n_reports[number], words[number]))
    found = csr_array((values, numbers, indptr), shape=(len(counted), len(words)))
    counts = csr_array(found[:, order]) if order else csr_array((len(counted), 0), dtype=np.int32)
    counts.sort_indices()
    terms = pd.DataFrame({"term": pd.Series([words[number] for number in order], dtype="str")})
    return counts, terms.assign(n_reports=n_reports[order].astype("int64"))


def _tell_places(terms: Sequence[str], counts: csr_array, provinces: NDArray[np.str_]) -> NDArray[np.bool_]:
    """
    Tell which words name a region.

    Full names do, and the short names of provinces and cities that the engine's dictionary has as places. Other short
    names may be common words too (新建, 平安): they do where a third of the reports that say them, for counties half, are
    of their province.
    """
    import numpy as np

    regions = [region for region in load_regions() if region.level != "national"]
    sure = {region.name for region in regions if len(region.name) > 2}
    sure |= {region.short_name for region in regions if region.level != "county" and _is_dictionary_place(region)}
    cities = {
        region.short_name for region in regions if region.level != "county"
    }  # 安康 has 0.13, 阿里 0.23, 宁德 0.37
    homes: dict[str, set[str]] = {}
    for region in regions:
        homes.setdefault(region.short_name, set()).add(region.province)
    columns = counts.tocsc()
    told = np.zeros(len(terms), dtype=bool)
    for number, term in enumerate(terms):
        told[number] = term in sure
        if term in homes and not told[number]:
            rows = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
            told[number] = np.isin(provinces[rows], list(homes[term])).mean() > (1 / 3 if term in cities else 1 / 2)
    return told


def _is_dictionary_place(region: Region) -> bool:
    """Whether the engine's dictionary knows a short name as a place."""
    import rjieba

    return [tag for _, tag in rjieba.tag(region.short_name)] == ["ns"]
