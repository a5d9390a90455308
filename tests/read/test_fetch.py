"""Fetching by manifest, from a server on this machine that stalls, cuts off, redirects and lies."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from policylab.errors import DataError, PolicylabError
from policylab.read import fetch
from policylab.read.fetch import fetch_files, load_manifest, read_fetched

RAW = "---\ntitle: 淮阴区政府工作报告\n---\n\n**主要预期目标**是：地区生产总值增长6%左右。\n".encode()
TEXT = "淮阴区政府工作报告\n\n主要预期目标是：地区生产总值增长6%左右。\n"


class Server(ThreadingHTTPServer):
    """A server that counts what is asked for, and misbehaves by the first part of the path."""

    daemon_threads = True
    asked: Counter[str]
    ended: threading.Event

    def address(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says."""

    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer one request."""
        self.server.asked[self.path] += 1
        kind = self.path.split("/")[1]
        getattr(self, f"send_{kind}")()

    def send(self, content: bytes, *, length: int | None = None, status: int = 200) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def send_good(self) -> None:
        """Send the file."""
        self.send(RAW)

    def send_lie(self) -> None:
        """Send another file."""
        self.send(RAW.replace(b"6%", b"9%"))

    def send_missing(self) -> None:
        """Send an error page."""
        self.send(b"not here", status=404)

    def send_cut(self) -> None:
        """Cut the connection in the middle, but for the third time."""
        if self.server.asked[self.path] >= 3:
            self.send(RAW)
            return
        self.send(RAW[:20], length=len(RAW))

    def send_stall(self) -> None:
        """Send a piece, then nothing."""
        self.send(RAW[:20], length=len(RAW))
        self.wfile.flush()
        self.server.ended.wait(20)

    def send_moved(self) -> None:
        """Send the reader on to the file."""
        self.send_response(302)
        self.send_header("Location", "/good/a.md")
        self.end_headers()

    def send_circle(self) -> None:
        """Send the reader round in a circle."""
        self.send_response(302)
        self.send_header("Location", "/circle/a.md")
        self.end_headers()

    def send_file(self) -> None:
        """Send the reader on to a file of its own machine."""
        self.send_response(302)
        self.send_header("Location", "file:///etc/passwd")
        self.end_headers()

    def send_flood(self) -> None:
        """Send without end."""
        self.send_response(200)
        self.end_headers()
        while not self.server.ended.is_set():
            try:
                self.wfile.write(b"a" * 65536)
            except OSError:
                return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server; waits between tries are left out, and silence is told after half a second."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setattr(fetch, "_TIMEOUT", 0.5)
    monkeypatch.setattr(fetch, "_MAX_FILE", 2_000_000)
    with Server(("127.0.0.1", 0), Handler) as found:
        found.asked, found.ended = Counter(), threading.Event()
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.ended.set()
        found.shutdown()


def make_manifest(path: Path, url: str, **changes: str) -> Path:
    """Write a manifest of one file."""
    row = {
        "report_id": "320804-2023",
        "region_code": "320804",
        "report_year": "2023",
        "url": url,
        "raw_sha256": hashlib.sha256(RAW).hexdigest(),
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
    } | changes
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", "utf-8")
    return path


def fetch_one(server: Server, path: str, folder: Path) -> Any:
    """Return what came of one file."""
    entries = load_manifest(make_manifest(folder / "manifest.csv", server.address(path)))
    return next(fetch_files(entries, folder / "cache", delay=0))


@pytest.mark.parametrize("path", ["good/a.md", "moved/a.md", "cut/a.md", f"good/{quote('政府工作报告')}/2023.md"])
def test_file_is_fetched_and_read(server: Server, tmp_path: Path, path: str) -> None:
    """A file comes by its address, by a redirection, and after connections that were cut; its text has its hash."""
    document = read_fetched(fetch_one(server, path, tmp_path))
    assert (document.report_id, document.text) == ("320804-2023", TEXT)
    assert document.source["source_url"] == server.address(path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("lie/a.md", "its sha256 is wrong"),
        ("missing/a.md", "404"),
        ("stall/a.md", "timed out"),
        ("circle/a.md", "redirects"),
        ("file/a.md", "No connection adapters"),
        ("flood/a.md", "sends more than"),
    ],
)
def test_bad_server_is_told_and_leaves_nothing(server: Server, tmp_path: Path, path: str, reason: str) -> None:
    """What stalls, lies, floods or leads astray is told with its address, and no file comes into the cache."""
    fetched = fetch_one(server, path, tmp_path)
    assert fetched.path is None
    assert reason in fetched.reason
    assert server.address(path) in fetched.reason
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(PolicylabError, match="320804-2023: "):
        read_fetched(fetched)


def test_a_failure_is_tried_four_times(server: Server, tmp_path: Path) -> None:
    """A server that fails is asked four times, no more."""
    fetch_one(server, "missing/a.md", tmp_path)
    assert server.asked["/missing/a.md"] == 4


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    """A second run asks only for what is missing or was changed in the cache."""
    path = fetch_one(server, "good/a.md", tmp_path).path
    fetch_one(server, "good/a.md", tmp_path)
    assert server.asked["/good/a.md"] == 1
    path.write_bytes(b"changed")
    assert fetch_one(server, "good/a.md", tmp_path).path.read_bytes() == RAW
    assert server.asked["/good/a.md"] == 2


def test_every_file_is_followed_by_a_wait(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is given a rest after each file that was asked for."""
    waits: list[float] = []
    monkeypatch.setattr(fetch.time, "sleep", waits.append)
    entries = load_manifest(make_manifest(tmp_path / "manifest.csv", server.address("good/a.md")))
    list(fetch_files(entries, tmp_path / "cache", delay=1.5))
    list(fetch_files(entries, tmp_path / "cache", delay=1.5))
    assert waits == [1.5]


