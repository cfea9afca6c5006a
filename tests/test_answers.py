"""What a learner is asked, in all the ways that people ask: ids, lists, frames, arrays and numbers of any library."""

import _thread
import json
import sqlite3
import sys
import threading

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw
from collabwidgets.interpret.top_k import Rated
from collabwidgets.spelling import matches


@pytest.fixture(scope="module")
def ratings():
    frame, _ = cw.synthetic_ratings(60, 50, 2000, n_factors=4, seed=2)
    rare = pd.DataFrame(
        {"user": range(1, 11), "item": range(900, 910), "rating": 5.0}
    )  # some without a training rating
    return pd.concat([frame[["user", "item", "rating"]], rare], ignore_index=True).rename(columns={"item": "title"})


@pytest.fixture(scope="module")
def learn(ratings):
    dls = cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5, valid_pct=0.3)
    learner = cw.collab_learner(dls, n_factors=6, y_range=(0, 5.5))
    learner.fit_one_cycle(3, 2e-2, wd=0.1)
    return learner


@pytest.fixture(scope="module")
def untrained(learn):
    """An id without a training rating."""
    items = learn.dls.items
    return int(items.ids[1:][~items.trained[1:]][0])


def formula(learn, user, item):
    model, dls = learn.model, learn.dls
    x = torch.tensor([[dls.classes["user"].index(user), dls.classes["title"].index(item)]])
    with torch.no_grad():
        return float(model(x))


def test_pairs_come_as_lists_one_against_many_or_a_frame(learn):
    expected = [formula(learn, 3, item) for item in (1, 2, 5)]
    frame = pd.DataFrame({"title": [1, 2, 5], "other": 0, "user": 3})
    for asked in (
        ([3] * 3, [1, 2, 5]),
        (3, [1, 2, 5]),
        ([3], np.array([1, 2, 5])),
        (torch.tensor(3), (1, 2, 5)),
        (frame,),
    ):
        np.testing.assert_allclose(learn.predict(*asked), expected, rtol=1e-5)
    np.testing.assert_allclose(
        learn.predict(pd.Series([3, 4]), 1), [formula(learn, 3, 1), formula(learn, 4, 1)], rtol=1e-5
    )
    assert learn.predict([], []).shape == (0,)
    with pytest.raises(ValueError, match="2 users but 3 items; pass one item for each user, or one of either"):
        learn.predict([1, 2], [1, 2, 3])
    for asked, found in (((frame[["user"]],), "'user'"), ((frame[["user", "title"]], [1]), "'user', 'title'")):
        with pytest.raises(ValueError, match=f"the columns 'user' and 'title'.*this one has {found}$"):
            learn.predict(*asked)
    with pytest.raises(TypeError, match="items is missing"):
        learn.predict(3)


def test_clipped_predictions_stay_within_the_ratings(ratings):
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=5), n_factors=4, y_range=(-20, 40))
    with torch.no_grad():
        learn.model.i_bias.weight[1], learn.model.i_bias.weight[2] = 9.0, -9.0
    learn = cw.CollabLearner(learn.dls, learn.model)
    items = list(learn.dls.classes["title"])[1:3]
    assert learn.predict(1, items).max() > 30
    assert learn.predict(1, items, clip=True).tolist() == [5.0, learn.dls.rating_range[0]]


def test_an_id_without_a_training_rating_is_unknown(learn, untrained):
    with pytest.raises(ValueError, match=f"title {untrained} has no training rating, so nothing is known of it"):
        learn.predict(3, [1, untrained])
    assert np.isnan(learn.predict(3, [1, untrained, 12345], unknown="nan")).tolist() == [False, True, True]
    average = learn.predict(3, [untrained, 12345], unknown="average")
    assert average[0] == average[1] != pytest.approx(formula(learn, 3, untrained))
    with pytest.raises(ValueError, match="has no training rating"):
        learn.recommend(3, items=[1, untrained])


