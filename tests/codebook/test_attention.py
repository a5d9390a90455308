"""Attention dictionaries: the file keeps its promises, and a wrong file is refused with what is wrong."""

from __future__ import annotations

import copy

import pytest
import yaml

from policylab.codebook.attention import ATTENTION_PATH, load_attention, pick_dictionaries
from policylab.errors import DataError, UnknownNameError


@pytest.fixture
def content():
    """The content of a small valid file, to be broken."""
    term = {"term": "创新", "source": "plan", "example": "坚持创新", "counterexample": "开创局面"}
    one = {"version": "1", "name_zh": "创新", "name_en": "Innovation", "terms": [term]}
    other = copy.deepcopy(one) | {"terms": [term | {"term": "绿色", "example": "绿色发展"}]}
    return {
        "sources": {"plan": {"title": "规划纲要", "year": 2021}},
        "dictionaries": {"innovation": one, "green": other},
    }


@pytest.fixture
def write(tmp_path):
    """A function that writes content as YAML and returns its path."""

    def write_content(content):
        path = tmp_path / "attention.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return path

    return write_content


def test_every_term_has_a_source_of_its_own_year():
    """Each term names a document or paper with its year, and every listed source is used."""
    terms = [term for dictionary in load_attention().values() for term in dictionary.terms.values()]
    assert len(terms) > 140
    assert all(term.source.endswith(")") and term.source[-5:-1].isdigit() for term in terms)
    listed = yaml.safe_load(ATTENTION_PATH.read_text("utf-8"))["sources"]
    assert {f"{source['title']} ({source['year']})" for source in listed.values()} == {term.source for term in terms}


def test_a_user_file_is_read_like_the_codebook(content, write):
    """A file of the same form gives its dictionaries in its order."""
    loaded = load_attention(write(content))
    assert sorted(loaded) == ["green", "innovation"]
    assert loaded["green"].terms["绿色"].source == "规划纲要 (2021)"


@pytest.mark.parametrize("key", ["term", "source", "example", "counterexample"])
def test_a_term_without_a_part_is_refused(content, write, key):
    """A term that lacks one of its four parts is named with what it lacks."""
    content["dictionaries"]["green"]["terms"][0][key] = ""
    with pytest.raises(DataError, match=f"dictionary 'green'.*lacks {key}"):
        load_attention(write(content))


def test_an_empty_dictionary_is_refused(content, write):
    """A dictionary without terms is refused by its code."""
    content["dictionaries"]["green"]["terms"] = []
    with pytest.raises(DataError, match="dictionary 'green' lacks terms"):
        load_attention(write(content))


def test_a_term_in_two_dictionaries_is_refused(content, write):
    """A term that stands in two dictionaries is named with both."""
    content["dictionaries"]["green"]["terms"] += content["dictionaries"]["innovation"]["terms"]
    with pytest.raises(DataError, match="'创新' stands in the dictionaries 'green' and 'innovation'"):
        load_attention(write(content))


def test_a_term_twice_in_one_dictionary_is_refused(content, write):
    """A term that stands twice, in whatever width or case, is named."""
    term = content["dictionaries"]["green"]["terms"][0] | {"term": "PM10"}
    content["dictionaries"]["green"]["terms"] += [term, term | {"term": "ｐｍ10"}]
    with pytest.raises(DataError, match="'green' has .* twice"):
        load_attention(write(content))


def test_an_unlisted_source_is_refused_with_the_nearest(content, write):
    """A misspelt source names the nearest one listed."""
    content["dictionaries"]["green"]["terms"][0]["source"] = "plans"
    with pytest.raises(DataError, match="did you mean 'plan'"):
        load_attention(write(content))


def test_a_word_listed_with_a_term_contains_it(content, write):
    """A word to be cut whole that has nothing of its term is refused."""
    content["dictionaries"]["green"]["terms"][0]["not_in"] = ["红灯"]
    with pytest.raises(DataError, match="'红灯' is listed with '绿色'"):
        load_attention(write(content))


@pytest.mark.parametrize("text", ["- 1", "sources: {}", "{", "sources: {a: b}\ndictionaries: {c: {}}"])
def test_a_file_of_another_form_is_refused(tmp_path, text):
    """A file that is no YAML, or of another form, is one line that names it."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="mine.yaml"):
        load_attention(path)
    with pytest.raises(DataError, match="nowhere.yaml"):
        load_attention(tmp_path / "nowhere.yaml")


def test_yaml_cannot_build_objects(tmp_path):
    """A tag that asks for a Python object is refused, not obeyed."""
    path = tmp_path / "hostile.yaml"
    path.write_text("sources: !!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(DataError, match="not YAML"):
        load_attention(path)


def test_an_unknown_topic_names_the_nearest():
    """A misspelt code raises and names the nearest dictionary."""
    with pytest.raises(UnknownNameError, match="did you mean 'innovation'"):
        pick_dictionaries(load_attention(), ["inovation"])


def test_the_longest_term_counts_once():
    """Where one term lies in another, the longer one hits and the shorter does not."""
    green = load_attention()["green"]
    names = list(green.terms)
    assert [names[term] for _, term in green.find_terms(["环境保护", "新能源汽车"])] == ["环境保护", "新能源"]
