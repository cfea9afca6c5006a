"""A learner saved and loaded again is the same learner; a file that does not fit is refused in a sentence."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

import collabwidgets as cw


def loaders(seed: int = 5, n_items: int = 60) -> cw.CollabDataLoaders:
    ratings, _ = cw.synthetic_ratings(80, n_items, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, item_name="title", bs=32, seed=seed)


@pytest.fixture(scope="module")
def dls() -> cw.CollabDataLoaders:
    return loaders()


@pytest.fixture
def learn(dls: cw.CollabDataLoaders) -> cw.CollabLearner:
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))
    learn.fit_one_cycle(2)
    return learn


class Own(nn.Module):
    """A reader's own, with a table that is used twice."""

    def __init__(self, n_users: int, n_items: int) -> None:
        super().__init__()
        self.user_factors, self.movie_factors = cw.Embedding(n_users, 3), cw.Embedding(n_items, 3)
        self.again = self.movie_factors

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.user_factors(x[:, 0]) * self.again(x[:, 1])).sum(dim=1)


def predictions(learn: cw.CollabLearner) -> np.ndarray:
    users, items = learn.dls.classes[learn.dls.user_name], learn.dls.classes[learn.dls.item_name]
    n = min(len(users), len(items))
    return learn.predict(list(users)[1:n], list(items)[1:n])


@pytest.mark.parametrize(
    "make",
    [
        {"n_factors": 8},
        {"n_factors": 8, "y_range": (0, 5.5), "engine": "autograd", "wd": 0.2, "seed": 9},
        {"use_nn": True, "layers": [20, 10], "y_range": [0, np.float32(5.5)]},
        {"use_nn": True, "emb_szs": [(81, 5), (61, 7)]},
        {"model": "svdpp", "y_range": (0, 5.5)},
        {"members": 3, "y_range": (0, 5.5)},
        {"model": "svdpp", "members": 2},
    ],
    ids=["dot", "bounded", "neural", "neural of other sizes", "svd++", "members", "svd++ members"],
)
def test_every_kind_predicts_bit_for_bit_as_before(dls: cw.CollabDataLoaders, make: dict, tmp_path: Path) -> None:
    learn = cw.collab_learner(dls, **make)
    learn.fit_one_cycle(2, 1e-2)
    assert learn.save(tmp_path / "model") == tmp_path / "model.safetensors"
    again = cw.load_learner(tmp_path / "model", dls)
    assert np.array_equal(predictions(again), predictions(learn))
    assert repr(again) == repr(learn)
    assert np.array_equal(again.snapshot.item_factors, learn.snapshot.item_factors)
    assert again.made_by.function == "collab_learner"


def test_history_settings_and_status_come_along(learn: cw.CollabLearner, tmp_path: Path) -> None:
    learn.fit(1, 1e-3, keep_best=True)
    again = cw.load_learner(learn.save(tmp_path / "model"), learn.dls)
    assert again.history.to_frame().equals(learn.history.to_frame())
    for mine, theirs in zip(again.history.batches(10**6), learn.history.batches(10**6), strict=True):
        assert np.array_equal(mine, theirs)
    for name in ("status", "message", "epoch", "recipe", "fits", "interrupted_at"):
        assert getattr(again.session, name) == getattr(learn.session, name), name
    assert again.session.progress.state() == learn.session.progress.state()


def test_earlier_runs_come_along_and_go_on_being_counted(learn: cw.CollabLearner, tmp_path: Path) -> None:
    learn.reset()
    learn.fit(1, 1e-3, wd=0.3)
    learn.reset()
    learn.fit_one_cycle(1)
    file = learn.save(tmp_path / "model")
    again = cw.load_learner(file, learn.dls)
    assert again.runs.to_frame().equals(learn.runs.to_frame())
    assert [run.number for run in again.runs] == [1, 2, 3]
    for mine, theirs in zip(again.runs, learn.runs, strict=True):
        assert np.array_equal(mine.x, theirs.x)
        assert np.array_equal(mine.loss, theirs.loss)
    learn.load(file)  # what was trained here since then, or before, is not lost
    assert [run.number for run in learn.runs] == [1, 2, 3, 4, 5, 6]
    assert [run.settings["wd"] for run in learn.runs] == [run.settings["wd"] for run in again.runs] * 2


