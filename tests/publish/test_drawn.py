"""The checks of drawn figures find what they look for."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from tests.publish import drawn


def draw(*places: tuple[float, float], text: str = "target") -> Figure:
    """Return a figure with the same word at several places."""
    fig = Figure(figsize=(4, 2))
    for number, (x, y) in enumerate(places):
        fig.text(x, y, f"{text} {number}")
    return fig


def test_texts_that_meet_are_found() -> None:
    """Two words over each other fail and are named; two words apart pass."""
    drawn.assert_no_overlap(draw((0.1, 0.5), (0.6, 0.5)))
    with pytest.raises(AssertionError, match=r"1 pairs.*target 0.*target 1"):
        drawn.assert_no_overlap(draw((0.1, 0.5), (0.12, 0.5)))


def test_texts_cut_off_are_found() -> None:
    """A word over the edge fails and is named; one inside passes."""
    drawn.assert_inside(draw((0.1, 0.5)))
    with pytest.raises(AssertionError, match=r"1 texts are cut off.*target 0"):
        drawn.assert_inside(draw((0.95, 0.5)))


def test_a_moved_word_is_no_longer_the_same_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture that was written passes, one with a word elsewhere fails, and a missing baseline says what to do."""
    monkeypatch.setattr(drawn, "BASELINES", tmp_path)
    with pytest.raises(AssertionError, match="POLICYLAB_REDRAW=1"):
        drawn.assert_image(draw((0.1, 0.5)), "word")
    monkeypatch.setenv(drawn.REDRAW, "1")
    drawn.assert_image(draw((0.1, 0.5)), "word")
    monkeypatch.delenv(drawn.REDRAW)
    drawn.assert_image(draw((0.1, 0.5)), "word")
    with pytest.raises(AssertionError, match="did not match"):
        drawn.assert_image(draw((0.2, 0.5)), "word")
