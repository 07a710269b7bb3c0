"""Entries of feeds are taken in as they appear: none lost or twice, no site overrun, whatever the feed is."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kg.watch import Outcome, watch
from kg.watch.feed import read_feed
from kg.watch.pace import DAY_S, Pace, after_failure, next_time
from kg.watch.web import Answer as Told
from tests.desk import LONG, QUICK, Clock, Desk, look
from tests.feeds import NOT_FOUND, conditional, item, page, rss, serving
from tests.loopback import Answer


def test_rss_becomes_articles(to: Path, desk: Desk) -> None:
    feed = rss(
        item("17", "Petrova &amp; Linden", "<p>Petrova <b>arrived</b>.</p><p>She &amp; he spoke.</p>", link="/a?b=1"),
    )
    with serving({"/feed": feed}) as site:
        look([f"{site.root}/feed"], to, desk)
        root = site.root
    ((article,),) = (batch.values() for batch in desk.batches)
    assert article.text == "Petrova & Linden\n\nPetrova arrived.\nShe & he spoke."
    assert (article.title, article.url) == ("Petrova & Linden", f"{root}/a?b=1")
    assert (article.published, article.date_source) == (date(2022, 5, 18), "metadata")
    assert (article.publisher, article.lang) == ("The Harbour Post", "en")
    assert article.id.startswith("127.0.0.1-")
    (kept,) = (to / "inbox").iterdir()
    assert kept.name == f"{article.id}.json"
    assert json.loads(kept.read_text())["taken_from"] == "feed summary"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Harbour Post</title>
<entry><id>tag:news.example,2022:1</id><title type="html">Petrova &amp;lt;arrives&amp;gt;</title>
<link href="https://news.example/1"/><updated>2022-05-19T01:00:00Z</updated>
<published>2022-05-18T23:30:00-05:00</published>
<author><name>R. Writer</name></author><author><name>S. Writer</name></author>
<summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Petrova arrived.</p></div></content></entry>
<entry><id>tag:news.example,2022:2</id><title>Linden speaks</title><updated>2022-05-20T01:00:00Z</updated></entry>
</feed>"""


def test_atom_becomes_articles(to: Path, desk: Desk) -> None:
    with serving({"/feed": Answer(ATOM.encode(), headers={"Content-Type": "application/atom+xml"})}) as site:
        look([f"{site.root}/feed"], to, desk)
    articles = {article.title: article for article in desk.batches[0].values()}
    first = articles["Petrova <arrives>"]
    assert first.text == "Petrova <arrives>\n\nPetrova arrived."
    assert (first.url, first.authors) == ("https://news.example/1", ("R. Writer", "S. Writer"))
    assert first.published == date(2022, 5, 18), "the day where it was written"
    assert first.id.startswith("news.example-")
    assert (articles["Linden speaks"].text, articles["Linden speaks"].published) == ("Linden speaks", date(2022, 5, 20))


def test_a_feed_is_asked_for_what_is_new_only(to: Path, desk: Desk) -> None:
    feed = rss(item("1", "A", "Petrova arrived."), ETag='"one"', Last_Modified="Wed, 18 May 2022 09:00:00 GMT")
    with serving({"/feed": conditional(feed)}) as site:
        clock = Clock()
        look([f"{site.root}/feed"], to, desk, clock=clock)
        assert look([f"{site.root}/feed"], to, desk, clock=clock) == Outcome()
        assert look([f"{site.root}/feed"], to, desk, clock=clock) == Outcome()
        last = [request for request in site.requests if request.path == "/feed"][-1].headers
    assert last["If-None-Match"] == '"one"'
    assert last["If-Modified-Since"] == "Wed, 18 May 2022 09:00:00 GMT"
    assert last["User-Agent"].startswith("Legation/")
    assert len(desk.batches) == 1


def test_a_changed_entry_corrects_the_article(to: Path, desk: Desk) -> None:
    with serving({"/feed": rss(item("1", "A", "Petrova arrived."), item("2", "B", "Linden spoke."))}) as site:
        clock = Clock()
        look([f"{site.root}/feed"], to, desk, clock=clock)
        site.pages["/feed"] = rss(item("1", "A", "Petrova never arrived."), item("2", "B", "Linden spoke."))
        look([f"{site.root}/feed"], to, desk, clock=clock)
    (corrected,) = desk.batches[1].values()
    assert corrected.text == "A\n\nPetrova never arrived."
    assert corrected.id in desk.batches[0]
    assert len(list((to / "inbox").iterdir())) == 2


def test_of_two_entries_with_one_identifier_the_newest_counts(to: Path, desk: Desk) -> None:
    feed = rss(item("1", "A", "Petrova never arrived."), item("1", "A", "Petrova arrived."))
    with serving({"/feed": feed}) as site:
        clock = Clock()
        look([f"{site.root}/feed"], to, desk, clock=clock)
        assert look([f"{site.root}/feed"], to, desk, clock=clock) == Outcome()
    assert desk.texts == ["A\n\nPetrova never arrived."]


