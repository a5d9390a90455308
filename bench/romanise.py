"""
Write the English names of the regions, the column name_en of data/regions.csv: after a change of the table, run

    .venv/bin/pip install pypinyin==0.55.0 && .venv/bin/python bench/romanise.py

What a region is called is put together from three parts: its own name in Hanyu Pinyin without tones, syllables joined,
an apostrophe before a syllable that begins with a vowel, LYU for ü; the nationalities of an autonomous unit; and the word
for its kind, translated. Cities have no such word (Huai'an, Kunshan), districts and counties have it also after a single
syllable (Yu County). src/policylab/codebook/romanisation.csv holds the words, the names that are not pinyin (Hohhot), and
the readings that differ from the usual (Lu'an), each with where it is from.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from policylab.codebook.romanisation import load_romanisation

TABLE = Path(__file__).resolve().parents[1] / "data/regions.csv"


def find_rule(kind: str, chinese: str, code: str = "") -> str | None:
    """Return the English word of a rule that holds for this code; the narrowest goes first."""
    found = [rule for rule in load_romanisation()[kind].get(chinese, []) if code.startswith(rule[0])]
    return max(found)[1] if found else None


def name_region(name: str, code: str) -> str:
    """Return the English name of a region."""
    if whole := find_rule("region", name, code):
        return whole
    kind = max((word for word in load_romanisation()["generic"] if _ends_in(name, word)), key=len)
    own, peoples = split_peoples(name.removesuffix(kind))
    words = [romanise(own, code)] if own else []
    words += [list_words(peoples)] if peoples else []
    return (find_rule("generic", kind) or "").format(" ".join(words))


def _ends_in(name: str, kind: str) -> bool:
    """Whether a name ends in a word for a kind with a name before it: 矿区 in 峰峰矿区, not in 东矿区."""
    least = 2 if len(kind) > 1 and kind.endswith("区") else 1
    return name.endswith(kind) and len(name) >= len(kind) + least


def split_peoples(name: str) -> tuple[str, list[str]]:
    """Split a name into its own part and the nationalities at its end, in English."""
    words = sorted(load_romanisation()["nationality"], key=len, reverse=True)
    found = re.search(f"(?:{'|'.join(words)})+$", name)
    if not found:
        return name, []
    parts = re.findall("|".join(words), found.group())
    return name[: found.start()], [str(find_rule("nationality", part)) for part in parts]


def list_words(words: list[str]) -> str:
    """Join words as English does: A; A and B; A, B and C."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def romanise(own: str, code: str) -> str:
    """Return a name in Hanyu Pinyin, or as it is known."""
    if known := find_rule("name", own, code):
        return known
    from pypinyin import lazy_pinyin  # type: ignore[import-not-found, unused-ignore]  # not of the project's environment

    usual = [syllable.replace("lve", "lue").replace("nve", "nue").replace("v", "yu") for syllable in lazy_pinyin(own)]
    syllables = [find_rule("character", sign) or syllable for sign, syllable in zip(own, usual, strict=True)]
    joined = "".join("'" * (at > 0 and text[0] in "aeo") + text for at, text in enumerate(syllables))
    return joined.capitalize()


def main() -> None:
    """Write the column into the table, after the names."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if name != "name_en"]
    columns.insert(columns.index("short_name") + 1, "name_en")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "name_en": name_region(row["name"], row["region_code"])} for row in rows)
    TABLE.write_text(out.getvalue(), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
