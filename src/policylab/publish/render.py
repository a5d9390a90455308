"""HTML for notebooks and pages: every text that is put in is escaped, and a page stands by itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from policylab.publish.fonts import cut_web_font
from policylab.publish.words import name_indicator, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Nothing may be loaded or run, whatever the text of a report says: styles, images and fonts are inside the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; font-src data:"
VALUES_MIME = "application/vnd.policylab.values+json"
_SHORT_CELL = 8  # characters
_CELLS, _CELL_END = {True: Markup('<td class="short">'), False: Markup("<td>")}, Markup("</td>")
_DOTS_PER_INCH, _PIXELS_PER_INCH = 120, 96  # of a picture, and of a page


# JupyterLab sets every cell of a table flush right, and marks in a glaring yellow.
NOTEBOOK_STYLE = Markup(
    "<style>.jp-RenderedHTMLCommon .table table{margin-left:0}"
    ".jp-RenderedHTMLCommon .table :is(th,td){text-align:left;vertical-align:top}"
    ".jp-RenderedHTMLCommon .table th{white-space:nowrap}"
    ".jp-RenderedHTMLCommon :is(blockquote,.table) mark{background:#fbe3c8}"
    ".jp-RenderedHTMLCommon .caution{border-left:3px solid #c4430c;padding-left:.75em}</style>\n"
)


class Html(Markup):
    """HTML that a notebook shows; ``Html("<p>{}</p>").format(text)`` escapes the text."""

    def _repr_html_(self) -> str:
        return NOTEBOOK_STYLE + self if 'class="table"' in self else str(self)


class NotedHtml(Html):
    """HTML that also carries values in a form for programs: the index of a batch shows them beside the report."""

    values: list[dict[str, Any]]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": str(self), VALUES_MIME: self.values}


def note_values(html: Html, values: list[dict[str, Any]]) -> NotedHtml:
    """
    Return HTML with the values that it states noted beside it.

    Parameters
    ----------
    html : Html
    values : list of dict
        Each with ``key``, ``name`` and ``text`` (str), and ``value`` (a number, or None), by which it is sorted.
    """
    noted = NotedHtml(html)
    noted.values = values
    return noted


def join_html(parts: Iterable[Markup]) -> Html:
    """Return pieces of HTML one after the other."""
    return Html("\n").join(parts)


def render_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """
    Return an HTML table, without a header where that is empty; cells that are not HTML already are escaped.

    Examples
    --------
    >>> print(render_table(["a"], [["<b>"]]))
    <div class="table"><table><thead><tr><th>a</th></tr></thead><tbody>
    <tr><td class="short">&lt;b&gt;</td></tr>
    </tbody></table></div>
    """
    names = Markup("").join(Markup("<th>{}</th>").format(cell) for cell in header)
    head = Markup("<thead><tr>{}</tr></thead>").format(names) if header else ""
    body = [Markup("<tr>{}</tr>").format(_join_cells(row)) for row in rows]
    table = Html('<div class="table"><table>{}<tbody>\n{}\n</tbody></table></div>')
    return table.format(head, Markup("\n").join(body))


def paragraph(text: str, kind: str = "") -> Html:
    """Return a paragraph of escaped text."""
    return Html('<p class="{}">{}</p>').format(kind, text) if kind else Html("<p>{}</p>").format(text)


def list_items(lines: Sequence[str]) -> Html:
    """Return lines as a list."""
    return Html("<ul>\n{}\n</ul>").format(Markup("\n").join(Markup("<li>{}</li>").format(line) for line in lines))


def write_section(key: str, content: Markup | None, lang: str) -> Html:
    """Return a section with its heading; without content it says that there is nothing, and why."""
    heading = Html("<h2>{}</h2>").format(say(f"{key}.heading", lang))
    return join_html([heading, paragraph(say(f"{key}.none", lang), "soft") if content is None else content])


def render_fold(summary: str, content: Markup, *, is_open: bool = False) -> Html:
    """Return content that a click on its summary shows and hides."""
    fold = Html("<details{}><summary>{}</summary>\n{}\n</details>")
    return fold.format(" open" if is_open else "", summary, content)


def render_picture(figure: Figure) -> Html:
    """
    Return a figure as a picture inside the HTML, at the resolution of a screen; its label is the alternative text.

    `policylab.publish.figures.save_figure` writes the files that a paper needs; this takes a third of its time.
    """
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, pil_kwargs={"compress_level": 1})
    data = base64.b64encode(file.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * _PIXELS_PER_INCH)
    picture = Html('<img src="data:image/png;base64,{}" alt="{}" width="{}">')
    return picture.format(data, figure.get_label(), width)


def render_quote(text: str, start: int, end: int, as_written: str) -> Html:
    """
    Return ``text[start:end]`` with the value as written in it marked.

    Examples
    --------
    >>> print(render_quote("目标：增长8%左右。", 3, 9, "8%左右"))
    增长<mark>8%左右</mark>
    """
    quote = text[start:end]
    at = quote.find(as_written) if as_written else -1
    if at < 0:
        return Html(escape(quote))
    return Html("{}<mark>{}</mark>{}").format(quote[:at], as_written, quote[at + len(as_written) :])


def render_link(address: str, words: str) -> Markup:
    """Return a link to a web address or a place on the page; only the words for an address of another kind."""
    if not address.startswith(("https://", "http://", "#")):
        return escape(words)
    return Markup('<a href="{}">{}</a>').format(address, words)


def render_text(text: str, targets: pd.DataFrame, lang: str) -> Html:
    """
    Return a whole report with its targets marked: every quote has a mark that names its indicators, and an anchor.

    Parameters
    ----------
    text : str
        The text that the spans of `targets` refer to; shown unchanged.
    targets : DataFrame, one row per target
        ``start``, ``end`` and ``indicator`` are used; the anchor of a target is "c" and its start.
    lang : "zh" or "en"
    """
    spans = sorted((int(row["start"]), int(row["end"]), str(row["indicator"])) for row in targets.to_dict("records"))
    covering: list[list[str]] = [[] for _ in text]
    for start, end, indicator in spans:
        name = name_indicator(indicator, lang) if indicator != "other" else ""
        for place in range(start, end):
            covering[place].append(f"{start}:{name}")
    pieces, place, anchors = [], 0, {start for start, _, _ in spans}
    for names, group in groupby(range(len(text)), key=lambda index: covering[index]):
        piece = text[place : place + len(list(group))]
        pieces.append(_mark(piece, names, place if place in anchors else None))
        place += len(piece)
    return Html('<div class="document">{}</div>').format(Markup("").join(pieces))


def render_page(body: str, *, title: str, lang: str) -> str:
    """
    Return a page that stands by itself: no script, nothing from elsewhere, the Chinese characters it shows inside it.

    Parameters
    ----------
    body : str
        HTML; trusted, since it was made by this module or from an executed notebook.
    title : str
    lang : "zh" or "en"
    """
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    body = body.replace(str(NOTEBOOK_STYLE), "")  # the page has a style of its own
    characters = sorted(char for char in {*body, *title} if char.isprintable() and not char.isascii())
    font = cut_web_font("".join(characters)) if characters else ""  # which brings the letters of ASCII
    head = Markup(
        '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{}</title>\n'
    ).format({"zh": "zh-CN"}.get(lang, lang), _POLICY, title)
    return f"{head}<style>\n{font}\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"


def _join_cells(row: Sequence[object]) -> Markup:
    """Return the cells of one row; what is short stays on one line."""
    cells = [escape(cell) for cell in row]
    return Markup("").join(_CELLS[len(cell.striptags()) <= _SHORT_CELL] + cell + _CELL_END for cell in cells)


def _mark(piece: str, names: list[str], anchor: int | None) -> Markup:
    """Return a piece of a report, marked where targets cover it."""
    if not names:
        return escape(piece)
    attributes: dict[str, Any] = {"title": ", ".join(filter(None, (name.partition(":")[2] for name in names)))}
    if anchor is not None:
        attributes["id"] = f"c{anchor}"
    listed = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in attributes.items() if value)
    return Markup("<mark{}>{}</mark>").format(listed, piece)
