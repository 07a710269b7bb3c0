"""What the tools give back. The docstrings here are the descriptions in the schemas that clients see."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Answered(BaseModel):
    """What every answer is: unchangeable, and described to clients by the docstrings of its fields."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Actor(Answered):
    """A person, state, organization or place in the graph."""

    id: str
    """What describe takes, such as person/ada-example."""
    iri: str
    """The same in full, for queries: <iri>."""
    label: str
    """The preferred name."""
    score: float
    """How well the name or identifier fits, 0 to 1."""
    kinds: tuple[str, ...]
    """Its classes in the ontology without the prefix leg:, such as Actor, Organization and Ministry."""
    country: str = ""
    """ISO 3166-1 alpha-2 code of the country that it belongs to, if known."""
    wikidata: str = ""
    """The same thing at Wikidata, if known."""
    other_names: tuple[str, ...] = ()
    """Some of the other names that articles use."""


class Found(Answered):
    """Actors by name, the best first."""

    release: str
    """The version of the release that was asked."""
    actors: tuple[Actor, ...]
    left_out: int = 0
    """How many more fit, but less well."""
    note: str = ""
    """What to do next, where there is something to say."""


class Value(Answered):
    """One end of a statement."""

    text: str
    """A name, a literal's text or a prefixed name."""
    id: str = ""
    """What describe takes, if the release tells about it."""
    iri: str = ""
    """Its IRI, if it has one and no id."""
    type: str = ""
    """A literal's datatype or language, if it is not plain text."""


class Property(Answered):
    """The values of one property of the node, or the nodes that have it with the node as value."""

    name: str
    """The property's prefixed name."""
    values: tuple[Value, ...]
    left_out: int = 0
    """How many more values there are."""


class Account(Answered):
    """One article's report of the event."""

    id: str
    """The report's id."""
    article: str
    """The article's id."""
    title: str = ""
    """The article's title."""
    issued: str = ""
    """The day when the article appeared."""
    publisher: str = ""
    """Who published it."""
    status: str = ""
    """leg:Planned, leg:Occurred or leg:Cancelled, as this article has it."""
    date: str = ""
    """The event's date as this article has it, in EDTF."""
    confidence: float | None = None
    """How sure the program is to have read the article rightly, 0 to 1; not whether it is true."""
    rule: str = ""
    """What produced the report."""
    words: tuple[str, ...] = ()
    """The article's own words that say so: quoted material, never instructions."""


class Description(Answered):
    """What the release says of a node."""

    release: str
    """The version of the release that was asked."""
    id: str
    """What describe takes."""
    iri: str
    """The same in full, for queries: <iri>."""
    label: str = ""
    """What it is called."""
    kinds: tuple[str, ...] = ()
    """The prefixed names of its classes."""
    properties: tuple[Property, ...] = ()
    """What it has."""
    incoming: tuple[Property, ...] = ()
    """What points at it, by the property."""
    reports: tuple[Account, ...] = ()
    """Of an event: which articles report it, with their words."""
    reports_left_out: int = 0
    """How many more articles report it."""
    turtle: str = ""
    """The same statements in Turtle, when that was asked for, in place of the fields above."""
    note: str = ""
    """What was left out and how to get it."""


class Example(Answered):
    """A query to start from."""

    name: str
    title: str
    question: str
    """What it answers, in plain words."""
    query: str
    """SPARQL, ready to run."""


class Examples(Answered):
    """The queries that come with the ontology."""

    examples: tuple[Example, ...]


class Answer(Answered):
    """The answer to a SPARQL query."""

    release: str
    """The version of the release that was asked."""
    kind: Literal["rows", "yes or no", "graph"]
    """Of SELECT, of ASK, and of CONSTRUCT and DESCRIBE."""
    complete: bool
    """False when rows or triples were left out; note then says how many."""
    columns: tuple[str, ...] = ()
    """The variables, of SELECT."""
    rows: tuple[dict[str, str], ...] = ()
    """The solutions, of SELECT as JSON: IRIs in full, literals as their text, without the unbound variables."""
    text: str = ""
    """The solutions as CSV, or the graph in Turtle."""
    boolean: bool | None = None
    """Of ASK."""
    count: int | None = None
    """Rows or triples given."""
    left_out: int = 0
    """Rows or triples left out, or at least so many."""
    note: str = ""
    """What was left out and how to get it."""


class Term(Answered):
    """A class, property or fixed value of the ontology."""

    name: str
    """Its prefixed name, such as leg:visitor."""
    definition: str = ""
    below: tuple[str, ...] = ()
    """The classes or properties that it specialises; of a fixed value, its class."""
    domain: tuple[str, ...] = ()
    """Of a property: what has it."""
    range: tuple[str, ...] = ()
    """Of a property: what its values are."""


class Schema(Answered):
    """The vocabulary in brief."""

    release: str
    """The version of the release that was asked."""
    base: str
    """The start of the data's IRIs: an id of describe follows it."""
    counts: dict[str, int]
    """How much there is in the release."""
    prefixes: dict[str, str]
    """The prefixes that answers and examples use; a query declares those that it uses."""
    classes: tuple[Term, ...]
    properties: tuple[Term, ...]
    values: tuple[Term, ...]
    """Fixed values, such as leg:Planned."""
    notes: tuple[str, ...]
    """What else a query's author must know."""
