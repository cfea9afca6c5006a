"""The figures of `plots`: what is drawn are the learner's findings, in names that can be read."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from torch import nn

import collabwidgets as cw
from collabwidgets.loss_curves import smoothed

NASTY = "<b>$1 & 2$</b> Söhne"


@pytest.fixture(scope="module")
def learn() -> cw.CollabLearner:
    ratings, _ = cw.synthetic_ratings(120, 60, 4000, seed=3)
    ratings["title"] = ratings["title"].cat.rename_categories({"Title 07": NASTY})
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=3, bs=32)
    learner = cw.collab_learner(dls, n_factors=6, y_range=(0, 5.5))
    learner.fit_one_cycle(3)
    learner.view.min_count = 5
    return learner


def by_gid(ax, gid):
    return next(part for part in ax.collections if part.get_gid() == gid)


def test_the_loss_is_that_of_the_history(learn):
    ax = cw.plot_loss(learn, smoothing=0.5)
    x, loss = learn.history.batches()
    raw, train, valid, best, mean = ax.lines
    np.testing.assert_array_equal(raw.get_xydata(), np.column_stack([x, loss]))
    np.testing.assert_array_equal(train.get_ydata(), smoothed(x, loss, 0.5))
    assert valid.get_ydata().tolist() == [row.valid_loss for row in learn.history.epochs]
    assert best.get_xydata().tolist() == [[learn.history.best.epoch, learn.history.best.valid_loss]]
    assert set(mean.get_ydata()) == {learn.baseline}
    (roots,) = ax.child_axes
    assert roots.get_ylabel() == "RMSE, stars"
    assert max(valid.get_ydata()) <= ax.get_ylim()[1]
    steps = cw.plot_loss(learn, x_axis="step", y_scale="log")
    assert steps.lines[2].get_xdata().tolist() == [n * len(learn.dls.train) for n in (1, 2, 3)]


def test_the_biases_are_both_ends_of_the_ranking(learn):
    ax = cw.plot_biases(learn, n=3, selected=[learn.item_row(NASTY)])
    frame = learn.biases()
    ends = frame.iloc[[0, 1, 2, -3, -2, -1]]
    assert [bar.get_width() for bar in ax.patches] == ends["bias"].tolist()
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[:6] == [f"{row.title}  ({row.count:,}{', few' if row.few else ''})" for row in ends.itertuples()]
    assert names[6:] == [f"… {len(frame) - 6} more"]
    tops = [bar.get_y() for bar in ax.patches]
    assert np.diff(tops).tolist() == pytest.approx([1, 1, 2, 1, 1])
    assert len(cw.plot_biases(learn, n=None, min_count=0).patches) == len(learn.biases(min_count=0))
    in_stars = cw.plot_biases(learn, n=2, column="effect", kind="users")
    assert in_stars.patches[0].get_width() == learn.biases("users")["effect"].iloc[0]
    assert in_stars.get_xlabel() == "effect (stars); 0 is the average user"


def test_the_neighbours_stand_on_a_fixed_scale(learn):
    ax = cw.plot_neighbors(learn, "Title 01", k=4)
    frame = learn.neighbors("Title 01", 4)
    assert [bar.get_width() for bar in ax.patches] == frame["score"].tolist()
    assert ax.get_xlim() == (0, 1)
    assert cw.plot_neighbors(learn, "Title 01", order="farthest").get_xlim() == (-1, 1)
    assert cw.plot_neighbors(learn, ["Title 01", "Title 02"]).get_title("left") == "Nearest to the mean of 2 titles"
    assert cw.plot_neighbors(learn, NASTY, metric="dot").get_title("left") == f"Nearest to {NASTY}"


def test_the_map_is_that_of_pca(learn):
    ax = cw.plot_pca(learn, x=1, y=3)
    frame = learn.pca(3)
    points = by_gid(ax, "points")
    order = np.argsort(-frame["count"].to_numpy(), kind="stable")
    np.testing.assert_array_equal(points.get_offsets(), frame[["PC1", "PC3"]].iloc[order])
    biases = learn.biases(min_count=0)["bias"].loc[frame.index]
    np.testing.assert_array_equal(points.get_array(), biases.iloc[order])
    shares = frame.attrs["explained_variance_ratio"]
    assert ax.get_xlabel() == f"PC 1 ({100 * shares[0]:.1f} % of the variance)"
    assert ax.get_ylabel() == f"PC 3 ({100 * shares[2]:.1f} % of the variance)"
    assert cw.plot_pca(learn, flip_x=True).get_xlim()[0] > 0


@pytest.mark.parametrize("flipped", [False, True])
def test_names_on_the_map_cover_neither_each_other_nor_a_point(learn, flipped):
    row = learn.item_row(NASTY)
    ax = cw.plot_pca(learn, n_labels=12, selected=[row], flip_x=flipped)
    ax.figure.draw_without_rendering()
    texts = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert NASTY in texts  # as it is, neither markup nor formula
    assert 5 < len(texts) <= 13
    boxes = list(texts.values())
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    points = ax.transData.transform(by_gid(ax, "points").get_offsets())
    for box in boxes:
        assert not any(box.contains(*point) for point in points)
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1
        assert ax.bbox.y0 <= box.y0 < box.y1 <= ax.bbox.y1


def test_which_titles_are_named_can_be_chosen(learn):
    frame = learn.pca(2)

    def named(**how):
        return {text.get_text() for text in cw.plot_pca(learn, **how).texts}

    assert named(label_by="none") == named(n_labels=0) == set()
    assert named(label_by="selection", selected=[frame.index[0]]) == {frame["title"].iloc[0]}
    assert named(label_by="count", n_labels=3) <= {*frame.nlargest(6, "count")["title"]}
    assert frame["title"].loc[frame["PC1"].idxmax()] in named(label_by="extremes", n_labels=8)


def test_colours_and_axes_can_be_columns(learn):
    frame = learn.pca(2).assign(kind=lambda table: np.where(table["count"] > 60, "much", "little"))
    ax = cw.plot_pca(learn, x="count", y="mean", color_by="kind", size_by="none", frame=frame)
    assert ax.get_xscale() == "log"
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"much", "little"}
    with pytest.raises(ValueError, match="no column 'year' to draw; choose PC1, PC2"):
        cw.plot_pca(learn, color_by="year")
    with pytest.raises(ValueError, match="no column 'PC3' to draw; choose PC1, PC2"):
        cw.plot_pca(learn, x=3, frame=frame)
    frame["mean"] = np.nan
    with pytest.raises(ValueError, match="no title has a value on both axes"):
        cw.plot_pca(learn, y="mean", frame=frame)


def test_a_model_without_biases_has_a_map_in_one_colour(learn):
    class Taste(nn.Module):
        def __init__(self, dls):
            super().__init__()
            self.user_factors, self.movie_factors = nn.Embedding(len(dls.users), 4), nn.Embedding(len(dls.items), 4)

        def forward(self, x):
            return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)

    plain = cw.CollabLearner(learn.dls, Taste(learn.dls))
    plain.fit_one_cycle(1)
    assert len(by_gid(cw.plot_pca(plain), "points").get_facecolors()) == 1
    with pytest.raises(ValueError, match="bias"):
        cw.plot_biases(plain)


def test_the_axes_given_are_drawn_on_in_the_style_in_force(learn):
    import matplotlib

    with matplotlib.rc_context({"axes.prop_cycle": matplotlib.cycler(color=["#111111", "#222222"])}):
        left, right = Figure().subplots(1, 2)
        assert cw.plot_loss(learn, left) is left
        assert cw.plot_neighbors(learn, "Title 01", right) is right
    assert to_hex(right.patches[0].get_facecolor()) == "#111111"


def test_pyplot_is_never_loaded_and_matplotlib_only_to_draw(learn):
    code = "import collabwidgets as cw, sys; [getattr(cw, n) for n in cw.__all__]; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"
    before = "matplotlib.pyplot" in sys.modules
    cw.plot_pca(learn)
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_without_matplotlib_the_error_has_the_install_line(learn, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ModuleNotFoundError, match=r'^matplotlib is missing: pip install "collabwidgets\[figures\]"$'):
        cw.plot_loss(learn)
