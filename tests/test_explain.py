"""An explanation shows what was read and why, and obeys nothing that stands in an article."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from datetime import date
from hashlib import sha256
from pathlib import Path

import html5rdf
import pytest
from lxml import etree

from kg.explain import Explanation, explain, to_page, to_terminal
from kg.reader import Reader
from kg.records import Article
from tests.bench.score import articles

ROOT = Path(__file__).parents[1]
TEXT = (
    "Minister in Lima\n\n"
    "Finnish Foreign Minister Aino Korhonen arrived in Lima on Tuesday. She met her Peruvian counterpart there on "
    "Wednesday.\n\n"
    "“We agree on fishing,” Korhonen said. They will meet again next year.\n"
)
QUIET = "The river rose by a metre. The road along it is closed until the weekend, and the ferry does not run.\n"
HOSTILE = (
    "Envoy <script>alert(1)</script> & Co\n\n"
    "President Aino <b onmouseover=\"alert('x')\">Korhonen</b> arrived in Lima on Tuesday.\x1b[2J\x1b]0;owned\x07 "
    "She said: “We </mark></p><img src=https://evil.example/x.png> agree \u202etxt.exe\u202c $body ${rules} on it.”\n"
)
SGR = re.compile(r"\x1b\[[0-9;]*m")


def article(text: str, **more: object) -> Article:
    fields = {"published": date(2022, 5, 18), "date_source": "metadata", **more}
    return Article("case", text, sha256(text.encode()).hexdigest(), **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def seeds(reader: Reader) -> list[Explanation]:
    return [explain(reader, seed, min_confidence=0.0) for seed in articles(ROOT / "tests" / "gold")]


@pytest.fixture(scope="module")
def told(reader: Reader) -> Explanation:
    return explain(reader, article(TEXT))


def parsed(page: str) -> etree._Element:
    """Return the page as a browser builds it; a parse error is a failure."""
    parser = html5rdf.HTMLParser(tree=html5rdf.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False)
    return parser.parse(page).getroot()


def words(element: etree._Element) -> str:
    """Return an element's text as the article has it, without numbers and antecedents."""
    # The elements themselves, not their ids: what nobody holds, lxml makes anew under another id.
    skip = {e for e in element.iter("a", "small") if set(e.get("class", "").split()) & {"number", "whom"}}

    def texts(node: etree._Element) -> str:
        inside = "" if node in skip else (node.text or "") + "".join(map(texts, node))
        return inside + (node.tail or "" if node is not element else "")

    return texts(element)


def test_the_page_is_html_without_a_parse_error(seeds: list[Explanation]) -> None:
    for explanation in seeds:
        root = parsed(to_page(explanation))
        assert not list(root.iter("script", "img", "iframe", "link", "object"))
        assert len(root.findall(".//li[@id]")) == len(explanation.events) > 3
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))


def test_every_events_evidence_is_marked_in_the_text(seeds: list[Explanation]) -> None:
    for explanation in seeds:
        root = parsed(to_page(explanation))
        for event in explanation.events:
            pieces = root.findall(f".//mark[@data-e='{event.number}']")
            marked = "".join(words(piece) for piece in pieces)
            evidence = event.report.evidence.of(explanation.article.text)
            assert "".join(marked.split()) == "".join(evidence.split())
            assert pieces[0].get("id") == f"w{event.number}"
            assert root.find(f".//li[@id='e{event.number}']") is not None


def test_every_event_has_its_kind_facts_rule_and_confidence(seeds: list[Explanation]) -> None:
    for explanation in seeds:
        root = parsed(to_page(explanation))
        shown = to_terminal(explanation, colour=False)
        for event in explanation.events:
            card = root.find(f".//li[@id='e{event.number}']")
            assert card is not None
            facts = dict(
                zip(
                    ("".join(dt.itertext()) for dt in card.iter("dt")),
                    (" ".join("".join(dd.itertext()).split()) for dd in card.iter("dd")),
                    strict=True,
                )
            )
            assert {"when", "status", "confidence", "rule"} <= set(facts)
            who = {"visit": {"visitor", "destination"}, "meeting": {"participants", "mode"}}
            assert who.get(event.kind, {"speaker", "act", "words"}) <= set(facts)
            assert facts["rule"] == event.report.rule
            assert facts["confidence"].endswith(f"{event.report.confidence:.2f}")
            assert f"confidence: {event.report.confidence:.2f}; rule: {event.report.rule}" in shown
            assert f"{event.number}{'' if event.reported else '?'} {event.kind} · " in shown


