"""Several visitors of one process: training is shared, what is looked at is each one's own."""

import gc
import weakref

import pytest
import traitlets

import collabwidgets as cw
from collabwidgets.widgets import BiasTable, Dashboard, LearnerStore, PCAScatter
from collabwidgets.widgets.front_end import FrontEnd, front_end


class Visitor(FrontEnd):
    """A visitor as a host has them, who leaves when the test says so."""

    def __init__(self):
        self.key, self.sent, self._at_end = self, [], []

    def send(self, function):
        self.sent.append(function)
        function()

    def at_end(self, function):
        self._at_end.append(function)

    def leave(self):
        for function in self._at_end:
            function()


@pytest.fixture
def as_visitor(monkeypatch):
    """A function after which all code runs for that visitor; with None for the process."""

    here = [FrontEnd()]
    for module in ("synced", "store"):
        monkeypatch.setattr(f"collabwidgets.widgets.{module}.front_end", lambda: here[0])

    def visit(visitor):
        here[0] = visitor or FrontEnd()
        return visitor

    yield visit
    visit(None)


def test_outside_of_a_host_with_visitors_all_code_is_of_one_front_end():
    assert front_end().key is front_end().key


def test_each_visitor_looks_at_other_titles(learn, as_visitor):
    tables = []
    for _ in range(2):
        as_visitor(Visitor())
        tables.append(BiasTable(learn, show="all"))
    first, second = tables
    other_map = PCAScatter(learn)
    second.selection, second.min_count, second.query, second.pinned = [4, 2], 3, "title", 9
    first.selected_titles = "Title 07"
    assert learn.view.selected_titles == ["Title 07"]
    assert (first.min_count, first.query, first.pinned) == (learn.view.min_count, "", None)
    assert (other_map.selection, other_map.min_count, other_map.query, other_map.pinned) == ([4, 2], 3, "title", 9)
    assert "learn.view.pinned" in second.to_code()
    assert "learn.view.pinned" not in first.to_code()


def test_both_visitors_see_a_training_and_the_one_who_stays_the_next(learn, as_visitor, until):
    visitors, stores = [], []
    for _ in range(2):
        visitors.append(as_visitor(Visitor()))
        stores.append(Dashboard(learn)._store)
    learn.start(epochs=1)
    assert learn.wait()
    for store in stores:
        until(lambda store=store: len(store.picture["history"]) == 1 and store.status["status"] == "ready")
        assert store.picture["revision"] == learn.snapshot.revision
    assert all(len(visitor.sent) > 0 for visitor in visitors)
    visitors[0].leave()
    assert stores[0].closed
    stores[0].publisher._thread.join(10)
    learn.start(epochs=1)
    assert learn.wait()
    until(lambda: len(stores[1].picture["history"]) == 2)
    assert len(stores[0].picture["history"]) == 1
    visitors[1].leave()


def test_nothing_of_a_visitor_stays_when_he_has_left(learn, as_visitor):
    visitor = as_visitor(Visitor())
    board = Dashboard(learn)
    visitor.leave()
    board._store.publisher._thread.join(10)
    gone = [weakref.ref(board), weakref.ref(board._store), weakref.ref(visitor)]
    as_visitor(None)
    del board, visitor
    gc.collect()
    assert [each() for each in gone] == [None, None, None]


def test_a_later_visitor_begins_as_the_first_did(learn, as_visitor):
    learn.view.min_count, learn.view.selection = 4, [5]
    as_visitor(Visitor())
    BiasTable(learn).min_count = 9
    learn.view.selection = []
    as_visitor(Visitor())
    table = BiasTable(learn)
    assert (table.min_count, table.selection, learn.view.min_count) == (4, [5], 9)


def test_a_store_whose_thread_has_ended_is_handed_out_no_more(learn):
    store = LearnerStore.of(learn)
    store.publisher.end()
    store.publisher._thread.join(10)
    fresh = LearnerStore.of(learn)
    assert fresh is not store
    assert fresh.publisher.alive
    assert store.closed


def other_learner(first, last):
    ratings, _ = cw.synthetic_ratings(60, 40, 900, seed=1)
    number = ratings["title"].str.removeprefix("Title ").astype(int)
    ratings = ratings[number.between(first, last)]
    return cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=1), n_factors=2)


def test_two_learners_are_linked_by_titles():
    a, b = other_learner(1, 30), other_learner(11, 40)
    heard = []
    b.view.observe(lambda change: heard.append((change.old, change.new)), "selected_titles")
    traitlets.link((a.view, "selected_titles"), (b.view, "selected_titles"))
    a.view.selected_titles = ["Title 05", "Title 12", "Title 20"]
    assert b.view.selected_titles == ["Title 12", "Title 20"]
    assert a.view.selected_titles == ["Title 05", "Title 12", "Title 20"]
    assert a.view.selection[1:] != b.view.selection
    assert heard == [([], ["Title 12", "Title 20"])]
    BiasTable(b).selection = [b.item_row("Title 30")]
    assert a.view.selected_titles == ["Title 30"]


def test_titles_of_which_none_is_known_select_nothing_and_are_told():
    learn = other_learner(1, 30)
    for target in (learn.view, BiasTable(learn)):
        target.selected_titles = "Title 03"
        with pytest.warns(
            UserWarning, match="nothing is selected: there is no title 'Titel 05'. The nearest spelling is 'Title 05'"
        ):
            target.selected_titles = ["Titel 05"]
        assert target.selection == []


def test_added_ratings_reach_every_visitor(dls, as_visitor, until):
    learn, tables = cw.collab_learner(dls, n_factors=2, engine="autograd"), []
    for _ in range(3):
        as_visitor(Visitor())
        tables.append(BiasTable(learn, show="all"))
    frame = dls.to_frame().drop(columns="valid")
    learn.add_ratings(frame.head(50).assign(title="A new one"))
    for table in tables:
        until(lambda table=table: table._store_of_learner.data["n_items"] == learn.n_items)
        table.selected_titles = ["A new one"]
        assert table.selection == [learn.n_items]
        table.close()
