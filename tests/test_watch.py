"""Articles are taken in as they appear: each once, none lost whenever the watch is killed, and no site overrun."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kg.article import read_inputs
from kg.errors import AnswerError, InputError, ServiceError
from kg.pipeline import BuildResult
from kg.records import Article, Refusal
from kg.watch import Manner, Outcome, watch
from kg.watch.feed import plain, read_feed
from kg.watch.folder import changes
from kg.watch.pace import DAY_S, Pace, after_failure, next_time
from kg.watch.web import Answer as Told
from kg.watch.web import Web
from tests.feeds import NOT_FOUND, conditional, item, page, rss, serving
from tests.loopback import Answer

QUICK = Manner(quiet_s=0.05, pause_s=0.0, timeout_s=2.0)
LONG = "\n".join(
    f"Foreign Minister Ana Petrova {did} on Tuesday for talks about the bridge to Norland, her office said."
    for did in ("arrived in Harbour", "met Jon Linden in the town hall", "will stay in the city")
)


@dataclass
class Desk:
    """Stands in for the pipeline: keeps what each batch says, and makes no release."""

    batches: list[dict[str, Article]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def publish(self, inputs: Sequence[Path], to: Path) -> BuildResult:
        """Take in a batch."""
        found = list(read_inputs(inputs))
        self.batches.append({one.id: one for one in found if isinstance(one, Article)})
        refused = tuple(one for one in found if isinstance(one, Refusal))
        self.refused += refused
        return BuildResult("1", to, 1, refused)

    @property
    def texts(self) -> list[str]:
        """All texts taken in, in order."""
        return [article.text for batch in self.batches for article in batch.values()]


@dataclass
class Clock:
    """A clock that tests move on."""

    time: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time in seconds since 1970."""
        return self.time


def look(
    sources: Sequence[str | Path],
    to: Path,
    desk: Desk,
    *,
    said: list[str] | None = None,
    full_text: bool = False,
    batch: int = 500,
    clock: Clock | None = None,
) -> Outcome:
    """Look once."""
    clock = clock or Clock()
    clock.time += 31 * DAY_S  # whatever was wanted of us, it is time to ask again
    return watch(
        [str(source) for source in sources],
        to,
        build=desk.publish,
        add=desk.publish,
        once=True,
        batch=batch,
        full_text=full_text,
        say=(said if said is not None else []).append,
        now=clock,
        manner=QUICK,
    )


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "graph"


@pytest.fixture
def desk() -> Desk:
    return Desk()


# Folders


