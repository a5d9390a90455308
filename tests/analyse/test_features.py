"""Features: counts of words and signatures, whole, in order, and read back as they were written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policylab.analyse.feature_files import load_features, render_features, to_feature_tables
from policylab.analyse.features import count_terms, find_rows, flag_reports, pick_reports
from policylab.errors import DataError, UnknownNameError
from policylab.model import Document

TEXTS = {
    "320804-2023": "淮阴区坚持创新，坚持开放。坚持平安建设。",
    "320803-2023": "淮安区坚持创新，稳定就业。",
    "320804-2022": "坚持绿色发展。",
}


@pytest.fixture
def features(make_features):
    """Features of three short texts."""
    return make_features(TEXTS)


def count_of(features, report_id, term):
    """Return how often a report has a term."""
    row = features.reports["report_id"].tolist().index(report_id)
    return features.counts.toarray()[row][features.terms["term"].tolist().index(term)]


def test_counts_are_those_of_the_texts(features):
    """Each word of two characters is counted in its report; n_words counts all words."""
    assert count_of(features, "320804-2023", "坚持") == 3
    assert count_of(features, "320803-2023", "开放") == 0
    assert features.reports.set_index("report_id")["n_words"].to_dict() == {
        "320803-2023": 6,
        "320804-2022": 3,
        "320804-2023": 8,
    }


def test_order_of_reports_does_not_matter(features, make_features):
    """The same texts in another order give the same features."""
    again = make_features(dict(reversed(TEXTS.items())))
    pd.testing.assert_frame_equal(again.reports, features.reports)
    pd.testing.assert_frame_equal(again.terms, features.terms)
    assert (again.counts != features.counts).nnz == 0
    assert np.array_equal(again.signatures, features.signatures)


def test_rare_words_are_left_out_of_the_terms_only(make_features):
    """With a threshold of three only the word of all reports is a term, and n_words stays."""
    few = make_features(TEXTS, min_reports=3)
    assert few.terms["term"].tolist() == ["坚持"]
    assert few.reports["n_words"].sum() == 17


def test_the_engine_is_recorded(make_features):
    """Every report says which engine in which version cut its words."""
    assert set(make_features(TEXTS, engine="rjieba").reports["engine"].str.split().str[0]) == {"rjieba"}
    with pytest.raises(UnknownNameError, match="no engine 'spacy'"):
        make_features(TEXTS, engine="spacy")


def test_places_are_told_from_common_words(features):
    """Names of regions are places; a common word that is also a district's short name (平安) is none."""
    places = dict(zip(features.terms["term"], features.terms["is_place"], strict=True))
    assert places["淮阴区"] and places["淮安"]
    assert not places["平安"] and not places["创新"]


def test_written_features_are_read_back(features, tmp_path):
    """What is written comes back the same, and the same features give the same bytes."""
    files = render_features(to_feature_tables(features))
    assert render_features(to_feature_tables(features)) == files
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    again = load_features(tmp_path)
    pd.testing.assert_frame_equal(again.reports, features.reports)
    pd.testing.assert_frame_equal(again.terms, features.terms)
    assert (again.counts != features.counts).nnz == 0
    assert np.array_equal(again.signatures, features.signatures)


def test_features_of_nothing_are_written_and_read(tmp_path):
    """An empty corpus gives empty tables that can be read."""
    for name, content in render_features(to_feature_tables(count_terms([]))).items():
        (tmp_path / name).write_bytes(content)
    assert load_features(tmp_path).counts.shape == (0, 0)


def test_a_folder_without_features_says_how_to_make_them(tmp_path, features, make_features):
    """A missing file, files of two builds, and other tables are refused with what to do."""
    with pytest.raises(DataError, match="make dataset"):
        load_features(tmp_path)
    files = render_features(to_feature_tables(features))
    other = render_features(to_feature_tables(make_features({"320804-2023": "坚持创新。"})))
    for folder, mixed in (
        ("one", {**files, "reports.parquet": other["reports.parquet"]}),
        ("two", {**files, "terms.parquet": other["terms.parquet"]}),
        ("three", {**files, "terms.parquet": files["reports.parquet"]}),
    ):
        (tmp_path / folder).mkdir()
        for name, content in mixed.items():
            (tmp_path / folder / name).write_bytes(content)
        with pytest.raises(DataError, match="make dataset"):
            load_features(tmp_path / folder)


def test_a_report_without_features_names_the_years_at_hand(features):
    """A report that has none is refused with the years of its region, or that there are none."""
    with pytest.raises(DataError, match="320804-2019.*has them for 2022, 2023"):
        find_rows(features, ["320804-2019"])
    with pytest.raises(DataError, match="its region has none of any year"):
        find_rows(features, ["110000-2023"])
    with pytest.raises(DataError, match="no report asked for"):
        find_rows(features, [])


def test_reports_are_picked_by_region_year_and_level(features):
    """Conditions join; what none fulfils raises."""
    assert pick_reports(features, region_codes=["320804"]) == ["320804-2022", "320804-2023"]
    assert pick_reports(features, level="county", report_years=[2023], without=["320804-2023"]) == ["320803-2023"]
    with pytest.raises(DataError, match="level city"):
        pick_reports(features, level="city")
    with pytest.raises(UnknownNameError, match="no level 'district'"):
        pick_reports(features, level="district")


def test_flagged_reports_are_no_peers(features):
    """A mislabelled report and a duplicate keep their features and are not picked."""
    told = pd.DataFrame(
        {
            "report_id": list(TEXTS),
            "label_flag": [None, "year: the text speaks for 2021", None],
            "duplicate_of": [None, None, None],
            "near_duplicate_of": [None, None, "320804-2021"],
        }
    )
    flagged = flag_reports(features, told)
    assert flagged.reports["flag"].tolist() == ["year: the text speaks for 2021", "as 320804-2021", ""]
    assert pick_reports(flagged) == ["320804-2023"]


def test_signatures_estimate_what_texts_share(make_features):
    """Equal texts have equal signatures; texts that share half of their 8-grams share about half of the hashes."""
    body = "".join(chr(0x4E00 + 7 * at) for at in range(600))
    other = "".join(chr(0x4E00 + 7 * at) for at in range(300, 900))
    signatures = make_features({"320804-2021": body, "320804-2022": body, "320804-2023": other}).signatures
    assert np.array_equal(signatures[0], signatures[1])
    assert (signatures[0] == signatures[2]).mean() == pytest.approx(1 / 3, abs=0.1)


def test_one_process_and_two_count_alike():
    """The features are the same whatever the number of processes."""
    documents = [Document.from_text(f"坚持创新{year}", region_code="320804", report_year=year) for year in (2022, 2023)]
    one, two = (count_terms(documents, jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.terms, two.terms)
    assert (one.counts != two.counts).nnz == 0
