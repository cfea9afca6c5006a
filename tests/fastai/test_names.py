"""What fastai's names promise here beyond what fastai's own results can show."""

import inspect
import subprocess
import sys

import pandas as pd
import pytest
import torch
from torch import nn

import collabwidgets as cw
import collabwidgets.fastai as fa


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(60, 40, 2000, n_factors=3, seed=2)
    return fa.CollabDataLoaders.from_df(ratings, item_name="title", bs=64, seed=1)


class Biased(fa.Module):
    """As the chapter types it: no super().__init__(), predictions [bs, 1]."""

    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors, self.user_bias = fa.Embedding(n_users, n_factors), fa.Embedding(n_users, 1)
        self.movie_factors, self.movie_bias = fa.Embedding(n_movies, n_factors), fa.Embedding(n_movies, 1)
        self.y_range = y_range

    def forward(self, x):
        res = (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1, keepdim=True)
        res += self.user_bias(x[:, 0]) + self.movie_bias(x[:, 1])
        return fa.sigmoid_range(res, *self.y_range)


def biased(dls):
    torch.manual_seed(3)
    return Biased(len(dls.classes["user"]), len(dls.classes["title"]), 4)


def test_a_learner_is_ours_and_every_widget_takes_it(dls):
    learn = fa.Learner(dls, biased(dls), loss_func=fa.MSELossFlat())
    assert isinstance(learn, cw.CollabLearner)
    learn.fit_one_cycle(2, 5e-3)
    for widget in (cw.TrainingPanel, cw.BiasTable, cw.PCAScatter, cw.NeighborSearch, cw.Dashboard):
        assert widget(learn).status == "ready"
    assert cw.NeighborSearch(learn).learner is learn


def test_the_package_itself_patches_nothing_of_torch():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import torch, collabwidgets as cw; cw.collab_learner; print(hasattr(torch.Tensor, 'pca'))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "False\n"


def test_a_star_import_brings_what_the_chapter_uses():
    space: dict[str, object] = {}
    exec("from collabwidgets.fastai import *", space)
    for name in ("np", "pd", "plt", "torch", "nn", "tensor", "Path", "L", "Module", "Embedding", "delegates", "doc"):
        assert name in space
    assert not [name for name in space if name.startswith("_") and name != "__builtins__"]


@pytest.mark.parametrize("loss_func", [nn.MSELoss(), fa.MSELossFlat(), None, nn.L1Loss(), fa.L1LossFlat()])
def test_predictions_with_a_column_train_as_those_without(dls, loss_func):
    class Flat(Biased):
        def forward(self, x):
            return super().forward(x).squeeze(1)

    runs = []
    for kind in (Biased, Flat):
        torch.manual_seed(3)
        learn = fa.Learner(dls, kind(len(dls.classes["user"]), len(dls.classes["title"]), 4), loss_func=loss_func)
        learn.fit_one_cycle(1, 1e-2)
        runs.append(learn.validate()[0])
    assert runs[0] == pytest.approx(runs[1], abs=1e-6)


def test_a_function_of_ones_own_is_minimised_and_named(dls):
    def huber(predictions, ratings):
        assert predictions.shape == ratings.shape
        return nn.functional.smooth_l1_loss(predictions, ratings)

    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5), loss_func=huber)
    before = learn.validate()[0]
    learn.fit_one_cycle(2, 1e-2)
    preds, ratings = learn.get_preds()
    assert learn.engine == "autograd"
    assert learn.loss_name == "huber"
    assert learn.validate()[0] == pytest.approx(nn.functional.smooth_l1_loss(preds, ratings).item(), rel=1e-5)
    assert learn.validate()[0] < before
    assert learn.history.epochs[-1].rmse is None
    assert cw.TrainingPanel(learn).baselines["mean"] == pytest.approx(
        huber(torch.full_like(ratings, dls.rating_mean), ratings).item(), rel=1e-5
    )


@pytest.mark.parametrize("loss_func", [nn.MSELoss(), fa.MSELossFlat(), None])
def test_the_mean_squared_error_is_left_to_the_compiled_loop(dls, loss_func):
    assert fa.collab_learner(dls, y_range=(0, 5.5), loss_func=loss_func).engine == "fused"


