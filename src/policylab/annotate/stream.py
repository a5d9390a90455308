"""Annotate many reports: one after another, or on several processes, with the same records in the same order."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from policylab.annotate.targets import annotate
from policylab.cluster import open_cluster
from policylab.model import Document, Target

_WINDOW = 64  # reports for each process
_BATCH, _AHEAD = 8, 4  # reports in a task, tasks for each thread of a cluster


def annotate_reports(documents: Iterable[Document], *, jobs: int = 1, cluster: str = "") -> Iterator[list[Target]]:
    """
    Yield the targets of each report, in the order of the reports, whatever the number of processes or machines.

    Parameters
    ----------
    documents : iterable of Document
        Read as needed: memory stays flat as the corpus grows.
    jobs : int
        Processes; 1 stays in this one. They are started fresh, not forked, and a script needs no guard around its main
        part.
    cluster : str
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers are used in place of processes here. Reports of a
        worker that is lost are annotated by another.

    Raises
    ------
    ClusterError
        If the cluster cannot be reached, or a worker has another policylab, Python or data.

    Yields
    ------
    list of Target, one list for each report (empty for a report that states nothing)

    Examples
    --------
    >>> document = Document.from_text("主要预期目标是：地区生产总值增长5%，物价涨幅3%。", region_code="320804", report_year=2026)
    >>> [len(targets) for targets in annotate_reports([document])]
    [2]
    """
    if cluster:
        yield from _annotate_far(iter(documents), cluster)
        return
    if jobs <= 1:
        yield from map(annotate, documents)
        return
    from joblib import Parallel, delayed

    source = iter(documents)
    with Parallel(n_jobs=jobs, return_as="generator", batch_size=8) as run:
        # a window at a time: results that nobody has taken yet would pile up otherwise
        while window := list(itertools.islice(source, _WINDOW * jobs)):
            yield from run(delayed(annotate)(document) for document in window)


def _annotate_far(documents: Iterator[Document], cluster: str) -> Iterator[list[Target]]:
    """Annotate on a Dask cluster, a few batches for each of its threads at a time."""
    with open_cluster(cluster) as client:
        threads = max(1, sum(client.nthreads().values()))
        batches = iter(lambda: list(itertools.islice(documents, _BATCH)), [])
        working = deque(_submit(client, batch) for batch in itertools.islice(batches, _AHEAD * threads))
        while working:
            yield from working.popleft().result()
            working.extend(_submit(client, batch) for batch in itertools.islice(batches, 1))


def _submit(client: Any, batch: list[Document]) -> Any:
    """Ask the cluster for the targets of some reports."""
    return client.submit(_annotate_batch, batch, pure=False)


def _annotate_batch(documents: list[Document]) -> list[list[Target]]:
    """Annotate some reports."""
    return [annotate(document) for document in documents]
