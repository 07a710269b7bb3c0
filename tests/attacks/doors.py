"""Server-side request forgery: queries that would have the server fetch something, and what they must not reach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kg.release import open_release
from server.query.frames import END
from server.query.nursery import Nursery
from server.query.process import Process
from tests.attacks.canary import Canary, canary
from tests.attacks.table import Seen
from tests.attacks.target import ATTACKER, ROOT, Target
from tests.attacks.wire import Call, direct, form, get

CALLS = (
    "SELECT * { SERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { sErViCe<{u}>{} }",
    "SELECT * { SERVICE SILENT <{u}> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<{u}>{?s ?p ?o} }",
    "SELECT * { VALUES ?x { <{u}> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { BIND(<{u}> AS ?x) SERVICE SILENT ?x { ?s ?p ?o } }",
    'SELECT * { BIND(IRI(CONCAT("http", SUBSTR("{u}", 5))) AS ?x) SERVICE ?x { ?s ?p ?o } }',
    "SELECT * { VALUES ?x { <{u}> } FILTER(1<2)SERVICE?x#>\n{ ?s ?p ?o } }",
    "PREFIX e: <{u}/> SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "PREFIX e: <{u}/> SELECT * { SERVICESILENTe:x{?s ?p ?o} }",
    "PREFIX : <{u}/> SELECT * { SERVICE : { ?s ?p ?o } }",
    "PREFIX service: <{u}/> SELECT * { SERVICE service:x { ?s ?p ?o } }",
    "PREFIX silent: <{u}/> SELECT * { SERVICE silent:x { ?s ?p ?o } }",
    "BASE <{u}/> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "BASE <{u}/a/> BASE <../b/> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE <{u}> { ?s ?p ?o } }",
    "SELECT * { SERVICE <\\u0068ttp{r}> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http\\u003A{n}> { ?s ?p ?o } }",
    "SELECT * { SERVICE#one\n#two {\nSILENT#three\r<{u}>#four\n{ } }",
    "SELECT * { VALUES ?y { 1 }SERVICE<{u}>{} }",
    "SELECT * { FILTER(1=1SERVICE<{u}>{}) }",
    "SELECT * { ?s ?p 1SERVICE <{u}> { ?s ?p ?o } }",
    "PREFIX a: <http://a/> SELECT * { OPTIONAL { ?s ?p a:b\\# } SERVICE <{u}> { } }",
    "PREFIX a: <http://a/> SELECT * { OPTIONAL { ?s ?p a:b\\' } SERVICE <{u}> { } OPTIONAL { ?s ?p a:\\' } }",
    "SELECT * { VALUES ?y { ''' ' } SERVICE <{u}> { } # \\q '''\n }",
    'SELECT * { VALUES ?y { """ " } SERVICE <{u}> { } # \\uD800 """\n }',
    "PREFIX a: <http://a:80> SELECT * { {} UNION { { {} UNION {} } OPTIONAL { ?s ?p a:SERVICE<{u}>{} } } }",
    "PREFIX a: <http://a:80> SELECT * { OPTIONAL { ?s ?p a:SERVICE<{u}>{} } }",
    "SELECT * { FILTER(?a<'>')SERVICE <{u}> {} }",
    "SELECT * { { SELECT * { SERVICE <{u}> {} } } }",
    "ASK { FILTER EXISTS { SERVICE <{u}> { ?s ?p ?o } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <{u}> { ?s ?p ?o } } }",
    "SELECT * { OPTIONAL { SERVICE <{u}> { ?s ?p ?o } } }",
    "SELECT * { {} UNION { SERVICE <{u}> { ?s ?p ?o } } }",
    "SELECT * { {} MINUS { SERVICE <{u}> { ?s ?p ?o } } }",
    "SELECT * { GRAPH ?g { ?a ?b ?c SERVICE <{u}> { ?s ?p ?o } } }",
    "SELECT * { LATERAL { SERVICE <{u}> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "CONSTRUCT WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "DESCRIBE ?s WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) { SERVICE <{u}> { ?s ?p ?o } } GROUP BY ?s HAVING(?n > 1) ORDER BY ?s",
)
"""Queries that call out, or would with a laxer parser."""

FETCHES = (
    "SELECT * FROM <{u}> { ?s ?p ?o }",
    "SELECT * FROM NAMED <{u}> { GRAPH ?g { ?s ?p ?o } }",
    "PREFIX e: <{u}/> ASK FROM e:x { ?s ?p ?o }",
    "DESCRIBE <{u}>",
    "SELECT * { GRAPH <{u}> { ?s ?p ?o } }",
    "SELECT * { ?s <{u}>* ?o } LIMIT 1",
    "PREFIX f: <{u}/> SELECT (f:load(<{u}>) AS ?x) {}",
    "SELECT (IRI('{u}') AS ?x) {}",
)
"""Queries that name an address without calling it: their answer may be good, but nothing is fetched."""

