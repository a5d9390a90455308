"""Headline targets without a number: in step with growth, faster than the country, as assigned from above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from policylab.annotate.context import read_scope, stretch_pattern
from policylab.codebook import load_codebook
from policylab.codebook.mentions import Mention

_CLAUSE = re.compile(r"[^,;。!\n]+")
_DELIMITER = re.compile(r"、|和|及|与|以及|,")
_MEASURES = ("growth", "rate", "share", "level", "mass", "count", "state")
_AMOUNT = re.compile(r"(?:总额|总值|到账|总量)$")
_SHARE = re.compile("占比|比重|份额")
_COMPOSITE = re.compile(
    r"^(?:节能|减排|节能减排|节能降耗|减污|降耗|减碳|环保|节能环保|排放|资源节约)++(?:等.*|指标|目标|任务)?$"
)
_LEADING = re.compile(
    r"^(?:其中|确保|力争|努力|争取|坚决|全力|推动|促进|实现|保持|继续|同时|并|要|以及|各地|稳步|着力|主要|[\s“:])+"
)
_OBJECT = re.compile(
    r"(?:(?:国家|上级)?(?:下达(?:我[省市区县])?|要求|确定|规定|核定|市定|省定)|国家|上级)(?:的)?(?P<object>(?:各项|各类|其他|其它|相关|年度)*(?:约束性|预期性)指标$|[^,;。]+?)(?:(?:等)?(?:各项)?(?:目标任务|约束性指标|控制目标|目标|任务|指标|要求|计划)|(?<=指标))$"
)
_NO_SUBJECT = re.compile(
    r"^(?:在)?(?:自我加压|争先进位|上级|下达的?|规定的?|市定|省定|国家|与?上年(?:同期)?|去年|实际工作|目标|任务|我们|工作|实现目标|中|各方面|[国省市区县州]|的|在|并|各项|全年|今年|主要|要)++$"
)
# A clause that says under what terms, or speaks of the targets just set, states none itself.
_NO_STATEMENT = re.compile(
    r"\s*为了|.*(?:基础上|前提下|的?同时)$"
    r"|[^,;。]{0,12}(?:完成|实现)(?:好)?(?:上述|以上|这些|今年(?:的)?各项|全年(?:的)?各项|今年(?:的)?(?:奋斗)?目标|预期目标$)"
)
_GAP_WORDS = re.compile(r"^(?:收入)?(?:倍差|差距|收入比|比值|之比)")
_DENOMINATOR = re.compile(r"(?:占|占全[省市国]|高于|快于|低于|与|同)$")
_PLAIN_OBJECT = re.compile("(?:完成|落实|实现)(?P<object>[^,;。]+?)(?:目标任务|目标|任务|指标)")
_ASSIGNED = re.compile(r"^(?:圆满|全面|坚决|确保|努力|力争)*(?:完成|达到|实现|落实)")


class Statement(NamedTuple):
    """One qualitative target: where it stands, which indicator, what it says."""

    start: int
    end: int
    words_start: int
    code: str
    item: str
    qualitative: str
    scope: str = ""


def find_statements(
    folded: str, start: int, end: int, mentions: Sequence[Mention], taken: Sequence[tuple[int, int]]
) -> list[Statement]:
    """
    Return the qualitative targets of a stretch of the headline block, one for each indicator.

    Clauses that hold a number (``taken``) are left to the linking of quantities.

    Parameters
    ----------
    folded : str
        The folded text of the report.
    start, end : int
        The stretch, a sentence of the block.
    mentions : sequence of Mention
        Those of the stretch.
    taken : sequence of (start, end)
        Quotes of numeric targets.

    Returns
    -------
    list of Statement, in the order of the text
    """
    statements: list[Statement] = []
    carried: tuple[int, int] | None = None
    for clause in _CLAUSE.finditer(folded, start, end):
        if any(left < clause.end() and clause.start() < right for left, right in taken):
            carried = None
            continue
        if stretch_pattern().search(folded, clause.start(), clause.end()) or _NO_STATEMENT.match(clause[0]):
            continue
        found = [
            statement
            for left, right in _split_clause(folded, clause.start(), clause.end())
            for statement in _read_clause(folded, left, right, mentions, carried)
        ]
        statements.extend(found)
        carried = None if found else clause.span()
    return statements


def _split_clause(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of 农村贫困人口全部脱贫、贫困县全部摘帽, each a statement of its own; else the clause whole."""
    cuts = [match.span() for match in re.finditer("、", folded[start:end])]
    edges = [0, *(place for cut in cuts for place in cut), end - start]
    parts = [(start + left, start + right) for left, right in zip(edges[::2], edges[1::2], strict=True)]
    whole = all(any(pattern.search(folded, *part) for _, pattern in _patterns()) for part in parts)
    return parts if len(parts) > 1 and whole else [(start, end)]


def _read_clause(
    folded: str, start: int, end: int, mentions: Sequence[Mention], carried: tuple[int, int] | None
) -> list[Statement]:
    """Read one clause; a subject that stands alone before a comma is carried into it."""
    for code, pattern in _patterns():
        match = _predicate(pattern, folded, (start, end), mentions)
        if match is None:
            continue
        spans = _subject_spans(folded, (start, end), match, code, mentions, carried)
        inside = [mention for mention in mentions if any(left <= mention.start < right for left, right in spans)]
        return _to_statements(folded, spans, end, match, code, inside)
    return []


