"""What Python in cells and modules names as files: words in quotes, modules, magics, and names put together of several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from policylab.batch.parameters import MAGIC, parse_cell

_PLACE = re.compile(r"%[-+ 0-9.]*[sdif]|\{[^{}]*\}|\*+")  # where "%s", "{}" or "*" let a text in quotes take in another

_PICTURE = re.compile(
    r"""!\[[^\]]*\]\(\s*<?(?P<markdown>[^)\s>]+)|<img\b[^>]*?\bsrc=["'](?P<html>[^"']+)""", re.IGNORECASE
)


class Value(NamedTuple):
    """What a name is put together with: the value of a parameter, or where it has no name anything."""

    name: str


ANYTHING = Value("")
Pieces = tuple[str | Value, ...]  # of a name, in order


def list_pieces(source: str, steady: Iterable[str] | None = None, *, computed_only: bool = False) -> Iterator[Pieces]:
    """
    Yield what may name a file in a cell or module, each name as its pieces.

    Parameters
    ----------
    source : str
    steady : iterable of str, optional
        The parameters that hold one value all through; a name made with one of them is made with that value.
    computed_only : bool
        Leave out what is assigned as it stands: for a cell of parameters, whose values a run may change.

    Examples
    --------
    >>> list(list_pieces("read(f'{region_code}/{table}.csv')", ["region_code"]))
    [(Value(name='region_code'), '/', Value(name=''), '.csv')]
    """
    for line in MAGIC.findall(source):
        yield from ((word,) for word in line.split()[1:])
    known = frozenset(steady or ())
    for statement in parse_cell(source).body:
        if not (computed_only and _is_literal(getattr(statement, "value", None))):
            yield from _list_in(statement, known)


def list_pictures(markdown: str) -> Iterator[Pieces]:
    """Yield the files that a cell of Markdown shows."""
    for found in _PICTURE.finditer(markdown):
        yield (unquote(found["markdown"] or found["html"]),)


def list_changed(sources: Iterable[str]) -> set[str]:
    """Return the names that cells give a value to, as assignments, loops, functions' own names and imports do."""
    changed: set[str] = set()
    for node in (node for source in sources for node in ast.walk(parse_cell(source))):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            changed.add(node.id)
        elif isinstance(node, ast.arg):
            changed.add(node.arg)
        elif isinstance(node, ast.alias):
            changed.add(node.asname or node.name)
    return changed


def _is_literal(value: ast.expr | None) -> bool:
    """Return whether a value is written as it stands."""
    try:
        ast.literal_eval(value or "")
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def _list_in(node: ast.AST, known: frozenset[str]) -> Iterator[Pieces]:
    """Yield the names in a piece of Python, of what is put together the whole and not its parts."""
    if isinstance(node, ast.Import):
        yield from (pieces for alias in node.names for pieces in _list_module_files(alias.name))
    elif isinstance(node, ast.ImportFrom):
        yield from _list_module_files(node.module or "")
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield _join(_split(node.value))
            if _PLACE.search(node.value):
                yield (node.value,)
    else:
        parts = _list_parts(node)
        if parts:
            yield _join(piece for part in parts for piece in _to_pieces(part, known))
        for child in parts or ast.iter_child_nodes(node):
            if not (parts and isinstance(child, ast.Constant)):
                yield from _list_in(child, known)


def _list_parts(node: ast.AST) -> list[ast.expr]:
    """Return what a text is put together of, in order; nothing where it is no such text."""
    parts = list(_take_apart(node)) if isinstance(node, (ast.JoinedStr, ast.BinOp)) else []
    is_text = any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in parts)
    return parts if is_text and parts != [node] else []


def _take_apart(node: ast.AST) -> Iterator[Any]:
    """Yield what is put together in f-strings and by plus signs."""
    inner: list[Any] = []
    if isinstance(node, ast.JoinedStr):
        inner = list(node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        inner = [node.left, node.right]
    yield from (part for value in inner for part in _take_apart(value))
    if not inner:
        yield node


def _to_pieces(part: ast.expr, known: frozenset[str]) -> Iterator[str | Value]:
    """Yield a part of a text: as it stands, as the value of a parameter, or as anything."""
    if isinstance(part, ast.FormattedValue) and part.format_spec is None and part.conversion == -1:
        part = part.value
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "str" and len(part.args) == 1:
        part = part.args[0]
    if isinstance(part, ast.Constant):
        yield str(part.value)
    else:
        yield Value(part.id) if isinstance(part, ast.Name) and part.id in known else ANYTHING


def _split(text: str) -> Iterator[str | Value]:
    """Yield the pieces of a text in quotes that takes in others."""
    begin = 0
    for place in _PLACE.finditer(text):
        yield text[begin : place.start()]
        yield ANYTHING
        begin = place.end()
    yield text[begin:]


def _join(pieces: Iterable[str | Value]) -> Pieces:
    """Return pieces without empty ones."""
    return tuple(piece for piece in pieces if piece != "")


def _list_module_files(module: str) -> list[Pieces]:
    """Return what a module's first name may be as a file or folder."""
    name = module.partition(".")[0]
    return [(f"{name}.py",), (name,)]