def test_a_feed_in_another_language_is_refused_entry_by_entry(to: Path, desk: Desk) -> None:
    body = rss(item("1", "Ankunft", "Petrova ist in Harbour angekommen.")).body.replace(b">en<", b">de<")
    with serving({"/feed": Answer(body)}) as site:
        clock = Clock()
        assert look([f"{site.root}/feed"], to, desk, clock=clock).refused == 1
        assert look([f"{site.root}/feed"], to, desk, clock=clock) == Outcome()
    assert desk.batches == [{}]


def test_a_feed_is_not_asked_before_it_wants_to_be(to: Path, desk: Desk) -> None:
    with serving({"/feed": rss(about="<ttl>60</ttl>")}) as site:
        clock, said = Clock(), list[str]()
        for seconds in (0, 900, 2_600, 200):
            clock.time += seconds
            watch(
                [f"{site.root}/feed"], to, build=desk.publish, add=desk.publish, once=True, now=clock, manner=QUICK,
                say=said.append,
            )  # fmt: skip
        assert site.asked.count("/feed") == 2
        assert said == [
            f"{site.root}/feed: it is not to be asked for another {rest}" for rest in ("45 minutes", "100 seconds")
        ]


@pytest.mark.parametrize(
    ("headers", "pace", "expected"),
    [
        ({}, Pace(), 900),
        ({"cache-control": "public, max-age=1800"}, Pace(), 1800),
        ({"cache-control": "s-maxage=7200"}, Pace(), 900),
        ({"cache-control": "max-age=99999999"}, Pace(), DAY_S),
        ({}, Pace(3600), 3600),
        ({"retry-after": "7200"}, Pace(3600), 7200),
        ({"retry-after": "Wed, 18 May 2022 10:54:00 GMT"}, Pace(), 3600),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, Pace(), 900),
        ({"retry-after": "soon"}, Pace(), 900),
        ({"retry-after": "9" * 400}, Pace(), 30 * DAY_S),
        ({}, Pace(hours=frozenset((10, 11))), 12 * 3600 - 9.9 * 3600),
        ({}, Pace(days=frozenset((2,))), 14.1 * 3600),
        ({}, Pace(hours=frozenset(range(24))), 900),
    ],
)
def test_the_longest_wish_counts(headers: dict[str, str], pace: Pace, expected: float) -> None:
    now = datetime(2022, 5, 18, 9, 54, tzinfo=UTC).timestamp()  # a Wednesday
    assert next_time(now, 900, headers, pace) - now == pytest.approx(expected)


def test_failures_make_us_slower() -> None:
    assert [after_failure(0, 900, failures, {}) for failures in (1, 2, 99)] == [1800, 3600, DAY_S]
    assert after_failure(0, 900, 1, {"retry-after": "4000"}) == 4000


def test_hours_and_days_of_rest_are_read_from_the_feed() -> None:
    about = (
        "<skipHours><hour>3</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day><day>Moonday</day></skipDays>"
        '<x:updatePeriod xmlns:x="http://purl.org/rss/1.0/modules/syndication/">hourly</x:updatePeriod>'
    )
    feed = read_feed(Told("https://news.example/feed", 200, {}, rss(about=about).body))
    assert feed.pace == Pace(3600, frozenset((0, 3)), frozenset((6,)))


def test_a_busy_feed_is_left_alone_as_long_as_it_asks(to: Path, desk: Desk) -> None:
    said: list[str] = []
    with serving({"/feed": Answer(b"", 503, {"Retry-After": "7200"})}) as site:
        clock = Clock()
        assert look([f"{site.root}/feed"], to, desk, said=said, clock=clock).failed == 1
        for seconds, asked in ((7_100, 1), (200, 2)):
            clock.time += seconds
            watch(
                [f"{site.root}/feed"], to, build=desk.publish, add=desk.publish, once=True, now=clock, manner=QUICK
            )  # fmt: skip
            assert site.asked.count("/feed") == asked
    assert said == [f"{site.root}/feed: it answers 503; the feed is asked again in 2 hours"]


# Robots


def test_a_feed_that_robots_may_not_read_is_not_read(to: Path, desk: Desk) -> None:
    said: list[str] = []
    rules = Answer(b"User-agent: *\nDisallow: /feed\n\nUser-agent: Other\nAllow: /\n")
    with serving({"/robots.txt": rules, "/feed": rss(item("1", "A", "Petrova arrived."))}) as site:
        look([f"{site.root}/feed"], to, desk, said=said)
        assert site.asked == ["/robots.txt"]
    assert "robots.txt asks programs not to read it" in said[0]
    assert desk.batches == []


