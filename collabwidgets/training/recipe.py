"""How to train: everything a fit needs besides the model and the data, checked at the door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..known_names import nearest_name

SCHEDULES = ("one_cycle", "constant")
MOST_FACTORS = 1024
CHAPTERS_BS = 64  # the batch that `rescale` takes lr and wd to be meant for

# name: (type, lowest, highest). One table serves the recipe, the panel's fields and the commands of a page.
LIMITS: Mapping[str, tuple[type, float, float]] = {
    "epochs": (int, 1, 1000),
    "lr": (float, 1e-8, 10.0),
    "wd": (float, 0.0, 100.0),
    "bs": (int, 1, 1 << 20),
    "seed": (int, 0, (1 << 32) - 1),
    "patience": (int, 0, 1000),
}


@dataclass(frozen=True)
class Recipe:
    """A fit's settings.

    Parameters
    ----------
    epochs : int
        Passes over the training ratings.
    lr : float
        Learning rate; with ``schedule="one_cycle"`` the highest of the cycle.
    wd : float
        Weight decay, decoupled: each step multiplies a weight by ``1 - lr * wd``.
    schedule : {"one_cycle", "constant"}
    bs : int
        Ratings a batch.
    seed : int
        Fixes the starting weights and the order of the batches.
    patience : int
        Stop when the validation loss has not improved for so many epochs; 0 never stops early.
    keep_best : bool
        At the end put back the weights of the epoch with the lowest validation loss.
    rescale : bool
        Take the settings to be meant for batches of 64, and train batches of `bs` by `rescaled` ones. On
        MovieLens 100K bs 512 and 1024 then end within 0.001 of bs 64 in validation MSE, without it up to 0.004 and
        0.016 off. What it costs: with fewer than about fifty steps an epoch the end is no longer the same (bs 4096:
        up to 0.007 off).
    pct_start, div, div_final, moms
        Shape of the cycle, as in fastai's ``fit_one_cycle``.
    mom
        Momentum of a constant schedule, fastai's for Adam.
    sqr_mom, eps
        Second moment's decay and the denominator's addend of AdamW, as in fastai's ``Adam``.
    """

    epochs: int = 5
    lr: float = 5e-3
    wd: float = 0.1
    schedule: str = "one_cycle"
    bs: int = 64
    seed: int = 42
    patience: int = 0
    keep_best: bool = False
    rescale: bool = False
    pct_start: float = field(default=0.25, repr=False)
    div: float = field(default=25.0, repr=False)
    div_final: float = field(default=1e5, repr=False)
    moms: tuple[float, float, float] = field(default=(0.95, 0.85, 0.95), repr=False)
    mom: float = field(default=0.9, repr=False)
    sqr_mom: float = field(default=0.99, repr=False)
    eps: float = field(default=1e-5, repr=False)

    def __post_init__(self) -> None:
        for name in LIMITS:
            object.__setattr__(self, name, checked_setting(name, getattr(self, name)))
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule={self.schedule!r} is not known; choose one of {', '.join(SCHEDULES)}")
        for name in ("keep_best", "rescale"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name}={getattr(self, name)!r} is not True or False")

    def changed(self, **settings: Any) -> Recipe:
        """A copy with the given settings; those that are ``None`` stay as they are."""
        known = [f.name for f in fields(self)]
        for name in settings:
            if name not in known:
                raise TypeError(f"a recipe has no setting {name!r}. {nearest_name(name, known)}")
        return replace(self, **{name: value for name, value in settings.items() if value is not None})

    def for_batches_of(self, bs: int) -> Recipe:
        """This recipe, or with `rescale` the one that trains batches of `bs` as these settings train batches of 64.

        With ``r = bs / 64`` an epoch has ``1 / r`` as many steps. The learning rate grows by ``sqrt(r)``, the averages
        of Adam forget as much per rating as before (``beta ** r``), eps shrinks by ``sqrt(r)`` (Malladi, Lyu,
        Panigrahi and Arora 2022, "On the SDEs and scaling rules for adaptive gradient algorithms", section 5, to
        first order in ``1 - beta``), and the decay grows by ``sqrt(r)``, so that ``lr * wd * steps`` stays.

        Raises
        ------
        ValueError
            When lr or wd would be out of range; the sentence has both numbers.
        """
        if not self.rescale or bs == CHAPTERS_BS:
            return self
        r = bs / CHAPTERS_BS
        low, middle, high = self.moms
        return replace(
            self,
            lr=self._rescaled("lr", bs),
            wd=self._rescaled("wd", bs),
            moms=(low**r, middle**r, high**r),
            mom=self.mom**r,
            sqr_mom=self.sqr_mom**r,
            eps=self.eps / math.sqrt(r),
        )

    def _rescaled(self, name: str, bs: int) -> float:
        value, growth = getattr(self, name), math.sqrt(bs / CHAPTERS_BS)
        _, low, high = LIMITS[name]
        if not low <= value * growth <= high:
            bound, limit = ("most", high) if value * growth > high else ("least", low)
            raise ValueError(
                f"{name}={value:g} is meant for batches of {CHAPTERS_BS}; for batches of {bs} it is rescaled to "
                f"{value * growth:.4g}, out of {low:g} to {high:g}: pass at {bound} {limit / growth:.4g}, a smaller "
                "bs, or rescale=False"
            )
        return float(value * growth)


def checked_setting(name: str, value: Any) -> int | float:
    """The value of one numeric setting as its type, or an error that says the range and what was found."""
    kind, low, high = LIMITS[name]
    what = "a whole number" if kind is int else "a number"
    expected = f"{name} must be {what} from {low:g} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{expected}, not {value!r}")
    if not math.isfinite(value) or not low <= value <= high or (kind is int and value != int(value)):
        raise ValueError(f"{expected}, not {value!r}")
    return int(value) if kind is int else float(value)