def test_what_is_left_out_of_a_list_is_ones_choice(learn, ratings):
    dls, user = learn.dls, 7
    row = dls.classes["user"].index(user)
    train, valid = ({int(i) for u, i in x if u == row} for x in (dls.train_x, dls.valid_x))
    everything = set(np.flatnonzero(dls.items.trained))
    for exclude, left_out in {"all": train | valid, "train": train, "none": set()}.items():
        for asked in (user, [user]):
            found = learn.recommend(asked, 99, min_count=0, exclude=exclude)
            assert set(found.index) == everything - left_out
    assert valid & set(learn.recommend(user, 99, min_count=0, exclude="train").index)
    with pytest.raises(ValueError, match="choose one of all, train, none"):
        learn.recommend(user, exclude="rated")
    for k in (2.5, "2", None, 0, True):
        for ask in (learn.recommend, learn.similar_users):
            with pytest.raises(ValueError, match="k must be a whole number from 1, not"):
                ask(user, k)
        with pytest.raises(ValueError, match="k must be a whole number from 1, not"):
            learn.evaluate(k)
    with pytest.raises(ValueError, match="most_users must be a whole number from 1, not -1"):
        learn.evaluate(most_users=-1)
    pd.testing.assert_frame_equal(learn.recommend(pd.Series([3, 7], name="user"), 2), learn.recommend([3, 7], 2))
    for ask in (
        learn.biases,
        learn.pca,
        lambda **kw: learn.recommend(1, **kw),
        lambda **kw: learn.similar_users(1, **kw),
    ):
        with pytest.raises(ValueError, match="min_count must be a whole number from 0, not 'many'"):
            ask(min_count="many")
    for liked in ("many", float("nan")):
        with pytest.raises(ValueError, match="liked must be the rating from which a title counts as liked, such as 4"):
            learn.evaluate(liked=liked)
    with pytest.raises(TypeError, match="one user is asked for, not a list; pass an id"):
        learn.similar_users([user, user])
    with pytest.raises(TypeError, match="items='1' must be a list"):
        learn.recommend(user, items="1")


def test_lists_for_many_users_are_below_each_other(learn):
    everybody = learn.recommend("all", 4, exclude="none")
    assert list(everybody.columns[:4]) == ["user", "rank", "title", "prediction"]
    assert everybody["user"].nunique() == learn.dls.users.trained.sum()
    for several in ([3, 1, 7], np.array([3, 1, 7]), torch.tensor([3, 1, 7]), pd.Index([3, 1, 7])):
        found = learn.recommend(several, 4, exclude="none")
        assert found["user"].tolist() == [3] * 4 + [1] * 4 + [7] * 4
        assert found["rank"].tolist() == [1, 2, 3, 4] * 3
        pd.testing.assert_frame_equal(found[found["user"] == 7], everybody[everybody["user"] == 7])
        assert found[found["user"] == 1]["title"].tolist() == learn.recommend(1, 4, exclude="none")["title"].tolist()
    assert sorted(learn.recommend([3], 9, items=[1, 2, 5], exclude="none")["title"]) == [1, 2, 5]
    with pytest.raises(ValueError, match="there is no user 999"):
        learn.recommend([3, 999])


def test_long_lists_for_everybody_can_be_cancelled():
    rng = np.random.default_rng(0)
    pairs = {"user": rng.integers(0, 12_000, 60_000), "title": rng.integers(0, 4_500, 60_000)}
    ratings = pd.DataFrame(pairs | {"rating": rng.integers(1, 6, 60_000).astype(float)})
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), n_factors=2)
    blocks = []

    def second_block(frame, event, _arg):
        if event == "call" and frame.f_code is Rated.cells.__code__:
            blocks.append(frame)
            if len(blocks) == 2:
                _thread.interrupt_main()  # as Ctrl-C and the notebook's stop button do

    sys.setprofile(second_block)
    try:
        with pytest.raises(KeyboardInterrupt):
            learn.recommend("all", 3, min_count=0)
    finally:
        sys.setprofile(None)
    assert len(blocks) == 2  # of four
    assert len(learn.recommend("all", 3, min_count=0)) == 3 * int(learn.dls.users.trained.sum())


def test_nothing_to_recommend_is_an_empty_table(learn):
    for found in (
        learn.recommend([], 3),
        learn.recommend("all", 3, min_count=10**6),
        learn.recommend(3, min_count=10**6),
    ):
        assert len(found) == 0
    assert list(learn.recommend([]).columns) == list(learn.recommend("all").columns)


