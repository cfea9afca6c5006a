"""AdamW as torch has it, without torch.optim.Optimizer: the first use of that imports torch._dynamo, which is 800
modules, and more than a second in which nothing trains."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw


class AdamW:
    """Takes the steps that ``torch.optim.AdamW`` takes, with its fused kernel where all parameters have one.

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
