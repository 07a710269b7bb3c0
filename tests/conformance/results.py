"""The formats of tables, and of yes and no: JSON, XML, CSV and TSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import rdflib
from lxml import etree
from rdflib.compare import isomorphic
from rdflib.query import Result

from tests.conformance.case import Case, Endpoint
from tests.conformance.checks import differ, equal, exactly, matches, with_parsed
from tests.conformance.terms import PROLOGUE

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
NAMESPACE = "http://www.w3.org/2005/sparql-results#"
XML_LANG, ITS = "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/2005/11/its}"
ODD = "a \"quoted\", \t tab,\r\n line \\ and 'é', 外相, 🕊"
ROWS = 'SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) (UNDEF "x"@en) (<a:b> "y"^^ex:d) } } ORDER BY ?a'

SCHEMA = etree.RelaxNG(
    etree.fromstring(
        f"""<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="{NAMESPACE}"
  datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="sparql">
    <element name="head">
      <zeroOrMore><element name="variable"><attribute name="name" ns=""/></element></zeroOrMore>
      <zeroOrMore><element name="link"><attribute name="href" ns=""/></element></zeroOrMore>
    </element>
    <choice>
      <element name="boolean"><choice><value>true</value><value>false</value></choice></element>
      <element name="results"><zeroOrMore><element name="result"><zeroOrMore>
        <element name="binding"><attribute name="name" ns=""/><ref name="term"/></element>
      </zeroOrMore></element></zeroOrMore></element>
    </choice>
  </element></start>
  <define name="term"><choice>
    <element name="uri"><text/></element>
    <element name="bnode"><text/></element>
    <element name="literal">
      <optional><choice><attribute name="xml:lang"/><attribute name="datatype" ns=""/></choice></optional>
      <optional>
        <attribute name="its:dir" xmlns:its="http://www.w3.org/2005/11/its"/>
        <attribute name="its:version" xmlns:its="http://www.w3.org/2005/11/its"/>
      </optional>
      <text/>
    </element>
    <element name="triple">
      <element name="subject"><ref name="term"/></element>
      <element name="predicate"><ref name="term"/></element>
      <element name="object"><ref name="term"/></element>
    </element>
  </choice></define>
</grammar>"""
    )
)
"""What section 2 of the format's specification, and its successor for RDF 1.2, say of a document."""


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from _json()
    yield from _xml()
    yield from _separated()


# ---------------------------------------------------------------- JSON


