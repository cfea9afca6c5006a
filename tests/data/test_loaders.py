"""Frames in, split and batched tensors out."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from collabwidgets import CollabDataLoaders
from collabwidgets.data.batches import usual_bs


def frame(n=10, **columns):
    made = {
        "user": [f"u{i % 3}" for i in range(n)],
        "item": [i // 3 for i in range(n)],
        "rating": [float(1 + i % 5) for i in range(n)],
    }
    return pd.DataFrame(made | columns)


@st.composite
def frames(draw):
    """Ratings of at least two users and two items, ids of either kind, any index."""
    n = draw(st.integers(2, 60))
    kinds = [draw(st.sampled_from([st.integers(-5, 5), st.text("abcé ,'", max_size=3)])) for _ in range(2)]
    columns = [draw(st.lists(kind, min_size=n, max_size=n).filter(lambda c: len(set(c)) > 1)) for kind in kinds]
    stars = draw(st.lists(st.floats(-1e6, 1e6, width=32), min_size=n, max_size=n))
    index = draw(st.permutations(range(n)))
    return pd.DataFrame({"who": columns[0], "what": columns[1], "stars": stars}, index=index)


@pytest.mark.filterwarnings("ignore:each of the", "ignore:all ratings are", "ignore:the ratings go")
@given(frames(), st.floats(0, 1, exclude_max=True), st.integers(0, 2**63 - 1))
def test_every_rating_comes_out_once_under_its_own_ids(ratings, valid_pct, seed):
    dls = CollabDataLoaders.from_df(ratings, valid_pct, seed=seed)
    x, y = torch.cat([dls.train_x, dls.valid_x]), torch.cat([dls.train_y, dls.valid_y])
    users, items = dls.classes["who"], dls.classes["what"]
    found = sorted((str(users[u]), str(items[i]), stars) for (u, i), stars in zip(x.tolist(), y.tolist(), strict=True))
    assert found == sorted(zip(ratings["who"].map(str), ratings["what"].map(str), ratings["stars"], strict=True))
    assert dls.n_valid == int(valid_pct * len(ratings))
    assert dls.n_train >= 1


@pytest.mark.filterwarnings("ignore:each of the", "ignore:all ratings are", "ignore:the ratings go")
@given(frames(), st.integers(0, 1000))
def test_sides_count_average_and_mark_as_pandas_does(ratings, seed):
    dls = CollabDataLoaders.from_df(ratings, 0.5, seed=seed)
    for side, column, train_rows in (
        (dls.users, "who", dls.train_x[:, 0]),
        (dls.items, "what", dls.train_x[:, 1]),
    ):
        expected = ratings.groupby(column)["stars"].agg(["count", "mean"])
        assert side.names.tolist() == ["#na#", *map(str, expected.index)]
        assert side.counts.tolist() == [0, *expected["count"]]
        np.testing.assert_allclose(side.means, [np.nan, *expected["mean"]], rtol=1e-5, atol=1e-2)
        assert np.flatnonzero(side.trained).tolist() == sorted(set(train_rows.tolist()))


@pytest.mark.parametrize(("n", "valid_pct", "seed"), [(10, 0.2, 42), (1001, 0.25, 0), (7, 0.5, 2**40)])
def test_split_is_the_one_fastai_draws_under_the_seed(n, valid_pct, seed):
    ratings = frame(n, rating=np.arange(n, dtype=float))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        order = torch.randperm(n).tolist()
    cut = int(valid_pct * n)
    dls = CollabDataLoaders.from_df(ratings, valid_pct, seed=seed)
    assert dls.valid_y.tolist() == order[:cut]
    assert dls.train_y.tolist() == order[cut:]


def test_no_global_generator_is_moved():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    dls = CollabDataLoaders.from_df(frame(100), bs=8)
    list(dls.train), dls.one_batch(), dls.show_batch()
    assert torch.equal(torch_state, torch.get_rng_state())
    assert (numpy_state == np.random.get_state()[1]).all()  # noqa: NPY002


def test_a_seed_is_drawn_and_kept_and_gives_the_same_split_again():
    first, second = CollabDataLoaders.from_df(frame(500)), CollabDataLoaders.from_df(frame(500))
    assert first.seed != second.seed
    again = CollabDataLoaders.from_df(frame(500), seed=first.seed)
    assert torch.equal(again.train_x, first.train_x)
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(first.train, again.train, strict=True))


def test_batches_have_the_shapes_and_types_of_the_chapter():
    dls = CollabDataLoaders.from_df(frame(1000), bs=64, seed=1)
    x, y = dls.one_batch()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((64, 2), torch.int64, (64,), torch.float32)


def test_training_passes_are_fresh_permutations_without_the_last_short_batch():
    dls = CollabDataLoaders.from_df(frame(1000, rating=np.arange(1000.0)), bs=64, seed=1)
    passes = [[y for _, y in dls.train] for _ in range(2)]
    for batches in passes:
        assert [len(y) for y in batches] == [64] * 12
        assert len(dls.train) == dls.n_batches() == 12
        seen = torch.cat(batches).tolist()
        assert len(set(seen)) == len(seen)
        assert set(seen) <= set(dls.train_y.tolist())
    assert torch.cat(passes[0]).tolist() != torch.cat(passes[1]).tolist()


def test_an_epoch_is_the_permutation_its_generator_draws():
    dls = CollabDataLoaders.from_df(frame(1000), bs=64, seed=1)
    order = torch.randperm(800, generator=torch.Generator().manual_seed(5))
    batches = list(dls.batches(torch.Generator().manual_seed(5), bs=100))
    assert len(batches) == dls.n_batches(100) == 8
    assert torch.equal(torch.cat([x for x, _ in batches]), dls.train_x[order])
    assert torch.equal(torch.cat([y for _, y in batches]), dls.train_y[order])


def test_epochs_longer_than_one_gathering_are_the_same_permutation(monkeypatch):
    dls = CollabDataLoaders.from_df(frame(1000), bs=64, seed=1)
    whole = torch.cat([x for x, _ in dls.batches(torch.Generator().manual_seed(5))])
    monkeypatch.setattr("collabwidgets.data.batches._GATHER", 130)
    parts = list(dls.batches(torch.Generator().manual_seed(5)))
    assert torch.equal(torch.cat([x for x, _ in parts]), whole)
    assert {len(x) for x, _ in parts} == {64}


def test_fewer_training_ratings_than_a_batch_are_one_short_batch():
    dls = CollabDataLoaders.from_df(frame(10), bs=64, seed=1)
    assert [len(y) for _, y in dls.train] == [8]
    assert len(dls.train) == 1


def test_validation_keeps_every_rating_in_the_same_order():
    dls = CollabDataLoaders.from_df(frame(1000), bs=64, val_bs=150, seed=1)
    assert [len(y) for _, y in dls.valid] == [150, 50]
    assert len(dls.valid) == 2
    for _ in range(2):
        assert torch.equal(torch.cat([x for x, _ in dls.valid]), dls.valid_x)
        assert torch.equal(torch.cat([y for _, y in dls.valid]), dls.valid_y)


@pytest.mark.parametrize(
    ("n", "bs"),
    [
        (100, 64),
        (200_000, 64),
        (200_001, 256),
        (1_000_209, 1024),
        (10_000_054, 8192),
        (25_000_095, 16384),
        (10**9, 16384),
    ],
)
def test_the_batch_grows_with_the_ratings_above_200_000(n, bs):
    assert usual_bs(n) == bs


def test_looking_at_batches_does_not_change_what_is_trained_on():
    looked, not_looked = (CollabDataLoaders.from_df(frame(1000), seed=3) for _ in range(2))
    first, second = looked.one_batch(), looked.one_batch()
    looked.show_batch()
    assert not torch.equal(first[0], second[0])
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(looked.train, not_looked.train, strict=True))


def test_show_batch_shows_ratings_of_the_frame_under_its_names():
    ratings = frame(100)
    shown = CollabDataLoaders.from_df(ratings, seed=1).show_batch(max_n=7)
    assert shown.columns.tolist() == ["user", "item", "rating"]
    assert len(shown) == 7
    known = set(ratings.itertuples(index=False, name=None))
    assert all(row in known for row in shown.itertuples(index=False, name=None))


def test_no_known_names_are_the_first_three_columns():
    ratings = frame().rename(columns={"user": "a", "item": "b", "rating": "c"}).assign(d=1)
    dls = CollabDataLoaders.from_df(ratings)
    assert (dls.user_name, dls.item_name, dls.rating_name) == ("a", "b", "c")
    assert list(dls.classes) == ["a", "b"]


def test_columns_without_names_are_named_by_their_number():
    dls = CollabDataLoaders.from_df(frame().set_axis([0, 1, 2], axis=1), seed=1)
    assert list(dls.classes) == ["0", "1"]
    assert dls.show_batch().columns.tolist() == ["0", "1", "2"]


def test_the_training_mean_is_of_training_ratings_alone():
    dls = CollabDataLoaders.from_df(frame(1000), seed=1)
    assert dls.rating_mean == pytest.approx(np.mean(dls.train_y.tolist()), rel=1e-12)


def test_items_only_validation_has_keep_a_row_that_is_not_trained():
    ratings = frame(40, item=list(range(40)))
    dls = CollabDataLoaders.from_df(ratings, 0.5, seed=1)
    assert dls.n_items == 40
    assert int(dls.items.trained.sum()) == 20
    assert not dls.items.trained[dls.valid_x[:, 1]].any()
    assert "20 items have no training rating" in repr(dls)


def test_a_share_of_zero_means_no_validation():
    dls = CollabDataLoaders.from_df(frame(), 0)
    assert (dls.n_train, dls.n_valid, len(dls.valid), list(dls.valid)) == (10, 0, 0, [])
    with pytest.raises(ValueError, match="larger valid_pct"):
        dls.valid.one_batch()


@pytest.mark.parametrize("valid_pct", [1, 1.0, -0.1, 20, float("nan"), "0.2", True, None])
def test_a_share_that_leaves_nothing_to_train_on_is_refused(valid_pct):
    with pytest.raises(ValueError, match=re.escape(f"valid_pct={valid_pct!r} is not a share of the ratings")):
        CollabDataLoaders.from_df(frame(), valid_pct)


def test_a_percentage_is_answered_with_the_share():
    with pytest.raises(ValueError, match=r"did you mean 0\.2\?"):
        CollabDataLoaders.from_df(frame(), 20)


@pytest.mark.parametrize(
    "wrong",
    [{"bs": 0}, {"bs": 6.4}, {"bs": "64"}, {"val_bs": -1}, {"seed": -1}, {"seed": 1.5}, {"seed": 2**63}],
)
def test_numbers_out_of_range_are_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} must be a whole number from"):
        CollabDataLoaders.from_df(frame(), **wrong)


@pytest.mark.parametrize(
    ("ratings", "names", "sentence"),
    [
        (frame().head(0), {}, r"ratings has no rows \(users: user, items: item, ratings: rating\)"),
        (pd.DataFrame(), {}, r"no column of users \(columns: none; none known\); name it by user_name="),
        (frame()[["user", "item"]], {}, r"no column of ratings .*groupby\(\['user', 'item'\]\)\.size\(\)"),
        (
            frame(),
            {"item_name": "zzz"},
            "item_name= names 'zzz', but the columns of the ratings are 'user', 'item', 'rating'",
        ),
        (frame(), {"item_name": "itm"}, "names 'itm', but .* The nearest spelling is 'item'"),
        (frame(), {"user_name": "item", "item_name": "item"}, "user_name and item_name are both the column 'item'"),
        (frame().set_axis(["user", "item", "item"], axis=1), {}, "2 columns called 'item'"),
        (frame(user="only"), {}, "column 'user' holds one id only, 'only', in all 10 rows"),
        (frame(item=7), {}, "column 'item' holds one id only, 7, in all 10 rows"),
        (
            frame(user=["a", None] * 5),
            {},
            r"5 rows without an id in 'user' \(nan in row 1, nan in row 3, nan in row 5, …\): .*on_bad=\"drop\"",
        ),
        (frame(user=["1", 1] * 5), {}, "column 'user' are of mixed types"),
        (
            frame(rating=[np.nan] * 2 + [3.0] * 8),
            {},
            r"2 rows without a rating in 'rating' \(nan in row 0, nan in row 1\)",
        ),
        (frame(rating=[3] * 7 + [None] * 3), {}, "3 rows without a rating"),
        (
            frame(rating=["4", "five"] + ["3"] * 8),
            {},
            r"1 row with a rating .* no number or too large a one \('five' in row 1\)",
        ),
        (
            frame(rating=[1.0, np.inf, -np.inf] + [3.0] * 7),
            {},
            r"2 rows with a rating in 'rating' that is no number or too large a one \(inf in row 1, -inf in row 2\)",
        ),
        (frame(rating=[1e300] + [3.0] * 9), {}, r"no number or too large a one \(1e\+300 in row 0\)"),
        (frame(item=[None] * 10), {"on_bad": "drop"}, "no rows that can be used: 10 rows without an id in 'item'"),
        (frame(), {"on_bad": "skip"}, "on_bad='skip' is not known; choose one of error, drop"),
        (frame(), {"duplicates": "first"}, "choose one of keep, last, mean"),
        (frame(rating=[-1.0, 2.0] * 5), {"scale": "log"}, "is for ratings from 0 on"),
        (frame(rating=pd.Timestamp("2020-01-01")), {}, r"holds datetime64.*rating_name="),
        (frame(rating=1j), {}, r"holds complex128.*rating_name="),
    ],
)
def test_frames_that_cannot_be_trained_on_are_refused_in_a_sentence(ratings, names, sentence):
    with pytest.raises(ValueError, match=sentence):
        CollabDataLoaders.from_df(ratings, **names)


def test_rows_are_named_by_the_frame_s_own_index():
    ratings = frame(rating=[3.0] * 9 + [np.nan]).set_axis([f"r{i}" for i in range(10)])
    with pytest.raises(ValueError, match="in row 'r9'"):
        CollabDataLoaders.from_df(ratings)


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match="ratings is a list; pass a table"):
        CollabDataLoaders.from_df([(1, 2, 3)])


@pytest.mark.parametrize("dtype", ["int8", "Int64", "float16", "Float32", "category", "object", "bool", "str"])
def test_ratings_of_every_numeric_type_are_read(dtype):
    ratings = frame(rating=pd.Series([1, 0] * 5).astype(dtype))
    if dtype == "str":
        ratings = frame(rating=["1", "0.0"] * 5)
    dls = CollabDataLoaders.from_df(ratings, 0, seed=1)
    assert sorted(dls.train_y.tolist()) == [0.0] * 5 + [1.0] * 5


def repeated():
    return pd.concat([frame(9), frame(9).iloc[[4, 4, 7]].assign(rating=[5.0, 1.0, 3.0])], ignore_index=True)


def test_repeated_pairs_are_kept_without_a_warning_and_counted_in_the_card():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dls = CollabDataLoaders.from_df(repeated(), seed=1)
    assert (dls.n_ratings, dls.card.n_repeats) == (12, 3)


@pytest.mark.parametrize(("duplicates", "kept"), [("last", "last"), ("mean", "mean")])
def test_of_repeated_pairs_one_is_made_as_pandas_does(duplicates, kept):
    dls = CollabDataLoaders.from_df(repeated(), 0, seed=1, duplicates=duplicates)
    due = repeated().groupby(["user", "item"])["rating"].agg(kept)
    found = dls.to_frame(dls.train_x, dls.train_y).set_index(["user", "item"])["rating"]
    assert found.sort_index().to_dict() == pytest.approx(due.sort_index().to_dict())
    assert dls.notes == (f"3 ratings repeated a pair of user and item: the {kept} of each was kept",)


def test_bad_rows_are_left_out_and_counted_by_reason():
    ratings = frame(20, user=["a", None, "b", "c"] * 5, rating=["5", "4", "x", "3"] * 5)
    ratings.loc[0, "item"] = None
    dls = CollabDataLoaders.from_df(ratings, 0, seed=1, on_bad="drop")
    assert dls.n_ratings == 9
    assert dls.notes == (
        "5 rows without an id in 'user' left out",
        "1 row without an id in 'item' left out",
        "5 rows with a rating in 'rating' that is no number or too large a one left out",
    )
    assert all(note in repr(dls) for note in dls.notes)


def test_two_spellings_of_a_title_are_pointed_out_with_the_line_that_joins_them():
    ratings = frame(12, item=["Amélie", "Ame\u0301lie", "Alien ", "Alien"] * 3)
    dls = CollabDataLoaders.from_df(ratings, seed=1)
    (note,) = dls.notes
    assert note.startswith("2 of column 'item' differ from another only by blanks or the coding of accents")
    ratings["item"] = eval(note.partition("different; ")[2].removesuffix(" makes them one"))
    assert sorted(CollabDataLoaders.from_df(ratings, seed=1).classes["item"][1:]) == ["Alien", "Amélie"]


def test_counts_are_trained_on_by_their_logarithm():
    dls = CollabDataLoaders.from_df(frame(rating=np.arange(10.0)), 0, seed=1, scale="log")
    np.testing.assert_allclose(sorted(dls.train_y.tolist()), np.log1p(np.arange(10)), rtol=1e-6)
    assert dls.notes == ("ratings are log(1 + rating)",)


def test_the_frame_passed_in_is_left_as_it_was():
    ratings = frame()
    before = ratings.copy(deep=True)
    dls = CollabDataLoaders.from_df(ratings)
    dls.train_y += 1
    pd.testing.assert_frame_equal(ratings, before)


def test_row_numbers_taken_for_users_are_warned_of():
    with pytest.warns(UserWarning, match=r"each of the 50 ids in column 'n' has one rating only.*") as caught:
        CollabDataLoaders.from_df(frame(50).reset_index(names="n"), user_name="n")
    assert caught[0].filename == __file__


def test_repr_says_users_items_ratings_split_and_seed():
    said = repr(CollabDataLoaders.from_df(frame(1000), seed=42))
    for part in ("3 users", "334 items", "1,000 ratings", "800 training", "200 validation", "seed=42"):
        assert part in said
