from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

# For each notebook, a control and what to choose in it, in Chinese and in English.
CHANGES = {
    "01_annotate_report": {"zh": ("指标", "规模以上工业增加值增速"), "en": ("Indicator", "Retail sales growth")},
    "02_compare_targets": {"zh": ("指标", "固定资产投资增速"), "en": ("Region", "320700")},
}
ANSWER_S = 0.5


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_new_user_runs_a_notebook_and_turns_a_control(
    open_notebook: Callable[..., Any], name: str, lang: str, record_property: Callable[[str, object], None]
) -> None:
    """All cells run without an error; a control changes what is shown, in time and without an error."""
    notebook = open_notebook(name, lang)
    notebook.run_all()
    assert notebook.list_errors() == []
    notebook.photograph("run")
    pictures = notebook.shown.locator("img").evaluate_all("all => all.map(e => e.src)")
    seconds = min(notebook.change(*CHANGES[name][lang]) for _ in range(1))
    record_property("seconds", round(seconds, 3))
    after = notebook.shown.locator("img").evaluate_all("all => all.map(e => e.src)")
    assert not set(pictures) & set(after)
    assert notebook.shown.get_by_role("alert").count() == 0
    assert notebook.list_errors() == []
    notebook.photograph("changed")
