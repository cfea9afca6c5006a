"""The engine for the dot-product family on the CPU: one compiled loop a batch that touches only the batch's rows.

It is no other algorithm than `AutogradEngine`'s. AdamW moves every row at every step, also those without a gradient;
how a row moves while it sleeps depends on the schedule alone, so that a row is brought up to date in one formula when
it is next used. With ``p``, ``m``, ``v`` a weight and its moments after step ``l``, its last with a gradient, then
after step ``t``

    p_t = D_t / D_l * (p_l - (H_l - R_{l+1} ... R_t * H_t) * m_l / (sqrt(v_l) + e))

where ``D`` is the product of ``1 - lr * wd``, ``R_s = mom_s / sqrt(b2) / (1 - lr_s * wd)``,
``A_s = lr_s * sqrt(1 - b2^s) / (1 - mom_s^s)`` and ``H_l = R_{l+1} * (A_{l+1} + H_{l+1})``, made once a fit, backwards.
Only eps is approximated. Against ``sqrt(v)``, which shrinks while the row sleeps, it grows, so ``e`` is its mean over
the steps slept through, weighted as they move the row: that is exact where eps is small against ``sqrt(v)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...models.dot import DotProduct, DotProductBias, EmbeddingDotBias, computes_plainly
from ..inputs import Inputs
from ..loss import LossFunction
from ..recipe import Recipe
from ..schedule import Schedule, schedule_for

Floats = NDArray[np.float32]

# Classes of modules, with the names of their tables.
Family = tuple[tuple[type[nn.Module], tuple[str, ...]], ...]

_LANES = 8  # columns are padded to a multiple of what a processor takes at once


def is_compiled(loop: str = "train") -> bool:
    """Whether there is compiled code of a loop of `fused_loop`, in memory or on disk."""
    from . import fused_loop

    function = getattr(fused_loop, loop)
    folder = function.stats.cache_path
    return bool(function.signatures) or (folder is not None and any(Path(folder).glob(f"fused_loop.{loop}-*.nbi")))


def compile_now() -> None:
    """Compile, or load what was compiled before, by training a few numbers: some seconds, once."""
    engine, recipe = FusedEngine(DotProduct(2, 2, 1)), Recipe(bs=1)
    x, y = torch.ones((1, 2), dtype=torch.int64), torch.ones(1)
    for _ in range(2):
        engine.begin(x, y, recipe, schedule_for(recipe, 1))
        engine.run(torch.zeros(1, dtype=torch.int64), 1, 0)
    engine.loss(x, y)


class Tables:
    """Parameters packed into one array for the compiled loops (see `fused_loop`), with the step that each row is at.

    Parameters
    ----------
    blocks : lists of nn.Parameter
        They are stacked in this order. The parameters of a block, factors and a bias if there is one, have the same
        number of rows and are joined column by column.
    """

    def __init__(self, *blocks: list[nn.Parameter]):
        self.blocks = blocks
        n, columns = sum(len(block[0]) for block in blocks), max(map(_columns, blocks), default=0)
        width = -(-columns // _LANES) * _LANES
        self.packed = np.zeros((n, 3, width), np.float32)
        self.last = np.zeros(n, np.int64)  # the step after which a row is as it stands in `packed`
        self.weights = np.zeros((n, width), np.float32)  # all rows after the same step
        self.over: NDArray[np.float64] | None = None  # the fit's schedule; None between fits
        self.step, self.steps_before = 0, 0  # of this fit, and of those before it

    def begin(self, over: NDArray[np.float64]) -> None:
        """A fit starts from the module's weights; `finish` has been called."""
        self.over = over
        self._read()

    def finish(self) -> None:
        """The last fit is over, even if it was left early: its steps count for the next one's debiasing."""
        if self.over is not None:
            self._catch_up(self.over)
            self.steps_before += self.step
            self.over, self.step = None, 0

    def sync(self) -> None:
        """Give the module its weights."""
        if self.over is None:
            self._read()
            return
        self._look(self.over)
        self._write()

    def restore(self, weights: Floats) -> None:
        """Give the module these weights, and begin with new moments."""
        self.weights[:] = weights
        self.packed[:, 1:] = 0
        self._write()
        self.over, self.step, self.steps_before = None, 0, 0

    def _look(self, over: NDArray[np.float64]) -> None:
        """Fill `weights`. Sleeping rows go on sleeping: what is looked at must not depend on who looks."""
        from . import fused_loop

        fused_loop.weights_now(self.packed, self.last, self.step, over, self.weights)

    def _catch_up(self, over: NDArray[np.float64]) -> None:
        from . import fused_loop

        fused_loop.catch_up_all(self.packed, self.last, self.step, over)

    def _read(self) -> None:
        for p, here in self._placed():
            self.weights[here] = p.detach().numpy()
        self.packed[:, 0] = self.weights
        self.last[:] = 0

    def _write(self) -> None:
        for p, here in self._placed():
            p.detach().numpy()[:] = self.weights[here]

    def _placed(self) -> Iterator[tuple[nn.Parameter, tuple[slice, slice]]]:
        """Each parameter, and where it stands in `weights`."""
        row = 0
        for block in self.blocks:
            column = 0
            for p in block:
                yield p, (slice(row, row + len(p)), slice(column, column + p.shape[1]))
                column += p.shape[1]
            row += len(block[0])


