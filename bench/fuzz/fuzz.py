"""
Feed a reader or the annotator inputs that atheris invents: run by hand, for example bench/fuzz/fuzz.py quantities -runs=1000000.

A target fails where anything but a `PolicylabError` leaves it, where a promise breaks (a span that is not the quote), or
where one input takes five seconds. Options after the target's name go to libFuzzer; ``-seed=1`` repeats a run.
atheris is no dependency of the project: pip install atheris.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import atheris

# Numbers are read by patterns, in which atheris sees no branches: without its watching, ten times as many fit.
watched = nullcontext() if "quantities" in sys.argv else atheris.instrument_imports(include=["policylab"])
with watched:
    from policylab.annotate.quantities import iter_quantities
    from policylab.annotate.targets import annotate
    from policylab.codebook import fold
    from policylab.errors import PolicylabError
    from policylab.model import Document
    from policylab.read.files import iter_parts

WORDS = (
    "地区生产总值 一般公共预算收入 城镇新增就业 居民人均可支配收入 增长 下降 左右 以上 以内 不低于 力争 分别 和 与 、 ， 。 ； ： "
    "％ % 个百分点 亿元 万元 万人 万亩 公里 个 户 5 6.5 -3 — － ～ 至 0 ９ 1,000 四 两 一千零五 三分之一 余 多 约 20余万 "
    "2023年 2022年 今年 “十四五” 五年 到2025年 主要预期目标是 一、2022年工作回顾 二、2023年工作安排 （一） 其中 完成 预期目标 与经济增长同步"
)
PIECES = [*WORDS.split(), "\n", " "]


def make_text(data: bytes) -> str:
    """Return a text of words that reports use, and of characters as they come."""
    provider = atheris.FuzzedDataProvider(data)
    parts = []
    while provider.remaining_bytes() and len(parts) < 200:
        choice = provider.ConsumeIntInRange(0, len(PIECES))
        parts.append(PIECES[choice] if choice < len(PIECES) else provider.ConsumeUnicode(3))
    return "".join(parts)


def fuzz_quantities(data: bytes) -> None:
    """Every number is where it says, and low is at most high unless the text has it so."""
    text = make_text(data)
    folded = fold(text)
    assert len(folded) == len(text)
    for quantity in iter_quantities(text, folded, 0, len(text)):
        assert text[quantity.start : quantity.end] == quantity.as_written


def fuzz_targets(data: bytes) -> None:
    """Every target's quote holds its value as written."""
    text = "主要预期目标是：" + make_text(data)
    for target in annotate(Document.from_text(text, region_code="320804", report_year=2023)):
        if target.start is not None:
            assert target.as_written in text[target.start : target.end]


def fuzz_reader(suffix: str) -> Callable[[bytes], None]:
    """Return a target that reads a file of this kind: a text or a refusal, nothing else."""
    path = Path(tempfile.gettempdir()) / f"policylab-fuzz-{suffix[1:]}{suffix}"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        try:
            parts = list(iter_parts(path))
        except PolicylabError as error:
            assert "\n" not in str(error), "a message is one line"
        else:
            assert all(part.text.strip() for part in parts)

    return read


TARGETS = {"quantities": fuzz_quantities, "targets": fuzz_targets} | {
    kind: fuzz_reader(f".{kind}") for kind in ("txt", "md", "html", "docx", "pdf", "xlsx", "csv", "zip")
}


def main() -> None:
    """Run the target that the first argument names."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: fuzz.py {'|'.join(TARGETS)} [libFuzzer options]")
    fuzz_targets(b"")  # loads the codebook, so that no input is blamed for it
    atheris.Setup([sys.argv[0], "-timeout=5", *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