UPDATES = (
    "LOAD <{u}>",
    "LOAD SILENT <{u}> INTO GRAPH <http://a/g>",
    "BASE <{u}/> LOAD <x>",
    "#\nlo\\u0061d <{u}>",
    "INSERT DATA { <http://a/s> <http://a/p> <{u}> }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <{u}> { ?s ?p ?o } }",
    "CLEAR ALL ; LOAD <{u}>",
    "DELETE WHERE { ?s ?p ?o }",
    "ASK {} ; LOAD <{u}>",
)

BODIES = (
    ("application/ld+json", '{"@context": "{u}/context", "@id": "http://a/s"}'),
    ("application/rdf+xml", '<!DOCTYPE r [<!ENTITY e SYSTEM "{u}/entity">]><r>&e;</r>'),
    ("text/xml", '<?xml version="1.0"?><!DOCTYPE r SYSTEM "{u}/dtd"><r/>'),
    ("text/turtle", "@base <{u}/> . <s> <p> <o> ."),
    ("application/json", '{"query": "SELECT * { SERVICE <{u}> { ?s ?p ?o } }"}'),
    (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nLOAD <{u}>\r\n--b--',
    ),
    ("application/sparql-query; charset=utf-16", "SELECT * { SERVICE <{u}> {} }"),
    ("text/plain", "LOAD <{u}>"),
)


def at(template: str, address: str) -> str:
    """Return a template with the address of a listener: all, without its scheme, and without "http:"."""
    without = address.removeprefix("http")
    return template.replace("{u}", address).replace("{r}", without).replace("{n}", without.removeprefix(":"))


def reach_out(target: Target) -> Iterator[Seen]:
    """Try each query by each way that the protocol has, and each address of the listeners in some of them."""
    with canary() as bird:
        for call, expected in calls(bird):
            answer = target.send(call)
            fault = f"{call}: status {answer.status}" if answer.status not in expected else ""
            if bird.hits or b"the canary was reached" in answer.body:
                fault = f"{call}: the canary was reached by {bird.hits}"
                bird.hits.clear()
            yield Seen(answer.status, fault)


def calls(bird: Canary) -> Iterator[tuple[Call, set[str]]]:
    """Yield requests, with the statuses that may answer them."""
    first = bird.addresses[0]
    for template in CALLS:
        query = at(template, first)
        for way in (get, form, direct):
            yield way(query), {"403", "400"}
    for address in (*bird.addresses[1:], *bird.names()):
        for template in CALLS[:5]:
            yield get(at(template, address)), {"403", "400"}
    for template in FETCHES:
        yield get(at(template, first)), {"200", "400", "504"}
    for template in UPDATES:
        update = at(template, first)
        for way in (get, form, direct):
            yield way(update), {"403", "400"}
        yield Call("/sparql", "POST", update.encode(), {"Content-Type": "application/sparql-update"}), {"403"}
        yield form("ASK {}", ("update", update)), {"403"}
        yield get("ASK {}", ("update", update)), {"403"}
    for name in ("default-graph-uri", "named-graph-uri"):
        for way in (get, form, direct):
            yield way("SELECT * { ?s ?p ?o }", (name, first)), {"200"}
    for name in ("using-graph-uri", "using-named-graph-uri"):
        yield get("ASK {}", (name, first)), {"403"}
    for kind, body in BODIES:
        yield Call("/sparql", "POST", at(body, first).encode(), {"Content-Type": kind}), {"415"}
    for header in ("Host", "X-Forwarded-Host", "Referer", "Origin", "Forwarded"):
        value = f"host={first}" if header == "Forwarded" else first.removeprefix("http://")
        yield Call("/sparql?query=ASK%7B%7D", headers={header: value}), {"200", "400"}
    yield Call(f"{first}/sparql?query=ASK%7B%7D"), {"200", "400", "404"}  # as a proxy would be asked
    yield Call(first.removeprefix("http://"), "CONNECT"), {"400", "404", "405"}


PAST_THE_GUARD = """
import json, sys
from pyoxigraph import Store
from server.sealed import seal
if sys.argv[1] == "sealed":
    seal(memory_bytes=1 << 30)
for query in json.load(sys.stdin):
    try:
        for _ in zip(range(9), Store().query(query)): pass
    except TypeError: pass  # an answer to ASK
    except (SyntaxError, OSError, RuntimeError): pass
print("done")
"""