def _predicate(
    pattern: re.Pattern[str], folded: str, span: tuple[int, int], mentions: Sequence[Mention]
) -> re.Match[str] | None:
    """Return the first match that does not begin inside a name: the 和 of 城镇和农村居民 is no predicate."""
    place, end = span
    while match := pattern.search(folded, place, end):
        inside = [mention.end for mention in mentions if mention.start < match.start() < mention.end]
        if not inside:
            return match
        place = inside[0]
    return None


def _subject_spans(
    folded: str,
    span: tuple[int, int],
    match: re.Match[str],
    code: str,
    mentions: Sequence[Mention],
    carried: tuple[int, int] | None,
) -> list[tuple[int, int]]:
    """Return where the subject stands: before the predicate, as its object, or in the clause before."""
    start, end = span
    before = folded[start : match.start()]
    opening = _LEADING.match(before)
    left = min(
        [
            start + (opening.end() if opening else 0),
            *(mention.start for mention in mentions if start <= mention.start < match.start()),
        ]
    )
    target = _OBJECT.search(folded, start, end) if code == "complete_assigned" else None
    if target and carried and _NO_SUBJECT.match(target["object"]):
        return [carried]
    if target and (left >= match.start() or not _has_name(folded[left : match.start()])):
        return [target.span("object")]
    if code == "complete_assigned" and left >= match.start():
        plain = _PLAIN_OBJECT.search(folded[start:end])
        if plain and carried and _NO_SUBJECT.match(plain["object"]):
            return [carried]
        if plain and not re.search("下达|市定|省定|上级", plain["object"]):
            return [(start + plain.start("object"), start + plain.end("object"))]
    if left < match.start():
        return [(left, match.start())]
    return [carried] if carried else []


def _has_name(words: str) -> bool:
    """Return whether words before a predicate name something (not only 按照国家要求)."""
    return not re.match(r"^(?:按照|按|根据|全面|圆满|均|都|要|确保|坚决|努力)", words)


def _to_statements(
    folded: str, spans: list[tuple[int, int]], end: int, match: re.Match[str], code: str, inside: Sequence[Mention]
) -> list[Statement]:
    """Split a joint subject into its members and name each."""
    members = [member for left, right in spans for member in _members(folded, left, right, inside)]
    statements: list[Statement] = []
    named: set[str] = set()
    for left, right, concepts in members:
        words = folded[left:right].strip()
        if _COMPOSITE.match(words) and (
            (len(members) > 1 and any(c for a, _, c in members if a != left)) or words.startswith("排放")
        ):
            continue
        for concept in concepts or ("other",):
            indicator = _indicator(
                concept, code, folded[spans[-1][0] : match.end()] if _SHARE.search(folded, *spans[-1]) else words
            )
            if indicator in named:
                continue  # 二氧化硫、氨氮 are one indicator
            named |= {indicator} - {"other"}
            name_start = next((mention.start for mention in inside if left <= mention.start < right), left)
            scope = read_scope(folded[left:name_start]) or ""
            statements.append(
                Statement(min(left, match.start()), max(end, right), match.start(), indicator, words, code, scope)
            )
    return [
        statement
        for statement in statements
        if statement.item and len(statement.item) <= 40 and not _NO_SUBJECT.match(statement.item)
    ]


def _members(folded: str, left: int, right: int, inside: Sequence[Mention]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return the members of a list with their concepts."""
    members, begin = [], left
    cuts = [
        m.span()
        for m in _DELIMITER.finditer(folded, left, right)
        if not any(x.start < m.end() and m.start() < x.end for x in inside)
    ]
    for cut_start, cut_end in [*cuts, (right, right)]:
        if cut_start > begin:
            found = [
                mention
                for mention in inside
                if begin <= mention.start < cut_start
                and not _GAP_WORDS.match(folded[mention.end : mention.end + 6])
                and not _DENOMINATOR.search(folded[max(begin, mention.start - 4) : mention.start])
            ]
            concepts = found[-1].concepts if found else _composite(folded[begin:cut_start])
            members.append(
                (
                    begin,
                    cut_start,
                    tuple(
                        concept.partition(".")[0]
                        for concept in concepts
                        if concept != "-" and not concept.endswith((".area", ".firms"))
                    ),
                )
            )
        begin = cut_end
    return members


def _composite(words: str) -> tuple[str, ...]:
    """节能减排 alone stands for energy intensity."""
    return ("energy_intensity",) if re.search("节能减排|节能降耗", words) else ()


def _indicator(concept: str, code: str, words: str) -> str:
    """Return the code that a concept without a number stands for."""
    codes = load_codebook().codes
    if _SHARE.search(words):
        return codes.get((concept, "share"), "other")
    if code == "complete_assigned" and _AMOUNT.search(words) and (concept, "level") in codes:
        return codes[concept, "level"]
    return next((codes[concept, measure] for measure in _MEASURES if (concept, measure) in codes), "other")


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Compile the qualitative patterns in their order."""
    return [(entry["code"], re.compile(entry["pattern"])) for entry in load_codebook().wording["qualitative"]]
