"""save_png() and save_svg(): a view in a file."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib
import matplotlib.image
import pytest

from collabwidgets import CollabLearner, collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.widgets import BiasTable, Dashboard, NeighborSearch, PCAScatter, TrainingPanel

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


def test_text_of_an_svg_stays_text_and_the_same_view_is_the_same_file(learn, tmp_path):
    learn.view.selection = [learn.item_row(NASTY)]
    scatter = PCAScatter(learn, n_labels=3)
    path = scatter.save_svg(tmp_path / "a.svg")
    assert path == tmp_path / "a.svg"
    assert NASTY in texts(path)
    first = path.read_bytes()
    scatter.flip_y = True
    assert scatter.save_svg(path).read_bytes() != first
    scatter.flip_y = False
    assert scatter.save_svg(path).read_bytes() == first
    learn.view.selection = []


def test_the_ranking_is_cut_and_searched_as_the_table_is(learn, tmp_path):
    table = BiasTable(learn, n=2)
    names = table.to_frame()["title"].tolist()

    def saved():
        found = " ".join(texts(table.save_svg(tmp_path / "bias.svg")))
        return [name for name in names if f"{name} " in found]

    assert saved() == [*names[:2], *names[-2:]]
    table.show = "bottom"
    assert saved() == names[-2:]
    table.query = names[5]
    assert saved() == [names[5]]


def test_a_view_box_is_in_the_units_of_the_map(learn, tmp_path):
    scatter = PCAScatter(learn, x="count", y="mean", view_box=[1, 2, 3, 4])
    ax = scatter._plot()
    assert (*ax.get_xlim(), *ax.get_ylim()) == (10, 1000, 2, 4)


def test_a_dashboard_is_one_sheet_of_its_views(learn, tmp_path):
    learn.view.primary = None
    board = Dashboard(learn, title="Everything")
    found = texts(board.save_svg(tmp_path / "board.svg"))
    assert {"Everything", "Bias ranking, epoch 3; number of ratings in brackets"} <= set(found)
    assert any("no title is chosen" in text for text in found)
    learn.view.primary = learn.item_row("Title 01")
    assert "Nearest to Title 01" in texts(board.save_svg(tmp_path / "board.svg"))
    assert Dashboard(learn, views=["scatter"], layout="teaching").save_png(tmp_path / "one.png").exists()
    learn.view.primary = None


def test_a_png_has_the_pixels_asked_for(learn, tmp_path):
    scatter = PCAScatter(learn)
    image = matplotlib.image.imread(scatter.save_png(tmp_path / "a.png", dpi=100))
    assert image.shape[:2] == (700, 800)
    assert image.std() > 0.01  # something is drawn


def test_dark_is_dark_and_nobodys_style_is_touched_or_taken(learn, tmp_path):
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 40, "svg.fonttype": "path"}):
        light = BiasTable(learn, n=2).save_svg(tmp_path / "light.svg").read_text()
        assert matplotlib.rcParams["svg.fonttype"] == "path"
        dark = BiasTable(learn, n=2, theme="dark").save_svg(tmp_path / "dark.svg").read_text()
    assert [colour in dark for colour in ("#1e1e1e", "#56b4e9", "#ff0000")] == [True, True, False]
    assert [colour in light for colour in ("#1e1e1e", "#0072b2", "#ff0000")] == [False, True, False]
    assert light == BiasTable(learn, n=2).save_svg(tmp_path / "light.svg").read_text()


def test_what_cannot_be_saved_is_said_in_a_sentence(learn, tmp_path):
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


def test_an_empty_ranking_can_be_saved(learn, tmp_path):
    assert BiasTable(learn, query="no such title").save_svg(tmp_path / "none.svg").exists()


def test_ratings_that_are_no_stars_have_no_unit_beside_the_root(dls, tmp_path):
    for y_range, said in (((0, 5.5), True), ((0, 10.5), False)):
        learn = collab_learner(dls, n_factors=3, y_range=y_range)
        learn.fit_one_cycle(1)
        found = texts(TrainingPanel(learn).save_svg(tmp_path / "loss.svg"))
        assert ("RMSE, stars" if said else "RMSE") in found


def test_matplotlib_is_loaded_only_when_a_view_is_saved():
    code = "import collabwidgets.widgets, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
