"""What a page shows of an executed notebook, in each format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.batch.shown import close_html, embed_images, list_shown
from policylab.publish.blocks import Block, Run, read_blocks
from policylab.publish.words import say

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MOST = 40_000  # characters of one output in a document, some ten pages


def render_pages(
    executed: NotebookNode, formats: Iterable[str], *, title: str, lang: str, folders: Iterable[Path]
) -> Iterator[tuple[str, bytes | str]]:
    """Yield the page of each format, with its name; pictures that the notebook names by files are in one of the folders."""
    body = to_body(executed, lang, folders)
    for kind in formats:
        yield kind, _render(kind, body, title=title, lang=lang)


def to_body(executed: NotebookNode, lang: str, folders: Iterable[Path] = ()) -> str:
    """Return the outputs of a notebook as HTML, without code; with the pictures that it names by files in the folders."""
    shown = type(executed)({**executed, "cells": list_shown(executed, lang)})
    body, _ = _exporter().from_notebook_node(shown)
    return embed_images(str(body), folders)


def _render(kind: str, body: str, *, title: str, lang: str) -> bytes | str:
    """Return the page of one format."""
    if kind == "html":
        from policylab.publish.render import render_page

        return render_page(body, title=title, lang=lang)
    blocks = [part for block in read_blocks(body) for part in _shorten(block, lang)]
    if kind == "docx":
        from policylab.publish.word import render_docx

        return render_docx(blocks, title=title)
    from policylab.publish.typeset import render_pdf

    return render_pdf(blocks, title=title, lang=lang)


def _shorten(block: Block, lang: str) -> Iterator[Block]:
    """Yield a block; of one that would fill dozens of pages its beginning and end, with a word on what is left out."""
    text = "".join(run.text for run in block.runs)
    if block.kind != "code" or len(text) <= _MOST:
        yield block
        return
    head, tail = text[: _MOST // 2], text[-_MOST // 4 :]
    left_out = Run(say("page.shortened", lang, n=f"{len(text) - len(head) - len(tail):,}"), "small")
    yield replace(block, runs=[Run(head)])
    yield Block("paragraph", [left_out])
    yield replace(block, runs=[Run(tail)])


@cache
def _exporter() -> Any:
    """Return nbconvert's exporter, its templates compiled once; and without its last step, which parses the whole page
    to give images a text that says that they have none.
    """
    from jinja2 import pass_context
    from nbconvert import exporters, filters
    from nbconvert.filters import widgetsdatatypefilter

    html: Any = exporters.HTMLExporter
    highlight: Any = filters.Highlight2HTML
    widgets: Any = widgetsdatatypefilter.WidgetsDataTypeFilter

    class Exporter(html):  # type: ignore[misc]
        def from_notebook_node(self, notebook: Any, resources: Any = None, **details: Any) -> Any:
            resources = self._init_resources(resources)
            chosen = widgets(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
            self.register_filter("highlight_code", highlight(parent=self))
            self.register_filter("filter_data_type", chosen)
            return super(html, self).from_notebook_node(notebook, resources, **details)

        @pass_context
        def markdown2html(self, context: Any, source: str) -> str:
            return close_html(str(super().markdown2html(context, source)))

    return Exporter(template_name="basic", exclude_input=True, exclude_output_prompt=True, exclude_anchor_links=True)
