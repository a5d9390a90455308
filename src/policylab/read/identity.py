"""Which region and plan year a report names in its own words: title, meeting, headings, speaker.

Nothing is guessed: every clue gives its answer, and a caller trusts them only where all agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policylab.read.regions import NATIONAL_CODE, match_regions

_HEAD = 800  # characters; title, meeting, speaker and the words to the deputies stand within
_HEADING = 30  # characters; a longer line is prose
_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "00012345678901234567" + "89")  # keeps length
_MONTHS = {"十": 10, "十1": 11, "十2": 12}
_LATE = 10  # a meeting held in November or December plans the next year

_YEAR = r"((?:19|20)\d\d)\s{0,40}年"
_REPORT = r"政\s{0,40}府\s{0,40}工\s{0,40}作\s{0,40}报\s{0,40}告"
_PLAIN = r"[^\n，。；]"
_TITLE = re.compile(
    rf"(?m)^{_PLAIN}{{0,30}}?(?:{_YEAR}[^\n，。；0-9]{{0,16}}{_REPORT}|{_REPORT}\s{{0,40}}[（(]{_YEAR}\s{{0,40}}[)）]){_PLAIN}{{0,30}}$"
)
_MEETING = re.compile(_YEAR + r"\s{0,40}(\d{1,2}|十[12]?)\s{0,40}月\s{0,40}[\d十]{1,3}\s{0,40}日")
_REVIEW_HEADING = re.compile(_YEAR + r"(?:的|政府|主要)*工作(?:的|简要)*回顾$")
_PLAN_HEADING = re.compile(
    _YEAR
    + r"(?:的|政府|经济社会发展|主要|重点)*(?:工作|目标)?"
    + r"(?:的|目标|总体|主要|重点|工作)*(?:安排|打算|部署|建议|任务|思路)$"
)
_LOOKS_BACK = re.compile("完成|回顾|落实|实现|执行")

_NAME_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FOLDER_YEAR = re.compile(rf"(?:19|20)\d\d年?(?:{_REPORT})?")
_NAME_CODE = re.compile(r"(?<!\d)([1-9]\d{5})(?!\d)")
_NAME_NOISE = re.compile(rf"年度?|{_REPORT}|人民政府|报告|全文|终稿|定稿|正式稿?|[^\u4e00-\u9fff]+")

_NAME = r"([\u4e00-\u9fff]{2,24}?)"
_NUMERAL = "[一二三四五六七八九十百]+"
_REGION_CLUES = (
    re.compile(rf"在{_NAME}\s{{0,40}}(?:第{_NUMERAL}届|{_NUMERAL}届)\s{{0,40}}(?:人民代表大会|人大)"),
    re.compile(rf"(?m)^(?:\d{{4}}年)?{_NAME}(?:\d{{4}}年)?(?:人民)?{_REPORT}"),
    re.compile(rf"我(?:谨)?代表{_NAME}(?:人民)?政府"),
    re.compile(rf"《{_NAME}国民经济和社会发展"),
    re.compile(rf"(?m)^{_NAME}(?:人民政府)?代?理?(?:[省市区县州旗]长|主席|盟长|专员)\s"),
)


def find_report_years(text: str) -> list[int]:
    r"""
    Return the plan years that a report's title, meeting date and headings speak for, in order, each once.

    One year is an answer; none or several are not. A heading 2022年工作回顾 speaks for 2023, and so does a meeting held
    in December 2022.

    Examples
    --------
    >>> find_report_years("政府工作报告\n——2022年12月27日在大会上\n一、2022年工作回顾\n二、2023年工作安排")
    [2023]
    """
    head = text[:_HEAD].translate(_DIGITS)
    years = {int(match[1] or match[2]) for match in _TITLE.finditer(head)}
    for match in _MEETING.finditer(head):
        month = _MONTHS.get(match[2]) or int(match[2])
        years.add(int(match[1]) + (month > _LATE))
    return sorted(years | set(_heading_years(text)))


def find_region_codes(text: str, *, report_year: int | None = None) -> list[str]:
    """
    Return the codes of the regions that a report's opening names as its own, in order, each once.

    One code is an answer; none or several are not. A name that several regions bear (鼓楼区) says nothing.

    Examples
    --------
    >>> find_region_codes("2023年1月5日在淮安市淮阴区第十八届人民代表大会第三次会议上", report_year=2023)
    ['320804']
    """
    head = text[:_HEAD]
    codes = {NATIONAL_CODE} if "代表国务院" in head or "国务院总理" in head else set()
    for clue in _REGION_CLUES:
        for match in clue.finditer(head):
            regions = match_regions(match[1], report_year=report_year)
            codes.update(region.region_code for region in regions if len(regions) == 1)
    return sorted(codes)


def find_name_labels(name: str) -> tuple[list[str], list[int]]:
    """
    Return the region codes and years that a file's name speaks for, with the folder it lies in: 宿迁市/2014.md.

    A name that several regions bear gives all of them; words that are no region's name say nothing.

    Examples
    --------
    >>> find_name_labels("2023年淮安市淮阴区政府工作报告.docx")
    (['320804'], [2023])
    >>> find_name_labels("宿迁市/2014.md")
    (['321300'], [2014])
    """
    folders, _, file = name.rpartition("/")
    stem, folder = file.rpartition(".")[0] or file, folders.rpartition("/")[2]
    years = _name_years(stem) or (_name_years(folder) if _FOLDER_YEAR.fullmatch(folder) else [])
    year = years[0] if len(years) == 1 else None
    return _name_codes(stem, year) or _name_codes(folder, year), years


def _name_years(words: str) -> list[int]:
    """Return the years in a name, in order, each once."""
    return sorted({int(found) for found in _NAME_YEAR.findall(words.translate(_DIGITS))})


def _name_codes(words: str, report_year: int | None) -> list[str]:
    """Return the codes in a name, or those of the region that it names and nothing else."""
    if codes := sorted({match[1] for match in _NAME_CODE.finditer(words)}):
        return codes
    bare = _NAME_NOISE.sub("", _NAME_YEAR.sub("", words.translate(_DIGITS)))
    return sorted({region.region_code for region in match_regions(bare, report_year=report_year)}) if bare else []


def _heading_years(text: str) -> Iterator[int]:
    """Yield the plan year that each heading of review or plan speaks for."""
    for line in text.splitlines():
        heading = re.sub(r"\s", "", line[: 2 * _HEADING])
        if len(heading) > _HEADING:
            continue
        heading = heading.translate(_DIGITS)
        if match := _REVIEW_HEADING.search(heading):
            yield int(match[1]) + 1
        elif (match := _PLAN_HEADING.search(heading)) and not _LOOKS_BACK.search(heading):
            yield int(match[1])
