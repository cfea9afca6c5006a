"""What open widgets cost a training: the same fit with a dashboard open in JupyterLab and with none, interleaved.

python -m benchmarks.widgets_cost
"""

from __future__ import annotations

import json
import statistics

import psutil
from playwright.sync_api import expect

from tests.browser.notebooks import open_notebook, run_cell
from tests.browser.servers import JupyterServer

from .lab import lab_page

ROUNDS = 7
EPOCHS = 30

SETUP = """
import collabwidgets as cw, json, time
ratings, _ = cw.synthetic_ratings(6_040, 3_700, 1_000_000, seed=1)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=42)
watched, alone = (cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1) for _ in range(2))
def seconds(learn):
    learn.reset()
    began = time.perf_counter()
    learn.start(epochs={epochs}, lr=5e-3)
    learn.wait()
    return time.perf_counter() - began
seconds(alone)
"""
SHOW = "cw.Dashboard(watched)"
# The order is turned around each round, so that neither is always the one that comes second.
MEASURE = """
pairs = []
for turn in range({rounds}):
    order = [watched, alone] if turn % 2 else [alone, watched]
    took = {{id(learn): seconds(learn) for learn in order}}
    pairs.append((took[id(watched)], took[id(alone)]))
print(json.dumps(pairs))
"""


def give_the_browser_its_own_core(server: JupyterServer) -> None:
    """The kernel on one core, browser and servers on the others, as the scheduler has it where there are enough."""
    first, *others = sorted(psutil.Process().cpu_affinity())
    kernels = {process.pid for process in server.kernels() if "ipykernel_launcher" in process.cmdline()}
    for process in [psutil.Process(server.process.pid), *psutil.Process().children(recursive=True), psutil.Process()]:
        for thread in process.threads():  # affinity is each thread's own
            psutil.Process(thread.id).cpu_affinity([first] if process.pid in kernels else others)


def measure(*, own_core: bool) -> list[tuple[float, float]]:
    """Pairs of seconds, watched and alone."""
    with lab_page(1440, 900) as (page, server):
        page.set_default_timeout(600_000)
        cells = (SETUP.format(epochs=EPOCHS), SHOW, MEASURE.format(rounds=ROUNDS))
        open_notebook(page, server, "cost", *cells, run=2)
        for part in ("Training", "Bias ranking", "Map of titles", "Neighbours"):
            expect(page.get_by_role("region", name=part)).to_be_visible()
        if own_core:
            give_the_browser_its_own_core(server)
        return json.loads(run_cell(page, 2))


def main() -> None:
    print(f"{EPOCHS} epochs of 1,000,000 ratings (6,040 users, 3,700 titles), medians of {ROUNDS} interleaved pairs")
    print(f"{'':34} {'no widget':>10} {'dashboard':>10} {'ratio':>7}   (the promise: 1.03 at most)")
    for what, own_core in (("two cores for both", False), ("browser on a core of its own", True)):
        pairs = measure(own_core=own_core)
        watched, alone = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{what:34} {alone:8.3f} s {watched:8.3f} s {ratio:7.3f}", flush=True)


if __name__ == "__main__":
    main()
