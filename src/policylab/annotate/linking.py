"""Link quantities to indicators inside one sentence: who grows by how much, also in lists and after 分别."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from policylab.annotate.gaps import Gap, read_gap, read_verbs
from policylab.codebook import load_codebook
from policylab.codebook.mentions import Mention
from policylab.codebook.patterns import NAMED_WITH_AND
from policylab.model import Quantity


class Link(NamedTuple):
    """One quantity and the indicator it is a value of; ``code`` is "" where none fits."""

    quantity: Quantity
    code: str
    concept: str
    start: int
    sign: int
    rule_id: str
    scope: str = ""
    name_end: int = 0


class _Subject(NamedTuple):
    """A concept named in the sentence, ready to take a value; ``scope`` where a list names sub-areas."""

    concept: str
    start: int
    scope: str = ""
    end: int = 0


_SPLIT = re.compile(rf"\s?(?:、|,|和(?!{NAMED_WITH_AND})|及|与|以及|；|;)\s?")
_LIST_DELIMITER = re.compile(r"\s?(?:、|和|及|与|以及|,)?\s?(?:和|及)?\s?")
_NOT_SUBJECT = re.compile(
    r"(?:占|占到|占全?[市省区县州国]|占全社会|占全部|占地方|高于|快于|低于|超过|与|同|相当于|相当于全?[市省区县]|好于|不含)$"
)
_NOT_SUBJECT_ENDS = frozenset("占到市省区县州国部方于过与同含\n")  # looked at first: most names follow none
_APART = re.compile("分别|各(?![级类项种地方族界])|均(?<![年人平户亩]均)(?![衡等值])")
_ASIDE_ENDS = frozenset("的算划标务数")  # looked at first
_ASIDE = re.compile("[,、]?(?:为|占|完成)?(?:年初|年度|全年|调整)*(?:预算|计划|目标|任务)(?:数|任务)?的?")
_MAY_PART = re.compile("[别各均]")  # a sign of _APART, found faster
_NO_WORDS = Gap(share=False, change=False, reaches=False, sign=1, each=False, baseline=False)
_ADVERB = re.compile("(?:全年|其中|预计|预期|实现|完成|全市|全省|全县|全区|全国)*")
_LENT = re.compile("(?:投资|利润|营收|营业收入|主营业务收入|销售收入|贷款余额|贷款)(?:预计)?$")
_STATED = re.compile("低于|高于|快于|同步|下达|保持|完成")
_PLACE = re.compile("(?:区|园|市|县|旗|镇)$")
_OPENING = re.compile(r"(?:\[\d{1,2}\]|大关|新?台阶|关口|\([^()\d]{1,16}\))*[,、和并及 (\n]*")


def link_sentence(folded: str, start: int, mentions: Sequence[Mention], quantities: Sequence[Quantity]) -> list[Link]:
    """
    Return one link for each quantity of a sentence that begins at ``start``, several where 均 spreads one value.

    The words between a name and its value must all be words that join the two (增长, 达到, 同比 …, wording.yaml
    "joining"); any other word means that the value belongs to something else.

    Parameters
    ----------
    folded : str
        The folded text of the report; offsets count it.
    start : int
        Where the sentence begins.
    mentions, quantities
        Those of the sentence, in order.

    Returns
    -------
    list of Link, in the order of the quantities; ``code`` is "" for what the codebook does not name
    """
    named = [mention for mention in mentions if not _is_reference(folded, start, mention)]
    if not named and not _MAY_PART.search(folded, start, quantities[-1].end if quantities else start):
        return [_no_link(quantity) for quantity in quantities]  # most commitments name nothing that the codebook knows
    state = _State(folded, start, named, start, [], [], False)
    links: list[Link] = []
    for run in _split_runs(folded, quantities):
        if state.subjects and len(run) == 1 and _is_aside(folded, state.anchor, run[0]):
            links.append(_no_link(run[0]))
            state.anchor = run[0].end
            continue
        found, gap, rule_id = _find_subjects(state, run)
        if gap is not None and state.share and rule_id == "same" and (gap.reaches or not gap.change):
            gap = gap._replace(share=True)
        links.extend(_assign(run, found, gap, rule_id))
        last_two = state.recent[-2:]
        state.recent += [subject for subject in found or [_Subject("-", run[0].start)] if subject not in last_two]
        state.anchor, state.subjects = run[-1].end, found
        state.share = gap.share if gap is not None else state.share
    return links


def _is_aside(folded: str, anchor: int, quantity: Quantity) -> bool:
    """Return whether a number only says how far a plan was met: 收入2654亿元,完成预算的100.2%,增长7%."""
    place = quantity.start
    return folded[place - 1 : place] in _ASIDE_ENDS and bool(_ASIDE.fullmatch(folded, anchor, place))


@dataclass(slots=True)
class _State:
    """How far a sentence is read: the end of the last value, what it was about, and all subjects so far."""

    folded: str
    start: int
    mentions: list[Mention]
    anchor: int
    subjects: list[_Subject]
    recent: list[_Subject]
    share: bool


def _is_reference(folded: str, start: int, mention: Mention) -> bool:
    """Return whether a name is what another is compared with or a share of: 占GDP, 高于全市."""
    place = mention.start
    ends = folded[place - 1 : place] in _NOT_SUBJECT_ENDS
    return ends and bool(_NOT_SUBJECT.search(folded, max(start, place - 5), place))


def _split_runs(folded: str, quantities: Sequence[Quantity]) -> list[list[Quantity]]:
    """Group quantities that only a delimiter parts: 7%、8%左右."""
    runs: list[list[Quantity]] = []
    for quantity in quantities:
        if (
            runs
            and _LIST_DELIMITER.fullmatch(folded, runs[-1][-1].end, quantity.start)
            and _alike(runs[-1][-1], quantity)
        ):
            runs[-1].append(quantity)
        else:
            runs.append([quantity])
    return runs


def _alike(left: Quantity, right: Quantity) -> bool:
    """Return whether two neighbours measure the same kind of thing: 5%、迈上3万亿元 is no list."""
    codebook = load_codebook()
    return left.unit == right.unit or codebook.dimension(left.unit) == codebook.dimension(right.unit)


def _find_subjects(state: _State, run: list[Quantity]) -> tuple[list[_Subject], Gap | None, str]:
    """Return the concepts that the run is about, the words that join them, and the rule that said so."""
    value_start = run[0].start
    near = [mention for mention in state.mentions if mention.start >= state.anchor and mention.end <= value_start]
    tail = state.folded[near[-1].end if near else state.anchor : value_start]
    split = _APART.search(tail)
    if split:
        gap = read_gap(tail[split.end() :])
        members = _find_members(state, run, near) if gap else None
        if gap and members:
            return members, gap._replace(share=gap.share or read_verbs(tail).share), "apart"
    for index in range(len(near) - 1, max(-1, len(near) - 4), -1):
        if near[index].weak and state.anchor > state.start and not state.subjects:
            continue
        words = state.folded[near[index].end : value_start]
        gap = None if words == "的" and run[0].unit in ("%", "％") else read_gap(words)  # 收入的82%用于民生
        if len(run) > 1 and ("占" in tail or "比" in tail):
            members = _find_listed(state, run, near[: index + 1])
            if members:
                return members, read_verbs(tail)._replace(share=True), "apart"
        if gap is not None:
            return _widen(state.folded, near, index), gap, "name"
    return ([], None, "") if near else _continue(state, run)


def _continue(state: _State, run: list[Quantity]) -> tuple[list[_Subject], Gap | None, str]:
    """Return the subjects of the clause before where only joining words follow it: …5.67万亿元、增长5.4%."""
    folded, value_start = state.folded, run[0].start
    if not state.subjects:
        return [], None, ""
    opening = _OPENING.match(folded, state.anchor)
    gap = read_gap(folded[opening.end() if opening else state.anchor : value_start])
    if gap is None:
        return [], None, ""
    counted = load_codebook().dimension(run[0].unit) in ("people", "visits", "count")
    if counted and gap == _NO_WORDS and re.match(r"[\u4e00-\u9fff]", folded[run[-1].end :][:1]):
        return [], None, ""  # 65万人次,419万人享受…: the number has a noun of its own
    subjects = [_switch(subject, folded[state.anchor : value_start]) for subject in state.subjects]
    short = len(subjects) < len(run) <= len(state.recent)
    return (state.recent[-len(run) :] if short else subjects), gap, "same"


def _switch(subject: _Subject, words: str) -> _Subject:
    """Turn 一般公共预算收入 into its neighbour where a bare 支出 follows (wording.yaml "switch")."""
    for pattern, old, new in _switches():
        if subject.concept == old and pattern.match(words):
            return subject._replace(concept=new)
    return subject


@cache
def _switches() -> list[tuple[re.Pattern[str], str, str]]:
    """Compile the words that switch a subject."""
    entries = load_codebook().wording["switch"]
    return [
        (re.compile(rf"[^,、;]*[,、]?(?:其中)?{entry['pattern']}"), entry["from"], entry["to"]) for entry in entries
    ]


def _widen(folded: str, near: list[Mention], index: int) -> list[_Subject]:
    """Return the concepts of a mention and of those joined to it by 、 or 和 before it."""
    found = _to_subjects(near[index])
    while (
        index > 0
        and _SPLIT.fullmatch(folded, near[index - 1].end, near[index].start)
        and "," not in folded[near[index - 1].end : near[index].start]
    ):
        index -= 1
        found = _to_subjects(near[index]) + found
    return found


def _to_subjects(mention: Mention) -> list[_Subject]:
    """Return the concepts of a mention as subjects."""
    return [_Subject(concept, mention.start, end=mention.end) for concept in mention.concepts]


def _find_members(state: _State, run: list[Quantity], near: list[Mention]) -> list[_Subject] | None:
    """Return the concepts of a list before 分别, one for each value; "-" for members the codebook does not name."""
    folded, anchor, recent, value_start = state.folded, state.anchor, state.recent, run[0].start
    search_from = near[-1].end if near else anchor
    apart = _APART.search(folded, search_from, value_start)
    end = apart.start() if apart else value_start
    clause = max(folded.rfind(mark, anchor, near[0].start if near else end) for mark in ",;。:\n") + 1 or anchor
    if not near and not folded[clause:end].strip(" ,、;预计实际同比增长"):
        wanted = max(len(run), 2)
        return recent[-wanted:] if len(recent) >= wanted else None
    pieces = [piece for piece in _split_pieces(folded, max(clause, anchor), end, near) if not _is_blank(folded, piece)]
    if not pieces:
        return None
    stated = [at for at, piece in enumerate(pieces[:-1]) if _STATED.search(folded, *piece)]
    pieces = pieces[stated[-1] + 1 :] if stated else pieces  # 价格指数低于全省,城镇、农村收入均增长10%
    coarse = _split_coarse(folded, pieces) if len(pieces) > len(run) > 1 else []
    pieces = coarse if len(coarse) == len(run) else pieces
    tail = folded[slice(*pieces[-1])].strip()
    members = [subject for piece in pieces for subject in _read_piece(folded, piece, near, tail)]
    if len(run) == 1:
        return members
    if len(members) < len(run):
        return recent[-len(run) :] if len(recent) >= len(run) > 1 else None
    return members[-len(run) :]


def _find_listed(state: _State, run: list[Quantity], near: list[Mention]) -> list[_Subject] | None:
    """Return the members of a list of shares without 分别, one for each value: 绿色经济、数字经济占比45%和32%."""
    folded, end = state.folded, run[0].start
    if len(run) < 2:
        return None
    clause = max(folded.rfind(mark, state.anchor, end) for mark in ",;。:\n") + 1 or state.anchor
    pieces = _split_pieces(folded, clause, end, near)
    tail = folded[slice(*pieces[-1])].strip()
    if len(pieces) != len(run) or not read_verbs(tail).share:
        return None
    return [subject for piece in pieces for subject in _read_piece(folded, piece, near, tail)[:1]]


def _split_pieces(folded: str, start: int, end: int, near: list[Mention]) -> list[tuple[int, int]]:
    """Split a list at its delimiters, never inside a name."""
    pieces, left = [], start
    for match in _SPLIT.finditer(folded, start, end):
        if not any(mention.start < match.end() and match.start() < mention.end for mention in near):
            pieces.append((left, match.start()))
            left = match.end()
    return [*pieces, (left, end)]


def _is_blank(folded: str, piece: tuple[int, int]) -> bool:
    """Return whether a member of a list has no words: what stands between the value before and 、."""
    return piece[0] == piece[1] or not folded[slice(*piece)].strip()


def _split_coarse(folded: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the members of a list that only 、 parts: 半导体及集成电路产业 is one."""
    joined = pieces[:1]
    for left, right in pieces[1:]:
        if "," in folded[joined[-1][1] : left]:
            joined = [(left, right)]
        elif "、" in folded[joined[-1][1] : left]:
            joined.append((left, right))
        else:
            joined[-1] = (joined[-1][0], right)
    return joined


