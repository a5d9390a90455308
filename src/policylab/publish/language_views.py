"""What the notebook of policy language says: attention to topics, words that set a report apart, topics and reuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from policylab.analyse.attention import compare_attention, count_attention_terms
from policylab.analyse.features import Features, pick_reports
from policylab.analyse.keyness import score_keyness
from policylab.analyse.peers import select_peers
from policylab.analyse.reuse import find_passages, load_texts
from policylab.analyse.similarity import measure_similarity
from policylab.analyse.topics import NUMBERS, Topics, compare_topic_numbers, fit_topics
from policylab.errors import DataError
from policylab.publish import sections
from policylab.publish.evidence import clean_text
from policylab.publish.language_charts import plot_keyness
from policylab.publish.region_names import name_place, name_regions
from policylab.publish.render import Html, join_html, list_items, paragraph, render_fold, render_table
from policylab.publish.words import is_na, list_rows, say
from policylab.read.regions import find_region

if TYPE_CHECKING:
    import pandas as pd

_N_WORDS = 15
_FEW_PEERS = 3
_MOST_NUMBERS = 4  # numbers of topics that are tried; each takes about a second


class Speech(NamedTuple):
    """The words of one report beside those of its peers: attention by topic and year, and keyness in the year."""

    report_id: str
    peer_ids: list[str]
    attention: pd.DataFrame
    keyness: pd.DataFrame


def compare_speech(features: Features, table: pd.DataFrame, region_code: str, *, report_year: int, rule: str) -> Speech:
    """
    Return the words of a region's report beside those of the peers that have a report of the year.

    Raises
    ------
    UnknownNameError
        As `policylab.analyse.peers.select_peers`.
    DataError
        Where the region or fewer than three peers have a report of that year among the features.
    """
    own = pick_reports(features, region_codes=[region_code], report_years=[report_year])[0]
    peers = [
        code for code in select_peers(table, region_code, report_year=report_year, rule=rule) if code != region_code
    ]
    others = pick_reports(features, region_codes=peers, report_years=[report_year])
    if len(others) < _FEW_PEERS:
        raise DataError(
            f"only {len(others)} peers of {region_code} by the rule {rule!r} have a report for {report_year} at hand;"
            f" expected {_FEW_PEERS} or more, choose a wider rule, such as 'level'"
        )
    attention = compare_attention(features, region_code, peers=peers)
    return Speech(own, others, attention, score_keyness(features, [own], against=others))


def tell_features(features: Features, lang: str) -> Html:
    """Return what the counts are of: how many reports and words, cut by which engine; and that passages need texts."""
    reports = features.reports
    years = f"{reports['report_year'].min()}–{reports['report_year'].max()}"
    engines = say("list.separator", lang).join(sorted(reports["engine"].unique()))
    counts = {"n": f"{len(reports):,}", "terms": f"{len(features.terms):,}", "words": f"{reports['n_words'].sum():,}"}
    return list_items(
        [say("features.lead", lang, years=years, engine=engines, **counts), say("features.passages", lang)]
    )


def tell_attention(speech: Speech, lang: str, *, report_year: int) -> Html:
    """Return the topics that a report dwells on more and less than its peers, and all of them as a table."""
    now = _of_year(speech.attention, report_year)
    names = {row["topic"]: _name_topic(row, lang) for row in list_rows(now)}
    parts = {way: [names[code] for code in codes] for way, codes in _split(now).items()}
    lines = [
        say(f"speech.{way}", lang, names=say("list.separator", lang).join(found))
        for way, found in parts.items()
        if found
    ]
    lines = lines or [say("speech.like", lang)]
    header = [say(f"speech.{name}", lang) for name in ("topic", "share", "median", "quartiles", "percentile")]
    rows = [
        [
            names[row["topic"]],
            f"{row['share']:.1f}",
            f"{row['peer_median']:.1f}",
            f"{row['peer_low']:.1f}–{row['peer_high']:.1f}",
            f"{row['percentile']:.0f}",
        ]
        for row in list_rows(now.sort_values("share", ascending=False))
    ]
    lead = say("speech.lead", lang, n=int(now["n_peers"].max()), version=now["dictionary_version"].iloc[0])
    return join_html([paragraph(lead), list_items(lines), render_table(header, rows)])


def tell_topic(features: Features, speech: Speech, topic: str, lang: str) -> Html:
    """Return one topic over the years beside the peers, and the terms that its share is made of in the report."""
    years = speech.attention[speech.attention["topic"].eq(topic) & speech.attention["share"].notna()]
    header = [say(f"speech.{name}", lang) for name in ("year", "share", "median", "peers")]
    rows = [
        [
            row["report_year"],
            f"{row['share']:.1f}",
            "" if is_na(row["peer_median"]) else f"{row['peer_median']:.1f}",
            row["n_peers"],
        ]
        for row in list_rows(years.sort_values("report_year", ascending=False))
    ]
    terms = count_attention_terms(features, [speech.report_id], topic)
    said = [f"{row['term']} {row['hits']}" for row in list_rows(terms[terms["hits"].gt(0)].head(_N_WORDS))]
    line = say(
        "speech.terms",
        lang,
        topic=_name_topic(list_rows(years)[0], lang),
        terms=say("list.separator", lang).join(said) or "–",
    )
    return join_html([paragraph(line), render_fold(say("speech.years", lang), render_table(header, rows))])


def tell_keyness(speech: Speech, lang: str) -> Html:
    """Return the words that a report uses more than its peers, and those that it uses less, side by side."""
    table = speech.keyness
    header = [say(f"words.{name}", lang) for name in ("word", "z", "count", "share", "share_against", "n_against")]
    more = table[table["z"].gt(0) & table["count"].gt(1)].head(_N_WORDS)
    less = table[table["z"].lt(0)].iloc[::-1].head(_N_WORDS)
    words = zip(("more", "less"), (more, less), strict=True)
    folds = [render_fold(say(f"words.{name}", lang), _list_words(header, rows)) for name, rows in words]
    lead = say("words.lead", lang, n=len(speech.peer_ids), prior=f"{table['prior_words'].iloc[0]:g}")
    return join_html([paragraph(lead), *folds])


def fit_level(features: Features, report_id: str, *, n_topics: int) -> tuple[pd.DataFrame, Topics] | None:
    """
    Return how coherent topics are by their number, and the topics of all reports of the level and year of one report.

    ``n_topics`` of 0 takes the most coherent number; None where the level has too few reports of the year for any.

    Raises
    ------
    DataError
        Where the level has too few reports for the number asked for.
    """
    own = features.reports[features.reports["report_id"].eq(report_id)].iloc[0]
    ids = pick_reports(features, level=own["level"], report_years=[int(own["report_year"])])
    try:
        numbers = compare_topic_numbers(features, ids, numbers=NUMBERS[:_MOST_NUMBERS])
    except DataError:
        if n_topics:
            raise
        return None
    best = int(numbers.loc[numbers["is_best"], "n_topics"].iloc[0])
    return numbers, fit_topics(features, ids, n_topics=n_topics or best)


def tell_topics(fitted: tuple[pd.DataFrame, Topics] | None, report_id: str, lang: str) -> Html:
    """Return the topics with their words, coherence and share in one report beside the mean of all; a line for None."""
    if fitted is None:
        return paragraph(say("topics.none", lang), "soft")
    numbers, topics = fitted
    n_reports, n_topics = topics.shares["report_id"].nunique(), topics.words["topic"].nunique()
    tried = [
        say("topics.tried", lang, n=row["n_topics"], coherence=f"{row['coherence']:.3f}") for row in list_rows(numbers)
    ]
    lead = say("topics.lead", lang, n=n_reports, topics=n_topics, tried=say("list.separator", lang).join(tried))
    own = topics.shares[topics.shares["report_id"].eq(report_id)].set_index("topic")["share"] * 100
    mean = topics.shares.groupby("topic")["share"].mean() * 100
    said = topics.words.groupby("topic")["term"].agg(say("list.separator", lang).join)
    coherence = topics.words.groupby("topic")["coherence"].first()
    header = [say(f"topics.{name}", lang) for name in ("words", "own", "mean", "coherence")]
    order = own.sort_values(ascending=False, kind="stable").index
    rows = [[said[at], f"{own[at]:.0f}", f"{mean[at]:.0f}", f"{coherence[at]:.2f}".replace("-", "−")] for at in order]
    return join_html([paragraph(lead), render_table(header, rows)])


def tell_reuse(similar: pd.DataFrame, lang: str) -> Html:
    """Return how much of its text a report shares with others, each beside what any two such reports share."""
    beyond = int(similar["above_baseline"].sum())
    lead = say("reuse.lead", lang, n=len(similar), beyond=beyond)
    shown = name_regions(similar.head(_N_WORDS), lang)
    header = [say(f"reuse.{name}", lang) for name in ("report", "shared", "baseline", "beyond", "cosine")]
    rows = [
        [
            f"{row['region_name']} {row['report_year']}",
            f"{row['jaccard'] * 100:.1f}",
            f"{row['baseline_median'] * 100:.1f} ({row['baseline_95'] * 100:.1f})",
            say("outside.yes" if row["above_baseline"] else "outside.no", lang),
            f"{row['cosine']:.2f}",
        ]
        for row in list_rows(shown)
    ]
    return join_html([paragraph(lead), render_table(header, rows)])


def compare_reuse(features: Features, speech: Speech) -> pd.DataFrame:
    """Return how alike a report is to those of its peers and to its own of other years."""
    region_code = speech.report_id.partition("-")[0]
    own = pick_reports(features, region_codes=[region_code])
    return measure_similarity(features, speech.report_id, others=[*speech.peer_ids, *own])


def tell_passages(report_id: str, other_id: str, lang: str, *, corpus: str) -> Html:
    """Return the longest passages that two reports share where both texts are at hand, else a line that says so."""
    try:
        one, other = load_texts([report_id, other_id], corpus or None)
    except DataError:
        return paragraph(say("passages.none", lang, one=report_id, other=other_id), "soft")
    passages = find_passages(one, other)
    lead = say("passages.lead", lang, one=report_id, other=other_id, n=len(passages))
    header = [say(f"passages.{name}", lang) for name in ("passage", "length", "place", "there")]
    rows = [
        [
            clean_text(row["passage"]),
            row["length"],
            f"{row['start']}–{row['end']}",
            f"{row['other_start']}–{row['other_end']}",
        ]
        for row in list_rows(passages.head(_N_WORDS))
    ]
    return join_html([paragraph(lead), render_table(header, rows) if rows else Html("")])


def view_speech(
    features: Features, table: pd.DataFrame, *, region_code: str, report_year: int, lang: str, **choices: str
) -> Html:
    """Return attention, one topic and keyness of one report."""
    speech = compare_speech(features, table, region_code, report_year=report_year, rule=choices["rule"])
    region = find_region(region_code, report_year=report_year)
    title = Html("<p><strong>{}</strong></p>").format(
        say("speech.title", lang, region=name_place(region, lang), year=report_year)
    )
    parts = [
        tell_attention(speech, lang, report_year=report_year),
        sections.show(plot_keyness, speech.keyness, lang, **name_groups(speech, lang)),
        tell_topic(features, speech, choices["topic"], lang),
    ]
    return join_html([title, *parts])


def tell_reports(features: Features, report_ids: Sequence[str], lang: str) -> Html:
    """Return the reports that were compared, each with the hash of its text, folded."""
    rows = name_regions(features.reports[features.reports["report_id"].isin(report_ids)], lang)
    header = [say(f"column.{name}", lang) for name in ("region", "report_year")]
    cells = [[row["region_name"], row["report_year"], row["report_id"], row["sha256"]] for row in list_rows(rows)]
    fold = say("features.reports", lang, n=len(rows))
    return render_fold(fold, render_table([*header, "report_id", "SHA-256"], cells))


def name_groups(speech: Speech, lang: str) -> dict[str, str]:
    """Return the names of a report's region and of its peers, for a chart of keyness."""
    peers = say("words.peers", lang, n=len(speech.peer_ids))
    return {"region": str(name_regions(speech.attention, lang)["region_name"].iloc[0]), "peers": peers}


def _of_year(attention: pd.DataFrame, report_year: int) -> pd.DataFrame:
    """Return the topics of one year that have a share and peers."""
    return attention[attention["report_year"].eq(report_year) & attention["share"].notna() & attention["n_peers"].gt(0)]


def _split(now: pd.DataFrame) -> dict[str, list[str]]:
    """Return the topics above the upper quartile of the peers, and those below the lower one."""
    above = now[now["share"].gt(now["peer_high"])].sort_values("percentile", ascending=False, kind="stable")
    below = now[now["share"].lt(now["peer_low"])].sort_values("percentile", kind="stable")
    return {"more": list(above["topic"]), "less": list(below["topic"])}


def _name_topic(row: dict[str, object], lang: str) -> str:
    """Return the name of a topic."""
    return str(row[f"topic_{lang}"])


def _list_words(header: list[str], rows: pd.DataFrame) -> Markup:
    """Return words with their counts as a table."""
    names = ("term", "z", "count", "share", "share_against", "n_against")
    cells = [
        [f"{row[name]:.1f}".replace("-", "−") if isinstance(row[name], float) else row[name] for name in names]
        for row in list_rows(rows)
    ]
    return render_table(header, cells)
