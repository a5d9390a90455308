"""A table for LaTeX: booktabs rules, a caption, notes and sources, and every special character escaped."""

from __future__ import annotations

import re
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from policylab import __version__
from policylab.publish.cells import clean_cell
from policylab.publish.printed import Printed, count_ems, is_wide, measure_columns, print_table

if TYPE_CHECKING:
    import jinja2

# Sizes of type, and how many ems of each a text of 345 points holds.
_SIZES = {"": 34.5, r"\small": 38.3, r"\footnotesize": 43.1, r"\scriptsize": 49.3}
_GAP_EMS = 1.2  # between columns
_TURNED = 1.59  # how much wider the text is that lies across the page, which then holds so many lines of 10 points
_TURNED_LINES = 27
# Lines of 10 points that a page holds, in Chinese with the wider leading of ctex; a taller table goes over several pages.
_PAGE_LINES, _CHINESE_LEADING = 43, 1.3
_Chosen: TypeAlias = tuple[str, list[float], str]  # a size of type, the widths of columns, how the table fits
_ESCAPES = {
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "−": "$-$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "–": "--",
    "—": r"\textemdash{}",
    **{mark: rf"\textsuperscript{{{digit}}}" for digit, mark in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}
_ESCAPED = re.compile("|".join(map(re.escape, _ESCAPES)))


def render_latex(printed: Printed, label: str) -> bytes:
    r"""
    Return a table environment as UTF-8 LaTeX, to be read with ``\input``; a tall table is a longtable.

    Its first line names the packages that the preamble needs. With Chinese characters it compiles under xelatex and
    lualatex with ctex, and under pdflatex with CJKutf8; without them under every engine.

    Parameters
    ----------
    printed : Printed
    label : str
        After ``tab:`` in the label.
    """
    header, rows, places = print_table(printed)
    cells = [[escape_latex(cell) for cell in row] for row in [header, *rows]]
    lines = [" & ".join(_protect(cell) for cell in row) for row in cells]
    body = len(lines) - printed.foot
    size, widths, fit = _choose_size(header, rows)
    turned = _turn(header, rows, printed) if fit == "tight" else None
    if is_turned := turned is not None:
        size, widths, fit = turned
    has_chinese = any(map(is_wide, "".join([*header, *map("".join, rows), *printed.closing, printed.caption])))
    height = _measure_height([header, *rows], (size, widths, fit), printed)
    is_long = height > _PAGE_LINES and not is_turned
    packages = ["booktabs", *["array"] * (fit != "whole"), *["longtable"] * is_long, *["rotating"] * is_turned]
    text = _template().render(
        version=__version__,
        packages=",".join(packages),
        size=size,
        gap=f"{_GAP_EMS / 2:g}",
        columns=places if fit == "whole" else _fix_columns(places, widths),
        header=lines[0],
        rows=lines[1:body],
        foot=lines[body:],
        closing=[escape_latex(line) for line in printed.closing],
        caption=escape_latex(printed.caption),
        label=re.sub(r"[^A-Za-z0-9-]+", "-", label).strip("-") or "table",
        is_long=is_long,
        environment="sidewaystable" if is_turned else "table",
        has_chinese=has_chinese,
    )
    return text.encode()


def escape_latex(text: str) -> str:
    r"""
    Return text that LaTeX prints as it is.

    Examples
    --------
    >>> print(escape_latex("8%左右 & #1_a \\ −2"))
    8\%左右 \& \#1\_a \textbackslash{} $-$2
    """
    text = " ".join(clean_cell(text).split())
    return _ESCAPED.sub(lambda found: _ESCAPES[found.group()], text).replace("\ufffd", "?")


def _protect(cell: str) -> str:
    r"""Keep a cell that begins with [ or * from being read as an argument of the line end before it."""
    return f"{{}}{cell}" if cell.startswith(("[", "*")) else cell


def _choose_size(header: list[str], rows: list[list[str]]) -> _Chosen:
    """
    Return the type, the widths of columns, and how the table fits.

    The type is the largest in which no cell is broken, else that in which the table is least tall; the smallest only
    where it fits no other.
    """
    fits = _try_sizes(header, rows)
    *readable, smallest = fits
    heights = {size: _count_lines([header, *rows], fits[size][0]) / _SIZES[size] for size in readable}
    fitting = [size for size in readable if fits[size][1] != "tight"] or [smallest]
    whole = [size for size in fitting if fits[size][1] == "whole"]
    size = whole[0] if whole else min(fitting, key=lambda size: heights.get(size, 0))
    return size, *fits[size]


def _turn(header: list[str], rows: list[list[str]], printed: Printed) -> _Chosen | None:
    """Return the largest type in which the table fits across the page, None where it is too tall."""
    for size, (widths, fit) in _try_sizes(header, rows, wider=_TURNED).items():
        chosen = size, widths, fit
        if fit != "tight" and _measure_height([header, *rows], chosen, printed) <= _TURNED_LINES:
            return chosen
    return None


def _try_sizes(header: list[str], rows: list[list[str]], *, wider: float = 1) -> dict[str, tuple[list[float], str]]:
    """Return the widths of columns and how the table fits, by size of type."""
    gaps = _GAP_EMS * (len(header) - 1)
    return {size: measure_columns(header, rows, room * wider - gaps) for size, room in _SIZES.items()}


def _measure_height(rows: list[list[str]], chosen: _Chosen, printed: Printed) -> float:
    """Return how many lines of 10 points a table takes with its caption and notes; ctex leads Chinese wider."""
    size, widths, _ = chosen
    height = _count_lines(rows, widths) * _SIZES[""] / _SIZES[size] + _count_beside(printed)
    return height * (_CHINESE_LEADING if printed.lang == "zh" else 1)


def _count_lines(rows: list[list[str]], widths: list[float]) -> int:
    """Return how many lines the rows take: as many as their cells that take most."""
    return sum(max(ceil(count_ems(cell) / width) for cell, width in zip(row, widths, strict=True)) or 1 for row in rows)


def _count_beside(printed: Printed) -> float:
    """Return how many lines caption, rules, notes and sources take."""
    notes = sum(ceil(count_ems(line) / _SIZES[r"\footnotesize"]) for line in printed.closing)
    return 2 * bool(printed.caption) + 2 + 0.8 * notes


def _fix_columns(places: str, widths: list[float]) -> str:
    """Return columns of fixed shares of the text, in which cells take several lines."""
    commands = {"l": r"\raggedright", "c": r"\centering", "r": r"\raggedleft"}
    room = rf"\dimexpr\linewidth-{_GAP_EMS * (len(places) - 1):g}em\relax"
    columns = [
        rf">{{{commands[place]}\arraybackslash}}p{{{width / sum(widths):.4f}{room}}}"
        for place, width in zip(places, widths, strict=True)
    ]
    return "".join(columns)


@cache
def _template() -> jinja2.Template:
    """Read the template once; its marks are << >> and <% %>, which LaTeX does not use."""
    import jinja2

    environment = jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    return environment.from_string((Path(__file__).parent / "table.tex.jinja").read_text("utf-8"))
