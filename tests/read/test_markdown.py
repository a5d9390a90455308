"""Markdown to plain text: wording stays, markup goes, and time grows with the text alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from policylab.read.markdown import clean_markdown, read_markdown


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# 一、回顾\n正文", "一、回顾\n正文\n"),
        ("> 引文\n**重点**和***要点***", "引文\n重点和要点\n"),
        ("[公报](https://example.org/a)与[附件](other)", "公报与[附件](other)\n"),
        ("图![图1](a.png)后", "图后\n"),
        ("增长5%[^1]\n\n[^1]: 同口径", "增长5%[1]\n\n[1] 同口径\n"),
        ("|指标|目标|\n|---|---|\n|GDP|5%|", "指标\t目标\nGDP\t5%\n"),
        ("一<br/>二<!-- 注\n释 -->三", "一\n二三\n"),
        ("1\\.2\\*&nbsp;&amp;", "1.2*\xa0&\n"),
        ("a\n\n\n\nb  \n", "a\n\nb\n"),
        ("---\ntitle: 某区报告\nsource: x\n---\n正文", "某区报告\n\n正文\n"),
        ("---\ntitle: 某区报告\n---\n政 府 工 作 报 告\n正文", "政 府 工 作 报 告\n正文\n"),
        ("&#" + "9" * 5000 + ";", "\ufffd\n"),
    ],
)
def test_wording_stays_and_markup_goes(text: str, plain: str) -> None:
    """Each kind of markup leaves its words."""
    assert clean_markdown(text) == plain


def test_what_was_left_out_is_told() -> None:
    """Front matter and pictures are named in the note."""
    assert read_markdown("---\ntitle: a\n---\n![x](y)正文").notes["left_out"] == "front matter; pictures (1)"


@pytest.mark.parametrize("piece", ["![", "[a](", "[](/", "<!--", " \t", "&", "#", "> ", "|", "<br", "[", "**", "---\n"])
def test_hostile_markup_takes_time_by_its_length(piece: str) -> None:
    """Markup that never closes is read in about the time of any text of its length."""
    started = time.process_time()
    clean_markdown(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 2


def test_source_files_give_their_texts_byte_for_byte(corpus_path: Path) -> None:
    """Every file of the raw sample becomes exactly the text that the corpus has of it, so that spans and hashes hold."""
    import pyarrow.parquet as pq

    raw = pq.read_table(corpus_path.parent / "raw_sample.parquet").to_pylist()
    wanted = pq.read_table(corpus_path, columns=["report_id", "text"]).to_pylist()
    texts = {row["report_id"]: row["text"] for row in wanted}
    assert len(raw) == 60
    assert [row["report_id"] for row in raw if clean_markdown(row["raw"].decode()) != texts[row["report_id"]]] == []