def _json() -> Iterator[Case]:
    section, source = "Results in JSON", "SPARQL 1.1 Query Results JSON Format, "
    in_json = with_parsed(JSON, json.loads)

    def case(name: str, part: str, query: str, check: Callable[[Any], None]) -> Case:
        return Case(section, name, source + part, in_json(query, check))

    def bound(term: dict[str, Any]) -> Callable[[Any], None]:
        return lambda found: equal(found["results"]["bindings"], [{"x": term}])

    yield case(
        "head and results", "3.1 and 3.2.1", ROWS,
        lambda found: equal((found["head"], sorted(found)), ({"vars": ["a", "b"]}, ["head", "results"])),
    )  # fmt: skip
    yield case(
        "unbound variables are left out", "3.2.2", ROWS,
        lambda found: equal(sorted(sorted(row) for row in found["results"]["bindings"]), [["a"], ["a", "b"], ["b"]]),
    )  # fmt: skip
    yield case("no rows", "3.2.1", "SELECT ?x { ?x a ex:Nothing }",
               lambda found: equal(found, {"head": {"vars": ["x"]}, "results": {"bindings": []}}))  # fmt: skip
    yield case("no variables", "3.1.1", "SELECT * {}",
               lambda found: equal(found, {"head": {"vars": []}, "results": {"bindings": [{}]}}))  # fmt: skip
    yield case("variables in the order of SELECT", "3.1.1", "SELECT ?z ?a ?m {}",
               lambda found: equal(found["head"]["vars"], ["z", "a", "m"]))  # fmt: skip
    for value in (True, False):
        yield case(f"boolean {value}", "3.3", f"ASK {{ FILTER({str(value).lower()}) }}",
                   lambda found, value=value: equal(found, {"head": {}, "boolean": value}))  # fmt: skip
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for name, query, term in [
        ("an IRI", "ex:a", {"type": "uri", "value": "http://example.org/a"}),
        ("an IRI beyond ASCII", "<http://example.org/é>", {"type": "uri", "value": "http://example.org/é"}),
        ("a plain literal", "'a'", {"type": "literal", "value": "a"}),
        ("a literal of xsd:string", "'a'^^xsd:string", {"type": "literal", "value": "a"}),
        ("a literal with a language", "'a'@en-GB", {"type": "literal", "value": "a", "xml:lang": "en-gb"}),
        ("an integer", "1", {"type": "literal", "value": "1", "datatype": xsd + "integer"}),
        ("a decimal", "1.5", {"type": "literal", "value": "1.5", "datatype": xsd + "decimal"}),
        ("a boolean", "true", {"type": "literal", "value": "true", "datatype": xsd + "boolean"}),
        (
            "a literal of another type",
            "'a'^^ex:d",
            {"type": "literal", "value": "a", "datatype": "http://example.org/d"},
        ),
        ("an empty literal", "''", {"type": "literal", "value": ""}),
        ("quotes, tabs, line ends and backslashes", "?odd", {"type": "literal", "value": ODD}),
    ]:
        where = "ex:t6 ex:term ?odd" if query == "?odd" else ""
        yield case(name, "3.2.2", f"SELECT ({query} AS ?x) {{ {where} }}", _languages_alike(bound(term)))
    yield case("a blank node", "3.2.2", "SELECT ?x ?y { ex:t9 ex:blank ?x, ?y }", _same_node)
    yield case(
        "other blank nodes have other labels", "3.2.2", "SELECT (BNODE() AS ?x) (BNODE() AS ?y) {}",
        lambda found: differ(*(found["results"]["bindings"][0][name]["value"] for name in "xy")),
    )  # fmt: skip
    yield case(
        "control characters are escaped", "1; RFC 8259, 7", r"SELECT ('\u0001\u001F\u007F' AS ?x) {}",
        bound({"type": "literal", "value": "\x01\x1f\x7f"}),
    )  # fmt: skip
    yield Case(section, "rdflib reads the same", source + "3", lambda endpoint: _rdflib(endpoint, JSON, "json"))
    yield Case(
        "RDF 1.2 in answers", "a triple term in JSON", "SPARQL 1.2 Query Results JSON Format (draft), 3.2.2",
        in_json("SELECT (<<( ex:a ex:b 'c' )>> AS ?x) {}", bound({"type": "triple", "value": {
            "subject": {"type": "uri", "value": "http://example.org/a"},
            "predicate": {"type": "uri", "value": "http://example.org/b"},
            "object": {"type": "literal", "value": "c"},
        }})),
    )  # fmt: skip
    yield Case(
        "RDF 1.2 in answers", "base direction in JSON", "SPARQL 1.2 Query Results JSON Format (draft), 3.2.2",
        in_json("SELECT ('a'@ar--rtl AS ?x) {}", bound(
            {"type": "literal", "value": "a", "xml:lang": "ar", "its:dir": "rtl"}
        )),
    )  # fmt: skip


