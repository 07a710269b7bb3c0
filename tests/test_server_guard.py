"""What the guard lets through to the engine, and what it keeps from it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean, Store

from server.guard import MAX_BYTES, MAX_DEPTH, vet
from server.problem import Problem
from server.syntax import explain

# {u} is an address on this machine that counts its visitors.
CALLS = [
    "SELECT * { SERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { service <{u}> { ?s ?p ?o } }",
    "SELECT * { sErViCe<{u}>{} }",
    "SELECT * { SERVICE SILENT <{u}> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<{u}>{?s ?p ?o} }",
    "PREFIX e: <{u}> SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "PREFIX e: <{u}> SELECT * { SERVICEe:x{?s ?p ?o} }",
    "PREFIX e: <{u}> SELECT * { SERVICESILENTe:x{?s ?p ?o} }",
    "PREFIX service: <{u}> SELECT * { SERVICE service:x { ?s ?p ?o } }",
    "PREFIX : <{u}> SELECT * { SERVICE :x { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o OPTIONAL { BIND(1 AS ?z) } SERVICE#a comment\n#another {\nSILENT#more\r<{u}>#x\n{ } }",
    "SELECT * { FILTER(1 < 2) SERVICE <{u}> {} FILTER(2 > 1) }",
    "SELECT * { VALUES ?x { <{u}> } FILTER(1<2)SERVICE?x#>\n{ ?s ?p ?o } }",
    "SELECT * { FILTER(?a<'>')SERVICE <{u}> {} }",
    "SELECT * { BIND(<{u}> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { ?s ?p '''it's \\''' fine''' . SERVICE <{u}> {} }",
    'SELECT * { ?s ?p "\\"" . SERVICE <{u}> {} }',
    "BASE <{u}> SELECT * { SERVICE <x> {} }",
    "ASK { FILTER EXISTS { SERVICE <{u}> {} } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "DESCRIBE ?s WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE <{u}> {} } } }",
    "PREFIX " + "p" * 300 + ": <{u}> SELECT * { SERVICE " + "p" * 300 + ":x { ?s ?p ?o } }",
    "SELECT * { BIND(<{u}> AS ?" + "x" * 300 + ") SERVICE ?" + "x" * 300 + " { ?s ?p ?o } }",
    "PREFIX a: <http://a/> SELECT * { OPTIONAL { ?s ?p a:b\\# } SERVICE <{u}> {} }",  # a name, and no comment
    "PREFIX a: <http://a/> SELECT * { OPTIONAL { ?s ?p a:b\\' } SERVICE <{u}> {} OPTIONAL { ?s ?p a:\\' } }",
    "SELECT * { VALUES ?x { ''' ' } SERVICE <{u}> {} # \\q '''\n }",  # no such escape, so that the string is empty
    'SELECT * { VALUES ?x { """ " } SERVICE <{u}> {} # \\uD800 """\n }',
    "PREFIX a: <http://a:80> SELECT * { OPTIONAL { ?s ?p a:SERVICE<{u}>{} } }",  # http://a:80SERVICE is no IRI
    "PREFIX a: <http://[::1]> SELECT * { {} UNION { ?s ?p a:SERVICE<{u}>{} } }",
    "SELECT * { \\u0053ERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { \\u0073\\u0065\\u0072\\u0076\\u0069\\u0063\\u0065 <{u}> \\u007B ?s ?p ?o \\u007D }",
]

HARMLESS = [
    'SELECT * { ?s ?p "SERVICE <http://127.0.0.1/> { }" }',
    "SELECT * { ?s ?p '''\n SERVICE <http://127.0.0.1/> {} ' ''' }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://127.0.0.1/> { ?s ?p ?o }",
    "SELECT ?service ?x { ?service ?p ?x }",
    "PREFIX service: <http://example.org/service> SELECT * { ?x service:service ?y . { ?y a service:x } }",
    "SELECT * { ?s <http://example.org/service?x=1> ?o . { ?o ?p ?q } }",
    "SELECT * { ?s <http://example.org/a#service> ?o }",
    "PREFIX a: <http://a/> SELECT * { ?s a:b\\#c\\(\\'d ?o . ?o a:service ?x . ?x a:Service <http://a/b> }",
    "SELECT * { ?s ?p ?o FILTER(?a<<http://example.org/b>) }",
    "ASK { FILTER(" + " && ".join("?a<<http://example.org/b>" for _ in range(300)) + ") }",
    "ASK { " + "<<" * 40 + "?s ?p ?o" + ">> ?p ?o" * 40 + " }",
    "SELECT * { ?s ?p ''' \\u00e9 \\n it's fine ''' }",
    'SELECT * { ?s ?p ?o FILTER(REGEX(?o, "self-service")) }',
    "SELECT * { VALUES ?a { " + "\n".join(f"<http://example.org/o#A{i}>" for i in range(300)) + " } }",
    "SELECT * { VALUES (?a ?b) {\n" + "\n".join(f"(<http://example.org/o#A{i}> {i})" for i in range(300)) + "\n} }",
    "SELECT * { ?s ?p ?o FILTER(" + " || ".join(f"?o = <http://example.org/Foo_(bar{i})>" for i in range(150)) + ") }",
    'SELECT * { ?s ?p "' + "(" * 500 + '" }',
    "SELECT * { ?s ?p ?o } # " + "{" * 500,
]


