"""What must hold of a folder of releases, checked without the code that wrote it and by ``legation verify`` too."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, Store

import kg.cli

PRIVATE = ("store", "state.sqlite", "SHA256SUMS.local")
"""Parts of a release whose bytes are nobody's promise: what they hold is compared by ``legation verify``."""
PLACES = ("releases", "diffs")
"""Folders that may stand empty: nothing is half made in them."""
SLACK = 1.1
"""How much more room an interrupted and repeated run may take than an undisturbed one: stores differ a little."""


@dataclass(frozen=True)
class Tree:
    """What a folder holds: the digest of each file of promised bytes, all other names, and its size on disk."""

    files: dict[str, str]
    others: frozenset[str]
    size: int


def current(folder: Path) -> str | None:
    """Return the version that the folder's link names, None where there is no link."""
    link = folder / "current"
    return link.readlink().name if link.is_symlink() else None


def tree(folder: Path) -> Tree:
    """Return all that is in the folder, but for a lock, which may stay."""
    files, others, size = {}, set(), 0
    seen: set[int] = set()
    for path in sorted(folder.rglob("*")):
        name, status = path.relative_to(folder).as_posix(), path.lstat()
        if status.st_ino not in seen:
            seen.add(status.st_ino)
            size += status.st_blocks * 512
        parts = name.split("/")
        if name == ".lock" or (name in PLACES and not any(path.iterdir())):
            continue
        if len(parts) > 3 and parts[0] == "releases" and parts[2] == "store":
            continue
        if path.is_symlink():
            files[name] = f"-> {path.readlink()}"
        elif path.is_file() and not (len(parts) > 2 and parts[2] in PRIVATE):
            files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            others.add(name)
    return Tree(files, frozenset(others), size)


def fingerprint(release: Path) -> dict[str, str]:
    """Return the digest of every file of one release, those of the store and the state among them."""
    files = (path for path in sorted(release.rglob("*")) if path.is_file())
    return {path.relative_to(release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def unsound(folder: Path) -> list[str]:
    """Return what is wrong with the current release, nothing if it is whole."""
    version = current(folder)
    if version is None:
        return ["there is no current release"]
    release = (folder / "current").resolve()
    sums = release / "SHA256SUMS"
    if not sums.is_file():
        return [f"{version}: no SHA256SUMS"]
    wrong = []
    listed = {line[66:]: line[:64] for line in sums.read_text(encoding="utf-8").splitlines()}
    for name in ("manifest.json", f"dumps/legation-{version}.nq.gz", f"dumps/legation-{version}.sssom.tsv"):
        if name not in listed:
            wrong.append(f"{version}: SHA256SUMS lacks {name}")
    for name, digest in listed.items():
        path = release / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"{version}: {name} is not what SHA256SUMS says")
    if wrong:
        return wrong
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    if manifest["version"] != version:
        wrong.append(f"{version}: the manifest says {manifest['version']}")
    text = gzip.decompress((release / "dumps" / f"legation-{version}.nq.gz").read_bytes())
    lines = text.splitlines()
    anew = Store()  # a store keeps numbers by their value, so only stores can be compared
    anew.bulk_load(text, RdfFormat.N_QUADS)
    if set(anew) != set(Store.read_only(str(release / "store"))):
        wrong.append(f"{version}: the store and the dump differ")
    if manifest["counts"]["quads"] != len(lines):
        wrong.append(f"{version}: the manifest counts {manifest['counts']['quads']} quads of {len(lines)}")
    code, said = command("verify", str(folder))
    if code:
        wrong.append(f"{version}: legation verify: {said}")
    return wrong


def command(*argv: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and all that it printed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = kg.cli.main(argv)
    return code, said.getvalue()


def compared(found: Tree, expected: Tree) -> list[str]:
    """Return how a folder differs from that of an undisturbed run."""
    wrong = [
        f"{name} is left over" for name in sorted({*found.files, *found.others} - {*expected.files, *expected.others})
    ]
    wrong += [
        f"{name} is missing" for name in sorted({*expected.files, *expected.others} - {*found.files, *found.others})
    ]
    wrong += [
        f"{name} differs from an undisturbed run's"
        for name, digest in found.files.items()
        if expected.files.get(name, digest) != digest
    ]
    if found.size > expected.size * SLACK + 65536:
        wrong.append(f"{found.size} bytes on disk; an undisturbed run takes {expected.size}")
    return wrong
