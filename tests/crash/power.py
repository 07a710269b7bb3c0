"""Power that fails while a release is published: what was synced is all that there is."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

from tests.crash.disks import after_power_loss, fragile, synced
from tests.crash.kills import Kill, Scene, lost, repeated, strike, watch
from tests.crash.observe import Observer, Progress
from tests.crash.runs import start
from tests.crash.whole import current

SIZE_MB = 48


def cut(one: Scene, draw: random.Random, place: Path, *, aim: str | None) -> Kill:
    """Cut the power in a stage, or just after the run has ended where ``aim`` is None, and look what is there."""
    with fragile(place, megabytes=SIZE_MB) as (disk, image):
        folder = disk / "DIR"
        subprocess.run(["cp", "-a", str(one.template), str(folder)], check=True)
        synced(disk)
        observer, progress = Observer(folder), Progress()
        running = start(one.job.argv(folder), place)
        if aim is None:
            for batch in watch(observer, running):
                progress.through(batch)
        else:
            strike(one, running, observer, progress, draw, aim, group=True)
        with after_power_loss(image, place) as found:
            ended = running.ended()
            while batch := observer.read(0):
                progress.through(batch)
            observer.close()
            again = found / "DIR"
            version = current(again)
            losses = lost(one, again, ended.acknowledged)
            if not losses:
                losses = repeated(one, again, place, done=version == one.after, cold=False)
            stage = "ended" if ended.code == 0 else progress.stage
            return Kill(one.job.name, "moment", stage, "new" if version == one.after else "old", 0, tuple(losses))


def forgetful(place: Path) -> bool:
    """Return whether such a disk forgets what was not synced, and keeps what was."""
    with fragile(place, megabytes=SIZE_MB) as (disk, image):
        (disk / "kept").write_text("synced")
        synced(disk)
        (disk / "lost").write_text("not synced")
        with after_power_loss(image, place) as found:
            return (found / "kept").read_text() == "synced" and not (found / "lost").exists()
