"""The Model Context Protocol, asked with the SDK's own client: over standard input and output, and over HTTP."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import anyio
import httpx
import pyoxigraph as ox
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from kg.cli import _parser, main
from kg.errors import QueryError, ReleaseError
from kg.iri import PREFIXES
from kg.release import open_release
from server.mcp import rows, vocabulary
from server.mcp.processes import MOST_WAITING, Processes
from tests import mcp_jobs
from tests.server_fixture import BASE, LEG, PROLOGUE, ROOT, point, write_release

TOOLS = {"find_actor", "describe", "example_queries", "query", "schema"}
ALL_BY_ALL = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {ALL_BY_ALL}"
GREEDY = f"SELECT * {ALL_BY_ALL} ORDER BY ?a ?d ?g ?j LIMIT 1"
GRAPH = f"<{BASE}graph/actors>"
MANY = "".join(
    f"<{BASE}person/p{n}> <{PREFIXES['rdf']}type> <{LEG}{kind}> {GRAPH} .\n"
    f'<{BASE}person/p{n}> <{PREFIXES["rdfs"]}label> "Delegate Number{n}"@en {GRAPH} .\n'
    f"<{BASE}person/p{n}> <{LEG}knows> <{BASE}place/norland> {GRAPH} .\n"
    for n in range(30)
    for kind in ("Actor", "Person")
)
EXTRA = f"""{MANY}
<{BASE}person/ada-example> <{PREFIXES["skos"]}exactMatch> <http://www.wikidata.org/entity/Q0> <{BASE}graph/links> .
<{BASE}person/ada-example> <{LEG}countryCode> "XN" {GRAPH} .
<{BASE}state/xn> <{PREFIXES["rdf"]}type> <{LEG}Actor> {GRAPH} .
<{BASE}state/xn> <{PREFIXES["rdf"]}type> <{LEG}State> {GRAPH} .
<{BASE}state/xn> <{PREFIXES["rdfs"]}label> "Norland"@en {GRAPH} .
<{BASE}state/xn> <{LEG}countryCode> "XN" {GRAPH} .
"""

Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a release in it."""
    path = tmp_path_factory.mktemp("mcp")
    write_release(path, "one", extra=EXTRA)
    return path


@dataclass(frozen=True)
class Served:
    """A server over HTTP, and a client of it that stays connected in a thread of its own."""

    address: str
    client: Client
    portal: BlockingPortal


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    """Serve that release, with three seconds for a query."""
    with (
        serving(folder, "--timeout", "3", "--allow-host", "graph.example.org") as address,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(address)) as client,
    ):
        yield Served(address, client, portal)


@contextmanager
def started(*arguments: str, **pipes: Any) -> Iterator[subprocess.Popen[str]]:
    """Run ``legation mcp`` in a process that five minutes end at the latest."""
    process = subprocess.Popen([sys.executable, "-m", "kg", "mcp", *arguments], text=True, cwd=ROOT, **pipes)
    watch = threading.Timer(300, process.kill)
    watch.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)
        watch.cancel()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Serve over HTTP on a free port; it must end by itself with 0 on SIGTERM."""
    with started(str(folder), "--http", "--port", "0", *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = re.search(r" at (http://127\.0\.0\.1:\d+/mcp) until", process.stdout.readline())
        assert told, "the server did not start; see its messages above"
        yield told[1]
        process.terminate()
        assert process.wait(timeout=20) == 0


def talk(server: str | StdioServerParameters, conversation: Talk, *, mode: str = "auto") -> Any:
    """Hold a conversation with a server, for half a minute at most."""

    async def hold() -> Any:
        with anyio.fail_after(30):
            async with Client(server, mode=mode) as client:
                return await conversation(client)

    return anyio.run(hold)


def call(served: Served, tool: str, **arguments: Any) -> CallToolResult:
    """Call one tool."""
    result = served.portal.start_task_soon(served.client.call_tool, tool, arguments).result(timeout=30)
    assert isinstance(result, CallToolResult)
    return result


def told(served: Served, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return the structured answer of a tool."""
    result = call(served, tool, **arguments)
    assert not result.is_error, text(result)
    assert result.structured_content is not None
    return result.structured_content


