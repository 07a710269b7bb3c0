"""The pages, the addresses of things, the downloads and the vocabulary, against the server as it is really run."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat
from rdflib.compare import isomorphic

from kg.iri import DEFAULT_BASE, PREFIXES, Names
from kg.merge import merge
from kg.rdf import graph_quads
from server import examples
from server.facts import show
from tests.accounts import harbour
from tests.server_fixture import BASE, quads, serving, write_release

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("releases")
    (path / "secret.txt").write_text("secret", encoding="utf-8")
    write_release(path, "0.1.0-older")
    write_release(path)
    return path


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    with serving(folder) as address, httpx.Client(base_url=address, timeout=60) as web:
        yield web


class Links(HTMLParser):
    """Collects every address that a page points at or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses and the anchor of one element."""
        found = {name: value or "" for name, value in attrs}
        self.anchors.add(found.get("id", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in {"script", "link", "img"} and found.get("rel") not in {"canonical", "alternate"}:
            self.loaded += [found[name] for name in ("src", "href") if name in found]


def parse(response: httpx.Response) -> Links:
    links = Links()
    links.feed(response.text)
    return links


# ---------------------------------------------------------------- pages


PAGES = ["/", "/sparql", "/dumps/", "/page/person/ada-example", "/page/article/news%20one", "/page/graph/events"]


@pytest.mark.parametrize("path", PAGES)
def test_every_link_on_this_server_leads_somewhere_and_nothing_is_loaded_from_elsewhere(
    client: httpx.Client, path: str
) -> None:
    page = client.get(path, headers=HTML)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    found = parse(page)
    assert found.loaded
    assert all(not urlsplit(address).netloc for address in found.loaded)
    for address in {urljoin(path, address).partition("#")[0] for address in (*found.links, *found.loaded)}:
        if not urlsplit(address).netloc:
            assert client.get(address, headers=HTML, follow_redirects=True).status_code == 200, address


def test_the_landing_page_counts_what_the_release_holds(client: httpx.Client) -> None:
    text = " ".join(client.get("/").text.split())
    for words in ("<b>1</b> articles", "<b>1</b> visits", "<b>2</b> persons", "<b>0</b> states", "0.1.0-test"):
        assert words in text


def test_the_queries_behind_the_counts_list_as_many(client: httpx.Client) -> None:
    nouns = [link.partition("#list=")[2] for link in parse(client.get("/")).links if "#list=" in link]
    page = client.get("/sparql", headers={"Accept": "text/html"}).text
    settings = page.partition('<script id="settings" type="application/json">')[2].partition("</script>")[0]
    queries = json.loads(settings)["listings"]
    numbers = []
    for noun in nouns:
        response = client.post("/sparql", data={"query": queries[noun]})
        assert response.status_code == 200, response.text
        numbers.append(len(response.json()["results"]["bindings"]))
    assert numbers == [1, 1, 1, 1, 1, 2, 0, 0, 1]


def test_a_page_shows_what_is_said_and_who_says_it(client: httpx.Client) -> None:
    page = client.get("/page/person/ada-example")
    assert "<h1>Ada Example</h1>" in page.text
    assert "Ms Example" in page.text
    assert f"{BASE}person/ada-example" in page.text
    assert {"/page/visit/1111", "/page/meeting/2222", "/page/statement/3333"} <= set(parse(page).links)
    assert "Ada Example visits Norland" in page.text
    assert "Report in Minister travels to Norland: Ada Example visits Norland" in client.get("/page/visit/1111").text


def test_the_holding_of_an_office_is_called_by_its_holder_and_office() -> None:
    store, account = ox.Store(), harbour()
    store.extend(graph_quads(Names(), [account], merge([account])))
    holdings = store.quads_for_pattern(None, NamedNode(PREFIXES["leg"] + "holder"), None, None)
    names = {show(store, quad.subject, base=DEFAULT_BASE).text for quad in holdings}
    assert names == {
        "Ana Petrova, Foreign Minister of Norland",
        "Ana Petrova, Mayor",
        "Jon Linden, former Premier",
    }


def test_a_page_escapes_what_the_graph_says(client: httpx.Client) -> None:
    page = client.get("/page/statement/3333")
    assert "&lt;b&gt;it is&lt;/b&gt;" in page.text
    assert "<b>it is</b>" not in page.text


def test_an_articles_page_has_the_spans_that_evidence_points_at(client: httpx.Client) -> None:
    (evidence,) = {link for link in parse(client.get("/page/visit/1111")).links if "#char" in link}
    assert evidence == "/page/article/news%20one#char=0,27"
    page = client.get(evidence)
    assert "char=0,27" in parse(page).anchors
    assert "<q>Minister travels to Norland</q>" in page.text


def test_a_page_with_more_than_fits_says_so(tmp_path: Path) -> None:
    extra = "".join(
        f"<{BASE}report/x/{i}> <https://w3id.org/legation/ontology#reportedActor> <{BASE}person/ada-example>"
        f" <{BASE}graph/events> .\n"
        for i in range(600)
    )
    write_release(tmp_path, extra=extra)
    with serving(tmp_path, workers=1) as address:
        page = httpx.get(f"{address}/page/person/ada-example", timeout=60)
        assert "There is more than this page shows" in page.text
        assert page.text.count("/page/report/x/") <= 500
        assert "There is more" not in httpx.get(f"{address}/page/person/bo-sample", timeout=60).text


# ---------------------------------------------------------------- addresses of things


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("*/*", "/data/person/ada-example.ttl"),
        ("text/turtle", "/data/person/ada-example.ttl"),
        ("application/n-triples", "/data/person/ada-example.nt"),
        ("application/ld+json", "/data/person/ada-example.jsonld"),
        ("application/rdf+xml", "/data/person/ada-example.rdf"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "/page/person/ada-example"),
    ],
)
def test_a_thing_sends_to_what_is_said_about_it(client: httpx.Client, accept: str, place: str) -> None:
    response = client.get("/id/person/ada-example", headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["Location"] == place
    assert "Accept" in response.headers["Vary"]


def parse_as(client: httpx.Client, body: bytes, form: str) -> rdflib.Graph:
    """Return what the server wrote; JSON-LD names the context by the address that the client has it from."""
    if form == "json-ld":
        written = json.loads(body)
        assert written["@context"] == f"{client.base_url}/context.jsonld".replace("//context", "/context")
        body = json.dumps({**written, **client.get(written["@context"]).json()}).encode()
    return rdflib.Graph().parse(data=body, format=form)


FORMATS = [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml")]


@pytest.mark.parametrize(("ending", "form"), FORMATS)
def test_data_holds_all_triples_of_the_thing(client: httpx.Client, ending: str, form: str) -> None:
    response = client.get(f"/data/visit/1111.{ending}")
    node = rdflib.URIRef(f"{BASE}visit/1111")
    expected = b"\n".join(str(q.triple).encode() + b" ." for q in quads() if q.subject.value == str(node))
    told = parse_as(client, response.content, form)
    about = rdflib.Graph()
    for triple in told.triples((node, None, None)):
        about.add(triple)
    assert isomorphic(about, rdflib.Graph().parse(data=expected, format="nt"))


@pytest.mark.parametrize(
    ("path", "subjects"),
    [
        ("article/news%20one", {"article/news%20one", "article/news%20one#char=0,27"}),
        ("office/%E5%A4%96%E7%9B%B8", {"office/外相"}),
        (
            "graph/article/news%20one",
            {"article/news%20one", "article/news%20one#char=0,27", "report/news%20one/aaaaaaaaaaaa"},
        ),
    ],
)
def test_encoded_keys_and_graphs_are_found(client: httpx.Client, path: str, subjects: set[str]) -> None:
    followed = client.get(f"/id/{path}", headers={"Accept": "application/n-triples"}, follow_redirects=True)
    assert followed.status_code == 200
    found = {quad.subject for quad in ox.parse(followed.content, RdfFormat.N_TRIPLES)}
    assert {NamedNode(BASE + subject) for subject in subjects} <= found
    assert client.get(f"/id/{path}", headers=HTML, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/id/person/nobody",
        "/data/person/nobody.ttl",
        "/page/person/nobody",
        "/page/%3Cx%3E",
        "/data/person/ada-example.html",
        "/id/person/ada-example/",
        "/id/person/ada-example%20",
        "/id/person/ada-example%00",
        "/id/person//ada-example",
        "/id/Person/ada-example",
        "/data/visit/1111.ttl?page=2",
        "/data/visit/1111.ttl?page=x",
    ],
)
def test_what_is_unknown_is_404(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


# ---------------------------------------------------------------- dumps


def test_the_dump_is_the_release(client: httpx.Client, folder: Path) -> None:
    response = client.get("/dumps/latest")
    assert response.status_code == 302
    address = response.headers["Location"]
    assert address == "/dumps/0.1.0-test/legation-0.1.0-test.nq.gz"
    dump = client.get(address)
    assert dump.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in dump.headers
    assert set(ox.parse(gzip.decompress(dump.content), RdfFormat.N_QUADS)) == set(quads())
    sums = client.get("/dumps/0.1.0-test/SHA256SUMS").text
    assert hashlib.sha256(dump.content).hexdigest() in sums
    assert client.get("/dumps/0.1.0-test/manifest.json").json()["version"] == "0.1.0-test"


def test_the_list_is_json_for_programs_and_html_for_people(client: httpx.Client) -> None:
    about = client.get("/dumps/").json()
    assert about["current"] == "0.1.0-test"
    assert [(release["version"], release["current"]) for release in about["releases"]] == [
        ("0.1.0-test", True),
        ("0.1.0-older", False),
    ]
    for release in about["releases"]:
        for file in release["files"]:
            assert len(client.get(file["url"]).content) == file["bytes"]
    assert "legation-0.1.0-older.nq.gz" in client.get("/dumps/", headers=HTML).text


def test_downloads_resume_and_are_not_sent_twice(client: httpx.Client) -> None:
    address = "/dumps/0.1.0-test/legation-0.1.0-test.nq.gz"
    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.content)}"
    again = client.get(address, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/../secret.txt",
        "/dumps/0.1.0-test/../../../secret.txt",
        "/dumps/0.1.0-test/..%2F..%2F..%2Fsecret.txt",
        "/dumps/0.1.0-test/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/dumps/%2e%2e/secret.txt",
        "/dumps/..%2F..%2F/secret.txt",
        "/dumps/0.1.0-test//etc/hostname",
        "/dumps/0.1.0-test/%2Fetc%2Fhostname",
        "/dumps/0.1.0-test/..\\..\\secret.txt",
        "/dumps/0.1.0-test/store",
        "/dumps/0.1.0-test/CURRENT",
        "/dumps/0.1.0-test/store%2FCURRENT",
        "/dumps/0.1.0-test/dumps",
        "/dumps/0.1.0-test/manifest.json%00",
        "/dumps/./manifest.json",
        "/dumps/releases/manifest.json",
        "/static/../app.py",
        "/static/..%2Fapp.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_no_path_leads_out_of_the_list(client: httpx.Client, path: str) -> None:
    # http.client sends the path as it is; others tidy it up first
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert b"secret" not in body.replace(b"secret.txt", b"")
    assert b"create_app" not in body


# ---------------------------------------------------------------- vocabulary, health, examples


@pytest.mark.parametrize("package", ["ontology", "shapes"])
def test_the_vocabulary_is_served_as_it_is_packaged(client: httpx.Client, package: str) -> None:
    response = client.get(f"/{package}")
    assert response.headers["Content-Type"] == "text/turtle; charset=utf-8"
    apart = rdflib.Graph()
    for file in files(package).iterdir():
        if file.name.endswith(".ttl"):
            apart.parse(data=file.read_text(encoding="utf-8"), format="turtle")
    assert len(apart) > 50
    assert isomorphic(rdflib.Graph().parse(data=response.content, format="turtle"), apart)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(client: httpx.Client, path: str) -> None:
    about = client.get(path).json()
    assert (about["status"], about["release"]) == ("ok", "0.1.0-test")


def test_examples_are_read_with_their_headers(tmp_path: Path) -> None:
    (tmp_path / "who-met-whom.rq").write_text("# a note\nASK {}\n", encoding="utf-8")
    (tmp_path / "b.rq").write_text("# title: B: the second\n# question: Why?\n\nASK { ?s ?p ?o }", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no query", encoding="utf-8")
    assert examples.read(tmp_path) == (
        examples.Example("b", "B: the second", "Why?", "ASK { ?s ?p ?o }\n"),
        examples.Example("who-met-whom", "Who met whom", "", "# a note\nASK {}\n"),
    )
    assert examples.read(tmp_path / "missing") == ()
    marked = "# for: journalists\n# show: map\nASK {}\n"
    (tmp_path / "b.rq").write_text(marked, encoding="utf-8")
    assert examples.read(tmp_path)[0] == examples.Example("b", "B", "", "ASK {}\n", "map", "journalists")


def test_examples_are_grouped_by_kind_of_user() -> None:
    def grouped(*audiences: str) -> list[tuple[str, str]]:
        each = [examples.Example(str(at), "", "", "", audience=audience) for at, audience in enumerate(audiences)]
        return [(group.title, "".join(one.name for one in group.examples)) for group in examples.grouped(each)]

    assert grouped("engineers", "", "pupils", "journalists", "engineers") == [
        ("For journalists and fact-checkers", "3"),
        ("For engineers of knowledge graphs", "04"),
        ("For pupils", "2"),
        ("Others", "1"),
    ]
    assert grouped("", "") == [("For everybody", "01")]
    assert grouped() == []


def test_every_packaged_example_is_on_the_pages_and_runs(client: httpx.Client) -> None:
    packaged = examples.packaged()
    assert len({example.title for example in packaged}) == len(packaged)
    home, editor = client.get("/").text, client.get("/sparql", headers=HTML).text
    for example in packaged:
        assert f"#example={example.name}" in home
        assert f"#example={example.name}" in editor
        response = client.post("/sparql", data={"query": example.query})
        assert response.status_code == 200, f"{example.name}: {response.text}"


def test_what_the_pages_need_is_compressed_and_kept(client: httpx.Client) -> None:
    path = "/static/vendor/yasgui/yasgui.min.js"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    for encoding in ("gzip", "zstd"):
        packed = client.get(path, headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
        assert packed.content == plain.content
        again = client.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": packed.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
