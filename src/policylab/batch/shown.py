"""What of an executed notebook its pages show: they run nothing and load nothing, so that what would is told in words."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from markupsafe import Markup, escape

from policylab.publish.render import render_link
from policylab.publish.words import say

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Cells for who opens the notebook, and tags by which authors of books and others have them left out.
_NO_CELL = {"form", "remove-cell", "remove_cell"}
_NO_OUTPUT = {"remove-output", "remove_output"}
_SCRIPTED = re.compile(r"application/vnd\.(plotly|vega|vegalite|bokehjs_exec|holoviews_exec)\b")
_LOADS = re.compile(r"application/vnd\.(bokehjs|holoviews)_load\b|bk-notebook-logo")
_WIDGET, _STATES = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
_QUIET = re.compile(
    r"(Box|GridspecLayout|Output|Tab|Accordion|Stack|HTML|HTMLMath|Label)Model"
)  # widgets that ask nothing
_PICTURES = ("image/gif", "image/webp")  # which nbconvert does not know
_SEEN = ("img", "svg", "iframe", "table", "input")
_TAGS = re.compile(
    r"<(/?)(a|article|b|blockquote|button|details|div|em|figure|form|h[1-6]|i|main|ol|pre|script|section|select|small|span"
    r"|strong|style|svg|table|textarea|title|ul)\b",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"""(<img\b(?>[^>]*?\bsrc=))(["'])(?!data:|\w+://|//|/)([^"'>]+)\2""", re.IGNORECASE)
_KINDS = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".gif": "gif",
    ".svg": "svg+xml",
    ".webp": "webp",
}


def list_shown(executed: NotebookNode, lang: str) -> list[NotebookNode]:
    """
    Return the cells of a notebook that its pages show, with outputs that a page without scripts can show.

    Figures that need a script are replaced by their picture where they bring one, else by a sentence; so are controls, with
    what they have drawn after it. HTML that leaves something open is closed, so that it can't swallow what follows.
    """
    states = executed.metadata.get("widgets", {}).get(_STATES, {}).get("state", {})
    shown = []
    for cell in executed.cells:
        tags = {*cell.metadata.get("tags", [])}
        if tags & _NO_CELL:
            continue
        outputs = [] if tags & _NO_OUTPUT else cell.get("outputs", [])
        settled = [part for output in outputs for part in _settle(output, states, lang)]
        shown.append(type(cell)({**cell, "outputs": settled}) if "outputs" in cell else cell)
    return shown


def embed_images(body: str, folders: Iterable[Path]) -> str:
    """Return HTML with the pictures in it that it names by files in one of the folders."""
    folders = list(folders)

    def embed(found: re.Match[str]) -> str:
        data = _read_image(unquote(found[3]), folders)
        return f"{found[1]}{found[2]}{data}{found[2]}" if data else found[0]

    return _IMAGE.sub(embed, body)


def close_html(html: str) -> str:
    """Return HTML with every element closed that it has opened, and none that it has not; as it is where that is so."""
    from lxml import html as parser

    return html if _is_balanced(html) else str(parser.tostring(_parse(html), encoding="unicode"))


def _settle(output: Any, states: Mapping[str, Any], lang: str) -> Iterator[Any]:
    """Yield what is shown in place of an output, mostly the output itself."""
    data = output.get("data")
    html = _join(data.get("text/html", "")) if data else ""
    if not data:
        yield output
    elif _WIDGET in data or any(map(_SCRIPTED.match, data)) or _is_blank(html):
        pictures = {kind: data[kind] for kind in data if kind.startswith("image/")}
        if pictures:
            yield from _settle(type(output)({**output, "data": pictures}), states, lang)
        elif _WIDGET in data:
            yield from _settle_widget(data[_WIDGET].get("model_id", ""), states, lang)
        else:
            yield _write(_tell("page.interactive", lang))
    elif kind := next((kind for kind in _PICTURES if kind in data), ""):
        yield _write(Markup('<img src="data:{};base64,{}" alt="">').format(kind, _join(data[kind]).replace("\n", "")))
    elif html and (framed := _find_frame(html)) is not None:
        yield _write(
            Markup("<p>{}</p>").format(render_link(framed, framed)) if framed else _tell("page.interactive", lang)
        )
    elif _LOADS.search(html) or any(map(_LOADS.match, data)) or _is_only_scripts(html):
        return
    elif html and not _is_balanced(html):
        yield type(output)({**output, "data": {**data, "text/html": close_html(html)}})
    else:
        yield output


def _settle_widget(model: str, states: Mapping[str, Any], lang: str) -> Iterator[Any]:
    """Yield what a widget shows without a browser at work: that there are controls, then words and what was drawn."""
    held = list(_walk(model, states, set()))
    names = [state.get("model_name", "") for state in held]
    if any("Progress" in name for name in names):
        return  # which has come to its end
    if not held or any(not _QUIET.fullmatch(name.removeprefix("H").removeprefix("V")) for name in names):
        yield _write(_tell("page.controls", lang))
    for name, state in zip(names, held, strict=True):
        own = state.get("state", {})
        if name in ("HTMLModel", "HTMLMathModel", "LabelModel") and (value := str(own.get("value", ""))):
            yield _write(Markup("<p>{}</p>").format(value) if name == "LabelModel" else Markup(close_html(value)))
        for output in own.get("outputs", []) if name == "OutputModel" else []:
            yield from _settle(_to_node(output), states, lang)


def _walk(model: str, states: Mapping[str, Any], seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the state of a widget, and those of what lies in it."""
    if model in states and model not in seen:
        seen.add(model)
        yield states[model]
        for child in states[model].get("state", {}).get("children") or []:
            yield from _walk(str(child).removeprefix("IPY_MODEL_"), states, seen)


def _is_blank(html: str) -> bool:
    """Return whether HTML has a place that shows nothing before its scripts are run."""
    if not re.search("<script", html, re.IGNORECASE):
        return False
    root = _drop_scripts(html)
    return len(root) > 0 and not root.text_content().strip() and next(root.iter(*_SEEN), None) is None


def _is_only_scripts(html: str) -> bool:
    """Return whether HTML has scripts and no place for anything."""
    if not re.search("<script", html, re.IGNORECASE):
        return False
    root = _drop_scripts(html)
    return len(root) == 0 and not root.text_content().strip()


def _drop_scripts(html: str) -> Any:
    """Return HTML as a tree without what is never seen."""
    root = _parse(html)
    for hidden in list(root.iter("script", "style", "template", "noscript", "link", "meta")):
        hidden.drop_tree()
    return root


def _find_frame(html: str) -> str | None:
    """Return the web address of the page that is all that HTML frames, "" where it has none, None where it frames none."""
    if not re.search("<iframe", html, re.IGNORECASE):
        return None
    frame = next(_parse(html).iter("iframe"), None)
    address = "" if frame is None else str(frame.get("src", ""))
    return address if address.startswith(("https://", "http://")) else ""


def _is_balanced(html: str) -> bool:
    """Return whether as many elements are closed as are opened, of those that matter to what follows."""
    counts: Counter[str] = Counter()
    for closing, tag in _TAGS.findall(html):
        counts[tag.lower()] += -1 if closing else 1
    return not any(counts.values()) and html.count("<!--") == html.count("-->")


def _parse(html: str) -> Any:
    """Return HTML as a tree."""
    from lxml import html as parser

    return parser.fragment_fromstring(html.encode("utf-8", "replace").decode(), create_parent="div")


def _read_image(name: str, folders: Iterable[Path]) -> str:
    """Return the picture of that name below one of the folders as an address that holds it, "" where there is none."""
    kind = _KINDS.get(Path(name).suffix.lower())
    if kind is None or ".." in Path(name).parts:
        return ""
    for folder in folders:
        try:
            data = (folder / name).read_bytes()
        except (OSError, ValueError):
            continue
        return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return ""


def _tell(key: str, lang: str) -> Markup:
    """Return a sentence on what a page leaves out."""
    return Markup('<p class="soft">{}</p>').format(escape(say(key, lang)))


def _write(html: Markup) -> Any:
    """Return HTML as an output."""
    return _to_node({"output_type": "display_data", "data": {"text/html": str(html)}, "metadata": {}})


def _to_node(output: Mapping[str, Any]) -> Any:
    """Return an output with attributes, as templates ask for them."""
    import nbformat

    make: Any = nbformat.from_dict
    return make(output)


def _join(text: str | list[str]) -> str:
    """Return text that a notebook may have as lines."""
    return text if isinstance(text, str) else "".join(text)
