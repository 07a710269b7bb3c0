"""The editor in a real browser: an example's answer appears, links stay here, nothing is asked of another origin.

Needs Chromium (Debian: ``apt-get install chromium``). Without it these tests say so as a warning and are skipped;
``pytest -m "not browser"`` leaves them out on purpose.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_fixture import BASE, EXAMPLES, LEG, ROOT, write_release

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=15000",
    "--dump-dom",
]


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        message = "THE EDITOR WAS NOT TESTED: no Chromium on this machine; install it with: apt-get install chromium"
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with examples of its own, whatever the package brings."""
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder)
    program = (
        "import sys; from pathlib import Path; from werkzeug.serving import make_server\n"
        "from server.app import create_app; from tests.server_fixture import EXAMPLES\n"
        "server = make_server('127.0.0.1', 0, create_app(Path(sys.argv[1]), queries=EXAMPLES), threaded=True)\n"
        "print(f'http://127.0.0.1:{server.server_port}', flush=True); server.serve_forever()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=30)
    process.stdout.close()


class Visit:
    """One page as a browser ends up with it: its elements, what it wrote to the console, what it asked for."""

    def __init__(self, chromium: str, url: str, folder: Path) -> None:
        log = folder / "net.json"
        command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        self.dom = done.stdout
        self.console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        origin = "/".join(url.split("/")[:3])
        events = json.loads(log.read_text(encoding="utf-8"))["events"]
        asked = (event.get("params", {}) for event in events)
        self.requests = {
            about["url"]
            for about in asked
            if about.get("initiator") == origin and not str(about.get("url", "data:")).startswith("data:")
        }
        self.strangers = {request for request in self.requests if not request.startswith(f"{origin}/")}

    def cells(self) -> list[list[str]]:
        """Return the texts of the result table."""
        table = re.search(r"<table[^>]*dataTable.*?</table>", self.dom, re.DOTALL)
        rows = re.findall(r"<tr.*?</tr>", table[0], re.DOTALL) if table else []
        cells = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in rows[1:]]
        return [[re.sub(r"<[^>]+>", "", cell) for cell in row if "rowNumber" not in cell] for row in cells]


def test_an_example_shows_its_query_and_its_answer(chromium: str, address: str, tmp_path: Path) -> None:
    visit = Visit(chromium, f"{address}/sparql#example=who-visits", tmp_path)
    assert visit.cells() == [["id:visit/1111", "id:person/ada-example", "Ada Example", "leg:Planned"]]
    assert EXAMPLES[0].name in re.findall(r'class="tab[^>]*active.*?</div>', visit.dom, re.DOTALL)[0]
    assert f'href="{BASE}person/ada-example"' in visit.dom
    assert f"{address}/sparql" in visit.requests
    assert visit.strangers == set()
    assert visit.console == []


def test_a_shared_query_runs_on_arrival(chromium: str, address: str, tmp_path: Path) -> None:
    query = f"SELECT%20%3Fn%20%7B%20%3Fs%20%3C{LEG.replace('#', '%23')}countryCode%3E%20%3Fn%20%7D"
    visit = Visit(chromium, f"{address}/sparql#query={query}", tmp_path)
    assert visit.cells() == [["XN"]]
    assert visit.strangers == set()


def test_an_error_is_a_sentence(chromium: str, address: str, tmp_path: Path) -> None:
    visit = Visit(chromium, f"{address}/sparql#query=SELECT%20*%20%7B%20%3Fs%20leg%3Ax%20%3Fo%20%7D", tmp_path)
    assert "the prefix leg: is not declared; begin with PREFIX leg:" in visit.dom
    assert "about:blank" not in visit.dom


@pytest.mark.parametrize("path", ["/", "/sparql", "/dumps/", "/page/person/ada-example"])
def test_pages_load_from_here_only_and_break_no_rule(chromium: str, address: str, tmp_path: Path, path: str) -> None:
    visit = Visit(chromium, address + path, tmp_path)
    assert f"{address}/static/style.css" in visit.requests
    assert visit.strangers == set()
    assert visit.console == []