def test_text_of_another_hash_is_refused(server: Server, tmp_path: Path) -> None:
    """A file whose text is not the manifest's is refused with both hashes."""
    make = make_manifest(tmp_path / "manifest.csv", server.address("good/a.md"), sha256="0" * 64)
    with pytest.raises(DataError, match=f"expected {'0' * 64}"):
        read_fetched(next(fetch_files(load_manifest(make), tmp_path / "cache", delay=0)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "file:///etc/passwd"}, "url should begin with https"),
        ({"url": "ftp://example.org/a.md"}, "url should begin with https"),
        ({"raw_sha256": "../../etc/passwd"}, "raw_sha256 should be 64"),
        ({"report_id": "../../a"}, "report_id should be region code and year"),
        ({"report_id": "320804-2022"}, "report_id should be region code and year"),
        ({"region_code": "32"}, "region_code should be six digits"),
        ({"sha256": ""}, "has no sha256"),
    ],
)
def test_bad_manifest_is_refused(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    """A manifest that names other than web addresses, hashes and labels is refused with its row, nothing fetched."""
    path = make_manifest(tmp_path / "manifest.csv", **{"url": "https://example.org/a.md"} | change)
    with pytest.raises(DataError, match=f"manifest.csv, row 2.*{reason}"):
        load_manifest(path)


@pytest.mark.parametrize("content", ["", "a,b\n", "\ufeffreport_id\n"])
def test_table_that_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    """A table without the columns of a manifest is refused with those it lacks."""
    (tmp_path / "manifest.csv").write_text(content, "utf-8")
    with pytest.raises(DataError, match="lacks the columns"):
        load_manifest(tmp_path / "manifest.csv")


def test_shipped_manifest_is_the_corpus_of_its_repository(corpus_path: Path) -> None:
    """The manifest in data/ names every source file of the repository with the hashes that the corpus has."""
    import pyarrow.parquet as pq

    from policylab.project import data_path

    columns = ["report_id", "source_repository", "source_commit", "source_path", "raw_sha256", "sha256"]
    rows = {row["report_id"]: row for row in pq.read_table(corpus_path, columns=columns).to_pylist()}
    rows = {key: row for key, row in rows.items() if row["source_repository"].endswith("/lawtext/gov")}
    entries = load_manifest(data_path("corpus_manifest.csv"))
    assert {entry.report_id for entry in entries} == rows.keys()
    for entry in entries:
        row = rows[entry.report_id]
        assert entry.url.endswith(f"/lawtext/gov/{row['source_commit']}/{row['source_path']}")
        assert (entry.raw_sha256, entry.labels["sha256"]) == (row["raw_sha256"], row["sha256"])


def test_source_files_at_hand_become_the_corpus(corpus_path: Path, tmp_path: Path) -> None:
    """Source files that lie in the cache are not fetched, and give exactly the reports that the manifest promises."""
    import pyarrow.parquet as pq

    from policylab.project import data_path

    (tmp_path / "cache").mkdir()
    raw = {row["report_id"]: row["raw"] for row in pq.read_table(corpus_path.parent / "raw_sample.parquet").to_pylist()}
    entries = [entry for entry in load_manifest(data_path("corpus_manifest.csv")) if entry.report_id in raw]
    for entry in entries:
        (tmp_path / "cache" / f"{entry.raw_sha256}.md").write_bytes(raw[entry.report_id])
    documents = [read_fetched(fetched) for fetched in fetch_files(entries, tmp_path / "cache")]
    assert [document.report_id for document in documents] == [entry.report_id for entry in entries]
    assert len(documents) == 60
