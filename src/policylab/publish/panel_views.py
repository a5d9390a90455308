"""What the notebook of trends says of the panel: levels over the years, steps between them, targets against results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from policylab.analyse.amplification import compare_periods, measure_steps
from policylab.analyse.breaks import find_breaks
from policylab.analyse.compare import trend
from policylab.analyse.coverage import refine_missing
from policylab.analyse.numbers import split_at
from policylab.analyse.realised import compare_realised, compare_threshold, summarise_realised
from policylab.analyse.trends import measure_changes, summarise_changes, summarise_levels
from policylab.analyse.wording import share_wording
from policylab.publish import material, sections
from policylab.publish.material import Facts
from policylab.publish.panel_charts import plot_realised
from policylab.publish.panel_words import name_reading
from policylab.publish.region_names import name_place
from policylab.publish.render import Html, join_html, list_items, paragraph, render_fold, render_table
from policylab.publish.words import (
    format_number,
    format_step,
    format_value,
    is_na,
    list_rows,
    name_indicator,
    say,
)
from policylab.read.regions import LEVELS, find_region

if TYPE_CHECKING:
    import pandas as pd

_COVERED = 50  # per cent of the regions of a level; a mean of fewer is told only beside their number
_SURE = 0.05
_LEAST = 5  # regions; a mean of fewer is not drawn
_BOUNDS = ("exact", "about", "at_least", "range")
_NUMBER = r"(-?[0-9.]+)"
_FIGURES = {
    "none": re.compile("none"),
    "about": re.compile(f"about {_NUMBER}"),
    "at_least": re.compile(f"at_least {_NUMBER}"),
    "above": re.compile(f"above {_NUMBER}"),
    "below": re.compile(f"below {_NUMBER}"),
    "range": re.compile(f"{_NUMBER}-{_NUMBER}"),
    "about_ratio": re.compile(f"about {_NUMBER} to {_NUMBER}"),
    "counts": re.compile(rf"{_NUMBER} to {_NUMBER}, or {_NUMBER} \({_NUMBER} to {_NUMBER}\)"),
    "mean": re.compile(rf"{_NUMBER} \({_NUMBER} to {_NUMBER}\)"),
}
_FEW = 10  # regions; a mean of fewer says nothing of a level


class Panel(NamedTuple):
    """One indicator over all years: level means, results beside targets, steps between levels, changes year on year."""

    means: pd.DataFrame
    pairs: pd.DataFrame
    steps: pd.DataFrame
    changes: pd.DataFrame


def build_panel(table: pd.DataFrame, indicator: str, *, end: str = "low", cut_year: int = 2013) -> Panel:
    """
    Return the tables of one indicator.

    Raises
    ------
    UnknownNameError
        Where the indicator or end is unknown.
    """
    rows = table[table["indicator"].eq(indicator)]
    return Panel(
        means=summarise_levels(rows, [indicator], end=end),
        pairs=compare_realised(rows, [indicator], end=end, cut_year=cut_year),
        steps=measure_steps(rows, indicators=[indicator], end=end),
        changes=measure_changes(rows, [indicator], end=end),
    )


def tell_levels(means: pd.DataFrame, lang: str) -> Html:
    """Return where the mean target of each well covered level began, stood highest and ended, and where it broke."""
    covered = means[means["coverage"].ge(_COVERED) & means["level"].ne("national")]
    lines = [_tell_level(rows, lang) for _, rows in covered.groupby("level", sort=False)]
    thin = [level for level in dict.fromkeys(means["level"]) if level not in {"national", *covered["level"]}]
    if thin:
        names = say("list.separator", lang).join(say(f"levels.{level}", lang) for level in thin)
        lines.append(say("levels.thin", lang, names=names, share=_COVERED))
    breaks = find_breaks(covered)
    lines += [_tell_break(row, lang) for row in list_rows(breaks[breaks["break_year"].notna()])]
    return list_items(lines)


def write_means(means: pd.DataFrame, lang: str) -> Html:
    """Return the means as a table, one row per year and one column per level, each with its number of regions, folded."""
    cells = {(row["period_year"], row["level"]): row for row in list_rows(means)}
    levels = [level for level in LEVELS if level in set(means["level"])]
    header = [say("column.report_year", lang), *(say(f"levels.{level}", lang) for level in levels)]
    years = sorted(set(means["period_year"]), reverse=True)
    rows = [[year, *(_tell_mean(cells.get((year, level))) for level in levels)] for year in years]
    return render_fold(say("levels.table", lang), render_table(header, rows))


def tell_realised(pairs: pd.DataFrame, lang: str) -> Html:
    """Return how many targets were reached, and by how much results missed them, before and from the year of the cut."""
    found = summarise_realised(pairs, by=["level", "era"])
    lines = []
    for level in ("province", "city"):
        parts = [_tell_met(row, pairs, lang) for row in list_rows(found[found["level"].eq(level)])]
        if parts:
            told = say("alt.separator", lang).join(parts)
            lines.append(say("realised.level", lang, level=say(f"levels.{level}", lang), parts=told))
    return list_items(lines)


def tell_threshold(pairs: pd.DataFrame, lang: str) -> Html:
    """Return how many results lie just at or above their target and just below, with the ratio and its interval."""
    found = compare_threshold(pairs, by=["level", "era"])
    header = [say(f"threshold.{name}", lang) for name in ("level", "era", "above", "exact", "below", "ratio")]
    rows = []
    known = [row for level in ("province", "city") for row in list_rows(found[found["level"].eq(level)])]
    for row in known:
        ratio = f"{row['ratio']:.1f} ({row['ratio_low']:.1f}–{row['ratio_high']:.1f})"
        era = _name_era(row["era"], int(pairs["cut_year"].iloc[0]), lang)
        rows.append([say(f"levels.{row['level']}", lang), era, row["n_above"], row["n_exact"], row["n_below"], ratio])
    if not rows:
        return paragraph(say("draw.none", lang), "soft")
    lead = say("threshold.lead", lang, window=format_number(found["window"].iloc[0]))
    return join_html([paragraph(lead), render_table(header, rows)])


def tell_steps(steps: pd.DataFrame, lang: str, *, cut_year: int) -> Html:
    """Return how much each level added to the target above it before and from a year, and whether that changed."""
    periods = compare_periods(steps, cut_year=cut_year)
    lines = [_tell_pair(str(pair), rows, lang, cut_year) for pair, rows in periods.groupby("level_pair", sort=False)]
    return list_items([line for line in lines if line])


def tell_wording(words: pd.DataFrame, lang: str, *, cut_year: int) -> Html:
    """Return how targets of each level are put before and from a year: shares of 左右, 以上, ranges and plain numbers."""
    shares = share_wording(split_at(words, cut_year), by=("level", "era"))
    shares = shares[shares["aspect"].eq("bound")]
    lines = []
    for level in ("province", "city"):
        part = shares[shares["level"].eq(level)]
        eras = [_tell_shares(era, part[part["era"].eq(era)], lang, cut_year) for era in ("before", "from")]
        if all(eras):
            told = say("alt.separator", lang).join(eras)
            lines.append(say("realised.level", lang, level=say(f"levels.{level}", lang), parts=told))
    return list_items(lines) if lines else paragraph(say("draw.none", lang), "soft")


def write_readings(readings: pd.DataFrame, lang: str, *, level: str = "province") -> Html:
    """Return how far the shares of one level hang on the way that wording is read, folded."""
    rows = readings[readings["level"].eq(level) & readings["aspect"].eq("bound")]
    wide = rows.pivot(index="reading", columns="wording", values="share").reindex(rows["reading"].unique())
    notes = dict(zip(rows["reading"], rows["note"], strict=True))
    header = [
        say("readings.reading", lang),
        *(say(f"wording.{code}", lang) for code in _BOUNDS),
        say("outside.note", lang),
    ]
    cells = [
        [name, *(f"{shares[code]:.0f}" for code in _BOUNDS), name_reading(str(name), lang, note=str(notes[name]))]
        for name, shares in wide.iterrows()
    ]
    fold = say("readings.table", lang, level=say(f"levels.{level}", lang), n=len(cells))
    return render_fold(fold, render_table(header, cells))


def write_changes(changes: pd.DataFrame, lang: str, *, level: str = "province") -> Html:
    """Return how many targets of a level were raised, kept and lowered in each year, folded."""
    found = summarise_changes(changes)
    found = found[found["level"].eq(level)].sort_values("report_year", ascending=False)
    names = ("report_year", "n", "raised", "kept", "lowered", "mean_change")
    header = [say(f"changes.{name}", lang) for name in names]
    rows = [
        [
            row["report_year"],
            row["n"],
            *(f"{row[name]:.0f}" for name in names[2:5]),
            format_step(round(row["mean_change"], 2)),
        ]
        for row in list_rows(found)
    ]
    fold = say("changes.table", lang, level=say(f"levels.{level}", lang))
    return render_fold(fold, render_table(header, rows))


def write_outside(outside: pd.DataFrame, lang: str) -> Html:
    """Return the figures known from outside beside those of the panel, each with what explains a difference."""
    header = [say(f"outside.{name}", lang) for name in ("figure", "outside", "panel", "agrees", "note")]
    note = "note" if lang == "en" else "note_zh"
    rows = [
        [
            row[f"figure_{lang}"],
            *(_tell_figure(row[name], lang) for name in ("outside", "panel")),
            say(f"outside.{row['agrees']}", lang),
            row[note],
        ]
        for row in list_rows(outside)
    ]
    counts = {"n": len(outside), "yes": int(outside["agrees"].eq("yes").sum())}
    return join_html([paragraph(say("outside.lead", lang, **counts)), render_table(header, rows)])


def _tell_figure(text: str, lang: str) -> str:
    """Return a figure of `compare_outside` as it is said: about 7.5, 103 to 25, or 4.1 (2.7 to 6.6)."""
    for name, pattern in _FIGURES.items():
        if match := pattern.fullmatch(text):
            values = [value.replace("-", "–" if value.find("-") > 0 else "−") for value in match.groups()]
            return say(
                f"outside.{name}", lang, **dict(zip(("one", "two", "ratio", "low", "high"), values, strict=False))
            )
    return text


def view_series(facts: Facts, *, region_code: str, indicator: str, end: str, lang: str) -> Html:
    """Return one place over the years, targets and results: in words, as a figure, and folded as a table."""
    series = join_series(facts, region_code, indicator)
    picture = sections.show(plot_realised, series, lang, indicator=indicator)
    return join_html([picture, tell_series(facts, region_code=region_code, indicator=indicator, end=end, lang=lang)])


def tell_series(facts: Facts, *, region_code: str, indicator: str, end: str, lang: str) -> Html:
    """Return in which years a place states a target, how often it was reached, and all of them as a table."""
    rows = _choose(facts, [region_code], indicator)
    pairs = compare_realised(rows, [indicator], end=end)
    told = [
        _tell_span(trend(rows, [region_code], indicator=indicator), region_code, lang),
        *_tell_own_results(pairs, lang),
    ]
    fold = render_fold(say("pairs.table", lang), _list_pairs(pairs, lang))
    return join_html([list_items(told), fold])


def join_chain(facts: Facts, region_code: str, indicator: str) -> pd.DataFrame:
    """Return the targets of a place and of the levels above it over the years, with what is missing and why."""
    codes = material.list_chain(region_code, report_year=int(facts.targets["report_year"].max()))
    return refine_missing(trend(_choose(facts, codes, indicator), codes, indicator=indicator), facts.coverage)


def join_series(facts: Facts, region_code: str, indicator: str) -> pd.DataFrame:
    """Return the targets of a place over the years, and under them their results, as a chart of both takes them."""
    import pandas as pd

    rows = _choose(facts, [region_code], indicator)
    parts = [trend(rows, [region_code], indicator=indicator, kind=kind) for kind in ("target", "actual")]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _choose(facts: Facts, region_codes: Sequence[str], indicator: str) -> pd.DataFrame:
    """Return the records of one indicator of some places: cut first, since whoever turns a control waits for this."""
    rows = facts.targets[facts.targets["indicator"].eq(indicator)]
    return rows[rows["region_code"].isin(region_codes)]


def pick_drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the means that are of five regions or more, and those of the nation."""
    national = rows["level"].eq("national") if "level" in rows else False
    return rows[rows["n_regions"].ge(_LEAST) | national]


