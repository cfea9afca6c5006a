"""What all widgets have in common."""

import re
from pathlib import Path

import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances as alive
from traitlets import TraitError

from collabwidgets import collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.widgets import (
    BiasTable,
    Dashboard,
    LearnerStore,
    NeighborSearch,
    PCAScatter,
    TrainingPanel,
)
from collabwidgets.widgets.protocol import PANEL_SETTINGS

ALL = [TrainingPanel, BiasTable, PCAScatter, NeighborSearch, Dashboard]
TABLES = [BiasTable, PCAScatter, NeighborSearch]


@pytest.mark.parametrize("widget", ALL)
def test_an_unknown_keyword_is_answered_with_the_nearest(learn, widget):
    with pytest.raises(TypeError, match=r"no keyword 'min_cuont'. The nearest spelling is 'min_count'"):
        widget(learn, min_cuont=3)


@pytest.mark.parametrize("widget", ALL)
def test_something_else_than_a_learner_is_refused(widget):
    with pytest.raises(TypeError, match="shows a CollabLearner, not dict; make one"):
        widget({})


@pytest.mark.parametrize("widget", ALL)
def test_without_a_learner_a_widget_says_how_to_make_one(widget, line):
    for view in (widget(), widget(None, theme="dark")):
        assert (view.status, view.epoch) == ("no_model", 0)
        assert repr(view) == f"{widget.__name__}(no learner yet)"
        data, _ = view._repr_mimebundle_()
        assert "learn = cw.collab_learner(dls)" in data["text/html"]
        assert line.of(view)[0].state["_store"] is None
        with pytest.raises(ValueError, match=rf"No learner yet.*{widget.__name__}\(learn\)"):
            view.to_frame()


@pytest.mark.parametrize("widget", ALL)
def test_controls_are_checked_and_documented(learn, widget):
    with pytest.raises(
        TraitError, match=rf"any of .'{widget.controls.names[0]}', .*'csv', 'code'., not the str 'trian'"
    ):
        widget(learn, controls=["trian"])
    view = widget(learn, controls=list(widget.controls.names))
    assert view.controls == list(widget.controls.names)
    assert [name for name in widget.controls.names[:-3] if f'``"{name}"``' not in widget.__doc__] == []


def test_the_names_of_controls_are_those_that_the_page_looks_for():
    js = Path(__file__).parents[2] / "js" / "src" / "views"
    sources = {widget: [js / f"{widget.__name__}.tsx"] for widget in ALL}
    for widget, folder in (
        (TrainingPanel, "training"),
        (BiasTable, "bias"),
        (PCAScatter, "scatter"),
        (NeighborSearch, "neighbors"),
    ):
        sources[widget] += (js / folder).glob("*.ts*")
    for widget, files in sources.items():
        text = "\n".join(file.read_text() for file in files)
        asked = set(re.findall(r'\b(?:button|has|shows|choice|radio|number|check)\(\s*"(\w+)"', text))
        asked |= {kind for kind in ("png", "svg") if f" {kind}: " in text}
        if widget is TrainingPanel:
            asked |= {setting.trait for setting in PANEL_SETTINGS}
        assert asked == set(widget.controls.names[:-3]), widget.__name__


def test_status_and_epoch_are_the_learners_and_are_told(learn, until):
    table, heard = BiasTable(learn), []
    table.observe(lambda change: heard.append((change["name"], change["new"])), ["status", "epoch"])
    assert (table.status, table.epoch) == ("untrained", 0)
    learn.start(epochs=1)
    learn.wait()
    assert (table.status, table.epoch) == ("ready", 1)
    until(lambda: ("status", "ready") in heard and ("epoch", 1.0) in heard)
    learn.reset()
    assert (table.status, table.epoch) == ("untrained", 0)
    for name in ("status", "epoch", "hovered"):
        with pytest.raises(TraitError, match="read-only"):
            setattr(table, name, None)


