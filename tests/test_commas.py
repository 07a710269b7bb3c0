"""CSV from the engine's TSV: what a reader of CSV finds in it is what the answer holds."""

from __future__ import annotations

import csv
import io
from typing import IO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, QuerySolutions, Store

from kg.commas import Commas, in_commas, write_table

VARIABLES = ["x", "y", "z"]


def written(query: str, form: QueryResultsFormat = QueryResultsFormat.CSV) -> bytes:
    answer = Store().query(query)
    assert not isinstance(answer, str)
    out = io.BytesIO()
    write_table(cast(QuerySolutions, answer), out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ("<http://example.org/a#char=12,40>", b'"http://example.org/a#char=12,40"'),
        ("<http://example.org/a>", b"http://example.org/a"),
        ("'a,b'@en", b'"a,b"'),
        ("'<a>'", b"<a>"),
        ("'>'", b">"),
        ("'a\"@en'", b'"a""@en"'),
        (r"'\\t'", b"\\t"),
        (r"'a\tb'", b"a\tb"),
        (r"'a\nb\r'", b'"a\nb\r"'),
        ("'?x'", b"?x"),
        ("''", b""),
        ("'x'^^<a:d,e>", b"x"),
        ("1.5", b"1.5"),
        ("<<( <a:s> <a:p> 'c,d' )>>", b'"a:s a:p c,d"'),
    ],
)
def test_fields(terms: str, line: bytes) -> None:
    assert written(f"SELECT ({terms} AS ?x) ({terms} AS ?y) {{}}") == b"x,y\r\n" + line + b"," + line + b"\r\n"


def test_answers_without_rows_or_variables() -> None:
    assert written("SELECT ?x ?y { VALUES ?x {} }") == b"x,y\r\n"
    assert written("SELECT * {}") == b"\r\n\r\n"
    assert written("ASK {}") == b"true"


def test_other_formats_are_the_engines() -> None:
    assert written("SELECT (<a:b> AS ?x) {}", QueryResultsFormat.TSV) == b"?x\n<a:b>\n"


LITERALS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8) | st.sampled_from(
    ['"', '""', "a,b", "<a>", ">", '"@en', '"^^<a:b>', "\\", "\\n", "\n", "\t", "\r\n", "<<( a )>>", "_:b", "?x", " "]
)
TERMS = st.one_of(
    st.none(),
    LITERALS.map(Literal),
    LITERALS.map(lambda text: Literal(text, language="en-gb")),
    LITERALS.map(lambda text: Literal(text, datatype=NamedNode("a:d,e"))),
    st.sampled_from(["http://example.org/a,b", "http://example.org/é", "a:b", "a:,,"]).map(NamedNode),
    st.integers(-99, 99).map(Literal),
    st.booleans().map(Literal),
    st.just(BlankNode("b")),
)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(TERMS, TERMS, TERMS), max_size=6), step=st.integers(1, 40))
def test_what_is_read_is_what_was_written(
    rows: list[tuple[Literal | NamedNode | BlankNode | None, ...]], step: int
) -> None:
    values = " ".join("(" + " ".join("UNDEF" if t is None else _plain(t) for t in row) + ")" for row in rows)
    answer = cast(QuerySolutions, Store().query(f"SELECT ?x ?y ?z {{ VALUES (?x ?y ?z) {{ {values} }} }}"))
    tsv = answer.serialize(format=QueryResultsFormat.TSV) or b""
    out = io.BytesIO()
    commas = Commas(cast(IO[bytes], out))
    for at in range(0, len(tsv), step):
        commas.write(tsv[at : at + step])
    commas.end()
    head, *found = csv.reader(io.StringIO(out.getvalue().decode(), newline=""), strict=True)
    assert head == VARIABLES
    assert [tuple(row) for row in found] == [tuple("" if t is None else _text(t) for t in row) for row in rows]
    assert b"\n".join(tsv.split(b"\n")[1:]) == b"" or in_commas(b"\n".join(tsv.split(b"\n")[1:-1])) in out.getvalue()


def _plain(term: Literal | NamedNode | BlankNode) -> str:
    """Return a term as SPARQL writes it in VALUES, where there are no blank nodes."""
    return "<a:node>" if isinstance(term, BlankNode) else str(term)


def _text(term: Literal | NamedNode | BlankNode) -> str:
    return "a:node" if isinstance(term, BlankNode) else term.value
