"""The wheel holds what an installed Legation reads, and nothing of the tests."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
LOCK = (ROOT / "requirements.txt").read_text("utf-8")
LINES = [Requirement(line.rstrip("\\ ")) for line in LOCK.splitlines() if re.match(r"[\w.-]+==", line)]
PINS = {
    line.name: str(line.specifier).removeprefix("==") for line in LINES if not line.marker or line.marker.evaluate()
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel with the build backend that is installed, so without asking for anything."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(out.glob("legation-*.whl")))


def test_every_file_of_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout: there is no list of files to hold the wheel against")
    files = [line for line in tracked.stdout.splitlines() if (ROOT / line).is_file()]
    assert len(files) > 20
    assert set(files) <= set(wheel.namelist())


@pytest.mark.parametrize("suffix", [".ttl", ".toml", ".txt", ".py"])
def test_data_travel_with_the_code(wheel: zipfile.ZipFile, suffix: str) -> None:
    assert any(name.endswith(suffix) and name.partition("/")[0] in PACKAGES for name in wheel.namelist())


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {*PACKAGES, f"legation-{PROJECT['project']['version']}.dist-info"}


def test_licence_and_notice_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = {name.rpartition("/")[2] for name in wheel.namelist() if ".dist-info/licenses/" in name}
    assert names == {"LICENSE", "NOTICE"}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_packages(package: str) -> None:
    assert (ROOT / package / "__init__.py").is_file()


def test_the_lock_pins_every_dependency_with_hashes() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"], *PROJECT["build-system"]["requires"]]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in wanted}  # type: ignore[index]
    locked = {line.name for line in LINES}
    assert names <= locked, f"not in the lock: {sorted(names - locked)}; run: make lock"
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert [entry.partition("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_place_to_download_from() -> None:
    assert re.findall(r"https?://\S+|^-\S+|^--\S+", LOCK, flags=re.MULTILINE) == []


def test_what_is_installed_is_what_is_locked() -> None:
    differing = {name: (pin, _installed(name)) for name, pin in PINS.items() if _installed(name) != pin}
    assert differing == {}, "run: make setup"


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
