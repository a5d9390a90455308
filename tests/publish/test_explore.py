from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import IPython
import pandas as pd
import pytest

from policylab.analyse.tables import to_table
from policylab.annotate.targets import annotate
from policylab.errors import DataError, UnknownNameError
from policylab.model import Document
from policylab.publish import explore
from policylab.publish.render import Html

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def table() -> pd.DataFrame:
    """The targets of two invented reports."""
    text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    places = [("320804", 2023), ("320803", 2022)]
    reports = [Document.from_text(text, region_code=code, report_year=year) for code, year in places]
    return to_table(target for report in reports for target in annotate(report))


@pytest.fixture
def someone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone sits before the notebook."""
    monkeypatch.setattr(explore, "can_ask", lambda: True)


def view(*, lang: str, region_code: str = "", indicator: str = "", **_: object) -> Html:
    """Show the choices."""
    if indicator == "cpi_change":
        raise DataError(f"no prices of {HOSTILE}")
    return Html("<p>{}</p>").format(f"{region_code} {indicator} {lang}")


def controls(box: Any) -> dict[str, Any]:
    """Return the controls of a box by their label."""
    return {control.description: control for control in box.children[0].children}


def ask(monkeypatch: pytest.MonkeyPatch, **content: object) -> bool:
    """Return what `can_ask` says where a request to run a cell has this content."""
    kernel = SimpleNamespace(get_parent=lambda channel: {"content": content})
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    return explore.can_ask()


def test_who_sits_before_the_notebook_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frontend that can pass on questions has a person before it; papermill and the bare interpreter have none."""
    assert ask(monkeypatch, allow_stdin=True)
    assert not ask(monkeypatch, allow_stdin=False)
    assert not ask(monkeypatch)
    monkeypatch.setattr(IPython, "get_ipython", SimpleNamespace)
    assert not explore.can_ask()
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not explore.can_ask()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_anyone_a_line_stands_in_place_of_controls(table: pd.DataFrame, lang: str) -> None:
    """An executed copy has no widget that could not answer, and says where there are some."""
    shown = explore.explore(view, {"indicator": "gdp_growth"}, table=table, lang=lang)
    assert isinstance(shown, Html)
    assert "JupyterLab" in shown


@pytest.mark.usefixtures("someone")
def test_a_control_changes_what_is_shown(table: pd.DataFrame) -> None:
    """The first choices are shown at once, and another choice is shown when it is made."""
    box: Any = explore.explore(view, {"region_code": "320804", "indicator": "gdp_growth"}, table=table, lang="en")
    assert "320804 gdp_growth en" in box.children[1].value
    controls(box)["Region"].value = "淮安区"
    assert "320803 gdp_growth en" in box.children[1].value


@pytest.mark.usefixtures("someone")
@pytest.mark.parametrize("words", ["怀阴区", "999999", "鼓楼区", "", HOSTILE])
def test_an_unknown_region_gives_a_message(table: pd.DataFrame, words: str) -> None:
    """A name that no region or several have is told in words, escaped; the next good choice is shown again."""
    choices = {"region_code": "320804", "report_year": 2023}
    box: Any = explore.explore(view, choices, table=table, lang="zh")
    controls(box)["地区"].value = words
    assert 'role="alert"' in box.children[1].value
    assert "<script" not in box.children[1].value
    controls(box)["地区"].value = "江苏淮安淮阴"
    assert "320804" in box.children[1].value
    assert "alert" not in box.children[1].value


@pytest.mark.usefixtures("someone")
def test_what_a_view_refuses_is_told(table: pd.DataFrame) -> None:
    """An error of the library is a message, escaped."""
    box: Any = explore.explore(view, {"indicator": "gdp_growth"}, table=table, lang="zh")
    controls(box)["指标"].value = "cpi_change"
    assert "no prices of &lt;script&gt;" in box.children[1].value


@pytest.mark.usefixtures("someone")
@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"regoin_code": "320804"}, "no control 'regoin_code'; did you mean 'region_code'"),
        ({"report_year": 1900}, "report_year cannot start with 1900: the table has 2023, 2022"),
        ({"indicator": "gdp"}, "indicator cannot start with 'gdp'"),
    ],
)
def test_controls_that_cannot_be_are_refused(table: pd.DataFrame, choices: dict[str, object], message: str) -> None:
    """A misspelt control or a first value that the table lacks raises, with what there is."""
    with pytest.raises(UnknownNameError, match=message):
        explore.explore(view, choices, table=table, lang="zh")


@pytest.mark.usefixtures("someone")
def test_a_rule_of_the_users_own_is_offered(table: pd.DataFrame) -> None:
    """A rule for peers that is not in the list, since it names regions, stands in it where a notebook starts with it."""
    box: Any = explore.explore(view, {"rule": "codes:320803,320812"}, table=table, lang="zh")
    assert controls(box)["同级范围"].value == "codes:320803,320812"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_controls_offer_what_the_table_holds(table: pd.DataFrame, lang: str) -> None:
    """Regions, years and indicators are those of the table; every option has words."""
    offer: Callable[[str], list[Any]] = lambda name: [value for _, value in explore.list_options(name, table, lang)]  # noqa: E731
    assert offer("region_code") == ["320803", "320804"]
    assert offer("report_year") == [2023, 2022]
    assert offer("indicator") == ["gdp_growth", "cpi_change"]
    for name in explore.CONTROLS:
        assert all(label for label, _ in explore.list_options(name, table, lang))
