"""Every competency question has the answer that is pinned for it, in two engines that share no code.

    python -m tests.test_competency              # a table: for whom, how many rows, what the articles say otherwise
    python -m tests.test_competency --write      # pins the present answers, for people to read in the diff

``tests/competency/README.md`` tells what an answer's file holds. That the answers agree with what each article says,
row by row, is for tests/test_competency_rows.py.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kg.pipeline import build
from kg.release import Release, open_release
from server.examples import AUDIENCES
from tests.questions import REMARKS, by_oxigraph, by_rdflib, parsed, pinned, questions, read, terms, write

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.:DeprecationWarning:rdflib")  # of its own methods, by itself

ROOT = Path(__file__).parents[1]
QUESTIONS = questions()
WITHOUT_ANSWER = {"corroborated": "no official record of ours covers a visit or meeting of the five articles"}
"""Examples that the seeds cannot answer, with the reason; test_competency_rows.py asks them of invented articles."""

ANSWERED = sorted(set(QUESTIONS) - set(WITHOUT_ANSWER))
LEGATION = "https://w3id.org/legation/ontology#"


@pytest.fixture(scope="module")
def elsewhere(seeds_release: Release) -> rdflib.Dataset:
    """Return the seeds' release in rdflib, its default graph the union of all."""
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=seeds_release.store.dump(format=ox.RdfFormat.N_QUADS), format="nquads")
    return dataset


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    """Return the ontology alone."""
    return rdflib.Graph().parse(ROOT / "ontology" / "legation.ttl")


# What a question is.


def test_there_are_at_least_thirty_for_all_three_kinds_of_users() -> None:
    assert len(ANSWERED) >= 30
    asked = Counter(QUESTIONS[name].audience for name in ANSWERED)
    assert set(asked) == set(AUDIENCES)
    assert min(asked.values()) >= 8, asked


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_question_says_what_it_asks_and_of_whom(name: str) -> None:
    title, question, audience, *_ = (ROOT / "ontology" / "queries" / f"{name}.rq").read_text("utf-8").splitlines()
    assert (title[:9], question[:12], audience[:7]) == ("# title: ", "# question: ", "# for: ")
    assert question.endswith("?")
    assert QUESTIONS[name].query.startswith("PREFIX ")


def test_titles_and_questions_are_told_apart() -> None:
    assert len({each.title for each in QUESTIONS.values()}) == len(QUESTIONS)
    assert len({each.question for each in QUESTIONS.values()}) == len(QUESTIONS)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_rows_have_one_order(name: str) -> None:
    """All columns decide on the order of rows, so that equal releases give equal answers."""
    columns, order = parsed(QUESTIONS[name].query)
    assert set(columns) <= order, "name every column in ORDER BY"


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_terms_of_a_question_are_in_the_ontology(ontology: rdflib.Graph, name: str) -> None:
    """Our own terms are defined there; so is each of another vocabulary that we say something is a kind of."""
    query = QUESTIONS[name].query
    assert terms(query)
    by_kind = re.search(r"rdfs:sub(Class|Property)Of", query)
    ours = LEGATION if not by_kind else f"{LEGATION}|/sem/|/ns/prov#|/ns/org#|schema.org"
    used = sorted(term for term in terms(query) if re.search(ours, term))
    assert [term for term in used if (rdflib.URIRef(term), None, None) not in ontology] == []


def test_terms_are_read_from_a_query() -> None:
    query = 'PREFIX a: <http://a.org/>\n# a:not\nSELECT ?b WHERE { ?a a:is "a:no" ; <http://b.org/c> a:It , "x"^^a:D }'
    assert terms(query) == {"http://a.org/is", "http://b.org/c", "http://a.org/It", "http://a.org/D"}


# What its answer is.


def test_every_question_has_a_pinned_answer() -> None:
    assert sorted(pinned()) == ANSWERED


@pytest.mark.parametrize("name", ANSWERED)
def test_people_have_said_what_the_articles_say(name: str) -> None:
    answer = read(name)
    assert {key for key, _ in answer.remarks} <= set(REMARKS)
    assert len(answer.remarked("articles")) == 1
    assert all(len(text) > 10 for _, text in answer.remarks), "write the remark"


@pytest.mark.parametrize("name", ANSWERED)
def test_the_answer_is_the_pinned_one(seeds_release: Release, elsewhere: rdflib.Dataset, name: str) -> None:
    answer = read(name)
    hint = "read the difference; if it is right: python -m tests.test_competency --write"
    assert answer.rows
    assert by_oxigraph(seeds_release.store, QUESTIONS[name].query) == (answer.columns, answer.rows), hint
    assert by_rdflib(elsewhere, QUESTIONS[name].query) == (answer.columns, answer.rows), "the engines differ"


@pytest.mark.parametrize("name", sorted(WITHOUT_ANSWER))
def test_what_cannot_be_answered_is_so_still(seeds_release: Release, name: str) -> None:
    assert by_oxigraph(seeds_release.store, QUESTIONS[name].query)[1] == [], "pin its answer then"


def test_remarks_stay_when_an_answer_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.questions.ANSWERS", tmp_path)
    (tmp_path / "who.csv").write_text("# articles: Ana: she\n# wrong: nobody\nold\n1\n", "utf-8")
    write("who", ["who", "what"], [["Ana, B.", "a\nline"], ["", "#"]])
    answer = read("who")
    assert answer.remarks == (("articles", "Ana: she"), ("wrong", "nobody"))
    assert (answer.columns, answer.rows) == (["who", "what"], [["Ana, B.", "a\nline"], ["", "#"]])


def overview() -> str:
    """Return a line for each question, and how many have the answer that the articles support."""
    lines = []
    for name in sorted(ANSWERED, key=lambda name: (list(AUDIENCES).index(QUESTIONS[name].audience), name)):
        answer = read(name)
        wrong, missing = (len(answer.remarked(key)) for key in ("wrong", "missing"))
        differs = f"{wrong} wrong, {missing} missing" if wrong or missing else "as the articles say"
        lines.append(f"{QUESTIONS[name].audience:12} {name:20} {len(answer.rows):3} rows  {differs}")
    right = sum(line.endswith("as the articles say") for line in lines)
    return "\n".join([*lines, f"{len(lines)} of {len(lines)} answered, {right} of them wholly as the articles say"])


def pin() -> None:
    """Write the answers that a release of the seeds gives now."""
    with tempfile.TemporaryDirectory() as folder:
        build(sorted((ROOT / "seeds").glob("*.txt")), Path(folder))
        store = open_release(Path(folder)).store
        for name in ANSWERED:
            write(name, *by_oxigraph(store, QUESTIONS[name].query))


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            print(overview())
        case ["--write"]:
            pin()
        case _:
            sys.exit("usage: python -m tests.test_competency [--write]")
