"""Tables as Parquet files: the same bytes for the same table, the project's types when read, and only the rows wanted."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_SPANS = ("start", "end")
_DIFFERENT = ("item",)  # text that hardly repeats: codes for it take longer than the text


def to_parquet(table: pd.DataFrame, *, repeated: Collection[str] = ()) -> bytes:
    """
    Return a table as Parquet bytes: zstd, dictionaries, no metadata of pandas; equal tables give equal bytes.

    Integers are written by their differences, but for columns of a few repeated numbers.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    by_difference = [
        field.name for field in content.schema if pa.types.is_integer(field.type) and field.name not in repeated
    ]
    others = [name for name in content.column_names if name not in by_difference]
    sink = io.BytesIO()
    encoding = dict.fromkeys(by_difference, "DELTA_BINARY_PACKED")
    pq.write_table(
        content, sink, compression="zstd", compression_level=15, use_dictionary=others, column_encoding=encoding
    )
    return sink.getvalue()


def load_parquet(path: Path, *, any_of: Mapping[str, Collection[Any]] | None = None) -> pd.DataFrame:
    """
    Return a Parquet file with this project's types: nullable integers for spans, text without NA.

    ``any_of`` keeps the rows in which one of these columns has one of its values; the others are not turned into text.
    """
    import pandas as pd

    table = read_parquet(path, any_of=any_of).to_pandas()
    spans = {name: "Int64" for name in _SPANS if name in table}
    return pd.DataFrame(table.astype(spans))


def read_parquet(path: Path, *, any_of: Mapping[str, Collection[Any]] | None = None) -> Any:
    """Return a Parquet file as an Arrow table; ``any_of`` as in `load_parquet`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path) if any_of is None else _read_rows(path, any_of)
    except FileNotFoundError:
        raise DataError(f"no file {path}; it is made by: make dataset CORPUS=FILE") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"cannot read {path} as Parquet: {str(error).splitlines()[0]}") from None


def hold_parquet(path: Path) -> None:
    """Have a file decoded, for later readings of some of its rows; in a process that forks, for those of all forks."""
    _read_coded(path, _stamp(path))


def _read_rows(path: Path, any_of: Mapping[str, Collection[Any]]) -> Any:
    """Read some rows: text stays in codes, as it is in the file, until the other rows are gone."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded, schema = _read_coded(path, _stamp(path))
    wanted = pa.repeat(False, len(coded))
    for name, values in any_of.items():
        wanted = pc.or_(wanted, pc.is_in(coded[name], pa.array(list(values), schema.field(name).type)))
    return coded.filter(wanted).cast(schema)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file does."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=2)
def _read_coded(path: Path, stamp: tuple[int, int]) -> tuple[Any, Any]:
    """Return a whole file with text in codes, and its schema without; 42 MB for the project's facts of 2026."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    texts = [field.name for field in schema if pa.types.is_large_string(field.type) and field.name not in _DIFFERENT]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        return file.read(use_threads=False), schema
