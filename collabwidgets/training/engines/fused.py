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

What SVD++ and side columns add to the vectors is made as the loop goes, see `implicit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...models.dot import DotProduct, DotProductBias, EmbeddingDotBias, computes_plainly
from ...models.side_dot import SideDotBias, Term
from ...models.svdpp import SVDpp
from ..inputs import Inputs
from ..loss import LossFunction
from ..recipe import Recipe
from ..schedule import Schedule, schedule_for
from . import implicit

Floats = NDArray[np.float32]

# The modules it trains, with their own tables: factors of users and items, then biases if there are any.
_CHAPTERS, _FASTAIS = (
    ("user_factors", "item_factors", "user_bias", "item_bias"),
    ("u_weight", "i_weight", "u_bias", "i_bias"),
)
_FAMILY: dict[type[nn.Module], tuple[str, ...]] = {
    DotProduct: _CHAPTERS[:2],
    DotProductBias: _CHAPTERS,
    EmbeddingDotBias: _FASTAIS,
    SideDotBias: _FASTAIS,
    SVDpp: _FASTAIS,
}

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
    columns : int
        Of the widest block, or more.
    *blocks : lists of nn.Parameter
        They are stacked in this order. The parameters of a block, factors and a bias if there is one, have the same
        number of rows and are joined column by column.

    Attributes
    ----------
    common : float32 [1, 3, width]
        A row with its moments that has yet to be added to each of the others, see `implicit`.
    """

    def __init__(self, columns: int, *blocks: list[nn.Parameter]):
        self.blocks = blocks
        n, width = sum(len(block[0]) for block in blocks), -(-columns // _LANES) * _LANES
        self.packed, self.common = np.zeros((n, 3, width), np.float32), np.zeros((1, 3, width), np.float32)
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
        from . import fused_loop

        if self.over is not None:
            fused_loop.catch_up_all(self.packed, self.last, self.step, self.over)
            self.common[0, 0] = 0
            self.steps_before += self.step
            self.over, self.step = None, 0

    def sync(self) -> None:
        """Write the weights into the module. Sleeping rows stay as they are: looking must not change the training."""
        from . import fused_loop

        if self.over is None:
            self._read()
            return
        fused_loop.weights_now(self.packed, self.last, self.step, self.over, self.weights)
        self.weights += self.common[0, 0]
        for p, here in self._placed():
            p.detach().numpy()[:] = self.weights[here]

    def reread(self) -> None:
        """Go on with the fit from the module's weights, after `sync`."""
        from . import fused_loop

        assert self.over is not None
        fused_loop.catch_up_all(self.packed, self.last, self.step, self.over)
        self.common[0, 0] = 0
        self._read()

    def forget(self) -> None:
        """The module has other weights: begin with new moments."""
        self.packed[:, 1:] = self.common[:] = 0
        self.over, self.step, self.steps_before = None, 0, 0

    def _read(self) -> None:
        for p, here in self._placed():
            self.weights[here] = p.detach().numpy()
        self.packed[:, 0] = self.weights
        self.last[:] = self.step

    def _placed(self) -> Iterator[tuple[nn.Parameter, tuple[slice, slice]]]:
        """Each parameter, and where it stands in `weights`."""
        row = 0
        for block in self.blocks:
            column = 0
            for p in block:
                yield p, (slice(row, row + len(p)), slice(column, column + p.shape[1]))
                column += p.shape[1]
            row += len(block[0])


class FusedEngine:
    """Trains `DotProduct`, `DotProductBias`, `EmbeddingDotBias`, `SideDotBias` or `SVDpp` on the CPU.

    Parameters
    ----------
    module : nn.Module

    Raises
    ------
    ValueError
        For a module that it cannot train, see `why_not_fused`.
    """

    name = "fused"
    loss_func: LossFunction | None = None

    def __init__(self, module: nn.Module):
        if reason := why_not_fused(module):
            raise ValueError(f"the fused engine cannot train this module: {reason}; use engine='autograd'")
        self.module = module
        own, self._terms = _own_tables(module), _terms_of(module)
        k, biased = own[0].shape[1], len(own) > 2
        low, high = getattr(module, "y_range", None) or (0.0, 0.0)
        self._shape = (k, biased, float(low), float(high))
        self._users, self._items = self._sides = [Tables(k + biased, own[side::2]) for side in range(2)]
        summed = self._terms if any(self._terms) else []
        self._sums = [Tables(k + biased, *map(_parameters, terms)) for terms in summed]
        self._loop = "train_implicit" if self._sums else "train"
        self._take_sums()

    @property
    def compiled(self) -> bool:
        """Whether there is compiled code, in memory or on disk; else the first batch waits some seconds for it."""
        return is_compiled(self._loop)

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
        self._x, self._y, self._weights = x, y, weights
        self._adamw = (recipe.wd, recipe.sqr_mom, recipe.eps)
        self._begin(self._sides, schedule, self._adamw)
        if self._sums:
            self._window, seldom, self._sums_adamw = implicit.by_windows(len(y), recipe, schedule)
            self._begin(self._sums, seldom, self._sums_adamw)
            self._take_sums()

    def _begin(self, several: list[Tables], schedule: Schedule, adamw: tuple[float, float, float]) -> None:
        for tables in several:
            tables.finish()
        over = schedule_table(schedule, *adamw, several[0].steps_before)
        for tables in several:
            tables.begin(over)

    def _take_sums(self) -> None:
        """What the loop adds to the users and to the items; no row has been used yet."""
        self._parts = [
            implicit.part(terms, tables, len(side.last))
            for terms, tables, side in zip(self._terms, self._sums, self._sides, strict=False)
        ]

    def run(self, rows: Tensor, bs: int, step: int) -> Floats:
        from . import fused_loop

        losses, picked = np.empty(len(rows) // bs, np.float32), rows.numpy()
        # By NumPy: torch gathers on all threads, which wait for each other on a busy machine.
        x, y, weights = self._x.numpy()[picked], self._y.numpy()[picked], _one_each(self._weights, len(picked), picked)
        sides = [each for side in self._sides for each in (side.packed, side.last)]
        sums = (self._window, *self._parts, self._sums[0].over, self._sums_adamw) if self._sums else ()
        loop = getattr(fused_loop, self._loop)
        loop(x, y, weights, bs, step, *sides, *self._shape, self._users.over, self._adamw, *sums, losses)
        for side in self._sides:
            side.step = step + len(losses)
        for tables in self._sums:
            tables.step = self._users.step // self._window
        return losses

    def loss(self, x: Inputs, y: Tensor, weights: Tensor | None = None) -> float:
        from . import fused_loop

        assert isinstance(x, Tensor), "no compiled loop takes a context"
        self.sync()
        vectors = [side.weights for side in self._sides]
        if self._sums:
            vectors = [own + implicit.added(part) for own, part in zip(vectors, self._parts, strict=True)]
        of = (x.numpy(), y.numpy(), _one_each(weights, len(y)))
        return float(fused_loop.mean_squared_error(*of, *vectors, *self._shape))

    def sync(self) -> None:
        for tables in (*self._sides, *self._sums):
            tables.sync()

    def reread(self) -> None:
        from . import fused_loop

        for tables in (*self._sides, *self._sums):
            tables.reread()
        for part in self._parts:
            fused_loop.add_up(part, part.used[: part.n_used[0]])

    def forget(self) -> None:
        for tables in (*self._sides, *self._sums):
            tables.forget()


def why_not_fused(module: nn.Module) -> str:
    """Why no compiled loop can train `module`, in a few words; empty if one can."""
    if _kind(module) is None:
        return f"{type(module).__name__} is not of the dot-product family"
    if not computes_plainly(module):
        return "its forward is changed, or its tables are no plain embeddings"
    own, terms = _own_tables(module), _terms_of(module)
    sides = [[own[side::2], *map(_parameters, terms[side])] for side in range(2)]
    if sorted(map(id, module.parameters())) != sorted(id(p) for blocks in sides for block in blocks for p in block):
        return "its parameters are others than its tables, or two tables are one"
    k, rows = own[0].shape[1], [len(p) for p in own[:2]]
    blocks_fit = all(
        p.shape == (len(block[0]), columns)
        for blocks in sides
        for block in blocks
        for p, columns in zip(block, (k, 1), strict=False)
    )
    terms_fit = all(
        term.there.shape == (n, len(term.factors.weight))
        for n, added in zip(rows, terms, strict=True)
        for term in added
    )
    if not (blocks_fit and terms_fit):
        return "its tables do not fit each other"
    if any(p.dtype != torch.float32 or p.device.type != "cpu" for p in module.parameters()):
        return "it trains float32 tables on the CPU"
    if not all(p.requires_grad for p in module.parameters()):
        return "some of its tables are frozen"
    return "" if find_spec("numba") else "numba is not installed"


def _kind(module: nn.Module) -> type[nn.Module] | None:
    """The class of the family by which a module computes; None if it does not."""
    kind = next((each for each in type(module).__mro__ if each in _FAMILY), None)
    methods = ("forward", "effective", "terms")
    return kind if all(getattr(type(module), name, None) is getattr(kind, name, None) for name in methods) else None


def _own_tables(module: nn.Module) -> list[nn.Parameter]:
    kind = _kind(module)
    assert kind is not None
    return [module.get_parameter(f"{name}.weight") for name in _FAMILY[kind]]


def _terms_of(module: nn.Module) -> list[list[Term]]:
    """What is added to the users, and to the items."""
    return [module.terms(side) if isinstance(module, SideDotBias) else [] for side in "ui"]


def _parameters(term: Term) -> list[nn.Parameter]:
    return [table.get_parameter("weight") for table in (term.factors, term.bias) if table is not None]


def _one_each(weights: Tensor | None, n: int, picked: NDArray[np.int64] | slice = slice(None)) -> Floats:
    """The weights of the `n` picked ratings, which all are 1 where there are none."""
    return np.ones(n, np.float32) if weights is None else weights.numpy()[picked]


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
