"""Triples: what they say, what they keep to themselves, and that their names come from content."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode, Quad

from kg.errors import NonConformingError
from kg.iri import DEFAULT_BASE, Names, term
from kg.merge import merge
from kg.rdf import graph_quads, nquads, ontology_quads
from kg.records import Account, OfficeHolding, Span
from kg.validate import to_rdflib
from tests.accounts import HARBOUR, LINDEN, NORLAND, PETROVA, TEXT, article, harbour, preview, span

NAMES = Names()


def quads(*accounts: Account, names: Names = NAMES) -> list[Quad]:
    return list(graph_quads(names, accounts, merge(accounts)))


def store(*accounts: Account) -> ox.Store:
    result = ox.Store()
    result.extend(quads(*accounts))
    return result


def ask(graph: ox.Store, query: str) -> list[tuple[str, ...]]:
    """Return the sorted rows of a SELECT over all graphs, as plain strings."""
    prologue = "".join(
        f"PREFIX {p}: <{term(p + ':').value}>\n" for p in ("leg", "oa", "rdfs", "skos", "dct", "gaf", "org")
    )
    answer = graph.query(prologue + query, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    return sorted(tuple(getattr(value, "value", "") for value in row) for row in answer)


def test_a_span_quotes_the_words_at_its_offsets() -> None:
    rows = ask(
        store(harbour()), "SELECT ?span ?start ?end ?exact { ?span oa:start ?start ; oa:end ?end ; oa:exact ?exact }"
    )
    assert len(rows) == 6
    for iri, start, end, exact in rows:
        assert TEXT[int(start) : int(end)] == exact
        assert iri == f"{DEFAULT_BASE}article/harbour#char={start},{end}"


def test_a_report_has_all_that_it_must() -> None:
    rows = ask(
        store(harbour(), preview()),
        """SELECT ?id ?rule ?confidence ?exact { ?report a leg:Report ; leg:article/dct:identifier ?id ;
           leg:evidence/oa:exact ?exact ; leg:rule ?rule ; leg:confidence ?confidence ; leg:reports ?event }""",
    )
    assert len(rows) == 5
    assert ("preview", "visit/arrive", "0.9", "is expected in Norland on May 18, 2022") in rows


def test_an_event_has_its_own_status_and_each_report_the_articles() -> None:
    rows = ask(
        store(harbour(), preview()),
        """SELECT ?status ?id ?told { ?event a leg:Visit ; leg:status ?status .
           ?report leg:reports ?event ; leg:status ?told ; leg:article/dct:identifier ?id }""",
    )
    occurred, planned = term("leg:Occurred").value, term("leg:Planned").value
    assert rows == [(occurred, "harbour", occurred), (occurred, "preview", planned)]


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        ("2022-02", "2022-02-01", "2022-02-28"),
        ("2023-01-29/2023-01-30", "2023-01-29", "2023-01-30"),
        ("2022-11/2023", "2022-11-01", "2023-12-31"),
        ("2022-05~", "2022-05-01", "2022-05-31"),
        ("../2022-05", "", "2022-05-31"),
        ("2022-05/", "2022-05-01", ""),
        ("XXXX-05-18", "", ""),
    ],
)
def test_dates_have_bounds_for_filters(edtf: str, first: str, last: str) -> None:
    account = harbour()
    rows = ask(
        store(replace(account, reports=(replace(account.reports[0], edtf=edtf),))),
        """SELECT ?told ?edtf ?first ?last { ?report leg:reports ?event ; leg:edtf ?told . ?event leg:edtf ?edtf
           OPTIONAL { ?event leg:earliest ?first } OPTIONAL { ?event leg:latest ?last } }""",
    )
    assert rows == [(edtf, edtf, first, last)]


@pytest.mark.parametrize("edtf", ["2022-02-30", "last May", "2022-05-18/2022-05-17"])
def test_a_date_that_cannot_be_is_refused(edtf: str) -> None:
    account = harbour()
    with pytest.raises(NonConformingError, match=edtf):
        quads(replace(account, reports=(replace(account.reports[0], edtf=edtf),)))


def test_statements_keep_their_exact_words() -> None:
    rows = ask(
        store(harbour()), "SELECT ?content ?direct ?act { ?s leg:content ?content ; leg:direct ?direct ; leg:act ?act }"
    )
    assert rows == [
        ("We will build the bridge,", "true", term("leg:Promise").value),
        ("there is a “secret” deal", "false", term("leg:Deny").value),
    ]


def test_a_meeting_is_during_the_visit_of_the_same_account() -> None:
    rows = ask(store(harbour()), "SELECT ?label { ?meeting a leg:Meeting ; leg:during/rdfs:label ?label }")
    assert rows == [("Ana Petrova visits Harbour (occurred, 2022-05-18)",)]


def test_actors_have_one_label_and_links_stand_in_their_own_graph() -> None:
    data = store(harbour(), preview())
    petrova = f"<{DEFAULT_BASE}{PETROVA.key}>"
    assert ask(data, f"SELECT ?label {{ {petrova} rdfs:label ?label }}") == [("Ana Petrova",)]
    assert ask(data, f"SELECT ?alias {{ {petrova} skos:altLabel ?alias }}") == [("Ms Petrova",), ("Petrova",)]
    assert ask(data, "SELECT ?thing ?graph { GRAPH ?graph { ?here skos:exactMatch ?thing } }") == [
        ("http://www.wikidata.org/entity/Q900000001", f"{DEFAULT_BASE}graph/links"),
        ("https://sws.geonames.org/3143244/", f"{DEFAULT_BASE}graph/links"),
    ]


def test_offices_say_whose_they_are_and_how_it_is_known() -> None:
    rows = ask(
        store(harbour()),
        """SELECT ?who ?office ?former ?words ?source ?from { ?holding leg:holder/rdfs:label ?who ; leg:former ?former ;
           leg:office/rdfs:label ?office OPTIONAL { ?holding leg:evidence/oa:exact ?words }
           OPTIONAL { ?holding dct:source ?source } OPTIONAL { ?holding leg:from ?from } }""",
    )
    assert rows == [
        ("Ana Petrova", "Foreign Minister of Norland", "false", "Foreign Minister Ana Petrova", "", ""),
        ("Ana Petrova", "Mayor", "false", "", "a register", "2015"),
        ("Jon Linden", "Premier", "true", "Linden, the former premier", "", ""),
    ]


def test_one_office_has_one_label_however_it_is_written() -> None:
    shouting = OfficeHolding(LINDEN.key, "FOREIGN MINISTER", NORLAND.key, span=span(TEXT, "Linden"))
    account = harbour()
    data = store(account, replace(harbour("b"), holdings=(*account.holdings, shouting)))
    rows = ask(data, "SELECT ?office ?label { ?office a leg:Office ; rdfs:label ?label ; org:postIn ?state }")
    assert rows == [(f"{DEFAULT_BASE}office/foreign-minister-no", "FOREIGN MINISTER of Norland")]


def test_the_text_of_an_article_is_never_published() -> None:
    whole = [quad for quad in quads(harbour()) if isinstance(quad.object, ox.Literal) and quad.object.value == TEXT]
    assert whole == []
    longest = max(len(quad.object.value) for quad in quads(harbour()) if isinstance(quad.object, ox.Literal))
    assert longest < len(TEXT) / 2


def test_no_blank_nodes() -> None:
    everything = [*quads(harbour(), preview()), *ontology_quads(NAMES)]
    assert not [quad for quad in everything for node in (quad.subject, quad.object) if isinstance(node, ox.BlankNode)]
    assert all(isinstance(quad.graph_name, NamedNode) for quad in everything)


def test_two_rules_that_find_the_same_words_make_one_report() -> None:
    account = harbour()
    sure = replace(account.reports[0], confidence=0.95, rule="visit/other")
    rows = ask(
        store(replace(account, reports=(sure, account.reports[0]))),
        "SELECT ?report ?rule ?confidence { ?report leg:rule ?rule ; leg:confidence ?confidence }",
    )
    assert [(rule, confidence) for _, rule, confidence in rows] == [("visit/other", "0.95")]


def test_lines_are_sorted_and_distinct_whatever_the_order() -> None:
    there, back = quads(harbour(), preview()), quads(preview(), harbour())
    lines = nquads([*there, *back])
    assert lines == sorted(set(lines)) == nquads(back)
    assert list(ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS))


def test_line_breaks_in_quotations_stay_in_one_line() -> None:
    text = "She said:\r\n“We will\n build\u2028it.”"
    told = article("breaks", text)
    report = replace(harbour().reports[0], evidence=Span(0, len(text)))
    lines = nquads(quads(Account(told, (PETROVA,), (HARBOUR,), (), (report,))))
    assert all(line.endswith(b" .\n") for line in lines)
    assert [
        q.object.value for q in ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS) if q.predicate == term("oa:exact")
    ] == [text]


def test_ids_of_any_kind_make_valid_iris() -> None:
    for article_id in ("a b/c", "ärger?#1", "100%", "新闻"):
        account = harbour(article_id)
        account = replace(account, article=replace(account.article, url=None))
        assert [(article_id,)] == ask(store(account), "SELECT ?id { ?article a leg:Article ; dct:identifier ?id }")


def test_another_base_moves_the_data_and_nothing_else() -> None:
    elsewhere = nquads(quads(harbour(), names=Names("https://graph.example/")))
    moved = [line.replace(DEFAULT_BASE.encode(), b"https://graph.example/") for line in nquads(quads(harbour()))]
    assert elsewhere == sorted(moved)
    assert any(term("leg:Visit").value.encode() in line for line in elsewhere)


def test_an_address_that_is_none_is_named() -> None:
    account = harbour()
    with pytest.raises(NonConformingError, match="'not an address'"):
        quads(replace(account, article=replace(account.article, url="not an address")))


def test_a_store_gives_the_lines_back_unchanged() -> None:
    """Apart from one thing: Oxigraph does not tell the integer types apart."""
    account = harbour()
    round_numbers = [
        replace(account.reports[0], confidence=number) for number in (0.0, 1.0, 0.30000000000000004, 0.12345678)
    ]
    edge = replace(
        account, reports=tuple(round_numbers), places=(replace(HARBOUR, latitude=-0.0000001, longitude=10.0),)
    )
    for told in (account, edge):
        written = [line.replace(b"#nonNegativeInteger>", b"#integer>") for line in nquads(quads(told))]
        assert nquads(store(told)) == sorted(written)


def test_rdflib_gets_the_same_graph() -> None:
    given = quads(harbour(), preview())
    expected = {(str(q.subject.value), q.predicate.value, q.object.value) for q in given}
    assert {tuple(str(term) for term in triple) for triple in to_rdflib(given)} == expected
