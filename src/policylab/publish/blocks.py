"""What a page shows as plain blocks, for documents that are no HTML: headings, paragraphs, lists, tables, images."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from policylab.publish.vector import draw_svg

Kind = Literal["heading", "paragraph", "item", "code", "table", "image", "fold"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS = frozenset({"p", "blockquote", "dt", "dd", "figcaption", "caption"})
_CONTAINERS = frozenset(
    {"div", "main", "section", "article", "details", "figure", "ul", "ol", "dl", "body", "html", "span"}
    | {"blockquote", "dd", "center", "header", "footer", "nav", "aside", "form", "fieldset", "address"}
)
_BREAKS = frozenset({"p", "div", "pre", "blockquote", "section", "center", "dd", "dt"})  # each on a line of its own
_HIDDEN = frozenset({"style", "script", "head", "title", "template", "noscript", "audio", "video"})
_SEPARATE = _HIDDEN | {"ul", "ol"}  # no words of the block that they stand in
_STYLES = {
    "b": "strong",
    "strong": "strong",
    "th": "strong",
    "mark": "mark",
    "small": "small",
    "i": "emphasis",
    "em": "emphasis",
    "sub": "sub",
    "sup": "sup",
    "del": "strike",
    "s": "strike",
}
_FALLBACK = (
    "sk-text-repr-fallback"  # of scikit-learn, for who sees no styles; with advice on notebooks, beside the words
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DATA = re.compile(r"data:image/(?P<kind>png|jpeg|gif|webp|svg\+xml);base64,(?P<data>.*)", re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML can hold them
# Of columns, in letters of the size of tables.
_LINE, _SHORT, _WIDEST, _GAP = 96, 15, 60, 3
_SMALLEST = 0.4  # share of the usual size of letters in tables
_MOST_SPANNED = 1000
# Of images.
_DPI, _TEXT_INCHES, _SMALL, _TALLEST = 96, 6.3, 0.6, 1.25
_CHINESE_FROM = 0x2E80


class Run(NamedTuple):
    """A stretch of text of one look; ``link`` is a web address or ""."""

    text: str
    style: str = ""
    link: str = ""


@dataclass(slots=True)
class Block:
    """
    One block of a page.

    Attributes
    ----------
    kind : str
    runs : list of Run
        Of headings, paragraphs, list items, code and the summary of a fold.
    level : int
        Of a heading, 1 the title; of a list item, 1 the outermost.
    marker : str
        Of an item of a list in order, its number.
    rows : list of rows of cells of runs
        Of a table; the first ``n_header`` are its header.
    widths : list of float
        Shares of the table's columns of the width of the text.
    scale : float
        The size of a table's letters, as a share of the usual one; the width of an image, as a share of that of the text.
    image : bytes
        PNG or JPEG.
    alt : str
    """

    kind: Kind
    runs: list[Run] = field(default_factory=list)
    level: int = 0
    marker: str = ""
    rows: list[list[list[Run]]] = field(default_factory=list)
    n_header: int = 0
    widths: list[float] = field(default_factory=list)
    scale: float = 1.0
    image: bytes = b""
    alt: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the block as JSON types, without its image."""
        content = asdict(self)
        del content["image"]
        return content


def read_blocks(html: str) -> list[Block]:
    """
    Return the blocks of a page in their order; scripts and styles are left out, images only where they are inside it.

    Examples
    --------
    >>> [(block.kind, block.runs[0].text) for block in read_blocks("<h1>目标</h1><p>增长<mark>8%</mark></p>")]
    [('heading', '目标'), ('paragraph', '增长')]
    """
    from lxml import html as parser

    root = parser.fragment_fromstring(_CONTROL.sub("\ufffd", html), create_parent="div")
    return [block for block in _walk(root, 0) if block.runs or block.rows or block.image]


def join_text(runs: Iterable[Run]) -> str:
    """Return the text of runs."""
    return "".join(run.text for run in runs)


