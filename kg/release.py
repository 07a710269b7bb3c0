"""An immutable, citable state of the graph on disk, and the switch from one to the next.

``DIR/releases/<version>/`` holds ``store/`` (Oxigraph), ``dumps/legation-<version>.nq.gz``, ``manifest.json``
and ``SHA256SUMS``; ``DIR/current`` points at one. Everything is written beside its final place, flushed to
disk and moved there in one step, so that whoever reads sees a whole release or none.

``SHA256SUMS`` covers dump and manifest, which are the same bytes in every build of the same input. The store is
left out: its files carry a random identity and are rebuilt from the dump at any time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import Quad, Store

from kg.errors import ReleaseError
from kg.iri import Names
from kg.rdf import Description, nquads, release_quads
from kg.records import Contradiction, Refusal

COMPRESSION = 6
"""gzip level of the dump; fixed, because it shows in the bytes."""


@dataclass(frozen=True)
class Contents:
    """What a release is made from.

    ``quads`` are all but the description of the release itself; ``inputs`` are (article id, SHA-256 of the input).
    ``min_confidence`` is what reports had to have where one was asked for, else None. ``contradictions`` are listed in
    the manifest only: they are questions to people, and no part of the graph.
    """

    quads: Sequence[Quad]
    inputs: tuple[tuple[str, str], ...]
    refused: tuple[Refusal, ...]
    counts: Mapping[str, int]
    model: str
    names: Names
    min_confidence: float | None = None
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True)
class Release:
    """A published release, opened for reading."""

    version: str
    path: Path
    manifest: Mapping[str, Any]
    store: Store

    @property
    def dump(self) -> Path:
        """The compressed N-Quads of the whole release."""
        return _dump(self.path, self.version)


def software_version() -> str:
    """Return the version of this program, as it was installed.

    Raises:
        ReleaseError: The program runs from a folder without being installed, so nobody knows its version.
    """
    try:
        return metadata.version("legation")
    except metadata.PackageNotFoundError as error:
        raise ReleaseError("legation is not installed, so its version is unknown; run: pip install -e .") from error


def write_release(out: Path, contents: Contents) -> tuple[str, Path]:
    """Publish the contents below ``out``, point ``out/current`` at them, and return (version, path).

    The version is named by what it holds: equal contents have one name, and a whole release of that name
    is kept as it is.

    Raises:
        ReleaseError: The folder cannot be written, or a damaged release of this name is in the way.
    """
    lines = nquads(contents.quads)
    version = _version(contents, lines)
    final = out / "releases" / version
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        if not final.exists():
            _write(final, contents, lines, version)
        _check_sums(final)
        _point(out / "current", Path("releases") / version)
    except OSError as error:
        raise ReleaseError(
            f"{out}: the release cannot be written ({error}); give another --out or make room"
        ) from error
    return version, final


def open_release(out: Path) -> Release:
    """Return the release that ``out/current`` points at, read-only; ``out`` may also be a release's own folder.

    Raises:
        ReleaseError: There is no release, or a part of it is missing.
    """
    path = (out / "current" if (out / "current").exists() else out).resolve()
    manifest, store = path / "manifest.json", path / "store"
    if not manifest.is_file():
        raise ReleaseError(f"{out}: no release here; make one with: legation build INPUT... --out {out}")
    try:
        about = json.loads(manifest.read_text(encoding="utf-8"))
        return Release(version=about["version"], path=path, manifest=about, store=Store.read_only(str(store)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path}: damaged release ({error}); remove this folder and build again") from error


def _software() -> str:
    return f"legation {software_version()}"


def _version(contents: Contents, lines: Iterable[bytes]) -> str:
    """Return ``<software version>-<12 hex>``, of the inputs, refusals, program, model, base and the quads themselves.

    The quads count too, so that a changed ontology or a patched program never hides behind an old name.
    """
    digest = hashlib.sha256()
    for part in (
        sorted(contents.inputs),
        sorted(astuple(refusal) for refusal in contents.refused),
        _software(),
        contents.model,
        contents.names.base,
        *([] if contents.min_confidence is None else [contents.min_confidence]),
        *sorted(astuple(contradiction) for contradiction in contents.contradictions),
    ):
        digest.update(json.dumps(part, ensure_ascii=False).encode() + b"\n")
    for line in lines:
        digest.update(line)
    return f"{software_version()}-{digest.hexdigest()[:12]}"


def _write(final: Path, contents: Contents, lines: Sequence[bytes], version: str) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=final.parent))
    try:
        about = Description(version, _software(), contents.model, contents.counts)
        described = sorted({*lines, *nquads(release_quads(contents.names, about))})
        dump = _dump(draft, version)
        dump.parent.mkdir()
        text = b"".join(described)
        _write_dump(dump, text)
        _write_store(draft / "store", text)
        manifest = draft / "manifest.json"
        manifest.write_text(_manifest(contents, version, quads=len(described)), encoding="utf-8")
        sums = "".join(f"{_sha256(path)}  {path.relative_to(draft).as_posix()}\n" for path in (dump, manifest))
        (draft / "SHA256SUMS").write_text(sums, encoding="utf-8")
        draft.chmod(0o755)
        _sync(draft)
        try:
            draft.rename(final)
        except OSError:
            if not final.exists():  # else another build of the same contents was faster
                raise
        _sync_one(final.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_dump(path: Path, text: bytes) -> None:
    """Write gzip without file name and time, which would differ from build to build."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0) as packed:
        packed.write(text)


def _write_store(path: Path, text: bytes) -> None:
    """Load the store in one go; neither ``optimize`` nor reopening pays after one bulk load into an empty store."""
    store = Store(str(path))
    store.bulk_load(text, ox.RdfFormat.N_QUADS)
    store.flush()


def _manifest(contents: Contents, version: str, *, quads: int) -> str:
    about: dict[str, Any] = {
        "version": version,
        "software": _software(),
        "model": contents.model,
        "base": contents.names.base,
        "inputs": [{"id": article, "sha256": digest} for article, digest in sorted(contents.inputs)],
        "counts": {**contents.counts, "quads": quads},
        "refused": [asdict(refusal) for refusal in sorted(contents.refused, key=astuple)],
        "contradictions": [asdict(contradiction) for contradiction in sorted(contents.contradictions)],
    }
    if contents.min_confidence is not None:
        about["min_confidence"] = contents.min_confidence
    return json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _check_sums(path: Path) -> None:
    sums = path / "SHA256SUMS"
    listed = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    whole = [
        path / name for name, digest in ((line[66:], line[:64]) for line in listed) if _matches(path / name, digest)
    ]
    if len(whole) != 2 or not (path / "store").is_dir():
        raise ReleaseError(
            f"{path}: damaged release (files do not match SHA256SUMS); remove this folder and build again"
        )


def _matches(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path) == digest


def _point(link: Path, target: Path) -> None:
    """Let the link point at the target from one moment to the next: readers never find it missing."""
    with tempfile.TemporaryDirectory(prefix=".current-", dir=link.parent) as beside:
        fresh = Path(beside) / "current"
        fresh.symlink_to(target, target_is_directory=True)
        fresh.replace(link)
    _sync_one(link.parent)


def _dump(path: Path, version: str) -> Path:
    return path / "dumps" / f"legation-{version}.nq.gz"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync_one(path)
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