def _tell_level(rows: pd.DataFrame, lang: str) -> str:
    """Say where the mean of one level began, stood highest and ended."""
    records = list_rows(rows.sort_values("period_year"))
    most = max(records, key=lambda row: row["mean"])
    places = {"first": records[0], "most": most, "last": records[-1]}
    values = {name: f"{row['mean']:.1f}" for name, row in places.items()}
    years = {f"{name}_year": row["period_year"] for name, row in places.items()}
    coverage = f"{records[-1]['n_regions']}/{records[-1]['n_existing']}"
    return say("levels.line", lang, level=say(f"levels.{most['level']}", lang), coverage=coverage, **values, **years)


def _tell_break(row: Mapping[str, Any], lang: str) -> str:
    """Say where a series of means breaks, and how sure that is."""
    key = "levels.break" if row["p_value"] < _SURE else "levels.no_break"
    level = say(f"levels.{row['level']}", lang)
    slopes = {"before": format_step(round(row["slope_before"], 2)), "after": format_step(round(row["slope_after"], 2))}
    return say(key, lang, level=level, year=row["break_year"], p=f"{row['p_value']:.3f}", **slopes)


def _tell_mean(row: Mapping[str, Any] | None) -> object:
    """Return a mean and, smaller, how many of the level's regions it is of; "" for none."""
    if row is None:
        return ""
    return Markup("{} <small>{}/{}</small>").format(f"{row['mean']:.1f}", row["n_regions"], row["n_existing"])