def test_training_goes_on_and_reset_begins_anew(learn: cw.CollabLearner, tmp_path: Path) -> None:
    first = cw.collab_learner(learn.dls, n_factors=8, y_range=(0, 5.5))
    again = cw.load_learner(learn.save(tmp_path / "model"), learn.dls)
    before = learn.history.best.valid_loss
    again.fit_one_cycle(3)
    assert [row.epoch for row in again.history.epochs] == [1, 2, 3, 4, 5]
    assert again.history.best.valid_loss < before
    again.reset()
    assert again.status == "untrained"
    assert np.array_equal(again.snapshot.item_factors, first.snapshot.item_factors)


def test_a_reset_to_another_size_and_seed_is_remembered(learn: cw.CollabLearner, tmp_path: Path) -> None:
    learn.reset(seed=3, n_factors=4)
    learn.fit_one_cycle(1)
    again = cw.load_learner(learn.save(tmp_path / "model"), learn.dls)
    assert (again.n_factors, again.session.weights.seed) == (4, 3)
    for each in (learn, again):
        each.reset()
    assert np.array_equal(predictions(again), predictions(learn))


def test_the_order_of_batches_goes_on_where_it_was(learn: cw.CollabLearner, tmp_path: Path) -> None:
    again = cw.load_learner(learn.save(tmp_path / "model"), learn.dls)
    twice = cw.load_learner(tmp_path / "model", learn.dls)
    fresh = cw.collab_learner(learn.dls, n_factors=8, y_range=(0, 5.5))
    assert torch.equal(again.session.weights.order.get_state(), learn.session.weights.order.get_state())
    assert not torch.equal(again.session.weights.order.get_state(), fresh.session.weights.order.get_state())
    for each in (again, twice):
        each.fit_one_cycle(1)
    assert np.array_equal(predictions(again), predictions(twice))


def test_a_paused_fit_is_saved_as_a_stopped_one_and_goes_on_paused(dls: cw.CollabDataLoaders, tmp_path: Path) -> None:
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine="autograd")
    learn.start(epochs=50)
    with pytest.raises(RuntimeError, match=r"it is training: wait\(\)"):
        learn.save(tmp_path / "model")
    learn.pause()
    learn.wait()
    learn.save(tmp_path / "model")
    assert learn.status == "paused"
    again = cw.load_learner(tmp_path / "model", dls)
    assert (again.status, again.epoch) == ("stopped", learn.epoch)
    assert np.array_equal(predictions(again), predictions(learn))


def test_load_into_a_learner_that_trains_drops_that_training(learn: cw.CollabLearner, tmp_path: Path) -> None:
    file = learn.save(tmp_path / "model")
    other = cw.collab_learner(learn.dls, n_factors=8, y_range=(0, 5.5), engine="autograd", seed=1)
    runs, told = other.history.run, []
    other.session.on_change(lambda: told.append(other.status))
    other.fit_one_cycle(1)
    other.start(epochs=1000)
    other.load(file)
    assert (other.status, other.epoch, told[-1]) == ("ready", 2.0, "ready")
    assert [len(run.epochs) >= 1 for run in other.session.earlier] == [True]  # what was dropped stays to be compared
    assert other.history.run > runs
    assert np.array_equal(predictions(other), predictions(learn))


@pytest.mark.parametrize("kind", [cw.DotProduct, cw.DotProductBias])
def test_the_chapters_models_are_made_anew(kind: type, dls: cw.CollabDataLoaders, tmp_path: Path) -> None:
    learn = cw.CollabLearner(dls, kind(len(dls.users), len(dls.items), 6, (0, 5.5)), wd=0.3)
    learn.fit_one_cycle(1)
    before = torch.get_rng_state()
    again = cw.load_learner(learn.save(tmp_path / "model"), dls)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(predictions(again), predictions(learn))
    assert (again.recipe, again.status) == (learn.recipe, "ready")