def refused(served: Served, tool: str, **arguments: Any) -> str:
    """Return with what words a tool refuses."""
    result = call(served, tool, **arguments)
    assert result.is_error
    assert "Traceback" not in text(result)
    return text(result)


def text(result: CallToolResult) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


# Conversations


def test_a_client_starts_the_server_and_calls_every_tool(folder: Path) -> None:
    async def conversation(client: Client) -> None:
        assert client.server_info is not None
        assert client.server_info.name == "legation"
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == TOOLS
        arguments = {"find_actor": {"name": "Ada"}, "describe": {"id": "visit/1111"}, "query": {"sparql": "ASK {}"}}
        for name, tool in tools.items():
            result = await client.call_tool(name, arguments.get(name, {}))
            assert not result.is_error, text(result)
            assert tool.output_schema is not None
            Draft202012Validator(tool.output_schema).validate(result.structured_content)
            assert text(result)

    how = StdioServerParameters(command=sys.executable, args=["-m", "kg", "mcp", str(folder)], cwd=ROOT)
    talk(how, conversation, mode="legacy")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_two_clients_at_once_over_http(served: Served, mode: str) -> None:
    async def both(one: Client) -> None:
        async with Client(served.address, mode=mode) as other:
            await one.list_tools()
            answers: list[dict[str, Any] | None] = []

            async def ask(client: Client, name: str) -> None:
                answers.append((await client.call_tool("find_actor", {"name": name})).structured_content)

            async with anyio.create_task_group() as tasks:
                for client, name in ((one, "Ada Example"), (other, "Bo Sample"), (one, "Norland"), (other, "Ada")):
                    tasks.start_soon(ask, client, name)
            assert len(answers) == 4
            assert all(answer and answer["actors"] for answer in answers)

    talk(served.address, both, mode=mode)


def test_tools_say_what_they_do_and_take(served: Served) -> None:
    for tool in talk(served.address, lambda client: client.list_tools()).tools:
        assert tool.annotations.read_only_hint
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        assert len(tool.description) > 40
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
        assert tool.input_schema["additionalProperties"] is False
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]
            assert argument.keys() & {"maxLength", "maximum", "enum", "pattern"}, "inputs have limits"


def test_resources_are_the_ontology_and_the_manifest(served: Served) -> None:
    async def read(client: Client) -> list[Any]:
        listed = [str(resource.uri) for resource in (await client.list_resources()).resources]
        return [(await client.read_resource(uri)).contents[0] for uri in listed]

    ontology, manifest = talk(served.address, read)
    assert len(list(ox.parse(ontology.text, ox.RdfFormat.TURTLE))) > 400
    assert json.loads(manifest.text)["version"] == "one"


# Tools


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("Ada Example", 1.0),
        ("ada  EXAMPLE", 1.0),
        ("Ádá Éxample", 1.0),
        ("Ms Example", 0.85),
        ("Example, Ada", 0.98),
        ("Ade Exampel", 0.7),
        ("Ada", 0.6),
    ],
)
def test_an_actor_is_found_by_any_spelling(served: Served, name: str, least: float) -> None:
    best = told(served, "find_actor", name=name)["actors"][0]
    assert best["id"] == "person/ada-example"
    assert best["iri"] == BASE + best["id"]
    assert best["label"] == "Ada Example"
    assert best["score"] >= least
    assert best["kinds"] == ["Actor", "Person"]
    assert best["wikidata"] == "http://www.wikidata.org/entity/Q0"
    assert best["country"] == "XN"


def test_kind_and_country_narrow_down(served: Served) -> None:
    def ids(**narrowed: str) -> set[str]:
        return {actor["id"] for actor in told(served, "find_actor", name="Norland", **narrowed)["actors"]}

    assert ids() == {"state/xn", "place/norland"}
    assert ids(kind="state") == {"state/xn"}
    assert ids(kind="Actor", country="xn") == {"state/xn"}
    assert ids(kind="Place") == {"place/norland"}
    assert ids(country="US") == set()


def test_actors_left_out_are_counted(served: Served) -> None:
    found = told(served, "find_actor", name="Delegate", limit=7)
    assert (len(found["actors"]), found["left_out"]) == (7, 23)
    scores = [actor["score"] for actor in found["actors"]]
    assert scores == sorted(scores, reverse=True)