def test_a_module_that_cannot_be_copied_trains_and_says_why_it_cannot_be_asked(learn):
    class Locked(cw.DotProduct):
        def forward(self, x):
            with self.lock:
                return super().forward(x)

    model = Locked(len(learn.dls.users), len(learn.dls.items), 3)
    model.lock = threading.Lock()
    locked = cw.CollabLearner(learn.dls, model)
    locked.fit(1)
    with pytest.raises(RuntimeError, match=r"Locked cannot be copied \(TypeError: .*lock.*keep what cannot be"):
        locked.predict(3, 1)


def test_somebody_new_is_a_dict_a_series_or_a_frame(learn):
    given = {1: 5.0, 2: 1, 5: np.float32(4)}
    frame = pd.DataFrame({"title": list(given), "rating": list(given.values())})
    expected = learn.recommend(given, 5)
    for asked in (pd.Series(given), frame, learn.fold_in(frame), {k: torch.tensor(float(v)) for k, v in given.items()}):
        pd.testing.assert_frame_equal(learn.recommend(asked, 5), expected)
    with pytest.raises(ValueError, match="no column 'rating'"):
        learn.fold_in(frame[["title"]])
    with pytest.raises(ValueError, match="1 is rated twice"):
        learn.fold_in(pd.concat([frame, frame[:1]]))


def test_similar_users_are_those_of_a_loop(learn):
    factors, dls = learn.model.u_weight.weight.detach().double().numpy(), learn.dls
    row = dls.classes["user"].index(9)
    cosine = factors @ factors[row] / np.linalg.norm(factors, axis=1) / np.linalg.norm(factors[row])
    others = [r for r in np.argsort(-cosine) if dls.users.trained[r] and r != row][:5]
    found = learn.similar_users(9, 5)
    assert found["user"].tolist() == [dls.classes["user"][int(r)] for r in others]
    np.testing.assert_allclose(found["score"], cosine[others])
    both = torch.cat([dls.train_x, dls.valid_x]).tolist()
    mine = {item for user, item in both if user == row}
    assert found["n_common"].tolist() == [len({i for u, i in both if u == r} & mine) for r in others]
    with pytest.raises(ValueError, match="there is no user 999"):
        learn.similar_users(999)


def test_embeddings_are_the_models_tables_by_id(learn, tmp_path):
    for kind, name, weight, bias in (("items", "title", "i_weight", "i_bias"), ("users", "user", "u_weight", "u_bias")):
        side = learn.dls.items if kind == "items" else learn.dls.users
        found = learn.embeddings(kind)
        assert found.index.tolist() == np.flatnonzero(side.trained).tolist()
        assert found[name].tolist() == side.ids[side.trained].tolist()
        factors = found.filter(like="factor_").to_numpy()
        np.testing.assert_array_equal(factors, getattr(learn.model, weight).weight.detach()[found.index])
        np.testing.assert_array_equal(found["bias"], getattr(learn.model, bias).weight.detach()[found.index, 0])
        folder = learn.save_projector(tmp_path / kind, kind)
        vectors = np.loadtxt(folder / "vectors.tsv", delimiter="\t", dtype=np.float32)
        np.testing.assert_array_equal(vectors, factors)
        facts = pd.read_csv(folder / "metadata.tsv", sep="\t")
        assert facts[name].tolist() == found[name].tolist()
        assert list(facts) == [name, "count", "bias"]
    with pytest.raises(ValueError, match="choose one of items, users"):
        learn.embeddings("titles")
    for path in (folder / "vectors.tsv", folder / "vectors.tsv" / "deeper"):
        with pytest.raises(NotADirectoryError, match="is a file, or lies in one; name a folder"):
            learn.save_projector(path)


def test_a_title_in_two_lines_is_one_line_of_the_projectors_file(tmp_path):
    ratings = pd.DataFrame({"user": [1, 2, 1, 2], "title": ["A\tb\nc", "A\tb\nc", "D", "D"], "rating": [1.0, 2, 3, 4]})
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, valid_pct=0), n_factors=2)
    lines = (learn.save_projector(tmp_path) / "metadata.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["title", "A b c", "D"]


NAMES = ["Death Note (2006)", "Amélie (2001)", "Alien (1979)", "Aliens (1986)", "Alien³ (1992)", "The Note (2007)"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("death note", ["Death Note (2006)"]),
        ("AMELIE", ["Amélie (2001)"]),
        ("alien 1979", ["Alien (1979)"]),
        ("note", ["Death Note (2006)", "The Note (2007)"]),
        ("alien", ["Alien (1979)", "Aliens (1986)", "Alien³ (1992)"]),
        ("eath", []),
        ("", []),
    ],
)
def test_titles_are_found_by_whole_words_or_their_beginnings(words, names):
    assert [NAMES[at] for at in matches(words, NAMES)] == names