def _read_piece(folded: str, piece: tuple[int, int], near: list[Mention], tail: str) -> list[_Subject]:
    """Return the concepts of one list member; a bare 工业 borrows the ending of the last member (工业投资)."""
    inside = [mention for mention in near if piece[0] <= mention.start and mention.end <= piece[1]]
    if inside and _borrows(folded, inside[-1], tail):
        inside = []
    if inside and not inside[-1].weak and read_gap(folded[inside[-1].end : piece[1]]) is not None:
        return _to_subjects(inside[-1])
    words, last = folded[piece[0] : piece[1]].strip(), tail
    words = words[_ADVERB.match(words).end() :]  # type: ignore[union-attr]
    aliases = load_codebook().aliases
    for cut in range(1, len(last)):
        alias = aliases.get(words + last[cut:])
        if alias and len(words) >= 2:
            return [_Subject(concept, piece[0]) for concept in alias.concepts]
    if near and near[-1].start >= piece[1] and _PLACE.search(words):
        return [_Subject(concept, piece[0], words) for concept in near[-1].concepts[:1]]
    return [_Subject("-", piece[0], end=piece[1])]


def _borrows(folded: str, mention: Mention, tail: str) -> bool:
    """Return whether a branch of industry lends itself to the noun at the end of a list: 高技术产业、新能源投资."""
    return bool(_LENT.search(tail)) and folded[mention.start : mention.end].endswith("业")


