"""Words: both engines cut alike, know the codebook's names, and every attention term hits where its example says."""

from __future__ import annotations

import jieba
import pytest

from policylab.analyse.tokens import ENGINES, cut_words, list_user_words
from policylab.codebook.attention import load_attention
from policylab.codebook.folding import fold
from policylab.errors import UnknownNameError

TERMS = [(code, term) for code, entry in load_attention().items() for term in entry.terms]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("code", "term"), TERMS)
def test_every_term_hits_its_example_and_not_its_counterexample(engine, code, term):
    """With either engine, the example has the term, and the counterexample no term of the dictionary."""
    dictionary = load_attention()[code]
    place, entry = list(dictionary.terms).index(term), dictionary.terms[term]
    assert place in [found for _, found in dictionary.find_terms(cut_words(entry.example, engine=engine))]
    assert dictionary.find_terms(cut_words(entry.counterexample, engine=engine)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_the_codebook_are_words(engine):
    """Indicators that jieba would cut into pieces stay whole."""
    text = "一般公共预算收入增长6%，规模以上工业增加值增长7%"
    assert cut_words(text, engine=engine) == ["一般公共预算收入", "增长", "规模以上工业增加值", "增长"]


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_and_punctuation_are_no_words(engine):
    """Only words are returned, folded: numbers, marks and blanks are left out, Latin names stay."""
    assert cut_words("２０２３年，ＧＤＰ增长5.5%；PM2.5下降\n 1-2 个。", engine=engine) == [
        *("年", "gdp", "增长", "pm2.5", "下降", "个")
    ]
    assert cut_words("", engine=engine) == []


def test_an_unknown_engine_names_the_known():
    """A misspelt engine raises and names the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'jieba'"):
        cut_words("目标", engine="jieb")


def test_the_shared_dictionary_of_jieba_is_left_alone():
    """Cutting adds no word to the dictionary that other users of jieba in the process have."""
    cut_words("目标")
    jieba.initialize()
    assert not jieba.dt.FREQ.get("一般公共预算收入")


def test_user_words_are_chinese_and_in_order():
    """The user dictionary has names of two Chinese characters and more, sorted, each once."""
    words = list_user_words()
    assert words == sorted(set(words))
    assert all(len(word) > 1 and word == fold(word) for word in words)
    assert {"开创新", "大数据中心", "城乡居民人均可支配收入"} <= set(words)


@pytest.mark.slow
def test_engines_agree_on_real_reports(corpus_path):
    """On a sample of the corpus both engines give the same words in more than 99.9% of places."""
    from policylab.read.corpus import iter_reports

    same = total = 0
    for number, document in enumerate(iter_reports(corpus_path)):
        if number % 160 == 0:
            one, other = (cut_words(document.text, engine=engine) for engine in ENGINES)
            total += len(one)
            same += len(one) if one == other else sum(a == b for a, b in zip(one, other, strict=False))
    assert total > 100_000
    assert same / total > 0.999
