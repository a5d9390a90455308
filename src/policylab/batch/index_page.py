"""The page over a folder of reports: to search, to sort, and to open each from; it needs no server and no network."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from policylab.batch.ledger import FAILED, THUMBNAILS, Entry
from policylab.publish.fonts import cut_web_font
from policylab.publish.words import is_na, say

_HERE = Path(__file__).parent
_COLUMNS = 6  # of values, those that most reports have
_SHORT = 8  # characters that stay on one line
_KINDS = ("html", "pdf", "docx", "ipynb")


def render_index(entries: Iterable[Entry], folder: Path, *, lang: str) -> str:
    """
    Return the page as HTML that stands by itself.

    It lists every entry of the manifest with its thumbnail, region, level, year and the values that its notebook has
    noted, and those that failed with their error. Nothing in it is run but its own script, which the page names by hash;
    without it, the page is a plain table.

    Parameters
    ----------
    entries : iterable of dict
        Lines of the manifest, in the order in which they are shown at first.
    folder : Path
        Where the reports lie; thumbnails are taken from it, and links start there.
    lang : "zh" or "en"
    """
    listed = list(entries)
    values = _choose_values(listed)
    script = (_HERE / "index.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    body = Markup("\n").join([_render_head(listed, lang), _render_table(listed, values, folder, lang)])
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; script-src 'sha256-{digest}'"
    )
    title = _name_index(listed, lang)
    characters = sorted(char for char in {*body.striptags(), *title} if char.isprintable() and ord(char) > 0x7F)
    font = cut_web_font("".join(characters)) if characters else ""
    head = Markup(
        '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{}</title>\n'
    ).format({"zh": "zh-CN"}.get(lang, lang), policy, title)
    style = f"<style>\n{font}\n{(_HERE / 'index.css').read_text('utf-8')}</style>"
    return f"{head}{style}\n</head>\n<body>\n<main>\n{body}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"


def _choose_values(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the keys and names of the values that most reports have, by the order in which they state them."""
    counts = Counter(value["key"] for entry in entries for value in entry.get("values") or ())
    names = {value["key"]: str(value["name"]) for entry in entries for value in entry.get("values") or ()}
    chosen = {key for key, _ in counts.most_common(_COLUMNS)}
    return {key: name for key, name in names.items() if key in chosen}


def _render_head(entries: Sequence[Entry], lang: str) -> Markup:
    """Return the title, how many reports there are, and what they can be searched by."""
    failed = sum(entry["status"] != "made" for entry in entries)
    counts = say("index.counts", lang, made=len(entries) - failed, failed=failed)
    search = say("index.search" if _has_region(entries) else "index.search_free", lang)
    levels = dict.fromkeys(str(entry["level"]) for entry in entries if entry.get("level"))
    options = Markup("").join(
        Markup('<option value="{}">{}</option>').format(level, say(f"level.{level}", lang)) for level in levels
    )
    return Markup(
        '<h1>{}</h1>\n<p class="soft">{}</p>\n<form id="form" hidden>\n<input id="search" type="search" aria-label="{}" '
        'placeholder="{}" autocomplete="off">\n<select id="level" aria-label="{}"{}><option value="">{}</option>{}</select>\n'
        '<span id="shown" role="status"></span>\n</form>'
    ).format(
        _name_index(entries, lang),
        counts,
        search,
        search,
        say("index.level", lang),
        Markup("" if levels else " hidden"),
        say("index.all_levels", lang),
        options,
    )


def _name_index(entries: Sequence[Entry], lang: str) -> str:
    """Return the title of the page: notebooks may be about anything."""
    return say("index.title" if _has_region(entries) or not entries else "index.title_free", lang)


def _has_region(entries: Sequence[Entry]) -> bool:
    """Return whether any report is about a region."""
    return any(entry.get("region_code") for entry in entries)


