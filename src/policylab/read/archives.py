"""ZIP files, which Word and Excel files are too: opened in memory, with limits, and nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from policylab.errors import ReadError

MAX_MEMBERS = 10_000
MAX_MEMBER = 50_000_000  # bytes unpacked
MAX_TOTAL = 500_000_000
MAX_RATIO = 200  # unpacked to packed; Word files of Chinese text reach 20
_SMALL = 1_000_000  # bytes; what unpacks to less does no harm at any ratio
_LONGEST_NAME = 1000  # characters, folders and all
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)


@contextmanager
def open_archive(raw: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """
    Open a ZIP file once its size, its members' names and its ratio of packing are found harmless.

    Raises
    ------
    ReadError
        Where it is broken, asks for a password, would unpack to more than the limits, or holds a name that leads
        out of it, or a link.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _BROKEN as error:
        raise ReadError(f"{name} is a broken or truncated ZIP archive: {error}") from None
    with archive:
        _check_members(archive, name)
        yield archive


def read_member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """Return the bytes of a member, never more than the limit, whatever its header says."""
    try:
        with archive.open(member) as file:
            content = file.read(MAX_MEMBER + 1)
    except _BROKEN as error:
        raise ReadError(f"{name} is broken or truncated: {member}: {error}") from None
    except KeyError:
        raise ReadError(f"{name} lacks the part {member}") from None
    if len(content) > MAX_MEMBER:
        raise ReadError(f"{name}: {member} unpacks to more than {MAX_MEMBER:,} bytes")
    return content


def check_office(archive: zipfile.ZipFile, needed: str, name: str) -> None:
    """Refuse an Office file without its main part, or whose XML declares entities, as no office program writes them."""
    for member in archive.namelist():
        if member.lower().endswith((".xml", ".rels")):
            head = read_member(archive, member, name)[:4096].replace(b"\0", b"")
            if any(mark in head for mark in _DECLARATIONS):
                raise ReadError(f"{name}: {member} declares XML entities, which Office files never do; not read")
    read_member(archive, needed, name)


def show_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; without the mark for UTF-8 it is in GBK, as Chinese Windows packs it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that may do harm."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ReadError(f"{name} holds {len(infos):,} files; expected at most {MAX_MEMBERS:,}")
    for info in infos:
        _check_name(info, name)
        if info.flag_bits & 1:
            raise ReadError(f"{name} asks for a password; unpack it and give the files")
        if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
            raise ReadError(f"{name}: {info.filename} unpacks to {info.file_size / max(info.compress_size, 1):,.0f} times"
                            " its size; no report does, so it is not unpacked")  # fmt: skip
    if (total := sum(info.file_size for info in infos)) > MAX_TOTAL:
        raise ReadError(f"{name} unpacks to {total:,} bytes; expected at most {MAX_TOTAL:,}")


def _check_name(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse a member whose name leads out of the archive, or that is a link."""
    shown = show_name(info)
    path = PurePosixPath(shown.replace("\\", "/"))
    if len(shown) > _LONGEST_NAME or not shown.isprintable():
        raise ReadError(f"{name} holds a file whose name is none: {shown[:40]!r}; not read")
    if not shown or path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]) or "\0" in shown:
        raise ReadError(f"{name} holds a file whose name leads out of it: {shown[:80]!r}; not read")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ReadError(f"{name} holds a link, {shown[:80]!r}, in place of a file; not read")
