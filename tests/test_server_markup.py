"""What pages tell search engines: true, in words that schema.org has, and safe inside of a page."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from kg.iri import DEFAULT_BASE, term
from kg.release import Release
from server.app import create_app
from server.markup import MODES, STATUS, thing
from tests.crawler import Page
from tests.server_fixture import BASE, LEG, write_release


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("releases")
    graph = f"<{BASE}graph/events>"
    facts = [
        ("visit/9", "a", "leg:Visit"),
        ("visit/9", "leg:status", "leg:Cancelled"),
        ("visit/8", "leg:status", "leg:Occurred"),
        ("visit/8", "a", "leg:Visit"),
    ]
    write_release(
        folder,
        extra="".join(
            f"<{BASE}{one}> {term('rdf:type' if name == 'a' else name)} {term(value)} {graph} .\n"
            for one, name, value in facts
        )
        + f'<{BASE}person/evil> {term("rdfs:label")} "</script><script>alert(1)</script><!--"@en {graph} .\n',
    )
    return create_app(folder).test_client()


def entity(client: FlaskClient, key: str) -> dict[str, Any]:
    (block,) = Page(client.get(f"/page/{key}").text).blocks
    found: dict[str, Any] = block["mainEntity"]
    return found


def test_an_event_has_its_date_place_people_and_sources(client: FlaskClient) -> None:
    found = entity(client, "visit/1111")
    assert (found["@type"], found["@id"]) == ("Event", f"{BASE}visit/1111")
    assert (found["startDate"], found["endDate"]) == ("2031-05", "2031-05")
    assert [(one["@type"], one["name"]) for one in found["attendee"]] == [("Person", "Ada Example")]
    assert [(one["@type"], one["name"]) for one in found["location"]] == [("Place", "Norland")]
    assert [(one["@type"], one["headline"]) for one in found["subjectOf"]] == [
        ("NewsArticle", "Minister travels to Norland")
    ]
    assert "eventStatus" not in found, "a plan has not taken place, which EventScheduled would say"


def test_the_status_is_said_where_schema_org_has_it(client: FlaskClient) -> None:
    assert entity(client, "visit/9")["eventStatus"] == "https://schema.org/EventCancelled"
    assert entity(client, "visit/8")["eventStatus"] == "https://schema.org/EventScheduled"


def test_a_quotation_is_spoken_by_somebody(client: FlaskClient) -> None:
    found = entity(client, "statement/3333")
    assert found["@type"] == "Quotation"
    assert found["text"].startswith('The "service" at this café')
    assert [one["name"] for one in found["spokenByCharacter"]] == ["Bo Sample"]
    assert [one["name"] for one in found["about"]] == ["Ada Example"]


def test_nothing_in_a_name_ends_the_block(client: FlaskClient) -> None:
    page = client.get("/page/person/evil").text
    assert "<script>alert(1)" not in page
    (block,) = Page(page).blocks
    assert block["name"] == "</script><script>alert(1)</script><!--"


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)


def test_every_word_is_one_of_schema_org_for_that_type(seeds_release: Release) -> None:
    """pydantic2-schemaorg has a class for each type, with the properties that it and its parents have."""
    client = create_app(seeds_release.path).test_client()
    of_ours = {
        quad.subject.value
        for name in ("Person", "State", "Organization", "Place", "Visit", "Meeting", "Statement", "Article", "Office")
        for quad in seeds_release.store.quads_for_pattern(None, term("rdf:type"), term(f"leg:{name}"), None)
        if isinstance(quad.subject, NamedNode)
    }
    things = {iri.removeprefix(DEFAULT_BASE) for iri in of_ours} | {f"release/{seeds_release.version}"}
    used: dict[str, set[str]] = {}
    for key in sorted(things):
        (block,) = Page(client.get(f"/page/{key}").text).blocks
        assert block["@context"] == "https://schema.org"
        for node in nodes(block):
            types = [node["@type"]] if isinstance(node["@type"], str) else node["@type"]
            used.setdefault("+".join(types), set()).update(node.keys() - {"@context", "@id", "@type"})
    assert {"Person", "Country+GovernmentOrganization", "Place", "Event", "Quotation", "NewsArticle"} <= set(used)
    for types, properties in used.items():
        known = set[str]()
        for name in types.split("+"):
            fields = getattr(import_module(f"pydantic2_schemaorg.{name}"), name).__fields__
            known |= {field.alias for field in fields.values()}
        assert properties <= known, f"schema.org has no {sorted(properties - known)} for {types}"


@pytest.mark.parametrize("name", sorted({*STATUS.values(), *MODES.values()}))
def test_values_of_enumerations_are_members_of_schema_org(name: str) -> None:
    member = getattr(import_module(f"pydantic2_schemaorg.{name}"), name)
    assert any("Enumeration" in parent.__name__ or "StatusType" in parent.__name__ for parent in member.__mro__)


def test_an_organization_is_what_the_ontology_aligns_it_with(seeds_release: Release) -> None:
    store = seeds_release.store
    found = {
        str(thing(store, quad.subject, base=DEFAULT_BASE)["@type"])
        for quad in store.quads_for_pattern(None, term("rdf:type"), NamedNode(f"{LEG}Organization"), None)
        if isinstance(quad.subject, NamedNode)
    }
    assert found
    assert found <= {"Organization", "GovernmentOrganization", "NewsMediaOrganization", "Corporation"}