def test_a_name_that_nobody_has_finds_nobody(served: Served) -> None:
    found = told(served, "find_actor", name="Zzyzx Qwfp", country="FR")
    assert found["actors"] == []
    assert "leave out kind and country" in found["note"]


def test_an_identifier_finds_its_actor(served: Served) -> None:
    assert [a["id"] for a in told(served, "find_actor", name="person/ada-example")["actors"]] == ["person/ada-example"]


def test_an_event_comes_with_its_reports_and_their_words(served: Served) -> None:
    event = told(served, "describe", id="visit/1111")
    assert event["label"] == "Ada Example visits Norland"
    assert event["kinds"] == ["leg:Event", "leg:Visit"]
    (report,) = event["reports"]
    assert report["words"] == ["Minister travels to Norland"]
    assert report["confidence"] == 0.9
    assert report["title"] == "Minister travels to Norland"
    assert (report["status"], report["issued"], report["rule"]) == ("leg:Planned", "2031-05-02", "visit/arrive")
    values = {row["name"]: row["values"] for row in event["properties"]}
    assert values["leg:visitor"] == [{"text": "Ada Example", "id": "person/ada-example"}]
    assert values["leg:status"] == [{"text": "planned", "iri": f"{LEG}Planned"}]
    assert values["leg:earliest"] == [{"text": "2031-05-01", "type": "date"}]


def test_what_points_at_a_node_is_told_up_to_the_limit_and_counted(served: Served) -> None:
    person = told(served, "describe", id=f"<{BASE}person/bo-sample>")
    assert {row["name"] for row in person["incoming"]} == {"leg:participant", "leg:speaker"}
    place = told(served, "describe", id="place/norland", limit=4)
    (known,) = [row for row in place["incoming"] if row["name"] == "leg:knows"]
    assert (len(known["values"]), known["left_out"]) == (4, 26)
    assert "26 values are left out" in place["note"]


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("leg:Visit", f"{LEG}Visit"),
        ("id:person/ada-example", f"{BASE}person/ada-example"),
        ("article/news one", f"{BASE}article/news%20one"),
        ("article/news%20one", f"{BASE}article/news%20one"),
        ("office/外相", f"{BASE}office/外相"),
    ],
)
def test_a_node_is_found_by_any_of_its_names(served: Served, name: str, iri: str) -> None:
    assert told(served, "describe", id=name)["iri"] == iri


def test_turtle_has_the_statements_of_both_directions(served: Served) -> None:
    result = call(served, "describe", id="visit/1111", format="turtle")
    triples = list(ox.parse(text(result), ox.RdfFormat.TURTLE))
    visit = ox.NamedNode(f"{BASE}visit/1111")
    assert sum(triple.subject == visit for triple in triples) == 10
    assert sum(triple.object == visit for triple in triples) == 1


def test_example_queries_run(served: Served) -> None:
    async def ask_all(client: Client) -> list[CallToolResult]:
        examples = (await client.call_tool("example_queries", {})).structured_content
        assert examples is not None
        assert len(examples["examples"]) >= 6
        assert all(example["title"] and example["question"] for example in examples["examples"])
        return [await client.call_tool("query", {"sparql": example["query"]}) for example in examples["examples"]]

    assert [text(result) for result in talk(served.address, ask_all) if result.is_error] == []


def test_rows_come_as_json_or_csv(served: Served) -> None:
    query = PROLOGUE + "SELECT ?name ?code { ?x a leg:Person ; rdfs:label ?name OPTIONAL { ?x leg:countryCode ?code } "
    query += "FILTER(!STRSTARTS(?name, 'Del')) } ORDER BY ?name"
    answer = told(served, "query", sparql=query)
    assert answer["columns"] == ["name", "code"]
    assert answer["rows"] == [{"name": "Ada Example", "code": "XN"}, {"name": "Bo Sample"}]
    assert (answer["complete"], answer["count"], answer["release"]) == (True, 2, "one")
    table = list(csv.DictReader(io.StringIO(text(call(served, "query", sparql=query, format="csv")))))
    assert table == [{"name": "Ada Example", "code": "XN"}, {"name": "Bo Sample", "code": ""}]


