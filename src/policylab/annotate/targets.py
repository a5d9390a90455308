"""Targets and results of a report: every number linked to its indicator, bound, period and characters."""

from __future__ import annotations

from policylab.annotate.commitments import read_commitments
from policylab.annotate.headline import read_headline
from policylab.annotate.reading import read_document
from policylab.annotate.results import read_results
from policylab.model import Document, Target


def annotate(document: Document) -> list[Target]:
    """
    Return the targets and results of a report, in the order of the text.

    Parameters
    ----------
    document : Document
        A whole report or an excerpt.

    Returns
    -------
    list of Target
        Headline targets of the plan year, other numeric commitments of the plan, five-year goals on codebook
        indicators, and last year's results on codebook indicators. Values are exact; a qualitative target has
        low and high None. ``text[start:end]`` is the quote and holds ``as_written``.

    References
    ----------
    Fields and conventions: the annotation guide summarised in data/README.md.

    Examples
    --------
    >>> text = "二、2026年工作安排\\n主要预期目标是：地区生产总值增长5%左右，一般公共预算收入增长3%。\\n"
    >>> for target in annotate(Document.from_text(text, region_code="320804", report_year=2026)):
    ...     print(target.indicator, target.low, target.bound, text[target.start : target.end])
    gdp_growth 5 about 地区生产总值增长5%左右
    fiscal_revenue_growth 3 exact 一般公共预算收入增长3%
    """
    reading = read_document(document)
    records = [*read_results(reading), *read_commitments(reading), *read_headline(reading)]
    return sorted(records, key=lambda target: (target.start, target.end, target.indicator, target.low or 0))
