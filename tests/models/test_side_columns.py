"""The tabular model of ratings uses side columns and context, and knows them wherever it is asked."""

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw

RATINGS, _ = cw.synthetic_ratings(60, 40, 1500, n_factors=3, seed=1)
RATINGS["timestamp"] = np.random.default_rng(1).integers(8e8, 9e8, len(RATINGS))
N_ITEMS = int(RATINGS["item"].max())
USERS = pd.DataFrame({"user": range(1, 61)}).assign(
    age=lambda frame: 20 + frame["user"] % 40, sex=lambda frame: np.where(frame["user"] % 2, "F", "M")
)
ITEMS = pd.DataFrame({"item": range(1, N_ITEMS + 1)}).assign(
    genres=lambda frame: np.where(frame["item"] % 3, np.where(frame["item"] % 2, "Drama", "Drama|War"), "Comedy")
)


def loaders(ratings=RATINGS, **kw):
    beside = {"users": USERS, "items": ITEMS, "context": ["timestamp"]}
    return cw.CollabDataLoaders.from_df(ratings, **{"item_name": "item", "seed": 5, **beside, **kw})


@pytest.fixture(scope="module")
def dls():
    return loaders()


@pytest.fixture(scope="module")
def learn(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5))
    learn.fit_one_cycle(2, 1e-2)
    return learn


def test_continuous_columns_are_side_columns_and_context(dls, learn):
    x, context = dls.valid_x[:9], dls.context.valid[:9]
    user, item = USERS.set_index("user")[["age", "sex"]], ITEMS.set_index("item")["genres"]
    ids = dls.to_frame(x, dls.valid_y[:9])
    age = (ids["user"].map(user["age"]) - user["age"].mean()) / user["age"].std(ddof=0)
    columns = [age, *(ids["user"].map(user["sex"]) == sex for sex in "FM")]
    columns += [ids["item"].map(item).str.contains(genre) for genre in ("Comedy", "Drama", "War")]
    times = RATINGS["timestamp"].to_numpy()
    train = dls.to_frame()["valid"].to_numpy() == 0
    columns.append((times[dls._places.numpy()][len(dls.train_y) :][:9] - times[train].mean()) / times[train].std())
    x_cont = torch.tensor(np.array(columns, dtype=np.float32).T)
    model = learn.model.eval()
    with torch.no_grad():
        expected = cw.TabularModel.forward(model, x, x_cont)[:, 0]
        torch.testing.assert_close(model(x, context), expected, atol=1e-5, rtol=0)


def test_validation_uses_the_context_of_the_ratings(learn):
    loss = learn.history.epochs[-1].valid_loss
    assert learn.validate()[0] == pytest.approx(loss, abs=1e-6)
    assert learn.evaluate().loc["rmse", "value"] == pytest.approx(loss**0.5, abs=1e-6)
    without = learn.predict(learn.dls.to_frame(learn.dls.valid_x, learn.dls.valid_y))
    assert not np.allclose(without, learn.get_preds()[0])
    assert len(learn.show_results(max_n=3)) == 3
    assert learn.lr_find(num_it=6, show_plot=False).valley > 0


def test_without_a_context_predictions_take_the_training_mean(dls, learn):
    mean = float(dls.context.mean[0])
    usual = learn.predict(3, [1, 2])
    np.testing.assert_allclose(learn.predict(3, [1, 2], context={"timestamp": mean}), usual, atol=1e-6)
    late = learn.predict(3, [1, 2], context={"timestamp": [mean, mean + 1e8]})
    assert late[0] == pytest.approx(usual[0], abs=1e-6)
    assert abs(late[1] - usual[1]) > 1e-4
    assert any("training mean" in note for note in dls.notes)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"timestap": 1}, "nearest spelling is 'timestamp'"),
        ({"timestamp": "soon"}, "'timestamp' is 'soon'"),
        ({"timestamp": "2001-01-01"}, "'2001-01-01', but that column holds numbers"),
        ({"timestamp": [1, 2, 3]}, "3 values of 'timestamp' for 2 pairs"),
    ],
)
def test_a_context_that_cannot_be_understood_is_an_error(learn, context, words):
    with pytest.raises(ValueError, match=words):
        learn.predict(3, [1, 2], context=context)


def test_a_context_of_dates_takes_dates(tmp_path):
    when = pd.to_datetime(RATINGS["timestamp"], unit="s").dt.normalize()
    learn = cw.collab_learner(loaders(RATINGS.assign(timestamp=when)), use_nn=True, layers=[8], y_range=(0, 5.5))
    learn = cw.load_learner(learn.save(tmp_path / "model"))
    text, date = (learn.predict(3, 1, context={"timestamp": day}) for day in ("1996-02-01", pd.Timestamp("1996-02-01")))
    assert text == date != learn.predict(3, 1, context={"timestamp": "1996-02-02"})
    with pytest.raises(ValueError, match="holds dates"):
        learn.predict(3, 1, context={"timestamp": 9e8})


def test_a_context_for_a_model_or_loaders_without_one_is_an_error(dls):
    with pytest.raises(ValueError, match="the model takes none"):
        cw.collab_learner(dls, 4).predict(3, [1, 2], context={"timestamp": 1})
    with pytest.raises(ValueError, match="these have none"):
        cw.collab_learner(loaders(context=None), 4).predict(3, [1, 2], context={"timestamp": 1})


def test_somebody_known_by_attributes_has_their_side_columns(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5))
    with torch.no_grad():
        learn.model.embeds[0].weight.zero_()  # what is left of a user is the side columns
    age, sex = USERS.set_index("user").loc[7]
    by_attributes = learn.predict(items=[1, 2], user_features={"age": age, "sex": sex})
    np.testing.assert_allclose(by_attributes, learn.predict(7, [1, 2]), atol=1e-5)


@pytest.mark.parametrize("members", [1, 2])
def test_a_checkpoint_keeps_side_columns_and_context(dls, tmp_path, members):
    learn = cw.collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5), members=members)
    learn.fit_one_cycle(1, 1e-2)
    file = learn.save(tmp_path / "model")
    asked = {"users": 3, "items": [1, 2], "context": {"timestamp": 9e8}}
    for other in (cw.load_learner(file), cw.load_learner(file, dls)):
        np.testing.assert_array_equal(other.predict(**asked), learn.predict(**asked))


def test_a_checkpoint_is_not_loaded_on_other_columns(learn, tmp_path):
    file = learn.save(tmp_path / "model")
    with pytest.raises(ValueError, match="there alone: genres=Comedy, genres=Drama, genres=War; here alone: year"):
        cw.load_learner(file, loaders(items=ITEMS[["item"]].assign(year=1950 + ITEMS["item"] % 50)))
    with pytest.raises(ValueError, match="there alone: timestamp; here alone: none"):
        cw.load_learner(file, loaders(context=None))


def test_added_items_bring_their_side_columns(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5))
    learn.fit_one_cycle(1, 1e-2)
    before = learn.predict(3, [1, 2])
    new = pd.DataFrame({"user": [3, 4], "item": [900, 900], "rating": [4, 5], "timestamp": [9e8, 9e8]})
    learn.add_ratings(new, items=pd.DataFrame({"item": [900], "genres": ["War"]}))
    np.testing.assert_array_equal(learn.predict(3, [1, 2]), before)
    assert learn.model.item_columns[-1].tolist() == [0, 0, 1]
    learn.fit_one_cycle(1, 1e-3)
