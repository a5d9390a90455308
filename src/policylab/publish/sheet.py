"""The sheet that charts are drawn on: laid out in ems from the top left, written out as PDF, SVG and PNG."""

from __future__ import annotations

import io
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import UnknownNameError, close_matches
from policylab.publish.fonts import check_characters, cut_truetype, cut_web_font, font_path, measure_character
from policylab.publish.words import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTHS_MM: Mapping[str, float] = {
    "screen": 210,
    "elsevier-single": 90,
    "elsevier-onehalf": 140,
    "elsevier-double": 190,
    "cn-single": 80,
    "cn-double": 156,
}
MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
SOFT = "#666666"

_STYLES = Path(__file__).parent / "styles"
_NOTE_SIZE, _NOTE_LEADING = 0.85, 1.3
# What no line break may cut: short brackets, words, and characters with the punctuation that belongs to them.
_PIECE = re.compile(
    r"（[^（）\s]{1,8}）[，。、；：]*|[（《“]*(?:[^\u2e80-\uffef\s]+|[\u2e80-\uffef])[，。、；：）》”]*\s*|\s+"
)
_NO_DATES: Mapping[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


def add_font() -> None:
    """Make the Chinese font known to matplotlib, once."""
    from matplotlib.font_manager import fontManager

    path = str(font_path())
    if all(entry.fname != path for entry in fontManager.ttflist):
        fontManager.addfont(path)


@contextmanager
def open_sheet(width: str) -> Iterator[Sheet]:
    """
    Open an empty sheet of a named width, in the style that belongs to it; nothing of it lasts outside the block.

    Raises
    ------
    UnknownNameError
        If `WIDTHS_MM` has no such width.
    FontError
        If the Chinese font is not installed, or lacks a character that is drawn.
    """
    if width not in WIDTHS_MM:
        known = ", ".join(WIDTHS_MM)
        raise UnknownNameError(f"unknown width {width!r}: expected one of {known}{close_matches(width, WIDTHS_MM)}")
    from matplotlib import rcParams, style
    from matplotlib.figure import Figure

    add_font()
    with style.context(_STYLES / f"{'screen' if width == 'screen' else 'paper'}.mplstyle"):
        em_inches = float(rcParams["font.size"]) / POINTS_PER_INCH
        yield Sheet(Figure(), em_inches, WIDTHS_MM[width] / MM_PER_INCH / em_inches)


@dataclass
class Sheet:
    """A figure under construction; ``width`` and every place on it are in ems of the style's lettering."""

    fig: Figure
    em_inches: float
    width: float
    _axes: list[tuple[Axes, tuple[float, float, float, float]]] = field(default_factory=list)
    _lines: list[tuple[Text, float]] = field(default_factory=list)

    def write_title(self, title: str, *, is_shown: bool) -> float:
        """Write the title where it is to be shown, keep it as the figure's label, and return where drawing may begin."""
        self.fig.set_label(title)
        if not is_shown:
            return 0.6
        self._lines.append((self.fig.text(0, 0, title, fontsize=to_points(1.25), va="top", ha="left"), 0.3))
        return 2.6

    def add_axes(self, box: tuple[float, float, float, float]) -> Axes:
        """Add axes with the inner box (left, top, width, height)."""
        ax = self.fig.add_axes((0, 0, 1, 1))
        self._axes.append((ax, box))
        return ax

    def finish(self, bottom: float, notes: Iterable[str]) -> Figure:
        """Write the notes below, and give the figure its height and every part its place."""
        for note in notes:
            for line in wrap(note, (self.width - 1.4) / _NOTE_SIZE):
                text = self.fig.text(0, 0, line, fontsize=to_points(_NOTE_SIZE), color=SOFT, va="top", ha="left")
                self._lines.append((text, bottom))
                bottom += _NOTE_SIZE * _NOTE_LEADING
        height = bottom + 0.4
        self.fig.set_size_inches(self.width * self.em_inches, height * self.em_inches)
        for ax, (left, top, width, tall) in self._axes:
            ax.set_position((left / self.width, 1 - (top + tall) / height, width / self.width, tall / height))
        for text, top in self._lines:
            text.set_position((0.2 / self.width, 1 - top / height))
        for ax, _ in self._axes:
            ax.get_xticklabels(), ax.get_yticklabels()  # made now, while the style is in force, and not when drawn
        _check_glyphs(self.fig)
        return self.fig


def write_beside(ax: Axes, at: tuple[float, float], text: str, *, offset: tuple[float, float], **look: Any) -> None:
    """Write text at a place in fractions of the axes, moved by ems."""
    _annotate(ax, at, text, offset, "axes fraction", look)


def write_in_row(ax: Axes, at: tuple[float, float], text: str, *, offset: float, **look: Any) -> None:
    """Write text at (fraction of the width, row), moved sideways by ems and centred on the row."""
    _annotate(ax, at, text, (offset, 0), ax.get_yaxis_transform(), {"va": "center_baseline", **look})


def write_above(ax: Axes, x: float, text: str, *, offset: float, **look: Any) -> None:
    """Write text above the axes at a value of the horizontal scale."""
    _annotate(ax, (x, 1), text, (0, offset), ax.get_xaxis_transform(), look)


def write_names(
    ax: Axes, names: list[tuple[float, str, Mapping[str, Any]]], *, width: float, em: float, floor: float
) -> None:
    """Write each region's name beside the end of its line, with a piece of the line, moved apart where they meet."""
    y = floor - 1.4 * em
    for value, name, look in sorted(names, key=lambda entry: entry[0]):
        y = max(value, y + 1.4 * em)
        piece = [1 + 0.6 / width, 1 + 2 / width, 1 + 3.4 / width]
        ax.plot(piece, [y] * 3, transform=ax.get_yaxis_transform(), clip_on=False, markevery=[1], **look)
        write_in_row(ax, (1, y), name, offset=3.8, color=look["color"])


def write_counts(ax: Axes, counts: Mapping[float, int], *, width: float, label: str) -> None:
    """Write how many lie behind each place of the horizontal scale, upright above the axes, with a label on the left."""
    low, high = ax.get_xlim()
    room = width / max(high - low, 1) * 0.8  # per step of the scale, in ems
    size = min(0.75, max(room, 0.5))
    every = math.ceil(size / room - 1e-9)
    for number, (x, count) in enumerate(sorted(counts.items())):
        if number % every == 0:
            look = {"rotation": 90, "fontsize": to_points(size), "color": SOFT, "ha": "center", "va": "bottom"}
            _annotate(ax, (x, 1), str(count), (0, 0.4), ax.get_xaxis_transform(), look)
    _annotate(
        ax, (0, 1), label, (-0.5, 1), "axes fraction", {"color": SOFT, "ha": "right", "fontsize": to_points(0.85)}
    )


def draw_riser(ax: Axes, x: float, *, reach: float, color: str) -> None:
    """Draw an upright line at a value of the horizontal scale, up to some ems above the axes."""
    ax.axvline(x, color=color, linewidth=1.2, zorder=3)
    line = {"arrowstyle": "-", "color": color, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.2}
    where = ax.get_xaxis_transform()
    ax.annotate("", (x, 1), (0, to_points(reach)), where, "offset points", arrowprops=line, annotation_clip=False)


def set_rows(ax: Axes, names: Sequence[str]) -> None:
    """Make the vertical axis one of rows, the first on top, each with a faint line and its name on the left."""
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), list(names))
    ax.tick_params(axis="y", length=0, labelsize=to_points(1), labelcolor="black")
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)


