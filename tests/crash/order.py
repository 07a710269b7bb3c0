"""What is on the disk for certain when names change: the system's calls of a real run, recorded (strace).

A file or folder is *loose* from the moment it changes until it is flushed itself (fsync). Making, renaming or removing
something changes the folder it is in. Nothing else is believed: that a file system flushes more than it was asked for,
as ext4 does, must not be what a release rests on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.crash.observe import DRAFT
from tests.crash.runs import LONGEST_S, ROOT

CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,"
    "fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,rmdir"
)
LINE = re.compile(r"^(?:\d+ +)?(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")
OPENED = re.compile(r"(?:\d+|AT_FDCWD)<(?P<path>[^>]*)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WRITING = frozenset({"write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "copy_file_range", "sendfile"})


@dataclass(frozen=True)
class Call:
    """One call that changed or flushed something: its name, and the absolute paths it is about."""

    name: str
    paths: tuple[PurePosixPath, ...]
    said: str = ""


def why_not() -> str | None:
    """Return why calls cannot be recorded here, None if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-e", "trace=fsync", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else f"strace may not watch here ({tried.stderr.decode()[-200:].strip()})"


def record(argv: Sequence[str], place: Path) -> list[Call]:
    """Run a command, with the reader of invented articles, and return its calls in their order."""
    log = place / "strace.log"
    command = ["strace", "-f", "--seccomp-bpf", "-y", "-qq", "-s", "4096", "-o", str(log), "-e", f"trace={CALLS}"]
    command += [sys.executable, "-m", "tests.crash.command", *argv]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=LONGEST_S, check=False)
    if done.returncode:
        raise RuntimeError(f"the recorded run fails: {done.stderr}")
    return list(calls(_whole(log.read_text(encoding="utf-8", errors="replace").splitlines())))


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Yield the calls that succeeded, of strace's lines."""
    for line in lines:
        found = LINE.match(line)
        if not found or int(found["result"]) < 0:
            continue
        name, rest = found["name"], found["rest"]
        if name in ("open", "openat", "creat"):
            if name == "creat" or "O_CREAT" in rest or "O_TRUNC" in rest:
                opened = OPENED.search(line[found.end("rest") :])
                yield Call("create", (PurePosixPath(opened["path"] if opened else _named(rest)[0]),))
        elif name in WRITING or name in ("fsync", "fdatasync"):
            opened = OPENED.match(rest)
            if opened and opened["path"].startswith("/"):
                yield Call("fsync" if "sync" in name else "write", (PurePosixPath(opened["path"]),))
            if name == "write" and rest.startswith("1<"):
                yield Call("print", (), rest)
        elif name == "truncate":
            yield Call("write", (PurePosixPath(_named(rest)[0]),))
        else:
            yield Call(name.removesuffix("2").removesuffix("at"), tuple(map(PurePosixPath, _named(rest))))


def unsafe(calls: Iterable[Call], folder: Path) -> list[str]:
    """Return what was loose in the folder when it had to be on the disk.

    What is made in a draft must be when it gets its place, releases and differences with their names too when
    ``current`` is renamed, and that when the version is printed.
    """
    loose: set[PurePosixPath] = set()
    root, link, wrong, switched = PurePosixPath(folder), PurePosixPath(folder) / "current", [], False
    for call in calls:
        if call.name == "print" and switched and "release " in call.said and root in loose:
            wrong.append("the version is printed before the switch is flushed")
        if not any(path == root or root in path.parents for path in call.paths):
            continue
        path = call.paths[-1]
        if call.name == "fsync":
            loose.discard(path)
            continue
        if call.name in ("write", "create"):
            loose |= {path, path.parent} if call.name == "create" else {path}
            continue
        if call.name == "rename":
            moved = call.paths[0]
            if DRAFT in moved.parts and DRAFT not in path.parts:
                below = {one for one in loose if one == moved or moved in one.parents}
                wrong += [f"{one} is not flushed when {path} gets its name" for one in sorted(below)]
            if path == link:
                switched = True
                kept = {one for one in loose if "releases" in one.parts or "diffs" in one.parts}
                wrong += [
                    f"{one} is not flushed when current is switched" for one in sorted(kept) if DRAFT not in one.parts
                ]
            loose = {path / one.relative_to(moved) if one == moved or moved in one.parents else one for one in loose}
            loose |= {moved.parent, path.parent}
        elif call.name in ("mkdir", "link", "symlink"):
            loose |= {path.parent, path} if call.name == "mkdir" else {path.parent}
        elif call.name in ("unlink", "rmdir"):
            loose = {one for one in loose if one != path and path not in one.parents} | {path.parent}
    if not switched:
        wrong.append("no switch was seen")
    return wrong


def _named(rest: str) -> list[str]:
    """Return the paths of a call that names them, those relative to an open folder made whole."""
    found = []
    for match in QUOTED.finditer(rest):
        before = OPENED.findall(rest[: match.start()])
        text = match[1].encode().decode("unicode_escape").encode("latin-1").decode()
        found.append(text if text.startswith("/") or not before else f"{before[-1]}/{text}")
    return found


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Join the halves of calls between which another thread's were recorded; each stands where it ended."""
    begun: dict[str, str] = {}
    for line in lines:
        thread = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>").rstrip()
        elif "resumed>" in line and thread in begun:
            yield begun.pop(thread) + line.partition("resumed>")[2]
        else:
            yield line
