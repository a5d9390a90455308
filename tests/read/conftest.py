"""Files of every kind, written by the programs that people write them with, from text of our own."""

from __future__ import annotations

import csv
import html
import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.annotate.targets import annotate
from policylab.model import Document

Write = Callable[[str, Path], Path]

# Invented for the tests; every number is made up.
REPORT = """淮安市淮阴区2023年政府工作报告

——2023年1月5日在淮安市淮阴区第十八届人民代表大会第三次会议上

各位代表：

现在，我代表区人民政府向大会报告工作，请予审议，并请区政协委员和其他列席人员提出意见。

一、2022年工作回顾

过去的一年，我们顶住压力、稳住大局，较好完成了年度任务。地区生产总值增长4.1%，一般公共预算收入完成32.6亿元，同口径增长6.3%，规模以上工业增加值增长8.2%，城乡居民人均可支配收入分别增长5.2%和7.1%。

（一）产业发展提质增效。全年完成固定资产投资286.5亿元，增长7.5%，新开工亿元以上项目58个，其中10亿元以上7个；净增规模以上工业企业31家，高新技术企业总数达到126家，全社会研发投入占地区生产总值比重达到2.1%。

（二）民生福祉持续改善。新增城镇就业7800人，改造老旧小区23个、惠及居民4600户，新建农村公路62公里，空气优良天数比率达到81.4%。

二、2023年工作安排

今年经济社会发展的主要预期目标是：地区生产总值增长6%左右，一般公共预算收入增长5%以上，固定资产投资增长8%，社会消费品零售总额增长7.5%—8%，城镇调查失业率控制在5.5%以内，居民消费价格涨幅3%左右，居民收入增长与经济增长基本同步，单位地区生产总值能耗下降3%，粮食产量稳定在10.8亿斤以上。

（一）突出项目为王，加快建设现代产业体系。新开工亿元以上工业项目不少于65个，竣工40个，完成技改投资90亿元以上，新增规模以上工业企业30家、高新技术企业25家，力争培育国家级专精特新企业3家。

（二）突出城乡融合，持续提升功能品质。改造棚户区1200套，新建改建农村公路50公里，新增停车泊位2000个，建成高标准农田4.5万亩，农村生活污水治理率达到48%。

（三）突出民生优先，不断增进群众福祉。新增城镇就业7500人以上，新建改建幼儿园6所、普惠托育机构4家，新增养老床位300张，空气优良天数比率达到82%，确保为民办好10件实事。

各位代表！蓝图已经绘就，奋进正当其时。让我们同心同德、真抓实干，为全面完成各项目标任务而努力奋斗！
"""

PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}_淮阴区人民政府</title>
<meta name="ArticleTitle" content="{title}">
<style>p {{ color: red }}</style><script>document.write("全市生产总值增长99%。");</script></head>
<body>
<div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li></ul></div>
<div class="position">您当前的位置：<a href="/">首页</a> &gt; <a href="/x">政府工作报告</a></div>
<div class="main">
 <div class="left">
  <h1>{title}</h1>
  <div class="info">发布时间：2023-01-12 来源：区政府办公室 浏览次数：1024 【<a href="#">打印</a>】</div>
  <div class="TRS_Editor" id="zoom">
{paragraphs}
  </div>
  <div class="pages"><a href="a.html">上一篇：关于2022年财政决算的报告</a></div>
 </div>
 <div class="right"><h3>相关报告</h3><ul>
  <li><a href="1.html">2023年清江浦区政府工作报告：地区生产总值增长7%，一般公共预算收入增长9%。</a></li>
  <li><a href="2.html">2023年洪泽区政府工作报告</a> 2023-01-10</li></ul>
  <p>2023年涟水县政府工作报告指出，今年地区生产总值增长8.8%左右，工业投资增长15%。</p>
 </div>