def test_a_hover_reaches_the_widgets_linked_or_not(learn, line):
    linked, alone = PCAScatter(learn), PCAScatter(learn, linked=False)
    line.set(LearnerStore.of(learn), hovered=7)
    line.set(alone, hovered=9)
    assert (linked.hovered, alone.hovered, learn.view.hovered) == (7, 9, 7)
    assert len(line.of(linked)) == 1


def test_undo_says_that_it_was_removed(learn):
    for owner in (learn.view, BiasTable(learn)):
        for name in ("undo", "redo"):
            with pytest.raises(AttributeError, match=r"undo\(\) and redo\(\) were removed; set what you want back"):
                getattr(owner, name)()


def test_linked_tables_of_titles_and_maps_share_a_search(learn):
    table, scatter, alone = BiasTable(learn), PCAScatter(learn), BiasTable(learn, linked=False)
    users, search = BiasTable(learn, kind="users", query="user 1"), NeighborSearch(learn, query="title 2")
    table.query = "title 1"
    assert (scatter.query, learn.view.query) == ("title 1", "title 1")
    assert (alone.query, users.query, search.query) == ("", "user 1", "title 2")
    assert len(alone.to_frame()) > len(table.to_frame())
    assert PCAScatter(learn, query="2").query == table.query == "2"
    assert BiasTable(learn, linked=False).query == ""


def test_a_table_that_turns_to_users_searches_by_itself_until_it_turns_back(learn, line):
    table = BiasTable(learn, query="title 1")
    line.set(table, kind="users", query="user 2")
    assert (table.query, learn.view.query) == ("user 2", "title 1")
    learn.view.query = "title 3"
    assert table.query == "user 2"
    line.set(table, kind="items")
    assert table.query == "title 3"


def test_a_message_can_be_dismissed_and_goes_with_the_next_success(learn, line, monkeypatch):
    monkeypatch.setattr("collabwidgets.widgets.synced._GESTURE", 0.0)
    table = BiasTable(learn)
    for cure in ({"message": ""}, {"n": 3}):
        line.set(table, show="nothing")
        line.set(table, _visible=not table._visible)
        assert "both_ends" in table.message
        line.set(table, **cure)
        assert table.message == ""
    line.set(table, show="nothing")
    learn.view.selection = [3]
    assert table.message == ""


def test_traitlets_link_keeps_the_filters_of_two_learners_alike(learn, dls):
    table = BiasTable(learn)
    other = BiasTable(collab_learner(dls, n_factors=4))
    link = traitlets.link((table, "min_count"), (other, "min_count"))
    learn.view.min_count = 7
    assert other.learner.view.min_count == 7
    other.learner.view.min_count = 3
    assert learn.view.min_count == 3
    link.unlink()
    other._store.close()


def test_what_is_unlinked_goes_on_from_what_all_had(learn, line):
    table = BiasTable(learn)
    learn.view.selection = [3]
    table.linked = False
    assert table.selection == [3]
    assert line.of(table)[-1].state["selection"] == [3]


def test_numbers_of_numpy_and_pandas_are_taken_as_they_are(learn):
    frame = learn.biases(min_count=0)
    table, scatter = BiasTable(learn), PCAScatter(learn)
    table.selection = np.array([1, 2])
    assert table.selection == learn.view.selection == [1, 2]
    learn.view.selection = frame.index[:3]
    assert table.selection == frame.index[:3].tolist()
    learn.view.primary, scatter.pinned = frame.index[0], np.int32(4)
    assert (table.primary, table.pinned) == (frame.index[0], 4)
    scatter.x, scatter.view_box = np.int64(2), np.array([-1, -1, 1, 1], np.float32).tolist()
    assert scatter.x == 2
    assert NeighborSearch(learn, items=frame.index[:2], k=np.int64(3)).items == frame.index[:2].tolist()
    assert TrainingPanel(learn, lr=np.float32(0.5), epochs=np.int64(3)).lr == 0.5
    table.pinned = True
    rows = (*table.selection, learn.view.primary, scatter.x, table.pinned)
    assert [type(row) for row in rows] == [int] * 6
    table.clear()
    learn.view.primary = learn.view.pinned = None