def test_the_text_is_whole_in_both(seeds: list[Explanation]) -> None:
    for explanation in seeds:
        given = "".join(explanation.article.text.split())
        root = parsed(to_page(explanation))
        paragraphs = root.findall(".//section[@class='text']/p")
        assert "".join("".join(words(p) for p in paragraphs).split()) == given
        coloured = SGR.sub("", re.sub(r"\x1b\[2m.*?\x1b\[0m", "", to_terminal(explanation, colour=True, width=10**6)))
        body = coloured.partition("\n\n")[2].partition("\n\n")[2].rpartition("\n\nEVENTS\n")[0]
        body = re.sub(r"⟦\d+\?? | \d+\??⟧", "", body)
        assert "".join(body.split()) == given


def test_names_places_dates_and_quotations_are_marked(told: Explanation) -> None:
    shown = to_terminal(told, colour=False)
    assert "[Finnish Foreign Minister Aino Korhonen] arrived in <Lima>" in " ".join(shown.split())
    assert "on {Tuesday}" in shown
    assert "‹[We=?] agree on fishing,›" in shown
    root = parsed(to_page(told))
    marked = {
        kind: [words(e) for e in root.findall(f".//span[@class='{kind}']")] for kind in ("date", "quote", "actor")
    }
    assert {"Tuesday", "Wednesday", "next year"} <= set(marked["date"])
    assert "We agree on fishing," in marked["quote"]
    assert "Finnish Foreign Minister Aino Korhonen" in marked["actor"]
    (tuesday,) = [e for e in root.findall(".//span[@class='date']") if words(e) == "Tuesday"]
    assert "2022-05-17" in tuesday.get("title", "")


def test_a_pronoun_shows_its_antecedent_and_score(told: Explanation) -> None:
    (she,) = [reading for reading in told.readings if reading.words == "She"]
    assert she.actors == ("Aino Korhonen",)
    assert 0.2 <= she.score <= 1
    shown = " ".join(to_terminal(told, colour=False).split())
    assert f"[She=Aino Korhonen {she.score:.2f}]".replace(" 0.", " .") in shown
    (mark,) = [e for e in parsed(to_page(told)).findall(".//span[@class='reading']") if words(e) == "She"]
    assert "".join(mark.find("small").itertext()) == f"Aino Korhonen {she.score:.2f}"


def test_an_event_names_the_readings_that_it_rests_on(reader: Reader) -> None:
    told = explain(reader, article(TEXT), min_confidence=0.0)
    meeting = next(e for e in told.events if e.kind == "meeting" and "met her" in e.report.evidence.of(TEXT))
    assert "She" in [reading.words for reading in meeting.readings]
    assert "read: “She” = Aino Korhonen" in to_terminal(told, colour=False)
    card = parsed(to_page(told)).find(f".//li[@id='e{meeting.number}']")
    assert "“She” = Aino Korhonen" in "".join(card.itertext())


def test_an_abstention_is_shown(reader: Reader) -> None:
    explanation = explain(reader, article("It was late. They left at once, and their driver followed them.\n"))
    assert explanation.readings
    assert all(not reading.actors for reading in explanation.readings)
    assert "[They=?]" in to_terminal(explanation, colour=False)
    assert "“They” = abstained" in to_terminal(explanation, colour=False)
    (they,) = [e for e in parsed(to_page(explanation)).iter("span") if words(e) == "They"]
    assert they.get("class") == "reading abstained"


def test_what_scored_too_low_is_shown_on_demand_and_marked(reader: Reader, seeds: list[Explanation]) -> None:
    for everything, seed in zip(seeds, articles(ROOT / "tests" / "gold"), strict=True):
        usual = explain(reader, seed)
        assert all(event.reported for event in usual.events)
        assert [e.report for e in usual.events] == [e.report for e in everything.events if e.reported]
        assert [e.report for e in usual.events] == list(reader.read(seed).reports)
    below = [event for explanation in seeds for event in explanation.events if not event.reported]
    assert below
    explanation = next(e for e in seeds if any(not event.reported for event in e.events))
    assert "not reported: it scored below the threshold" in to_terminal(explanation, colour=False)
    assert "not reported" not in to_terminal(seeds_usual(reader), colour=False).partition("EVENTS")[2]
    cards = parsed(to_page(explanation)).findall(".//li[@id]")
    assert [("below" in card.get("class", "")) for card in cards] == [not e.reported for e in explanation.events]


