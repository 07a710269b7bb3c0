"""Clients that others wrote, each asking a real server the same: SPARQLWrapper, rdflib, pandas and Comunica.

The README's examples for them are run as they stand, but for the address.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pandas as pd
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.loopback import Answer, answering
from tests.server_fixture import BASE, LEG, ROOT, serving, write_release

README = (
    (ROOT / "README.md").read_text("utf-8").partition("### From R, Python and JavaScript\n")[2].partition("\n### ")[0]
)
ADDRESS = "http://127.0.0.1:8000"
CLIENTS = Path(__file__).with_name("clients")

LABELS = """PREFIX leg: <https://w3id.org/legation/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label ?day WHERE {
  ?thing rdfs:label ?label FILTER(STRSTARTS(STR(?thing), "https://w3id.org/legation/id/"))
  OPTIONAL { ?thing leg:earliest ?day }
} ORDER BY ?thing"""
VISIT = (f"{BASE}visit/1111", "Ada Example visits Norland", "2031-05-01")
PERSONS = "PREFIX leg: <https://w3id.org/legation/ontology#> CONSTRUCT WHERE { ?who a leg:Person }"

Rows = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder)
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="module")
def endpoint(server: str) -> str:
    return f"{server}/sparql"


@pytest.fixture(scope="module")
def wanted(endpoint: str) -> Rows:
    """What the server answers a client that is nothing but HTTP."""
    request = urllib.request.Request(f"{endpoint}?query={quote(LABELS)}", headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        rows = from_json(json.load(answer))
    assert VISIT in rows
    assert len(rows) == 7
    assert (f"{BASE}office/外相", "外相", "") in rows
    return rows


def from_json(answer: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> Rows:
    bindings = answer["results"]["bindings"]
    return [(row["thing"]["value"], row["label"]["value"], row.get("day", {}).get("value", "")) for row in bindings]


# ---------------------------------------------------------------- SPARQLWrapper


@pytest.mark.parametrize("only_by_header", [True, False])
@pytest.mark.parametrize(("method", "way"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper(endpoint: str, wanted: Rows, method: str, way: str, only_by_header: bool) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.setOnlyConneg(only_by_header)
    client.setQuery(LABELS)
    assert from_json(client.queryAndConvert()) == wanted

    client.setReturnFormat(XML)
    variables = ("thing", "label", "day")
    document = client.queryAndConvert()
    found = [tuple(_text(result, name) for name in variables) for result in document.getElementsByTagName("result")]
    assert found == wanted

    client.setReturnFormat(CSV)
    table = pd.read_csv(io.BytesIO(client.queryAndConvert()), keep_default_na=False)
    assert list(table.itertuples(index=False, name=None)) == wanted

    client.setReturnFormat(TSV)
    assert client.queryAndConvert().decode().count("\n") == len(wanted) + 1

    client.setQuery("ASK { ?s ?p ?o }")
    client.setReturnFormat(JSON)
    assert client.queryAndConvert()["boolean"] is True

    client.setQuery(PERSONS)
    for form, syntax in ((TURTLE, "turtle"), (N3, "n3"), (RDFXML, "xml"), (JSONLD, "json-ld")):
        client.setReturnFormat(form)
        graph = client.queryAndConvert()
        if not isinstance(graph, rdflib.Graph):
            graph = rdflib.Graph().parse(data=graph, format=syntax)
        assert len(graph) == 2, form


def _text(result: object, name: str) -> str:
    for binding in result.getElementsByTagName("binding"):  # type: ignore[attr-defined]
        if binding.getAttribute("name") == name:
            return str(binding.firstChild.firstChild.data)
    return ""


def test_sparqlwrapper_tells_what_is_wrong(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setQuery("SELECT * { ?s nope:p ?o }")
    with pytest.raises(QueryBadFormed, match="the prefix nope: is not declared"):
        client.query()


# ---------------------------------------------------------------- rdflib


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_store(endpoint: str, wanted: Rows, method: str, form: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=form))
    found = [tuple("" if term is None else str(term) for term in row) for row in graph.query(LABELS)]  # type: ignore[union-attr]
    assert found == wanted
    if form in ("xml", "json"):  # rdflib reads no booleans from the others
        assert graph.query("ASK { ?s ?p ?o }").askAnswer is True


def test_rdflib_store_as_a_graph(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint))
    ada, leg = rdflib.URIRef(f"{BASE}person/ada-example"), rdflib.Namespace(LEG)
    assert graph.value(ada, rdflib.RDFS.label) == rdflib.Literal("Ada Example", lang="en")
    assert set(graph.subjects(rdflib.RDF.type, leg.Person)) == {ada, rdflib.URIRef(f"{BASE}person/bo-sample")}
    assert (ada, rdflib.RDF.type, leg.Person) in graph
    assert len(graph.query(PERSONS).graph or ()) == 2
    events = rdflib.Graph(SPARQLStore(endpoint, context_aware=True), identifier=rdflib.URIRef(f"{BASE}graph/events"))
    assert len(set(events.subjects(rdflib.RDF.type, leg.Event))) == 3
    assert (ada, rdflib.RDF.type, leg.Person) not in events


# ---------------------------------------------------------------- pandas, and all that reads CSV from an address


def test_pandas_reads_csv_from_an_address(endpoint: str, wanted: Rows) -> None:
    table = pd.read_csv(f"{endpoint}?{urlencode({'query': LABELS, 'format': 'csv'})}", keep_default_na=False)
    assert list(table.itertuples(index=False, name=None)) == wanted
    assert list(table.columns) == ["thing", "label", "day"]


def test_pandas_reads_json(endpoint: str, wanted: Rows) -> None:
    with urllib.request.urlopen(f"{endpoint}?{urlencode({'query': LABELS, 'format': 'json'})}", timeout=60) as answer:
        table = pd.json_normalize(json.load(answer)["results"]["bindings"]).fillna("")
    assert list(table[["thing.value", "label.value", "day.value"]].itertuples(index=False, name=None)) == wanted


def test_iris_with_commas_keep_to_their_column(endpoint: str) -> None:
    query = "SELECT ?words ?quote WHERE { ?quote <http://www.w3.org/ns/oa#exact> ?words }"
    table = pd.read_csv(f"{endpoint}?{urlencode({'query': query, 'format': 'csv'})}")
    assert list(table.itertuples(index=False, name=None)) == [
        ("Minister travels to Norland", f"{BASE}article/news%20one#char=0,27")
    ]


# ---------------------------------------------------------------- Comunica


@pytest.fixture(scope="module")
def comunica() -> list[str]:
    """The command that runs Comunica, installed once for each lock into the user's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        _skip("Comunica did not run: it needs Node.js (Debian: apt-get install nodejs npm)")
    lock = hashlib.sha256((CLIENTS / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "legation-tests" / f"comunica-{lock}"
    program = cache / "node_modules" / ".bin" / "comunica-sparql"
    if not (cache / "complete").exists():
        cache.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(CLIENTS / name, cache)
        command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=cache, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            _skip(f"Comunica did not run: npm could not install it ({done.stderr.strip()[-300:]})")
        (cache / "complete").touch()
    return [str(node), str(program)]


def _skip(why: str) -> None:
    warnings.warn(why, stacklevel=2)
    pytest.skip(why)


def run(command: list[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "sparql@"])  # found out from the description, or told
def test_comunica(comunica: list[str], endpoint: str, wanted: Rows, prefix: str) -> None:
    form = ["-t", "application/sparql-results+json"]
    assert from_json(json.loads(run([*comunica, prefix + endpoint, LABELS, *form]))) == wanted
    graph = run([*comunica, prefix + endpoint, PERSONS, "-t", "application/n-quads"])
    assert len(rdflib.Graph().parse(data=graph, format="nt")) == 2
    assert run([*comunica, prefix + endpoint, "ASK { ?s ?p ?o }"]).strip() == b"true"


@pytest.mark.slow
def test_comunica_joins_the_endpoint_with_a_file(comunica: list[str], endpoint: str) -> None:
    notes = Answer(
        f'<{BASE}person/ada-example> <http://example.org/note> "seen in May" .\n'.encode(),
        headers={"Content-Type": "text/turtle"},
    )
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    query = f"SELECT ?name ?note {{ ?who <http://example.org/note> ?note ; {label} ?name }}"
    with answering(lambda _: notes) as elsewhere:
        command = [*comunica, f"sparql@{endpoint}", f"file@{elsewhere.address}", query]
        found = json.loads(run([*command, "-t", "application/sparql-results+json"]))["results"]["bindings"]
    assert [(row["name"]["value"], row["note"]["value"]) for row in found] == [("Ada Example", "seen in May")]


# ---------------------------------------------------------------- the README


def examples(language: str) -> list[str]:
    """Return the blocks of the README's section on clients in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_readmes_python_runs(server: str) -> None:
    blocks = examples("python")
    assert len(blocks) == 3
    names: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for block in blocks:
            exec(block.replace(ADDRESS, server), names)
    assert said.getvalue().count("Ada Example") == 3, said.getvalue()


def test_the_address_that_the_readmes_r_reads(server: str) -> None:
    (block,) = examples("r")
    query = re.search(r"'(PREFIX .*?)'", block, re.DOTALL)
    assert query
    with urllib.request.urlopen(f"{server}/sparql?format=csv&query={quote(query[1], safe='')}", timeout=60) as answer:
        assert b"Ada Example" in answer.read()


@pytest.mark.slow
def test_the_readmes_r_runs(server: str, tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    if not rscript:
        _skip("the README's example in R did not run: it needs R (Debian: apt-get install r-base-core)")
    (block,) = examples("r")
    (tmp_path / "visits.R").write_text(block.replace(ADDRESS, server) + "\nprint(visits)\n", "utf-8")
    assert b"Ada Example" in run([str(rscript), str(tmp_path / "visits.R")])


@pytest.mark.slow
def test_the_readmes_comunica_runs(comunica: list[str], server: str, tmp_path: Path) -> None:
    (line,) = re.findall(r"comunica-sparql (sparql@.*?)(?: +#.*)?$", "".join(examples("sh")), re.MULTILINE)
    (tmp_path / "question.rq").write_text(LABELS, "utf-8")
    words = line.replace(ADDRESS, server).replace("question.rq", str(tmp_path / "question.rq")).split()
    assert b"Ada Example visits Norland" in run([*comunica, *words])
    version = json.loads((CLIENTS / "package.json").read_text())["dependencies"]["@comunica/query-sparql"]
    assert f"@comunica/query-sparql@{version}" in README
