"""
Annotate rows of repeated words, which patterns that try every way never get through: bench/fuzz/rows.py RUNS SEED.

Words come from the codebook's wording, one to three of them, 20 to 120 times in a row. A run fails where one text takes
more than two CPU seconds, or ends the process after twenty by the clock.
"""

from __future__ import annotations

import faulthandler
import random
import re
import sys
import time

from policylab.annotate.targets import annotate
from policylab.codebook import load_codebook
from policylab.model import Document

SECONDS = 2


def list_words() -> list[str]:
    """Return the Chinese words of the codebook's patterns, each once, in order."""
    return sorted(set(re.findall("[\u4e00-\u9fff“”]{1,6}", str(load_codebook().wording))))


def make_text(words: list[str], chance: random.Random) -> str:
    """Return a headline target after a row of words."""
    row = chance.choices(words, k=chance.randint(1, 3)) * chance.randint(20, 120)
    tail = chance.choices(words, k=6)
    return f"二、2023年工作安排\n主要预期目标是：{''.join(row + tail)}增长5%，{chance.choice(words)}与经济增长同步。"


def main() -> None:
    """Annotate as many texts as the first argument says, from the seed that the second one gives."""
    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    chance, words, worst = random.Random(seed), list_words(), 0.0
    annotate(Document.from_text("增长5%", region_code="320804", report_year=2023))  # loads the codebook
    for run in range(1, runs + 1):
        document = Document.from_text(make_text(words, chance), region_code="320804", report_year=2023)
        faulthandler.dump_traceback_later(20, exit=True)
        started = time.process_time()
        annotate(document)
        worst = max(worst, time.process_time() - started)
        assert worst < SECONDS, (seed, run, document.text)
    sys.stdout.write(f"{runs:,} texts, at most {worst:.3f} s\n")


if __name__ == "__main__":
    main()