def test_ask_and_construct(served: Served) -> None:
    assert told(served, "query", sparql="ASK { ?s ?p ?o }")["boolean"] is True
    assert told(served, "query", sparql="ASK { <x:a> ?p ?o }")["boolean"] is False
    graph = told(served, "query", sparql=f"DESCRIBE <{BASE}person/bo-sample>")
    assert graph["kind"] == "graph"
    assert len(list(ox.parse(graph["text"], ox.RdfFormat.TURTLE))) == graph["count"] == 3


def test_a_cut_answer_says_so(served: Served) -> None:
    everything = told(served, "query", sparql="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")["rows"][0]["n"]
    result = call(served, "query", sparql="SELECT * { ?s ?p ?o }", max_rows=5, format="csv")
    answer = result.structured_content
    assert answer is not None
    assert (answer["complete"], answer["count"], answer["left_out"]) == (False, 5, int(everything) - 5)
    assert f"Only 5 rows are given; {answer['left_out']:,} more are left out." in text(result)
    graph = told(served, "query", sparql="CONSTRUCT WHERE { ?s ?p ?o }", max_rows=5)
    assert (graph["complete"], graph["count"]) == (False, 5)
    assert "triples are given" in graph["note"]


def test_large_values_are_left_out_and_many_rows_not_counted_to_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = open_release(folder)
    monkeypatch.setattr(rows, "MOST_CHARACTERS", 300)
    large = rows.answer(release, 'SELECT ("' + "x" * 290 + '" AS ?x) ?s { ?s ?p ?o }', False, 1000)
    assert (large.complete, large.count) == (False, 0)
    monkeypatch.setattr(rows, "COUNTED", 10)
    many = rows.answer(release, "SELECT ?p { ?s ?p ?o }", False, 2)
    assert (many.count, many.left_out) == (2, 10)
    assert "at least 10 more" in many.note


def test_the_schema_defines_every_term_that_the_notes_name(served: Served) -> None:
    schema = told(served, "schema")
    terms = {term["name"]: term for kind in ("classes", "properties", "values") for term in schema[kind]}
    assert all(term["definition"] for term in terms.values())
    named = set(re.findall(r"leg:\w+", " ".join(vocabulary.NOTES)))
    assert len(named) > 8
    assert named <= terms.keys()
    assert terms["leg:visitor"]["domain"] == ["leg:Visit"]
    assert terms["leg:Planned"]["below"] == ["leg:Status"]
    assert schema["prefixes"]["leg"] == LEG
    assert schema["base"] == BASE


# Refusals


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("INSERT DATA { <a:b> <a:b> <a:b> }", "no update is carried out"),
        ("LOAD <http://127.0.0.1/>", "no update is carried out"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE is not offered here"),
        ("SELECT * { ?s leg:visitor ?o }", f"begin with PREFIX leg: <{LEG}>"),
        ("SELECT *\n{ ?s ?p }", "line 2, column 10"),
        ("SELECT * " + "{" * 5000 + "}" * 5000, "write it flatter"),
        ("SELECT (<x:unknown>(1) AS ?x) {}", "cannot be evaluated"),
    ],
    ids=["update", "load", "service", "prefix", "syntax", "nesting", "function"],
)
def test_what_the_endpoint_refuses_is_refused_in_its_words(served: Served, query: str, words: str) -> None:
    assert words in refused(served, "query", sparql=query)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("query", {}, "sparql\n  Field required"),
        ("query", {"sparql": "ASK {}", "max_rows": 10_000}, "less than or equal to 1000"),
        ("query", {"sparql": "ASK {}", "format": "xml"}, "'json' or 'csv'"),
        ("query", {"sparql": "x" * 70_000}, "at most 65536 characters"),
        ("find_actor", {"name": ""}, "at least 1 character"),
        ("find_actor", {"name": "Ada", "country": "France"}, "country"),
        ("find_actor", {"name": "Ada", "kinds": "Person"}, "kinds\n  Extra inputs are not permitted"),
        ("find_actor", {"name": "Ada", "kind": "Robot"}, "it has Actor, Person, Place, State"),
        ("describe", {"id": "person/nobody"}, "look its id up with find_actor"),
        ("describe", {"id": "not an \x00 iri"}, "look its id up with find_actor"),
        ("no_such_tool", {}, "Unknown tool"),
    ],
)
def test_wrong_input_is_told_what_is_wrong(served: Served, tool: str, arguments: dict[str, Any], words: str) -> None:
    assert words in refused(served, tool, **arguments)