def test_a_misspelt_name_cannot_be_set(learn):
    with pytest.raises(
        AttributeError, match=r"ViewState has no 'selected_title'.*The nearest spelling is 'selected_titles'"
    ):
        learn.view.selected_title = ["Title 01"]
    table = BiasTable(learn)
    with pytest.raises(
        AttributeError, match=r"BiasTable has no 'sortby' to be set\. The nearest spelling is 'sort_by'"
    ):
        table.sortby = "count"
    with pytest.raises(AttributeError, match=r"has no 'zzz'.*underscore"):
        table.zzz = 1
    table._note, table.layout.width = "mine", "50%"
    table.add_class("wide")

    class Mine(BiasTable):
        def __init__(self, learner):
            super().__init__(learner)
            self.shelf = "mine"

    assert Mine(learn).shelf == "mine"


def test_a_filter_that_hides_all_is_told_where_it_is_a_views_own(learn):
    sentence = "hides everything: the most rated title has"
    with pytest.warns(UserWarning, match=f"min_count=50000 {sentence}"):
        table = BiasTable(learn, linked=False, min_count=50_000)
    with pytest.warns(UserWarning, match=f"min_count=60000 {sentence}"):
        table.min_count = 60_000
    with pytest.warns(UserWarning, match=sentence) as caught:
        BiasTable(learn).min_count = 70_000
    assert len(caught) == 1
    learn.view.min_count = 20


def test_one_title_is_a_list_of_one_and_none_clears(learn):
    table = BiasTable(learn)
    name = str(learn.dls.items.names[5])
    for target in (table, learn.view):
        target.selected_titles = name
        assert target.selection == [5]
        target.selected_titles = None
        assert target.selection == []


def test_results_are_no_keywords(learn):
    with pytest.raises(TypeError, match="no keyword 'neighbors'"):
        NeighborSearch(learn, neighbors=[])
    with pytest.raises(TypeError, match="no keyword '_store'"):
        BiasTable(learn, _store=None)


@pytest.mark.parametrize(
    ("widget", "name", "value"),
    [
        (BiasTable, "message", "mine"),
        (BiasTable, "rows_shown", 3),
        (NeighborSearch, "neighbors", []),
        (NeighborSearch, "n_hidden", 3),
        (NeighborSearch, "n_runs", 3),
        (NeighborSearch, "answered", {}),
    ],
)
def test_results_are_set_by_nobody_else(learn, widget, name, value):
    with pytest.raises(TraitError, match="read-only"):
        setattr(widget(learn), name, value)


@pytest.mark.parametrize(
    ("widget", "wrong", "choices"),
    [
        (BiasTable, {"show": "ends"}, "both_ends"),
        (BiasTable, {"sort_by": "stars"}, "rank_by_mean"),
        (BiasTable, {"theme": "solarized"}, "light"),
        (PCAScatter, {"color_by": "genre"}, "count"),
        (PCAScatter, {"view_box": [1, 0, 0, 1]}, "left < right"),
        (PCAScatter, {"view_box": [0, 0, float("inf"), 1]}, "inf; pass a finite number"),
        (TrainingPanel, {"lr": float("nan")}, "lr is nan; pass a finite number"),
        (TrainingPanel, {"weight_decay": float("nan")}, "weight_decay is nan"),
        (TrainingPanel, {"smoothing": float("nan")}, "smoothing is nan"),
        (BiasTable, {"primary": "Title 01"}, r"learn.item_row\('Title 01'\) finds it, and selected_titles"),
        (BiasTable, {"selection": ["Title 01"]}, "selected_titles takes titles"),
        (NeighborSearch, {"metric": "manhattan"}, "centered_cosine"),
        (NeighborSearch, {"item": 0}, "from 1 to"),
        (TrainingPanel, {"schedule": "cosine"}, "one_cycle"),
        (Dashboard, {"layout": "wide"}, "'full', 'teaching'., not the str 'wide'"),
        (BiasTable, {"linked": ("selection", "query")}, "'linked' trait .* expected a boolean, not the tuple"),
        (Dashboard, {"linked": ["selection"]}, "'linked' trait .* expected a boolean, not the list"),
    ],
)
def test_a_wrong_value_is_answered_with_the_choices(learn, widget, wrong, choices):
    with pytest.raises(TraitError, match=choices):
        widget(learn, **wrong)


