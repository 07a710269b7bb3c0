"""Downloads: each release's dumps, manifest and checksums, and the differences between releases.

What is found at such an address never changes.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from kg.release.difference import BETWEEN
from server.current import Current
from server.negotiate import choose
from server.problem import Problem

UNPACKED = ("manifest.json", "SHA256SUMS")
"""Files of a release that are offered beside those in ``dumps/``; its store is not."""


@dataclass(frozen=True)
class Download:
    """A file of a release; ``path`` is where it lies, ``size`` is in bytes."""

    name: str
    path: Path
    size: int
    media_type: str


def blueprint(current: Current) -> Blueprint:
    """Return the list of dumps and the dumps. Only names that are in the list are ever looked up on disk."""
    routes = Blueprint("dumps", __name__)

    @routes.get("/dumps/")
    def listing() -> Response:
        newest = current().version
        releases = {version: _downloads(path) for version, path in _releases(current).items()}
        diffs = {name: _files(path) for name, path in _diffs(current).items()}
        if choose(request.accept_mimetypes, ["application/json", "text/html"]) == "text/html":
            page = render_template("dumps.html", releases=releases, diffs=diffs, current=newest)
            return Response(page, mimetype="text/html")
        return jsonify(
            current=newest,
            releases=[
                {"version": version, "current": version == newest, "files": [_listed(version, file) for file in found]}
                for version, found in releases.items()
            ],
            diffs=[
                {"from": one, "to": other, "files": [_listed(name, file) for file in found]}
                for name, found in diffs.items()
                for one, _, other in [name.partition(BETWEEN)]
            ],
        )

    @routes.get("/dumps/latest")
    def latest() -> BaseResponse:
        release = current()
        response = redirect(_address(release.version, release.dump.name))
        response.headers["Cache-Control"] = "no-cache"
        return response

    @routes.get("/dumps/<version>/<name>")
    def download(version: str, name: str) -> Response:
        if BETWEEN in version:
            path = _diffs(current).get(version)
            files = _files(path) if path else []
        else:
            path = _releases(current).get(version)
            files = _downloads(path) if path else []
        for file in files:
            if file.name == name:
                return send_file(file.path, mimetype=file.media_type, conditional=True, max_age=86400)
        raise Problem(404, f"There is no file {name} of a release {version}; /dumps/ lists what there is.")

    return routes


def _releases(current: Current) -> Mapping[str, Path]:
    """Return the complete releases by version, the current one first, then the others from new to old."""
    now, folder = current(), current.release_dir / "releases"
    found = [path for path in folder.iterdir() if _complete(path)] if folder.is_dir() else []
    found.sort(key=lambda path: ((path / "manifest.json").stat().st_mtime_ns, path.name), reverse=True)
    others = {path.name: path for path in found if path.name != now.version}
    return {now.version: now.path, **others}


def _diffs(current: Current) -> Mapping[str, Path]:
    """Return the published differences by the two versions that they lie between, sorted."""
    folder = current.release_dir / "diffs"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path for path in found if BETWEEN in path.name and not path.name.startswith(".")}


def _complete(path: Path) -> bool:
    """Say whether a folder is a release; drafts have names that start with a dot."""
    return not path.name.startswith(".") and (path / "manifest.json").is_file()


def _downloads(path: Path) -> list[Download]:
    return [*_files(path / "dumps"), *(_download(path / name) for name in UNPACKED if (path / name).is_file())]


def _files(folder: Path) -> list[Download]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [_download(file) for file in found if file.is_file()]


def _download(file: Path) -> Download:
    return Download(file.name, file, file.stat().st_size, _media_type(file.name))


def _media_type(name: str) -> str:
    if name.endswith(".gz"):  # the archive as it is: what is inside is the client's to unpack
        return "application/gzip"
    return mimetypes.guess_type(name)[0] or "text/plain"


def _listed(version: str, file: Download) -> dict[str, str | int]:
    return {"name": file.name, "url": _address(version, file.name), "bytes": file.size, "type": file.media_type}


def _address(version: str, name: str) -> str:
    return f"{request.script_root}/dumps/{quote(version, safe='')}/{quote(name, safe='')}"
