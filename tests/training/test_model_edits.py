"""A model that is changed by hand, between fits and in a pause: what is shown is what is there."""

import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numba.core import caching
from torch import nn

import collabwidgets as cw
from collabwidgets.training.engines import fused_loop


def loaders(seed=1):
    ratings, _ = cw.synthetic_ratings(30, 25, 500, n_factors=3, seed=seed)
    return cw.CollabDataLoaders.from_df(ratings, seed=1)


@pytest.fixture(scope="module")
def dls():
    return loaders()


def plain_loss(learn):
    """The validation loss by torch alone, in double precision."""
    module, dls = learn.model, learn.dls
    with torch.no_grad():
        return float((module(dls.valid_x).reshape(-1).double() - dls.valid_y.double()).square().mean())


def train(learn, **settings):
    learn.start(**{"epochs": 1, "lr": 1e-2, "keep_best": False} | settings)
    assert learn.wait()
    assert learn.status == "ready", learn.message
    assert learn.history.epochs[-1].valid_loss == pytest.approx(plain_loss(learn), rel=1e-4)
    assert learn.validate()[0] == pytest.approx(learn.history.epochs[-1].valid_loss, rel=1e-5)


def replaced(learn, columns=4):
    learn.model.i_weight = cw.Embedding(len(learn.dls.items), columns, generator=torch.Generator().manual_seed(5))


def frozen(learn):
    learn.model.i_weight.requires_grad_(False)


class Doubled(cw.Embedding):
    def forward(self, rows):
        return 2 * super().forward(rows)


def hooked(learn):
    learn.model.register_forward_hook(lambda module, rows, predicted: predicted + 1)


def doubled(learn):
    learn.model.i_bias = Doubled(len(learn.dls.items), 1)


def own_forward(learn):
    learn.model.forward = lambda x: 1 + type(learn.model).forward(learn.model, x)


EDITS = {
    "replaced": (replaced, "fused"),
    "frozen": (frozen, "autograd"),
    "bfloat16": (lambda learn: learn.model.bfloat16(), "autograd"),
    "float64": (lambda learn: learn.model.double(), "autograd"),
    "y_range": (lambda learn: setattr(learn.model, "y_range", (0.5, 5.0)), "fused"),
    "no y_range": (lambda learn: setattr(learn.model, "y_range", None), "fused"),
    "padded": (lambda learn: setattr(learn.model.i_weight, "padding_idx", 0), "autograd"),
    "own forward": (own_forward, "autograd"),
    "hooked": (hooked, "autograd"),
    "own table": (doubled, "autograd"),
}


# Without bfloat16 of SVD++, for which torch has no product with a sparse matrix.
@pytest.mark.parametrize(
    ("edit", "model"), [(e, m) for e in EDITS for m in ("dot", "svdpp") if (e, m) != ("bfloat16", "svdpp")]
)
def test_a_fit_trains_the_model_that_is_there_when_it_begins(dls, edit, model):
    learn = cw.collab_learner(dls, 4, model=model, y_range=(0, 5.5))
    train(learn)
    change, engine = EDITS[edit]
    change(learn)
    before = learn.model.i_weight.weight.detach().clone()
    train(learn)
    assert learn.engine == engine
    assert torch.equal(before, learn.model.i_weight.weight) == (edit == "frozen")
    assert np.array_equal(learn.snapshot.item_factors, learn.model.effective("i_weight").detach().float())
    assert learn.snapshot.y_range == learn.model.y_range
    with torch.no_grad():
        expected = learn.model(torch.tensor([[3, 4]])).float()
    np.testing.assert_allclose(learn.predict(dls.classes["user"][3], dls.classes["item"][4]), expected, rtol=1e-5)


def test_what_cannot_be_trained_is_refused_in_a_sentence(dls):
    learn = cw.collab_learner(dls, 4, engine="fused")
    learn.model.double()
    with pytest.raises(ValueError, match="fused engine cannot train this module: it trains float32"):
        learn.fit(1)
    learn = cw.collab_learner(dls, 4)
    learn.model.requires_grad_(False)
    with pytest.raises(ValueError, match="all parameters of the module are frozen"):
        learn.fit(1)
    learn.model.i_weight = nn.Embedding(5, 4)
    with pytest.raises(ValueError, match="'i_weight' has 5 rows"):
        learn.fit(1)