def _tell_pair(pair: str, periods: pd.DataFrame, lang: str, cut_year: int) -> str:
    """Say what one level adds to the next above it before and from a year; "" where there are not both."""
    upper, lower = (say(f"levels.{level}", lang) for level in pair.split("-"))
    whole, both = (
        {row["era"]: row for row in list_rows(periods[periods["sample"].eq(name)])} for name in ("all", "both")
    )
    if len(whole) < 3 or whole["before"]["n_regions"] < _FEW or not both:
        return ""
    told = {era: f"{whole[era]['mean']:.1f}" for era in ("before", "from")}
    counts = {f"n_{era}": whole[era]["n"] for era in ("before", "from")}
    change = both["difference"]
    ends = {"low": format_step(round(change["ci_low"], 1)), "high": format_step(round(change["ci_high"], 1))}
    key = "steps.less" if change["ci_high"] < 0 else "steps.more" if change["ci_low"] > 0 else "steps.alike"
    sentence = say(
        "steps.levels",
        lang,
        upper=upper,
        lower=lower,
        year=cut_year,
        **counts,
        before=told["before"],
        later=told["from"],
    )
    mean = format_step(round(change["mean"], 1))
    return sentence + say(key, lang, n=change["n_regions"], change=mean, **ends)


def _tell_met(row: Mapping[str, Any], pairs: pd.DataFrame, lang: str) -> str:
    """Say how many of some targets were reached."""
    era = _name_era(row["era"], int(pairs["cut_year"].iloc[0]), lang)
    met = "–" if is_na(row["met"]) else f"{row['met']:.0f}"
    return say("realised.era", lang, era=era, n=row["n"], met=met, gap=format_step(round(row["median_gap"], 2)))


