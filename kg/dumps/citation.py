"""How to cite a release, for people and for the programs that read it: the Citation File Format 1.2.0."""

from __future__ import annotations

import yaml

from kg.iri import Names
from kg.rdf.catalogue import KEYWORDS, PUBLISHER, RIGHTS, TITLE, WORDS


def citation(version: str, names: Names) -> str:
    """Return the file for a release; it names no day, since equal articles make equal releases whenever they are read.

    Source: S. Druskat and others, Citation File Format 1.2.0 (2021), https://doi.org/10.5281/zenodo.5171937.
    """
    release = names.release(version).value
    about = {
        "cff-version": "1.2.0",
        "message": f"Cite this release by its address, {release}. {RIGHTS}",
        "type": "dataset",
        "title": TITLE,
        "abstract": WORDS,
        "version": version,
        "authors": [{"name": PUBLISHER, "website": names.site}],
        "identifiers": [{"type": "url", "value": release, "description": "This release"}],
        "url": release,
        "license": "CC-BY-SA-4.0",
        "keywords": list(KEYWORDS),
    }
    text: str = yaml.safe_dump(about, allow_unicode=True, sort_keys=False, width=120)
    return text
