"""What the notebook of a district says, section by section: words, numbers and tables, all of them from data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from policylab.model import Document
from policylab.project import data_path
from policylab.publish.charts import NothingToDrawError
from policylab.publish.figures import SavedFigure, save_figure
from policylab.publish.region_names import name_place, name_region, name_regions
from policylab.publish.render import (
    Html,
    join_html,
    list_items,
    note_values,
    paragraph,
    render_fold,
    render_picture,
    render_table,
    write_section,
)
from policylab.publish.sources import name_target, tell_place, tell_words
from policylab.publish.words import (
    format_number,
    format_quantity,
    format_step,
    format_value,
    is_na,
    is_percent,
    list_rows,
    name_indicator,
    say,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from policylab.read.regions import Region

_EXCERPTS = ("excerpt", "partial", "truncated")


def write_title(document: Document, region: Region, lang: str, *, key: str = "title") -> Html:
    """Return the title, which district and text the report is about, and a caution where the text is an excerpt."""
    title = Html("<h1>{}</h1>").format(say(key, lang, region=name_region(region, lang), year=document.report_year))
    name = document.source.get("title") or document.report_id
    place = say("subtitle", lang, place=name_place(region, lang), code=region.region_code, title=name)
    parts: list[Markup] = [title, paragraph(place, "soft")]
    if document.source.get("completeness") in _EXCERPTS:
        parts.append(paragraph(say("caution.excerpt", lang), "caution"))
    if not document.text:
        parts.append(paragraph(say("caution.no_text", lang), "caution"))
    return join_html(parts)


def write_summary(own: pd.DataFrame, chain: pd.DataFrame, ranks: pd.DataFrame, lang: str) -> Html:
    """Return the answer in a few lines: how many targets, the first indicator's steps over the levels above, its rank."""
    chain, ranks = name_regions(chain, lang), name_regions(ranks, lang)
    headline = own[own["headline"]]
    numbers = int(headline["low"].notna().sum())
    counts = {"all": len(own), "headline": len(headline), "numbers": numbers, "words": len(headline) - numbers}
    lines = [say("summary.count", lang, **counts)]
    for _, rows in [*chain.groupby("indicator", sort=False)][:1]:
        lines.append(_tell_steps(rows, lang))
    lines += [_tell_rank(row, lang) for row in list_rows(ranks[ranks["rank"].notna()])][:1]
    return list_items(lines)


def write_headline(document: Document, own: pd.DataFrame, lang: str) -> Html:
    """Return the section of the main expected targets, see `write_targets`."""
    headline = own[own["headline"]]
    section = write_section("headline", None if headline.empty else write_targets(document, headline, lang), lang)
    return note_values(section, _note_headline(own, lang))


def write_targets(document: Document, targets: pd.DataFrame, lang: str) -> Html:
    """Return a table of targets of one report, each with its words and their place in the text."""
    rows = [_tell_target(document, row, lang) for row in list_rows(targets)]
    header = [say(f"column.{name}", lang) for name in ("indicator", "value", "quote", "modality", "place")]
    return render_table(header, rows)


def write_chain(chain: pd.DataFrame, lang: str) -> Html:
    """Return the section of the levels, see `write_levels`."""
    return write_section("chain", None if chain.empty else write_levels(chain, lang), lang)


def write_levels(chain: pd.DataFrame, lang: str) -> Html:
    """Return the table of the levels, one row per indicator and one column per level, with the step added at each."""
    if chain.empty:
        return paragraph(say("chain.none", lang), "soft")
    chain = name_regions(chain, lang)
    header = [say("column.indicator", lang), *dict.fromkeys(chain["region_name"])]
    rows = [
        [name_indicator(str(code), lang), *(_tell_level(row, lang) for row in list_rows(levels))]
        for code, levels in chain.groupby("indicator", sort=False)
    ]
    own = chain[chain["region_code"] == chain["region_code"].iloc[-1]]["step_pp"]
    counts = {"up": int((own > 0).sum()), "same": int((own == 0).sum()), "down": int((own < 0).sum())}
    lead = say("chain.lead", lang, n=len(rows), region=chain["region_name"].iloc[-1], **counts)
    return join_html([paragraph(lead), render_table(header, rows)])


def write_heading(key: str, lang: str, *, is_empty: bool) -> Html:
    """Return the heading of a section whose parts follow, and a line that says so where there are none."""
    return write_section(key, None if is_empty else Markup(""), lang)


def write_peers(peers: pd.DataFrame, region_code: str, lang: str, *, rule: str) -> Html:
    """Return where one region stands among its peers, in words; the figure and its data list all of them."""
    peers = name_regions(peers, lang)
    place = {"indicator": name_indicator(peers["indicator"].iloc[0], lang), "year": peers["report_year"].iloc[0]}
    kinds = peers.loc[peers["low"].notna(), "source_kind"].value_counts()
    counts = {"n": len(peers), "read": int(kinds.get("report", 0)), "cited": int(kinds.get("citation", 0))}
    heading = Html("<h3>{}</h3>").format(say(f"peers.{rule.partition(':')[0]}", lang, **place))
    lead = "peers.lead" if counts["cited"] else "peers.lead_read"
    lines = [say(lead, lang, **counts), *(_tell_rank(row, lang) for row in _rows_of(peers, region_code))]
    if rule == "known":
        lines.append(say("peers.sample", lang))
    return join_html([heading, paragraph(" ".join(lines) if lang == "en" else "".join(lines))])