def _languages_alike(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let languages be written in any case (RDF 1.1 Concepts, section 3.3)."""

    def lowered(found: Any) -> None:
        for row in found["results"]["bindings"]:
            for term in row.values():
                if "xml:lang" in term:
                    term["xml:lang"] = term["xml:lang"].lower()
        check(found)

    return lowered


def _same_node(found: Any) -> None:
    (row,) = found["results"]["bindings"]
    assert row["x"]["type"] == row["y"]["type"] == "bnode"
    assert row["x"]["value"] == row["y"]["value"]


# ---------------------------------------------------------------- XML


def _xml() -> Iterator[Case]:
    section, source = "Results in XML", "SPARQL Query Results XML Format (Second Edition), "
    in_xml = with_parsed(XML, etree.fromstring)

    def case(name: str, part: str, query: str, check: Callable[[Any], None]) -> Case:
        def valid(found: Any) -> None:
            assert SCHEMA.validate(found), SCHEMA.error_log
            check(found)

        return Case(section, name, source + part, in_xml(query, valid))

    yield case("the document element", "2.1", ROWS, lambda found: equal(found.tag, f"{{{NAMESPACE}}}sparql"))
    yield case("head, then results", "2.2 and 2.3", ROWS,
               lambda found: equal([_local(each) for each in found], ["head", "results"]))  # fmt: skip
    yield case("variables in their order", "2.2", "SELECT ?z ?a {}",
               lambda found: equal([each.get("name") for each in found[0]], ["z", "a"]))  # fmt: skip
    yield case(
        "unbound variables are left out", "2.3.1", ROWS,
        lambda found: equal(sorted("".join(b.get("name") for b in row) for row in found[1]), ["a", "ab", "b"]),
    )  # fmt: skip
    yield case("no rows", "2.3.1", "SELECT ?x { ?x a ex:Nothing }", lambda found: equal(len(found[1]), 0))
    yield case("no variables", "2.3.1", "SELECT * {}", lambda found: equal((len(found[0]), len(found[1])), (0, 1)))
    for value in ("true", "false"):
        yield case(f"boolean {value}", "2.3.2", f"ASK {{ FILTER({value}) }}",
                   lambda found, value=value: equal(_term(found[1]), ("boolean", value, {})))  # fmt: skip
    for name, query, wanted in [
        ("an IRI", "ex:a", ("uri", "http://example.org/a", {})),
        ("a plain literal", "'a'", ("literal", "a", {})),
        ("a literal with a language", "'a'@en", ("literal", "a", {XML_LANG: "en"})),
        ("a literal with a type", "'a'^^ex:d", ("literal", "a", {"datatype": "http://example.org/d"})),
        ("an integer", "7", ("literal", "7", {"datatype": "http://www.w3.org/2001/XMLSchema#integer"})),
        ("markup in a literal", "?markup", ("literal", "<b>&amp;</b> ]]>", {})),
        ("quotes, tabs and line ends as they are", r"""'"\t\n\\'""", ("literal", '"\t\n\\', {})),
        ("blanks at the ends", "'  a  '", ("literal", "  a  ", {})),
    ]:
        where = "ex:s1 ex:text ?markup" if query == "?markup" else ""
        yield case(name, "2.3.1", f"SELECT ({query} AS ?x) {{ {where} }}",
                   lambda found, wanted=wanted: equal(_term(found[1][0][0][0]), wanted))  # fmt: skip
    yield case("a blank node", "2.3.1", "SELECT ?x { ex:t9 ex:blank ?x }",
               lambda found: equal(_local(found[1][0][0][0]), "bnode"))  # fmt: skip
    yield Case(section, "rdflib reads the same", source + "2", lambda endpoint: _rdflib(endpoint, XML, "xml"))
    yield Case(
        section, "a carriage return stays one", source + "2.3.1; XML 1.0, 2.11",
        in_xml(r"SELECT ('a\rb' AS ?x) {}", lambda found: equal(found[1][0][0][0].text, "a\rb")),
        "the engine writes it as it is, and parsers of XML read it as a line feed",
    )  # fmt: skip
    yield Case(
        section, "characters that XML has not", source + "2; XML 1.0, 2.2",
        in_xml(r"SELECT ('\u0001' AS ?x) {}", lambda found: None),
        "the engine writes them as they are, and the document cannot be read",
    )  # fmt: skip
    yield Case(
        "RDF 1.2 in answers", "a triple term in XML", "SPARQL 1.2 Query Results XML Format (draft), 2.3.1",
        in_xml("SELECT (<<( ex:a ex:b 'c' )>> AS ?x) {}", lambda found: equal(
            [(_local(each), _term(each[0])[:2]) for each in found[1][0][0][0]],
            [("subject", ("uri", "http://example.org/a")), ("predicate", ("uri", "http://example.org/b")),
             ("object", ("literal", "c"))],
        )),
    )  # fmt: skip
    yield Case(
        "RDF 1.2 in answers", "base direction in XML", "SPARQL 1.2 Query Results XML Format (draft), 2.3.1",
        in_xml("SELECT ('a'@ar--rtl AS ?x) {}", lambda found: equal(
            [found[1][0][0][0].get(name) for name in (XML_LANG, ITS + "dir")], ["ar", "rtl"]
        )),
    )  # fmt: skip


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _term(element: Any) -> tuple[str, str, dict[str, str]]:
    return _local(element), element.text or "", dict(element.attrib)


# ---------------------------------------------------------------- CSV and TSV


def _separated() -> Iterator[Case]:
    section = "Results in CSV"
    source = "SPARQL 1.1 Query Results CSV and TSV Formats, 3; RFC 4180, 2"
    for name, query, wanted in [
        ("a header line, and CRLF at each line's end", "SELECT ?a ?b { VALUES (?a ?b) { (1 2) } }", b"a,b\r\n1,2\r\n"),
        ("variables in their order", "SELECT ?z ?a { BIND(1 AS ?a) BIND(2 AS ?z) }", b"z,a\r\n2,1\r\n"),
        ("no rows", "SELECT ?a ?b { ?a a ex:Nothing }", b"a,b\r\n"),
        ("an unbound variable is an empty field", "SELECT ?a ?b ?c { BIND(1 AS ?b) }", b"a,b,c\r\n,1,\r\n"),
        ("an IRI as it is", "SELECT (ex:a AS ?x) {}", b"x\r\nhttp://example.org/a\r\n"),
        (
            "an IRI with a comma is quoted",
            "SELECT (<http://example.org/a,b> AS ?x) {}",
            b'x\r\n"http://example.org/a,b"\r\n',
        ),
        ("a literal without its language", "SELECT ('a'@en AS ?x) {}", b"x\r\na\r\n"),
        ("a literal without its type", "SELECT ('a'^^ex:d AS ?x) {}", b"x\r\na\r\n"),
        ("a comma is quoted", "SELECT ('a,b' AS ?x) {}", b'x\r\n"a,b"\r\n'),
        ("a quote is doubled", "SELECT ('a\"b' AS ?x) {}", b'x\r\n"a""b"\r\n'),
        ("a line end is quoted and stays", r"SELECT ('a\nb' AS ?x) ('c\r\nd' AS ?y) {}", b'x,y\r\n"a\nb","c\r\nd"\r\n'),
        ("an empty literal", "SELECT ('' AS ?x) (1 AS ?y) {}", b"x,y\r\n,1\r\n"),
        ("letters beyond ASCII in UTF-8", "SELECT ('é外🕊' AS ?x) {}", "x\r\né外🕊\r\n".encode()),
        ("numbers", "SELECT (-5 AS ?a) (2.5 AS ?b) (true AS ?c) {}", b"a,b,c\r\n-5,2.5,true\r\n"),
        ("a day", "SELECT ?d { ex:d3 ex:day ?d }", b"d\r\n2023-01-29\r\n"),
    ]:
        yield Case(section, name, source, exactly(query, CSV, wanted))
    yield Case(
        section,
        "a blank node by its label",
        source,
        matches("SELECT ?x { ex:t9 ex:blank ?x }", CSV, rb"x\r\n_:\w+\r\n"),
    )
    yield Case(section, "every character comes back", source, _csv_comes_back)

    section = "Results in TSV"
    source = "SPARQL 1.1 Query Results CSV and TSV Formats, 4"
    integer, xsd = b"1", "http://www.w3.org/2001/XMLSchema#"
    for name, query, wanted in [
        ("a header line with question marks", "SELECT ?a ?b { BIND(1 AS ?a) BIND(2 AS ?b) }", b"?a\t?b\n1\t2\n"),
        ("no rows", "SELECT ?a ?b { ?a a ex:Nothing }", b"?a\t?b\n"),
        ("an unbound variable is an empty field", "SELECT ?a ?b ?c { BIND(1 AS ?b) }", b"?a\t?b\t?c\n\t1\t\n"),
        ("an IRI in angle brackets", "SELECT (ex:a AS ?x) {}", b"?x\n<http://example.org/a>\n"),
        ("a plain literal in quotes", "SELECT ('a' AS ?x) {}", b'?x\n"a"\n'),
        ("a literal with its language", "SELECT ('a'@en AS ?x) {}", b'?x\n"a"@en\n'),
        ("a literal with its type", "SELECT ('a'^^ex:d AS ?x) {}", b'?x\n"a"^^<http://example.org/d>\n'),
        ("an empty literal is not unbound", "SELECT ('' AS ?x) ?y {}", b'?x\t?y\n""\t\n'),
        ("an integer as in Turtle", "SELECT (1 AS ?x) (-5 AS ?y) {}", b"?x\t?y\n" + integer + b"\t-5\n"),
        ("a decimal as in Turtle", "SELECT (2.5 AS ?x) {}", b"?x\n2.5\n"),
        ("a boolean as in Turtle", "SELECT (true AS ?x) {}", b"?x\ntrue\n"),
        ("what is no number is in quotes", "SELECT ('x'^^xsd:integer AS ?x) {}", f'?x\n"x"^^<{xsd}integer>\n'.encode()),
        (
            "tabs and line ends are escaped",
            r"SELECT ('a\tb\nc\rd' AS ?x) {}",
            rb"?x" + b"\n" + rb'"a\tb\nc\rd"' + b"\n",
        ),
        ("quotes and backslashes are escaped", r"""SELECT ('a"b\\c' AS ?x) {}""", b"?x\n" + rb'"a\"b\\c"' + b"\n"),
        ("letters beyond ASCII in UTF-8", "SELECT ('é外🕊' AS ?x) {}", '?x\n"é外🕊"\n'.encode()),
        ("a day", "SELECT ?d { ex:d3 ex:day ?d }", f'?d\n"2023-01-29"^^<{xsd}date>\n'.encode()),
    ]:
        yield Case(section, name, source, exactly(query, TSV, wanted))
    yield Case(
        section, "a blank node by its label", source, matches("SELECT ?x { ex:t9 ex:blank ?x }", TSV, rb"\?x\n_:\w+\n")
    )
    yield Case(section, "every field is a term in Turtle", source, _tsv_is_turtle)
    for media_type in (CSV, TSV):
        yield Case(
            f"Results in {'CSV' if media_type == CSV else 'TSV'}", "ASK is answered all the same",
            "none: the formats have no booleans; as Fuseki and Oxigraph have it",
            matches("ASK {}", media_type, rb"true(\r?\n)?"),
        )  # fmt: skip
    yield Case("RDF 1.2 in answers", "base direction in TSV", "SPARQL 1.2 Query Results CSV and TSV Formats (draft), 4",
               exactly("SELECT ('a'@ar--rtl AS ?x) {}", TSV, b'?x\n"a"@ar--rtl\n'))  # fmt: skip
    yield Case(
        "RDF 1.2 in answers",
        "a triple term in TSV",
        "SPARQL 1.2 Query Results CSV and TSV Formats (draft), 4",
        matches("SELECT (<<( ex:a ex:b 'c' )>> AS ?x) {}", TSV, rb'\?x\n<<\( ?\S+ \S+ "c" ?\)>>\n'),
    )


def _csv_comes_back(endpoint: Endpoint) -> None:
    body = endpoint.get(PROLOGUE + "SELECT ?x { ex:t6 ex:term ?x }", CSV).body.decode()
    assert list(csv.reader(io.StringIO(body, newline=""))) == [["x"], [ODD]]


def _tsv_is_turtle(endpoint: Endpoint) -> None:
    body = endpoint.get(PROLOGUE + "SELECT ?t ?x { ?t ex:term ?x }", TSV).body.decode()
    header, *lines = body.split("\n")
    assert header == "?t\t?x"
    assert lines.pop() == ""
    document = "".join(f"{one} <http://example.org/term> {other} .\n" for one, other in (s.split("\t") for s in lines))
    found = rdflib.Graph().parse(data=document, format="turtle")
    whole = endpoint.get(PROLOGUE + "CONSTRUCT WHERE { ?t ex:term ?x }", "application/n-triples").body
    assert isomorphic(found, rdflib.Graph().parse(data=whole, format="nt"))
    assert len(found) == 8


def _rdflib(endpoint: Endpoint, media_type: str, form: str) -> None:
    query = PROLOGUE + "SELECT ?t ?x { ?t ex:term ?x FILTER(?t != ex:t6) }"
    found = Result.parse(io.BytesIO(endpoint.get(query, media_type).body), format=form)
    t, x = rdflib.Variable("t"), rdflib.Variable("x")
    terms = {str(row[t]).rpartition("/")[2]: row[x] for row in found.bindings}
    assert terms == {
        "t1": rdflib.URIRef("http://example.org/é?q=1&r=2#f"),
        "t2": rdflib.Literal("plain"),
        "t3": rdflib.Literal("chat", lang="en"),
        "t4": rdflib.Literal("chat", lang="fr-be"),
        "t5": rdflib.Literal(42),
        "t7": rdflib.Literal("x", datatype=rdflib.URIRef("http://example.org/datatype")),
        "t8": rdflib.Literal(""),
    }
