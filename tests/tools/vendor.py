"""What the editor page has from others, fetched anew from npm into ``server/static/vendor``.

    python -m tests.tools.vendor          # fetches (needs npm), writes, and prints the lines for NOTICE

Files are copied as they are; only the map's background is made, from the TopoJSON of Natural Earth's countries. What
comes out is held to the sums in NOTICE by tests/test_server_vendor.py. YASGUI's licences were gathered by hand.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "server" / "static" / "vendor"

Point = tuple[float, float]


@dataclass(frozen=True)
class Package:
    """A package of npm: where its files go, and what is bundled in them, with the file of each licence."""

    name: str
    folder: str
    files: tuple[str, ...]
    licences: tuple[tuple[str, str], ...] = ()


PACKAGES = (
    Package("@zazuko/yasgui@4.6.2", "yasgui", ("build/yasgui.min.js", "build/yasgui.min.css")),
    Package("leaflet@1.9.4", "leaflet", ("dist/leaflet.js", "dist/leaflet.css"), (("leaflet@1.9.4", "LICENSE"),)),
    Package(
        "vis-timeline@8.5.4",
        "vis-timeline",
        ("standalone/umd/vis-timeline-graph2d.min.js",),
        (
            ("vis-timeline@8.5.4", "LICENSE.MIT.txt"),
            ("@egjs/hammerjs@2.0.17", "LICENSE.md"),
            ("component-emitter@1.3.1", "LICENSE"),
            ("core-js@3.49.0", "LICENSE"),
            ("cssfilter@0.0.10", "LICENSE"),
            ("keycharm@0.4.0", "LICENSE-MIT"),
            ("moment@2.30.1", "LICENSE"),
            ("propagating-hammerjs@3.0.0", "LICENSE"),
            ("style-inject@0.3.0", "LICENSE"),
            ("uuid@14.0.1", "LICENSE.md"),
            ("vis-data@8.0.4", "LICENSE-MIT"),
            ("vis-util@6.0.0", "LICENSE-MIT"),
            ("xss@1.0.15", "LICENSE"),
        ),
    ),
)
WORLD = ("world-atlas@2.0.2", "countries-110m.json", "LICENSE")


def main() -> None:
    """Fetch all packages and write what the editor needs of them."""
    for package in PACKAGES:
        folder = VENDOR / package.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in package.files:
            (folder / Path(name).name).write_bytes(fetch(package.name, name))
        if package.licences:
            texts = (f"{name}\n\n{fetch(name, file).decode().strip()}\n" for name, file in package.licences)
            (folder / "LICENSE.txt").write_text(f"\n{'=' * 80}\n".join(texts), encoding="utf-8")
    folder = VENDOR / "world"
    folder.mkdir(exist_ok=True)
    name, file, licence = WORLD
    made = json.dumps(geojson(json.loads(fetch(name, file))), ensure_ascii=False, separators=(",", ":"))
    (folder / "countries.geojson").write_text(made + "\n", encoding="utf-8")
    words = "Made with Natural Earth (public domain, https://www.naturalearthdata.com/), by way of the npm package\n"
    text = f"{words}{name}, whose licence follows.\n\n{fetch(name, licence).decode().strip()}\n"
    (folder / "LICENSE.txt").write_text(text, encoding="utf-8")
    for path in sorted(VENDOR.rglob("*")):
        if path.is_file() and path.name != "LICENSE.txt":
            print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(VENDOR).as_posix())


def fetch(package: str, name: str) -> bytes:
    """Return a file of a package, as the registry has it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
        (archive,) = Path(folder).iterdir()
        with tarfile.open(archive) as tar:
            found = tar.extractfile(f"package/{name}")
            assert found is not None
            return found.read()


def geojson(topology: dict[str, Any]) -> dict[str, object]:
    """Return the countries of a quantised topology as GeoJSON, in hundredths of a degree.

    Arcs are delta-encoded; a negative number ``~n`` means arc n backwards (TopoJSON 1.0, sections 2.1.3 and 2.1.4).
    """
    (sx, sy), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [[(round(x * sx + dx, 2), round(y * sy + dy, 2)) for x, y in _summed(arc)] for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> list[Point]:
        points: list[Point] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1 if points else 0 :]
        return unwrapped([point for at, point in enumerate(points) if at == 0 or point != points[at - 1]])

    def polygon(rings: list[list[int]]) -> list[list[Point]]:
        return [ring(each) for each in rings]

    features = []
    for shape in topology["objects"]["countries"]["geometries"]:
        many = shape["type"] == "MultiPolygon"
        coordinates = [polygon(each) for each in shape["arcs"]] if many else polygon(shape["arcs"])
        features.append(
            {
                "type": "Feature",
                "properties": {"name": shape["properties"]["name"]},
                "geometry": {"type": shape["type"], "coordinates": coordinates},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def unwrapped(points: list[Point]) -> list[Point]:
    """Return a ring that runs on past 180 degrees where it leapt to the other side; one around the pole includes it."""
    offset, ring = 0.0, points[:1]
    for (before, _), (x, y) in pairwise(points):
        offset += -360 if x - before > 180 else 360 if x - before < -180 else 0
        ring.append((round(x + offset, 2), y))
    return [*ring, (ring[-1][0], -90.0), (ring[0][0], -90.0), ring[0]] if offset else ring


def _summed(arc: list[list[int]]) -> Iterator[tuple[int, int]]:
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x, y


if __name__ == "__main__":
    main()