def by_numpy(learn):
    learn.model.i_weight.weight.detach().numpy()[3] += 1


def by_data(learn):
    learn.model.i_bias.weight.data[-1] = 0.5


def by_state_dict(learn):
    learn.model.load_state_dict({name: value + 0.25 for name, value in learn.model.state_dict().items()})


def by_a_loop(learn):
    optimizer = torch.optim.SGD(learn.model.parameters(), lr=0.1)
    (learn.model(learn.dls.train_x) - learn.dls.train_y).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


@pytest.mark.parametrize("model", ["dot", "svdpp", "nn"])
@pytest.mark.parametrize("edit", [by_numpy, by_data, by_state_dict, by_a_loop])
def test_findings_answer_from_weights_changed_by_hand(dls, model, edit):
    learn = cw.collab_learner(dls, 4, model=model, y_range=(0, 5.5))
    train(learn)
    before = learn.snapshot
    assert learn.snapshot is before, "nothing was changed"
    if model == "nn":
        names = {"i_weight": learn.model.embeds[1], "i_bias": learn.model.layers[0][0]}
        for name, part in names.items():
            learn.model.__dict__[name] = part
    told = []
    undo = learn.session.on_change(lambda: told.append(True))
    edit(learn)
    after = learn.snapshot
    undo()
    assert after is not before
    assert told, "the pages are told"
    users, items = ([dls.classes[name][row] for row in (3, 4)] for name in (dls.user_name, dls.item_name))
    with torch.no_grad():
        expected = learn.model.eval()(torch.tensor([[3, 3], [4, 4]])).reshape(-1)
    np.testing.assert_allclose(learn.predict(users, items), expected, rtol=1e-5)
    assert learn.snapshot is after
    assert learn.validate()[0] == pytest.approx(plain_loss(learn), rel=1e-5)


def test_a_change_by_hand_is_kept_by_save_and_by_the_next_fit(dls, tmp_path):
    learn = cw.collab_learner(dls, 4)
    train(learn)
    by_numpy(learn)
    edited = learn.model.i_weight.weight.detach().clone()
    again = cw.load_learner(learn.save(tmp_path / "model"), dls)
    assert torch.equal(learn.model.i_weight.weight, edited)
    assert torch.equal(again.model.i_weight.weight, edited)
    learn.start(epochs=1, lr=1e-8, wd=0.0)
    assert learn.wait()
    torch.testing.assert_close(learn.model.i_weight.weight, edited, atol=1e-5, rtol=0)


@pytest.mark.parametrize("model", ["dot", "svdpp"])
@pytest.mark.parametrize("engine", ["auto", "autograd"])
def test_a_change_in_a_pause_is_gone_on_from_and_an_exchange_is_refused(dls, engine, model):
    learn = cw.collab_learner(dls, 4, model=model, engine=engine)
    learn.start(epochs=1, lr=1e-8, wd=0.0, bs=4, callbacks=lambda event: learn.pause())
    assert learn.wait()
    for end in (learn.resume, learn.resume, learn.stop):
        assert learn.status == "paused"
        by_numpy(learn)
        edited = learn.model.i_weight.weight.detach().clone()
        end()
        assert learn.wait()
        torch.testing.assert_close(learn.model.i_weight.weight, edited, atol=1e-5, rtol=0)
    learn.start(epochs=1, bs=4, callbacks=lambda event: learn.pause())
    assert learn.wait()
    frozen(learn)
    with pytest.raises(RuntimeError, match=r"another since the fit was paused.*stop\(\) ends the fit"):
        learn.resume()
    learn.stop()
    train(learn, bs=4)


def test_finding_out_whether_anything_changed_takes_milliseconds():
    ratings, _ = cw.synthetic_ratings(943, 1682, 4000, seed=1)
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), 50)
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        _ = learn.snapshot
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.005