def test_a_runaway_query_is_given_up_and_harms_nobody_else(served: Served) -> None:
    async def conversation(client: Client) -> None:
        async with Client(served.address) as other, anyio.create_task_group() as tasks:
            took: list[float] = []

            async def run_away() -> None:
                started = time.monotonic()
                result = await client.call_tool("query", {"sparql": RUNAWAY})
                took.append(time.monotonic() - started)
                assert result.is_error
                assert "given up after 3 seconds" in text(result)

            tasks.start_soon(run_away)
            await anyio.sleep(0.3)
            result = await other.call_tool("query", {"sparql": "ASK {}"})
            assert not result.is_error
            assert not took, "the other client was answered while the query ran"
        assert 2.9 < took[0] < 15
        assert not (await client.call_tool("query", {"sparql": "ASK {}"})).is_error

    talk(served.address, conversation)


# Processes


def test_a_crash_ends_its_process_only(folder: Path) -> None:
    async def work() -> None:
        processes = Processes(folder, timeout_s=5)
        with pytest.raises(QueryError, match="ended the process"):
            await processes.run(mcp_jobs.crash)
        assert await processes.run(mcp_jobs.sleep, 0.0) == "one"
        first = await processes.run(mcp_jobs.process)
        assert await processes.run(mcp_jobs.process) == first != os.getpid()

    anyio.run(work)


def test_a_query_that_wants_too_much_memory_ends_its_process_only(folder: Path) -> None:
    async def work() -> None:
        processes = Processes(folder, timeout_s=25, memory_bytes=800 * 1024**2)
        with pytest.raises(QueryError, match="want of memory"):
            await processes.run(rows.answer, GREEDY, False, 10)
        assert (await processes.run(rows.answer, "ASK { ?s ?p ?o }", False, 10)).boolean

    anyio.run(work)


def test_no_query_reaches_the_network_even_past_the_guard(folder: Path) -> None:
    asked: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        def log_message(self, format: str, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/sparql"
        assert "500" in mcp_jobs.call_out(open_release(folder), address)
        assert asked == ["/sparql"], "without the seal the engine does call out"

        async def work() -> None:
            processes = Processes(folder, timeout_s=10)
            assert await processes.start() is True
            assert await processes.run(mcp_jobs.connect) == "PermissionError"
            assert "Permission denied" in await processes.run(mcp_jobs.call_out, address)

        anyio.run(work)
        server.shutdown()
    assert asked == ["/sparql"]


def test_too_many_that_wait_are_turned_away(folder: Path) -> None:
    async def work() -> None:
        processes = Processes(folder, timeout_s=20, at_once=1)
        await processes.start()
        outcomes: list[str] = []

        async def ask(seconds: float) -> None:
            try:
                outcomes.append(await processes.run(mcp_jobs.sleep, seconds))
            except QueryError as error:
                outcomes.append(str(error))

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask, 0.5)
                await anyio.sleep(0.1)
                for _ in range(MOST_WAITING + 3):
                    tasks.start_soon(ask, 0.0)
        assert outcomes.count("one") == 1 + MOST_WAITING
        assert sum("try again in some seconds" in outcome for outcome in outcomes) == 3

    anyio.run(work)


def test_a_new_release_is_followed_without_a_restart(folder: Path, served: Served) -> None:
    write_release(folder, "two")

    async def conversation(client: Client) -> None:
        for version, found in (("one", 10), ("two", 0), ("one", 10)):
            point(folder, version)
            answer = (await client.call_tool("find_actor", {"name": "Delegate"})).structured_content
            assert answer is not None
            assert (answer["release"], len(answer["actors"])) == (version, found)
        point(folder, "gone")
        lost = await client.call_tool("query", {"sparql": "ASK {}"})
        assert lost.is_error
        assert "legation build" in text(lost)

    try:
        talk(served.address, conversation)
    finally:
        point(folder, "one")
    assert told(served, "query", sparql="ASK {}")["release"] == "one"