def _columns(block: list[nn.Parameter]) -> int:
    return sum(p.shape[1] for p in block)


class FusedEngine:
    """Trains `DotProduct`, `DotProductBias` or `EmbeddingDotBias` on the CPU.

    Parameters
    ----------
    module : nn.Module

    Raises
    ------
    ValueError
        For a module that it cannot train, see `why_not`.
    """

    name = "fused"
    loop: ClassVar[str] = "train"  # of `fused_loop`
    loss_func: LossFunction | None = None
    # What it trains, and the tables of each: the users' and the items' factors, then their biases if there are any.
    family: ClassVar[Family] = (
        (DotProduct, ("user_factors", "item_factors")),
        (DotProductBias, ("user_factors", "item_factors", "user_bias", "item_bias")),
        (EmbeddingDotBias, ("u_weight", "i_weight", "u_bias", "i_bias")),
    )

    def __init__(self, module: nn.Module):
        if reason := self.why_not(module):
            raise ValueError(f"the fused engine cannot train this module: {reason}; use engine='autograd'")
        self.module = module
        parameters = [module.get_parameter(f"{name}.weight") for name in _tables_of(module, self.family)]
        self._users, self._items = Tables(parameters[0:4:2]), Tables(parameters[1:4:2])
        self._tables = [self._users, self._items]
        low, high = getattr(module, "y_range", None) or (0.0, 0.0)
        self._shape = (parameters[0].shape[1], len(parameters) >= 4, float(low), float(high))

    @classmethod
    def why_not(cls, module: nn.Module) -> str:
        """Why this engine cannot train `module`, in a few words; empty if it can."""
        names = _tables_of(module, cls.family)
        if not names:
            return f"{type(module).__name__} is not of the dot-product family"
        if not computes_plainly(module, names) or any(_is_special(module.get_submodule(name)) for name in names):
            return "its forward is changed, or its tables are no plain embeddings"
        if not _fit_each_other([module.get_parameter(f"{name}.weight") for name in names]):
            return "its tables do not fit each other"
        if any(p.dtype != torch.float32 or p.device.type != "cpu" for p in module.parameters()):
            return "it trains float32 tables on the CPU"
        if not all(p.requires_grad for p in module.parameters()):
            return "some of its tables are frozen"
        return "" if find_spec("numba") else "numba is not installed"

    @property
    def compiled(self) -> bool:
        """Whether there is compiled code, in memory or on disk; else the first batch waits some seconds for it."""
        return is_compiled(self.loop)

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        if max(schedule.mom) >= np.sqrt(recipe.sqr_mom):
            raise ValueError(
                f"the fused engine needs momenta below the root of sqr_mom, {np.sqrt(recipe.sqr_mom):.4f}; "
                f"found {max(schedule.mom):g}: use engine='autograd'"
            )
        assert isinstance(x, Tensor), "no compiled loop takes a context"
        rows = (len(self._users.last), len(self._items.last))
        if len(x) and any(int(last) >= n for last, n in zip(x.amax(dim=0), rows, strict=True)):
            raise IndexError(f"the ratings name rows beyond the {rows[0]} users and {rows[1]} items of the tables")
        self._x, self._y, self._weights = x, y, _as_loops_take_them(weights)
        self._recipe = recipe
        for tables in self._tables:
            tables.finish()
        over = schedule_table(schedule, recipe.wd, recipe.sqr_mom, recipe.eps, self._users.steps_before)
        for side in (self._users, self._items):
            side.begin(over)

    def run(self, rows: Tensor, bs: int, step: int) -> Floats:
        from . import fused_loop

        recipe, losses = self._recipe, np.empty(len(rows) // bs, np.float32)
        adamw = (recipe.wd, recipe.sqr_mom, recipe.eps)
        fused_loop.train(*self._batches(rows, bs, step), *self._shape, self._users.over, *adamw, losses)
        self._users.step = self._items.step = step + len(losses)
        return losses

    def _batches(self, rows: Tensor, bs: int, step: int) -> tuple[Any, ...]:
        """What each loop takes first: these ratings and weights, where the batches begin, and both sides' tables."""
        users, items = self._users, self._items
        picked = rows.numpy()  # by NumPy: torch gathers on all threads, which wait for each other on a busy machine
        x, y = self._x.numpy()[picked], self._y.numpy()[picked]
        weights = self._weights[picked] if len(self._weights) else self._weights
        return x, y, weights, bs, step, users.packed, users.last, items.packed, items.last

    def loss(self, x: Inputs, y: Tensor, weights: Tensor | None = None) -> float:
        from . import fused_loop

        assert isinstance(x, Tensor), "no compiled loop takes a context"
        self.sync()
        users, items = self._vectors()
        of = (x.numpy(), y.numpy(), _as_loops_take_them(weights))
        return float(fused_loop.mean_squared_error(*of, users, items, *self._shape))

    def _vectors(self) -> tuple[Floats, Floats]:
        """The users' and the items' rows as the product sees them, each with its bias; `sync` has been called."""
        return self._users.weights, self._items.weights

    def sync(self) -> None:
        for tables in self._tables:
            tables.sync()

    def state(self) -> list[Floats]:
        self.sync()
        return [tables.weights.copy() for tables in self._tables]

    def restore(self, state: list[Floats]) -> None:
        for tables, weights in zip(self._tables, state, strict=True):
            tables.restore(weights)


def _as_loops_take_them(weights: Tensor | None) -> Floats:
    """Weights of ratings, an empty array where there are none."""
    return np.empty(0, np.float32) if weights is None else weights.numpy()


def _tables_of(module: nn.Module, family: Family) -> tuple[str, ...]:
    for member, names in family:
        same_forward = type(module).forward is member.forward
        if same_forward and {name for name, _ in module.named_parameters()} == {f"{name}.weight" for name in names}:
            return names
    return ()


def _is_special(part: nn.Module) -> bool:
    """Whether an embedding has gradients of another kind."""
    return part.padding_idx is not None or bool(part.scale_grad_by_freq or part.sparse)


def _fit_each_other(tables: list[nn.Parameter]) -> bool:
    """Whether all factors have as many columns as the first, and a side's tables as many rows as its factors."""
    columns = [tables[0].shape[1]] * 2 + [1, 1]
    rows = [len(tables[0]), len(tables[1])] * 2
    return all(p.shape == (n, k) for p, n, k in zip(tables, rows, columns, strict=False))


def schedule_table(schedule: Schedule, wd: float, sqr_mom: float, eps: float, steps_before: int) -> NDArray[np.float64]:
    """What the compiled loop needs to know of the schedule, float64 ``[n_steps + 1, 9]``, columns as it names them.

    Row ``s`` belongs to the time after step ``s`` of the fit: learning rate and momentum of that step, ``H``, ``H``
    with eps in it, the product of ``1 - lr * wd`` up to it, the logarithm of that of the momenta, the root of what
    ``s`` steps leave of a second moment, the root of the debiasing of second moments, and the learning rate with both
    debiasings in it.
    """
    from . import fused_loop

    over = np.zeros((len(schedule) + 1, 9))
    fused_loop.fill_schedule(over, schedule.lr, schedule.mom, wd, sqr_mom, eps, steps_before)
    return over
