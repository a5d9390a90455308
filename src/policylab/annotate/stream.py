"""Annotate many reports: one after another, or on several processes, with the same records in the same order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from policylab.annotate.targets import annotate
from policylab.model import Document, Target

_WINDOW = 64  # reports for each process


def annotate_reports(documents: Iterable[Document], *, jobs: int = 1) -> Iterator[list[Target]]:
    """
    Yield the targets of each report, in the order of the reports, whatever the number of processes.

    Parameters
    ----------
    documents : iterable of Document
        Read as needed: memory stays flat as the corpus grows.
    jobs : int
        Processes; 1 stays in this one. They are started fresh, not forked, and a script needs no guard around its main
        part.

    Yields
    ------
    list of Target, one list for each report (empty for a report that states nothing)

    Examples
    --------
    >>> document = Document.from_text("主要预期目标是：地区生产总值增长5%，物价涨幅3%。", region_code="320804", report_year=2026)
    >>> [len(targets) for targets in annotate_reports([document])]
    [2]
    """
    if jobs <= 1:
        yield from map(annotate, documents)
        return
    from joblib import Parallel, delayed

    source = iter(documents)
    with Parallel(n_jobs=jobs, return_as="generator", batch_size=8) as run:
        # a window at a time: results that nobody has taken yet would pile up otherwise
        while window := list(itertools.islice(source, _WINDOW * jobs)):
            yield from run(delayed(annotate)(document) for document in window)
