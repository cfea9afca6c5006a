"""save_png() and save_svg(): files that say what the widget shows."""

import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from torch import nn

from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.learner import CollabLearner, collab_learner
from collabwidgets.widgets import BiasTable, Dashboard, NeighborSearch, PCAScatter, TrainingPanel
from collabwidgets.widgets.pictures.fonts import complete_fonts, families_for
from collabwidgets.widgets.pictures.labels import place_labels

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<b>$1 & 2$</b> Söhne"


@pytest.fixture(scope="module")
def learn() -> CollabLearner:
    ratings, _ = synthetic_ratings(120, 60, 4000, seed=3)
    ratings["title"] = ratings["title"].cat.rename_categories({"Title 07": NASTY})
    dls = CollabDataLoaders.from_df(ratings, item_name="title", seed=3, bs=32)
    learner = collab_learner(dls, n_factors=6, y_range=(0, 5.5))
    learner.fit_one_cycle(3)
    learner.view.min_count = 5
    return learner


def texts(path: Path) -> list[str]:
    return ["".join(element.itertext()).strip() for element in ElementTree.parse(path).iter(f"{SVG}text")]


def size(path: Path) -> tuple[int, int]:
    image = matplotlib.image.imread(path)
    assert image.std() > 0.01  # something is drawn
    return image.shape[1], image.shape[0]


def test_the_map_has_its_axes_labels_and_what_they_keep(learn, tmp_path):
    learn.view.selection, learn.view.primary = [learn.item_row(NASTY)], None
    scatter = PCAScatter(learn, x=1, y=3, n_labels=8)
    shares = learn.pca(3).attrs["explained_variance_ratio"]
    path = scatter.save_svg(tmp_path / "map.svg")
    found = texts(path)
    fitted = f"{len(scatter.to_frame())} titles"
    assert f"PC 1 · {100 * shares[0]:.1f} % of the variance of {fitted}" in found
    assert f"PC 3 · {100 * shares[2]:.1f} % of the variance of {fitted}" in found
    kept = f"Together the axes keep {100 * (shares[0] + shares[2]):.1f} % of the variance"
    assert any(kept in text and f"Fitted on {fitted}" in text for text in found)
    assert any("colour: bias (logit), relative to the average title" in text for text in found)
    assert NASTY in found  # selected, so labelled; text as it is, neither markup nor formula
    titles = [text for text in found if text.startswith("Title ")]
    assert 3 <= len(titles) <= 8
    points = next(group for group in ElementTree.parse(path).iter(f"{SVG}g") if group.get("id") == "points")
    assert len([*points.iter(f"{SVG}use"), *points.iter(f"{SVG}path")]) >= len(scatter.to_frame())


def test_of_a_large_selection_the_most_rated_are_named(learn, tmp_path, monkeypatch):
    monkeypatch.setattr("collabwidgets.widgets.pictures.map.CHOSEN", 4)
    frame = PCAScatter(learn).to_frame()
    learn.view.selection, learn.view.primary = sorted(frame.index), None
    found = texts(PCAScatter(learn, label_by="selection").save_svg(tmp_path / "map.svg"))
    learn.view.selection = []
    assert {*found} & {*frame["title"]} == {*frame.nlargest(4, "count")["title"]}


def test_a_colour_of_one_value_says_the_one_value(learn, tmp_path):
    same = {"same": np.full(len(learn.dls.items), 7.0)}
    found = texts(PCAScatter(learn, data=same, color_by="same").save_svg(tmp_path / "map.svg"))
    at = next(i for i, text in enumerate(found) if text == "colour: same")
    assert found[at + 1] == "7"
    assert "8" not in found


