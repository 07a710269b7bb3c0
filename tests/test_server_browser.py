"""The editor in a real browser: what it shows, suggests and says, and that nothing is asked of another origin.

Needs Chromium (Debian: ``apt-get install chromium``). Without it these tests say so as a warning and are skipped;
``pytest -m "not browser"`` leaves them out on purpose.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from kg.iri import PREFIXES
from tests.browser import Page, browsing
from tests.server_fixture import BASE, LEG, ROOT, serving, write_release

pytestmark = pytest.mark.browser

PLACE = "".join(
    f'<{BASE}place/norland> <{PREFIXES["geo"]}{name}> "{value}"^^<{PREFIXES["xsd"]}decimal> <{BASE}graph/actors> .\n'
    for name, value in (("lat", "61.5"), ("long", "17.25"))
)
EDITOR = "document.querySelector('.tabPanel.active .CodeMirror').CodeMirror"
RESULTS = ".tabPanel.active .yasr_results"
CELLS = (
    f"[...document.querySelectorAll('{RESULTS} table.dataTable tbody tr')]"
    ".map(row => [...row.cells].filter(cell => !cell.querySelector('.rowNumber')).map(cell => cell.innerText))"
)
HINTS = "[...document.querySelectorAll('.CodeMirror-hints li b')].map(each => each.innerText)"


@dataclass
class Desk:
    """The editor in a browser; ``expected`` are complaints in its console that a test is about."""

    page: Page
    address: str
    expected: str = r"^$"

    def open(self, fragment: str = "") -> None:
        """Open the editor as one who comes for the first time."""
        self.page.open(f"{self.address}/dumps/")
        self.page.run("localStorage.clear()")
        self.page.open(f"{self.address}/sparql{fragment}")
        self.page.wait(f"!!{EDITOR}")

    def show(self, query: str) -> None:
        """Open the editor with a query that came by a link."""
        self.open(f"#query={quote(query, safe='')}")
        self.page.wait(f"{EDITOR}.getValue().length > 0")

    def write(self, before: str) -> None:
        """Open the editor with the beginning of a query, and the cursor at its end."""
        self.show(before)
        self.page.run(f"{EDITOR}.focus(); {EDITOR}.getDoc().setCursor(999, 999)")

    def query(self) -> str:
        """Return what stands in the editor."""
        return str(self.page.run(f"{EDITOR}.getValue()"))

    def ask(self, query: str) -> None:
        """Show a query and run it."""
        self.show(query)
        self.page.click("#run")

    def problem(self) -> str:
        """Return what the results pane says instead of an answer."""
        self.page.wait(f"document.querySelector('{RESULTS} .problem')")
        return re.sub(r"\n+", "\n", self.page.text(f"{RESULTS} .problem"))


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
    write_release(folder, extra=PLACE)
    command = [sys.executable, "-m", "tests.faulty_server", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.fixture(scope="module")
def window(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(chromium, tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def desk(window: Page, address: str) -> Iterator[Desk]:
    """The editor; whatever a test does with it, it asks nobody else and breaks no rule."""
    window.size(1280, 900)
    window.asked.clear()
    window.posted.clear()
    window.complaints.clear()
    desk = Desk(window, address)
    yield desk
    window.run("1")  # events that are still on their way come before the answer
    assert [
        url for url in window.asked + window.posted if not url.startswith((f"{address}/", "data:", "blob:", "about:"))
    ] == []
    assert [words for words in window.complaints if not re.search(desk.expected, words)] == []


def test_examples_are_listed_by_kind_of_user_one_kind_at_a_time(desk: Desk) -> None:
    desk.open()
    shown = (
        "[...document.querySelectorAll('.group')].filter(g => g.open).map(g => g.querySelector('summary').innerText)"
    )
    assert desk.page.wait(f"(open => open.length === 1 && open)({shown})") == [
        "For researchers of international relations 1"
    ]
    desk.page.click(".group:not([open]) > summary")
    assert desk.page.wait(f"(open => open.length === 1 && open)({shown})") == ["For journalists and fact-checkers 3"]
    desk.open("#example=who-visits")
    desk.page.wait(f"{shown}[0].startsWith('For researchers')")


def test_an_example_shows_its_query_and_its_answer(desk: Desk) -> None:
    desk.open()
    desk.page.click('.questions a[href="#example=who-visits"]')
    cells = desk.page.wait(f"(cells => cells.length && cells)({CELLS})")
    assert cells == [["id:visit/1111", "id:person/ada-example", "Ada Example", "leg:Planned"]]
    assert "SELECT ?visit ?visitor" in desk.query()
    assert "who-visits" in desk.page.text(".tabsList .active")


def test_what_is_ours_leads_to_its_page_here_and_all_else_outside(desk: Desk) -> None:
    desk.open("#example=who-visits")
    link = f"document.querySelector('{RESULTS} a[title=\"{BASE}person/ada-example\"]')"
    desk.page.wait(link)
    assert desk.page.run(f"[{link}.href, {link}.rel]") == [f"{desk.address}/page/person/ada-example", "noopener"]
    outside = f"document.querySelector('{RESULTS} a[href=\"{LEG}Planned\"]')"
    assert desk.page.run(f"[{outside}.target, {outside}.rel]") == ["_blank", "noopener noreferrer"]
    desk.page.open(str(desk.page.run(f"{link}.href")))
    assert desk.page.text("h1") == "Ada Example"


def test_an_answer_can_be_saved_as_csv(desk: Desk) -> None:
    desk.open("#example=in-numbers")
    desk.page.wait(f"document.querySelector('{RESULTS} svg')")
    desk.page.run("URL.createObjectURL = blob => { window.saved = blob.text(); return 'about:blank#saved'; }")
    desk.page.run("HTMLAnchorElement.prototype.click = function () { window.named = this.download; }")
    desk.page.click(".tabPanel.active .yasr_downloadIcon")
    saved = str(desk.page.run("window.saved")).replace('"', "").splitlines()
    assert saved == ["year,visits,calls", "2019,3,1", "2021,2,0", "2019,4,1"]
    assert desk.page.run("window.named") == "in-numbers.csv"


def test_a_shared_query_is_shown_and_runs_when_told_to(desk: Desk) -> None:
    query = f"SELECT ?n {{ ?s <{LEG}countryCode> ?n }}"
    desk.show(query)
    assert desk.query() == query
    assert desk.page.text("#status") == "A shared query: read it, then run it."
    assert desk.page.posted == []
    desk.page.press("Enter", 13)  # the button that runs it has the focus
    assert desk.page.wait(f"(cells => cells.length && cells)({CELLS})") == [["XN"]]


def test_a_link_shares_the_query_and_how_it_is_shown(desk: Desk) -> None:
    desk.open("#example=in-time")
    desk.page.wait(f"document.querySelector('{RESULTS} .vis-item')")
    query = desk.query()
    desk.page.click("#share")
    link = str(desk.page.run("document.getElementById('link').value"))
    assert link.startswith(f"{desk.address}/sparql#query=PREFIX%20leg%3A")
    desk.page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    desk.page.click("#copy")
    desk.page.wait("document.getElementById('copied').textContent === 'Copied.'")
    assert desk.page.run("navigator.clipboard.readText()") == link
    desk.open(link.removeprefix(f"{desk.address}/sparql"))
    assert desk.query() == query
    assert "Timeline" in desk.page.text(".tabPanel.active .yasr_btnGroup .selected")


def test_a_link_cannot_change_where_queries_go(desk: Desk) -> None:
    query = quote("ASK { ?s ?p ?o }")
    desk.open(f"#query={query}&endpoint=http%3A%2F%2F127.0.0.2%3A9%2F&requestMethod=GET&headers=%7B%22X%22%3A1%7D")
    desk.page.click("#run")
    desk.page.wait(f"document.querySelector('{RESULTS}').innerText.includes('True')")
    assert desk.page.posted == [f"{desk.address}/sparql"]


def test_the_counts_of_the_landing_page_list_what_they_count(desk: Desk) -> None:
    desk.page.open(f"{desk.address}/")
    desk.page.run("localStorage.clear()")
    desk.page.click('.counts a[href$="#list=persons"]')
    desk.page.wait(f"document.readyState === 'complete' && {CELLS}.length === 2")
    assert "?person a leg:Person" in desk.query()


def test_properties_and_classes_are_suggested_and_their_prefixes_declared(desk: Desk) -> None:
    desk.write("SELECT * {\n ?v ")
    desk.page.type("des")
    desk.page.wait(f"{HINTS}[0] === 'leg:destination'")
    desk.page.press("Enter", 13)
    desk.page.wait(f"{EDITOR}.getValue().includes('leg:destination')")
    desk.page.type(" ?p ; a visi")
    desk.page.wait(f"{HINTS}.join() === 'leg:Visit'")
    desk.page.press("Enter", 13)
    desk.page.wait(f"{EDITOR}.getValue().includes('leg:Visit')")
    assert desk.query().split() == f"PREFIX leg: <{LEG}> SELECT * {{ ?v leg:destination ?p ; a leg:Visit".split()


@pytest.mark.parametrize("written", ["Ad", "Exam", "<ada", "<ms exa", f"<{BASE}person/ada-ex"])
def test_the_beginning_of_a_name_becomes_the_address_of_the_actor(desk: Desk, written: str) -> None:
    desk.write(f"PREFIX leg: <{LEG}>\nSELECT * {{ ?v leg:visitor ")
    desk.page.type(written)
    desk.page.wait(f"{HINTS}.join() === 'Ada Example'")  # until then there is more that fits the first letters
    desk.page.press("Enter", 13)
    desk.page.wait(f"!({HINTS}).length")
    assert desk.query().endswith(f"leg:visitor <{BASE}person/ada-example>")


def test_fixed_values_are_suggested_by_what_the_property_leads_to(desk: Desk) -> None:
    desk.write(f"PREFIX leg: <{LEG}>\nSELECT * {{ ?v leg:status ")
    desk.page.press(" ", 32, ctrl=True)
    hints = desk.page.wait(f"(hints => hints.length && hints)({HINTS})")
    assert hints == ["leg:Cancelled", "leg:Occurred", "leg:Planned"]


@pytest.mark.parametrize("written", ["FILTER(?x < 5 ", "# Ada ", "?visitor ", '"Ada ', "OPTIONAL "])
def test_nothing_is_suggested_where_nothing_fits(desk: Desk, written: str) -> None:
    desk.write(f"PREFIX leg: <{LEG}>\nSELECT * {{ ?v leg:visitor ?visitor . ")
    desk.page.type(written)
    desk.page.run("new Promise(done => setTimeout(done, 400))")
    assert desk.page.run(HINTS) == []
    assert not any("names.json" in url for url in desk.page.asked)


def test_places_are_shown_on_a_map(desk: Desk) -> None:
    desk.open("#example=on-the-map")
    desk.page.wait(f"document.querySelector('{RESULTS} .dot')")
    assert desk.page.run(f"document.querySelectorAll('{RESULTS} path.country').length") == 177
    assert "1 of 1 rows at 1 place." in desk.page.text(f"{RESULTS} figcaption")
    marker = f"document.querySelector('{RESULTS} .dot')"
    assert desk.page.run(f"[{marker}.title, {marker}.tabIndex]") == ["Norland", 0]
    desk.page.run(f"{marker}.focus()")
    desk.page.press("Enter", 13)
    desk.page.wait("document.querySelector('.leaflet-popup')")
    assert "Norland" in desk.page.text(".leaflet-popup")


def test_dates_are_shown_on_a_timeline(desk: Desk) -> None:
    desk.open("#example=in-time")
    desk.page.wait(f"document.querySelector('{RESULTS} .vis-item')")
    assert desk.page.text(f"{RESULTS} .vis-item") == "Ada Example visits Norland"
    title = f"document.querySelector('{RESULTS} .vis-item span').title"
    assert desk.page.run(title) == "2031-05-01 – 2031-05-31: Ada Example visits Norland"
    desk.page.click(f"{RESULTS} .vis-item span")
    desk.page.wait(f"document.querySelector('{RESULTS} .details').innerText.includes('2031-05-31')")


def test_numbers_by_year_are_shown_as_a_chart(desk: Desk) -> None:
    desk.open("#example=in-numbers")
    desk.page.wait(f"document.querySelector('{RESULTS} svg.chart')")
    bars = desk.page.run(
        f"[...document.querySelectorAll('{RESULTS} svg.chart rect title')].map(each => each.textContent)"
    )
    years = ["2019: visits 7", "2019: calls 2", "2020: visits 0", "2020: calls 0", "2021: visits 2", "2021: calls 0"]
    assert bars == years
    assert desk.page.text(f"{RESULTS} .legend").split() == ["visits", "calls"]


def test_views_are_offered_where_the_columns_allow(desk: Desk) -> None:
    offered = (
        "[...document.querySelectorAll('.tabPanel.active .yasr_btnGroup button:not(.disabled)')].map(e => e.innerText)"
    )
    for query, views in {
        'SELECT ("a" AS ?x) {}': [],
        'SELECT ("POINT(1 2)" AS ?x) {}': ["Map"],
        'SELECT ("1" AS ?fromLat) ("2" AS ?fromLong) {}': ["Map"],
        'SELECT ("200" AS ?lat) ("2" AS ?long) {}': ["Map"],
        'SELECT ("a" AS ?x) (1 AS ?y) {}': ["Chart"],
        'SELECT ("2020-05~"^^<http://id.loc.gov/datatypes/edtf/EDTF> AS ?x) {}': ["Timeline"],
        'SELECT ("2020" AS ?year) (1 AS ?y) {}': ["Timeline", "Chart"],
    }.items():
        desk.ask(query)
        desk.page.wait(f"document.querySelector('{RESULTS} table')")
        assert desk.page.run(offered) == ["Table", *views, "Response"], query


def test_a_syntax_error_is_marked_where_it_is(desk: Desk) -> None:
    desk.expected = "status of 400"
    desk.ask("SELECT *\n{ ?s leg:x ?o }")
    said = desk.problem()
    assert said.startswith("The query is not SPARQL: line 2, column 6")
    assert "the prefix leg: is not declared; begin with PREFIX leg:" in said
    assert desk.page.text(".tabPanel.active .syntax-error") == "leg:x"
    desk.page.click(f"{RESULTS} .problem button")
    assert desk.page.run(f"(at => [at.line, at.ch])({EDITOR}.getDoc().getCursor())") == [1, 5]
    desk.page.type("x")
    desk.page.wait("!document.querySelector('.syntax-error')")


def test_a_query_that_takes_too_long_is_told_of_its_limit(desk: Desk) -> None:
    desk.expected = "status of 504"
    desk.show("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }")
    desk.page.run("document.getElementById('timeout').value = '1'")
    desk.page.click("#run")
    assert desk.page.text("#run") == "Stop"
    said = desk.problem()
    assert said.startswith("The query ran out of time\nThe query was given up after ")
    assert "Try again with the longest time" in said
    assert desk.page.text("#run") == "Run query"


def test_the_chosen_time_is_sent(desk: Desk) -> None:
    desk.show("ASK {}")
    note = "request.clone().text().then(text => { window.sent = text })"
    desk.page.run(f"window.fetch = (fetch => request => {{ {note}; return fetch(request) }})(window.fetch)")
    desk.page.click("#run")
    assert desk.page.wait("window.sent") == "query=ASK+%7B%7D"
    desk.page.run("document.getElementById('timeout').value = '1'; window.sent = ''")
    desk.page.click("#run")
    assert desk.page.wait("window.sent") == "query=ASK+%7B%7D&timeout=1"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("rows", "The answer has more rows than one may have\nThe answer has more than 100,000 rows; add a LIMIT."),
        ("memory", "The query needs more memory than one may use\nThe query needed more than 512 MB"),
        ("broken", "The answer broke off\nIt ended before it was complete"),
        ("gateway", "The server cannot be reached just now\nThe server answered with status 502"),
    ],
)
def test_limits_and_failures_are_said_plainly(desk: Desk, failure: str, words: str) -> None:
    desk.expected = "status of (413|502|503)|ERR_CONTENT_LENGTH_MISMATCH"
    desk.ask(f"ASK {{}} #fail:{failure}")
    assert desk.problem().startswith(words)
    assert desk.page.run(CELLS) == []


def test_what_the_server_breaks_off_is_not_shown_in_part(window: Page, tmp_path: Path) -> None:
    write_release(tmp_path)
    with serving(tmp_path, rows=5000) as address:
        desk = Desk(window, address)
        desk.ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")
        assert desk.problem().startswith("The answer broke off")
        assert desk.page.run(CELLS) == []
        desk.ask("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 4000")
        desk.page.wait(f"{CELLS}.length")


@pytest.mark.parametrize("failure", ["rate", "queue"])
def test_one_who_must_wait_is_told_how_long_and_can_run_it_then(desk: Desk, failure: str) -> None:
    desk.expected = "status of (429|503)"
    desk.ask(f"ASK {{}} #fail:{failure}")
    title = {"rate": "Too many queries in a short time", "queue": "The server is busy"}[failure]
    assert desk.problem().startswith(title)
    button = f"document.querySelector('{RESULTS} .problem button')"
    assert re.fullmatch(r"Run again in [12] s", str(desk.page.run(f"{button}.textContent")))
    assert desk.page.run(f"{button}.disabled") is True
    desk.page.wait(f"{button}.textContent === 'Run again' && !{button}.disabled")
    if failure == "rate":  # the second time it is let through
        desk.page.click(f"{RESULTS} .problem button")
        desk.page.wait(f"document.querySelector('{RESULTS}').innerText.includes('True')")


def test_a_query_can_be_stopped(desk: Desk) -> None:
    desk.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }")
    desk.page.wait("document.getElementById('run').textContent === 'Stop'")
    desk.page.click("#run")
    assert desk.problem().startswith("Stopped")
    assert desk.page.text("#run") == "Run query"


def test_data_cannot_bring_scripts(desk: Desk) -> None:
    desk.expected = "Executing inline event handler"  # also said of what the table parses in order to clean it
    evil = '<img src=x onerror="window.hit=1">'
    desk.ask(
        f"SELECT ?x (1 AS ?n) (<javascript:window.hit=1> AS ?link) (1.5 AS ?lat) (2 AS ?long) ('2020' AS ?year)"
        f" {{ BIND('{evil}' AS ?x) }}"
    )
    for view, sign in {"table": "table", "map": ".dot", "timeline": ".vis-item", "chart": "svg.chart"}.items():
        desk.page.click(f".tabPanel.active .select_{view}")
        desk.page.wait(f"document.querySelector('{RESULTS} {sign}')")
        desk.page.run("new Promise(done => setTimeout(done, 100))")
        assert (
            desk.page.run("document.querySelectorAll('img[onerror], a[href^=\"javascript:\"]').length + !!window.hit")
            == 0
        )


@pytest.mark.parametrize("path", ["/", "/sparql", "/dumps/", "/page/person/ada-example", "/sparql#example=who-visits"])
def test_pages_fit_a_phone_and_break_no_rule(desk: Desk, path: str) -> None:
    desk.page.size(375, 740, mobile=True)
    desk.page.open("about:blank")
    desk.page.open(desk.address + path)
    assert f"{desk.address}/static/style.css" in desk.page.asked
    assert desk.page.run("document.documentElement.scrollWidth") <= 375


def test_all_that_can_be_pressed_or_filled_in_has_a_name(desk: Desk) -> None:
    desk.open("#example=who-visits")
    desk.page.wait(f"{CELLS}.length")
    nameless = (
        "[...document.querySelectorAll('button, input, select, textarea, a')]"
        ".filter(each => each.checkVisibility() && !(each.innerText?.trim() || each.title || each.labels?.length"
        " || each.getAttribute('aria-label'))).map(each => each.outerHTML)"
    )
    assert desk.page.run(nameless) == []