def _assign(run: list[Quantity], found: list[_Subject], gap: Gap | None, rule_id: str) -> list[Link]:
    """Give the values of a run to the subjects found: one each, or one value to all."""
    if gap is None or not found:
        return [_no_link(quantity) for quantity in run]
    if gap.baseline:
        return [Link(quantity, "", "baseline", quantity.start, 1, "baseline") for quantity in run]
    if len(run) == 1 and _is_joint_income(found, run[0]):
        found = [found[0]._replace(concept="income")]
    if len(run) == 1 and len(found) > 1:
        return [_to_link(run[0], subject, gap, "each") for subject in found]
    if len(found) < len(run):
        found = found + [_Subject("-", quantity.start) for quantity in run[len(found) :]]
    bound = run[-1].bound if rule_id == "apart" else ""
    return [
        _to_link(_spread(quantity, bound, gap, run), subject, gap, rule_id)
        for quantity, subject in zip(run, found, strict=False)
    ]


def _no_link(quantity: Quantity) -> Link:
    """Return the link of a value that no name of the codebook takes."""
    return Link(quantity, "", "", quantity.start, 1, "")


def _is_joint_income(found: list[_Subject], quantity: Quantity) -> bool:
    """One amount for 城乡居民 together is the income of all residents."""
    concepts = sorted(subject.concept for subject in found) if len(found) == 2 else []
    joint = concepts == ["rural_income", "urban_income"] and found[0].start == found[1].start
    return joint and load_codebook().dimension(quantity.unit) == "money"