</div>
<div style="display:none">隐藏的目标：地区生产总值增长88%。</div>
<div class="footer">主办：淮阴区人民政府 苏ICP备00000000号 网站标识码：3208040000</div>
</body></html>
"""


def write_text(encoding: str) -> Write:
    """Return a writer of plain text in an encoding."""

    def write(text: str, path: Path) -> Path:
        path = path.with_suffix(".txt")
        path.write_bytes(text.encode(encoding))
        return path

    return write


def write_markdown(text: str, path: Path) -> Path:
    """Write Markdown with front matter, headings, strong words and an escaped dot."""
    path = path.with_suffix(".md")
    lines = text.split("\n")
    body = "\n".join(f"## {line}" if line.startswith(("一、", "二、")) else line for line in lines)
    path.write_text(f"---\ntitle: {lines[0]}\n---\n\n{body.replace('亿元', '**亿元**')}", "utf-8")
    return path


def write_page(text: str, path: Path, *, charset: str = "utf-8") -> Path:
    """Write a page as governments' sites make them, with menus, links to others' reports and hidden words."""
    lines = [line for line in text.split("\n") if line.strip()]
    indent = "&nbsp;&nbsp;&emsp;"
    paragraphs = "\n".join(f"   <p>{indent}<span>{html.escape(line)}</span></p>" for line in lines)
    path = path.with_suffix(".html")
    page = PAGE.format(title=html.escape(lines[0]), paragraphs=paragraphs, charset=charset)
    path.write_bytes(page.encode("gb18030" if charset == "gb2312" else charset))
    return path


def write_docx(text: str, path: Path) -> Path:
    """Write a Word file, a paragraph a line, with a header."""
    from docx import Document as WordDocument

    document = WordDocument()
    document.sections[0].header.paragraphs[0].text = "政府工作报告"
    for line in text.rstrip("\n").split("\n"):
        document.add_paragraph(line)
    path = path.with_suffix(".docx")
    document.save(str(path))
    return path


def write_pdf(text: str, path: Path) -> Path:
    """Write a PDF by reportlab with a header and page numbers, in a font that Chinese readers bring along."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle(
        "body", fontName="STSong-Light", fontSize=14, leading=24, wordWrap="CJK", firstLineIndent=28, spaceAfter=4
    )

    def frame(canvas: object, document: object) -> None:
        canvas.setFont("STSong-Light", 9)  # type: ignore[attr-defined]
        canvas.drawString(72, 810, "淮阴区人民政府文件")  # type: ignore[attr-defined]
        canvas.drawCentredString(297, 30, f"— {document.page} —")  # type: ignore[attr-defined]

    path = path.with_suffix(".pdf")
    story = [Paragraph(html.escape(line), style) for line in text.split("\n") if line.strip()]
    SimpleDocTemplate(str(path), pagesize=A4).build(story, onFirstPage=frame, onLaterPages=frame)
    return path


def write_typst(text: str, path: Path) -> Path:
    """Write a PDF by typst, justified, with numbered pages and embedded fonts."""
    import pylopdf_fonts_zh_cn
    import typst

    quoted = "\n\n".join(f'#"{line}"' for line in text.split("\n") if line.strip())
    source = f"""#set page(paper: "a4", numbering: "1", header: [淮阴区人民政府])
#set text(font: "Noto Serif SC", size: 12pt, lang: "zh")
#set par(justify: true, first-line-indent: (amount: 2em, all: true))
{quoted}
"""
    path = path.with_suffix(".pdf")
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    path.write_bytes(typst.compile(source.encode(), font_paths=[str(fonts)]))
    return path


def convert_office(path: Path, kind: str) -> Path:
    """Convert a file by LibreOffice."""
    profile = path.parent / "office"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind, "--outdir",
         str(path.parent), str(path)], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return path.with_suffix(f".{kind}")


def write_sheet(text: str, path: Path) -> Path:
    """Write an Excel file with a report in a cell."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["title", "正文"])
    book.active.append(["报告", text])
    path = path.with_suffix(".xlsx")
    book.save(path)
    return path


def write_csv(text: str, path: Path) -> Path:
    """Write a CSV file as Excel saves it, with a report in a cell."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["title", "text"], ["报告", text]])
    path = path.with_suffix(".csv")
    path.write_bytes(buffer.getvalue().encode("utf-8-sig"))
    return path


def write_zip(text: str, path: Path) -> Path:
    """Write a ZIP file that holds a Word file in a folder with a Chinese name."""
    inner = write_docx(text, path)
    path = path.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, f"报告/{inner.name}")
    inner.unlink()
    return path


WRITERS: dict[str, Callable[..., Path]] = {
    "utf-8": write_text("utf-8"),
    "utf-8-sig": write_text("utf-8-sig"),
    "utf-16": write_text("utf-16"),
    "gb18030": write_text("gb18030"),
    "gbk": write_text("gbk"),
    "md": write_markdown,
    "html": write_page,
    "docx": write_docx,
    "pdf": write_pdf,
    "typst": write_typst,
    "xlsx": write_sheet,
    "csv": write_csv,
    "zip": write_zip,
    "office": convert_office,
}


def list_records(document: Document) -> list[tuple[object, ...]]:
    """Return what the targets of a report say, without their places, once each quote is found in its place."""
    records = []
    for target in annotate(document):
        quote = "" if target.start is None else document.text[target.start : target.end]
        assert target.as_written in quote or target.start is None
        records.append(
            (target.kind, target.headline, target.period, target.indicator, "".join(target.item.split()), target.low,
             target.high, target.unit, target.bound, target.modality, "".join(quote.split()))
        )  # fmt: skip
    return records


@pytest.fixture
def report() -> str:
    """A report of our own."""
    return REPORT


@pytest.fixture
def writers() -> dict[str, Callable[..., Path]]:
    """The writers of every kind of file, by name."""
    return WRITERS


@pytest.fixture
def records() -> Callable[[Document], list[tuple[object, ...]]]:
    """The function that lists what targets say."""
    return list_records
