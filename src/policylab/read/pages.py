"""Web pages of governments: the report's body found, and menus, links, sidebars and scripts left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from policylab.errors import ReadError
from policylab.read.encodings import decode_text
from policylab.read.parts import Extract, make_extract

# Elements whose content is no text of the page, with what they are called in the note.
_DROPPED = {
    "script": "scripts", "style": "", "noscript": "", "template": "", "svg": "pictures", "math": "", "iframe": "frames",
    "object": "frames", "embed": "frames", "form": "forms", "select": "forms", "button": "forms", "textarea": "forms",
    "input": "forms", "nav": "menus", "footer": "footers", "aside": "sidebars", "head": "", "img": "pictures",
}  # fmt: skip
_BOXES = frozenset(("body", "div", "td", "article", "section", "main", "center", "table", "tbody", "tr", "form"))
_BLOCKS = _BOXES | frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "hr", "header",
     "thead", "tfoot", "th", "caption", "figure", "figcaption", "address", "fieldset", "html")
)  # fmt: skip
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.I)
_CHROME_NAME = re.compile(
    r"(?i)\b(?:nav|menu|footer|sidebar|side|aside|share|breadcrumb|crumbs?|position|related|recommend|copyright|toolbar|"
    r"pagination|qrcode|friendlinks?|toplinks?)\b"
)
_CHROME_LINE = re.compile(
    r"^(?:【?\s*(?:打印|关闭|收藏|分享|返回|字体|字号|扫一扫|扫描二维码|上一[篇页条]|下一[篇页条]|相关(?:阅读|链接|文章|新闻|信息)|责任编辑|编辑[:：]|"
    r"来源[:：]|信息来源|发布(?:时间|日期|机构)|成文日期|索引号|浏览(?:次数|量)|点击(?:数|量)|访问量|您(?:现在|当前)?的?(?:所在)?位置|当前位置|"
    r"版权所有|主办[:：单]|承办[:：单]|网站(?:地图|标识码)|联系我们|首页|时间[:：]\s*\d|日期[:：]\s*\d)|"
    r".{0,40}(?:ICP备|公网安备|网站标识码))"
)
_CHROME_LENGTH = 80  # characters; a longer line is prose
_PROSE = re.compile(r"[。；;]")
_PROSE_LENGTH = 30
_OPENING = re.compile(
    r"人民代表大会|人大.{0,9}会议|各位代表|政\s{0,9}府\s{0,9}工\s{0,9}作\s{0,9}报\s{0,9}告|[省市区县州旗]长\s"
)
_OWN_TITLE = re.compile(r"政\s{0,9}府\s{0,9}工\s{0,9}作\s{0,9}报\s{0,9}告")
_HEAD = 200
_BODY_SHARE = 0.85  # of all prose of the page stands in its body
_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”]"
_WRAP = re.compile(rf"(?<={_CJK})\n|\n(?={_CJK})")
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u2002\u2003\u2009]+")
_DEPTH = "Excessive depth"
_MAX_ELEMENTS = 200_000  # pages of reports have some hundreds


class _Block(NamedTuple):
    """A line of the page: its words, how many of them are links, and the box that it stands in."""

    words: str
    linked: int
    box: Any


def read_page(raw: bytes, name: str) -> Extract:
    """
    Return the report of a web page: a line a paragraph, table cells parted by tabs, the page's title where it has none.

    The body is the smallest box that holds nearly all sentences outside links; what stands outside it, links, menus
    and what the browser does not show are left out, and the note says so.

    Raises
    ------
    ReadError
        Where the page has no sentence, is nested beyond what a browser shows, or its encoding is in doubt.
    """
    text, encoding = decode_text(raw, name)
    root = _parse(text, name)
    title = _find_title(root)
    dropped = _drop_chrome(root)
    blocks = _list_blocks(root)
    box = _find_body(blocks)
    if box is None:
        raise ReadError(f"{name} has no sentence of a report outside links and menus; is the text loaded by a script?")
    inside = [block for block in blocks if box is block.box or box in block.box.iterancestors()]
    kept = [block for block in inside if not _is_chrome(block)]
    body = "\n".join(block.words for block in kept)
    if title and not _OWN_TITLE.search(body[:_HEAD]) and title not in body[:_HEAD]:
        body = f"{title}\n\n{body}"
    outside = sum(len(block.words) for block in blocks) - sum(len(block.words) for block in kept)
    return make_extract(f"{body}\n", "web page", _tell_left_out(dropped, outside, blocks), encoding=encoding)


def _parse(text: str, name: str) -> Any:
    """Return the tree of a page; nothing is fetched, no entity is expanded beyond HTML's own."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ReadError(f"{name} is no web page: {' '.join(str(error).split())[:200]}") from None
    if any(_DEPTH in entry.message for entry in parser.error_log):
        raise ReadError(f"{name} nests its elements more than 256 deep, as no page for readers does; not read")
    if (count := root.xpath("count(//*)")) > _MAX_ELEMENTS:
        raise ReadError(f"{name} has {count:,.0f} elements; a page of a report has at most {_MAX_ELEMENTS:,}")
    return root


def _find_title(root: Any) -> str:
    """Return the report's title: what the page declares or shows as such."""
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() in ("articletitle", "og:title") and (meta.get("content") or "").strip():
            return _tidy(meta.get("content"))
    for tag in ("h1", "title"):
        for element in root.iter(tag):
            if words := _tidy(element.text_content()):
                return re.split(r"[_|]|\s[-–—]\s", words, maxsplit=1)[0].strip()
    return ""


