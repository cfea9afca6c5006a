"""Called by hatch-jupyter-builder: bundles js/ into the package before a wheel or sdist is made."""

import shutil
from pathlib import Path

from hatch_jupyter_builder import npm_builder


def build(target_name: str, version: str, *, path: str, source_dir: str, build_dir: str) -> None:
    """Build where the sources are newer; a bundle that came along, as in an sdist, does without Node."""
    bundled = all((Path(build_dir) / name).exists() for name in ("store.js", "view.js"))
    if shutil.which("npm") is None:
        if bundled:
            return
        raise RuntimeError(
            "the front end has to be built and npm was not found; install Node.js 20 or later, "
            "or install collabwidgets from a wheel or an sdist, which carry it ready-made"
        )
    npm_builder(target_name, version, path=path, source_dir=source_dir, build_dir=build_dir, force=not bundled)