def test_the_map_is_of_the_state_it_is_in(learn, tmp_path):
    scatter = PCAScatter(learn, color_by="count", n_labels=0, selection=[])
    found = texts(scatter.save_svg(tmp_path / "a.svg"))
    assert not [text for text in found if text.startswith("Title ")]
    assert any("colour: ratings" in text for text in found)
    before = (tmp_path / "a.svg").read_text()
    scatter.flip_x = True
    scatter.save_svg(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text() != before
    scatter.flip_x = False
    scatter.save_svg(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text() == before  # the same picture is the same file


def test_the_ranking_has_the_rows_and_numbers_of_the_table(learn, tmp_path):
    table = BiasTable(learn, n=3, min_count=5)
    frame = table.to_frame()
    found = texts(table.save_svg(tmp_path / "bias.svg"))
    for _, row in [*frame.head(3).iterrows(), *frame.tail(3).iterrows()]:
        assert row["title"] in found
        assert f"{row['mean']:.2f}" in found
        assert f"{abs(row['bias']):.2f}" in {text.lstrip("+−") for text in found}
    assert f"… {len(frame) - 6} more" in found
    assert frame["title"].iloc[10] not in found
    document = (tmp_path / "bias.svg").read_text()
    assert len(re.findall(r'id="bar-\d+"', document)) == 6
    table.show, table.units = "top", "stars"
    found = texts(table.save_svg(tmp_path / "bias.svg"))
    assert frame["title"].iloc[-1] not in found
    assert "bias, stars, centred" in found
    table.kind, table.show = "users", "bottom"
    assert table.to_frame()["user"].iloc[-1] in texts(table.save_svg(tmp_path / "bias.svg"))


def test_the_neighbours_stand_on_a_fixed_scale(learn, tmp_path):
    search = NeighborSearch(learn, item=learn.item_row("Title 01"), k=4)
    frame = search.to_frame()
    path = search.save_svg(tmp_path / "near.svg")
    found = texts(path)
    assert "Nearest to Title 01" in found
    assert {"0", "1", "cosine"} <= set(found)
    for _, row in frame.iterrows():
        assert row["title"] in found
        assert f"{row['score']:.3f}" in found
    lengths = []
    for bar in (group for group in ElementTree.parse(path).iter(f"{SVG}g") if group.get("id", "").startswith("bar-")):
        xs = [float(x) for x in re.findall(r"[ML] ([\d.]+) ", bar.find(f"{SVG}path").get("d"))]
        lengths.append((max(xs) - min(xs)) / 72)
    np.testing.assert_allclose(lengths, frame["score"] * (5.55 - 3.7), atol=1e-3)


def test_the_loss_has_curves_baseline_and_best_epoch(learn, tmp_path):
    panel = TrainingPanel(learn)
    path = panel.save_svg(tmp_path / "loss.svg")
    best = learn.history.best
    found = texts(path)
    assert f"best: {best.valid_loss:.4f}, RMSE {best.rmse:.3f} stars, epoch {best.epoch}" in found
    assert {"MSE", "RMSE, stars", "epoch", "predict the mean"} <= set(found)
    groups = {group.get("id") for group in ElementTree.parse(path).iter(f"{SVG}g")}
    assert {"train", "train-raw", "valid", "baseline"} <= groups
    panel.x_axis, panel.y_scale = "step", "log"
    assert "batch" in texts(panel.save_svg(path))


def test_without_validation_no_legend_speaks_of_it(learn, tmp_path):
    ratings, _ = synthetic_ratings(40, 20, 600, seed=3)
    learner = collab_learner(CollabDataLoaders.from_df(ratings, valid_pct=0, seed=3), n_factors=1)
    learner.fit_one_cycle(1)
    assert "validation" in texts(TrainingPanel(learn).save_svg(tmp_path / "with.svg"))
    panel = TrainingPanel(learner)
    found = texts(panel.save_svg(tmp_path / "without.svg"))
    assert "train, smoothed" in found
    assert not {"validation", "predict the mean"} & set(found)
    assert [mark.labels for mark in panel._figure.marks if getattr(mark, "display_legend", False)] == [["train"]]
    with pytest.raises(ValueError, match="the model has 1 component, so there is no PC 2"):
        PCAScatter(learner, min_count=0).save_svg(tmp_path / "map.svg")


def test_a_dashboard_is_one_sheet_of_all_its_views(learn, tmp_path):
    learn.view.primary = None
    board = Dashboard(learn, title="Everything")
    found = texts(board.save_svg(tmp_path / "board.svg"))
    assert {"Everything", "Loss", "Map of titles", "Bias ranking", "Neighbours"} <= set(found)
    # The sentence that stands in a picture's place is one line.
    assert any(text.startswith("no title is chosen") and text.endswith("(learn.item_row)") for text in found)
    learn.view.primary = learn.item_row("Title 01")
    assert "Nearest to Title 01" in texts(board.save_svg(tmp_path / "board.svg"))
    one = Dashboard(learn, views=["scatter"], layout="teaching")
    assert one.save_png(tmp_path / "one.png").exists()


def test_a_png_has_the_pixels_asked_for(learn, tmp_path):
    scatter = PCAScatter(learn)
    picture = scatter._picture()
    assert size(scatter.save_png(tmp_path / "a.png", dpi=100)) == (picture.width * 100, round(picture.height * 100))
    assert size(scatter.save_png(tmp_path / "b", dpi=50)) == (picture.width * 50, int(picture.height * 50))


def test_dark_is_dark_and_nobodys_style_is_touched_or_taken(learn, tmp_path):
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 40, "svg.fonttype": "path"}):
        light = BiasTable(learn, n=2).save_svg(tmp_path / "light.svg").read_text()
        assert matplotlib.rcParams["svg.fonttype"] == "path"
        dark = BiasTable(learn, n=2, theme="dark").save_svg(tmp_path / "dark.svg").read_text()
    assert "#1e1e1e" in dark
    assert "#1e1e1e" not in light
    assert "#ff0000" not in light
    assert light == BiasTable(learn, n=2).save_svg(tmp_path / "light.svg").read_text()


