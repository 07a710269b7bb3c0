"""What the service says of itself: where its parts are, and what they take."""

from __future__ import annotations

from kg.iri import PREFIXES
from server.reconcile import types
from server.reconcile.ask import BATCH
from server.reconcile.extend import SETTINGS
from server.reconcile.index import Index

WIDTH, HEIGHT = 430, 300
"""Size of a preview in pixels."""


def manifest(index: Index, *, root: str, base: str, version: str) -> dict[str, object]:
    """Return the service manifest of API 0.2; ``root`` is the server's address without a slash at the end.

    Entities are shown on this server, since their IRIs need not lead anywhere yet where a deployment is local.
    """

    def suggest(kind: str) -> dict[str, str]:
        return {
            "service_url": root,
            "service_path": f"/reconcile/suggest/{kind}",
            "flyout_service_url": root,
            "flyout_service_path": f"/reconcile/flyout/{kind}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": "Legation: actors and places of diplomatic news",
        "identifierSpace": base,
        "schemaSpace": PREFIXES["leg"],
        "documentation": f"{root}/reconcile/help",
        "logo": f"{root}/static/icon.svg",
        "serviceVersion": version,
        "defaultTypes": [index.types.full(id_) for id_ in types.DEFAULTS if id_ in index.types.by_id],
        "view": {"url": f"{root}/page/{{{{id}}}}"},
        "feature_view": {"url": f"{root}/reconcile/help#{{{{id}}}}"},
        "preview": {"url": f"{root}/reconcile/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {kind: suggest(kind) for kind in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/properties"},
            "property_settings": list(SETTINGS),
        },
        "batchSize": BATCH,
    }
