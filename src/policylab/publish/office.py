"""Office files that are the same bytes on every run: a zip without times, properties without a date of saving."""

from __future__ import annotations

import io
import re
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def seal_archive(content: bytes) -> bytes:
    """
    Return an office file with every time in it set to the first of January 1980, its parts in their order.

    Examples
    --------
    >>> box = io.BytesIO()
    >>> with zipfile.ZipFile(box, "w") as archive:
    ...     archive.writestr("a.xml", "<a/>")
    >>> zipfile.ZipFile(io.BytesIO(seal_archive(box.getvalue()))).infolist()[0].date_time
    (1980, 1, 1, 0, 0, 0)
    """
    sealed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=_EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            data = old.read(name)
            new.writestr(part, _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data) if name == "docProps/core.xml" else data)
    return sealed.getvalue()
