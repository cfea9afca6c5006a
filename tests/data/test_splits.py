"""Splits of one's own: each rating on the side that its ids, its time or its place say."""

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw
from collabwidgets import CollabDataLoaders, LeaveLast, StableSplit, TimeSplit

RANDOM = np.random.default_rng(7)
RATINGS = pd.DataFrame(
    {
        "user": RANDOM.integers(1, 40, 900),
        "item": [f"i{n}" for n in RANDOM.integers(0, 30, 900)],
        "rating": RANDOM.integers(1, 6, 900),
        "timestamp": RANDOM.integers(0, 500, 900) * 86_400,
    }
)


def split(how, ratings=RATINGS, **kw):
    return CollabDataLoaders.from_df(ratings, seed=1, split=how, **kw).to_frame()


def test_to_frame_is_the_table_with_which_row_went_where():
    dls = CollabDataLoaders.from_df(RATINGS, seed=1)
    frame = dls.to_frame()
    pd.testing.assert_frame_equal(
        frame.drop(columns="valid"),
        RATINGS.drop(columns="timestamp"),
        check_dtype=False,
        check_names=False,
        check_index_type=False,
    )
    assert frame["valid"].sum() == dls.n_valid == 180
    assert sorted(frame.loc[frame["valid"], "rating"]) == sorted(dls.valid_y.tolist())


def test_a_stable_split_keeps_each_pair_on_its_side_whatever_is_added_or_moved():
    first = split(StableSplit(0.3))
    assert first["valid"].mean() == pytest.approx(0.3, abs=0.06)
    assert (first.groupby(["user", "item"])["valid"].nunique() == 1).all()
    more = RATINGS.assign(user=RATINGS["user"] + 100, item="x" + RATINGS["item"])
    grown = split(StableSplit(0.3), pd.concat([more, RATINGS.sample(frac=1, random_state=2)]))
    sides = grown.groupby(["user", "item"])["valid"].first()
    for pair, side in first.groupby(["user", "item"])["valid"].first().items():
        assert sides[pair] == side
    assert (split(StableSplit(0.3, seed=1))["valid"] != first["valid"]).any()
    assert (split("stable:0.3")["valid"] == first["valid"]).all()


def splitmix(value):
    """Splitmix64 in whole numbers, after its authors' C code."""
    value = (value + 0x9E3779B97F4A7C15) % 2**64
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
    return value ^ (value >> 31)


def test_a_stable_split_is_the_hash_of_both_ids():
    def hashed(known):
        return int(pd.util.hash_array(np.array([str(known)], dtype=object))[0])

    frame = split(StableSplit(0.3, seed=5)).drop_duplicates(["user", "item"]).head(100)
    for user, item, valid in zip(frame["user"], frame["item"], frame["valid"], strict=True):
        mixed = splitmix((splitmix((hashed(user) + 5 * 0x9E3779B97F4A7C15) % 2**64) + hashed(item)) % 2**64)
        assert valid == (mixed / 2**64 < 0.3)
    assert hashed("7") == 639464881952108352  # by any version of pandas


@pytest.mark.parametrize("n", [1, 3])
def test_the_last_of_each_user_are_those_of_pandas(n):
    frame = split(LeaveLast(n))
    due = RATINGS.sort_values("timestamp", kind="stable").groupby("user").tail(n).index
    counts = RATINGS["user"].map(RATINGS["user"].value_counts())
    assert frame.index[frame["valid"]].tolist() == sorted(due[counts[due] > n])


@pytest.mark.parametrize("at", [400 * 86_400, "1971-02-05", "time:1971-02-05", TimeSplit("1971-02-05")])
@pytest.mark.parametrize("dates", [False, True])
def test_from_a_time_on_all_are_held_out(at, dates):
    ratings = RATINGS.assign(timestamp=pd.to_datetime(RATINGS["timestamp"], unit="s")) if dates else RATINGS
    how = TimeSplit(at) if not isinstance(at, TimeSplit) and not str(at).startswith("time") else at
    assert split(how, ratings)["valid"].tolist() == (RATINGS["timestamp"] >= 400 * 86_400).tolist()


@pytest.mark.parametrize(
    ("written", "at"),
    [
        (lambda times: times.astype(str).str.zfill(10), torch.tensor(400 * 86_400)),
        (lambda times: times.astype("category"), 400 * 86_400),
        (lambda times: pd.to_datetime(times, unit="s").dt.strftime("%Y%m%d"), "1971-02-05"),
        (lambda times: pd.to_datetime(times, unit="s").dt.date, np.datetime64("1971-02-05")),
    ],
)
def test_times_may_be_written_as_text_or_be_categories(written, at):
    frame = split(TimeSplit(at), RATINGS.assign(timestamp=written(RATINGS["timestamp"])))
    assert frame["valid"].tolist() == (RATINGS["timestamp"] >= 400 * 86_400).tolist()


def test_places_of_rows_are_those_of_the_table_as_it_was_passed():
    ratings = RATINGS.assign(rating=RATINGS["rating"].astype(float))
    ratings.loc[:9, "rating"] = np.nan
    places = [5, 20, 21, 899]
    frame = split(places, ratings, on_bad="drop")
    assert frame.index[frame["valid"]].tolist() == [20, 21, 899]
    mask = np.isin(np.arange(900), places)
    assert (split(mask)["valid"].to_numpy() == mask).all()


def test_another_table_is_the_validation():
    train, valid = RATINGS.iloc[:700], RATINGS.iloc[700:]
    dls = CollabDataLoaders.from_df(train, seed=1, split=valid)
    assert (dls.n_train, dls.n_valid) == (700, 200)
    assert dls.valid_y.tolist() == valid["rating"].tolist()
    assert "split=a list of 200 rows" in repr(dls)
    twice = train.assign(note=1)[[*train.columns, "note", "note"]]  # columns that are no ratings may share a name
    assert CollabDataLoaders.from_df(twice, seed=1, split=valid).checksum == dls.checksum
    with pytest.raises(ValueError, match="give both tables the same names"):
        CollabDataLoaders.from_df(train, split=valid.rename(columns={"item": "movie"}))


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("half", "split='half' is not known; choose one of stable:0.2"),
        ("stable:2", "pct=2.0 is not a share"),
        ("time:soon", "at='soon' is neither a number nor a date"),
        ([-1], "whole numbers from 0 to 899"),
        ([900], "whole numbers from 0 to 899"),
        ([0.5], "whole numbers from 0 to 899"),
        ([True], "a truth value for each of the 900 rows"),
        (TimeSplit(-1), "holds out all 900 ratings"),
    ],
)
def test_splits_that_cannot_be_made_are_refused(how, sentence):
    with pytest.raises(ValueError, match=sentence):
        split(how)


def test_a_split_by_time_needs_times():
    with pytest.raises(ValueError, match=r"LeaveLast needs the times of ratings.*time_name="):
        split(LeaveLast(), RATINGS.drop(columns="timestamp"))


def test_a_learner_trains_and_loads_on_its_split(tmp_path):
    dls = CollabDataLoaders.from_df(RATINGS, seed=1, split="last:2")
    learn = cw.collab_learner(dls, 2)
    learn.fit_one_cycle(1)
    assert cw.load_learner(learn.save(tmp_path / "m"), dls).validate() == learn.validate()