def test_robots_txt_that_cannot_be_had_forbids(to: Path, desk: Desk) -> None:
    said: list[str] = []
    with serving({"/robots.txt": Answer(b"", 500), "/feed": rss(item("1", "A", "Petrova arrived."))}) as site:
        clock = Clock()
        look([f"{site.root}/feed"], to, desk, said=said, clock=clock)
        assert site.asked == ["/robots.txt"]
        site.pages["/robots.txt"] = NOT_FOUND
        look([f"{site.root}/feed"], to, desk, clock=clock)
    assert "robots.txt: it answers 500, so nothing there may be read now" in said[0]
    assert desk.texts == ["A\n\nPetrova arrived."]


def test_robots_txt_sets_the_pace_of_pages(to: Path, desk: Desk) -> None:
    rules = Answer(b"User-agent: legation\nCrawl-delay: 0.3\n")
    pages = {f"/{number}": Answer(page(LONG).encode()) for number in range(3)}
    with serving({"/robots.txt": rules, **pages}) as site:
        site.pages["/feed"] = rss(*(item(str(n), "A", "Short.", link=f"{site.root}/{n}") for n in range(3)))
        started = time.monotonic()
        look([f"{site.root}/feed"], to, desk, full_text=True)
        assert time.monotonic() - started > 4 * 0.3
        assert site.asked.count("/robots.txt") == 1


# Full text


def test_pages_are_read_only_on_request_and_conditionally(to: Path, desk: Desk) -> None:
    body = Answer(page(LONG).encode(), headers={"ETag": '"p"', "Content-Type": "text/html"})
    with serving({"/a": conditional(body)}) as site:
        link = f"{site.root}/a"
        clock = Clock()
        site.pages["/feed"] = rss(item("1", "Petrova in Harbour", "Short.", link=link))
        look([f"{site.root}/feed"], to, desk, clock=clock)
        assert "/a" not in site.asked
        look([f"{site.root}/feed"], to, desk, clock=clock, full_text=True)
        site.pages["/feed"] = rss(item("1", "Petrova in the harbour", "Short.", link=link))
        look([f"{site.root}/feed"], to, desk, clock=clock, full_text=True)
        assert [request.headers.get("If-None-Match") for request in site.requests if request.path == "/a"] == [
            None, '"p"',
        ]  # fmt: skip
    short, long, retitled = (next(iter(batch.values())) for batch in desk.batches)
    assert short.text == "Petrova in Harbour\n\nShort."
    assert long.text.startswith("Petrova in Harbour\n")
    assert long.text.count("her office said.") == 3
    assert (retitled.text, retitled.title) == (long.text, "Petrova in the harbour")
    assert json.loads(next((to / "inbox").iterdir()).read_text())["taken_from"] == "page"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (NOT_FOUND, "it answers 404"),
        (Answer(b"<html></html>"), "no article is found in it"),
        (Answer(b"", 302, {"Location": "/a"}), "it leads on and on"),
        (Answer(b"", 302, {"Location": "file:///etc/passwd"}), "no http(s) address"),
        (Answer(b"", 302, {"Location": "/secret"}), "robots.txt asks programs not to read it"),
        (Answer(b"x" * (4 * 2**20 + 1)), "more than 4 MiB"),
    ],
)
def test_what_the_feed_says_stands_in_for_a_page_that_cannot_be_had(
    to: Path, desk: Desk, told: Answer, words: str
) -> None:
    said: list[str] = []
    rules = Answer(b"User-agent: *\nDisallow: /secret\n")
    with serving({"/a": told, "/robots.txt": rules, "/secret": Answer(page(LONG).encode())}) as site:
        clock = Clock()
        site.pages["/feed"] = rss(item("1", "A", "Short.", link=f"{site.root}/a"))
        look([f"{site.root}/feed"], to, desk, said=said, full_text=True, clock=clock)
        assert "/secret" not in site.asked
        assert look([f"{site.root}/feed"], to, desk, full_text=True, clock=clock) == Outcome()
    assert words in said[0]
    assert "what the feed says of it is taken instead" in said[0]
    assert desk.texts == ["A\n\nShort."]


def test_a_page_that_cannot_be_had_now_is_asked_for_until_it_can(to: Path, desk: Desk) -> None:
    with serving({"/a": Answer(b"", 503)}) as site:
        clock = Clock()
        feed = rss(item("1", "A", "Short.", link=f"{site.root}/a"), ETag='"one"')
        site.pages["/feed"] = conditional(feed)
        look([f"{site.root}/feed"], to, desk, full_text=True, clock=clock)
        assert look([f"{site.root}/feed"], to, desk, full_text=True, clock=clock) == Outcome()
        site.pages["/a"] = Answer(page(LONG).encode())
        look([f"{site.root}/feed"], to, desk, full_text=True, clock=clock)
        assert look([f"{site.root}/feed"], to, desk, full_text=True, clock=clock) == Outcome()
        assert site.asked.count("/a") == 3
    assert [text.count("her office said.") for text in desk.texts] == [0, 3]
