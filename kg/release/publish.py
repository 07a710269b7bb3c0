"""The making of a release, and the switch to it: whole or not at all.

Everything is made in drafts beside its final place and flushed to disk. Then only names change, each flushed before
the next: the release gets its own, its differences from the last one theirs, and at last ``current`` points at it.
Whoever dies in between leaves a note (:mod:`kg.release.turn`) by which the next writer takes back what nobody was
told of.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from pyoxigraph import Store

from kg.dumps import write_dumps
from kg.errors import ReleaseError
from kg.iri import Names
from kg.release.changelog import gathered, write_changes
from kg.release.changes import Gatherer
from kg.release.chunks import INDEX, Dump, Packer, write_index, write_lines
from kg.release.contents import Contents, description, made_from, manifest, mappings, version_of
from kg.release.difference import BETWEEN, diff, write_diff
from kg.release.durable import sync, sync_tree
from kg.release.gone import GONE, Trail, read_gone, write_gone
from kg.release.opened import dump_of, dump_path
from kg.release.store import grow_store, load_store
from kg.release.sums import STATE, write_sums, wrong_files
from kg.release.turn import PENDING, Turn, current_version, writing


def write_release(out: Path, contents: Contents, *, turn: Turn | None = None) -> tuple[str, Path]:
    """Publish the contents below ``out``, point ``out/current`` at them, and return (version, path).

    The version is named by what it holds: equal contents have one name, and a whole release of that name
    is kept as it is. Whoever read ``contents.previous`` under a ``turn`` (:func:`kg.release.writing`) gives it.

    Raises:
        ReleaseError: The folder cannot be written, somebody else is writing there, the release to grow from is not
            the current one, or a damaged release of this name is in the way.
    """
    with nullcontext(turn) if turn else writing(out) as mine:  # which tells what fails, and cleans up
        return _publish(mine, contents)


def _publish(turn: Turn, contents: Contents) -> tuple[str, Path]:
    """Make everything in drafts, then give it its names; :meth:`Turn.clean` finishes or takes back."""
    out, before = turn.out, current_version(turn.out)
    if contents.previous and contents.previous.resolve().name != before:
        raise ReleaseError(f"{out}: the current release is now {before}, not {contents.previous}; run this again")
    draft, version = _make(turn, contents)
    final = out / "releases" / version
    if final.exists() and (reason := next(_faults(final), "")):
        if version == before:
            raise ReleaseError(f"{final}: damaged release ({reason}); remove this folder and build again")
        shutil.rmtree(final)  # nobody is pointed to it, and what its name stands for is in the draft
    if version == before:
        return version, final
    made = {draft: final} if not final.exists() else {}
    beside = turn.draft()
    if before and (out / "releases" / before).is_dir():
        made |= _compare(turn, contents.names, before, draft if made else final, version)
    (beside / "current").symlink_to(Path("releases") / version, target_is_directory=True)
    places = [str(place.relative_to(out)) for place in made.values()]
    (beside / PENDING).write_text("\n".join([version, *places]) + "\n", encoding="utf-8")
    for folder in (*made, beside):
        sync_tree(folder)
    sync(out)
    for folder, place in made.items():
        folder.rename(place)
        sync(place.parent)
    (beside / "current").replace(out / "current")
    sync(out)
    return version, final


def _compare(turn: Turn, names: Names, before: str, path: Path, version: str) -> dict[Path, Path]:
    """Draft what distinguishes the release in ``path`` from the last one; return the draft and its place."""
    old, trail = turn.out / "releases" / before, Trail(names)
    told = Gatherer(names)
    changes = told.follow(trail.follow(diff(old, path)))
    place, made = turn.out / "diffs" / f"{before}{BETWEEN}{version}", {}
    if place.exists():  # these two have followed each other before
        deque(changes, maxlen=0)
    else:
        draft = turn.draft("diffs") / "diff"
        draft.mkdir()
        write_diff(draft, changes, before, version)
        write_changes(draft, gathered(told, old, path, version=version))
        made = {draft: place}
    gone = trail.gone(read_gone(turn.out), Store.read_only(str(path / "store")))
    write_gone(turn.draft() / GONE, gone)
    return made


def _make(turn: Turn, contents: Contents) -> tuple[Path, str]:
    """Return the draft of the release and its version."""
    draft = turn.draft("releases") / "release"
    draft.mkdir()
    previous = dump_of(contents.previous) if contents.previous else None
    dumps = draft / "dumps"
    dumps.mkdir()
    unnamed = dumps / "unnamed"
    with unnamed.open("wb") as stream:
        packer = Packer(stream)
        write_lines(packer, previous, contents.added, contents.removed)
        version = version_of(made_from(contents), [member.digest for member in packer.members])
        told = description(contents, version, previous)
        packer.write(told)
    dump = dump_path(draft, version)
    unnamed.rename(dump)
    made = Dump(dump, tuple(packer.members))
    write_index(draft / INDEX, made)
    links = dump.with_name(f"legation-{version}.sssom.tsv")
    links.write_text(mappings(contents, version), encoding="utf-8")
    if contents.previous and previous:
        removed = [*contents.removed, *previous.description()]
        grow_store(draft / "store", contents.previous / "store", [*contents.added, *told], removed)
    else:
        load_store(draft / "store", dump)
    files = [dump, links]
    if contents.every_dump:
        store = Store.read_only(str(draft / "store"))
        files += write_dumps(dumps, made.lines(), store, names=contents.names, version=version, issued=contents.issued)
    if contents.write_state:
        contents.write_state(draft / STATE)
    about = draft / "manifest.json"
    quads = sum(member.lines for member in packer.members)
    about.write_text(manifest(contents, version, quads=quads), encoding="utf-8")
    write_sums(draft, (*sorted(files), about), previous=contents.previous)
    return draft, version


def _faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a release that stands where a new one would, as far as that is quickly seen."""
    yield from wrong_files(path, local=False)
    try:
        Store.read_only(str(path / "store"))
    except OSError as error:
        yield str(error)