def past_the_guard(target: Target) -> Iterator[Seen]:
    """Hand the queries to the engine itself: from a sealed process nothing may arrive, from an open one it does."""
    with canary() as bird:
        queries = [at(template, address) for template in CALLS for address in bird.addresses]
        for state in ("open", "sealed"):
            bird.hits.clear()
            done = subprocess.run(
                [sys.executable, "-c", PAST_THE_GUARD, state],
                input=json.dumps(queries), capture_output=True, text=True, timeout=120, cwd=ROOT,
            )  # fmt: skip
            if done.stdout.strip() != "done":
                yield Seen("ended", f"the {state} process ended with {done.returncode}: {done.stderr[-300:]}")
            elif state == "open" and len(bird.hits) < len(CALLS) // 2:
                yield Seen("unproved", f"only {len(bird.hits)} queries reach the canary where nothing stops them")
            elif state == "sealed" and bird.hits:
                yield Seen("reached", f"{len(bird.hits)} hits from a sealed process")
            else:
                yield Seen("reached, as it must be" if bird.hits else "sealed, 0 hits", times=len(queries))
        bird.hits.clear()
        nursery = Nursery(open_release(target.release).path, memory_bytes=1 << 30)
        ended = sum(_asked(nursery, query) != "END" for query in queries)
        sound = _asked(nursery, "SELECT * { ?s ?p ?o } LIMIT 1") == "END"
        nursery.close()
        fault = f"{len(bird.hits)} hits from the server's own kind of process" if bird.hits else ""
        if not sound or ended < len(CALLS) // 2:
            fault = f"{ended} queries failed, a good one {'did not' if sound else 'did'}: this proves nothing"
        yield Seen("worker, 0 hits", fault, len(queries))


def _asked(nursery: Nursery, query: str) -> str:
    """Return how a query process of the server's kind ends a question that no guard has seen."""
    process = Process(nursery)
    formats = {"results": "text/csv", "graph": "text/turtle", "encoding": "", "refusal": {}, "head_only": False}
    limits = {"most_bytes": 1 << 20, "most_rows": 1000, "union": True, "default": None, "named": None}
    process.ask({"release": str(nursery.release), "query": query, "base": "http://a/", **formats, **limits})
    try:
        kinds = {kind for kind, _ in process.frames.receive()}
    except EOFError:
        kinds = set()
    process.kill()
    return "END" if END in kinds else "PROBLEM"


def read_files(target: Target) -> Iterator[Seen]:
    """Try to have a file's text in an answer: by ``file:`` addresses, and by paths out of what is served."""
    folder = target.release.resolve()
    secret = "s3cret-0f-th1s-f1le"
    file = folder / "secret.nt"
    file.write_text(f'<http://a/s> <http://a/p> "{secret}" .\n', encoding="utf-8")
    (folder / "secret.srj").write_text('{"head":{},"boolean":true,"x":"' + secret + '"}', encoding="utf-8")
    for call in file_calls(file):
        answer = target.send(call, client=ATTACKER)
        told = secret.encode() in answer.body or b"root:" in answer.body
        yield Seen(answer.status, f"{call}: the secret is told" if told else "")


def file_calls(file: Path) -> Iterator[Call]:
    """Yield requests that name the file."""
    places = [
        f"file://{file}",
        f"file:{file}",
        f"file://localhost{file}",
        f"FILE://{file}",
        f"file:///proc/self/root{file}",
    ]
    for place in places:
        for template in (*CALLS[:9], *FETCHES, *UPDATES[:3]):
            yield get(template.replace("{u}", place).replace("{r}", "").replace("{n}", ""))
        for name in ("default-graph-uri", "named-graph-uri"):
            yield get("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 1000", (name, place))
    yield get(f"BASE <file://{file.parent}/> SELECT * FROM <{file.name}> {{ ?s ?p ?o }}")
    steps = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "....//", "..\\", "..%5c", "..%00/", "%252e%252e%252f")
    for start in ("/", "/dumps/", "/dumps/latest/", "/dumps/x/", "/static/", "/id/", "/data/", "/page/", "/ontology/"):
        for step in steps:
            for depth in (1, 2, 3, 6, 12):
                name = file.name if depth < 12 else "etc/passwd"
                yield Call(start + step * depth + name)
    for start in ("/", "/dumps/", "/static/", "/data/"):
        for name in (str(file), f"/{file}", f"file://{file}", "/etc/passwd"):
            yield Call(start + name)