def _walk(element: Any, depth: int) -> Iterator[Block]:
    """Yield the blocks of an element and what is in it."""
    tag = element.tag if isinstance(element.tag, str) else "script"  # a comment
    if tag in _HIDDEN or element.get("hidden") is not None:
        return
    if tag in _HEADINGS:
        yield Block("heading", _trim(_list_runs(element)), level=_HEADINGS[tag])
    elif tag == "table":
        yield from _walk_table(element)
    elif tag == "img":
        yield from _read_image(element)
    elif tag == "pre":
        yield Block("code", [Run(element.text_content().rstrip("\n"))])
    elif _FALLBACK in str(element.get("class", "")):
        yield from (block for inner in element.iter("pre") for block in _walk(inner, depth))
    elif tag == "summary":
        yield Block("fold", _trim(_list_runs(element)))
    elif tag in _CONTAINERS and _holds_blocks(element):
        yield from _walk_parts(element, depth + (tag in ("ul", "ol")))
    else:
        yield from _walk_words(element, depth)


def _walk_table(table: Any) -> Iterator[Block]:
    """Yield a table, what is written over it first and what is drawn in it last."""
    yield from (Block("paragraph", _trim(_list_runs(caption))) for caption in table.iterfind("caption"))
    yield _read_table(table)
    for image in table.iter("img"):
        yield from _read_image(image)


def _walk_words(element: Any, depth: int) -> Iterator[Block]:
    """Yield an element's words as one block, then the images and lists that stand among them."""
    kind: Kind = "item" if element.tag == "li" else "paragraph"
    yield Block(kind, _trim(_list_runs(element)), level=depth, marker=_number(element))
    for inner in element.iter("img", "ul", "ol"):
        if inner.tag == "img":
            yield from _read_image(inner)
        elif next(above for above in inner.iterancestors() if above is element or above.tag in ("ul", "ol")) is element:
            yield from _walk(inner, depth)


def _number(element: Any) -> str:
    """Return the number of an item of a list in order, "" for anything else."""
    parent = element.getparent()
    if element.tag != "li" or parent is None or parent.tag != "ol":
        return ""
    first = str(parent.get("start", "1"))
    place = [item for item in parent if item.tag == "li"].index(element)
    return f"{(int(first) if first.isdecimal() else 1) + place}."


def _walk_parts(element: Any, depth: int) -> Iterator[Block]:
    """Yield the blocks of what is in an element; words that stand between its parts are paragraphs."""
    if (element.text or "").strip():
        yield Block("paragraph", _trim([Run(_SPACE.sub(" ", element.text))]))
    for child in element:
        yield from _walk(child, depth)
        if (child.tail or "").strip():
            yield Block("paragraph", _trim([Run(_SPACE.sub(" ", child.tail))]))


def _holds_blocks(element: Any) -> bool:
    """Return whether anything in an element is a block, rather than words of one."""
    blocks = {*_HEADINGS, *_PARAGRAPHS, *_CONTAINERS, "table", "img", "pre", "li", "summary", "style"} - {"span"}
    return any(child.tag in blocks for child in element.iterdescendants())


def _list_runs(element: Any, style: str = "", link: str = "") -> Iterator[Run]:
    """Yield the runs of an element in their order."""
    if element.text:
        yield Run(_SPACE.sub(" ", element.text), style, link)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else "script"
        address = str(child.get("href", "")) if tag == "a" else ""
        if tag == "br" or (tag in _BREAKS and ((element.text or "").strip() or child.getprevious() is not None)):
            yield Run("\n", style, link)
        if tag not in _SEPARATE and not (tag == "a" and "anchor-link" in str(child.get("class", ""))):
            is_web = address.startswith(("https://", "http://"))
            yield from _list_runs(child, _STYLES.get(tag, style), address if is_web else link)
        if child.tail:
            yield Run(_SPACE.sub(" ", child.tail), style, link)


def _trim(runs: Iterable[Run]) -> list[Run]:
    """Return runs without space at both ends, and none that are empty."""
    kept = [run for run in runs if run.text]
    if kept:
        kept[0] = kept[0]._replace(text=kept[0].text.lstrip())
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip())
    return [run for run in kept if run.text]


def _read_table(table: Any) -> Block:
    """Return a table with the same number of cells in each row."""
    rows = list(_list_rows(table))
    columns = max(map(len, rows), default=0)
    rows = [row + [[]] * (columns - len(row)) for row in rows if row]
    header = len(list(table.iterfind("thead/tr")))
    return Block("table", rows=rows, n_header=min(header, len(rows)), widths=_share(rows, columns), scale=_fit(rows))