def test_an_assigned_model_is_adopted_as_it_is_or_refused(dls):
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5))
    train(learn)
    first = learn.model
    with pytest.raises(ValueError, match="your table 'item_factors' has 5 rows, these loaders need"):
        learn.model = cw.DotProduct(len(dls.users), 5, 3)
    with pytest.raises(TypeError, match="not the class"):
        learn.model = cw.DotProduct
    assert learn.model is first
    assert learn.status == "ready"
    learn.model = first
    assert learn.epoch == 1.0, "the same one"
    other = cw.DotProduct(len(dls.users), len(dls.items), 3)
    start = other.item_factors.weight.detach().clone()
    learn.model = other
    assert (learn.status, learn.n_factors, [run.number for run in learn.runs]) == ("untrained", 3, [1])
    train(learn)
    assert [run.settings["factors"] for run in learn.runs] == [4, 3]
    learn.reset()
    assert torch.equal(learn.model.item_factors.weight, start)
    assert learn.made_by.function == "CollabLearner"


def test_a_model_is_not_exchanged_while_it_trains_and_the_ratings_never(dls):
    learn = cw.collab_learner(dls, 4)
    learn.start(epochs=1000)
    with pytest.raises(RuntimeError, match="it is training"):
        learn.model = cw.DotProduct(len(dls.users), len(dls.items), 3)
    learn.stop()
    assert learn.wait()
    with pytest.raises(AttributeError, match="keeps its ratings"):
        learn.dls = dls
    with pytest.raises(AttributeError, match="keeps its loss"):
        learn.loss_func = nn.L1Loss()


def test_a_module_that_does_not_fit_the_loaders_is_refused_when_the_learner_is_made(dls):
    class Movies(nn.Module):
        def __init__(self, n_users, n_movies):
            super().__init__()
            self.user_factors, self.movie_factors = nn.Embedding(n_users, 3), nn.Embedding(n_movies, 3)

        def forward(self, x):
            return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)

    n_users, n_items = len(dls.users), len(dls.items)
    for users, items, name, rows, need in (
        (n_users, n_items - 1, "movie_factors", n_items - 1, n_items),
        (n_users - 2, n_items, "user_factors", n_users - 2, n_users),
        (n_users - 2, n_items - 1, "user_factors", n_users - 2, n_users),
    ):
        sentence = f"your table '{name}' has {rows} rows, these loaders need {need}, '#na#' included"
        with pytest.raises(ValueError, match=sentence):
            cw.CollabLearner(dls, Movies(users, items))
    with pytest.raises(ValueError, match=f"your table 'user_factors' has {n_items} rows"):
        cw.CollabLearner(dls, Movies(n_items, n_users))  # the wrong way round
    assert cw.CollabLearner(dls, Movies(n_users, n_users)).session.weights.tables.item_factors is None

    class Nameless(Movies):
        def __init__(self, n_users, n_movies):
            super().__init__(n_users, n_movies)
            self.a, self.b = self.user_factors, self.movie_factors
            del self.user_factors, self.movie_factors

        def forward(self, x):
            return (self.a(x[:, 0]) * self.b(x[:, 1])).sum(1)

    with pytest.raises(
        ValueError, match=rf"Nameless looks rows up .*a \[{n_users - 1}, 3\].* user's row, up to {n_users - 1},"
    ):
        cw.CollabLearner(dls, Nameless(n_users - 1, n_items))
    with pytest.raises(ValueError, match=rf"Nameless looks rows up .* user's row, up to {n_users - 1}, .* exchange"):
        cw.CollabLearner(dls, Nameless(n_items, n_users))
    with pytest.raises(ValueError, match=r"no table that is known.*\[60, 3\].*item_factors="):
        cw.CollabLearner(dls, Movies(60, 50))

    class OneTable(Movies):
        def __init__(self):
            super().__init__(n_users, n_items)
            self.both = nn.Embedding(n_users + n_items, 3)
            del self.user_factors, self.movie_factors

        def forward(self, x):
            return (self.both(x[:, 0]) * self.both(n_users + x[:, 1])).sum(1)

    with pytest.raises(ValueError, match=rf"OneTable has no table.*both \[{n_users + n_items}, 3\]"):
        cw.CollabLearner(dls, OneTable())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("made", [{"model": "svdpp"}, {"members": 2}])
