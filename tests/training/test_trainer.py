"""The autograd engine against torch's own AdamW, and a fit as an iterator of events."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from collabwidgets.models import DotProductBias
from collabwidgets.training import (
    AutogradEngine,
    BatchEnd,
    Diverged,
    EpochEnd,
    Finished,
    Recipe,
    Trainer,
    schedule_for,
)


@dataclass
class Ratings:
    train_x: torch.Tensor
    train_y: torch.Tensor
    valid_x: torch.Tensor
    valid_y: torch.Tensor
    train_w: torch.Tensor | None = None
    valid_w: torch.Tensor | None = None


def ratings(n=500, n_users=30, n_items=20, seed=0):
    g = torch.Generator().manual_seed(seed)
    x = torch.stack([torch.randint(1, n_users, (n,), generator=g), torch.randint(1, n_items, (n,), generator=g)], 1)
    y = torch.randint(1, 6, (n,), generator=g).float()
    cut = n * 4 // 5
    return Ratings(x[:cut], y[:cut], x[cut:], y[cut:])


def model(seed=1):
    return DotProductBias(30, 20, 5, (0, 5.5), generator=torch.Generator().manual_seed(seed))


def trainer(module, data, recipe, **kw):
    return Trainer(AutogradEngine(module), data, recipe, order=torch.Generator().manual_seed(7), **kw)


def test_a_fit_equals_torchs_adamw_with_the_closed_form_schedule():
    data, recipe = ratings(), Recipe(epochs=3, lr=0.02, wd=0.1, bs=64)
    ours, theirs = model(), model()
    for _ in trainer(ours, data, recipe):
        pass

    order, steps = torch.Generator().manual_seed(7), 400 // 64
    schedule = schedule_for(recipe, 3 * steps)
    optimizer = torch.optim.AdamW(theirs.parameters(), lr=1, eps=1e-5, weight_decay=0.1, foreach=False)
    for epoch in range(3):
        rows = torch.randperm(400, generator=order)
        for j in range(steps):
            step, batch = epoch * steps + j, rows[j * 64 : (j + 1) * 64]
            optimizer.param_groups[0].update(lr=schedule.lr[step], betas=(schedule.mom[step], 0.99))
            optimizer.zero_grad()
            F.mse_loss(theirs(data.train_x[batch]), data.train_y[batch]).backward()
            optimizer.step()

    for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-4, atol=1e-6)


def test_events_come_in_order_and_count_every_batch():
    events = list(trainer(model(), ratings(), Recipe(epochs=2, bs=64), epoch=3))
    batches = [e for e in events if isinstance(e, BatchEnd)]
    ends = [e for e in events if isinstance(e, EpochEnd)]
    assert sum(len(e.losses) for e in batches) == 12 == batches[-1].step == batches[-1].n_steps
    assert [(e.record.epoch, e.more) for e in ends] == [(4, True), (5, False)]
    assert events[-1] == Finished()


def test_valid_loss_is_the_exact_mean_and_train_loss_fastais_debiased_one():
    data, module = ratings(), model()
    events = list(trainer(module, data, Recipe(epochs=1, bs=32)))
    record = next(e for e in events if isinstance(e, EpochEnd)).record
    with torch.no_grad():
        expected = ((module(data.valid_x) - data.valid_y) ** 2).mean().item()
    assert record.valid_loss == pytest.approx(expected, rel=1e-5)
    assert record.rmse == pytest.approx(expected**0.5, rel=1e-5)
    mean, weight = 0.0, 0.0
    for loss in np.concatenate([e.losses for e in events if isinstance(e, BatchEnd)]):
        mean, weight = 0.98 * mean + 0.02 * float(loss), 0.98 * weight + 0.02
    assert record.train_loss == pytest.approx(mean / weight, rel=1e-5)


def test_leaving_a_fit_and_going_on_changes_nothing():
    data, recipe = ratings(), Recipe(epochs=2, bs=16)
    straight, halted = model(), model()
    list(trainer(straight, data, recipe))
    events = iter(trainer(halted, data, recipe))
    next(events)
    list(events)
    assert torch.equal(straight.item_factors.weight, halted.item_factors.weight)


def test_a_second_fit_keeps_the_moments():
    data, module = ratings(), model()
    engine = AutogradEngine(module)
    order = torch.Generator().manual_seed(0)
    list(Trainer(engine, data, Recipe(epochs=1), order=order))
    list(Trainer(engine, data, Recipe(epochs=1), order=order, epoch=1))
    steps = {int(step) for *_, step in engine._optimizer.moments.values()}
    assert steps == {12}


def test_fewer_ratings_than_a_batch_train_as_one():
    events = list(trainer(model(), ratings(50), Recipe(epochs=2, bs=64)))
    assert sum(len(e.losses) for e in events if isinstance(e, BatchEnd)) == 2


def test_without_validation_ratings_there_is_no_valid_loss():
    data = ratings()
    data.valid_x, data.valid_y = data.valid_x[:0], data.valid_y[:0]
    record = next(e for e in trainer(model(), data, Recipe(epochs=1)) if isinstance(e, EpochEnd)).record
    assert record.valid_loss is None
    assert record.rmse is None


def test_a_diverged_fit_puts_the_epochs_first_weights_back():
    data, module = ratings(), model()
    before = module.item_factors.weight.detach().clone()
    data.train_y[3] = float("inf")
    *_, last = trainer(module, data, Recipe(epochs=2, lr=0.03))
    assert isinstance(last, Diverged)
    assert last.epoch == 1
    assert 1 <= last.step <= 6
    assert torch.equal(module.item_factors.weight, before)


def test_keep_best_puts_back_the_epoch_with_the_lowest_validation_loss():
    data, module = ratings(), model()
    events = list(trainer(module, data, Recipe(epochs=12, lr=0.1, wd=0.0, keep_best=True, schedule="constant")))
    losses = [e.record.valid_loss for e in events if isinstance(e, EpochEnd)]
    best = int(np.argmin(losses))
    assert best < 11, "the case must overfit"
    assert events[-1] == Finished(best_epoch=best + 1)
    assert AutogradEngine(module).loss(data.valid_x, data.valid_y) == pytest.approx(losses[best], rel=1e-6)


def test_patience_ends_a_fit_that_no_longer_improves():
    events = list(trainer(model(), ratings(), Recipe(epochs=50, lr=0.1, wd=0.0, patience=2, schedule="constant")))
    losses = [e.record.valid_loss for e in events if isinstance(e, EpochEnd)]
    assert events[-1].early
    assert len(losses) < 50
    assert int(np.argmin(losses)) == len(losses) - 3


def test_a_wrong_shape_is_an_error_not_a_broadcast():
    class Scores(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(30, 4)

        def forward(self, x):
            return self.table(x[:, 0])

    with pytest.raises(ValueError, match=r"\[64, 4\] for 64 ratings"):
        list(trainer(Scores(), ratings(), Recipe(epochs=1)))


def test_a_column_of_predictions_trains_like_a_flat_one():
    class Column(DotProductBias):
        def forward(self, x):
            return super().forward(x).unsqueeze(1)

    flat, column = model(), Column(30, 20, 5, (0, 5.5), generator=torch.Generator().manual_seed(1))
    for module in (flat, column):
        list(trainer(module, ratings(), Recipe(epochs=1)))
    assert torch.equal(flat.item_factors.weight, column.item_factors.weight)


def test_norms_and_layer_biases_are_not_decayed_but_tables_are():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.user_bias = nn.Embedding(30, 1)
            self.norm, self.out = nn.BatchNorm1d(1), nn.Linear(1, 1)

        def forward(self, x):
            return self.out(self.norm(self.user_bias(x[:, 0])))

    few, much = Net(), Net()
    much.load_state_dict(few.state_dict())
    for net, wd in ((few, 0.0), (much, 10.0)):
        data = ratings(64)  # less than a batch is one step, whose decay alone is what the two differ in
        list(Trainer(AutogradEngine(net), data, Recipe(epochs=1, wd=wd, schedule="constant"), order=torch.Generator()))
    differ = {name for name, p in few.named_parameters() if not torch.equal(p, much.get_parameter(name))}
    assert differ == {"user_bias.weight", "out.weight"}


def test_a_module_without_parameters_says_what_a_parameter_is():
    with pytest.raises(ValueError, match=r"nn\.Parameter"):
        AutogradEngine(nn.Identity())