# Start and end


INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


def send(process: subprocess.Popen[str], **message: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()


def children(process: subprocess.Popen[str]) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def gone(numbers: list[int]) -> bool:
    """Return whether these processes end within some seconds; that nobody has taken note of it does not count."""

    def runs(number: int) -> bool:
        try:
            return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return False

    for _ in range(100):
        if not any(runs(number) for number in numbers):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_the_server_ends_with_its_queries_and_has_printed_nothing_but_the_protocol(folder: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    ends = {"end of input": 0, "SIGINT": 0, "SIGKILL": -signal.SIGKILL}
    with ExitStack() as stack:
        servers = {how: stack.enter_context(started(str(folder), **pipes)) for how in ends}
        for server in servers.values():
            send(server, id=1, method="initialize", params=INITIALIZE)
        lines = {how: [server.stdout.readline()] for how, server in servers.items() if server.stdout}
        for server in servers.values():
            send(server, method="notifications/initialized")
            send(server, id=2, method="tools/call", params={"name": "query", "arguments": {"sparql": RUNAWAY}})
        assert select.select([server.stdout for server in servers.values()], [], [], 1.0)[0] == [], "queries still run"
        queries = {how: children(server) for how, server in servers.items()}
        for how, server in servers.items():
            assert server.stdin
            assert server.stdout
            assert server.stderr
            assert len(queries[how]) == 1
            if how == "end of input":
                server.stdin.close()
            else:
                server.send_signal(signal.Signals[how])
            assert server.wait(timeout=20) == ends[how], how
            lines[how] += server.stdout.readlines()
            assert all(json.loads(line)["jsonrpc"] == "2.0" for line in lines[how])
            assert server.stderr.read() == "", how
            assert gone(queries[how]), how


@pytest.mark.parametrize("options", [[], ["--http", "--port", "0"]])
def test_a_folder_without_a_release_stops_the_start(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mcp", str(tmp_path), *options]) == 2
    said = capsys.readouterr()
    remedy = f"no release here; make one with: legation build INPUT... --out {tmp_path}"
    assert (said.out, said.err) == ("", f"legation: {tmp_path}: {remedy}\n")


def test_a_damaged_store_stops_the_start(tmp_path: Path) -> None:
    for file in (write_release(tmp_path) / "store").iterdir():
        file.unlink()
    with started(str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE) as server:
        out, err = server.communicate(timeout=30)
    assert (server.returncode, out) == (2, "")
    assert "damaged release" in err
    assert "build again" in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["mcp", str(folder), "--http", "--port", str(port)]) == 2
    assert re.search(rf"port {port} .*--port", capsys.readouterr().err)


def test_a_release_that_is_missing_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="legation build"):
        anyio.run(Processes(tmp_path, timeout_s=1).start)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1234"}, 200),
        ({"Host": "graph.example.org", "Origin": "https://graph.example.org"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Host": "graph.example.org.evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_requests_through_foreign_names_and_pages_are_refused(
    served: Served, headers: dict[str, str], status: int
) -> None:
    usual = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    ping = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert httpx.post(served.address, content=ping, headers={**usual, **headers}, timeout=20).status_code == status


def test_too_long_a_request_is_refused(served: Served) -> None:
    large = b'{"x": "' + b"x" * 600_000 + b'"}'
    assert (
        httpx.post(served.address, content=large, headers={"Content-Type": "application/json"}, timeout=20).status_code
        == 413
    )


def test_other_commands_do_not_load_the_protocol() -> None:
    program = "import sys, kg.cli, server.serve; kg.cli._parser(); print(sorted({'mcp', 'uvicorn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr


def test_the_configuration_that_the_readme_shows_starts_the_server() -> None:
    (block,) = re.findall(r'```json\n(\{\s*"mcpServers".*?)```', (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    server = json.loads(block)["mcpServers"]["legation"]
    assert server["command"].endswith("/legation")
    options = _parser().parse_args(server["args"])
    assert (options.run.__name__, options.http) == ("_mcp", False)
