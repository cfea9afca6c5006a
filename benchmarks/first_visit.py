"""Seconds from opening the address of `collabwidgets demo` to a Train button that can be pressed.

python -m benchmarks.first_visit
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path
from tests.browser.servers import DashboardServer

VISITS = 7
BUSY_LOOPS = 4
WARM_KERNELS = {"before": 0, "after": 2}
# The page's own clock starts when its address is opened.
_SECONDS = """() => {
  const train = [...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Train');
  return train && !train.disabled && performance.now() / 1000;
}"""


class Demo:
    """`collabwidgets demo` with so many kernels that wait, and the seconds of the visits to it."""

    def __init__(self, folder: Path, warm_kernels: int):
        folder.mkdir()
        self.warm_kernels = warm_kernels
        self.server = DashboardServer(folder, "demo", "--warm-kernels", str(warm_kernels))
        self.seconds: list[float] = []

    def visit(self, browser: Browser) -> None:
        """Open the page in a browser that has nothing of it yet, wait for Train and close the page."""
        context = browser.new_context(viewport={"width": 1600, "height": 2000})
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(self.server.address, wait_until="commit")
        self.seconds.append(float(page.wait_for_function(_SECONDS).json_value()))
        page.wait_for_load_state("load")
        page.close(run_before_unload=True)
        self.wait_until_settled()  # the visit's kernel ends with its page
        context.close()

    def wait_until_settled(self) -> None:
        """Wait until only the kernels that wait are there and none of them is still running the notebook."""
        settled = False
        while not settled:
            kernels = self.server.kernels()
            with contextlib.suppress(psutil.NoSuchProcess):
                quiet = all(kernel.cpu_percent(interval=0.5) < 10 for kernel in kernels)
                settled = quiet and len(kernels) == self.warm_kernels


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        demos = {}
        for name, warm_kernels in WARM_KERNELS.items():
            demos[name] = Demo(Path(folder) / name, warm_kernels)
            stack.callback(demos[name].server.stop)
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        stack.callback(browser.close)
        print(f"from the address to a Train button that can be pressed, MovieLens 100K, {VISITS} visits each")
        _measure(browser, demos, "idle")
        with _busy_loops():
            _measure(browser, demos, f"beside {BUSY_LOOPS} busy loops")


def _measure(browser: Browser, demos: dict[str, Demo], machine: str) -> None:
    """Visit the demos in turn, so that both meet the same machine."""
    for _ in range(VISITS):
        for demo in demos.values():
            demo.wait_until_settled()
            demo.visit(browser)
    promise = "   (the promise with warm kernels: 1.5 s)" if machine == "idle" else ""
    print(f"  {machine}{promise}")
    for name, demo in demos.items():
        median, worst = statistics.median(demo.seconds), max(demo.seconds)
        print(f"    {name}, {demo.warm_kernels} warm kernels   median {median:5.2f} s   worst {worst:5.2f} s")
        demo.seconds.clear()


@contextlib.contextmanager
def _busy_loops() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


if __name__ == "__main__":
    main()
