"""Looking unlinked things up elsewhere: against real servers on this machine, healthy and not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import kg.cli
import kg.lookup.service
from kg.errors import LegationError, ServiceError
from kg.lookup import Manner, Outcome, look_up, plan
from kg.lookup.question import Question, unlinked
from kg.lookup.sparql import form
from kg.pipeline import build
from kg.records import WIKIDATA, Account, Actor, Article, Place
from kg.release import open_release
from kg.sssom import read, write
from tests.accounts import LINDEN, visit
from tests.loopback import MANIFEST, Answer, Answering, Request, answering, as_json, reconciling, thing
from tests.server_fixture import serving, write_release

SURNAME = Actor("person/strand--a", "person", "Strand")
OFFICIAL = Actor("person/foreign-minister-of-norway--a", "person", "Foreign Minister of Norway")
ENVOY = replace(LINDEN, country="NO", aliases=("Jon Erik Linden", "Linden", "the Norwegian envoy"))
COUNCIL = Actor("organization/bridge-council", "organization", "Bridge Council", country="NO")
HARBOUR = Place("place/harbour-no", "Harbour", "NO")
QUICK = Manner(batch=2, rate=1000, timeout_s=5, retries=1, backoff_s=0.01)
LINDEN_THERE = thing("Q900000777", "Jon Linden", description="Norwegian politician")
HARBOUR_THERE = thing("Q900000778", "Harbour", kind="Q486972", description="town in Norway")
HEALTHY = {"Jon Linden": [LINDEN_THERE], "Harbour": [HARBOUR_THERE]}


class Reader:
    """Reads one visit to Harbour out of every article, by the envoy, who is linked to nothing."""

    model_name = "no-model 1.0"

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Return what every article says."""
        report = visit(article.text, article.text[:6], who=ENVOY, to=HARBOUR, edtf="2022-05-18", status="occurred")
        return Account(article, (ENVOY, SURNAME, OFFICIAL, COUNCIL), (HARBOUR,), (), (report,))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of a release whose actors and places have no links."""
    (tmp_path / "a.txt").write_text("Linden arrived in Harbour on Tuesday, his office said.", encoding="utf-8")
    build([tmp_path / "a.txt"], tmp_path / "out", make_reader=Reader)
    return tmp_path / "out"


def rows(path: Path) -> dict[tuple[str, str], tuple[str, float | None]]:
    """Return the relation and confidence of each row, by the ends of the two IRIs."""
    return {
        (row.subject_id.rpartition("/")[2], row.object_id.rpartition("/")[2]): (
            row.predicate_id.rpartition("#")[2],
            row.confidence,
        )
        for row in read(path).mappings
    }


# A healthy service


def test_what_is_accepted_is_written_with_its_reasons(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        outcome = look_up(out, service.address, manner=QUICK)

    assert outcome == Outcome(out / "links.sssom.tsv", 2, 0, 3, 3, ())
    mappings = {row.subject_label: row for row in read(outcome.path).mappings}
    linden = mappings["Jon Linden"]
    assert linden.object_id == WIKIDATA + "Q900000777"
    assert linden.predicate_id.endswith("#exactMatch")
    assert linden.comment == "same name: Jon Linden; same kind (person); same country (NO); no other fits as well"
    assert linden.mapping_provider == service.address
    assert linden.mapping_justification.endswith("/CompositeMatching")
    assert (linden.mapping_tool, linden.confidence, linden.object_label) == ("Legation", 1.0, "Jon Linden")
    assert set(mappings) == {"Jon Linden", "Harbour"}


def test_only_named_things_without_a_link_are_asked_for(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        look_up(out, service.address, manner=QUICK)
    assert sorted(service.asked) == ["Bridge Council", "Harbour", "Jon Linden"]


def test_questions_carry_type_and_country_in_the_services_own_terms(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        look_up(out, service.address, manner=QUICK)
    sent = {query["query"]: query for request in service.requests[1:] for query in request.queries.values()}
    country = {"id": "Q20", "name": "Norway"}
    assert sent["Jon Linden"] == {
        "query": "Jon Linden", "limit": 10, "type": "Q5", "properties": [{"pid": "P27", "v": country}],
    }  # fmt: skip
    assert sent["Harbour"]["properties"] == [{"pid": "P17", "v": country}]
    assert re.match(r"Legation/\d+\.\d+\.\d+ \(.*https://", service.requests[0].headers["User-Agent"])


def test_a_service_of_unknown_terms_is_asked_with_the_type_that_it_names(out: Path) -> None:
    types = [{"id": "p", "name": "Person"}, {"id": "o", "name": "Organisation"}]
    manifest = {**MANIFEST, "identifierSpace": "https://names.example/", "defaultTypes": types}
    with answering(reconciling({"Jon Linden": [LINDEN_THERE]}, manifest=manifest)) as service:
        outcome = look_up(out, service.address, manner=QUICK)
    sent = {query["query"]: query.get("type") for request in service.requests[1:] for query in request.queries.values()}
    assert sent == {"Jon Linden": "p", "Bridge Council": "o", "Harbour": None}
    assert read(outcome.path).mappings[0].object_id == "https://names.example/Q900000777"


@pytest.mark.parametrize(("versions", "understood"), [(None, True), (["0.1"], True), (["0.2"], True), (["1.0"], False)])
def test_versions_0_1_and_0_2_are_spoken(out: Path, versions: list[str] | None, understood: bool) -> None:
    manifest = {name: value for name, value in MANIFEST.items() if name != "versions"}
    if versions:
        manifest["versions"] = versions
    with answering(reconciling(HEALTHY, manifest=manifest)) as service:
        if understood:
            assert look_up(out, service.address, manner=QUICK).exact == 2
        else:
            with pytest.raises(ServiceError, match=r"speaks versions \['1.0'\]"):
                look_up(out, service.address, manner=QUICK)


def test_the_services_own_limit_of_a_batch_is_kept(out: Path) -> None:
    with answering(reconciling(HEALTHY, manifest={**MANIFEST, "batchSize": 1})) as service:
        look_up(out, service.address, manner=replace(QUICK, batch=50))
    assert [len(request.queries) for request in service.requests[1:]] == [1, 1, 1]


def test_kinds_and_limit_bound_what_is_asked(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        look_up(out, service.address, kinds=["person", "place"], limit=1, manner=QUICK)
        assert len(service.asked) == 1
        look_up(out, service.address, kinds=["person", "place"], limit=1, manner=QUICK)
        assert sorted(service.asked) == ["Harbour", "Jon Linden"]


def test_a_second_run_asks_nothing_again(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        look_up(out, service.address, manner=QUICK)
        before = (out / "links.sssom.tsv").read_bytes()
        asked = len(service.requests)
        again = look_up(out, service.address, manner=QUICK)
        assert len(service.requests) == asked
    assert (again.exact, again.close, again.requests) == (0, 0, 0)
    assert (out / "links.sssom.tsv").read_bytes() == before


def test_requests_keep_their_distance(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        started = time.monotonic()
        look_up(out, service.address, manner=replace(QUICK, batch=1, rate=5))
        took = time.monotonic() - started
    assert len(service.requests) == 4
    assert took > 3 / 5


def test_surnames_and_phrases_are_not_asked_for(out: Path) -> None:
    (linden,) = unlinked(open_release(out), ["person"], ())
    assert linden == Question(LINDEN.key, "person", "Jon Linden", ("Jon Erik Linden",), "NO")


# What is the same, what may be, and what is not


def one_answer(out: Path, *candidates: dict[str, Any], accept: float = 0.9) -> dict[str, tuple[str, float | None]]:
    """Return what becomes of these candidates for Jon Linden of Norway: the relation and confidence by key."""
    with answering(reconciling({"Jon Linden": candidates})) as service:
        outcome = look_up(out, service.address, kinds=["person"], accept=accept, manner=QUICK)
    return {key: told for (_, key), told in rows(outcome.path).items()} if outcome.path.exists() else {}


NORWEGIAN = "Norwegian politician"


@pytest.mark.parametrize(
    ("candidate", "relation"),
    [
        (thing("Q1", "Jon Linden", description=NORWEGIAN), "exactMatch"),
        (thing("Q1", "Linden, Jon", description=NORWEGIAN), "exactMatch"),
        (thing("Q1", "Jon Erik Linden", description=NORWEGIAN), "exactMatch"),
        (thing("Q1", "Jon Linden", match=True), "exactMatch"),
        (thing("Q1", "Jon Linden"), "closeMatch"),
        (thing("Q1", "Yon Lindenn", description=NORWEGIAN), "closeMatch"),
        (thing("Q1", "Jon Peter Linden", description=NORWEGIAN), "closeMatch"),
        (thing("Q1", "Jon Linden", description="Swedish footballer"), None),
        (thing("Q1", "Jon Linden", kind="Q486972", description="town in Norway"), None),
        (thing("Q1", "Erik Linden", description=NORWEGIAN), "closeMatch"),
        (thing("Q1", "Erik Lund", description=NORWEGIAN), None),
        (thing("Q1", "Jon Berg", description=NORWEGIAN, match=True), None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_candidate_is_judged_by_name_kind_and_country(
    out: Path, candidate: dict[str, Any], relation: str | None
) -> None:
    found = one_answer(out, candidate)
    assert {key: told[0] for key, told in found.items()} == ({"Q1": relation} if relation else {})


def test_of_two_equally_good_neither_is_exact(out: Path) -> None:
    pair = [thing(key, "Jon Linden", description=NORWEGIAN) for key in ("Q1", "Q2")]
    assert one_answer(out, *pair) == {"Q1": ("closeMatch", 0.5), "Q2": ("closeMatch", 0.5)}


def test_of_four_equally_good_none_is_told(out: Path) -> None:
    assert one_answer(out, *[thing(f"Q{n}", "Jon Linden", description=NORWEGIAN) for n in range(4)]) == {}


def test_a_better_one_wins_over_a_namesake(out: Path) -> None:
    namesake = thing("Q1", "Jon Linden", description="Swedish footballer")
    assert one_answer(out, namesake, thing("Q2", "Jon Linden", description=NORWEGIAN)) == {"Q2": ("exactMatch", 1.0)}


def test_accept_moves_the_line_between_exact_and_close(out: Path) -> None:
    assert one_answer(out, thing("Q1", "Jon Linden"), accept=0.85) == {"Q1": ("exactMatch", 0.88)}


def test_a_name_from_elsewhere_spoils_neither_the_table_nor_the_reasons(out: Path) -> None:
    odd = "Jon\t;\n\x1b[31m\u202e Linden " + "x" * 300
    assert one_answer(out, thing("Q1", odd, description=NORWEGIAN)) == {"Q1": ("closeMatch", 0.8)}
    (row,) = read(out / "links.sssom.tsv").mappings
    assert row.object_label.startswith("Jon ; [31m Linden xxx")
    assert len(row.object_label) < 200
    how, *rest = row.comment.split("; ")
    assert how.startswith("part of the name: Jon , [31m Linden xxx")
    assert rest == ["same kind (person)", "same country (NO)", "no other fits as well"]


# People edit the file


def edited(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def test_what_people_wrote_survives_and_is_not_asked_again(out: Path) -> None:
    header = "#curie_map:\n#  legation: https://w3id.org/legation/id/\n#  orcid: https://orcid.org/\n#  w: http://w.example/\n"
    by_hand = header + (
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_id\tcomment\n"
        "legation:person/jon-linden\tskos:exactMatch\t\tw:linden\tsemapv:ManualMappingCuration\torcid:0000\tsure\n"
        "legation:place/harbour-no\tskos:exactMatch\tNot\tw:harbour\tsemapv:ManualMappingCuration\t\t\n"
    )
    (out / "links.sssom.tsv").write_text(by_hand, encoding="utf-8")
    council = thing("Q7", "Bridge Council", kind="Q43229", description="council in Norway")
    with answering(reconciling({**HEALTHY, "Bridge Council": [council]})) as service:
        look_up(out, service.address, manner=QUICK)
    assert service.asked == ["Bridge Council"]
    text = (out / "links.sssom.tsv").read_text(encoding="utf-8")
    assert "w:linden" in text
    assert "orcid:0000" in text
    assert "#  orcid: https://orcid.org/" in text
    assert len(read(out / "links.sssom.tsv").mappings) == 3


def test_a_row_that_stands_is_never_rewritten(out: Path) -> None:
    with answering(reconciling({"Jon Linden": [thing("Q1", "Jon Linden")]})) as service:
        look_up(out, service.address, kinds=["person"], manner=QUICK)
        edited(out / "links.sssom.tsv", lambda text: text.replace("no other fits as well", "seen by a reviewer"))
        before = (out / "links.sssom.tsv").read_bytes()
        look_up(out, service.address, kinds=["person"], accept=0.5, manner=QUICK)
    assert (out / "links.sssom.tsv").read_bytes() == before


def test_a_malformed_file_stops_before_anybody_is_asked(out: Path) -> None:
    (out / "links.sssom.tsv").write_text("subject_id\tobject_id\nx\ty\n", encoding="utf-8")
    with answering(reconciling(HEALTHY)) as service:
        with pytest.raises(LegationError, match=r"links\.sssom\.tsv, line 1: there is no column predicate_id"):
            look_up(out, service.address, manner=QUICK)
        assert service.requests == []


def test_a_release_is_never_written_into(out: Path) -> None:
    with pytest.raises(LegationError, match="this is one release, which never changes"):
        look_up(out / "current", "http://127.0.0.1:9/", manner=QUICK)
    assert not (out / "current" / "links.cache").exists()


# Services that are not well


def failing_first(answers: list[Answer], then: Answering) -> Answering:
    """Return how a service answers that gives these answers to its first POSTs, and is well before and after."""
    left = list(answers)
    return lambda request: left.pop(0) if request.method == "POST" and left else then(request)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again(out: Path, status: int) -> None:
    busy = [Answer(b"busy", status), Answer(b"busy", status)]
    with answering(failing_first(busy, reconciling(HEALTHY))) as service:
        outcome = look_up(out, service.address, manner=replace(QUICK, retries=2))
    assert (outcome.exact, outcome.unusable) == (2, ())
    assert len(service.requests) == 1 + 2 + 2


def test_retry_after_is_honoured(out: Path) -> None:
    wait = Answer(b"", 429, {"Retry-After": "1"})
    with answering(failing_first([wait], reconciling(HEALTHY))) as service:
        started = time.monotonic()
        look_up(out, service.address, manner=QUICK)
        assert time.monotonic() - started >= 1
    assert len(service.requests) == 1 + 1 + 2


def test_who_wants_to_be_left_alone_for_long_is_left_alone(out: Path) -> None:
    wait = Answer(b"", 429, {"Retry-After": "7200"})
    with (
        answering(failing_first([wait], reconciling(HEALTHY))) as service,
        pytest.raises(ServiceError, match=r"left alone for 7,200 seconds; run the command again after that"),
    ):
        look_up(out, service.address, manner=QUICK)
    assert len(service.requests) == 2


def test_a_service_that_stays_busy_stops_the_run_and_what_was_found_is_kept(out: Path) -> None:
    calls: list[Request] = []

    def tiring(request: Request) -> Answer:
        calls.append(request)
        return reconciling(HEALTHY)(request) if len(calls) <= 3 else Answer(b"", 503)

    with answering(tiring) as service:
        with pytest.raises(
            ServiceError, match=r"503 Service Unavailable.*\n2 answers so far, 1 links added"
        ) as stopped:
            look_up(out, service.address, manner=replace(QUICK, batch=1))
        assert service.address in str(stopped.value)
        assert len(rows(out / "links.sssom.tsv")) == 1
        asked = len(service.asked)
        calls.clear()
        outcome = look_up(out, service.address, manner=replace(QUICK, batch=1))
        assert len(service.asked) - asked == 1
    assert (outcome.exact, outcome.answered) == (1, 2)
    assert len(rows(out / "links.sssom.tsv")) == 2


def test_a_service_that_is_down_says_so(out: Path) -> None:
    with answering(reconciling({})) as gone:
        address = gone.address
    with pytest.raises(ServiceError, match=r"no answer \(.*refused.*\); try again later"):
        look_up(out, address, manner=QUICK)
    assert not (out / "links.sssom.tsv").exists()


def test_a_service_that_does_not_answer_in_time_is_given_up(out: Path) -> None:
    with answering(lambda _: replace(as_json(MANIFEST), slow_s=20)) as service:
        started = time.monotonic()
        with pytest.raises(ServiceError, match=r"no answer \(.*timed out.*\); try again later"):
            look_up(out, service.address, manner=replace(QUICK, timeout_s=0.3))
        assert time.monotonic() - started < 10


HTML = Answer(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"})
NOT_USABLE = {
    "a web page": (HTML, "is no JSON"),
    "truncated": (Answer(b'{"q0": {"result": [', claimed=500), "broke off"),
    "half of it": (Answer(b'{"q0": {"result": ['), "is no JSON"),
    "empty": (Answer(b""), "is no JSON"),
    "a list": (as_json([1, 2]), "no JSON object"),
    "another encoding": (Answer('{"q0": "café"}'.encode("latin-1")), "is no JSON"),
    "deep": (Answer(b"[" * 200_000), "is no JSON"),
    "not gzip": (Answer(b"plain", headers={"Content-Encoding": "gzip"}), "broke off"),
    "404": (Answer(b"", 404), "404 Not Found"),
    "413": (Answer(b"", 413), "413"),
    "a file": (Answer(b"", 302, {"Location": "file:///etc/passwd"}), "leads elsewhere"),
    "round and round": (Answer(b"", 307, {"Location": "/api"}), "leads elsewhere"),
    "no results": (as_json({"q0": {}, "q1": 7}), "no usable result for Bridge Council, Jon Linden"),
    "results of another shape": (as_json({"q0": {"result": "x"}, "q1": {"result": [{"id": 3}]}}), "no usable result"),
}


@pytest.mark.parametrize(("answer", "reason"), NOT_USABLE.values(), ids=NOT_USABLE)
def test_an_answer_that_cannot_be_used_is_listed_and_the_rest_goes_on(out: Path, answer: Answer, reason: str) -> None:
    bad = [answer] * (4 if answer.status == 307 else 1)  # a redirect is followed, and each time answered so
    with answering(failing_first(bad, reconciling(HEALTHY))) as service:
        outcome = look_up(out, service.address, manner=QUICK)
        assert len(outcome.unusable) == 1
        assert reason in outcome.unusable[0]
        assert rows(outcome.path) == {("harbour-no", "Q900000778"): ("exactMatch", 1.0)}
        assert look_up(out, service.address, manner=QUICK).exact == 1, "what was not answered is asked again"


def test_a_flood_is_cut_off(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.lookup.service, "MOST_BYTES", 2**20)
    flood = Answer(b" " * 2**22, headers={"Content-Type": "application/json"})
    with answering(failing_first([flood], reconciling(HEALTHY))) as service:
        outcome = look_up(out, service.address, manner=QUICK)
    assert "more than 1 MiB" in outcome.unusable[0]
    assert outcome.exact == 1


def test_a_trickle_is_cut_off(out: Path) -> None:
    trickle = Answer(b"x" * 600, drip_s=0.1)
    with answering(failing_first([trickle], reconciling(HEALTHY))) as service:
        started = time.monotonic()
        outcome = look_up(out, service.address, manner=replace(QUICK, timeout_s=0.8))
        assert time.monotonic() - started < 10
    assert "not complete in time" in outcome.unusable[0]


def test_one_useless_answer_after_another_stops_the_run(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.lookup.ask.MOST_UNUSABLE", 2)
    with answering(lambda _: HTML) as service:
        with pytest.raises(ServiceError, match=r"2 answers in a row cannot be used, the last: .*is no JSON"):
            look_up(out, service.address, manner=replace(QUICK, batch=1))
        assert len(service.requests) == 3


def test_a_service_that_has_moved_says_where(out: Path) -> None:
    def moved(request: Request) -> Answer:
        return Answer(b"", 301, {"Location": "/new"}) if request.method == "POST" else as_json(MANIFEST)

    with answering(moved) as service, pytest.raises(ServiceError, match=r"has moved; give the address http.*/new"):
        look_up(out, service.address, manner=QUICK)


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_wants_a_password_is_not_asked_on(out: Path, status: int) -> None:
    with (
        answering(failing_first([Answer(b"", status)] * 9, reconciling(HEALTHY))) as service,
        pytest.raises(ServiceError, match=str(status)),
    ):
        look_up(out, service.address, manner=QUICK)
    assert len(service.requests) == 2


@pytest.mark.parametrize("key", ["../../etc", "Q1 Q2", "<Q1>", "\u0000"])
def test_an_identifier_that_makes_no_iri_is_not_linked_to(out: Path, key: str) -> None:
    found = one_answer(out, thing(key, "Jon Linden", description=NORWEGIAN))
    assert found == {} or key == "../../etc"


def test_a_cache_that_is_none_says_what_to_do(out: Path) -> None:
    (out / "links.cache").write_text("no database at all, but long enough to be looked at " * 40)
    with pytest.raises(LegationError, match=r"links\.cache: no cache of answers .*remove the file"):
        look_up(out, "http://127.0.0.1:9/", manner=QUICK)


# A SPARQL endpoint: our own server, on a store like Wikidata


def wikidata_like(folder: Path) -> None:
    """Write a release that holds what Wikidata would of two invented things, and of a namesake."""
    names = {
        "label": "http://www.w3.org/2000/01/rdf-schema#label",
        "also": "http://www.w3.org/2004/02/skos/core#altLabel",
        "description": "http://schema.org/description",
        "type": "http://www.wikidata.org/prop/direct/P31",
        "citizen": "http://www.wikidata.org/prop/direct/P27",
        "country": "http://www.wikidata.org/prop/direct/P17",
    }
    facts = [
        ("Q900000777", "label", '"Jon E. Linden"@en'),
        ("Q900000777", "label", '"Jon E. Lindenas"@lt'),
        ("Q900000777", "also", '"Jon Linden"@en'),
        ("Q900000777", "description", '"politician and \\"bridge builder\\""@en'),
        ("Q900000777", "type", f"<{WIKIDATA}Q5>"),
        ("Q900000777", "citizen", f"<{WIKIDATA}Q20>"),
        ("Q900000779", "label", '"Jon Linden"@en'),
        ("Q900000779", "type", f"<{WIKIDATA}Q5>"),
        ("Q900000779", "citizen", f"<{WIKIDATA}Q34>"),
        ("Q900000778", "label", '"Harbour"'),
        ("Q900000778", "type", f"<{WIKIDATA}Q515>"),
        ("Q900000778", "country", f"<{WIKIDATA}Q20>"),
    ]
    graph = "<https://things.example/graph>"
    extra = "".join(f"<{WIKIDATA}{key}> <{names[name]}> {value} {graph} .\n" for key, name, value in facts)
    write_release(folder, extra=extra)


def test_from_a_release_over_a_sparql_endpoint_to_the_next_release(out: Path, tmp_path: Path) -> None:
    first = open_release(out)
    same = "http://www.w3.org/2004/02/skos/core#exactMatch"
    assert not any(
        same in str(quad) for quad in first.store if "mapping" not in str(quad) and "ontology" not in str(quad)
    )
    wikidata_like(tmp_path / "there")

    with serving(tmp_path / "there") as address:
        outcome = look_up(out, f"{address}/sparql", manner=replace(QUICK, timeout_s=30))

    assert (outcome.exact, outcome.close, outcome.unusable) == (2, 0, ())
    assert rows(outcome.path)["jon-linden", "Q900000777"] == ("exactMatch", 0.98)
    again = build([tmp_path / "a.txt"], out, make_reader=Reader)
    second = open_release(out)
    assert again.version != first.version
    triples = {(quad.subject, quad.predicate.value, quad.object) for quad in second.store}
    (linden,) = {subject for subject, predicate, _ in triples if predicate == same and "jon-linden" in str(subject)}
    assert str(linden) == "<https://w3id.org/legation/id/person/jon-linden>"
    assert any(quad.subject == linden for quad in first.store), "the node was the same before it was linked"
    assert {(str(s), str(o)) for s, p, o in triples if p == same} == {
        ("<https://w3id.org/legation/id/person/jon-linden>", f"<{WIKIDATA}Q900000777>"),
        ("<https://w3id.org/legation/id/place/harbour-no>", f"<{WIKIDATA}Q900000778>"),
    }
    assert second.manifest["links"]["applied"] == 2
    assert second.manifest["links"]["unused"] == 0


def test_our_own_reconciliation_service_is_understood(out: Path, tmp_path: Path) -> None:
    build([tmp_path / "a.txt"], tmp_path / "there", make_reader=Reader, base="https://graph.example/id/")
    with serving(tmp_path / "there") as address:
        outcome = look_up(out, f"{address}/reconcile", manner=replace(QUICK, timeout_s=30))
    found = {
        row.subject_label: (row.object_id, row.predicate_id.rpartition("#")[2]) for row in read(outcome.path).mappings
    }
    assert found == {
        "Bridge Council": ("https://graph.example/id/organization/bridge-council", "exactMatch"),
        "Harbour": ("https://graph.example/id/place/harbour-no", "exactMatch"),
        "Jon Linden": ("https://graph.example/id/person/jon-linden", "exactMatch"),
    }


def test_a_graph_is_not_linked_to_itself(out: Path) -> None:
    with serving(out) as address:
        outcome = look_up(out, f"{address}/reconcile", manner=replace(QUICK, timeout_s=30))
    assert (outcome.answered, outcome.exact, outcome.close) == (3, 0, 0)
    assert not outcome.path.exists()


def sparql(bindings: list[dict[str, Any]]) -> Answering:
    """Return how an endpoint answers that has no manifest and always gives these rows."""

    def answer(request: Request) -> Answer:
        return HTML if request.method == "GET" else as_json({"head": {}, "results": {"bindings": bindings}})

    return answer


def test_a_sparql_answer_that_may_be_cut_off_is_not_used(out: Path) -> None:
    row = {"name": {"type": "literal", "value": "Jon Linden"}, "thing": {"type": "uri", "value": "http://x.example/1"}}
    with answering(sparql([row] * 40)) as service:
        outcome = look_up(out, service.address, kinds=["person"], manner=QUICK)
    assert "40 things have one of these names" in outcome.unusable[0]


@pytest.mark.parametrize(
    "data", [{}, {"boolean": True}, {"results": {"bindings": [3]}}, [], {"results": {"bindings": [{"x": {}}]}}]
)
def test_sparql_results_of_another_shape_are_not_used(out: Path, data: object) -> None:
    with answering(lambda request: HTML if request.method == "GET" else as_json(data)) as service:
        outcome = look_up(out, service.address, manner=replace(QUICK, batch=9))
    assert "is no SPARQL results in JSON" in outcome.unusable[0]


def test_names_are_quoted_in_the_query() -> None:
    odd = 'He said "}" \\ and\nleft'
    query = form([Question("person/x", "person", odd)])["query"]
    store = ox.Store()
    name = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store.add(ox.Quad(ox.NamedNode("http://x.example/1"), name, ox.Literal(odd), ox.DefaultGraph()))
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    assert [row["thing"].value for row in answer] == ["http://x.example/1"]


# The command


def legation(*words: object) -> int:
    return kg.cli.main([str(word) for word in words])


def test_the_command_tells_what_it_did(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(reconciling(HEALTHY)) as service:
        assert legation("link", out, "--endpoint", service.address, "--rate", 1000, "--batch", 2) == 0
    said = capsys.readouterr()
    assert said.out == f"3 answers (3 requests): 2 exact and 0 close matches added\n{out}/links.sssom.tsv\n"
    assert said.err.splitlines()[-1] == "asked 3 of 3 questions"


def test_unusable_answers_are_listed_and_the_exit_code_is_1(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(failing_first([HTML], reconciling(HEALTHY))) as service:
        assert legation("link", out, "--endpoint", service.address, "--rate", 1000, "--batch", 2) == 1
    assert "not usable: Bridge Council and 1 more: the answer is no JSON" in capsys.readouterr().err


def test_a_service_that_is_down_stops_with_2(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.lookup.Manner", lambda **_: QUICK)
    assert legation("link", out, "--endpoint", "http://127.0.0.1:9/api") == 2
    assert "http://127.0.0.1:9/api: no answer" in capsys.readouterr().err


def test_a_dry_run_shows_the_first_request_and_asks_nothing(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(reconciling(HEALTHY)) as service:
        assert legation("link", out, "--endpoint", service.address, "--batch", 2, "--dry-run") == 0
        said = capsys.readouterr().out
        assert service.requests == []
    assert said.startswith("3 unlinked; 3 questions would be asked in 2 requests\nthe first:\nqueries={")
    assert '"Jon Linden"' in said
    assert "VALUES ?name" in said
    assert sorted(path.name for path in out.iterdir() if path.name != ".lock") == ["current", "releases"]


def test_a_dry_run_after_a_run_knows_what_is_answered(out: Path) -> None:
    with answering(reconciling({})) as service:
        look_up(out, service.address, kinds=["person"], manner=QUICK)
        told = plan(out, service.address, manner=QUICK)
    assert (told.questions, told.open, told.requests) == (3, 2, 1)
    assert json.loads(told.first.removeprefix("queries="))["q0"]["query"] == "Bridge Council"


def test_secrets_in_the_address_are_not_published(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        address = service.address.replace("//", "//me:secret@") + "?key=secret"
        outcome = look_up(out, address, manner=QUICK)
    assert read(outcome.path).mappings[0].mapping_provider == service.address
    assert "secret" not in outcome.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["link", "x"],
        ["link", "x", "--endpoint", "ftp://x.example/"],
        ["link", "x", "--endpoint", "http://x.example/", "--kind", "person,dragon"],
        ["link", "x", "--endpoint", "http://x.example/", "--rate", "0"],
        ["link", "x", "--endpoint", "http://x.example/", "--accept", "2"],
    ],
)
def test_wrong_usage_stops_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        kg.cli.main(words)
    assert stopped.value.code == 2
    assert "usage: legation link" in capsys.readouterr().err


def test_the_file_is_the_same_whatever_was_found_first(out: Path) -> None:
    with answering(reconciling(HEALTHY)) as service:
        look_up(out, service.address, manner=QUICK)
    text = (out / "links.sssom.tsv").read_text(encoding="utf-8")
    found = read(out / "links.sssom.tsv")
    assert write(replace(found, mappings=found.mappings[::-1]), condense=False) == text