def _tell_shares(era: str, shares: pd.DataFrame, lang: str, cut_year: int) -> str:
    """Say the shares of wordings in one period; "" where there is no target."""
    if shares.empty or not shares["total"].iloc[0]:
        return ""
    told = {str(row["wording"]): f"{row['share']:.0f}" for row in list_rows(shares)}
    return say("wordings.era", lang, era=_name_era(era, cut_year, lang), n=shares["total"].iloc[0], **told)


def _name_era(era: str, cut_year: int, lang: str) -> str:
    """Name the time before or from a year."""
    return say(f"era.{era}", lang, year=cut_year)


def _tell_span(years: pd.DataFrame, region_code: str, lang: str) -> str:
    """Say in which years a place states a number, from which to which."""
    own = years[years["region_code"].eq(region_code) & years["low"].notna()]
    name = name_place(find_region(region_code), lang)
    if own.empty:
        return say("series.none", lang, region=name)
    first, last = list_rows(own.sort_values("report_year").iloc[[0, -1]])
    values = {"first": format_value(first, lang), "last": format_value(last, lang)}
    return say(
        "series.span",
        lang,
        region=name,
        n=len(own),
        indicator=name_indicator(str(first["indicator"]), lang),
        first_year=first["report_year"],
        last_year=last["report_year"],
        **values,
    )


def _tell_own_results(pairs: pd.DataFrame, lang: str) -> list[str]:
    """Say how often the results of one place reached its targets."""
    if pairs.empty:
        return [say("series.no_results", lang)]
    return [say("series.results", lang, n=len(pairs), met=int(pairs["is_met"].fillna(False).sum()))]


def _list_pairs(pairs: pd.DataFrame, lang: str) -> Html:
    """Return target, result and gap by year, the last first."""
    header = [say(f"pairs.{name}", lang) for name in ("year", "target", "result", "gap")]
    rows = [
        [row["report_year"], format_number(row["target"]), format_number(row["result"]), format_step(row["gap"])]
        for row in list_rows(pairs.sort_values("report_year", ascending=False))
    ]
    return render_table(header, rows) if rows else Html("")
