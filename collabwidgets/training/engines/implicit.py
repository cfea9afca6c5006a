"""The engine for SVD++ on the CPU: the fused engine's loop, with the sums over what was rated made as it goes.

A batch makes the sums of its own rows alone, by one list of neighbours a row, and hands their gradients back by the
same lists to the implicit tables. Nearly every row of those has a gradient, so all of them take a step of the same
AdamW: at every batch, as by `AutogradEngine`, up to a million ratings.

With more ratings a pass over them at every batch takes too long. The implicit tables then stand still for a window of
batches and take one step by its mean gradient; factors and biases move at every batch as before. For steps ``w`` times
as seldom, lr and wd are ``sqrt(w)`` times as large, as in `Recipe.for_batches_of`. The averages of AdamW forget as much
a step as in batches of 64: the rows that are added up move together, and when they also follow each gradient at once
the fit overshoots. An epoch has at least 128 windows, and a window's decay is at most a half. Gradients of a window
that is cut short by the end of a fit are dropped.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from torch import Tensor, nn

from ...models.svdpp import SVDpp
from ..inputs import Inputs
from ..recipe import CHAPTERS_BS, Recipe
from ..schedule import Schedule
from .fused import Family, Floats, FusedEngine, Tables, schedule_table

if TYPE_CHECKING:
    from .fused_loop import Implicit

_EXACT = 1_000_000  # ratings up to which the implicit tables move at every batch
_WINDOWS = 128  # in an epoch, with more ratings


class ImplicitEngine(FusedEngine):
    """Trains `SVDpp` on the CPU.

    Parameters
    ----------
    module : SVDpp

    Raises
    ------
    ValueError
        For a module that it cannot train, see `why_not`.
    """

    module: SVDpp
    loop: ClassVar[str] = "train_implicit"
    family: ClassVar[Family] = ((SVDpp, ("u_weight", "i_weight", "u_bias", "i_bias", "u_implicit", "i_implicit")),)

    def __init__(self, module: nn.Module):
        super().__init__(module)
        # What is added to the users is a table of the items, and the other way round.
        self._of_users = Tables([module.get_parameter("i_implicit.weight")])
        self._of_items = Tables([module.get_parameter("u_implicit.weight")])
        self._tables += [self._of_users, self._of_items]
        self._parts = self._new_parts()

    @classmethod
    def why_not(cls, module: nn.Module) -> str:
        if reason := super().why_not(module):
            return reason
        assert isinstance(module, SVDpp)
        if type(module).effective is not SVDpp.effective or "effective" in vars(module):
            return f"{type(module).__name__} has an effective() of its own"
        rated, rows = module._rated_by_user, (len(module.u_weight.weight), len(module.i_weight.weight))
        return "" if rated.shape == rows else "its tables do not fit each other"

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        super().begin(x, y, recipe, schedule, weights)
        w = self._window = window_of(len(y), recipe)
        slower = CHAPTERS_BS / recipe.bs if w > 1 and recipe.rescale else 1.0  # undoes what `rescale` does to the betas
        seldom = Schedule(schedule.lr[w - 1 :: w] * math.sqrt(w), schedule.mom[w - 1 :: w] ** slower)
        self._adamw = (recipe.wd * math.sqrt(w), recipe.sqr_mom**slower, recipe.eps)
        over = schedule_table(seldom, *self._adamw, self._of_users.steps_before)
        for tables in (self._of_users, self._of_items):
            tables.begin(over)
        self._parts = self._new_parts()

    def run(self, rows: Tensor, bs: int, step: int) -> Floats:
        from . import fused_loop

        users, items, recipe = self._users, self._items, self._recipe
        k, _, low, high = self._shape
        losses = np.empty(len(rows) // bs, np.float32)
        fused_loop.train_implicit(
            *self._batches(rows, bs, step),
            k,
            low,
            high,
            users.over,
            (recipe.wd, recipe.sqr_mom, recipe.eps),
            self._window,
            *self._parts,
            self._of_users.over,
            self._adamw,
            losses,
        )
        users.step = items.step = step + len(losses)
        self._of_users.step = self._of_items.step = users.step // self._window
        return losses

    def reread(self) -> None:
        from . import fused_loop

        super().reread()
        for part in self._parts:
            fused_loop.add_up(part, part.used[: part.n_used[0]])

    def _vectors(self) -> tuple[Floats, Floats]:
        from . import fused_loop

        vectors = []
        for side, part in zip((self._users, self._items), self._parts, strict=True):
            fused_loop.add_up(part, np.arange(len(part.sums)))
            whole, k = side.weights.copy(), self._shape[0]
            whole[:, :k] += part.sums[:, :k]
            vectors.append(whole)
        return vectors[0], vectors[1]

    def _new_parts(self) -> tuple[Implicit, Implicit]:
        """What the loop adds to the users and to the items; no row has been used yet."""
        from .fused_loop import Implicit

        module = self.module
        parts = []
        for matrix, tables in ((module._rated_by_user, self._of_users), (module._raters_of_item, self._of_items)):
            shape = (matrix.shape[0], tables.weights.shape[1])
            parts.append(
                Implicit(
                    starts=matrix.crow_indices().numpy(),
                    columns=matrix.col_indices().numpy(),
                    shares=matrix.values().numpy(),
                    packed=tables.packed,
                    last=tables.last,
                    weights=tables.weights,
                    sums=np.zeros(shape, np.float32),
                    grads=np.zeros(shape, np.float32),
                    window=np.full(len(matrix), -1, np.int64),
                    used=np.zeros(len(matrix), np.int64),
                    n_used=np.zeros(1, np.int64),
                )
            )
        return parts[0], parts[1]


def window_of(n_ratings: int, recipe: Recipe) -> int:
    """Batches after which the implicit tables take a step."""
    if n_ratings <= _EXACT:
        return 1
    longest = n_ratings // recipe.bs // _WINDOWS
    decay = recipe.lr * recipe.wd  # of a batch, at most
    return max(1, longest if decay == 0 else min(longest, int(0.5 / decay)))
