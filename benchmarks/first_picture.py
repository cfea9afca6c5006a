"""Seconds from running a cell to the whole first picture in JupyterLab: all four widgets of MovieLens 100K.

python -m benchmarks.first_picture
"""

from __future__ import annotations

import statistics

from tests.browser.notebooks import open_notebook

from .lab import first_picture, lab_page

ROUNDS = 7
SETUP = """
import collabwidgets as cw
dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
learn = cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1)
learn.fit_one_cycle(1, 5e-3)
"""


def main() -> None:
    with lab_page(1600, 2000) as (page, server):
        open_notebook(page, server, "first", SETUP, "cw.Dashboard(learn)", run=1)
        seconds = [first_picture(page) for _ in range(ROUNDS)]
    print(f"first picture of the dashboard, 1,664 titles, {ROUNDS} rounds")
    print(f"  first time (code travels)  {seconds[0]:6.2f} s")
    print(f"  median                     {statistics.median(seconds):6.2f} s   (the promise: 1 s)")


if __name__ == "__main__":
    main()
