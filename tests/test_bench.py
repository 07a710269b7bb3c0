"""The measurements still run, and their figures hang together; what they should be is for `make bench` to say."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import Store

from tests.bench import convert, score
from tests.bench.endpoint import answers, load, queries, race, release, report, servers

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_build_is_measured_against_the_bare_model() -> None:
    figures = convert.measure(ROOT / "seeds", copies=1, rounds=1)
    assert figures["articles"] == 5
    parts = ("parse_s", "extract_s", "check_s", "rest_s")
    assert sum(figures[part] for part in parts) == pytest.approx(figures["build_s"])
    assert all(figures[part] > 0 for part in (*parts, "bare_s"))
    assert figures["ratio"] == pytest.approx(figures["bare_s"] / figures["build_s"])
    assert f"bare / build: {figures['ratio']:.3f}" in convert.table(figures)


def test_the_scored_articles_are_given_without_their_annotations() -> None:
    (first, *_) = score.articles(ROOT / "tests" / "corpus" / "open")
    assert (first.id, first.title, first.publisher, first.authors) == ("a001", None, None, ())
    assert first.published is not None
    assert [article.id for article in score.articles(ROOT / "tests" / "gold")] == [
        path.stem for path in sorted((ROOT / "seeds").glob("*.txt"))
    ]


@pytest.mark.parametrize("folder", ["tests/corpus/blind", "tests/corpus/open/../blind"])
def test_the_blind_articles_stay_unread(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["score", str(ROOT / folder), "--details"])
    with pytest.raises(SystemExit, match="2"):
        score.main()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> release.Asked:
    return release.release(tmp_path_factory.mktemp("bench"), 20_000)


def test_the_endpoint_is_measured_on_a_release_as_users_have_them(asked: release.Asked) -> None:
    assert asked.quads >= 20_000
    store, rounds = Store.read_only(str(asked.store)), 2
    each = queries.questions(store, most=2_000)
    assert len(each) == 15
    assert asked.dump.read_bytes().count(b"\n") == asked.quads == len(store)
    with servers.legation(asked) as server:
        raced = race.race(store, [server], each, rounds=rounds, timeout_s=20)
        rows = race.rows_a_second(store, server, each[-1], raced.sizes["many rows"][0], rounds=1)
        url = f"{server.address}?{urlencode({'query': each[0].query})}"
        by_wrk = [load.per_second(url, seconds=1)] if load.installed() else []
        rates = [*by_wrk, load.by_processes(url, seconds=0.3, accept="*/*", connections=2)]
    assert raced.disagreements == []
    assert raced.sizes["many rows"][0] == 2_000
    assert all(count for count, _ in raced.sizes.values()), "a question that this release has no answer to"
    assert all(row[name].runs == rounds for row in raced.times.values() for name in (race.ENGINE, "legation"))
    assert all(value > 0 for value in (*rates, rows.http, rows.loop, rows.written))
    printed = "\n".join(report.table(raced, ["legation"]))
    assert all(question.name in printed for question in each)


def test_the_bare_application_runs_under_the_same_server() -> None:
    with servers.ping() as server:
        assert load.one_connection(server.address, "*/*", 0.1) > 0


def test_answers_are_compared_by_their_rows_and_not_by_their_writing() -> None:
    asked = queries.Question("any", "SELECT ...")
    one = answers.rows(asked, _json(("1", "integer"), ("2014-01-01", "date")))
    assert answers.difference(one, answers.rows(asked, _json(("2014-01-01", "date"), ("1.0", "decimal"))), None) is None
    other = answers.rows(asked, _json(("2", "integer"), ("2014-01-01", "date")))
    assert answers.difference(one, other, None) is not None
    assert answers.difference(one, other, one + other) is None
    assert answers.difference(one, other, one) is not None
    assert answers.difference(one, one + other, one + other) == "2 rows and 4"


def _json(*values: tuple[str, str]) -> bytes:
    rows = [
        {"n": {"type": "literal", "value": value, "datatype": f"http://www.w3.org/2001/XMLSchema#{name}"}}
        for value, name in values
    ]
    return json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": rows}}).encode()
