"""From articles to a release: the same bytes every time, nothing unproven in it, and one bad article stops no other."""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyoxigraph import BlankNode, Quad
from rdflib import OWL, RDF, Graph, URIRef

from kg.article import read_inputs
from kg.errors import InputError, ModelError
from kg.iri import DEFAULT_BASE, PREFIXES, term
from kg.pipeline import BuildResult, build
from kg.query import run
from kg.records import Article
from kg.release import Release, open_release
from kg.validate import Validator
from kg.workers import ArticleReader
from tests.accounts import fake_reader
from tests.conftest import SEEDS
from tests.reasoning import is_consistent

FACTS = {
    "a": "Petrova arrived in Harbour. The weather was fine.",
    "b": "Petrova was in Harbour. Petrova left Harbour again.",
    "c": "Nobody went anywhere.",
    "d": "Petrova spoke in Harbour.",
    "e": "There Petrova opened a bridge.",
}


def written(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write one text file an article and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return [folder / f"{name}.txt" for name in texts]


def built(files: Sequence[Path], out: Path, *, workers: int = 1) -> BuildResult:
    return build(files, out, workers=workers, make_reader=fake_reader)


def bytes_of(result: BuildResult) -> dict[str, bytes]:
    dumps = [f"dumps/legation-{result.version}.{ending}" for ending in ("nq.gz", "sssom.tsv")]
    names = [*dumps, "manifest.json", "SHA256SUMS"]
    return {name: (result.path / name).read_bytes() for name in names}


def quads(release: Release) -> list[Quad]:
    """Return what is in the dump, as written."""
    return list(ox.parse(gzip.decompress(release.dump.read_bytes()), ox.RdfFormat.N_QUADS))


def ask(release: Release, query: str) -> list[dict[str, str]]:
    prologue = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    answer = release.store.query(prologue + query, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in answer]


def test_order_and_workers_do_not_show_in_the_bytes(tmp_path: Path) -> None:
    files = written(tmp_path / "in", FACTS)
    shuffled = random.Random(7).sample(files, len(files))
    assert shuffled != files

    first = built(files, tmp_path / "first")
    second = built(shuffled, tmp_path / "second")
    third = built(shuffled, tmp_path / "third", workers=2)

    assert first.published == len(FACTS)
    assert bytes_of(first) == bytes_of(second) == bytes_of(third)


@pytest.mark.slow
def test_order_and_workers_do_not_show_with_the_real_reader(seeds_release: Release, tmp_path: Path) -> None:
    files = sorted(SEEDS.glob("*.txt"))[::-1]
    result = build(files, tmp_path, workers=2)
    assert result.version == seeds_release.version
    again = BuildResult(seeds_release.version, seeds_release.path, 5, ())
    assert bytes_of(result) == bytes_of(again)


def test_a_non_conforming_article_is_refused_and_the_others_are_published(tmp_path: Path) -> None:
    files = written(tmp_path / "in", {**FACTS, "bad": "Petrova is nameless here.", "worse": "Petrova made it explode."})

    result = built(files, tmp_path / "out")

    bad, worse = result.refused
    assert (bad.source, worse.source) == ("bad", "worse")
    assert "A visit has at least one visitor, and each is an actor." in bad.reason
    assert f"<{DEFAULT_BASE}visit/" in bad.reason
    assert "ZeroDivisionError: a fault of the reader" in worse.reason
    assert bad.remedy
    assert worse.remedy
    release = open_release(tmp_path / "out")
    assert release.manifest["counts"]["articles"] == result.published == len(FACTS)
    assert [refused["source"] for refused in release.manifest["refused"]] == ["bad", "worse"]
    assert {row["id"] for row in ask(release, "SELECT ?id { ?a a leg:Article ; dct:identifier ?id }")} == set(FACTS)


def test_the_others_are_the_same_with_and_without_the_refused_one(tmp_path: Path) -> None:
    good = built(written(tmp_path / "good", FACTS), tmp_path / "one")
    mixed = built(written(tmp_path / "mixed", {**FACTS, "bad": "Petrova is nameless."}), tmp_path / "two")
    described = DEFAULT_BASE + "graph/release"

    def lines(result: BuildResult, out: str) -> set[str]:
        return {str(quad) for quad in quads(open_release(tmp_path / out)) if quad.graph_name.value != described}

    assert good.version != mixed.version
    assert lines(good, "one") == lines(mixed, "two")


def test_of_two_articles_with_one_id_one_is_refused(tmp_path: Path) -> None:
    files = [*written(tmp_path / "in", {"a": FACTS["a"]}), *written(tmp_path / "more", {"a": FACTS["b"]})]

    results = [built(files, tmp_path / "out"), built(files[::-1], tmp_path / "back")]

    for result in results:
        assert result.published == 1
        (refusal,) = result.refused
        assert "another article has the same id, 'a'" in refusal.reason
        assert refusal.remedy == "give it an id, or a file name, of its own"
    assert bytes_of(results[0]) == bytes_of(results[1])


def test_nothing_to_read_is_an_error_that_says_what_to_give(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=r"in: .*\.txt"):
        built([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_to_publish_is_an_error_that_lists_why(tmp_path: Path) -> None:
    files = written(tmp_path / "in", {"bad": "Petrova is nameless here."})
    with pytest.raises(InputError, match="not one article could be published\nbad: its triples do not conform"):
        built(files, tmp_path / "out")
    assert not (tmp_path / "out").exists()


class Missing:
    """A reader whose model is missing; it fails as it is made."""

    def __init__(self) -> None:
        raise ModelError("the language model is missing; run: make setup")


def missing() -> ArticleReader:
    return Missing()  # type: ignore[return-value]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_missing_model_stops_everything(tmp_path: Path, workers: int) -> None:
    files = written(tmp_path / "in", FACTS)
    with pytest.raises(ModelError, match="run: make setup"):
        build(files, tmp_path / "out", workers=workers, make_reader=missing)


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told_up_to_the_end(tmp_path: Path, workers: int) -> None:
    told: list[tuple[int, int]] = []
    files = written(tmp_path / "in", {f"{n}": FACTS["a"] for n in range(20)})
    build(
        files,
        tmp_path / "out",
        workers=workers,
        make_reader=fake_reader,
        tell=lambda done, of: told.append((done, of)),
    )
    assert told[-1] == (20, 20)
    assert told == sorted(set(told))
    assert len(told) > 1


def test_another_base_holds_for_all_data(tmp_path: Path) -> None:
    base = "https://graph.example/id/"
    build(written(tmp_path / "in", FACTS), tmp_path / "out", base=base, make_reader=fake_reader)
    release = open_release(tmp_path / "out")
    assert release.manifest["base"] == base
    assert not [quad for quad in quads(release) if DEFAULT_BASE in str(quad)]
    assert all(quad.graph_name.value.startswith(base) for quad in quads(release))


# What must hold of a release made by the real reader.


def test_every_span_quotes_its_article_at_its_offsets(seeds_release: Release) -> None:
    texts = {article.id: article.text for article in read_inputs([SEEDS]) if isinstance(article, Article)}
    spans = ask(
        seeds_release,
        """SELECT ?id ?span ?start ?end ?exact {
             GRAPH ?graph { ?span a oa:TextPositionSelector, oa:TextQuoteSelector ;
                                  oa:start ?start ; oa:end ?end ; oa:exact ?exact .
                            ?article a leg:Article ; dct:identifier ?id } }""",
    )
    assert len(spans) > 20
    for span in spans:
        assert texts[span["id"]][int(span["start"]) : int(span["end"])] == span["exact"]
        assert span["span"] == f"{DEFAULT_BASE}article/{span['id']}#char={span['start']},{span['end']}"


def test_every_report_has_article_span_rule_and_confidence(seeds_release: Release) -> None:
    (every,) = ask(seeds_release, "SELECT (COUNT(DISTINCT ?r) AS ?n) { ?r a leg:Report }")
    whole = ask(
        seeds_release,
        """SELECT ?r ?confidence { ?r a leg:Report ; leg:article/dct:identifier ?id ; leg:evidence/oa:exact ?words ;
           leg:rule ?rule ; leg:confidence ?confidence ; leg:status ?status ; leg:reports/rdfs:label ?label }""",
    )
    assert len(whole) == int(every["n"]) == seeds_release.manifest["counts"]["reports"] > 10
    assert all(0 <= float(row["confidence"]) <= 1 for row in whole)


def test_articles_with_a_byline_are_dated_by_it_and_the_others_not_at_all(seeds_release: Release) -> None:
    found = ask(
        seeds_release,
        """SELECT ?id ?by ?issued ?title { ?article a leg:Article ; dct:identifier ?id ; leg:dateSource ?by
           OPTIONAL { ?article dct:issued ?issued } OPTIONAL { ?article dct:title ?title } }""",
    )
    assert sorted((row["id"][:3], row["by"], row.get("issued"), "title" in row) for row in found) == [
        ("000", "none", None, True),
        ("001", "none", None, True),
        ("002", "byline", "2022-05-23", True),
        ("003", "byline", "2023-01-29", True),
        ("004", "none", None, False),
    ]


def test_no_blank_nodes_and_no_default_graph(seeds_release: Release) -> None:
    everything = quads(seeds_release)
    assert not [q for q in everything for node in (q.subject, q.object) if isinstance(node, BlankNode)]
    assert not [q for q in everything if isinstance(q.graph_name, (BlankNode, ox.DefaultGraph))]


def test_the_release_conforms_to_the_shapes(seeds_release: Release) -> None:
    assert Validator().check(quads(seeds_release)) == ()


def triples(release: Release) -> Graph:
    """Return what is in the dump, the ontology with it, as one graph."""
    lines = {f"{q.subject} {q.predicate} {q.object} ." for q in quads(release)}
    return Graph().parse(data="\n".join(lines), format="nt")


@pytest.mark.slow
def test_the_reasoner_finds_the_release_consistent(seeds_release: Release) -> None:
    graph = triples(seeds_release)
    assert (URIRef(term("leg:Person").value), RDF.type, OWL.Class) in graph
    assert is_consistent(graph)


@pytest.mark.slow
def test_the_reasoner_finds_a_person_of_the_release_that_is_also_a_state(seeds_release: Release) -> None:
    graph = triples(seeds_release)
    person = min(graph.subjects(RDF.type, URIRef(term("leg:Person").value)))
    graph.add((person, RDF.type, URIRef(term("leg:State").value)))
    assert not is_consistent(graph)


def test_no_article_is_published_whole(seeds_release: Release) -> None:
    shortest = min(len(path.read_text(encoding="utf-8")) for path in SEEDS.glob("*.txt"))
    article_graphs = f"{DEFAULT_BASE}graph/article/"
    literals = [
        q.object.value
        for q in quads(seeds_release)
        if isinstance(q.object, ox.Literal) and q.graph_name.value.startswith(article_graphs)
    ]
    assert max(map(len, literals)) < shortest / 2


def test_the_counts_are_those_of_the_graph(seeds_release: Release) -> None:
    counts = seeds_release.manifest["counts"]
    for name, kind in (
        ("articles", "Article"),
        ("visits", "Visit"),
        ("meetings", "Meeting"),
        ("statements", "Statement"),
    ):
        (row,) = ask(seeds_release, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ ?x a leg:{kind} }}")
        assert int(row["n"]) == counts[name] > 0
    (row,) = ask(seeds_release, "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a leg:Actor }")
    assert int(row["n"]) == counts["actors"]
    assert counts["quads"] == len(quads(seeds_release)) == len(seeds_release.store)


def test_the_ontology_and_the_release_come_along(seeds_release: Release) -> None:
    visit = term("leg:Visit").value
    answer = run(seeds_release.store, f"SELECT ?label {{ <{visit}> <{term('rdfs:label').value}> ?label }}", form="csv")
    assert answer.decode().split() == ["label", "visit"]
    (row,) = ask(seeds_release, "SELECT ?v { ?r a dcat:Dataset ; dcat:version ?v }")
    assert row["v"] == seeds_release.version
