"""How to cite a release, for people and for the programs that read it: the Citation File Format 1.2.0."""

from __future__ import annotations

from datetime import date

import yaml

from kg.iri import Names
from kg.rdf.catalogue import KEYWORDS, PUBLISHER, RIGHTS, TITLE, WORDS


def citation(version: str, names: Names, issued: date | None = None) -> str:
    """Return the file for a release; it names a day only where somebody gave one.

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
        **({"date-released": issued} if issued else {}),
        "authors": [{"name": PUBLISHER, "website": names.site}],
        "identifiers": [{"type": "url", "value": release, "description": "This release"}],
        "url": release,
        "license": "CC-BY-SA-4.0",
        "keywords": list(KEYWORDS),
    }
    text: str = yaml.safe_dump(about, allow_unicode=True, sort_keys=False, width=120)
    return text
