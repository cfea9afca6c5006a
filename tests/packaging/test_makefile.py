"""`make` says in one sentence what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def make(tmp_path: Path):
    """A function that runs a target with only the shell, the given programs and nothing else to be found."""

    def make(target: str, *programs: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "path"
        path.mkdir()
        for name in ("sh", "bash", "env", "id", "dirname", *programs):
            (path / name).symlink_to(shutil.which(name))
        command = [shutil.which("make"), "-C", str(ROOT), "--no-print-directory", "--silent", target]
        command += [f"{name}={value}" for name, value in variables.items()]
        plain = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k not in ("MFLAGS", "CHROMIUM")}
        return subprocess.run(command, env=plain | {"PATH": str(path)}, capture_output=True, text=True)

    return make


def sentences(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What it said, less make's own last word."""
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]


def test_without_node_it_asks_for_node(make) -> None:
    done = make("node")
    assert done.returncode != 0
    assert len(sentences(done)) == 1
    assert "Node.js 20 or later" in done.stderr


def test_with_an_old_python_it_asks_for_another(make) -> None:
    done = make("python", PYTHON="false")
    assert done.returncode != 0
    assert len(sentences(done)) == 1
    assert "Python 3.11 or later" in done.stderr


def test_where_chromium_cannot_be_installed_it_asks_for_it(make) -> None:
    done = make("chromium")
    assert done.returncode != 0
    assert len(sentences(done)) == 1
    assert "need Chromium" in done.stderr
