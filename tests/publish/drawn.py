"""Checks of drawn figures: no two texts meet, none is cut off, and the picture is the one that was looked at."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text

BASELINES = Path(__file__).parent / "baseline"
REDRAW = "POLICYLAB_REDRAW"  # set it to 1 to write the baselines anew; then look at them
_DPI_OF_BOXES, _DPI_OF_IMAGES = (
    300,
    60,
)  # at few dots per inch characters are moved to whole ones, and lines are shorter
_SLACK = 3.0
_TOLERANCE = 2.0  # root mean square of the difference in grey levels; a moved label is more


def find_texts(fig: Figure) -> list[Text]:
    """Return every text that is drawn and says something; matplotlib keeps labels of ticks that it does not draw."""
    FigureCanvasAgg(fig)
    fig.draw_without_rendering()
    undrawn: set[Text] = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            drawn = axis._update_ticks() if ax.axison else []  # type: ignore[attr-defined]
            ticks = {*axis.majorTicks, *axis.minorTicks} - set(drawn)
            undrawn |= {label for tick in ticks for label in (tick.label1, tick.label2)}
    texts = [text for text in fig.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in texts if text not in undrawn]


def say_all(fig: Figure) -> str:
    """Return the words of a figure, one text a line."""
    return "\n".join(text.get_text() for text in find_texts(fig))


def find_overlaps(fig: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts whose drawn boxes meet by more than half a pixel of a screen."""
    fig.set_dpi(_DPI_OF_BOXES)
    boxes = [(text.get_text(), text.get_window_extent().padded(-_SLACK / 2)) for text in find_texts(fig)]
    return [(a, b) for (a, box), (b, other) in itertools.combinations(boxes, 2) if box.overlaps(other)]


def find_outside(fig: Figure) -> list[str]:
    """Return the texts whose drawn boxes reach beyond the edge of the sheet by more than a pixel of a screen."""
    fig.set_dpi(_DPI_OF_BOXES)
    sheet = fig.bbox.padded(_SLACK)
    texts = find_texts(fig)
    return [text.get_text() for text in texts if sheet.count_contains(text.get_window_extent().corners()) < 4]


def assert_no_overlap(fig: Figure) -> None:
    """Fail where two texts of a figure meet, and name them."""
    found = find_overlaps(fig)
    assert not found, f"{len(found)} pairs of texts meet: {found[:5]}"


def assert_inside(fig: Figure) -> None:
    """Fail where a text of a figure is cut off at the edge, and name it."""
    found = find_outside(fig)
    assert not found, f"{len(found)} texts are cut off: {found[:5]}"


def assert_image(fig: Figure, name: str) -> None:
    """Fail where a figure does not look like ``baseline/<name>.png``; POLICYLAB_REDRAW=1 writes that file instead."""
    baseline = BASELINES / f"{name}.png"
    if os.environ.get(REDRAW):
        BASELINES.mkdir(exist_ok=True)
        _save(fig, baseline)
    assert baseline.is_file(), f"no {baseline}; write it with {REDRAW}=1, and look at it"
    drawn = Path(tempfile.mkdtemp(prefix="policylab-")) / baseline.name
    _save(fig, drawn)
    difference = compare_images(str(baseline), str(drawn), tol=_TOLERANCE)
    assert difference is None, f"{difference}\nif the change is meant, write the baseline anew with {REDRAW}=1"
    shutil.rmtree(drawn.parent)  # kept where the check fails, with the picture of the difference


def assert_well_drawn(fig: Figure, name: str) -> None:
    """Fail where texts meet or are cut off, or the figure does not look like its baseline."""
    assert_no_overlap(fig)
    assert_inside(fig)
    assert_image(fig, name)


def _save(fig: Figure, path: Path) -> None:
    """Write a figure as a small PNG without dates."""
    FigureCanvasAgg(fig)
    fig.savefig(path, dpi=_DPI_OF_IMAGES, metadata={"Software": None}, pil_kwargs={"optimize": True})
