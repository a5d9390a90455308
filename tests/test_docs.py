"""What the project says of itself: examples run, targets and names are described, links lead somewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import policylab
from policylab.publish.cells import render_csv

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.zh-CN.md"]
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
EXAMPLE = re.compile(r"```python\n(.*?)```\n+```text\n(.*?)```", re.DOTALL)


def read(name: str) -> str:
    """Return the text of a file of the project."""
    return (ROOT / name).read_text("utf-8")


def load_script(name: str) -> Any:
    """Return a script of the project as a module."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, ROOT / name)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their own types
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", READMES)
def test_readme_example_prints_what_it_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of the README runs on the bundled data and prints, line by line, what the README shows below it."""
    monkeypatch.chdir(ROOT)
    [(code, shown)] = EXAMPLE.findall(read(name))
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(code, name, "exec"), {"__name__": "readme"})
    assert [line.rstrip() for line in said.getvalue().splitlines()] == shown.splitlines()
    assert len(shown.splitlines()) > 3


def test_readmes_agree() -> None:
    """The English and the Chinese README have the same code, figures, files and number of sections."""
    english, chinese = map(read, READMES)
    for pattern in (r"(?m)^## ", r"(?m)^\|", r"`([a-zA-Z-]+(?:[/.][^`]*)?)`", r"(?m)^<!-- .* -->$"):
        assert len(re.findall(pattern, english)) > 1
        assert sorted(re.findall(pattern, chinese)) == sorted(re.findall(pattern, english)), pattern
    commands = [re.findall(r"(?m)^[^#\n]+", "".join(SHELL.findall(text))) for text in (english, chinese)]
    assert [line.strip() for line in commands[0]] == [line.strip() for line in commands[1]]
    assert EXAMPLE.findall(english) == EXAMPLE.findall(chinese)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_inside_the_project_lead_somewhere(name: str) -> None:
    """Every relative link and picture names a file that exists."""
    links = re.findall(r"\]\(([^)#]+)\)", read(name))
    missing = [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()]
    assert missing == []


@pytest.mark.parametrize("name", READMES)
def test_readme_says_things_in_order(name: str) -> None:
    """What it is comes first, then a figure, the two commands, and the measured accuracy between its marks."""
    text = read(name)
    places = [
        text.index(part) for part in ("![", "make report", "make test", "<!-- accuracy -->", "<!-- /accuracy -->")
    ]
    assert places == sorted(places)
    assert text.index("policylab", text.index("\n")) < places[0]


@pytest.mark.parametrize("name", READMES)
def test_readme_commands_exist(name: str) -> None:
    """Every command of the README with its options is one that the command line and the Makefile know."""
    from policylab.cli import _commands

    text, makefile = read(name), read("Makefile")
    for target in re.findall(r"^make ([a-z]+)", "".join(SHELL.findall(text)), re.MULTILINE) + re.findall(
        r"`make ([a-z]+)", text
    ):
        assert re.search(rf"(?m)^{target}:", makefile), target
    calls = re.findall(r"(?m)^policylab (\w+) ?(\w*)(.*)$", "".join(SHELL.findall(text)))
    assert calls
    for name_of, second, arguments in calls:
        command = _commands.commands[name_of]
        command = getattr(command, "commands", {}).get(second, command)  # corpus add
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", arguments)) <= known


def test_every_make_target_is_described() -> None:
    """Each target has a ## comment and stands in make help and in .PHONY."""
    makefile = read("Makefile")
    targets = re.findall(r"(?m)^([a-z][a-z-]*):(?!=)", makefile)
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"setup", "report", "test", "check", "lab", "help"} <= set(targets)
    for target in targets:
        assert re.search(rf"(?m)^ *make {target} +\S", told), target
    assert sorted(re.findall(r"(?m)^\.PHONY: (.*)$", makefile)[0].split()) == sorted(targets)


def test_public_names_are_listed_alike() -> None:
    """__all__, dir() and the lazy imports agree, and each name can be had."""
    assert sorted(policylab.__all__) == policylab.__all__ == sorted(policylab._HOMES)
    assert set(policylab.__all__) <= set(dir(policylab))
    for name in policylab.__all__:
        assert getattr(policylab, name).__name__ in (name, policylab._HOMES[name].partition(":")[2])


def test_types_see_the_same_names() -> None:
    """What type checkers are told about the public names is what is imported."""
    source = inspect.getsource(policylab).partition("if TYPE_CHECKING:")[2].partition("\n\n")[0]
    told = {}
    for module, names in re.findall(r"from (\S+) import (.+)", source):
        for part in names.split(", "):
            original, _, alias = part.partition(" as ")
            told[alias or original] = f"{module}:{original}" if alias else module
    assert told == policylab._HOMES


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelt public name fails as any module's would."""
    with pytest.raises(AttributeError, match="no attribute 'read_raport'"):
        _ = policylab.read_raport


@pytest.mark.parametrize("name", policylab.__all__)
def test_public_name_is_documented(name: str) -> None:
    """Each public name has a docstring; each public function also an example, or the errors it raises."""
    thing = getattr(policylab, name)
    text = inspect.getdoc(thing) or ""
    assert len(text.splitlines()[0]) > 20
    if inspect.isfunction(thing):
        assert "Examples\n----" in text or "Raises\n----" in text
        assert inspect.signature(thing).return_annotation is not inspect.Signature.empty


def test_citation_has_the_version_of_the_package() -> None:
    """CITATION.cff, the package and the changelog speak of one version."""
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == policylab.__version__
    assert tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["version"]["path"] == "src/policylab/__init__.py"
    assert "## [Unreleased]" in read("CHANGELOG.md") or f"## [{policylab.__version__}]" in read("CHANGELOG.md")


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_accuracy_in_the_readme_is_the_measured_one(name: str, lang: str) -> None:
    """The block of the README is what bench/accuracy.py makes of data/accuracy.json; no number is typed."""
    accuracy = load_script("bench/accuracy.py")
    tables = json.loads((ROOT / "data" / "accuracy.json").read_text("utf-8"))
    block = (ROOT / name).read_text("utf-8").split("<!-- accuracy -->")[1].split("<!-- /accuracy -->")[0]
    assert block.strip() == accuracy.render_block(tables, lang)
    assert accuracy.tables_of_readings(accuracy.read_readings()) == tables[1:]


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_gallery_is_what_make_figures_writes(name: str, lang: str) -> None:
    """The gallery of the README names the figures of figures/make_figures.py, with their captions."""
    figures, text = load_script("figures/make_figures.py"), read(name)
    assert text.count(figures.BEGIN) == text.count(figures.END) == 1
    assert figures.fill_gallery(text, lang) == text, "run make figures"
    assert f"(figures/{figures.DRAWINGS[0].name_file(lang)}.png)" in text


def test_figures_show_the_data_of_the_project() -> None:
    """The data beside each figure are what the table of facts gives now, so that no figure is out of date."""
    figures, table = load_script("figures/make_figures.py"), policylab.load_targets()
    for drawing in figures.DRAWINGS:
        data = render_csv(drawing.select(table))
        for lang in drawing.captions:
            card = json.loads(read(f"figures/{drawing.name_file(lang)}.json"))
            assert (ROOT / "figures" / f"{drawing.name_file(lang)}.csv").read_bytes() == data, "run make figures"
            assert card["caption"] == drawing.captions[lang]
