"""Setting: one setting of a training, as the recipe checks it, a page's command may name it and the panel shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

from ..plain import plain

ENGINES = ("fused", "autograd")


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