def test_a_module_of_ones_own_is_passed_and_reset_puts_its_first_weights_back(
    dls: cw.CollabDataLoaders, tmp_path: Path
) -> None:
    learn = cw.CollabLearner(dls, Own(len(dls.users), len(dls.items)), item_factors="movie_factors")
    learn.fit_one_cycle(1)
    file = learn.save(tmp_path / "own")
    with pytest.raises(ValueError, match="Own, a module of your own; pass model="):
        cw.load_learner(file, dls)
    module = Own(len(dls.users), len(dls.items))
    first = module.movie_factors.weight.detach().numpy().copy()
    again = cw.load_learner(file, dls, model=module)
    assert np.array_equal(predictions(again), predictions(learn))
    again.reset()
    assert np.array_equal(again.snapshot.item_factors, first)


def test_other_users_and_items_are_named(learn: cw.CollabLearner, tmp_path: Path) -> None:
    file = learn.save(tmp_path / "model")
    with pytest.raises(
        ValueError, match=r"trained on 60 titles, of which these loaders lack \d+ \(first: .*\); load it"
    ):
        cw.load_learner(file, loaders(n_items=40))
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    titles = ratings["title"].astype(str)
    last = titles.max()
    ratings = ratings.assign(title=titles.replace(last, "Zardoz"))
    renamed = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=5)
    with pytest.raises(ValueError, match=rf"60 titles, of which these loaders lack 1 \(first: '{last}'\)"):
        cw.load_learner(file, renamed)


def test_another_split_is_warned_of(learn: cw.CollabLearner, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"on another split of them \(seed=5, valid_pct=0.2; these .* seed=6, valid"):
        cw.load_learner(learn.save(tmp_path / "model"), loaders(seed=6))


def test_a_model_that_does_not_fit_is_refused_and_left_as_it_was(learn: cw.CollabLearner, tmp_path: Path) -> None:
    file = learn.save(tmp_path / "model")
    for other, said in (
        (cw.collab_learner(learn.dls, n_factors=5, y_range=(0, 5.5)), r"\[61, 8\] in .* and \[61, 5\] in the model"),
        (cw.collab_learner(learn.dls, n_factors=8), r"trained with y_range=\(0.0, 5.5\), the model has None"),
        (cw.collab_learner(learn.dls, use_nn=True), "holds EmbeddingDotBias, the model is EmbeddingNN"),
    ):
        before = predictions(other)
        with pytest.raises(ValueError, match=said):
            other.load(file)
        assert np.array_equal(predictions(other), before)
        assert other.status == "untrained"


