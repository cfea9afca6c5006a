"""Imports go one way, in both languages: a test reads them from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "collabwidgets"
PAGE = ROOT / "js" / "src"

# A module imports from its own room or an earlier one. A name is a folder or a file directly under collabwidgets/.
ROOMS: dict[str, tuple[str, ...]] = {
    "shared helpers": ("calls", "extras", "known_names", "plain", "seeds", "spelling", "traits", "words"),
    "data": ("data",),
    "models": ("models",),
    "training": ("training",),
    "interpret": ("interpret",),
    "learner": ("learner", "delegation", "checkpoint", "checkpoint_file", "growing", "making", "view_state"),
    "plots": ("comparison", "plots", "loss_curves", "map_plot"),
    "widgets": ("widgets",),
    "entry points": ("__init__", "__main__", "app", "cli", "fastai", "fastai_answers"),
}
WITHOUT_NOTEBOOK = ("data", "models", "training", "interpret")
NOTEBOOK_PACKAGES = ("ipywidgets", "anywidget", "bqplot")


@dataclass(frozen=True)
class Import:
    """One file importing another, both as paths from the source root."""

    source: str
    target: str
    types_only: bool

    @property
    def within_folder(self) -> bool:
        return Path(self.source).parent == Path(self.target).parent

    def __str__(self) -> str:
        return f"{self.source} imports {self.target}"


def on_circles(imports: Sequence[Import]) -> list[Import]:
    """Imports whose target leads back to their source."""
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for found in imports:
        targets[found.source].add(found.target)

    def reachable(start: str) -> set[str]:
        seen = {start}
        waiting = [start]
        while waiting:
            new = targets[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        return seen

    return [found for found in imports if found.source in reachable(found.target)]


def forbidden_circles(imports: Sequence[Import]) -> list[str]:
    """Imports on a circle, but for circles within one folder that an import of types alone closes."""
    between_folders = [found for found in on_circles(imports) if not found.within_folder]
    when_run = on_circles([found for found in imports if not found.types_only])
    return sorted({str(found) for found in [*between_folders, *when_run]})


def python_files() -> dict[str, Path]:
    """Files by module name: 'collabwidgets.data.vocab', and 'collabwidgets.data' for its __init__.py."""
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def statements(tree: ast.AST, types_only: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import, also those inside functions, and whether it stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, types_only
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.body:
                yield from statements(ast.Module([child], []), True)
            yield from statements(ast.Module(node.orelse, []), types_only)
        else:
            yield from statements(node, types_only)


def imported_names(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """Absolute names of what may be modules: `from .data import vocab` gives collabwidgets.data and …data.vocab."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    above = package.split(".")[: len(package.split(".")) + 1 - statement.level] if statement.level else []
    base = ".".join([*above, *([statement.module] if statement.module else [])])
    yield base
    yield from (f"{base}.{alias.name}" for alias in statement.names)


def python_imports() -> list[Import]:
    modules = python_files()
    found = []
    for module, path in modules.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for statement, types_only in statements(ast.parse(path.read_text("utf-8"))):
            for name in imported_names(statement, package):
                # A module's own packages are already being imported when it runs.
                if name in modules and not f"{module}.".startswith(f"{name}."):
                    target = modules[name].relative_to(ROOT).as_posix()
                    found.append(Import(path.relative_to(ROOT).as_posix(), target, types_only))
    return found


def room_number(path: str) -> int:
    name = Path(path).relative_to("collabwidgets").parts[0].removesuffix(".py")
    for number, names in enumerate(ROOMS.values()):
        if name in names:
            return number
    raise AssertionError(f"collabwidgets/{name} has no place in ROOMS of this test; put it in the room it belongs to")


_PAGE_IMPORT = re.compile(
    r'^(?:import|export)\s+(?:(?P<what>[^;"]*?)\s*from\s*)?"(?P<static>\.[^"]+)"|\bimport\("(?P<dynamic>\.[^"]+)"\)',
    re.MULTILINE,
)


def only_types(what: str) -> bool:
    """Whether `type X`, `type { … }` or `{ type X, type Y }` stands between import and from."""
    if re.match(r"type\b", what):
        return True
    names = [name.strip() for name in what.strip("{}").split(",") if name.strip()]
    return what.startswith("{") and all(name.startswith("type ") for name in names)


def page_imports() -> list[Import]:
    found = []
    for path in [*PAGE.rglob("*.ts"), *PAGE.rglob("*.tsx")]:
        for match in _PAGE_IMPORT.finditer(path.read_text("utf-8")):
            target = path.parent / (match["static"] or match["dynamic"])
            if target.suffix == ".css":
                continue
            files = [Path(f"{target}{suffix}").resolve() for suffix in (".ts", ".tsx")]
            file = next((file for file in files if file.exists()), None)
            assert file, f"{path.relative_to(PAGE)} imports {target}, which is not there"
            names = (path.relative_to(PAGE).as_posix(), file.relative_to(PAGE.resolve()).as_posix())
            found.append(Import(*names, only_types(match["what"] or "")))
    return found


def test_python_has_no_import_circle() -> None:
    assert forbidden_circles(python_imports()) == []


def test_python_imports_go_from_later_rooms_to_earlier_ones() -> None:
    against = [str(found) for found in python_imports() if room_number(found.source) < room_number(found.target)]
    assert against == []


def test_every_python_file_has_a_room() -> None:
    for path in PACKAGE.rglob("*.py"):
        room_number(path.relative_to(ROOT).as_posix())


def test_the_core_imports_no_notebook_package() -> None:
    modules = [
        name
        for name in sorted(python_files())
        if name.startswith(tuple(f"collabwidgets.{room}" for room in WITHOUT_NOTEBOOK))
    ]
    code = f"""
import importlib, sys
for name in {modules}:
    importlib.import_module(name)
print(sorted(set({NOTEBOOK_PACKAGES}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_page_has_no_import_circle() -> None:
    assert forbidden_circles(page_imports()) == []


@pytest.mark.parametrize(
    ("imports", "forbidden"),
    [
        ([("a/x", "b/y", False), ("b/y", "a/z", False)], 0),
        ([("a/x", "a/y", False), ("a/y", "a/x", False)], 2),
        ([("a/x", "a/y", False), ("a/y", "a/x", True)], 0),
        ([("a/x", "b/y", False), ("b/y", "a/x", True)], 2),
        # The last import stays within a folder, but the circle does not.
        ([("a/x", "b/y", False), ("b/y", "a/z", True), ("a/z", "a/x", True)], 2),
    ],
)
def test_types_may_point_back_within_a_folder_only(imports: list[tuple[str, str, bool]], forbidden: int) -> None:
    assert len(forbidden_circles([Import(*found) for found in imports])) == forbidden


def test_imports_of_types_alone_are_recognised() -> None:
    assert only_types("type { Titles }")
    assert only_types("{ type Titles, type Side }")
    assert not only_types("{ type Titles, decode }")
    assert not only_types("* as wire")
    module = ast.parse("if TYPE_CHECKING:\n    from .a import x\nelse:\n    def f():\n        from .b import y\n")
    assert [types_only for _, types_only in statements(module)] == [True, False]