def _spread(quantity: Quantity, bound: str, gap: Gap, run: list[Quantity]) -> Quantity:
    """Give 左右 at the end of a list, and 突破 at its head, to every bare member."""
    if quantity.bound != "exact" or quantity.low != quantity.high:
        return quantity
    spread = (
        bound
        if bound in ("about", "at_least", "at_most")
        else run[0].bound
        if run[0].bound == "at_least" and not run[0].as_written.endswith("上")
        else ""
    )
    return quantity._replace(bound=spread) if spread else quantity


def _to_link(quantity: Quantity, subject: _Subject, gap: Gap, rule_id: str) -> Link:
    """Choose the indicator by concept, unit and joining words."""
    concept, _, forced = subject.concept.partition(".")
    dimension = load_codebook().dimension(quantity.unit) if quantity.unit else "index"
    code, sign = _choose_code(concept, forced, dimension, gap)
    return Link(quantity, code, concept, subject.start, sign, rule_id, subject.scope, subject.end)


@lru_cache(maxsize=4096)
def _choose_code(concept: str, forced: str, dimension: str, gap: Gap) -> tuple[str, int]:
    """Return the indicator code and the sign, or "" where concept and unit do not fit."""
    if dimension == "percent" or (dimension == "index" and concept == "cpi"):
        return _choose_percent(concept, forced, gap)
    if dimension == "pp":
        return _choose_points(_codes(), concept, gap)
    measure = ""
    if dimension in ("money", "money_usd"):
        measure = "level" if gap.reaches or not gap.change else ""
    elif dimension == "concentration":
        measure = "level" if concept == "pm25" else ""
    elif dimension in ("people", "visits") or (dimension == "count" and concept == "urban_new_jobs"):
        measure = "count"
    elif dimension == "mass":
        measure = "mass" if gap.reaches or not gap.change else ""
    return _codes().get((concept, measure), ""), 1