def test_svdpp_and_ensembles_train_and_answer_in_other_dtypes(dls, made, dtype):
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5), **made)
    train(learn)
    lists, errors = learn.recommend("all", 3, exclude="none"), learn.evaluate(3)["value"]
    learn.model.to(dtype)
    near = {"rel": 0.03, "abs": 0.03} if dtype != torch.float64 else {"rel": 1e-5}
    found = learn.recommend("all", 3, exclude="none")
    assert found["prediction"].tolist() == pytest.approx(lists["prediction"].tolist(), **near)
    assert learn.evaluate(3)["value"]["rmse"] == pytest.approx(errors["rmse"], **near)
    learn.start(epochs=1)
    assert learn.wait()
    assert learn.status == "ready", learn.message
    assert {p.dtype for p in learn.model.parameters()} == {dtype}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (lambda product: (product,), "a tuple"),
        (lambda product: product.detach().numpy(), "a ndarray"),
        (lambda product: None, "a NoneType"),
        (lambda product: torch.stack([product, product], 1), r"a tensor of shape \[1, 2\]"),
    ],
)
def test_a_module_that_gives_no_prediction_a_pair_is_answered_in_a_sentence(dls, made, found):
    class Module(cw.DotProduct):
        def forward(self, x):
            return made(super().forward(x))

    learn = cw.CollabLearner(dls, Module(len(dls.users), len(dls.items), 3))
    with pytest.raises(ValueError, match=f"the model gave {found} for 1 rating; it must give a tensor with one"):
        learn.predict(dls.users.ids[1], dls.items.ids[1])


def test_predictions_cut_off_from_the_weights_are_refused(dls):
    class Cut(cw.DotProduct):
        def forward(self, x):
            return super().forward(x).detach()

    learn = cw.CollabLearner(dls, Cut(len(dls.users), len(dls.items), 3))
    learn.start(epochs=1)
    assert learn.wait()
    assert (learn.status, "does not depend on the parameters of Cut" in learn.message) == ("error", True)


