"""What is shipped in data/: every file keeps its promises, and every number leads back to its source."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from policylab.analyse.citations import load_citations
from policylab.analyse.coverage import STATUSES, list_headline_indicators
from policylab.analyse.datapackage import TABLES, describe_columns
from policylab.analyse.feature_files import load_features
from policylab.analyse.features import count_terms
from policylab.analyse.parquet import load_parquet
from policylab.analyse.tables import check_table, load_targets, to_table
from policylab.analyse.tokens import ENGINES
from policylab.project import project_root
from policylab.read.corpus import iter_reports
from policylab.read.files import read_report

DATA = project_root() / "data"


def need(name: str) -> Path:
    """Return a built file, or skip where the dataset has not been built yet."""
    if not (DATA / name).is_file():
        pytest.skip(f"data/{name} is not built: make dataset CORPUS=FILE")
    return DATA / name


def test_every_bundled_report_reads_with_its_sidecar():
    """Each report has a sidecar, and its hash is the text's."""
    paths = sorted((DATA / "reports").glob("*.txt"))
    assert paths
    for path in paths:
        assert path.with_suffix(".yml").is_file()
        assert read_report(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_cited_facts_fulfil_the_contract_once_each():
    """Cited facts pass the schema of the table, and none stands there twice."""
    table = check_table(to_table(load_citations()))
    assert len(table) > 200
    assert table["region_code"].nunique() == 45
    assert not table.duplicated(["region_code", "report_year", "indicator", "item", "source_url"]).any()
    assert table["flag"].eq("").all()


def test_cited_facts_say_the_number_they_stand_for():
    """Where the words of a cited number are known, the number stands in them."""
    stated = [target for target in load_citations() if target.low is not None and target.as_written]
    assert len(stated) > 150
    for target in stated:
        numbers = {f"{abs(value).normalize():f}" for value in (target.low, target.high)}
        assert all(number in target.as_written.replace(",", "") for number in numbers), target


def test_targets_fulfil_the_contract():
    """The shipped table passes its whole schema, and is small enough for a checkout."""
    path = need("targets.parquet")
    table = check_table(load_targets())
    assert path.stat().st_size < 15_000_000
    assert {"report", "citation"} == set(table["source_kind"])


def load_reports_table():
    """Return reports.csv, codes as text."""
    return pd.read_csv(need("reports.csv"), dtype={"region_code": str})


def test_targets_hold_the_first_question():
    """Everything needed to compare 淮阴区 in 2023 is there: its superiors, its province's cities, 33 counties."""
    need("targets.parquet")
    table = load_targets()
    rows = table[table["report_year"].eq(2023) & table["kind"].eq("target")]
    assert {"100000", "320000", "320800", "320804"} <= set(rows["region_code"])
    assert rows[rows["region_code"].str.match("32..00$")]["region_code"].nunique() >= 13
    reports = load_reports_table()
    for code in ("320000", "320800"):  # every year at hand, not only that of the comparison
        known = set(reports.loc[reports["region_code"].eq(code), "report_year"])
        assert known == set(table.loc[table["region_code"].eq(code), "report_year"]) and len(known) > 5


def test_every_record_of_the_seed_is_in_its_text(seed_path):
    """The words of each record of the bundled report stand within its span."""
    need("targets.parquet")
    document = read_report(seed_path)
    rows = load_targets()
    rows = rows[rows["sha256"].eq(document.sha256)]
    assert len(rows) > 14
    for row in rows.to_dict("records"):
        assert row["as_written"] in document.text[row["start"] : row["end"]]


def test_every_record_is_in_the_text_of_the_corpus(corpus_path):
    """The words of each record stand within its span, for every report whose text is at hand."""
    need("targets.parquet")
    table = load_targets()
    spans = table[table["source_kind"].eq("report")].groupby("sha256")[["start", "end", "as_written"]]
    rows = {sha256: group.to_numpy().tolist() for sha256, group in spans}
    checked = 0
    for document in iter_reports(corpus_path):
        for start, end, words in rows.get(document.sha256, []):
            assert words in document.text[start:end], (document.report_id, start, end)
            checked += 1
    assert checked > 100_000


def test_features_are_of_the_same_reports_and_small():
    """Words and signatures of every report are shipped, in less than 20 MB, and no word that fewer than 20 have."""
    need("features/counts.parquet")
    features = load_features()
    with need("reports.csv").open(encoding="utf-8", newline="") as file:
        assert features.reports["report_id"].tolist() == [row["report_id"] for row in csv.DictReader(file)]
    assert sum(path.stat().st_size for path in (DATA / "features").iterdir()) < 20_000_000
    assert features.terms["n_reports"].min() >= 20
    assert features.terms["term"].str.len().between(2, 20).all()
    assert features.terms["term"].is_unique
    assert list((features.counts > 0).sum(axis=0)) == features.terms["n_reports"].tolist()
    assert (features.counts.sum(axis=1) <= features.reports["n_words"]).all()


def test_features_of_the_seed_are_those_of_its_text(seed_path):
    """Counted again by either engine, the bundled report has the counts and the signature that are shipped."""
    need("features/counts.parquet")
    shipped = load_features()
    row = shipped.reports["report_id"].tolist().index("320804-2023")
    terms = shipped.terms["term"].to_numpy()
    counts = dict(zip(terms, shipped.counts[[row]].toarray()[0].tolist(), strict=True))
    for engine in ENGINES:
        own = count_terms([read_report(seed_path)], engine=engine)
        found = dict(zip(own.terms["term"], own.counts.toarray()[0].tolist(), strict=True))
        assert {term: count for term, count in found.items() if term in counts} == {
            term: count for term, count in counts.items() if count
        }
        assert own.reports["n_words"].iloc[0] == shipped.reports["n_words"].iloc[row]
        assert (own.signatures[0] == shipped.signatures[row]).all()


def test_reports_and_coverage_are_of_the_same_reports():
    """Each report is one row; coverage has each headline indicator of each report once, with a known status."""
    with need("reports.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["report_id"] for row in csv.DictReader(file)]
    coverage = load_parquet(need("coverage.parquet"))
    assert len(ids) == len(set(ids))
    assert set(coverage["status"]) <= set(STATUSES)
    assert not coverage.duplicated(["report_id", "indicator"]).any()
    assert len(coverage) == len(ids) * len(list_headline_indicators())
    assert set(load_targets().query("source_kind == 'report'")["report_id"]) <= set(ids)


def test_data_package_describes_the_files_as_they_are():
    """Size, hash and columns in datapackage.json are those of the files."""
    package = json.loads(need("datapackage.json").read_text(encoding="utf-8"))
    assert {item["path"] for item in package["resources"]} == {file for file, _ in TABLES.values()}
    for item in package["resources"]:
        content = (DATA / item["path"]).read_bytes()
        assert item["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}", item["path"]
        assert item["bytes"] == len(content)


@pytest.mark.parametrize("name", [name for name, (file, _) in TABLES.items() if file.endswith(".csv")])
def test_columns_of_csv_files_are_described(name):
    """columns.csv names the columns of each CSV file in their order."""
    with need(TABLES[name][0]).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(describe_columns(name))


def test_no_text_of_a_report_is_shipped():
    """Only facts are shipped: no cell of the tables is as long as a sentence of a report but the bundled one's."""
    need("targets.parquet")
    table = load_targets()
    for name in ("item", "as_written", "section", "scope"):
        assert table[name].str.len().max() <= 120, name
