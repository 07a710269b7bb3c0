"""A release with namesakes, transliterations, codes and offices, for the tests of ``/reconcile``."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from pyoxigraph import RdfFormat

from kg.iri import PREFIXES
from server.app import create_app
from tests.server_fixture import BASE, write_release

SCHEMA = Path(__file__).parent / "data" / "reconcile" / "api-0.2.schema.json"

DATA = """
GRAPH <graph/events> {
  <visit/a1> a leg:Event, leg:Visit ; rdfs:label "Lena Maro visits Tolvia"@en ; leg:earliest "2030-02-01"^^xsd:date ;
    leg:visitor <person/lena-maro> ; leg:destination <place/tolvia> .
  <visit/a2> a leg:Event, leg:Visit ; rdfs:label "Lena Maro visits Tolvia again"@en ;
    leg:earliest "2029-02-01"^^xsd:date ; leg:visitor <person/lena-maro> ; leg:destination <place/tolvia> .
  <report/x/1> leg:reportedActor <person/lena-maro> ; leg:reportedPlace <place/tolvia> .
  <report/x/2> leg:reportedActor <person/lena-maro>, <person/omar-khalil-2> .
}
GRAPH <graph/actors> {
  <person/lena-maro> a leg:Actor, leg:Person ; rdfs:label "Lena Maro"@en ; leg:countryCode "TV" ;
    skos:altLabel "Maro"@en, "Foreign Minister"@en, "Lena K. Maro"@en .
  <person/yelena-sokolova> a leg:Actor, leg:Person ; rdfs:label "Yelena Sokolova"@en ; leg:countryCode "OS" .
  <person/omar-khalil> a leg:Actor, leg:Person ; rdfs:label "Omar Khalil"@en ; leg:countryCode "TV" .
  <person/omar-khalil-2> a leg:Actor, leg:Person ; rdfs:label "Omar Khalil"@en ; leg:countryCode "OS" .
  <person/zoe-aelia> a leg:Actor, leg:Person ; rdfs:label "Zoë Ælía"@en, "ゾエ"@ja .
  <person/shout> a leg:Actor, leg:Person ; rdfs:label "Bobby <script>alert(1)</script> \\"Tables\\""@en .
  <person/小泉> a leg:Actor, leg:Person ; rdfs:label "小泉 太郎"@ja .
  <organization/its-side--x> a leg:Actor, leg:Organization ; rdfs:label "its side"@en .
  <organization/ministry-tv> a leg:Actor, leg:Organization, leg:Ministry ; leg:countryCode "TV" ;
    rdfs:label "Ministry of Foreign Affairs of Tolvia"@en .
  <organization/ministry-os> a leg:Actor, leg:Organization, leg:Ministry ; leg:countryCode "OS" ;
    rdfs:label "Ministry of Foreign Affairs of Ostmark"@en .
  <state/tv> a leg:Actor, leg:State ; rdfs:label "Tolvia"@en ; leg:countryCode "TV" ; skos:altLabel "Tolvian"@en ;
    skos:notation "TLV"^^leg:IsoAlpha3, "742"^^leg:CowNumber .
  <state/os> a leg:Actor, leg:State ; rdfs:label "Ostmark"@en ; leg:countryCode "OS" ; skos:notation "plain" .
  <state/nig> a leg:Actor, leg:State ; rdfs:label "Niger"@en .
  <state/nga> a leg:Actor, leg:State ; rdfs:label "Nigeria"@en .
  <place/tolvia> a leg:Place ; rdfs:label "Tolvia"@en ; leg:countryCode "TV" ; geo:lat "47.5"^^xsd:decimal ;
    geo:long "-3.25"^^xsd:decimal .
  <office/pm-tv> a leg:Office ; rdfs:label "Prime Minister of Tolvia"@en ; org:postIn <state/tv> .
  <office/fm-tv> a leg:Office ; rdfs:label "Foreign Minister of Tolvia"@en ; org:postIn <state/tv> .
  <office/fm> a leg:Office ; rdfs:label "Minister"@en .
  <holding/1> a leg:OfficeHolding ; leg:holder <person/lena-maro> ; leg:office <office/fm-tv> ;
    leg:from "2020-01-02"^^xsd:date ; leg:until "2024-05"^^xsd:gYearMonth .
  <holding/2> a leg:OfficeHolding ; leg:holder <person/lena-maro> ; leg:office <office/pm-tv> ;
    leg:from "2024-06-01"^^xsd:date .
  <holding/3> a leg:OfficeHolding ; leg:holder <person/lena-maro> ; leg:office <office/fm-tv> .
  <holding/4> a leg:OfficeHolding ; leg:holder <person/lena-maro> ; leg:office <office/fm> .
  <holding/5> a leg:OfficeHolding ; leg:holder <person/omar-khalil> ; leg:office <office/pm-tv> .
}
GRAPH <graph/links> {
  <person/lena-maro> skos:exactMatch <http://www.wikidata.org/entity/Q900001>, <https://example.org/m> .
  <person/omar-khalil> skos:exactMatch <http://www.wikidata.org/entity/Q900002> .
  <person/yelena-sokolova> skos:closeMatch <http://www.wikidata.org/entity/Q900003> .
  <place/tolvia> skos:exactMatch <https://sws.geonames.org/990011/> .
}
"""


def extra(data: str = DATA) -> str:
    """Return TriG with our prefixes as N-Quads."""
    prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
    parsed = ox.parse((prefixes + data).encode(), RdfFormat.TRIG, base_iri=BASE)
    return (ox.serialize(parsed, format=RdfFormat.N_QUADS) or b"").decode()


def client(folder: Path) -> FlaskClient:
    """Return a client of an application that serves the release."""
    write_release(folder, extra=extra())
    return create_app(folder).test_client()


@lru_cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(loaded)
    return loaded


def conforms(message: object, name: str) -> None:
    """Return if a message is as the API has it.

    Raises:
        ValidationError: It is not.
    """
    Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _schema()["$defs"]}).validate(message)


def ask(http: FlaskClient, **queries: object) -> dict[str, list[dict[str, Any]]]:
    """Send a batch and return the candidates of each query, once the answer is known to conform."""
    response = http.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.get_data(as_text=True)
    answer = response.get_json()
    conforms(answer, "results")
    assert set(answer) == set(queries)
    return {key: value["result"] for key, value in answer.items()}


def best(http: FlaskClient, query: str, **more: object) -> tuple[str, float, bool]:
    """Return id, score and decision of the first candidate of a name."""
    first = ask(http, q={"query": query, **more})["q"]
    return (first[0]["id"], first[0]["score"], first[0]["match"]) if first else ("", 0.0, False)


def extend(http: FlaskClient, ids: list[str], *properties: object) -> dict[str, Any]:
    """Send a data extension query and return the answer, once it is known to conform."""
    wanted = [{"id": entry} if isinstance(entry, str) else entry for entry in properties]
    response = http.post("/reconcile", data={"extend": json.dumps({"ids": ids, "properties": wanted})})
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: dict[str, Any] = response.get_json()
    conforms(answer, "extension")
    return answer