def set_values(ax: Axes, low: float, high: float, *, width_em: float) -> None:
    """Set the horizontal scale from the lowest to the highest value, with room at both ends for a dot and an arrow."""
    if high == low:
        low, high = low - 1, high + 1
    room = (high - low) * 2 / max(width_em - 4, 1)
    ax.set_xlim(low - room, high + room)
    set_ticks(ax.xaxis, most=max(2, int(width_em // 4)))


def set_ticks(axis: Axis, *, most: int, is_integer: bool = False, floor: float = -math.inf) -> None:
    """Set at most so many ticks at round numbers, written without trailing zeros and only from the floor up."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10], integer=is_integer, min_n_ticks=2 - is_integer))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value) if value >= floor else ""))


def draw_mark(
    ax: Axes, at: tuple[float, float], row: Mapping[str, Any], *, is_upright: bool = False, **look: Any
) -> None:
    """
    Draw one value at its low end: a dot; with it a bar up to the high end of a range, or an arrow for a bound.

    An arrow points to where values satisfy the bound, which is read on the magnitude: that of "a fall of 3.4 or more"
    points down the scale. Values lie along the horizontal scale, or along the vertical one where ``is_upright``.
    """
    color, reach = look["color"], float(row["high"]) - float(row["low"])
    along = (0, 1) if is_upright else (1, 0)
    end = (at[0] + along[0] * reach, at[1] + along[1] * reach)
    if reach:
        ax.plot(*zip(at, end, strict=True), color=color, linewidth=2.2, solid_capstyle="butt", zorder=3)
        ax.plot(
            *end, color=color, marker="_" if is_upright else "|", markersize=to_points(0.9), linestyle="none", zorder=3
        )
    elif row["bound"] in ("at_least", "at_most"):
        sign = (1 if row["bound"] == "at_least" else -1) * (-1 if float(row["low"]) < 0 else 1)
        tip = (sign * along[0] * to_points(1.4), sign * along[1] * to_points(1.4))
        arrow = {"arrowstyle": "<|-", "color": color, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 6, "linewidth": 1}
        ax.annotate("", at, xytext=tip, textcoords="offset points", arrowprops=arrow, zorder=3, annotation_clip=False)
    ax.plot(*at, **{"linestyle": "none", "zorder": 4, **look})


def wrap(text: str, width: float) -> list[str]:
    """
    Break text into lines of at most so many ems: between Chinese characters and at spaces, never before a full stop.

    Examples
    --------
    >>> wrap("来源：政府工作报告，2023年。", 8)
    ['来源：政府工作报', '告，2023年。']
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and measure_ems(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line] if line else lines


def measure_ems(text: str) -> float:
    """
    Return how wide a line of text is in the Chinese font, in ems.

    Examples
    --------
    >>> measure_ems("淮阴区")
    3.0
    """
    return sum(map(measure_character, text))


def render_figure(fig: Figure) -> dict[str, bytes]:
    """
    Return a figure as "pdf", "svg" and "png", the same bytes for the same figure.

    Raises
    ------
    FontError
        If the font lacks a character.
    """
    _check_glyphs(fig)
    characters = "".join(sorted({char for text in _list_texts(fig) for char in text.get_text() if char.isprintable()}))
    with _truetype(fig, characters):
        drawn = {suffix: _print(fig, suffix) for suffix in ("pdf", "svg", "png")}
    font = f'<style type="text/css">{cut_web_font(characters)}</style>'
    return {**drawn, "svg": drawn["svg"].replace(b"<defs>", f"<defs>\n  {font}".encode(), 1)}


def _annotate(ax: Axes, at: tuple[float, float], text: str, offset: tuple[float, float], where: Any, look: Any) -> None:
    """Write text at a place of one system of coordinates, moved by ems, also outside of the axes."""
    moved = (to_points(offset[0]), to_points(offset[1]))
    look = {"fontsize": to_points(1), **look}
    ax.annotate(text, at, xycoords=where, xytext=moved, textcoords="offset points", annotation_clip=False, **look)


def to_points(ems: float) -> float:
    """Turn ems of the style in force into points."""
    from matplotlib import rcParams

    return ems * float(rcParams["font.size"])


def _list_texts(fig: Figure) -> list[Text]:
    """Return every text of a figure, ticks included."""
    from matplotlib.text import Text

    return fig.findobj(Text)


def _check_glyphs(fig: Figure) -> None:
    """Raise a FontError where matplotlib would warn and draw a box."""
    for text in _list_texts(fig):
        check_characters(text.get_text())


@contextmanager
def _truetype(fig: Figure, characters: str) -> Iterator[None]:
    """Set every text in a TrueType cut of the font, and back in what it was."""
    before = [(text, text.get_fontproperties().copy()) for text in _list_texts(fig)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.ttf"
        path.write_bytes(cut_truetype(characters))
        try:
            for text, properties in before:
                cut = properties.copy()
                cut.set_file(str(path))
                text.set_fontproperties(cut)
            yield
        finally:
            for text, properties in before:
                text.set_fontproperties(properties)


def _print(fig: Figure, suffix: str) -> bytes:
    """Return the figure in one format, without dates and random ids, whatever the user's own settings are."""
    from matplotlib import rc_context

    file = io.BytesIO()
    settings: Any = {
        "pdf.fonttype": 42,
        "svg.fonttype": "none",
        "svg.hashsalt": "policylab",
        "savefig.bbox": "standard",
    }
    with rc_context(settings):
        fig.savefig(file, format=suffix, metadata=_NO_DATES[suffix], dpi="figure")
    return file.getvalue()