def test_a_message_of_a_page_opens_a_view_with_reference_kind_and_settings(learn, line):
    table = BiasTable(learn, n=7, linked=False)
    opening = line.of(table)[0]
    assert opening.kind == "comm_open"
    assert opening.state["_store"] == f"anywidget:{LearnerStore.of(learn).model_id}"
    assert opening.state["_kind"] == "BiasTable"
    assert opening.state["n"] == 7
    assert opening.state["linked"] is False


def test_two_views_share_a_selection_however_it_is_made(learn, line):
    table, scatter = BiasTable(learn), PCAScatter(learn)
    table.selection = [3, 1]
    assert scatter.selection == [3, 1]
    assert learn.view.selection == [3, 1]
    learn.view.primary = 8
    assert table.primary == scatter.primary == 8
    line.set(LearnerStore.of(learn), selection=[5], min_count=2)
    assert table.selection == scatter.selection == [5]
    assert table.min_count == scatter.min_count == 2


def test_an_unlinked_view_goes_its_own_way(learn, line):
    table, scatter = BiasTable(learn), PCAScatter(learn, linked=False)
    table.selection = [3]
    assert scatter.selection == []
    line.set(scatter, selection=[7], min_count=5)
    assert scatter.selection == [7]
    assert scatter.min_count == 5
    assert table.selection == [3]
    assert table.min_count == learn.view.min_count == 20


def test_a_view_can_be_linked_later(learn):
    table = BiasTable(learn, linked=False)
    learn.view.selection = [3]
    assert table.selection == []
    table.linked = True
    assert table.selection == [3]
    table.selection = [4]
    assert learn.view.selection == [4]


def test_what_is_linked_is_sent_by_the_store_only(learn, line):
    tables = [BiasTable(learn) for _ in range(5)]
    learn.view.selection = [3]
    assert all(len(line.of(table)) == 1 for table in tables)
    assert line.of(LearnerStore.of(learn))[-1].state == {"selection": [3]}


def test_a_linked_keyword_is_set_for_all(learn):
    scatter = PCAScatter(learn)
    BiasTable(learn, min_count=4, selection=[2])
    assert scatter.min_count == 4
    assert scatter.selection == [2]


def test_titles_are_a_twin_of_the_selection(learn):
    table = BiasTable(learn)
    titles = [str(name) for name in learn.dls.items.names[[4, 2]]]
    table.selected_titles = titles
    assert table.selection == [4, 2]
    assert learn.view.selected_titles == table.selected_titles == titles


def test_on_select_gets_titles_until_it_is_undone(learn):
    table, heard = BiasTable(learn), []
    undo = table.on_select(heard.append)
    learn.view.selection = [2]
    table.clear()
    undo()
    learn.view.selection = [3]
    assert heard == [[str(learn.dls.items.names[2])], []]


@pytest.mark.parametrize("bad", [[0], [10**6]])
def test_rows_that_do_not_exist_are_refused_linked_or_not(learn, bad):
    for view in (BiasTable(learn), BiasTable(learn, linked=False)):
        with pytest.raises(TraitError, match="from 1 to"):
            view.selection = bad
        assert view.selection == []
    assert learn.view.selection == []


def test_an_observer_that_raises_shows_its_sentence_in_the_widget(learn, line, caplog):
    table, other = BiasTable(learn, linked=False), BiasTable(learn)

    def careless(_change):
        raise KeyError("no such column")

    table.observe(careless, "selection")
    line.set(table, selection=[2])
    assert table.message == "KeyError: 'no such column'"
    assert table.selection == [2]
    other.observe(careless, "primary")
    line.set(LearnerStore.of(learn), primary=3)
    assert other.message == "KeyError: 'no such column'"
    assert "in careless" in other._details
    chosen = BiasTable(learn, linked=False)
    chosen.on_select(careless)
    line.set(chosen, selection=[4])
    assert chosen.message == "KeyError: 'no such column'"
    assert learn.view.primary == 3
    assert "no such column" in caplog.text


