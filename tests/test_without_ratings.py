"""A checkpoint by itself: everything but training, and a sentence where ratings would be needed."""

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=5, name="Planted")


def trained(dls, tmp_path, **make):
    """A learner, and what `load_learner` makes of its file alone."""
    learn = cw.collab_learner(dls, y_range=(0, 5.5), **make)
    learn.fit_one_cycle(2, 1e-2)
    return learn, cw.load_learner(learn.export(tmp_path / "model"))


KINDS = [{}, {"members": 2}, {"model": "svdpp"}, {"model": "svdpp", "members": 2}]


@pytest.mark.parametrize("make", [*KINDS, {"use_nn": True, "layers": [10]}], ids=str)
def test_it_predicts_bit_for_bit(dls, tmp_path, make):
    learn, alone = trained(dls, tmp_path, **make)
    titles = list(dls.classes["title"])[1:50]
    assert np.array_equal(alone.predict([3] * 49, titles), learn.predict([3] * 49, titles))


@pytest.mark.parametrize("make", KINDS, ids=str)
def test_its_findings_are_those_of_the_learner(dls, tmp_path, make):
    learn, alone = trained(dls, tmp_path, **make)
    title, other = dls.classes["title"][1:3]
    pd.testing.assert_frame_equal(alone.biases(), learn.biases())
    pd.testing.assert_frame_equal(alone.pca(), learn.pca())
    mine = learn.neighbors(title)
    pd.testing.assert_frame_equal(alone.neighbors(title), mine.drop(columns="n_common"))
    newcomer = {title: 5, other: 1}
    pd.testing.assert_frame_equal(alone.recommend(newcomer), learn.recommend(newcomer))
    pd.testing.assert_frame_equal(alone.explain(7, title), learn.explain(7, title))
    assert alone.history.to_frame().equals(learn.history.to_frame())
    assert alone.baseline == learn.baseline


def test_what_a_user_has_rated_is_not_known_and_that_is_said(dls, tmp_path):
    learn, alone = trained(dls, tmp_path)
    with pytest.warns(UserWarning, match="what a user has rated is not in the checkpoint"):
        found = alone.recommend(7, k=60, min_count=0)
    pd.testing.assert_frame_equal(found, learn.recommend(7, k=60, min_count=0, exclude="none"))
    with pytest.warns(UserWarning, match="what a user has rated is not in the checkpoint"):
        found = alone.recommend("all", 3)
    pd.testing.assert_frame_equal(found, learn.recommend("all", 3, exclude="none"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda learn: learn.fit_one_cycle(1),
        lambda learn: learn.start(),
        lambda learn: learn.retrain(),
        lambda learn: learn.reset(),
        lambda learn: learn.lr_find(),
        lambda learn: learn.validate(),
        lambda learn: learn.get_preds(0),
        lambda learn: learn.show_results(),
        lambda learn: learn.hit_rate(),
        lambda learn: learn.dls.one_batch(),
        lambda learn: learn.dls.show_batch(),
        lambda learn: list(learn.dls.train),
        lambda learn: list(learn.dls.valid),
    ],
)
def test_what_needs_ratings_says_how_to_load_them_and_changes_nothing(dls, tmp_path, ask):
    _, alone = trained(dls, tmp_path)
    before = alone.snapshot
    with pytest.raises(ValueError, match=r"this learner came from a checkpoint alone.*load_learner\(path, dls\)"):
        ask(alone)
    assert alone.snapshot is before
    assert alone.status == "ready"


def test_every_widget_shows_it_and_its_code_loads_it(dls, tmp_path):
    _, alone = trained(dls, tmp_path)
    board = cw.Dashboard(alone, tab="data")
    assert board.training.status == "ready"
    assert len(board.bias.to_frame()) == len(alone.biases())
    assert board._card["notes"] == cw.Dashboard(cw.collab_learner(dls), tab="data")._card["notes"]
    assert "learn = cw.load_learner(" in board.to_code()
    assert f'"{tmp_path / "model.safetensors"}"' in board.to_code()
    assert "ratings" not in board.to_code()
    space: dict[str, object] = {}
    exec(board.to_code(), space)
    assert np.array_equal(space["learn"].snapshot.item_bias, alone.snapshot.item_bias)
    meta = cw.LearnerStore.of(alone).data
    assert meta["n_ratings"] == 3000
    assert "cw.load_learner(path, dls)" in meta["cannot_train"]


def test_it_can_be_saved_again_and_trained_where_there_are_ratings(dls, tmp_path):
    learn, alone = trained(dls, tmp_path)
    file = alone.save(tmp_path / "again")
    assert np.array_equal(cw.load_learner(file).snapshot.item_factors, learn.snapshot.item_factors)
    again = cw.load_learner(file, dls)
    again.fit_one_cycle(1)
    assert again.epoch == 3


def test_the_loss_comes_along(dls, tmp_path):
    def cubed(predictions, ratings):
        return (predictions - ratings).abs().pow(3).mean()

    _, alone = trained(dls, tmp_path, n_factors=4, loss_func=torch.nn.L1Loss())
    assert alone.loss_name == "MAE"
    learn = cw.collab_learner(dls, loss_func=cubed)
    file = learn.save(tmp_path / "own")
    with pytest.raises(ValueError, match="was trained with cubed, a loss of your own; pass it as loss_func="):
        cw.load_learner(file)
    assert cw.load_learner(file, dls, loss_func=cubed).validate() == learn.validate()
    with pytest.raises(ValueError, match="are cubed, the learner's are MSE"):
        cw.collab_learner(dls).load(file)


def test_a_neural_model_under_its_former_names_is_loaded(dls, tmp_path, monkeypatch):
    learn = cw.collab_learner(dls, use_nn=True, layers=[10], members=2, y_range=(0, 5.5))
    learn.fit_one_cycle(1)
    state = learn.model.state_dict()

    def former():
        names = {"embeds.0.": "user_factors.", "embeds.1.": "item_factors."}
        for place, layer in enumerate(("0.0.", "0.1.", "0.2.", "1.0.")):
            names[f"layers.{layer}"] = f"layers.{place}."
        for name, value in state.items():
            if "bn_cont" not in name:
                for new, old in names.items():
                    name = name.replace(new, old)
                yield name, value

    monkeypatch.setattr(learn.model, "state_dict", lambda: dict(former()))
    file = learn.save(tmp_path / "former")
    titles = list(dls.classes["title"])[1:9]
    again = cw.load_learner(file, dls)
    assert np.array_equal(again.predict([1] * 8, titles), learn.predict([1] * 8, titles))
