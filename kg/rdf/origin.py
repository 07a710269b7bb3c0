"""How a release came about, after PROV-O: what it was made from, by which programs and with which settings.

The inputs are one collection. Which articles belong to it, and the SHA-256 of each, stands with the articles in their
own graphs: listed here, a release that grows by one article would have to write the whole list anew, and each release
would have it twice. Nothing says when: equal articles make equal releases, whenever they are read. Which release came
before this one is not said either, for the same reason; the published differences tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.iri import Names, term
from kg.literals import count, decimal
from kg.rdf.terms import LABEL, A, Statements

INPUTS = "collection/articles"
"""The key of the collection of all articles of a release."""

OWN = {
    "merging": "Legation's weighing of whether two reports tell of one occasion",
    "judges": "Legation's learned models, which score what its rules propose",
}
"""What of this program decides by weight or learning, beside the language model: of the program's own version."""


@dataclass(frozen=True)
class Origin:
    """What a release was made by and from: ``software`` and ``model`` with their versions, as ``legation 0.1.0``.

    ``articles`` and ``refused`` are numbers of inputs; ``settings`` are those that somebody chose.
    """

    software: str
    model: str
    articles: int
    refused: int
    settings: Mapping[str, str | float]


def origin_triples(names: Names, version: str, origin: Origin) -> Statements:
    """Yield the build as an activity that used the articles and was carried out by programs."""
    release, build = names.release(version), names.node(f"release/{version}#build")
    inputs, program = names.node(INPUTS), software(names, origin.software)
    yield release, A, term("prov:Entity")
    yield release, term("prov:wasGeneratedBy"), build
    yield release, term("prov:wasDerivedFrom"), inputs
    yield build, A, term("prov:Activity")
    yield build, LABEL, Literal(f"The making of release {version}", language="en")
    yield build, term("prov:used"), inputs
    yield inputs, A, term("prov:Collection")
    yield inputs, A, term("prov:Entity")
    yield inputs, LABEL, Literal("All articles of this release", language="en")
    own = origin.software.rpartition(" ")[2]
    agents = [(origin.software, origin.software), (origin.model, origin.model)]
    agents += [(f"legation-{name} {own}", f"{words}, {own}") for name, words in sorted(OWN.items())]
    for name, label in agents:
        agent = software(names, name)
        yield agent, A, term("prov:SoftwareAgent")
        yield agent, LABEL, Literal(label)
        if number := name.partition(" ")[2]:
            yield agent, term("schema:softwareVersion"), Literal(number)
        yield build, term("prov:wasAssociatedWith"), agent
        yield release, term("prov:wasAttributedTo"), agent
        if agent != program:
            yield agent, term("prov:actedOnBehalfOf"), program
    numbers: dict[str, str | float | int] = {
        "articles published": origin.articles,
        "inputs refused": origin.refused,
        **origin.settings,
    }
    for name, value in sorted(numbers.items()):
        node = NamedNode(f"{build.value}-{name.replace(' ', '-').replace('_', '-')}")
        yield build, term("schema:additionalProperty"), node
        yield node, A, term("schema:PropertyValue")
        yield node, term("schema:name"), Literal(name)
        yield node, term("schema:value"), _literal(value)


def software(names: Names, program: str) -> NamedNode:
    """Return the node of a program with its version."""
    return names.node(f"software/{program.replace(' ', '-')}")


def _literal(value: str | float) -> Literal:
    match value:
        case int():
            return count(value)
        case float():
            return decimal(value, digits=4)
    return Literal(value)