def test_a_module_of_one_number_predicts(dls):
    class Constant(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = nn.Parameter(torch.full((1,), 3.5))

        def forward(self, x):
            return self.mean.expand(len(x))

    assert cw.CollabLearner(dls, Constant()).predict(dls.users.ids[1], dls.items.ids[1]).tolist() == [3.5]


def test_every_number_of_a_recipe_may_be_of_numpy_or_torch(dls):
    learn = cw.collab_learner(dls, 4)
    learn.fit_one_cycle(
        np.int64(1), torch.tensor(5e-3), wd=np.float32(0.1), bs=torch.tensor(32), pct_start=np.array(0.5)
    )
    recipe = learn.recipe
    assert {type(value) for value in (recipe.epochs, recipe.bs)} == {int}
    assert {type(value) for value in (recipe.lr, recipe.wd, recipe.pct_start)} == {float}


def test_without_a_folder_for_compiled_code_it_compiles_in_memory(monkeypatch):
    """In a read-only package, without a home. Before, the fit waited for ever for its first batch."""

    def nowhere(*args):
        raise OSError("read-only file system")

    monkeypatch.setattr(caching._CacheLocator, "ensure_cache_path", nowhere)
    doubled = fused_loop._compiled(lambda x: 2 * x)
    assert (doubled(3), doubled.stats.cache_path) == (6, None)


def test_an_engine_that_fails_at_the_end_leaves_an_error_not_a_fit_for_ever(dls):
    class Vanishing(nn.Module):
        """Its state cannot be read once it was trained."""

        def __init__(self):
            super().__init__()
            self.user_factors, self.item_factors = nn.Embedding(len(dls.users), 3), nn.Embedding(len(dls.items), 3)

        def forward(self, x):
            product = (self.user_factors(x[:, 0]) * self.item_factors(x[:, 1])).sum(1)
            if not self.training:
                del self.item_factors
            return product

    learn = cw.CollabLearner(dls, Vanishing())
    learn.start(epochs=3)
    assert learn.wait(60)
    assert learn.status == "error"
    assert "item_factors" in learn.message


def test_a_follower_that_fails_leaves_the_fit_alone(dls, caplog):
    learn = cw.collab_learner(dls, 4)
    undo = learn.session.on_change(lambda: 1 / 0)
    train(learn)
    undo()
    assert "ZeroDivisionError" in caplog.text


class Edits(RuleBasedStateMachine):
    """Edits between fits in any order; the history's last validation loss is always that of `learn.model`."""

    def __init__(self):
        super().__init__()
        self.learn = cw.collab_learner(loaders(), 4, y_range=(0, 5.5))
        self.trained = False
        self.asked = []

    @rule(epochs=st.integers(1, 2), keep_best=st.booleans())
    def fit(self, epochs, keep_best):
        over = threading.Event()
        thread = threading.Thread(target=self._ask, args=[over])
        thread.start()
        before = {name: p.detach().clone() for name, p in self.learn.model.named_parameters() if not p.requires_grad}
        try:
            self.learn.start(epochs=epochs, lr=1e-2, keep_best=keep_best)
            assert self.learn.wait(60)
        finally:
            over.set()
            thread.join()
        assert self.learn.status == "ready", self.learn.message
        for name, values in before.items():
            assert torch.equal(self.learn.model.get_parameter(name), values), f"{name} is frozen"
        self.trained = True

    def _ask(self, over):
        dls = self.learn.dls
        while not over.is_set():
            self.asked.append(self.learn.predict([dls.classes["user"][1]], [dls.classes["item"][1]]))

    @rule()
    def replace_a_table(self):
        shape = self.learn.model.i_weight.weight.shape
        self.learn.model.i_weight = cw.Embedding(*shape).to(self.learn.model.u_weight.weight.dtype)
        self.trained = False

    @rule(name=st.sampled_from(["u_weight", "i_bias"]), frozen=st.booleans())
    def freeze(self, name, frozen):
        getattr(self.learn.model, name).requires_grad_(not frozen)

    @rule(dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]))
    def cast(self, dtype):
        self.learn.model.to(dtype)
        self.trained = False

    @rule(scale=st.sampled_from([0.5, 2.0]))
    def load_state_dict(self, scale):
        self.learn.model.load_state_dict({name: value * scale for name, value in self.learn.model.state_dict().items()})
        self.trained = False

    @rule(row=st.integers(0, 20))
    def write_by_data(self, row):
        self.learn.model.u_bias.weight.data[row] += 0.5
        self.trained = False

    @rule(n=st.integers(1, 5))
    def assign(self, n):
        dls = self.learn.dls
        self.learn.model = cw.EmbeddingDotBias(n, len(dls.users), len(dls.items), (0, 5.5))
        self.trained = False

    @rule(y_range=st.sampled_from([None, (0, 5.5), (0.5, 5)]))
    def bound(self, y_range):
        self.learn.model.y_range = y_range
        self.trained = False

    @invariant()
    def what_is_shown_is_what_is_there(self):
        learn, rows = self.learn, torch.tensor([[3, 5], [4, 6]])
        names = ([learn.dls.classes[name][int(row)] for row in rows[:, at]] for at, name in enumerate(("user", "item")))
        with torch.no_grad():
            expected = learn.model(rows).float()
        np.testing.assert_allclose(learn.predict(*names), expected, rtol=1e-4, atol=1e-4)
        if self.trained:
            shown = learn.history.best if learn.snapshot.epoch < learn.epoch else learn.history.epochs[-1]
            assert shown.valid_loss == pytest.approx(plain_loss(learn), rel=1e-4)


TestEdits = Edits.TestCase
TestEdits.settings = settings(
    max_examples=20, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