@pytest.mark.parametrize(
    ("loss_func", "sentence"),
    [
        (nn.MSELoss, r"such as MSELoss\(\)"),
        ("mse", "must be a function of predictions and ratings"),
        (nn.L1Loss(reduction="none"), r"gave a tensor of shape \[64\] for 64 ratings"),
    ],
)
def test_what_is_no_loss_is_refused(dls, loss_func, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        fa.Learner(dls, biased(dls), loss_func=loss_func).fit_one_cycle(1)


def test_defaults_of_rates_and_momenta_are_fastais(dls):
    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    learn.fit(1)
    assert (learn.recipe.lr, learn.recipe.wd, learn.recipe.schedule) == (1e-3, 0.01, "constant")
    learn = fa.collab_learner(dls, 4, y_range=(0, 5.5), lr=2e-3, wd=0.2, moms=(0.9, 0.8, 0.9))
    learn.fit_one_cycle(1, div=10)
    assert (learn.recipe.lr, learn.recipe.wd, learn.recipe.div, learn.recipe.moms) == (2e-3, 0.2, 10, (0.9, 0.8, 0.9))


def test_a_learner_comes_back_from_its_file_alone(dls, tmp_path):
    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    learn.fit_one_cycle(2, 1e-2)
    file = learn.export(tmp_path / "export.pkl")
    again = fa.load_learner(file)
    assert isinstance(again, fa.Learner)
    title = dls.classes["title"][1]
    assert (again.predict([1, 2], [title] * 2) == learn.predict([1, 2], [title] * 2)).all()


def test_results_are_shown_by_their_names(dls):
    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    shown = learn.show_results(max_n=5)
    assert list(shown.columns) == ["user", "title", "rating", "rating_pred"]
    predicted = learn.predict(shown["user"], shown["title"])
    assert shown["rating_pred"].tolist() == pytest.approx(predicted.tolist())


def test_the_loss_is_drawn_with_a_point_an_epoch(dls):
    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    learn.fit_one_cycle(3, 1e-2)
    _, ax = fa.plt.subplots()
    assert learn.recorder.plot_loss(ax=ax) is ax
    train, valid = ax.lines
    batches = dls.n_batches()
    assert len(train.get_xdata()) == 3 * batches - 5
    assert list(valid.get_xdata()) == [batches, 2 * batches, 3 * batches]
    assert list(valid.get_ydata()) == [row.valid_loss for row in learn.history.epochs]
    fa.plt.close("all")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("learn.summary", r"print\(learn\.model\)"),
        ("learn.cbs", "callbacks="),
        ("learn.dls.train_ds", "dls.train_x and dls.train_y"),
        ("learn.recorder.plot_sched", "schedule_for"),
        ("learn.fit_one_cycle(1, cbs=[])", "callbacks="),
        ("learn.fit(1, reset_opt=True)", "learn.reset"),
        ("learn.validate(dl=None)", "ds_idx="),
        ("learn.metrics", "metrics="),
        ("fa.collab_learner(dls, opt_func=None)", "AdamW"),
        ("fa.CollabDataLoaders.from_df(ratings, num_workers=0)", "no worker"),
        ("fa.collab_learner(dls, config={})", "embed_p="),
        ("fa.Callback", "learn.session.on_change"),
        ("fa.TabularPandas", "CollabDataLoaders"),
    ],
)
def test_a_name_that_is_not_here_is_answered_by_what_it_is_called(dls, asked, answer):
    learn = fa.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    space = {"learn": learn, "dls": dls, "fa": fa, "model": learn.model, "ratings": pd.DataFrame()}
    with pytest.raises((AttributeError, TypeError, ImportError), match=answer) as raised:
        eval(asked, space)
    assert "did you mean" not in str(raised.value).lower()


def test_a_keyword_that_is_here_under_fastais_name_is_taken(dls, tmp_path):
    ratings = dls.to_frame().drop(columns="valid")
    assert fa.CollabDataLoaders.from_df(ratings, item_name="title", path=tmp_path).path == tmp_path
    assert fa.collab_learner(dls, n_factors=4, device="cpu").fit(1) is None
    assert fa.Learner(dls, biased(dls), device="cpu").fit(1) is None


def test_a_name_of_nobodys_is_an_ordinary_error(dls):
    learn = fa.collab_learner(dls, n_factors=4)
    with pytest.raises(AttributeError, match="'Learner' object has no attribute 'nothing'"):
        learn.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        fa.nothing  # noqa: B018


def test_doc_prints_signature_and_docstring(capsys):
    fa.doc(fa.Learner.lr_find)
    said = capsys.readouterr().out
    assert said.startswith("CollabLearner.lr_find(self, start_lr")
    assert "learning rate" in said


def test_delegates_shows_what_the_keywords_are_passed_to():
    def inner(a, b=2, *, c=3): ...

    @fa.delegates(inner)
    def outer(x, **kwargs): ...

    assert str(inspect.signature(outer)) == "(x, *, b=2, c=3)"


def test_the_sample_has_the_shape_of_fastais():
    sample = pd.read_csv(fa.untar_data(fa.URLs.ML_SAMPLE) / "ratings.csv")
    assert list(sample.columns) == ["userId", "movieId", "rating", "timestamp"]
    assert sample["userId"].nunique() == sample["movieId"].nunique() == 100
    assert fa.CollabDataLoaders.from_df(sample, bs=64).user_name == "userId"


def test_another_address_is_refused():
    with pytest.raises(ValueError, match=r"URLs\.ML_100k and URLs\.ML_SAMPLE"):
        fa.untar_data("https://example.org/cifar.tgz")
