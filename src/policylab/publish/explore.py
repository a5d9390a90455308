"""Controls in a notebook: whoever reads it chooses, and figure and table follow; static where nobody can choose.

A notebook shows its result first, for everyone. Controls come after it, and only where someone sits before the notebook:
a copy that papermill executed, or one read on the web, has no controls that could not answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policylab.analyse.compare import PEER_RULES
from policylab.analyse.values import ENDS
from policylab.codebook import load_codebook
from policylab.codebook.attention import load_attention
from policylab.errors import PolicylabError, UnknownNameError, close_matches
from policylab.publish.refusals import tell_refusal
from policylab.publish.region_names import name_place
from policylab.publish.render import Html
from policylab.publish.words import name_indicator, say
from policylab.read.regions import LEVELS, find_region, load_regions

if TYPE_CHECKING:
    import pandas as pd

_NEAR = "development:gdp_level"
_CODE_FIRST = re.compile(r"\s*([0-9]{6})\b")


def explore(view: Callable[..., Html], choices: Mapping[str, object], *, table: pd.DataFrame, lang: str) -> object:
    """
    Return controls above what ``view`` makes of their values, drawn anew whenever one changes.

    Parameters
    ----------
    view : callable
        Takes the choices by name and ``lang``, and returns HTML. What it raises as a `PolicylabError`, such as an unknown region, is shown as a message.
    choices : mapping of str to object
        The names of `list_options`, each with the value that it starts with.
    table : DataFrame, one row per target
        What there is to choose from.
    lang : "zh" or "en"

    Returns
    -------
    ipywidgets.VBox, or Html
        A line that says where the controls are, where the notebook runs without anyone before it.

    Raises
    ------
    UnknownNameError
        If there is no control of a name, or nothing of the value that it should start with.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> print(explore(Html, {"lang": "zh"}, table=to_table([]), lang="en"))
    <p class="soft">Opened in JupyterLab and run, this cell shows controls; here the results above stand alone.</p>
    """
    if not can_ask():
        return Html('<p class="soft">{}</p>').format(say("explore.static", lang))
    import ipywidgets

    controls = {name: _make_control(name, first, table, lang) for name, first in choices.items()}
    shown = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))

    def update(_: object = None) -> None:
        shown.value = render_view(view, {name: control.value for name, control in controls.items()}, lang, table=table)

    for control in controls.values():
        control.observe(update, names="value")
    update()
    row = ipywidgets.HBox(list(controls.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([row, shown]).add_class("policylab-explore")


def can_ask() -> bool:
    """
    Return whether someone sits before the notebook.

    Each request to run a cell says whether its sender can pass on questions: JupyterLab and its like can; papermill,
    nbconvert and nbclient cannot.

    Examples
    --------
    >>> can_ask()
    False
    """
    ipython: Any = sys.modules.get("IPython")  # where it is not loaded, no cell runs
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython else None
    if kernel is None:
        return False
    return bool(kernel.get_parent("shell").get("content", {}).get("allow_stdin"))


def render_view(view: Callable[..., Html], values: Mapping[str, Any], lang: str, *, table: pd.DataFrame) -> Html:
    """
    Return what a view makes of the values, as one piece of HTML; a message in the language where there is no result.

    Examples
    --------
    >>> from policylab.read.regions import find_region
    >>> view = lambda region_code, lang: Html("<p>{}</p>").format(find_region(region_code).name)
    >>> from policylab.analyse.tables import to_table
    >>> "<p>淮阴区</p>" in render_view(view, {"region_code": "320804 江苏省淮安市淮阴区"}, "zh", table=to_table([]))
    True
    >>> "是不是淮阴区" in render_view(view, {"region_code": "怀阴区"}, "zh", table=to_table([]))
    True
    """
    try:
        known = dict(values)
        if "region_code" in values:
            known["region_code"] = read_region(str(values["region_code"]), values.get("report_year"))
        content = view(**known, lang=lang)
    except PolicylabError as error:
        content = Html('<p class="caution" role="alert">{}</p>').format(tell_refusal(error, values, table, lang))
    return Html('<div class="jp-RenderedHTMLCommon policylab-shown">{}</div>').format(content)


def read_region(words: str, report_year: int | None = None) -> str:
    """
    Return the code of a region that someone typed or picked: a code, a name, or a code followed by a name.

    Raises
    ------
    UnknownNameError
        As `policylab.read.regions.find_region`.

    Examples
    --------
    >>> read_region("320804 江苏省淮安市淮阴区"), read_region("淮阴区")
    ('320804', '320804')
    """
    code = _CODE_FIRST.match(words)
    return find_region(code[1] if code else words, report_year=report_year).region_code


def list_options(name: str, table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """
    Return what a control offers, pairs of a label and a value, of what a table holds.

    Parameters
    ----------
    name : str
        "region_code", "report_year", "indicator", "rule" (for peers), "end" (of ranges), "level" or "topic" (of attention).
    table : DataFrame, one row per target
    lang : "zh" or "en"

    Raises
    ------
    UnknownNameError
        If there is no control of this name.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> list_options("end", to_table([]), "en")
    [('low end', 'low'), ('midpoint', 'mid'), ('high end', 'high')]
    """
    if name not in CONTROLS:
        near = close_matches(name, CONTROLS)
        raise UnknownNameError(f"no control {name!r}{near or '; there are ' + ', '.join(CONTROLS)}")
    return CONTROLS[name](table, lang)


def _make_control(name: str, first: object, table: pd.DataFrame, lang: str) -> Any:
    """Return the control of one choice: a box to type in for regions, a list for the others."""
    import ipywidgets

    options = list_options(name, table, lang)
    look = {"description": say(f"explore.{name}", lang), "style": {"description_width": "initial"}}
    wide = ipywidgets.Layout(width="auto", min_width="11em", max_width="30em", margin="2px 14px 2px 0")
    if name == "region_code":
        labels = {value: label for label, value in options}
        hint = say("explore.region_hint", lang)
        return ipywidgets.Combobox(
            value=labels.get(first, str(first)),
            options=list(labels.values()),
            placeholder=hint,
            continuous_update=False,
            layout=ipywidgets.Layout(width="26em", margin=wide.margin),
            **look,
        )
    if name == "rule" and first not in [value for _, value in options]:
        options = [*options, (str(first), first)]  # a rule with places of its own, such as codes:320803,320812
    if first not in [value for _, value in options]:
        known = ", ".join(str(value) for _, value in options[:12])
        raise UnknownNameError(f"{name} cannot start with {first!r}: the table has {known or 'nothing to choose from'}")
    return ipywidgets.Dropdown(options=options, value=first, layout=wide, **look)


def _offer_regions(table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """Offer the regions of a table, each by its code and full name."""
    known = set(table["region_code"].unique())
    names = {region.region_code: name_place(region, lang) for region in load_regions() if region.region_code in known}
    return [(f"{code} {name}", code) for code, name in sorted(names.items())]


def _offer_years(table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """Offer the report years of a table, the last one first."""
    return [(str(year), int(year)) for year in sorted(table["report_year"].unique(), reverse=True)]


def _offer_indicators(table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """Offer the indicators of a table in the order of the codebook."""
    known = set(table["indicator"].unique())
    return [(name_indicator(code, lang), code) for code in load_codebook().indicators if code in known]


def _offer_topics(table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """Offer the attention dictionaries of the codebook."""
    return [(entry.name_zh if lang == "zh" else entry.name_en, code) for code, entry in load_attention().items()]


def _offer_levels(table: pd.DataFrame, lang: str) -> list[tuple[str, Any]]:
    """Offer the levels below the nation."""
    return [(say(f"levels.{level}", lang), level) for level in LEVELS if level != "national"]


def _offer_words(codes: Sequence[str], key: str) -> Callable[[pd.DataFrame, str], list[tuple[str, Any]]]:
    """Return the offer of a fixed list of codes, named by labels.yaml."""
    return lambda table, lang: [(say(f"{key}.{code}", lang), code) for code in codes]


CONTROLS: Mapping[str, Callable[[pd.DataFrame, str], list[tuple[str, Any]]]] = {
    "region_code": _offer_regions,
    "report_year": _offer_years,
    "indicator": _offer_indicators,
    "rule": _offer_words((*PEER_RULES, _NEAR), "rule"),
    "end": _offer_words(ENDS, "end"),
    "level": _offer_levels,
    "topic": _offer_topics,
}