def _render_table(entries: Sequence[Entry], values: Mapping[str, str], folder: Path, lang: str) -> Markup:
    """Return the table of reports; columns that no report fills are left out."""
    has_region = _has_region(entries)
    names = ["figure", "report", *(["level", "report_year"] if has_region else [])]
    header = [(say(f"index.{name}", lang), name != "figure") for name in names]
    header += [*((name, True) for name in values.values()), (say("index.files", lang), False)]
    cells = Markup("").join(
        (
            Markup('<th scope="col"><button type="button">{}</button></th>')
            if is_sorted
            else Markup('<th scope="col">{}</th>')
        ).format(name)
        for name, is_sorted in header
    )
    rows = Markup("\n").join(_render_row(entry, values, folder, lang=lang, has_region=has_region) for entry in entries)
    table = '<div class="table"><table id="reports"><thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>'
    return Markup(table).format(cells, rows)


def _render_row(entry: Entry, values: Mapping[str, str], folder: Path, *, lang: str, has_region: bool) -> Markup:
    """Return the row of one report; what it is found by stands in an attribute."""
    name, is_made = str(entry["name"]), entry["status"] == "made"
    title = entry.get("region_name") or entry.get("title") or name
    shown = (
        Markup('<a href="{}">{}</a>').format(_address(f"{name}.html"), title)
        if f"{name}.html" in entry["outputs"]
        else title
    )
    place = Markup("<small>{}</small>").format(f"{entry.get('place', '')} {entry.get('region_code', name)}".strip())
    error = (
        Markup('<p class="failed">{}</p>').format(say("index.failed", lang, error=entry["error"]))
        if not is_made
        else ""
    )
    cells = [_cell(_render_thumbnail(folder / THUMBNAILS / f"{name}.png", str(title)))]
    cells.append(_cell(Markup("{}<br>{}{}").format(shown, place, error), str(entry.get("region_code") or name)))
    if has_region:
        level = str(entry.get("level", ""))
        order = ("national", "province", "city", "county").index(level) if level else 9
        cells.append(_cell(say(f"level.{level}", lang) if level else "", order))
        cells.append(_cell(str(entry.get("report_year") or ""), entry.get("report_year") or ""))
    noted = {value["key"]: value for value in entry.get("values") or ()}
    cells += [_cell(noted[key]["text"], noted[key]["value"]) if key in noted else _cell("") for key in values]
    cells.append(_cell(_render_files(entry, lang)))
    words = " ".join(
        str(entry.get(key) or "") for key in ("name", "title", "place", "also", "region_name", "report_year", "error")
    )
    row = Markup('<tr data-words="{}" data-level="{}"{}>{}</tr>')
    kind = "" if is_made else Markup(' class="failed"')
    return row.format(words.lower().replace("'", ""), entry.get("level", ""), kind, Markup("").join(cells))


def _cell(content: object, order: object = "") -> Markup:
    """Return a cell, with what it is sorted by."""
    kind = Markup(' class="short"') if len(escape(content).striptags()) <= _SHORT else ""
    return Markup('<td{} data-order="{}">{}</td>').format(kind, "" if is_na(order) else order, content)


def _render_thumbnail(path: Path, alt: str) -> Markup:
    """Return a small picture that is inside the page, nothing where there is none."""
    try:
        data = base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError:
        return Markup("")
    return Markup('<img src="data:image/png;base64,{}" alt="{}" width="160" loading="lazy">').format(data, alt)


def _render_files(entry: Entry, lang: str) -> Markup:
    """Return links to the files of a report, or to what a failed one has left."""
    name = str(entry["name"])
    if entry["status"] != "made":
        files = {f"{FAILED}/{name}.txt": say("index.error", lang)}
    else:
        files = {f"{name}.{kind}": kind for kind in _KINDS if f"{name}.{kind}" in entry["outputs"]}
    links = (Markup('<a href="{}">{}</a>').format(_address(path), words) for path, words in files.items())
    return Markup(" ").join(links)


def _address(path: str) -> str:
    """Return a relative address that no name can turn into one of another kind."""
    return "./" + quote(path)
