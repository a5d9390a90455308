"""Texts that could trap a scanner, one thing repeated without end where a report has sentences, and the time they take."""

from __future__ import annotations

import math
import signal
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

LEAST, MOST = 2**18, 2**20  # bytes of a text
LONG, GIVE_UP = 0.8, 20.0  # seconds for a text

# What is repeated, by name. A report may hold any of it: broken line ends, tables pasted as digits, watermarks.
SHAPES: Mapping[str, str] = {
    "no sentence end": "坚持稳中求进，深化改革开放，",
    "no sentence end, counts": "新增就业5万人，",
    "no sentence end, indicators": "地区生产总值增长5%，力争完成投资12亿元，今年新建学校3所，",
    "no sentence end, lists": "一产、二产、三产分别增长5%、6%、7%，",
    "no sentence end, sub-areas": "高新区地区生产总值增长5%，",
    "digits": "1234567890",
    "digits in threes": ",000",
    "digits and points": "1.",
    "code words": "1-2-3-",
    "spaces": " ",
    "full-width spaces": "　",
    "tabs": "\t",
    "line ends": "\n",
    "blank lines": " \n",
    "list marks": "、",
    "commas": "，",
    "semicolons": "；",
    "stops": "。",
    "question marks": "1?",
    "opening quotes": "“",
    "nested quotes": "“‘",
    "closed quotes": "“”",
    "brackets": "（",
    "footnotes": "[1]",
    "bound words": "左右",
    "bound words before": "不低于",
    "bounded numbers": "不低于5%左右以上",
    "cue of targets": "目标是",
    "full cue of targets": "主要预期目标是",
    "cue with and": "目标和",
    "ands": "和",
    "one name": "地区生产总值",
    "list of names": "地区生产总值、",
    "names before one value": "出口、",
    "percent in characters": "百分之",
    "percents in characters": "百分之五",
    "from": "从",
    "from to": "从5%到",
    "percents": "5%、",
    "distributives": "分别",
    "distributive names": "出口分别增长",
    "each": "各均",
    "numerals": "一二三四五六七八九十",
    "scales": "万",
    "years": "2025年",
    "period words": "今年累计",
    "plan words": "“十四五”时期",
    "modality words": "力争确保",
    "rising words": "持续保持",
    "assigned words": "完成要求",
    "reach words": "达到",
    "counted things": "新建学校3所、",
    "headings": "一、加快发展\n",
    "headings and counts": "1、新建学校3所。\n",
    "glossary heads": "（1）指：",
    "null characters": "\0",
    "lone surrogates": "\ud800",
    "emoji": "😀",
}


def build_text(shape: str, size: int) -> str:
    """
    Return about ``size`` bytes of a shape as a report: a third each in the review, the block of targets and the plan.

    Examples
    --------
    >>> len(build_text("digits", 3000)) - len(build_text("digits", 0))
    3000
    """
    unit = SHAPES[shape]
    body = unit * (size // 3 // len(unit.encode("utf-8", "surrogatepass")))
    return (
        f"一、2025年工作回顾\n{body}。\n二、2026年工作安排\n主要预期目标是：地区生产总值增长5%左右，{body}。\n"
        f"（一）加快发展\n{body}。\n"
    )


def measure_shape(shape: str) -> dict[str, Any]:
    """Take a shape at three sizes; the best of several times counts, since other work only slows one down."""
    sizes: tuple[int, ...] = ()
    try:
        largest, once = grow_shape(shape)
        sizes = largest // 16, largest // 4, largest
        seconds = [min(time_shape(shape, size) for _ in range(3)) for size in sizes[:2]]
        seconds.append(once if once > LONG else min(once, time_shape(shape, largest)))
    except Exception as reason:  # a bug in the annotator is a figure here, not the end of the run
        return {"bytes": list(sizes), "cpu_seconds": [], "slope": None, "error": type(reason).__name__}
    slope = round(fit_slope(sizes, seconds), 2)
    return {"bytes": list(sizes), "cpu_seconds": [round(second, 4) for second in seconds], "slope": slope}


def grow_shape(shape: str) -> tuple[int, float]:
    """Return the size that takes a while, or a megabyte, and the seconds it takes."""
    size = LEAST
    while (seconds := time_shape(shape, size)) < LONG / 2 and size < MOST:
        size *= 2
    return size, seconds


def time_shape(shape: str, size: int) -> float:
    """Return the CPU seconds that a text of this shape and size takes; raise TimeoutError where it never ends."""
    text = build_text(shape, size)
    return time_limited(lambda: annotate_text(text))


def annotate_text(text: str) -> None:
    """Annotate a text as a report of 2026."""
    from policylab.annotate.targets import annotate
    from policylab.model import Document

    annotate(Document.from_text(text, region_code="320804", report_year=2026))


def fit_slope(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """
    Return the slope of time against size in logarithms, by least squares.

    >>> fit_slope((10, 20, 40), [1.0, 4.0, 16.0])
    2.0
    """
    return statistics.linear_regression([math.log2(size) for size in sizes], [math.log2(s) for s in seconds]).slope


def time_cpu(work: Callable[[], Any]) -> float:
    """Return the CPU seconds that this process spends on a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def time_limited(work: Callable[[], Any]) -> float:
    """Return the CPU seconds of a piece of work; raise TimeoutError where it takes far too long."""

    def give_up(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, GIVE_UP)
    try:
        return time_cpu(work)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