def seeds_usual(reader: Reader) -> Explanation:
    return explain(reader, next(iter(articles(ROOT / "tests" / "gold"))))


def test_a_minimum_leaves_out_what_is_less_sure(reader: Reader, seeds: list[Explanation]) -> None:
    for explanation, seed in zip(seeds, articles(ROOT / "tests" / "gold"), strict=True):
        sure = explain(reader, seed, min_confidence=0.8)
        assert [e.report for e in sure.events] == [e.report for e in explanation.events if e.report.confidence >= 0.8]


def test_an_article_without_events_says_so(reader: Reader) -> None:
    explanation = explain(reader, article(QUIET))
    assert explanation.events == ()
    assert "No events reported." in to_terminal(explanation, colour=False)
    root = parsed(to_page(explanation))
    assert "Nothing in this article is reported" in "".join(root.itertext())
    assert root.findall(".//mark") == []


def test_hostile_text_stays_text(reader: Reader) -> None:
    hostile = article(HOSTILE, title="</title><script>alert(2)</script>", publisher='"><script>alert(3)</script>')
    explanation = explain(reader, hostile, min_confidence=0.0)
    page = to_page(explanation)
    root = parsed(page)
    assert not list(root.iter("script", "img", "b"))
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    shown = "".join(root.find(".//section[@class='text']").itertext())
    for literal in ("<script>alert(1)</script>", "https://evil.example/x.png", "$body", "${rules}", "</mark></p>"):
        assert literal in shown
    assert "".join(root.find(".//h1").itertext()) == "</title><script>alert(2)</script>"
    for character in ("\x1b", "\x07", "\u202e"):
        assert character not in page
        assert character not in to_terminal(explanation, colour=False)
    codes = set(re.findall(r"\x1b.{0,4}", to_terminal(explanation, colour=True)))
    assert all(re.match(r"\x1b\[[0-9]", code) for code in codes)
    assert "[2J" not in {SGR.sub("", code) for code in codes}


def test_the_page_asks_nothing_of_another_origin(seeds: list[Explanation]) -> None:
    page = to_page(seeds[0])
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|action|data)\s*=|@import|url\(", page)
    assert {a.get("href", "")[:2] for a in parsed(page).iter("a")} <= {"#e", "#w"}


def test_lines_keep_to_the_width(seeds: list[Explanation]) -> None:
    for colour in (False, True):
        lines = SGR.sub("", to_terminal(seeds[1], colour=colour, width=72)).splitlines()[5:]
        assert max(len(line) for line in lines) <= 72


def test_marks_that_cross_are_cut_and_go_on(reader: Reader) -> None:
    two_lines = "“We agree on fishing.\n\n“We agree on whales,” President Aino Korhonen said in Lima.\n"
    explanation = explain(reader, article(two_lines), min_confidence=0.0)
    root = parsed(to_page(explanation))
    assert "".join("".join(words(p) for p in root.findall(".//section[@class='text']/p")).split()) == "".join(
        two_lines.split()
    )


def test_what_does_not_show_is_not_read_but_counted(reader: Reader) -> None:
    given = article(TEXT.replace("Korhonen arrived", "Kor\u200bhonen\u200f arr\u00adived").replace("She", "S\u2060he"))
    explanation = explain(reader, given)
    assert [e.report for e in explanation.events] == list(reader.read(given).reports)
    assert [e.title for e in explanation.events] == [e.title for e in explain(reader, article(TEXT)).events]
    she = next(reading for reading in explanation.readings if reading.words == "She")
    assert she.span.of(given.text) == "S\u2060he"
    shown = parsed(to_page(explanation)).findall(".//section[@class='text']/p")
    assert "".join("".join(words(p) for p in shown).split()) == "".join(given.text.split())


@pytest.mark.browser
def test_the_page_in_a_browser_breaks_no_rule_and_asks_for_nothing(seeds: list[Explanation], tmp_path: Path) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        message = "THE PAGE WAS NOT TESTED IN A BROWSER: install Chromium with: apt-get install chromium"
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    page, log = tmp_path / "page.html", tmp_path / "net.json"
    page.write_text(to_page(seeds[3]), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags += [f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}"]
    done = subprocess.run([chromium, *flags, page.as_uri()], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert done.stdout.count('class="card') == len(seeds[3].events)
    asked = re.findall(r'"initiator":"file[^}]*"url":"(?!data:)([^"]+)"', log.read_text("utf-8"))
    assert [address for address in asked if not address.startswith("file:")] == []