@pytest.mark.parametrize("query", CALLS)
def test_every_spelling_of_service_is_refused(query: str) -> None:
    with pytest.raises(Problem) as refusal:
        vet(query.replace("{u}", "http://127.0.0.1:9/"))
    assert refusal.value.status == 403
    assert "SERVICE is not offered" in str(refusal.value.detail)


@pytest.mark.parametrize("query", HARMLESS)
def test_queries_that_only_look_dangerous_pass(query: str) -> None:
    assert vet(query).text == query
    Store().query(query)  # and the engine takes them


def test_the_engine_really_calls_out_so_that_the_guard_is_needed() -> None:
    visits: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            visits.append(self.path)
            self.send_error(500)

        do_GET = do_POST  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    called = set()
    for query in CALLS:
        before = len(visits)
        with suppress(SyntaxError, OSError, RuntimeError):
            result = Store().query(query.replace("{u}", address))
            deque(result if not isinstance(result, QueryBoolean) else (), maxlen=0)
        if len(visits) > before:
            called.add(query)
    server.shutdown()
    assert CALLS[0] in called
    assert "SELECT * { SERVICESILENT<{u}>{?s ?p ?o} }" in called
    assert len(called) >= 8


@given(
    before=st.sampled_from(
        ["", "?s ?p ?o . ", "?s ?p 1", "FILTER(1<2)", "FILTER(?a<?b&&?c>?d) ", "{} ", '?s ?p "<" . ']
    ),
    word=st.lists(st.booleans(), min_size=7, max_size=7).map(
        lambda upper: "".join(c.upper() if u else c for c, u in zip("service", upper, strict=True))
    ),
    gap=st.sampled_from(["", " ", "\n", "\t\r", "#>\n", "# {\n  #'\r", ' #"\n']),
    silent=st.sampled_from(["", "silent", "SILENT "]),
    target=st.sampled_from(["<http://127.0.0.1:9/>", "<http://a/#b>", "?x", "$x", "e:x", ":x", "silent:y"]),
    after=st.sampled_from(["{", " {", "#>\n{", "\n{ "]),
)
@example(before="FILTER(1<2)", word="SERVICE", gap="", silent="", target="?x", after="#>\n{")
def test_no_arrangement_of_space_and_comments_hides_a_call(
    before: str, word: str, gap: str, silent: str, target: str, after: str
) -> None:
    query = f"PREFIX e: <http://a/> SELECT * {{ {before}{word}{gap}{silent}{target}{after} ?s ?p ?o }} }}"
    with pytest.raises(Problem) as refusal:
        vet(query)
    assert refusal.value.status == 403


@pytest.mark.parametrize("brackets", ["{}", "()", "[]"])
def test_nesting_is_capped_before_the_engine_sees_it(brackets: str) -> None:
    opening, closing = brackets[0], brackets[1]
    head = {"{": "SELECT * ", "(": "SELECT * { FILTER", "[": "SELECT * { ?s ?p "}[opening]
    within = MAX_DEPTH - head.count("{")
    vet(head + opening * within + "1" + closing * within)
    with pytest.raises(Problem) as refusal:
        vet(head + opening * (within + 1))
    assert (refusal.value.status, refusal.value.members["limit"]) == (400, "depth")


@pytest.mark.parametrize(
    "disguise",
    [
        "ASK { " + "<<" * 101 + "?s ?p ?o",
        "ASK { " + "<< (" * 51,
        "PREFIX a: <http://a/> ASK { " + "?s a:\\)\\} ?o . { " * 150,  # brackets in names close nothing
        "ASK { " + '?s ?p "}}}}}}}}" . { ' * 150,  # closing brackets in strings close nothing
        "ASK { " + "# }}}}\n {" * 150,
        "ASK { FILTER(?a<" + "(" * 150 + "1>2",  # not an IRI
        "ASK { " + "{ ?s <http://a/))))> ?o . " * 150,
        "ASK { " + "FILTER(?a<1#>))))))\n && (" * 150,
    ],
)
def test_no_literal_comment_or_iri_hides_nesting(disguise: str) -> None:
    with pytest.raises(Problem) as refusal:
        vet(disguise)
    assert refusal.value.status == 400