def test_letters_that_no_font_has_are_told_in_one_warning(tmp_path):
    ratings, _ = synthetic_ratings(40, 12, 400, seed=3)
    renamed = {f"Title {n:02}": f"丁七{chr(0x4E00 + n)} {n}" for n in range(1, 13)}
    ratings["title"] = ratings["title"].astype(str).replace(renamed)
    learner = collab_learner(CollabDataLoaders.from_df(ratings, item_name="title", seed=3), n_factors=4)
    learner.fit_one_cycle(1)
    dashboard = Dashboard(learner, min_count=0)
    families, without = families_for(frozenset("丁七"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dashboard.save_svg(tmp_path / "all.svg")
        assert caught == []
        dashboard.save_png(tmp_path / "all.png")
    assert any(text.startswith("丁七") for text in texts(tmp_path / "all.svg"))
    if without:
        (warning,) = caught
        assert re.search(r"no installed font has \d+ of the letters \('.*all.png shows boxes", str(warning.message))
        assert warning.filename == __file__
    else:
        assert families
        assert caught == []


def test_a_font_that_has_the_letters_is_fallen_back_on():
    assert families_for(frozenset("Ⓐ"))[0] != ()
    assert families_for(frozenset("Ⓐ\U0010fffd"))[1] == {"\U0010fffd"}
    figure = Figure()
    text = figure.text(0, 0, "Ⓐ and b")
    assert complete_fonts(figure) == ""
    assert text.get_fontfamily() == ["DejaVu Sans", *families_for(frozenset("Ⓐ"))[0]]


def test_an_empty_ranking_and_dates_are_quiet(learn, tmp_path):
    first = pd.Timestamp("1990-07-02")
    dates = pd.DataFrame({"title": learn.dls.items.names[1:], "seen": first})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BiasTable(learn, query="no such title").save_svg(tmp_path / "none.svg")
        scatter = PCAScatter(learn, data=dates, x="seen")
    assert scatter.to_frame()["seen"].iloc[0] == pytest.approx(1990 + (first.day_of_year - 1) / 365.25)


def test_what_cannot_be_drawn_is_said_in_a_sentence(learn, tmp_path):
    learn.view.primary = None
    with pytest.raises(ValueError, match=r"no title is chosen.*set item="):
        NeighborSearch(learn).save_png(tmp_path / "a.png")
    scatter = PCAScatter(learn)
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing.*make it first"):
        scatter.save_png(tmp_path / "missing" / "a.png")
    with pytest.raises(ValueError, match=r"let it end in \.png"):
        scatter.save_png(tmp_path / "a.svg")
    with pytest.raises(ValueError, match="dpi must be a number from 20 to 1200, not 5"):
        scatter.save_png(tmp_path / "a.png", dpi=5)
    fresh = collab_learner(learn.dls, 4)
    for kind in (TrainingPanel, BiasTable, PCAScatter, NeighborSearch, Dashboard):
        with pytest.raises(RuntimeError, match=r"nothing is trained yet.*fit_one_cycle"):
            kind(fresh).save_svg(tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_biases_has_a_map_in_one_colour(learn, tmp_path):
    class Taste(nn.Module):
        def __init__(self, dls):
            super().__init__()
            self.user_factors, self.movie_factors = nn.Embedding(dls.n_users, 4), nn.Embedding(dls.n_items, 4)

        def forward(self, x):
            return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)

    plain = CollabLearner(learn.dls, Taste(learn.dls))
    plain.fit_one_cycle(1)
    assert not any("colour" in text for text in texts(PCAScatter(plain).save_svg(tmp_path / "map.svg")))
    with pytest.raises(ValueError, match="bias"):
        BiasTable(plain).save_svg(tmp_path / "bias.svg")


def test_labels_overlap_neither_each_other_nor_a_labelled_point():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 6, 300), rng.uniform(0, 4, 300)
    order = list(range(60))
    radii = np.full(300, 0.04)
    labels = place_labels(order, 5, [f"Title {i}" for i in order], x, y, radii, width=6, height=4, size=8, limit=25)
    assert 10 < len(labels) <= 30
    boxes = [(label.left, label.top, label.left + label.width, label.top + label.height) for label in labels]
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= 6
        assert bottom <= 4
        for a, b, c, d in boxes[i + 1 :]:
            assert left >= c or a >= right or top >= d or b >= bottom
        for label in labels:
            px, py = x[label.index], y[label.index]
            assert not (left < px < right and top < py < bottom)


def test_matplotlib_is_loaded_only_when_a_picture_is_saved():
    code = "import collabwidgets.widgets, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_ratings_that_are_no_stars_have_no_unit_beside_the_root(dls, tmp_path):
    for y_range, said in (((0, 5.5), True), ((0, 10.5), False)):
        learn = collab_learner(dls, n_factors=3, y_range=y_range)
        learn.fit_one_cycle(1)
        text = TrainingPanel(learn).save_svg(tmp_path / "loss.svg").read_text()
        assert "RMSE" in text
        assert (" stars" in text) is said
        assert not any(each.endswith(" rating") for each in texts(tmp_path / "loss.svg"))
