"""
Chinese government work reports (政府工作报告) as targets that can be cited.

Every public name is imported when it is first used: ``import policylab`` is fast and loads no pandas or matplotlib.

Examples
--------
>>> import policylab as pl
>>> document = pl.Document.from_text("主要预期目标：地区生产总值增长5%左右。", region_code="320804", report_year=2023)
>>> document.report_id
'320804-2023'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from policylab.analyse.amplification import measure_steps
    from policylab.analyse.compare import compare_chain, trend
    from policylab.analyse.feature_files import load_features
    from policylab.analyse.keyness import score_keyness
    from policylab.analyse.peers import compare_peers, select_peers
    from policylab.analyse.realised import compare_realised
    from policylab.analyse.reuse import find_passages
    from policylab.analyse.tables import load_targets, save_targets, to_table
    from policylab.analyse.trends import summarise_levels
    from policylab.annotate.stream import annotate_reports
    from policylab.annotate.targets import annotate as annotate_report
    from policylab.batch.plan import Plan
    from policylab.batch.plan_file import load_plan
    from policylab.batch.reports import run_batch, run_report
    from policylab.codebook import load_codebook
    from policylab.errors import PolicylabError
    from policylab.model import Document, Target
    from policylab.publish.charts import plot_chain, plot_peers, plot_trend
    from policylab.publish.evidence import show_report
    from policylab.publish.export import save_table
    from policylab.publish.figures import save_figure
    from policylab.read.corpus import iter_reports, load_report
    from policylab.read.files import read_report
    from policylab.read.regions import find_region, list_superiors

# Where each public name lives. annotate is a room as well as a function, hence annotate_report.
_HOMES = {
    "Document": "policylab.model",
    "Plan": "policylab.batch.plan",
    "PolicylabError": "policylab.errors",
    "Target": "policylab.model",
    "annotate_report": "policylab.annotate.targets:annotate",
    "annotate_reports": "policylab.annotate.stream",
    "compare_chain": "policylab.analyse.compare",
    "compare_peers": "policylab.analyse.peers",
    "compare_realised": "policylab.analyse.realised",
    "find_passages": "policylab.analyse.reuse",
    "find_region": "policylab.read.regions",
    "iter_reports": "policylab.read.corpus",
    "list_superiors": "policylab.read.regions",
    "load_codebook": "policylab.codebook",
    "load_features": "policylab.analyse.feature_files",
    "load_plan": "policylab.batch.plan_file",
    "load_report": "policylab.read.corpus",
    "load_targets": "policylab.analyse.tables",
    "measure_steps": "policylab.analyse.amplification",
    "plot_chain": "policylab.publish.charts",
    "plot_peers": "policylab.publish.charts",
    "plot_trend": "policylab.publish.charts",
    "read_report": "policylab.read.files",
    "run_batch": "policylab.batch.reports",
    "run_report": "policylab.batch.reports",
    "save_figure": "policylab.publish.figures",
    "save_table": "policylab.publish.export",
    "save_targets": "policylab.analyse.tables",
    "score_keyness": "policylab.analyse.keyness",
    "select_peers": "policylab.analyse.peers",
    "show_report": "policylab.publish.evidence",
    "summarise_levels": "policylab.analyse.trends",
    "to_table": "policylab.analyse.tables",
    "trend": "policylab.analyse.compare",
}

__all__ = [
    "Document",
    "Plan",
    "PolicylabError",
    "Target",
    "annotate_report",
    "annotate_reports",
    "compare_chain",
    "compare_peers",
    "compare_realised",
    "find_passages",
    "find_region",
    "iter_reports",
    "list_superiors",
    "load_codebook",
    "load_features",
    "load_plan",
    "load_report",
    "load_targets",
    "measure_steps",
    "plot_chain",
    "plot_peers",
    "plot_trend",
    "read_report",
    "run_batch",
    "run_report",
    "save_figure",
    "save_table",
    "save_targets",
    "score_keyness",
    "select_peers",
    "show_report",
    "summarise_levels",
    "to_table",
    "trend",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, _, attribute = _HOMES[name].partition(":")
    globals()[name] = value = getattr(import_module(home), attribute or name)
    return value


def __dir__() -> list[str]:
    """List the public names, also those not imported yet."""
    return sorted([*globals(), *_HOMES])
