"""JupyterLab as a new user meets it: a server of its own, the notebooks in it, and Debian's chromium before it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or ""
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# News and updates would ask the network; cells below the window are drawn too, so that a test can read them.
SETTINGS = {
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none", "scrollHeadingToTop": False},
    "docmanager-extension/plugin": {"autosave": False},
}
START_S, RUN_MS, ANSWER_MS = 60, 120_000, 15_000


@dataclass
class Lab:
    """A running JupyterLab: its address with the token, and the folder that it shows."""

    url: str
    token: str
    folder: Path


@dataclass
class Notebook:
    """A notebook open in a browser."""

    page: Any
    path: Path

    def run_all(self) -> None:
        """Run every cell from the menu, and wait until the last has run and the kernel is idle."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        waiting = (
            "() => ![...document.querySelectorAll('.jp-InputPrompt')].some(e => /\\[( |\\*)\\]/.test(e.innerText))"
        )
        self.page.wait_for_function(waiting, timeout=RUN_MS)
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=RUN_MS)

    def list_errors(self) -> list[str]:
        """Return what cells said on standard error, and the tracebacks."""
        mime = "application/vnd.jupyter.stderr"
        found = self.page.locator(
            f".jp-OutputArea-output[data-mime-type='{mime}'], .jp-RenderedText[data-mime-type='application/vnd.jupyter.error']"
        )
        return [str(text) for text in found.all_inner_texts()]

    @property
    def shown(self) -> Any:
        """What the controls show below themselves."""
        return self.page.locator(".policylab-shown")

    def change(self, label: str, value: str) -> float:
        """Choose a value in the control of this label; return the seconds until what is shown has changed."""
        row = self.page.locator(".policylab-explore .widget-inline-hbox", has_text=label).first
        before = self.shown.inner_html()
        if row.locator("select").count():
            begin = time.perf_counter()
            row.locator("select").select_option(label=value)
        else:
            box = row.locator("input")
            box.fill(value)
            begin = time.perf_counter()
            box.press("Enter")
        changed = "before => document.querySelector('.policylab-shown').innerHTML !== before"
        self.page.wait_for_function(changed, arg=before, timeout=ANSWER_MS, polling="raf")
        seconds = time.perf_counter() - begin
        self.note(f"{self.path.stem} {label} {value} {seconds:.3f} s")
        return seconds

    def note(self, line: str) -> None:
        """Keep a line beside the pictures, where they are kept."""
        if folder := os.environ.get("POLICYLAB_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            with (Path(folder) / "seconds.txt").open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def save(self) -> None:
        """Save the notebook by its key, and wait until the file has changed."""
        before = self.path.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        end = time.monotonic() + ANSWER_MS / 1000
        while self.path.stat().st_mtime_ns == before and time.monotonic() < end:
            self.page.wait_for_timeout(100)

    def photograph(self, name: str) -> None:
        """Save what a reader sees, from top to end, where POLICYLAB_SCREENSHOTS names a folder."""
        folder = os.environ.get("POLICYLAB_SCREENSHOTS")
        if not folder:
            return
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        height = panel.evaluate("e => e.scrollHeight")
        step = panel.evaluate("e => e.clientHeight")
        Path(folder).mkdir(parents=True, exist_ok=True)
        for number, top in enumerate(range(0, height, step)):
            panel.evaluate("(e, top) => { e.scrollTop = top }", top)
            self.page.wait_for_timeout(150)
            self.page.screenshot(path=Path(folder) / f"{self.path.stem}-{name}-{number:02}.png")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a free port of this machine, showing a copy of the notebooks."""
    if not CHROMIUM:
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    port, token = _find_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--notebook-dir={folder}"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=_environment(home), cwd=home)
        try:
            url = f"http://127.0.0.1:{port}"
            _await_server(f"{url}/api?token={token}", server, home / "log")
            yield Lab(url, token, folder)
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def open_notebook(lab: Lab, browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Open a notebook in a window of its own, optionally with another language of labels."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})

    def open_one(name: str, lang: str = "zh") -> Notebook:
        path = lab.folder / f"{name}.ipynb"
        if lang != "zh":
            text = path.read_text("utf-8").replace('lang: str = \\"zh\\"', f'lang: str = \\"{lang}\\"')
            path = path.with_stem(f"{name}_{lang}")
            path.write_text(text, "utf-8")
        page = context.new_page()
        page.goto(f"{lab.url}/lab/workspaces/auto-{secrets.token_hex(4)}/tree/{path.name}?token={lab.token}")
        page.locator(".jp-Notebook").wait_for(timeout=START_S * 1000)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=START_S * 1000)
        return Notebook(page, path)

    yield open_one
    context.close()
    _stop_kernels(lab)


def _find_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which the user's own settings of Jupyter and IPython play no part."""
    settings = home / "settings"
    for name, values in SETTINGS.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), "utf-8")
    folders = {
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
    }
    return {**os.environ, **{name: str(path) for name, path in folders.items()}}


def _await_server(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8', errors='replace')[-2000:]}")


def _stop_kernels(lab: Lab) -> None:
    """End the kernels that a test has left, so that memory does not add up."""
    address, header = f"{lab.url}/api/sessions", {"Authorization": f"token {lab.token}"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=header)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        gone = urllib.request.Request(f"{address}/{session['id']}", headers=header, method="DELETE")
        urllib.request.urlopen(gone).close()