def write_ranks(ranks: pd.DataFrame, lang: str) -> Html:
    """Return the table of one region's rank in every indicator that it and its peers put a number on."""
    if ranks.empty:
        return paragraph(say("ranks.none", lang), "soft")
    header = [
        say(f"column.{name}", lang) for name in ("indicator", "value", "rank", "percentile", "median", "gap_to_median")
    ]
    rows = []
    for row in list_rows(ranks):
        median = format_quantity(row["low"] - row["gap_to_median"], row["unit"], lang)
        rank = say("rank.of", lang, rank=row["rank"], n=row["n_ranked"])
        name = name_indicator(row["indicator"], lang)
        gap = format_step(row["gap_to_median"], row["unit"], lang)
        rows.append([name, format_value(row, lang), rank, f"{row['percentile']:.0f}", median, gap])
    return join_html([Html("<h3>{}</h3>").format(say("ranks.title", lang)), render_table(header, rows)])


def write_trend(trend: pd.DataFrame, lang: str) -> Html:
    """Return the table of the years, one row per report year and one column per region, folded."""
    if not trend["low"].notna().any():
        return write_section("trend", None, lang)
    trend = name_regions(trend, lang)
    header = [say("column.report_year", lang), *dict.fromkeys(trend["region_name"])]
    years = trend[trend["missing"] != "no_report"].groupby("report_year")
    cells = {(row["report_year"], row["region_name"]): format_value(row, lang) for row in list_rows(trend)}
    rows = [[year, *(cells[year, name] for name in header[1:])] for year, _ in years]
    span = {"first": rows[0][0], "last": rows[-1][0], "indicator": name_indicator(trend["indicator"].iloc[0], lang)}
    table = render_fold(say("trend.table", lang), render_table(header, rows))
    return write_section("trend", join_html([paragraph(say("trend.lead", lang, **span)), table]), lang)


def draw(
    plot: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    stem: str,
    lang: str,
    facts: str = "targets.parquet",
    **details: Any,
) -> SavedFigure | Html:
    """
    Return the saved figure of a table, or a line that says why there is nothing to draw.

    ``facts`` is the file in ``data/`` that a table was computed from whose rows name no source.
    """
    try:
        return save_figure(plot(data, lang=lang, **details), stem, data=data, lang=lang, panel=data_path(facts))
    except NothingToDrawError:
        return paragraph(say("draw.none", lang), "soft")


def show(plot: Callable[..., Figure], data: pd.DataFrame, lang: str, **details: Any) -> Html:
    """Return a picture of a table for the screen, or a line that says why there is nothing to draw."""
    try:
        return render_picture(plot(data, lang=lang, **details))
    except NothingToDrawError:
        return paragraph(say("draw.none", lang), "soft")


def _rows_of(table: pd.DataFrame, region_code: str) -> list[dict[str, Any]]:
    """Return the rows of one region."""
    return list_rows(table[table["region_code"] == region_code])


def _tell_steps(rows: pd.DataFrame, lang: str) -> str:
    """Say one indicator's value and how far it is from each level above that states a number."""
    *superiors, own = list_rows(rows)
    value = say("steps.value", lang, indicator=name_indicator(own["indicator"], lang), value=format_value(own, lang))
    steps = [
        _tell_gap(
            "steps",
            own["low"] - row["low"],
            own["unit"],
            lang,
            region=row["region_name"],
            value=format_value(row, lang),
        )
        for row in superiors
        if not is_na(row["low"]) and not is_na(own["low"])
    ]
    return say("steps.all", lang, value=value, steps=say("alt.separator", lang).join(steps)) if steps else value


def _tell_rank(row: Mapping[str, Any], lang: str) -> str:
    """Say one region's rank, or that it has no number."""
    facts = {"region": row["region_name"], "value": format_value(row, lang), "n": row["n_ranked"]}
    if is_na(row["rank"]):
        return say("rank.none", lang, **facts)
    facts |= {
        "rank": row["rank"],
        "percentile": f"{row['percentile']:.0f}",
        "gap": _tell_gap("median", row["gap_to_median"], row["unit"], lang),
    }
    return say("rank.all", lang, indicator=name_indicator(row["indicator"], lang), **facts)


def _tell_gap(key: str, gap: float, unit: str, lang: str, **names: str) -> str:
    """Say that something is above, equal or below, and by how much."""
    size = abs(round(gap, 6))
    told = say("gap.pp", lang, gap=format_number(size)) if is_percent(unit) else format_quantity(size, unit, lang)
    way = "same" if not size else "up" if gap > 0 else "down"
    return say(f"{key}.{way}", lang, gap=told, **names)


def _note_headline(own: pd.DataFrame, lang: str) -> list[dict[str, Any]]:
    """Return the numbers of the main expected targets of the year, the first of each indicator."""
    is_main = own["headline"] & own["low"].notna() & own["scope"].eq("whole") & own["indicator"].ne("other")
    rows = list_rows(own[is_main & own["period"].eq(own["report_year"].astype(str))].drop_duplicates("indicator"))
    return [
        {
            "key": row["indicator"],
            "name": name_indicator(row["indicator"], lang),
            "text": format_value(row, lang),
            "value": float(row["low"]),
        }
        for row in rows
    ]


def _tell_target(document: Document, row: Mapping[str, Any], lang: str) -> list[object]:
    """Return the cells of one headline target."""
    quote = tell_words(document, row)
    modality = say(f"modality.{row['modality']}", lang) + (say("modality.stretch", lang) if row["stretch"] else "")
    return [name_target(row, lang), format_value(row, lang), quote, modality, tell_place(document, row)]


def _tell_level(row: Mapping[str, Any], lang: str) -> Markup:
    """Return one level's value and, smaller, its step over the level above."""
    return Markup("{} <small>{}</small>").format(format_value(row, lang), format_step(row["step_pp"]))