def test_long_queries_are_refused_by_their_bytes() -> None:
    vet("ASK {} #".ljust(MAX_BYTES, "x"))
    with pytest.raises(Problem) as refusal:
        vet("ASK {} #".ljust(MAX_BYTES - 10, "x") + "é" * 6)
    assert (refusal.value.status, refusal.value.members["limit"]) == (413, "length")


def test_what_the_guard_lets_through_calls_nowhere_for_the_engine() -> None:
    command = [sys.executable, "-m", "tests.attacks.calls", "1", "20000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-2]) > 1000, done.stdout  # calls that the engine makes, each refused


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "prefix a: <a:>\n# comment\ndelete where { ?s ?p ?o }",
        "LOAD <file:///etc/hostname>",
        "BASE <http://a/> LOAD SILENT <http://127.0.0.1/> INTO GRAPH <http://a/g>",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP ALL",
    ],
)
def test_updates_are_refused(query: str) -> None:
    with pytest.raises(Problem) as refusal:
        vet(query)
    assert refusal.value.status == 403
    assert "never change" in str(refusal.value.detail)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM <a:g> { ?s ?p ?o }", True),
        ("SELECT*FROM<a:g>{}", True),
        ("SELECT * from named <a:g> { ?s ?p ?o }", True),
        ("PREFIX a: <a:> ASK\n#c\nFROM a:g {}", True),
        ("SELECT * { ?s ?p 'FROM <a:g>' } # FROM <a:g>", False),
        ("PREFIX from: <http://a/from> SELECT ?from { ?from from:from <http://a/from> }", False),
    ],
)
def test_a_dataset_of_the_querys_own_is_noticed(query: str, expected: bool) -> None:
    assert vet(query).has_dataset is expected


@pytest.mark.parametrize(
    "text",
    [
        "service" * 9000,
        "SERVICE " * 8000,
        "SERVICE#" * 8000,
        "<" * 65000,
        "<#a>" * 16000,
        "<'a>" * 16000,
        "<service#a>" * 5900,
        "<service a:b" * 5400,
        "<<<a>" * 13000,
        "'''\\q" * 13000,
        "<'''\\q>" * 9300,
        "s" * 65000,
        "a:b\\#" * 10000,
        "e:service #\n" * 5400,
        "service#\n" * 6500,
        "<a" * 32000,
        "<a>" * 21000,
        "'" * 65000,
        '"""a' * 16000,
        '"\\' * 32000,
        "1." * 32000,
        "a:" * 32000,
        ":" * 65000,
        "{}" * 32000,
        "\\u0053ERVICE " * 5000,
        "@a" * 32000,
        "?" * 65000,
        "service<" * 8000,
        "service?x" * 7000,
        "service?-" * 7000,
        "service?" + "x" * 64000,
        ("service" + "x" * 90) * 600,
        "e:service:" * 6500,
        '"""\\' * 16000,
        '""\\"""' * 10000,
        ("'' " + chr(92) + "' ").replace(" ", "") * 9000,
    ],
)
def test_reading_takes_time_in_proportion(text: str) -> None:
    started = time.process_time()
    with suppress(Problem):
        vet(text)
    assert time.process_time() - started < 1.0


CHAINS = [  # each within the permitted length, each the end of a process with an ordinary stack
    "ASK { FILTER(" + "!" * 60_000 + "1) }",
    "ASK { " + "".join(f"BIND(1 AS ?v{i})" for i in range(3_500)) + "}",
]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CHAINS)))
def test_chains_that_overflow_an_ordinary_stack_do_not_end_the_process(number: int) -> None:
    program = (
        "import sys; from pyoxigraph import Store\n"
        "from server.engine import run_deep; from server.guard import vet\n"
        "from tests.test_server_guard import CHAINS\n"
        "query = vet(CHAINS[int(sys.argv[1])]).text\n"
        "print(run_deep(lambda: bool(Store().query(query))))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(number)], capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in {"True", "False"}


@pytest.mark.parametrize(
    ("query", "position", "says"),
    [
        ("SELECT * {\n  ?s leg:visitor ?o }", (2, 6), "PREFIX leg: <https://w3id.org/legation/ontology#>"),
        ("SELECT * { ?s :x ?o }", (1, 15), "PREFIX :"),
        ("PREFIX a: <a:>\nSELECT * { ?s a:x _:b ; b:y 'c:d' }", (2, 25), "the prefix b:"),
        ("SELECT * {\n ?s ?p \n", (3, 1), "expected"),
    ],
)
def test_a_syntax_error_says_where_and_what(query: str, position: tuple[int, int], says: str) -> None:
    with pytest.raises(SyntaxError) as error:
        Store().query(query)
    line, column, reason = explain(query, error.value.msg)
    assert (line, column) == position
    assert says in reason
    assert "'A'" not in reason
