"""Weights of ratings at the door: which are taken, what is said of them, and that they stay with their ratings."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collabwidgets as cw
from collabwidgets.cli import main
from collabwidgets.widgets.card_words import card_words


def table(n=40):
    rng = np.random.default_rng(1)
    pairs = rng.permutation(80)[:n]
    return pd.DataFrame(
        {
            "user": pairs // 8,
            "item": [f"i{item}" for item in pairs % 8],
            "weight": rng.integers(1, 9, n) / 4,
            "stars": rng.integers(1, 6, n),
            "ts": np.arange(n),
        }
    )


def loaders(frame, valid_pct=0.25, **kw):
    return cw.CollabDataLoaders.from_df(frame, valid_pct, rating_name="stars", weight_name="weight", seed=1, **kw)


def test_the_line_of_what_was_understood_and_the_card_name_the_weights():
    dls = loaders(table())
    assert dls.understood == "users: user, items: item, ratings: stars, time: ts, weights: weight"
    assert dls.understood in repr(dls)
    sentences = [note[0] for note in card_words(dls)["notes"]]
    assert any(f"weighted mean {dls.rating_mean:.2f}." in sentence for sentence in sentences)
    assert any("weights: weight" in sentence for sentence in sentences)


@pytest.mark.parametrize("split", [None, "last:1", "stable:0.3", [3, 5, 9]])
def test_each_rating_keeps_its_weight_through_a_split(split):
    frame = table()
    dls = loaders(frame, split=split)
    assert dls.to_frame()["weight"].to_numpy() == pytest.approx(frame["weight"].to_numpy())
    whole = dls.to_frame(dls.valid_x, dls.valid_y).assign(weight=dls.valid_w.numpy())
    merged = whole.merge(frame, on=["user", "item"])
    assert len(merged) == dls.n_valid > 0
    assert (merged["weight_x"] == merged["weight_y"]).all()


def test_means_are_weighted_and_counts_are_of_rows():
    frame = table()
    dls = loaders(frame, 0)
    assert dls.rating_mean == pytest.approx(np.average(frame["stars"], weights=frame["weight"]))
    for item, rows in frame.groupby("item"):
        row = dls.items.index(item)
        assert dls.items.means[row] == pytest.approx(np.average(rows["stars"], weights=rows["weight"]))
        assert dls.items.counts[row] == len(rows)


def test_of_repeated_pairs_weights_add_up_for_the_mean_and_the_last_keeps_its_own():
    frame = pd.concat([table(), table().iloc[[2, 2, 7]].assign(stars=[1, 5, 2], weight=[3.0, 0.5, 1.5])])
    mean = loaders(frame, 0, duplicates="mean").to_frame().set_index(["user", "item"])
    last = loaders(frame, 0, duplicates="last").to_frame().set_index(["user", "item"])
    for pair, rows in frame.groupby(["user", "item"]):
        assert mean.loc[pair, "weight"] == pytest.approx(rows["weight"].sum())
        assert mean.loc[pair, "stars"] == pytest.approx(np.average(rows["stars"], weights=rows["weight"]))
        assert last.loc[pair, ["stars", "weight"]].tolist() == rows[["stars", "weight"]].iloc[-1].tolist()


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (
            [0, 0, -1, 0],
            r"4 rows without a weight from 1e-30 to 1e\+30 in 'weight' \(0.0 in row 0, 0.0 in row 1, -1.0 in row 2, …",
        ),
        ([None, "many"], r"2 rows without a weight from .* in 'weight' \(None in row 0, 'many' in row 1\)"),
        ([np.inf], r"1 row without a weight from .* in 'weight' \(inf in row 0\)"),
        ([1e-40], "1 row without a weight from"),
    ],
)
def test_bad_weights_are_refused_and_the_sentence_says_to_leave_such_rows_out(weights, sentence):
    frame = table()
    frame["weight"] = [*weights, *frame["weight"][len(weights) :]]
    with pytest.raises(
        ValueError, match=rf'{sentence}.*on_bad="drop" to leave them out.*another column by weight_name='
    ):
        loaders(frame)
    assert loaders(frame, on_bad="drop").n_ratings == len(frame) - len(weights)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("wight", "weight_name= names 'wight', but .*The nearest spelling is 'weight'"),
        ("stars", "rating_name and weight_name are both the column 'stars'"),
    ],
)
def test_a_column_of_weights_that_is_none_is_refused(name, sentence):
    with pytest.raises(ValueError, match=sentence):
        cw.CollabDataLoaders.from_df(table(), rating_name="stars", weight_name=name)


WEIGHTS = st.one_of(
    st.floats(1e-30, 1e30),
    st.integers(-2, 5),
    st.sampled_from([np.nan, None, np.inf, -np.inf, "five", "2.5", "", 1e-40, 1e40, True, False]),
)


def is_weight(value):
    try:
        return 1e-30 <= float(value) <= 1e30
    except (TypeError, ValueError):
        return False


@settings(max_examples=60, deadline=None)
@given(st.lists(WEIGHTS, min_size=1, max_size=10))
def test_whatever_stands_in_the_column_each_row_is_taken_or_named(weights):
    frame = table(14)
    frame["weight"] = pd.Series([*weights, *[1] * (14 - len(weights))], dtype=object)
    bad = [row for row, weight in enumerate(frame["weight"]) if not is_weight(weight)]
    kept = loaders(frame, 0, on_bad="drop").to_frame()
    assert kept["weight"].to_numpy() == pytest.approx([float(w) for w in frame["weight"] if is_weight(w)], rel=1e-6)
    if not bad:
        loaders(frame)
        return
    with pytest.raises(ValueError, match="weight") as refused:
        loaders(frame)
    said = str(refused.value)
    assert sum(int(n) for n in re.findall(r"(\d+) rows? with", said)) == len(bad)
    assert {int(row) for row in re.findall(r" in row (\d+)", said)} <= set(bad)


def test_a_file_and_the_command_line_take_weights(tmp_path, capsys):
    path = tmp_path / "ratings.csv"
    table().to_csv(path, index=False)
    dls = cw.CollabDataLoaders.from_file(path, rating_name="stars", weight_name="weight", seed=1)
    assert dls.to_frame()["weight"].to_numpy() == pytest.approx(table()["weight"].to_numpy())
    assert main(["train", str(path), "--rating", "stars", "--weight", "weight", "--epochs", "1"]) == 0
    assert "weights: weight" in capsys.readouterr().out
    table().assign(weight=0).to_csv(path, index=False)
    assert main(["train", str(path), "--rating", "stars", "--weight", "weight"]) == 1
    assert "pass --drop-bad to leave them out, or name another column by --weight" in capsys.readouterr().err


def test_a_second_table_for_validation_brings_its_weights():
    frame = table()
    dls = loaders(frame[:30], split=frame[30:])
    assert dls.valid_w.numpy() == pytest.approx(frame["weight"][30:].to_numpy())
