"""The pages of the ontology, of a term and of the shapes, which need no scripts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from ontology import IRI, NAMESPACE
from server.current import Current
from server.facts import page_path
from server.vocabulary.diagram import draw, plan
from server.vocabulary.documents import packaged
from server.vocabulary.layout import Drawing
from server.vocabulary.profile import SHAPES, Shape, asking, read
from server.vocabulary.prose import linked
from server.vocabulary.schema import one_term, term_set
from server.vocabulary.terms import KINDS, Term, Vocabulary
from server.vocabulary.uses import Use, uses

LISTED = 30
"""Individuals of one scheme from which on they are a table, whose rows lead to the pages with all that is said."""

SHOWN = (
    "dct:title", "dct:description", "dct:abstract", "rdf:type", "owl:versionInfo", "vann:preferredNamespaceUri",
    "vann:preferredNamespacePrefix", "rdfs:comment", "skos:changeNote",
)  # fmt: skip
"""What the pages say of their documents elsewhere than in the table."""


LABELS = {
    "owl:versionIRI": "Version IRI",
    "owl:priorVersion": "Prior version",
    "owl:backwardCompatibleWith": "Compatible with",
    "owl:incompatibleWith": "Not compatible with",
    "dct:creator": "Creator",
    "dct:publisher": "Publisher",
    "dct:contributor": "Contributor",
    "dct:license": "Licence",
    "dct:rights": "Rights",
    "dct:bibliographicCitation": "Citation",
    "schema:citation": "Citation",
    "dct:issued": "Issued",
    "dct:created": "Created",
    "dct:modified": "Modified",
    "dct:source": "Sources",
    "dct:references": "Rests on",
    "dct:requires": "Requires",
    "bibo:status": "Status",
    "rdfs:seeAlso": "See also",
}
"""Words for what a document says of itself; the rest is shown by its own name."""


class Pages:
    """Writes the pages, with what the release of the moment uses, which is counted once for each release."""

    def __init__(self, current: Current, *, base: str) -> None:
        self._current, self._base = current, base
        self._counted = "", dict[str, Use]()

    def ontology(self) -> str:
        """Return the page with all terms, on which a term's anchor is its local name."""
        return self._page(
            "ontology.html",
            where="#{}".format,
            path="/ontology",
            structured=term_set(vocabulary(), where=partial(_absolute, "ontology/{}")),
            diagram=Markup(diagram("#")),  # noqa: S704 - all texts in it are escaped where it is drawn
            about=vocabulary().about,
            iri=IRI,
            listed=LISTED,
        )

    def term(self, term: Term) -> str:
        """Return the page of one term."""
        return self._page(
            "term.html",
            where=f"{request.script_root}/ontology/{{}}".format,
            path=f"/ontology/{term.name}",
            structured=one_term(vocabulary(), term, where=partial(_absolute, "ontology/{}")),
            term=term,
            kind=KINDS.get(term.kind, ""),
        )

    def shapes(self) -> str:
        """Return the application profile, on which a shape's anchor is its local name."""
        return self._page(
            "shapes.html",
            about=vocabulary().header(packaged("shapes"), SHAPES.removesuffix("#")),
            where=f"{request.script_root}/ontology/{{}}".format,
            path="/shapes",
            shapes=profile(),
            own=SHAPES,
        )

    def _page(self, template: str, *, where: Callable[[str], str], path: str, **shown: Any) -> str:
        return render_template(
            template,
            vocabulary=vocabulary(),
            labels=LABELS,
            shown=SHOWN,
            here=partial(page_path, base=self._base),
            asking=_asking(),
            where=where,
            prose=partial(linked, prefixes=packaged("ontology").prefixes, where=partial(_address, where)),
            path=path,
            canonical=_absolute("{}", path.removeprefix("/")),
            uses=self._uses(),
            release=self._current.opened.version,
            **shown,
        )

    def _uses(self) -> dict[str, Use]:
        """Return how often the current release uses each term; only its version is remembered, so that it can go."""
        release = self._current()
        version, found = self._counted
        if version != release.version:
            found = uses(release, vocabulary().terms.values(), base=self._base)
            self._counted = release.version, found
        return found


@cache
def vocabulary() -> Vocabulary:
    """Return the packaged ontology."""
    return Vocabulary(packaged("ontology"))


@cache
def profile() -> tuple[Shape, ...]:
    """Return the packaged shapes."""
    return read(packaged("shapes"), vocabulary())


@cache
def _asking() -> dict[str, tuple[str, ...]]:
    return asking(profile())


@cache
def diagram(start: str) -> str:
    """Return the diagram of the packaged ontology, whose links begin so."""
    return draw(_plan(), title=vocabulary().about.told("dct:title", "rdfs:label"), where=lambda name: start + name)


@cache
def _plan() -> Drawing:
    return plan(vocabulary())


def _address(where: Callable[[str], str], iri: str) -> str:
    """Return where an IRI is explained: a term of ours by ``where``, others at themselves."""
    name = iri.removeprefix(NAMESPACE)
    if name == iri:
        return iri
    return where(name) if name in vocabulary().terms else ""


def _absolute(form: str, name: str) -> str:
    return request.url_root + form.format(name)
