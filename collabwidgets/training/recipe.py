"""How to train: everything a fit needs besides the model and the data, checked at the door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..plain import plain
from ..spelling import did_you_mean_of_few

ENGINES = ("fused", "autograd")
CHAPTERS_BS = 64  # the batch that `rescale` takes lr and wd to be meant for


@dataclass(frozen=True)
class Setting:
    """One setting; its kind is that of its default value.

    Attributes
    ----------
    name : str
        Of the recipe's field.
    default : int, float, str or bool
    label, help : str
        What the panel calls it and says of it; without a label the panel does not show it.
    low, high : float
        Smallest and largest number.
    choices : tuple of str
        Values of a text.
    usual : tuple of str
        Numbers that the panel offers.
    step : int
        Of the panel's arrow keys.
    at_rest : bool
        Whether the panel shows it beside its buttons, not only when its settings are open.
    trait : str
        Its name among the panel's traits.
    engines : tuple of str
        Engines that know it; with another one it must keep its default.
    """

    name: str
    default: Any
    label: str = ""
    help: str = ""
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    step: int = 1
    at_rest: bool = False
    trait: str = ""
    engines: tuple[str, ...] = ENGINES

    @property
    def kind(self) -> str:
        """``"switch"``, ``"choice"``, ``"whole"`` or ``"number"``."""
        return {bool: "switch", str: "choice", int: "whole"}.get(type(self.default), "number")

    def checked(self, value: Any) -> Any:
        """`value` as its type, or an error that says what is allowed and what was found; NumPy's and torch's too."""
        value = plain(value)
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise TypeError(f"{self.name}={value!r} is not True or False")
            return value
        if self.kind == "choice":
            if value not in self.choices:
                choices = ", ".join(self.choices)
                raise ValueError(f"{self.name}={str(value)[:80]!r} is not known; choose one of {choices}")
            return value
        what = "a whole number" if self.kind == "whole" else "a number"
        expected = f"{self.name} must be {what} from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{expected}, not {value!r}")
        whole = self.kind == "whole"
        if not math.isfinite(value) or not self.low <= value <= self.high or (whole and value != int(value)):
            raise ValueError(f"{expected}, not {value!r}")
        return int(value) if whole else float(value)


def setting(default: Any, label: str = "", help: str = "", **others: Any) -> Any:
    """A field of a recipe that is a `Setting`; `others` are its attributes."""
    return field(default=default, metadata={"setting": {"label": label, "help": help, **others}})


def settings_of(recipe: type) -> dict[str, Setting]:
    """The settings among a recipe's fields, by name, in their order."""
    found = {}
    for each in fields(recipe):
        facts = each.metadata.get("setting")
        if facts is not None:
            found[each.name] = Setting(each.name, each.default, **{"trait": each.name, **facts})
    return found


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
        Take the settings to be meant for batches of 64, and train batches of `bs` by those that act alike. On
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

    epochs: int = setting(5, "Epochs", "How often training goes through all ratings", low=1, high=1000, at_rest=True)
    lr: float = setting(
        5e-3,
        "Learning rate",
        "The highest step size; numbers such as 5e-3",
        low=1e-8,
        high=10.0,
        usual=("1e-4", "5e-4", "1e-3", "5e-3", "1e-2", "5e-2"),
        at_rest=True,
    )
    wd: float = setting(
        0.1,
        "Weight decay",
        "How strongly factors and biases are pulled towards 0",
        high=100.0,
        usual=("0", "0.01", "0.05", "0.1", "0.2", "0.5"),
        at_rest=True,
        trait="weight_decay",
    )
    schedule: str = setting(
        "one_cycle",
        "Schedule",
        "one-cycle: the learning rate rises, then falls; constant: it stays",
        choices=("one_cycle", "constant"),
    )
    bs: int = setting(64, "Batch size", "Ratings in one step", low=1, high=1 << 20, step=32, trait="batch_size")
    seed: int = setting(
        42,
        "Seed",
        "Of the first weights and of the order of batches; Reset draws new weights with it",
        high=(1 << 63) - 1,
    )
    patience: int = setting(
        0,
        "Early stop after",
        "Stop after this many epochs without a better validation loss; 0 never stops early",
        high=1000,
    )
    keep_best: bool = setting(
        False, "Keep best weights", "At the end, go back to the epoch with the lowest validation loss"
    )
    rescale: bool = setting(False)
    pct_start: float = field(default=0.25, repr=False)
    div: float = field(default=25.0, repr=False)
    div_final: float = field(default=1e5, repr=False)
    moms: tuple[float, float, float] = field(default=(0.95, 0.85, 0.95), repr=False)
    mom: float = field(default=0.9, repr=False)
    sqr_mom: float = field(default=0.99, repr=False)
    eps: float = field(default=1e-5, repr=False)

    def __post_init__(self) -> None:
        for name, each in settings_of(type(self)).items():
            object.__setattr__(self, name, each.checked(getattr(self, name)))
        for name in ("pct_start", "div", "div_final", "mom", "sqr_mom", "eps"):
            object.__setattr__(self, name, float(getattr(self, name)))
        object.__setattr__(self, "moms", tuple(map(float, self.moms)))

    def changed(self, **settings: Any) -> Recipe:
        """A copy with the given settings; those that are ``None`` stay as they are."""
        known = [f.name for f in fields(self)]
        for name in settings:
            if name not in known:
                raise TypeError(f"a recipe has no setting {name!r}.{did_you_mean_of_few(name, known)}")
        return replace(self, **{name: value for name, value in settings.items() if value is not None})

    def check_engine(self, engine: str) -> None:
        """Raise a ValueError for a setting that `engine` does not know and that is not at its default."""
        for name, each in settings_of(type(self)).items():
            value = getattr(self, name)
            if engine not in each.engines and value != each.default:
                raise ValueError(
                    f"{name}={value!r} is not known to the {engine} engine; use engine={each.engines[0]!r}, or leave "
                    f"{name} at {each.default!r}"
                )

    def for_batches_of(self, bs: int) -> Recipe:
        """This recipe, or with `rescale` the one that trains batches of `bs` as these settings train batches of 64.

        With ``r = bs / 64`` an epoch has ``1 / r`` as many steps. The learning rate grows by ``sqrt(r)``, the averages
        of Adam forget as much per rating as before (``beta ** r``), eps shrinks by ``sqrt(r)`` (Malladi, Lyu,
        Panigrahi and Arora 2022, "On the SDEs and scaling rules for adaptive gradient algorithms", section 5, to
        first order in ``1 - beta``), and the decay grows by ``sqrt(r)``, so that ``lr * wd * steps`` stays.

        Raises
        ------
        ValueError
            When lr or wd would be out of range.
        """
        if not self.rescale or bs == CHAPTERS_BS:
            return self
        r = bs / CHAPTERS_BS
        growth = math.sqrt(r)
        low, middle, high = self.moms
        try:
            return replace(
                self,
                lr=self.lr * growth,
                wd=self.wd * growth,
                moms=(low**r, middle**r, high**r),
                mom=self.mom**r,
                sqr_mom=self.sqr_mom**r,
                eps=self.eps / growth,
            )
        except ValueError as error:
            raise ValueError(
                f"lr={self.lr:g} and wd={self.wd:g} are meant for batches of {CHAPTERS_BS}, and for batches of {bs} "
                f"they are rescaled, {growth:.4g} times; but {error}: pass another one, another bs, or rescale=False"
            ) from None


SETTINGS: Mapping[str, Setting] = settings_of(Recipe)

# Not of a recipe, as it shapes the weights; the panel shows it beside the others.
N_FACTORS = Setting(
    "n_factors",
    50,
    "Factors",
    "Numbers learnt about each user and each title",
    low=1,
    high=1024,
    step=5,
    trait="n_factors",
)