def _drop_chrome(root: Any) -> Counter[str]:
    """Take out of the tree what is no text, hidden or chrome by its own name; return how much of what."""
    dropped: Counter[str] = Counter()
    gone: set[Any] = set()
    for element in list(root.iter()):
        if element.getparent() in gone:
            gone.add(element)
            continue
        tag = element.tag if isinstance(element.tag, str) else "comment"
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        if tag in ("html", "body") or (tag == "form" and _has_prose(element)):
            continue
        if tag in _DROPPED or tag == "comment":
            what = _DROPPED.get(tag, "")
        elif element.get("hidden") is not None or _HIDDEN.search((element.get("style") or "")[:500]):
            what = "hidden elements"
        elif tag in _BLOCKS and _CHROME_NAME.search(named[:500].replace("_", " ")) and not _holds_report(element):
            what = "menus"
        else:
            continue
        dropped[what] += 1
        gone.add(element)
    for element in gone:
        if element.getparent() not in gone:
            element.drop_tree()
    return dropped


def _has_prose(form: Any) -> bool:
    """Whether a form is the whole page, as some servers make it."""
    return len(_PROSE.findall(form.text_content())) >= _PROSE_LENGTH


def _holds_report(element: Any) -> bool:
    """Whether a box that is named like chrome holds the report itself."""
    words = element.text_content()
    return len(words) >= 2000 and "各位代表" in words


def _list_blocks(root: Any) -> list[_Block]:
    """Return the lines of the page in its order; the walk has a stack of its own, however deep the page is."""
    lines = _Lines(root)
    stack: list[tuple[Any, bool, bool]] = [(root, False, False)]  # an element, whether it ends, whether it is linked
    while stack:
        element, ends, linked = stack.pop()
        if ends:
            lines.leave(element)
            lines.add(element.tail, linked)
            continue
        lines.enter(element)
        inside = linked or element.tag == "a"
        lines.add(element.text, inside)
        stack.append((element, True, linked))
        stack.extend((child, False, inside) for child in reversed(element))
    lines.end()
    return lines.blocks


class _Lines:
    """The lines of a page as far as it has been walked, and the one that is being put together."""

    def __init__(self, root: Any) -> None:
        self.blocks: list[_Block] = []
        self._root = self._box = root
        self._pieces: list[str] = []
        self._linked = 0

    def enter(self, element: Any) -> None:
        """Begin an element: a block or a line break ends the line before it."""
        if element.tag == "br" or (element.tag in _BLOCKS and not _is_cell(element)):
            self.end()
        if element.tag in _BOXES and not _is_cell(element):
            self._box = element

    def leave(self, element: Any) -> None:
        """End an element: cells of a row are parted, other blocks end their line."""
        if _is_cell(element):
            self._pieces.append("\x1f" if element.getnext() is not None else "")
        elif element.tag in _BLOCKS:
            self.end()
            if element.tag in _BOXES:
                self._box = _box_of(element.getparent(), self._root)

    def add(self, words: str | None, linked: bool) -> None:
        """Add words to the line."""
        if words:
            self._pieces.append(words)
            self._linked += len(_tidy(words)) * linked

    def end(self) -> None:
        """End the line, if it has words."""
        if words := _tidy("".join(self._pieces)):
            self.blocks.append(_Block(words, min(self._linked, len(words)), self._box))
        self._pieces.clear()
        self._linked = 0


def _is_cell(element: Any) -> bool:
    """Whether an element is a cell of words, and not a box of the page's layout."""
    return element.tag in ("td", "th") and not any(child.tag in _BLOCKS for child in element)


def _box_of(element: Any, root: Any) -> Any:
    """Return the nearest box around an element."""
    while element is not None and element.tag not in _BOXES:
        element = element.getparent()
    return root if element is None else element


def _tidy(text: str) -> str:
    """Return words on one line: lines wrapped between Chinese characters joined, blanks of all kinds to one."""
    single = _SPACE.sub(lambda match: "\n" if "\n" in match[0] else " ", text)
    return _WRAP.sub("", single).replace("\n", " ").strip(" \u3000\x1f").replace("\x1f", "\t")


def _find_body(blocks: Iterable[_Block]) -> Any:
    """Return the smallest box that holds nearly all prose, and the opening of the report beside it; None for no prose."""
    weights: Counter[Any] = Counter()
    total = 0
    openings = []
    for block in blocks:
        if _is_prose(block):
            total += len(block.words)
            for box in (block.box, *block.box.iterancestors()):
                weights[box] += len(block.words)
        elif _OPENING.search(block.words) and not _is_chrome(block):
            openings.append(block.box)
    if not total:
        return None
    best = min(
        (box for box, weight in weights.items() if weight >= _BODY_SHARE * total),
        key=lambda box: (weights[box], -sum(1 for _ in box.iterancestors())),
    )
    parent = best.getparent()
    beside = parent is not None and any(box is parent or box.getparent() is parent for box in openings)
    return parent if beside and not any(box is best or best in box.iterancestors() for box in openings) else best


def _is_prose(block: _Block) -> bool:
    """Whether a line is a sentence outside links."""
    return (
        len(block.words) >= _PROSE_LENGTH and bool(_PROSE.search(block.words)) and block.linked * 2 < len(block.words)
    )


def _is_chrome(block: _Block) -> bool:
    """Whether a line is a link, or says who made the page and how to print it."""
    if block.linked * 5 >= len(block.words) * 4:
        return True
    return len(block.words) <= _CHROME_LENGTH and bool(_CHROME_LINE.match(block.words))


def _tell_left_out(dropped: Counter[str], outside: int, blocks: Iterable[_Block]) -> list[str]:
    """Return what was left out of the page."""
    told = [f"{what} ({count})" for what, count in sorted(dropped.items()) if what]
    if outside:
        told.append(f"{outside:,} characters outside the body: links, menus, notes of the site")
    if any(block.words.startswith("下一页") for block in blocks):
        told.append("further pages (下一页) of the same text")
    return told