def test_neighbours_of_words_say_which_title_they_are_of():
    rows = [(user, name, 1 + (user * i) % 5) for user in range(9) for i, name in enumerate(NAMES)]
    ratings = pd.DataFrame(rows, columns=["user", "title", "rating"])
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, valid_pct=0), n_factors=3)
    found = learn.neighbors("death note", min_count=0)
    assert found.attrs["anchors"] == ["Death Note (2006)"]
    pd.testing.assert_frame_equal(found, learn.neighbors("Death Note (2006)", min_count=0))
    assert learn.neighbors(["amelie", "the note"], min_count=0).attrs["anchors"] == ["Amélie (2001)", "The Note (2007)"]
    with pytest.raises(ValueError, match=r"'alien' may be 3 titles: 'Alien \(1979\)', 'Aliens \(1986\)', 'Alien³ "):
        learn.neighbors("alien")
    with pytest.raises(ValueError, match=r"there is no title 'amelie 201'\. The nearest spelling is 'Amélie"):
        learn.neighbors("amelie 201")


def test_every_table_goes_to_sql_and_parquet_as_it_is(learn):
    item = 1
    tables = [
        learn.biases(),
        learn.biases("users"),
        learn.pca(),
        learn.neighbors(item, pinned=learn.item_row(2)),
        learn.similar_users(3),
        learn.recommend(3),
        learn.recommend({item: 5.0}),
        learn.recommend("all", 2),
        learn.explain(3, item),
        learn.embeddings(),
        learn.evaluate(),
        learn.show_results(),
        learn.history.to_frame(),
        learn.dls.show_batch(),
    ]
    with sqlite3.connect(":memory:") as base:
        for number, table in enumerate(tables):
            assert all(isinstance(name, str) for name in table.columns)
            table.to_sql(f"t{number}", base)
            back = pd.read_sql(f"select * from t{number}", base)
            assert len(back) == len(table)
            json.dumps(table.attrs)  # as pandas does for Parquet


@pytest.mark.parametrize("kind", [np.int64, np.array, torch.tensor], ids=["numpy", "array", "tensor"])
def test_a_number_may_be_of_any_library(learn, ratings, kind):
    three = kind(3)
    bounds = np.array([0, 5.5]) if kind is not torch.tensor else torch.tensor([0, 5.5])
    dls = cw.CollabDataLoaders.from_df(ratings, bs=three, seed=three, valid_pct=kind(1) * 0.25)
    assert (dls.bs, dls.seed, dls.valid_pct) == (3, 3, 0.25)
    assert cw.collab_learner(dls, three, y_range=bounds, members=kind(2), seed=three).model.y_range == (0.0, 5.5)
    model = cw.DotProductBias(len(dls.users), len(dls.items), 3, y_range=bounds)
    assert cw.CollabLearner(dls, model).snapshot.y_range == (0.0, 5.5)
    title = 1
    for ask in (
        lambda n: learn.neighbors(title, n, min_count=n),
        lambda n: learn.pca(n, min_count=n),
        lambda n: learn.biases(min_count=n),
        lambda n: learn.recommend(n, n, min_count=n),
        lambda n: learn.recommend([n], n),
        lambda n: learn.explain(n, n, n_terms=n),
        lambda n: learn.similar_users(n, n),
        lambda n: learn.recommend({title: n}, n),
        lambda n: learn.evaluate(n, liked=n),
    ):
        pd.testing.assert_frame_equal(ask(three), ask(3))
    assert learn.predict(three, three) == learn.predict(3, 3)
    assert np.array_equal(
        learn.fold_in({1: three}, prior_strength=three).factors, learn.fold_in({1: 3}, prior_strength=3).factors
    )
    view = cw.collab_learner(dls, 3).view
    view.min_count, view.primary, view.selection = three, three, [three, 4]
    assert (view.min_count, view.primary, view.selection) == (3, 3, [3, 4])
