"""The engine for any module: torch's autograd and AdamW, batches sliced from tensors, one thread for small steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.adamw import adamw

from ..inputs import Inputs, called
from ..loss import LossFunction, loss_of
from ..metrics import predictions
from ..recipe import Recipe
from ..schedule import Schedule

_MANY = 8192  # ratings a step from which a second thread begins to pay
_NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.modules.instancenorm._InstanceNorm)


class AutogradEngine:
    """Trains any ``nn.Module`` that maps ``x`` int64 ``[bs, 2]`` to predictions ``[bs]``.

    One whose ``forward`` has a second argument gets the context float32 ``[bs, c]`` by it.

    Parameters
    ----------
    module : nn.Module
    device : str or torch.device, optional
        Where to train; by default where the module is.
    loss_func : callable, optional
        ``(predictions [bs], ratings [bs]) -> scalar``; the mean squared error by default.
    """

    name = "autograd"
    compiled = True

    def __init__(
        self,
        module: nn.Module,
        device: str | torch.device | None = None,
        loss_func: LossFunction | None = None,
    ):
        first = next(module.parameters(), None)
        if first is None:
            raise ValueError(
                f"{type(module).__name__} has no parameters to train; a tensor attribute is none, an nn.Parameter is"
            )
        self.module = module.to(device) if device is not None else module
        self.loss_func = loss_func
        self.device = torch.device(device) if device is not None else first.device
        self._optimizer: AdamW | None = None

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        self._x, self._y = x.to(self.device), y.to(self.device)
        self._weights = None if weights is None else weights.to(self.device)
        self._schedule, self._recipe = schedule, recipe
        if not any(p.requires_grad for p in self.module.parameters()):
            raise ValueError("all parameters of the module are frozen; unfreeze some by requires_grad_(True)")
        if self._optimizer is None:
            self._optimizer = AdamW(_decayed_and_spared(self.module))

    def run(self, rows: Tensor, bs: int, step: int) -> NDArray[np.float32]:
        assert self._optimizer is not None, "begin() comes before run()"
        optimizer, recipe, k = self._optimizer, self._recipe, len(rows) // bs
        rows = rows.to(self.device)
        losses = torch.empty(k, device=self.device)
        self.module.train()
        with _threads_for(bs):
            for i in range(k):
                lr, mom = float(self._schedule.lr[step + i]), float(self._schedule.mom[step + i])
                batch = rows[i * bs : (i + 1) * bs]
                weights = None if self._weights is None else self._weights[batch]
                loss = loss_of(called(self.module, self._x[batch]), self._y[batch], self.loss_func, weights)
                if not loss.requires_grad:
                    raise ValueError(
                        f"the loss does not depend on the parameters of {type(self.module).__name__}: detach(), "
                        "numpy() or whole numbers cut it off; use torch's operations on floats in forward and loss_func"
                    )
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step(lr, (mom, recipe.sqr_mom), recipe.eps, (recipe.wd, 0.0))
                losses[i] = loss.detach()
        return losses.cpu().numpy()

    def loss(self, x: Inputs, y: Tensor, weights: Tensor | None = None) -> float:
        return mean_loss(self.module, x, y, self.loss_func, weights)

    def sync(self) -> None:
        """Nothing to do: the module is what is trained."""

    reread = sync

    def forget(self) -> None:
        if self._optimizer is not None:
            self._optimizer.moments.clear()


def mean_loss(
    module: nn.Module,
    x: Inputs,
    y: Tensor,
    loss_func: LossFunction | None = None,
    weights: Tensor | None = None,
) -> float:
    """Mean loss over the ratings ``x``, int64 ``[n, 2]`` or with a context, and ``y`` float32 ``[n]``, on any device.

    Weighted by `weights` float32 ``[n]`` where there are any.
    """
    device = next(module.parameters()).device
    with torch.no_grad(), _threads_for(len(y)):
        predicted, w = predictions(module, x).to(device), None if weights is None else weights.to(device)
        return float(loss_of(predicted, y.to(device, copy=True), loss_func, w))  # it may be computed in place


def _decayed_and_spared(module: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Two groups as fastai has them: norms and layers' own ``bias`` are not decayed, all else is."""
    spared = {
        id(p)
        for part in module.modules()
        for p in (part.parameters(recurse=False) if isinstance(part, _NORMS) else [getattr(part, "bias", None)])
        if isinstance(p, nn.Parameter)
    }
    parameters = [p for p in module.parameters() if p.requires_grad]
    return [p for p in parameters if id(p) not in spared], [p for p in parameters if id(p) in spared]


@contextmanager
def _threads_for(ratings: int) -> Iterator[None]:
    """One thread for small steps: OpenMP's barriers cost more than the arithmetic, much more on a busy machine."""
    before = torch.get_num_threads()
    if ratings >= _MANY or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class AdamW:
    """Takes the steps that ``torch.optim.AdamW`` takes, with its fused kernel where all parameters have one.

    The first use of torch's own optimizers imports torch._dynamo, which is 800 modules, and more than a second in which
    nothing trains.

    Parameters
    ----------
    groups : sequence of sequences of nn.Parameter
        Each group has its own weight decay.
    """

    def __init__(self, groups: Sequence[Sequence[nn.Parameter]]):
        self.groups = [list(group) for group in groups]
        # Of each parameter: the running means of the gradient and of its square, and its steps.
        self.moments: dict[Tensor, tuple[Tensor, Tensor, Tensor]] = {}
        self._fused = all(
            p.is_floating_point() and p.device.type in ("cpu", "cuda") for group in self.groups for p in group
        )

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.groups:
            for p in group:
                p.grad = None

    @torch.no_grad()
    def step(self, lr: float, betas: tuple[float, float], eps: float, wds: Sequence[float]) -> None:
        """Move every parameter that has a gradient; `wds` is the weight decay of each group.

        Raises RuntimeError where a gradient is sparse.
        """
        for group, wd in zip(self.groups, wds, strict=True):
            moved: list[Tensor] = [p for p in group if p.grad is not None]
            if not moved:
                continue
            grads = [p.grad for p in moved if p.grad is not None]
            if any(grad.is_sparse for grad in grads):
                raise RuntimeError("AdamW does not support sparse gradients; make the embedding with sparse=False")
            means, squares, steps = (list(each) for each in zip(*map(self._moments_of, moved), strict=True))
            adamw(
                moved,
                grads,
                means,
                squares,
                [],
                steps,
                fused=self._fused,
                has_complex=any(p.is_complex() for p in moved),
                amsgrad=False,
                beta1=betas[0],
                beta2=betas[1],
                lr=lr,
                weight_decay=wd,
                eps=eps,
                maximize=False,
            )

    def _moments_of(self, p: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if p not in self.moments:
            # The fused kernel counts beside the parameter, the others on the CPU.
            step = torch.zeros((), dtype=torch.float32, device=p.device if self._fused else "cpu")
            self.moments[p] = torch.zeros_like(p), torch.zeros_like(p), step
        return self.moments[p]
