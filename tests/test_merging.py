"""The measure of merging counts as it should, its annotations hold together, and merging stays as good as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kg.authority import Authority
from kg.edtf import is_valid
from kg.merge import Merged
from kg.records import Account, Actor, Event, Meeting, Place, Statement, Visit
from tests.bench import consolidated, merging
from tests.bench.clusters import Mention, coreference, pairs, split, violations, wrong_joins
from tests.bench.consolidated import Verdict
from tests.bench.matched import by_agreement, in_order
from tests.bench.recount import accounts
from tests.bench.stories import MERGE, MERGE_REPORTS, OWN, Stories, chosen, load

FLOOR_PRECISION, FLOOR_RECALL = 0.99, 0.95
"""What merging reached on the annotated reports of the open half (pairs of reports across articles), rounded down."""


def mention(number: int, occasion: str, event: str, article: str | None = None) -> Mention:
    return Mention(article or f"a{number}", number, occasion, event)


# Three reports of one occasion, of which the third was put together with the only report of another.
TORN = [mention(1, "o", "e"), mention(2, "o", "e"), mention(3, "o", "f"), mention(4, "p", "f")]


def test_pairs_are_counted() -> None:
    counts = pairs(TORN, across=True)
    assert (counts.right, counts.joined, counts.sought) == (1, 2, 3)
    assert (counts.precision, counts.recall, counts.f1) == (1 / 2, 1 / 3, 2 / 5)


def test_pairs_within_an_article_are_no_merging_across_articles() -> None:
    same = [mention(1, "o", "e", "a"), mention(2, "o", "e", "a"), mention(3, "o", "e", "b")]
    assert pairs(same, across=True).sought == 2
    assert pairs(same, across=False).sought == 3
    nothing = pairs(same[:2], across=True)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)


def test_the_measures_of_coreference_are_those_of_the_papers() -> None:
    found = coreference(TORN)
    assert found["MUC"] == pytest.approx((1 / 2, 1 / 2, 1 / 2))  # one of two links on either side
    assert found["B³"] == pytest.approx((3 / 4, 2 / 3, 12 / 17))
    ceaf = (4 / 5 + 2 / 3) / 2  # {1,2,3} with {1,2}, {4} with {3,4}
    assert found["CEAF-e"] == pytest.approx((ceaf, ceaf, ceaf))
    assert found["CoNLL"][2] == pytest.approx((1 / 2 + 12 / 17 + ceaf) / 3)


def test_precision_is_not_taken_for_recall() -> None:
    lumped = [mention(1, "o", "e"), mention(2, "o", "e"), mention(3, "p", "e")]
    precision, recall, _ = coreference(lumped)["MUC"]
    assert (precision, recall) == (1 / 2, 1)


def test_look_alikes_splits_and_wrong_joins_are_found() -> None:
    assert violations(TORN, [("o", "p"), ("o", "q")]) == [("o", "p")]
    assert split(TORN) == {"o": TORN[:3]}
    assert wrong_joins(TORN) == [(TORN[2], TORN[3])]


@cache
def every_story() -> Stories:
    return load(MERGE, MERGE_REPORTS) + load(OWN, OWN / "reports.json")


def test_every_telling_is_annotated_and_stands_in_its_article() -> None:
    stories = every_story()
    assert len(stories.articles) == 48 + 30
    assert len(stories.told) == 268 + 133
    for told in stories.told:
        text = stories.articles[told.article].text
        assert told.evidence in text, (told.article, told.occasion)
        assert (told.words or "") in text, (told.article, told.occasion)
        assert told.edtf is None or is_valid(told.edtf), (told.article, told.occasion)
        assert told.who, (told.article, told.occasion)
        assert set(told.roles) <= set(told.who), (told.article, told.occasion)
        assert told.status in {"planned", "occurred", "cancelled"}
        assert (told.words is not None) == (told.kind == "statement")


@pytest.mark.parametrize("folder", [MERGE, OWN])
def test_the_day_of_publication_is_the_one_given(folder: Path) -> None:
    for key, article in every_story().articles.items():
        if (folder / f"{key}.json").is_file():
            given = json.loads((folder / f"{key}.json").read_text("utf-8"))["published"]
            assert given is None or str(article.published) == given


def test_the_halves_are_the_stories_of_odd_and_of_even_number() -> None:
    opened, blind = chosen("open"), chosen("blind")
    assert not set(opened.articles) & set(blind.articles)
    assert {int(t.occasion[1:3]) % 2 for t in opened.told} == {1}
    assert {int(t.occasion[1:3]) % 2 for t in blind.told} == {0}
    assert len((opened + blind).articles) == len(chosen("all").articles) == 48


def test_reports_that_are_not_the_truths_are_refused(tmp_path: Path) -> None:
    rows = json.loads((OWN / "reports.json").read_text("utf-8"))
    short = tmp_path / "reports.json"
    short.write_text(json.dumps(rows[1:]), "utf-8")
    with pytest.raises(ValueError, match="not the tellings of"):
        load(OWN, short)


@cache
def authority() -> Authority:
    return Authority.load()


@cache
def told_by(*, offices: bool) -> dict[str, Account]:
    return {one.article.id: one for one in accounts(own(), authority(), offices=offices)}


def account(key: str, *, offices: bool = False) -> Account:
    return told_by(offices=offices)[key]


@cache
def own() -> Stories:
    return chosen("none", OWN)


def test_an_account_has_the_keys_that_the_reader_gives() -> None:
    told = account("y005")
    assert {"person/thabo-mbeki", "person/jose-eduardo-dos-santos"} <= {actor.key for actor in told.actors}
    (mbeki,) = (actor for actor in told.actors if actor.key == "person/thabo-mbeki")
    assert "Tabo Mbeki" in mbeki.aliases
    assert mbeki.country == "ZA"
    assert ("place/luanda-ao", "AO") in {(place.key, place.country) for place in told.places}
    assert [report.evidence.of(told.article.text) for report in told.reports][:2] == [
        "He spent two days in Luanda",
        "where Dos Santos took him along the bay",
    ]


def test_a_statement_is_direct_where_the_article_quotes_it() -> None:
    directs = {
        report.event.content.of(one.article.text): report.event.direct
        for one in (account("y022"), account("y023"))
        for report in one.reports
        if isinstance(report.event, Statement)
    }
    assert directs["I told the chancellor that this was not a very friendly act"]
    assert not directs["it would examine every legal step against Britain"]
    assert not directs["to be put under a law made for terrorists was no very friendly act"]


def test_a_state_and_its_government_are_one_speaker() -> None:
    speakers = {
        report.event.speaker
        for key in ("y007", "y008")
        for report in account(key).reports
        if isinstance(report.event, Statement)
    }
    assert speakers == {"state/es"}


def test_whom_an_article_denotes_by_an_office_can_stay_unnamed() -> None:
    assert "person/sher-bahadur-deuba" in {actor.key for actor in account("y025").actors}
    unnamed = account("y025", offices=True)
    (holder,) = (actor for actor in unnamed.actors if actor.kind == "person" and not actor.wikidata)
    assert (holder.key, holder.name) == ("person/prime-minister-of-nepal--y025", "Prime Minister of Nepal")
    (holding,) = (one for one in unnamed.holdings if one.holder == holder.key)
    assert (holding.holder, holding.office, holding.of) == (holder.key, "Prime Minister", "state/np")


def test_the_readers_reports_are_found_whatever_their_order() -> None:
    stories, told = own(), account("y014")
    turned = replace(told, reports=told.reports[::-1])
    last = len(told.reports) - 1
    assert by_agreement(stories, [turned], authority()) == {"y014": [last - n for n in in_order(stories)["y014"]]}


def test_a_report_of_somebody_else_is_not_taken_for_the_annotated_one() -> None:
    told = account("y030")
    report = next(r for r in told.reports if isinstance(r.event, Visit))

    def found(visitor: Actor) -> list[int | None]:
        wrong = replace(report, event=replace(report.event, visitors=(visitor.key,)))
        return by_agreement(own(), [replace(told, actors=(visitor,), reports=(wrong,))], authority())["y030"]

    (son,) = (actor for actor in account("y028").actors if actor.name == "George W. Bush")
    assert set(found(son)) == {None}
    unknown = Actor("person/visitor--y030", "person", "Visitor")
    assert found(unknown).count(0) == 1, "the words are the same, and nothing says that it is somebody else"


def apart() -> list[tuple[str, str]]:
    """The look-alikes of the open half and of our own stories, without reading an article at collection."""
    pairs = [
        tuple(pair) for folder in (MERGE, OWN) for pair in json.loads((folder / "truth.json").read_text())["apart"]
    ]
    return [(one, other) for one, other in pairs if one[0] == "t" or int(one[1:3]) % 2 == 1]


@cache
def outcome() -> merging.Outcome:
    return merging.annotated(chosen("open", OWN))


def test_merging_the_annotated_reports_is_as_good_as_it_was() -> None:
    result = merging.annotated(chosen("open"))
    required = [m for m in result.mentions if m.required]
    assert len(result.mentions) == len(result.stories.told)
    counts = pairs(required, across=True)
    assert counts.precision is not None
    assert counts.recall is not None
    assert counts.precision >= FLOOR_PRECISION
    assert counts.recall >= FLOOR_RECALL
    assert f"{len(required)} of {len(required)} reports" in merging.table(result)


@pytest.mark.parametrize("pair", apart(), ids=" ".join)
def test_look_alikes_stay_apart(pair: tuple[str, str]) -> None:
    assert not violations(outcome().mentions, [pair])


def test_all_look_alikes_that_may_be_seen_are_tried() -> None:
    assert apart() == list(outcome().stories.apart)


def test_details_tell_both_reports_of_a_wrong_join() -> None:
    result = outcome()
    one, other = (next(m for m in result.mentions if m.occasion == key) for key in ("s01-v1", "s03-v1"))
    joined = replace(result, mentions=(one, replace(other, event=one.event)))
    told = merging.details(joined)
    assert f"JOINED s01-v1 and s03-v1 in {one.event}" in told
    assert "x001 s01-v1 [madeleine-albright; place/moscow-ru; 1997-02-19; planned]" in told


@pytest.mark.parametrize("arguments", [["--half", "blind", "--details"], ["--half", "all", "--details"]])
def test_the_blind_stories_stay_unread(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["merging", *arguments])
    with pytest.raises(SystemExit, match="2"):
        merging.main()


def test_the_table_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["merging", "--half", "none", "--stories", str(OWN), "--offices"])
    assert merging.main() == 0
    assert "30 articles, 130 of 130 reports of 78 required occasions" in capsys.readouterr().out


KHAN = Actor("person/imran-khan", "person", "Imran Khan")
MOSCOW = Place("place/moscow-ru", "Moscow", "RU")
TRIP = Event(
    "visit/1", Visit((KHAN.key,), MOSCOW.key), "occurred", "2022-02", "", (("000_959c44467cda114f", 0),)
)  # fmt: skip


def trip(*events: Event) -> Verdict:
    merged = Merged((KHAN,), (MOSCOW,), events)
    (found,) = (v for v in consolidated.judge(merged) if v.actors == ("Imran Khan",))
    return found


def test_a_seed_event_is_right_as_one_node_with_date_and_status() -> None:
    assert trip(TRIP).right
    assert not trip().right
    assert not trip(TRIP, replace(TRIP, key="visit/2")).right
    assert not trip(replace(TRIP, status="planned")).right
    assert not trip(replace(TRIP, edtf="2022-05")).right
    assert not trip(replace(TRIP, reports=(("another", 0),))).right
    assert trip(replace(TRIP, edtf="2022-02/2022-03")).right, "a visit is dated by its beginning"


def test_a_node_cannot_be_two_events_of_the_seeds() -> None:
    names = ("Bilawal Bhutto Zardari", "Foreign Minister of Italy", "Foreign Minister of Germany")
    three = tuple(Actor(f"person/{n}", "person", name) for n, name in enumerate(names))
    meeting = Meeting(tuple(actor.key for actor in three), None, "in-person")
    event = Event("meeting/1", meeting, "planned", "2022-05-18", "", (("000_959c44467cda114f", 0),))
    found = [v for v in consolidated.judge(Merged(three, (), (event,))) if v.nodes]
    assert len(found) == 2
    assert not any(verdict.right for verdict in found)