def _list_rows(table: Any) -> Iterator[list[list[Run]]]:
    """Yield the rows of a table; where a cell spans others, these are there and empty, so that columns stay what they are."""
    spanned: dict[int, int] = {}  # by column, the rows below that a cell above takes
    for row in table.iter("tr"):
        made: list[list[Run]] = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            _skip_spanned(made, spanned)
            runs, below = _trim(_list_runs(cell)), _read_span(cell, "rowspan") - 1
            for number in range(_read_span(cell, "colspan")):
                spanned[len(made)] = below
                made.append([] if number else runs)
        _skip_spanned(made, spanned)
        yield made


def _skip_spanned(row: list[list[Run]], spanned: dict[int, int]) -> None:
    """Add empty cells to a row as long as a cell above takes their place."""
    while spanned.get(len(row), 0) > 0:
        spanned[len(row)] -= 1
        row.append([])


def _read_span(cell: Any, name: str) -> int:
    """Return over how many rows or columns a cell goes."""
    words = str(cell.get(name, "1"))
    return min(max(int(words), 1), _MOST_SPANNED) if words.isascii() and words.isdigit() else 1


def _fit(rows: Sequence[Sequence[Sequence[Run]]]) -> float:
    """Return how much smaller letters have to be so that the longest word of each column fits beside those of others."""
    columns = zip(*rows, strict=True) if rows else ()
    words = (max((_count([Run(word)]) for cell in column for word in _split(cell)), default=0) for column in columns)
    return round(max(_SMALLEST, min(1.0, _LINE / max(sum(width + _GAP for width in words), 1))), 3)


def _split(cell: Sequence[Run]) -> list[str]:
    """Return what of a cell stays on one line: words, and single Chinese characters."""
    return re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+", join_text(cell))


def _share(rows: Sequence[Sequence[Sequence[Run]]], columns: int) -> list[float]:
    """Return each column's share of the width: short columns get what they take, long ones what they need of the rest."""
    taken = [max((_count(row[column]) for row in rows), default=0) + _GAP for column in range(columns)]
    short = [width if width <= _SHORT else 0 for width in taken]
    long = [0 if width <= _SHORT else min(width, _WIDEST) for width in taken]
    rest = max(_LINE - sum(short), _SHORT)
    scale = rest / sum(long) if sum(long) else 1
    widths = [one or other * scale for one, other in zip(short, long, strict=True)]
    return [round(width / max(sum(widths), 1), 4) for width in widths]


def _count(runs: Iterable[Run]) -> int:
    """Return how wide words are: a Chinese character is two wide."""
    return sum(1 + (ord(char) > _CHINESE_FROM) for char in join_text(runs))


def _read_image(image: Any) -> Iterator[Block]:
    """Yield an image that is inside the page."""
    found = _DATA.match(str(image.get("src", "")))
    if found:
        try:
            content = base64.b64decode(found["data"])
            content = draw_svg(content) if found["kind"] == "svg+xml" else content
            content = _make_plain(content)
        except binascii.Error:
            return
        if share := _size(content):
            yield Block("image", image=content, alt=str(image.get("alt", "")), scale=share)


def _make_plain(image: bytes) -> bytes:
    """Return a picture as PNG or JPEG that every program can read, b"" where it can't be read itself."""
    from PIL import Image

    file = io.BytesIO()
    try:
        with Image.open(io.BytesIO(image)) as opened:
            if opened.format == "PNG":
                opened.verify()
                return image
            opened.load()
            if opened.format == "JPEG" and "jfif" in opened.info and opened.mode != "CMYK":
                return image
            opened.convert("RGBA").save(file, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    return file.getvalue()


def _size(image: bytes) -> float:
    """Return the width of an image as a share of that of the text: its own where it is small; 0 where it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(image)) as opened:
            (width, height), (dpi, _) = opened.size, opened.info.get("dpi", (_DPI, _DPI))
    except (UnidentifiedImageError, OSError, ValueError):
        return 0.0
    own = width / max(dpi, 1) / _TEXT_INCHES
    return round(min(own if own < _SMALL else 1.0, _TALLEST * width / max(height, 1)), 4)
