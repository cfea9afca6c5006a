"""Ids of the outside and rows of the tables."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from collabwidgets.data import Vocab

whole = st.integers(-(2**63), 2**63 - 1)
text = st.text(max_size=8).filter(lambda t: t != "#na#")
ids = st.one_of(st.lists(whole, min_size=1), st.lists(text, min_size=1))


@given(ids)
def test_ids_are_sorted_after_na_and_keep_their_type(found):
    vocab = Vocab(found)
    assert list(vocab) == ["#na#", *sorted(set(found))]
    assert all(type(known) is type(found[0]) for known in vocab[1:])


@given(ids)
def test_rows_lead_back_to_the_ids_they_came_from(found):
    vocab, rows = Vocab.from_column(pd.Series(found, name="user"))
    assert [vocab[row] for row in rows] == found
    assert vocab.index(found).tolist() == rows.tolist()
    assert vocab.o2i == {known: row for row, known in enumerate(vocab)}
    assert rows.dtype == np.int64


@given(ids)
def test_a_vocabulary_is_made_again_from_its_list(found):
    assert Vocab(list(Vocab(found)), in_order=True) == Vocab(found)


@given(ids, ids)
def test_new_ids_stand_sorted_behind_the_known_ones(known, more):
    vocab = Vocab(known)
    if type(more[0]) is not type(known[0]):
        with pytest.raises(ValueError, match="ask for them as they are in the ratings"):
            vocab.with_new(more)
    else:
        assert list(vocab.with_new(more)) == [*vocab, *sorted(set(more) - set(known))]


@given(ids)
def test_categories_give_the_same_vocabulary_as_the_text_they_stand_for(found):
    column = pd.Series(found, name="title")
    unused = ["zzzzzzzzzz"] if isinstance(found[0], str) else []
    categories = column.astype("category").cat.add_categories(unused)
    vocab, rows = Vocab.from_column(column)
    of_categories, their_rows = Vocab.from_column(categories)
    assert vocab == of_categories
    assert rows.tolist() == their_rows.tolist()


def test_chapter_reads_classes_by_row_and_o2i_by_id():
    vocab = Vocab(["Fargo (1996)", "Alien (1979)"], name="title")
    assert vocab[0] == "#na#"
    assert vocab.o2i["Fargo (1996)"] == 2
    assert len(vocab) == 3
    assert "Alien (1979)" in vocab
    assert "Aliens (1986)" not in vocab


@pytest.mark.parametrize(
    "one", [196, np.int32(196), np.uint64(196), 196.0, np.float32(196), torch.tensor(196), np.array(196)]
)
def test_a_whole_number_of_any_kind_finds_its_row(one):
    assert Vocab([7, 196]).index(one) == 2


@pytest.mark.parametrize(
    "many",
    [[196, 7], np.array([196, 7]), pd.Series([196, 7], index=[5, 6]), torch.tensor([196, 7]), (196.0, 7)],
)
def test_sequences_of_any_kind_find_their_rows(many):
    assert Vocab([7, 196]).index(many).tolist() == [2, 1]


def test_unknown_text_raises_with_the_nearest_spelling():
    vocab = Vocab(["Silence of the Lambs, The (1991)", "Amélie (2001)", "Fargo (1996)"], name="title")
    for asked, near in (
        ("Silense of the Lambs, The (1991)", "Silence of the Lambs, The (1991)"),
        ("silence of the lambs", "Silence of the Lambs, The (1991)"),
        ("AMELIE (2001)", "Amélie (2001)"),
        ("fargo", "Fargo (1996)"),
    ):
        with pytest.raises(ValueError, match="there is no title") as error:
            vocab.index(asked)
        assert repr(near) in str(error.value)


def test_unknown_text_far_from_all_is_given_no_spelling():
    with pytest.raises(ValueError, match=r"^there is no title 'xyzzy'\.$"):
        Vocab(["Fargo (1996)"], name="title").index("xyzzy")


def test_unknown_number_raises_with_the_nearest_and_the_range():
    with pytest.raises(ValueError, match=r"no user 950\. The nearest is 943; the users go from 1 to 943"):
        Vocab(range(1, 944), name="user").index([1, 950])


def test_unknown_ids_are_row_0_only_when_asked_for():
    assert Vocab(["a", "b"]).index(["b", "c", "#na#", None, float("nan")], unknown="na").tolist() == [
        2,
        0,
        0,
        0,
        0,
    ]
    assert Vocab([1, 2]).index([2, 3, "#na#"], unknown="na").tolist() == [2, 0, 0]


@pytest.mark.parametrize("unknown", ["raise", "na"])
@pytest.mark.parametrize(("known", "asked"), [([1, 196], "196"), (["1", "196"], 196), (["1", "196"], 196.0)])
def test_text_asked_of_numbers_never_passes_for_unknown(known, asked, unknown):
    with pytest.raises(ValueError, match=r"is no user: the users here are .*; ask for them as they are in the ratings"):
        Vocab(known, name="user").index([asked], unknown=unknown)


@pytest.mark.parametrize("asked", ["#na#", True, None, 1.5, float("nan"), b"1", (1,)])
def test_what_is_no_id_raises(asked):
    with pytest.raises(ValueError, match="user"):
        Vocab([1, 2], name="user").index([asked])


def test_a_table_of_ids_is_refused():
    with pytest.raises(ValueError, match="2 dimensions"):
        Vocab([1, 2]).index(np.array([[1, 2]]))


def test_an_unknown_choice_of_unknown_lists_the_choices():
    with pytest.raises(ValueError, match="choose one of raise, na"):
        Vocab([1, 2]).index([1], unknown="average")


def test_whole_floats_become_ints():
    vocab, rows = Vocab.from_column(pd.Series([2.0, 1.0, 2.0], name="user"))
    assert list(vocab) == ["#na#", 1, 2]
    assert type(vocab[1]) is int
    assert rows.tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        (
            pd.Series([1, "1", 2], dtype=object),
            r"mixed types \(whole numbers such as 1, text such as '1'\).*astype\(str\)",
        ),
        (pd.Series([1, True], dtype=object), "neither whole numbers nor text but bool such as True"),
        (pd.Series([1.5, 2.0]), r"neither whole numbers nor text but float such as 1\.5"),
        (pd.Series([True, False]), "neither whole numbers nor text but bool"),
        (
            pd.to_datetime(pd.Series(["2020-01-01", "2020-01-02"])),
            "neither whole numbers nor text but Timestamp",
        ),
        (pd.Series([(1,), (2,)]), r"neither whole numbers nor text but tuple such as \(1,\)"),
        (pd.Series(["a", None, "b", None]), r"lacks 2 ids.*dropna\(\['user'\]\)"),
        (pd.Series([1, np.nan]), "lacks 1 ids"),
        (pd.Series([1, 2**24 + 2], dtype="float32"), "floats as large as 16777218, which have lost"),
        (pd.Series(["7.65612E+16", "7.65613E+16"]), r"have lost their last digits, such as '7\.65612E\+16'"),
        (pd.Series([1.0, 2.0**60]), r"floats as large as 1152921504606846976, which have lost .*Int64"),
        (pd.Series(["a", "#na#"]), "contain '#na#', which stands for unknown ids"),
    ],
)
def test_ids_that_cannot_be_kept_apart_are_refused(column, sentence):
    with pytest.raises(ValueError, match=sentence):
        Vocab.from_column(column.rename("user"))


def test_an_empty_vocabulary_is_refused():
    with pytest.raises(ValueError, match="pass at least one id"):
        Vocab([])


def test_repr_shows_how_many_and_the_first():
    assert repr(Vocab([3, 1, 2], name="user")) == "Vocab of 3 users: ['#na#', 1, 2, 3]"
