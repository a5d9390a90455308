"""
Read numbers in short random texts, millions of them: bench/fuzz/strings.py RUNS SEED; the same seed gives the same texts.

Numbers are read by patterns, in which a fuzzer that watches branches (fuzz.py) sees nothing; here speed finds more. A
run fails where a number is not what stands at its place.
"""

from __future__ import annotations

import random
import sys
import time

from policylab.annotate.quantities import iter_quantities
from policylab.codebook import fold

PIECES = (
    *[
        "0",
        "1",
        "5",
        "9",
        "０",
        "９",
        "12",
        "3.5",
        "6．5",
        "1,000",
        "10000",
        "一",
        "二",
        "两",
        "十",
        "百",
        "千",
        "万",
        "亿",
        "零",
        "半",
        "几",
        "数",
        "点",
        "分之",
        "三分之一",
        "二十",
        "五千",
    ],
    *[
        "%",
        "％",
        "‰",
        "个",
        "户",
        "家",
        "元",
        "亿元",
        "万元",
        "万人",
        "人",
        "亩",
        "万亩",
        "公里",
        "平方米",
        "吨",
        "个百分点",
        "倍",
        "以上",
        "以下",
        "左右",
        "以内",
        "约",
        "余",
        "多",
        "近",
        "超",
        "不低于",
        "不超过",
    ],
    *[
        "-",
        "—",
        "－",
        "～",
        "~",
        "至",
        "到",
        "、",
        "，",
        "。",
        "；",
        "：",
        "（",
        "）",
        "(",
        ")",
        "“",
        "”",
        ".",
        ",",
        "+",
        "×",
        "/",
        "年",
        "月",
        "日",
        "第",
        "2023年",
        "前",
        "后",
        "和",
        "与",
        "分别",
        "增长",
        "下降",
        "翻番",
        "GDP",
    ],
    "\n",
    " ",
    "\u3000",
    "\xa0",
    "\ufeff",
    "\U0001f600",
)


def main() -> None:
    """Read as many texts as the first argument says, from the seed that the second one gives."""
    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    chance, started, numbers = random.Random(seed), time.perf_counter(), 0
    for run in range(1, runs + 1):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 16)))
        folded = fold(text)
        assert len(folded) == len(text), text
        for quantity in iter_quantities(text, folded, 0, len(text)):
            assert text[quantity.start : quantity.end] == quantity.as_written, (seed, run, text)
            numbers += 1
        if run % 500_000 == 0:
            sys.stdout.write(f"{run:,} texts, {numbers:,} numbers, {time.perf_counter() - started:.0f} s\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