def test_what_is_new_or_changed_is_taken_in_and_nothing_twice(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    (news / "deep").mkdir()
    (news / "deep" / "b.jsonl").write_text('{"id": "b1", "text": "Linden spoke."}\n')
    assert look([news], to, desk).taken == 2
    assert look([news], to, desk) == Outcome()
    (news / "a.txt").write_text("Petrova did not arrive.")
    (news / "c.html").write_text(page(LONG))
    look([news], to, desk)
    assert [sorted(batch) for batch in desk.batches] == [["a", "b1"], ["a", "c"]]
    assert desk.batches[1]["a"].text == "Petrova did not arrive."


def test_what_a_json_file_tells_of_a_text_goes_with_it(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived on Tuesday.")
    (news / "a.notes.json").write_text("{}")
    look([news], to, desk)
    (news / "a.json").write_text('{"published": "2022-05-18"}')
    look([news], to, desk)
    assert [batch["a"].published for batch in desk.batches] == [None, date(2022, 5, 18)]
    (news / "a.notes.json").write_text('{"checked": true}')
    look([news], to, desk)
    assert len(desk.batches) == 3
    assert desk.refused == []


def test_a_file_that_grows_is_left_until_it_is_quiet(news: Path) -> None:
    path = news / "a.txt"
    path.write_text("Petrova ")
    (news / "whole.txt").write_text("Linden spoke.")

    def write_on() -> None:
        with path.open("a") as stream:
            stream.write("arrived.")

    found = changes(news, {}, pause=write_on, say=pytest.fail)
    assert [one.key for one in found] == [str(news / "whole.txt")]
    found = changes(news, {one.key: one.mark for one in found}, pause=lambda: None, say=pytest.fail)
    assert [one.key for one in found] == [str(path)]


def test_a_file_of_the_same_size_and_date_is_still_seen_to_be_another(news: Path) -> None:
    path = news / "a.txt"
    path.write_text("Petrova arrived.")
    before = {one.key: one.mark for one in changes(news, {}, pause=lambda: None, say=pytest.fail)}
    at = path.stat()
    path.write_text("Petrova departed"[: at.st_size])
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert len(changes(news, before, pause=lambda: None, say=pytest.fail)) == 1


def test_what_is_removed_stays_published(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    look([news], to, desk)
    (news / "a.txt").unlink()
    assert look([news], to, desk) == Outcome()


def test_what_goes_away_before_its_batch_is_said_and_forgotten(news: Path, to: Path, desk: Desk) -> None:
    for name in "ab":
        (news / f"{name}.txt").write_text("Petrova arrived.")

    def fail(inputs: Sequence[Path], to: Path) -> BuildResult:
        raise ServiceError("the power failed")

    with pytest.raises(ServiceError):
        watch([str(news)], to, build=fail, add=fail, once=True, manner=QUICK)
    text = (news / "a.txt").read_text()
    (news / "a.txt").unlink()
    said: list[str] = []
    look([news], to, desk, said=said)
    assert said[0] == f"{news / 'a.txt'}: it went away before it was read"
    (news / "a.txt").write_text(text)
    look([news], to, desk)
    assert [sorted(batch) for batch in desk.batches] == [["b"], ["a"]]


def test_a_batch_has_a_bound(news: Path, to: Path, desk: Desk) -> None:
    for number in range(7):
        (news / f"{number}.txt").write_text("Petrova arrived.")
    assert look([news], to, desk, batch=3).releases == 3
    assert [len(batch) for batch in desk.batches] == [3, 3, 1]


def test_a_refused_file_is_listed_once_until_it_changes(news: Path, to: Path, desk: Desk) -> None:
    (news / "a.txt").write_text("Petrova arrived.")
    (news / "b.txt").write_text("")
    said: list[str] = []
    assert look([news], to, desk, said=said).refused == 1
    assert f"refused {news / 'b.txt'}: the file is empty; leave it out" in said
    assert look([news], to, desk) == Outcome()
    (news / "b.txt").write_text("Linden spoke.")
    look([news], to, desk)
    assert sorted(desk.batches[1]) == ["b"]


def test_releases_are_never_read_as_news(news: Path, desk: Desk) -> None:
    for to in (news / "graph", news, news.parent):
        with pytest.raises(InputError, match="keep them apart"):
            look([news], to, desk)


def test_a_missing_folder_is_named_with_a_remedy(news: Path, to: Path, desk: Desk) -> None:
    with pytest.raises(InputError, match="no such folder; make it, or give another, or a feed's"):
        look([news / "absent"], to, desk)


def test_an_unreadable_folder_is_told_once(news: Path, to: Path, desk: Desk) -> None:
    (news / "loop").symlink_to("loop")
    said: list[str] = []
    look([news], to, desk, said=said)
    assert len(said) == 1
    assert str(news / "loop") in said[0]


# Feeds


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


# Hostile feeds


def bomb() -> bytes:
    """Return an XML document of a few hundred bytes that says a billion times the same."""
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    channel = "<rss version='2.0'><channel><title>&e9;</title></channel></rss>"
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{layers}]>{channel}'.encode()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Answer(b"<html><body>Not here.</body></html>"), "no RSS or Atom feed"),
        (Answer(b""), "no RSS or Atom feed"),
        (Answer(bomb()), "declares entities"),
        (Answer(bomb().decode().encode("utf-16")), "declares entities"),
        (Answer(rss().body, headers={"Content-Type": "text/xml; charset=punycode"}), "cannot be read as a feed"),
        (Answer(b"<rss><channel>" + b"<item>" * 200_000), "not well-formed XML, and too long"),
        (Answer(b"<rss>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</rss>"), "not well-formed XML, and too long"),
        (Answer(b" " * (8 * 2**20 + 1)), "more than 8 MiB"),
        (Answer(gzip.compress(b" " * 2**26), headers={"Content-Encoding": "gzip"}), "more than 8 MiB"),
        (Answer(b"<rss>", claimed=1000), "no whole answer"),
        (Answer(b"<rss>" * 100, drip_s=0.05), "not complete in time"),
        (Answer(b"<rss></rss>", slow_s=5), "no whole answer"),
        (Answer(b"", 301, {"Location": "/feed"}), "leads on and on"),
        (Answer(b"", 302, {"Location": "file:///etc/passwd"}), "no http(s) address"),
        (Answer(b"", 302, {"Location": "http://[::1"}), "no http(s) address"),
        (Answer(b"", 302, {"Location": "http://127.0.0.2:1/"}), "private address 127.0.0.2, which only the host"),
        (Answer(b"", 410), "it answers 410 (gone for good); leave it out"),
    ],
)  # fmt: skip
def test_a_hostile_feed_is_told_and_does_no_harm(to: Path, desk: Desk, told: Answer, words: str) -> None:
    said: list[str] = []
    started = time.monotonic()
    with serving({"/feed": told}) as site:
        assert look([f"{site.root}/feed"], to, desk, said=said).failed == 1
    assert words in said[0]
    assert desk.batches == []
    assert time.monotonic() - started < 10


