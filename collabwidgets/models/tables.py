"""Find the factor and bias tables in any module, by shape first and by name where shapes tie."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from .ensemble import first_member

# Words by which a table's name tells its side; of a dotted name a part may begin with "u_" or "i_".
_USER_WORDS = re.compile(r"user|usr|\bu_")
_ITEM_WORDS = re.compile(r"item|movie|title|product|book|track|\bi_")


@dataclass(frozen=True)
class TableNames:
    """Which parameters of a module hold what; ``None`` where it has no such table.

    Each is the dotted name of an ``nn.Embedding`` or an ``nn.Parameter`` within the module, or each member of an
    `Ensemble`.
    """

    user_factors: str | None = None
    item_factors: str | None = None
    user_bias: str | None = None
    item_bias: str | None = None

    def __str__(self) -> str:
        return ", ".join(f"{f.name}={getattr(self, f.name) or 'none'}" for f in fields(self))


def find_tables(module: nn.Module, n_users: int, n_items: int, **named: str | None) -> TableNames:
    """The tables of `module`: those given by keyword, the others found.

    A table has one row a user or one row an item (``'#na#'`` counted); with one column (or none) it is a bias, with
    more it is factors. Where several parameters fit, the one that its name tells apart is taken, else none:
    name it then (``item_factors="movie_factors"``). A module may name its tables itself, by an attribute
    ``table_names``. Of `Ensemble` the first is looked at.

    Raises
    ------
    ValueError
        If a named table does not exist in the module or has the wrong number of rows.
    """
    module = first_member(module)
    named = vars(getattr(module, "table_names", TableNames())) | {k: v for k, v in named.items() if v is not None}
    found = {}
    for field in fields(TableNames):
        side, kind = field.name.split("_")
        n = n_users if side == "user" else n_items
        name = named.get(field.name)
        found[field.name] = (
            _checked(module, name, n, field.name) if name else _found(module, n, side, kind, n_users == n_items)
        )
    return TableNames(**found)


def check_fits(module: nn.Module, tables: TableNames, n_users: int, n_items: int) -> None:
    """Raise a ValueError where the data has rows that `module` has not, or none of its tables was found.

    A side whose table is not known by its name is tried: a copy of the module predicts for its last row. A module that
    has nothing with rows and columns has no table to be found.
    """
    sides = (
        (n_users, _USER_WORDS, tables.user_factors or tables.user_bias),
        (n_items, _ITEM_WORDS, tables.item_factors or tables.item_bias),
    )
    by_name = all(found and _mentions(found, words) for _, words, found in sides)
    parameters = {_short(name): p for name, p in module.named_parameters()}
    shapes = ", ".join(f"{name} {list(p.shape)}" for name, p in parameters.items()) or "none"
    if not by_name and not predicts(module, n_users - 1, n_items - 1):
        for n, words, found in sides:
            for name, p in parameters.items():
                if not found and _mentions(name, words) and p.ndim in (1, 2) and p.shape[0] < n:
                    raise ValueError(
                        f"your table {name!r} has {p.shape[0]} rows, these loaders need {n}, '#na#' included; "
                        "make it of len(dls.classes[...]) rows"
                    )
        raise ValueError(
            f"{type(module).__name__} looks rows up in tables that have not so many: its parameters are {shapes}. "
            f"x[:, 0] is the user's row, up to {n_users - 1}, and x[:, 1] the item's, up to {n_items - 1}; make the "
            "tables of len(dls.classes[...]) rows, or exchange them in forward"
        )
    if not any(vars(tables).values()) and any(p.ndim == 2 for p in parameters.values()):
        raise ValueError(
            f"{type(module).__name__} has no table that is known to have a row for each of these loaders' users "
            f"({n_users}, '#na#' included) or items ({n_items}); its parameters are {shapes}: make them of "
            "len(dls.classes[...]) rows, or name one that is by user_factors=, item_factors=, user_bias= or item_bias="
        )


def predicts(module: nn.Module, user: int, item: int) -> bool:
    """Whether the module has such rows; one that cannot be tried, or fails of something else, may have them."""
    try:
        with torch.no_grad():
            copied(module).cpu().eval()(torch.tensor([[user, item]]))
    except IndexError:
        return False
    except Exception:
        return True
    return True


def table(module: nn.Module, name: str) -> Tensor:
    """The parameter behind a table's name: an ``nn.Parameter`` itself, an ``nn.Embedding``'s weight."""
    parameters = dict(module.named_parameters())
    return parameters[name] if name in parameters else parameters[f"{name}.weight"]


def effective_table(module: nn.Module, name: str) -> Tensor:
    """What a table amounts to in a prediction: the parameter, unless the module it is in says more by ``effective``."""
    path, _, leaf = name.rpartition(".")
    effective: Callable[[str], Tensor] | None = getattr(module.get_submodule(path), "effective", None)
    return table(module, name) if effective is None else effective(leaf)


def copied(module: nn.Module) -> nn.Module:
    """A copy of a module whose weights may be moved; sparse matrices, which torch cannot copy, are shared."""
    shared = {id(buffer): buffer for buffer in module.buffers() if buffer.layout is not torch.strided}
    return copy.deepcopy(module, shared)


def effective_tables(module: nn.Module) -> dict[str, Tensor]:
    """The tables that amount to more than their parameters hold (see `effective_table`), by the parameter's name."""
    tables = {}
    for path, part in module.named_modules():
        names = vars(part.table_names).values() if isinstance(getattr(part, "table_names", None), TableNames) else ()
        for name in filter(None, names):
            whole = effective_table(part, name)
            if whole is not table(part, name):
                tables[".".join(filter(None, [path, name, "weight"]))] = whole.detach()
    return tables


def _checked(module: nn.Module, name: str, n: int, role: str) -> str:
    try:
        rows = table(module, name).shape[0]
    except KeyError:
        choices = ", ".join(_short(p) for p, _ in module.named_parameters()) or "none"
        raise ValueError(f"{role}={name!r}: the module has no such table; its parameters are {choices}") from None
    if rows != n:
        raise ValueError(f"{role}={name!r} has {rows} rows, but the data needs {n} ('#na#' counted)")
    return name


def _found(module: nn.Module, n: int, side: str, kind: str, same_size: bool) -> str | None:
    fits = [
        _short(name)
        for name, p in module.named_parameters()
        if p.ndim in (1, 2) and p.shape[0] == n and torch.is_floating_point(p) and _kind(name, p) == kind
    ]
    words, others = (_USER_WORDS, _ITEM_WORDS) if side == "user" else (_ITEM_WORDS, _USER_WORDS)
    # A table of the other side may have as many rows by chance, or as its rows were mistaken.
    fits = [f for f in fits if _mentions(f, words) or not _mentions(f.rpartition(".")[2], others)]
    if same_size or len(fits) > 1:
        # Shape alone cannot tell, so the name must: 'user' in it, or at least nothing of the other side.
        named = [f for f in fits if _mentions(f, words)]
        fits = named or [f for f in fits if not _mentions(f, others) and not same_size]
    return fits[0] if len(fits) == 1 else None


def _mentions(name: str, words: re.Pattern[str]) -> bool:
    return words.search(name.lower()) is not None


def _kind(name: str, p: Tensor) -> str:
    columns = 1 if p.ndim == 1 else p.shape[1]
    if columns > 1:
        return "factors"
    # One factor and a bias have the same shape; only the name tells.
    return "factors" if "factor" in name.lower() else "bias"


def _short(parameter_name: str) -> str:
    return parameter_name.removesuffix(".weight")