def _choose_percent(concept: str, forced: str, gap: Gap) -> tuple[str, int]:
    """A percentage is a share, a rate or a growth."""
    codes = _codes()
    if forced == "share" and gap.change and not gap.reaches:
        return "", 1
    if forced == "share" or (gap.share and (concept, "rate") not in codes):
        return codes.get((concept, "share"), ""), 1
    if (concept, "rate") in codes:
        return codes[concept, "rate"], 1
    sign = -1 if forced == "fall" else gap.sign if gap.change else 1
    return codes.get((concept, "growth"), "") if forced in ("", "fall") else "", sign


def _choose_points(codes: dict[tuple[str, str], str], concept: str, gap: Gap) -> tuple[str, int]:
    """Percentage points are a change of a rate or share, or of energy and carbon intensity."""
    if gap.share:
        return codes.get((concept, "share"), ""), gap.sign
    if (concept, "rate") in codes:
        return codes[concept, "rate"], gap.sign
    return (codes.get((concept, "growth"), "") if concept in ("energy_intensity", "carbon_intensity") else ""), gap.sign


@cache
def _codes() -> dict[tuple[str, str], str]:
    """Codes by concept and measure, with the pairs that share one."""
    return dict(load_codebook().codes) | {("hightech_va", "share"): "hightech_output_share"}
