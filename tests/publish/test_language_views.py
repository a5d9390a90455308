from __future__ import annotations

import re

import pandas as pd
import pytest

from policylab.analyse.features import Features, count_terms
from policylab.analyse.tables import to_table
from policylab.errors import DataError
from policylab.model import Document
from policylab.publish import language_views
from policylab.publish.explore import render_view

CODES = ("320804", "320803", "320812", "320813", "320826", "320830", "320831")
WORDS = ("创新驱动发展，科技创新", "绿色低碳，生态保护", "乡村振兴，粮食安全", "扩大开放，招商引资")


@pytest.fixture(scope="module")
def features() -> Features:
    """The words of invented reports of the counties of 淮安, in two years."""
    texts = {code: f"坚持{WORDS[place % 4]}，改善民生。" * 3 for place, code in enumerate(CODES)}
    texts["320804"] += "码头物流。" * 9
    documents = [
        Document.from_text(text + "草原。" * (year == 2022), region_code=code, report_year=year)
        for code, text in texts.items()
        for year in (2022, 2023)
    ]
    rare = Document.from_text("海洋渔业。", region_code="320831", report_year=2021)  # so that rare words are known
    return count_terms([*documents, rare])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """No targets: the peers follow from the regions."""
    return to_table([])


def compare(features: Features, table: pd.DataFrame) -> language_views.Speech:
    """Return 淮阴区 beside the counties of its city."""
    return language_views.compare_speech(features, table, "320804", report_year=2023, rule="city")


def test_a_report_is_compared_with_peers_of_its_year(features: Features, table: pd.DataFrame) -> None:
    """Peers are the reports of the year, the report itself is not among them, and its own words come first."""
    speech = compare(features, table)
    assert speech.report_id == "320804-2023"
    assert sorted(speech.peer_ids) == [f"{code}-2023" for code in sorted(CODES[1:])]
    assert set(speech.keyness["term"].head(2)) == {"码头", "物流"}


def test_too_few_peers_are_refused(features: Features, table: pd.DataFrame) -> None:
    """A comparison with fewer than three reports says so and names a wider rule."""
    with pytest.raises(DataError, match="only 1 peers of 320804 by the rule 'codes:320803'"):
        language_views.compare_speech(features, table, "320804", report_year=2023, rule="codes:320803")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_of_a_report_are_told(features: Features, table: pd.DataFrame, lang: str) -> None:
    """Attention, keyness, reuse and sources stand in both languages without an empty number."""
    speech = compare(features, table)
    parts = [
        language_views.tell_features(features, lang),
        language_views.tell_attention(speech, lang, report_year=2023),
        language_views.tell_topic(features, speech, "innovation", lang),
        language_views.tell_keyness(speech, lang),
        language_views.tell_reuse(language_views.compare_reuse(features, speech), lang),
        language_views.tell_reports(features, [speech.report_id], lang),
    ]
    assert not re.search(r"\bnan\b|<NA>|None", "".join(parts))
    assert "创新" in parts[2]
    assert "码头" in parts[3]


def test_passages_are_shown_only_where_texts_are_at_hand() -> None:
    """Without both texts a line says how to have them; nothing fails."""
    told = language_views.tell_passages("320804-2023", "320803-2023", "en", corpus="")
    assert "not both at hand" in told
    assert "parameter corpus" in told


def test_the_controls_redraw_the_words(features: Features, table: pd.DataFrame) -> None:
    """A view has the table of attention and the picture of keyness; an unknown year is a message."""
    choices = {"region_code": "320804", "report_year": 2023, "topic": "innovation", "rule": "city"}
    view = lambda **values: language_views.view_speech(features, table, **values)  # noqa: E731
    shown = render_view(view, choices, "zh", table=features.reports)
    assert "data:image/png" in shown
    assert 'role="alert"' not in shown
    assert 'role="alert"' in render_view(view, {**choices, "report_year": 2001}, "zh", table=features.reports)