def test_a_private_address_is_for_the_named_host_only(to: Path, desk: Desk) -> None:
    said: list[str] = []
    with serving({"/feed": rss(item("1", "A", "Short."))}) as inside:
        port = inside.root.rpartition(":")[2]
        inside.pages["/onward"] = Answer(b"", 302, {"Location": f"http://localhost:{port}/feed"})
        look([f"{inside.root}/onward"], to, desk, said=said)
        assert "/feed" not in inside.asked
        assert "localhost has the private address" in said[0]


def test_headers_that_never_end_are_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"X: y\r\n"[:1])
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        with Web(url, timeout_s=0.5) as web, pytest.raises(ServiceError, match="not complete in time"):
            web.get(url, accept="*/*", most=100)
        assert time.monotonic() - started < 3
        stop.set()
        thread.join(5)


def test_a_feed_with_a_slip_is_read_as_far_as_it_can_be(to: Path, desk: Desk) -> None:
    feed = rss(item("1", "A", "Petrova arrived.")).body.replace(b"</channel>", b"<title>Q & A</channel>")
    with serving({"/feed": Answer(feed)}) as site:
        look([f"{site.root}/feed"], to, desk)
    assert desk.texts == ["A\n\nPetrova arrived."]


def test_an_impossible_date_is_none(to: Path, desk: Desk) -> None:
    days = ("Tue, 99 Foo 99999 99:99:99 +9999", "10000-01-01", "9" * 30, "Wed, 18 May 2022 09:00:00 +99999999999999999")
    with serving({"/feed": rss(*(item(f"{n}", f"T{n}", "Petrova.", day=day) for n, day in enumerate(days)))}) as site:
        look([f"{site.root}/feed"], to, desk)
    assert len(desk.batches[0]) == len(days)
    assert desk.refused == []


def test_external_entities_are_not_fetched() -> None:
    channel = b"<rss version='2.0'><channel><title>&a;</title></channel></rss>"
    body = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + channel
    with pytest.raises(AnswerError, match="declares entities"):
        read_feed(Told("https://news.example/feed", 200, {}, body))


def test_identifiers_are_fit_for_files(to: Path, desk: Desk) -> None:
    odd = ("../../etc/passwd", "a" * 5_000, "/", "..", "ä ö", "http://x/../../y", "")
    with serving({"/feed": rss(*(item(guid, f"T {n}", "Petrova arrived.") for n, guid in enumerate(odd)))}) as site:
        look([f"{site.root}/feed"], to, desk)
    names = sorted(path.name for path in (to / "inbox").iterdir())
    assert len(names) == len(odd)
    assert all(len(name) < 100 and name.isascii() and "/" not in name for name in names)
    assert len(desk.batches[0]) == len(odd)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Mr Lavrov<br>arrived.</p><p>He <b>l</b>eft.</p>", "Mr Lavrov\narrived.\nHe left."),
        ("Q &amp; A", "Q & A"),
        ("a\n\n b  c", "a\nb c"),
        ("x<script>y<b>z</b></script>w<!-- c -->v", "xwv"),
        ("<!-- nothing -->", ""),
        ("one \ud800<b>two</b>\x00", "one two"),
        ("<li>a</li>b", "a\nb"),
    ],
)
def test_markup_becomes_paragraphs(markup: str, expected: str) -> None:
    assert plain(markup) == expected
