"""Downloads: each release's files, its manifest and checksums, and the differences between releases.

What is found at such an address never changes, but for those that begin with ``/dumps/latest``, which lead elsewhere.
"""

from __future__ import annotations

import base64

from flask import Blueprint, Response, jsonify, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from kg.dumps.files import FORMS, PACKED, form_name
from kg.rdf.catalogue import dump_path
from kg.rdf.partitions import PARTS
from kg.release.difference import BETWEEN
from server.catalogue import card
from server.current import Current
from server.negotiate import choose
from server.offers import Download, differences, of_difference, of_release, releases
from server.problem import Problem

DAY_S = 86_400


def blueprint(current: Current, *, base: str) -> Blueprint:
    """Return the list of dumps and the dumps, of data whose IRIs start with ``base``.

    Only names that are in the list are ever looked up on disk.
    """
    routes = Blueprint("dumps", __name__)
    folder = current.release_dir

    @routes.get("/dumps/")
    def listing() -> Response:
        newest = current()
        found = {version: of_release(version, path) for version, path in releases(folder, newest).items()}
        diffs = {name: of_difference(path) for name, path in differences(folder).items()}
        if choose(request.accept_mimetypes, ["application/json", "text/html"]) == "text/html":
            shown = {version: _shown(version, files) for version, files in found.items()}
            about = card(newest, base)
            page = render_template("dumps.html", releases=shown, diffs=diffs, current=newest.version, card=about)
            return Response(page, mimetype="text/html")
        return jsonify(
            current=newest.version,
            releases=[
                {
                    "version": version,
                    "current": version == newest.version,
                    "files": [_listed(version, file) for file in files],
                }
                for version, files in found.items()
            ],
            diffs=[
                {"from": one, "to": other, "files": [_listed(name, file) for file in files]}
                for name, files in diffs.items()
                for one, _, other in [name.partition(BETWEEN)]
            ],
        )

    @routes.get("/dumps/latest")
    def latest() -> BaseResponse:
        release = current()
        return _lead_on(_address(release.version, release.dump.name))

    @routes.get("/dumps/latest/<name>")
    def latest_file(name: str) -> BaseResponse:
        release = current()
        begin = f"legation-{release.version}"
        wanted = {name, name.replace("legation", begin, 1) if name.startswith("legation") else name}
        for file in of_release(release.version, release.path):
            if file.name in wanted:
                return _lead_on(_address(release.version, file.name))
        raise Problem(404, f"The current release has no file {name}; /dumps/ lists what there is.")

    @routes.get("/dumps/<version>/<name>")
    def download(version: str, name: str) -> Response:
        if BETWEEN in version:
            path = differences(folder).get(version)
            files = of_difference(path) if path else []
        else:
            path = releases(folder, current()).get(version)
            files = of_release(version, path) if path else []
        for file in files:
            if file.name == name:
                return _sent(file)
        raise Problem(404, f"There is no file {name} of a release {version}; /dumps/ lists what there is.")

    return routes


def _lead_on(address: str) -> BaseResponse:
    response = redirect(address)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _sent(file: Download) -> Response:
    """Return a file or the range of it that was asked for, named by its checksum where that is known (RFC 9530)."""
    etag: str | bool = file.digest or True
    response = send_file(file.path, mimetype=file.media_type, conditional=True, etag=etag, max_age=DAY_S)
    if file.digest:
        digest = base64.b64encode(bytes.fromhex(file.digest)).decode()
        response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return response


def _shown(version: str, files: list[Download]) -> dict[str, object]:
    """Return files as a page shows them: those of the graph in a table of parts and forms, and the others."""
    by_name = {file.name: file for file in files}
    forms = {
        part: {
            form.name: [
                by_name[name]
                for packing in PACKED
                if (name := form_name(version, form.ending, packing, part=part)) in by_name
            ]
            for form in FORMS
        }
        for part in ("", *PARTS)
    }
    in_table = {file.name for row in forms.values() for cell in row.values() for file in cell}
    return {
        "parts": [
            {"name": PARTS.get(part, "Everything"), "forms": row} for part, row in forms.items() if any(row.values())
        ],
        "others": [file for file in files if file.name not in in_table],
    }


def _listed(version: str, file: Download) -> dict[str, str | int]:
    told = {"sha256": file.digest} if file.digest else {}
    if file.about:
        told |= {"title": file.about.title, "format": file.about.media_type}
        told |= {"part": file.about.part} if file.about.part else {}
    address = _address(version, file.name)
    return {"name": file.name, "url": address, "bytes": file.size, "type": file.media_type, **told}


def _address(version: str, name: str) -> str:
    return f"{request.script_root}/{dump_path(version, name)}"