def test_a_file_that_is_no_checkpoint_is_refused(learn: cw.CollabLearner, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*nowhere.safetensors; learn.save"):
        learn.load(tmp_path / "nowhere")
    whole = learn.save(tmp_path / "whole").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is no checkpoint of a learner, or is damaged"):
        learn.load(tmp_path / "half")
    (tmp_path / "model.pth").write_bytes(pickle.dumps({"model": 1}))
    with pytest.raises(ValueError, match="is no checkpoint of a learner, or is damaged"):
        learn.load(tmp_path / "model.pth")
    save_file({"w": torch.ones(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="is no checkpoint of a learner, or is damaged"):
        learn.load(tmp_path / "other")


def test_a_later_format_and_a_lost_part_are_told_apart(learn: cw.CollabLearner, tmp_path: Path) -> None:
    with safe_open(learn.save(tmp_path / "model"), "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        facts = json.loads(file.metadata()["collabwidgets"])
    save_file(tensors, tmp_path / "later.safetensors", {"collabwidgets": json.dumps(facts | {"version": 2})})
    with pytest.raises(ValueError, match="written by a later version"):
        learn.load(tmp_path / "later")
    del facts["recipe"]
    save_file(tensors, tmp_path / "lost.safetensors", {"collabwidgets": json.dumps(facts)})
    with pytest.raises(ValueError, match=r"is damaged \(.*field `recipe`"):
        learn.load(tmp_path / "lost")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", "flying", r"diverged\)\$' - at `\$.session.status`"),
        ("epoch", float("nan"), r">= 0.0 - at `\$.session.epoch`"),
        ("epoch", "a", r"got `str` - at `\$.session.epoch`"),
        ("progress", {}, "field `step`"),
        ("progress", {"step": 1, "n_steps": 2, "epochs": 1, "seconds": -1.0}, ">= 0.0 - at .*progress.seconds`"),
        ("weights_seed", -4, ">= 0 - at .*weights_seed`"),
        ("epochs", [{"epoch": 1}], "field `train_loss`"),
        ("y_range", [1], "length 2, got 1 - at .*y_range`"),
        ("recipe", {"moms": [0.9, 0.8, 0.9], "lr": -1}, "lr must be a number"),
        ("split", None, "got `null` - at .*split`"),
        ("version", "one", "TypeError"),
    ],
)
def test_damage_in_a_field_is_told_before_anything_changes(
    learn: cw.CollabLearner, tmp_path: Path, name: str, value: object, said: str
) -> None:
    with safe_open(learn.save(tmp_path / "model"), "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        facts = json.loads(file.metadata()["collabwidgets"])
    save_file(tensors, tmp_path / "other.safetensors", {"collabwidgets": json.dumps(facts | {name: value})})
    before = predictions(learn)
    for load in (learn.load, lambda path: cw.load_learner(path, learn.dls)):
        with pytest.raises(
            ValueError, match=rf"other.safetensors is no checkpoint .* is damaged \(.*{said}.*take another copy"
        ):
            load(tmp_path / "other")
    assert np.array_equal(predictions(learn), before)
    assert learn.status == "ready"


def test_a_learner_is_not_pickled_or_copied_but_saved(learn: cw.CollabLearner) -> None:
    for copied in (pickle.dumps, copy.deepcopy, copy.copy):
        with pytest.raises(TypeError, match=r"learn.save\(path\) keeps it.*cw.load_learner\(path, dls\) makes"):
            copied(learn)


def test_a_file_is_replaced_as_a_whole_or_not_at_all(
    learn: cw.CollabLearner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = learn.save(tmp_path / "model")
    before = file.read_bytes()

    def torn(path: Path, data: bytes) -> None:
        path.write_text("half")
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_bytes", torn)
        with pytest.raises(OSError, match="no space left"):
            learn.save(tmp_path / "model")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    (tmp_path / "plain").touch()
    assert file.stat().st_mode == (tmp_path / "plain").stat().st_mode
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        learn.save(tmp_path / "nowhere" / "model")


def test_a_path_may_begin_at_home(learn: cw.CollabLearner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert learn.save("~/model") == tmp_path / "model.safetensors"
    assert learn.export("~/export") == tmp_path / "export.safetensors"
    learn.load("~/model")
    assert cw.load_learner("~/export").status == "ready"
    assert cw.TrainingPanel(learn).save_svg("~/loss.svg") == tmp_path / "loss.svg"


def test_a_subclass_says_that_it_comes_back_as_a_plain_learner(dls: cw.CollabDataLoaders, tmp_path: Path) -> None:
    class Noted(cw.CollabLearner):
        """With a reader's own methods."""

    def noted() -> Noted:
        return Noted(dls, cw.DotProduct(len(dls.users), len(dls.items), 3))

    learn = noted()
    file = learn.save(tmp_path / "noted")
    with pytest.warns(UserWarning, match="saved by a Noted, a class of your own.*make the Noted yourself"):
        assert type(cw.load_learner(file, dls)) is cw.CollabLearner
    again = noted()
    again.load(file)
    assert np.array_equal(predictions(again), predictions(learn))
