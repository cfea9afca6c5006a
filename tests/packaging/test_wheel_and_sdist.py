"""What users install: wheel and sdist carry the built front end, need no Node, and hold nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "collabwidgets"
BUNDLE = {"collabwidgets/widgets/static/store.js", "collabwidgets/widgets/static/view.js"}
NEEDED = BUNDLE | {
    "collabwidgets/app/dashboard.ipynb",
    "collabwidgets/app/jupyter/nbconvert/templates/collabwidgets/conf.json",
    "collabwidgets/app/jupyter/nbconvert/templates/collabwidgets/index.html.j2",
    "collabwidgets/app/jupyter/voila/templates/collabwidgets/conf.json",
    "collabwidgets/app/jupyter/voila/templates/collabwidgets/index.html.j2",
    "collabwidgets/py.typed",
}
BUNDLE_BYTES = 220_000


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build("sdist", ROOT, tmp_path_factory.mktemp("sdist"), os.environ["PATH"])


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the unpacked sdist, where no Node can be found."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    no_node = folder / "path"
    no_node.mkdir()
    assert shutil.which("npm", path=str(no_node)) is None
    return _build("wheel", unpacked, folder, str(no_node))


def _build(kind: str, source: Path, folder: Path, path: str) -> Path:
    command = [
        sys.executable,
        "-m",
        "build",
        f"--{kind}",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(source),
    ]
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def _names_in_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def _names_in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = _names_in_wheel(wheel)
    metadata = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    sources = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py")}
    shared = {name.partition(".data/data/")[2]: name for name in names if ".data/data/" in name}
    template = "share/jupyter/nbconvert/templates/collabwidgets/"
    assert shared.keys() == {template + "conf.json", template + "index.html.j2"}
    assert names - metadata - set(shared.values()) == sources | NEEDED
    assert any(name.endswith("/licenses/LICENSE") for name in metadata)


def test_the_sdist_holds_what_a_build_needs_and_nothing_else(sdist: Path) -> None:
    names = _names_in_sdist(sdist)
    assert names >= NEEDED | {"pyproject.toml", "front_end.py", "LICENSE", "js/package-lock.json"}
    tops = {"collabwidgets", "js", "pyproject.toml", "front_end.py"}
    papers = {"CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", ".gitignore"}
    assert {name.partition("/")[0] for name in names} <= tops | papers
    folders = {part for name in names for part in Path(name).parts[:-1]}
    assert not folders & {"node_modules", "test", "tests", "__pycache__"}
    endings = {Path(name).suffix for name in names}
    assert not endings & {".map", ".csv", ".npz", ".zip", ".data", ".pyc"}


def test_the_bundle_keeps_its_budget(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert sum(archive.getinfo(name).file_size for name in BUNDLE) <= BUNDLE_BYTES


def test_an_empty_environment_imports_the_wheel_and_runs_its_command(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
    )
    # The dependencies are those of this environment; a .pth file inside that folder is not read, so neither is an
    # editable install of this checkout.
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    uses = "import collabwidgets as cw; print(cw.__file__); [getattr(cw, name) for name in cw.__all__]"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([python, "-c", uses], cwd=tmp_path, env=plain, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(environment)
    command = [environment / "bin" / "collabwidgets", "--version"]
    assert subprocess.run(command, env=plain, capture_output=True, text=True, check=True).stdout.strip() in wheel.name