def test_a_page_cannot_make_a_view_another(learn, line):
    table = BiasTable(learn)
    line.set(table, _store="anywidget:other", _kind="Dashboard", message="<b>", linked=False, theme="dark")
    assert table._store is LearnerStore.of(learn)
    assert table._kind == "BiasTable"
    assert table.message == ""
    assert table.linked is True
    assert table.theme == "dark"


def test_a_value_a_page_may_not_choose_is_answered_and_taken_back(learn, line):
    table = BiasTable(learn)
    line.set(table, show="nothing", n=3)
    assert table.show == "both_ends"
    assert "both_ends" in table.message
    assert line.of(table)[-1].state == {"message": table.message} or "show" in line.of(table)[-1].state


@pytest.mark.parametrize(
    ("widget", "before", "after"),
    [
        (TrainingPanel, "TrainingPanel(untrained)", "TrainingPanel(ready, epoch 1, best "),
        (BiasTable, "BiasTable(90 titles, untrained, by bias)", "BiasTable(90 titles, epoch 1, by bias)"),
        (
            PCAScatter,
            "PCAScatter(90 titles, untrained, PC 1 × PC 2)",
            "PCAScatter(90 titles, epoch 1, PC 1 × PC 2)",
        ),
        (NeighborSearch, "NeighborSearch(no title yet, cosine)", "NeighborSearch(no title yet, cosine)"),
        (Dashboard, "Dashboard(training, bias", "Dashboard(training, bias, scatter, neighbors, epoch 1)"),
    ],
)
def test_the_repr_is_one_line_with_the_state(learn, widget, before, after):
    learn.view.min_count = 0
    view = widget(learn)
    assert repr(view).startswith(before)
    learn.start(epochs=1)
    learn.wait()
    assert repr(view).startswith(after)


@pytest.mark.parametrize("widget", ALL)
def test_a_page_without_widgets_sees_a_table_and_text(learn, widget):
    learn.start(epochs=1)
    learn.wait()
    view = widget(learn)
    data, _ = view._repr_mimebundle_()
    assert data["text/plain"] == repr(view)
    assert "<table" in data["text/html"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id


def test_titles_are_text_wherever_they_go():
    ratings, _ = synthetic_ratings(40, 30, 600, seed=3)
    ratings["title"] = "<img src=x onerror=alert(1)> " + ratings["title"].astype(str)
    learn = collab_learner(CollabDataLoaders.from_df(ratings, item_name="title", seed=1), n_factors=4)
    learn.start(epochs=1)
    learn.wait()
    for widget in (BiasTable, PCAScatter):
        page = widget(learn, min_count=0)._repr_mimebundle_()[0]["text/html"]
        assert "<img" not in page
        assert "&lt;img" in page
    LearnerStore.of(learn).close()


def test_a_closed_view_hears_nothing_more(learn):
    table = BiasTable(learn)
    table.close()
    learn.view.selection = [2]
    assert table.selection == []
    table.close()


def test_a_closed_view_changes_nothing_more(learn):
    table, search = BiasTable(learn), NeighborSearch(learn)
    learn.view.selection = [5]
    table.close()
    search.close()
    table.selection, table.min_count, search.item, search.k = [3], 7, 4, 3
    assert (learn.view.selection, learn.view.min_count, learn.view.primary) == ([5], 20, None)


def test_a_closed_dashboard_leaves_no_widget_behind(learn):
    LearnerStore.of(learn)
    before = set(alive)
    dashboard = Dashboard(learn)
    dashboard.training.y_scale = "log"
    dashboard.close()
    assert set(alive) <= before


def test_a_view_that_could_not_be_made_leaves_nothing_behind(learn):
    with pytest.raises(TraitError):
        BiasTable(learn, n=0)
    learn.view.selection = [2]
    assert BiasTable(learn).selection == [2]
