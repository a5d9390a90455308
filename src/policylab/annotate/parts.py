"""Annotate a corpus in parts that are written as they are done: on several processes, and on again after any stop."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from policylab.annotate.lines import to_line
from policylab.annotate.targets import annotate
from policylab.model import Document
from policylab.project import make_folder, write_atomic

PART = 64  # reports in a part: half a second of work
_PACKAGE = Path(__file__).resolve().parent.parent


def write_parts(
    documents: Iterable[Document], folder: str | Path, *, jobs: int = 1, size: int = PART
) -> Iterator[Path]:
    """
    Yield the files that hold the targets of the reports as JSON Lines, in their order, each written whole.

    A part is named by the hash of its reports and of the code and codebook that read them. One that lies in the folder
    already is not made again: after a kill, the same call goes on where it was, and a change of any text, or of a rule,
    makes anew what it touches and nothing else. Records don't depend on order, size of parts or number of processes.

    Parameters
    ----------
    documents : iterable of Document
        Read as needed: memory stays flat as the corpus grows.
    folder : str or Path
        Made where there is none.
    jobs : int
        Processes beside this one; 1 works in this one.
    size : int
        Reports in a part.

    Raises
    ------
    DataError
        Where the folder or a part cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> document = Document.from_text("主要预期目标：地区生产总值增长5%。", region_code="320804", report_year=2023)
    >>> [path.read_bytes().count(b"\\n") for path in write_parts([document], tempfile.mkdtemp())]
    [1]
    """
    folder = make_folder(folder)
    source = iter(documents)
    windows = iter(lambda: list(itertools.islice(source, size)), [])
    if jobs <= 1:
        for window in windows:
            yield _write_part(window, folder)
        return
    from joblib import Parallel, delayed

    with Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch="2*n_jobs") as run:
        yield from run(delayed(_write_part)(*_skip_done(window, folder)) for window in windows)


def _skip_done(window: list[Document], folder: Path) -> tuple[list[Document], Path, str]:
    """Return the work on a part: without its texts where it is done."""
    name = _name_part(window)
    return ([] if (folder / name).is_file() else window), folder, name


def _write_part(window: list[Document], folder: Path, name: str = "") -> Path:
    """Write the targets of some reports to their file, unless it is there."""
    path = folder / (name or _name_part(window))
    if not path.is_file():
        write_atomic(path, b"".join(to_line(target) for document in window for target in annotate(document)))
    return path


def _name_part(window: list[Document]) -> str:
    """Return the name of a part, which is another one where its records might be."""
    digest = hashlib.sha256(_fingerprint())
    for document in window:
        address = document.source.get("source_url", "")
        digest.update(f"{document.report_id}\t{document.region_code}\t{document.sha256}\t{address}\n".encode())
    return f"{digest.hexdigest()[:32]}.jsonl"


@cache
def _fingerprint() -> bytes:
    """Return the hash of the code and knowledge that reads targets."""
    digest = hashlib.sha256()
    for room in ("annotate", "codebook", "read"):
        for path in sorted((_PACKAGE / room).glob("*.*")):
            if path.suffix in (".py", ".csv", ".yaml"):
                digest.update(path.read_bytes())
    digest.update((_PACKAGE / "model.py").read_bytes())
    return digest.digest()
