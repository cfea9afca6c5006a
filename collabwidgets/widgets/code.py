"""Code: the Python that makes a widget and everything it shows anew."""

from __future__ import annotations

import ast
import itertools
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import torch

from ..data import LeaveLast, StableSplit, TimeSplit
from ..learner import CollabLearner
from ..plain import plain
from ..training import Recipe
from .store import SHARED

if TYPE_CHECKING:
    from ..data.side import Side
    from .view import View

_WIDTH = 100  # of a line, beyond which a call is written one argument a line
_ONE_ROW, _SEVERAL_ROWS = ("primary", "pinned", "item"), ("selection", "items", "only")
_FIT = {"one_cycle": "fit_one_cycle", "constant": "fit"}  # schedule: method of the learner
_SAID = ("epochs", "lr", "wd", "schedule", "seed")  # settings of a fit that have their own place in its call
_LEFT_OUT = ("seed", "metrics", "callbacks")  # arguments of the learner; the seed is that of its present weights
_LONGEST = 400  # letters of a value; a list that takes more goes by its name
_OF_EACH_FIT = ("patience", "keep_best")  # settings that no fit takes over from the one before


def program(view: View) -> str:
    """The whole program, its last line an expression: the widget.

    Parameters
    ----------
    view : View

    Returns
    -------
    str
        It runs as it stands where it is known how the ratings and the model were made; what is the caller's own is
        named in a comment, and must be there under that name.
    """
    learn = view.learner
    if learn.dls.has_ratings:
        made = [_data(learn), _model(learn), "\n".join(_fits(learn))]
    else:
        made = [f"learn = cw.load_learner({_literal(learn.loaded_from)})"]
    parts = ["import collabwidgets as cw", *made, "\n".join(_looked_at(view)), view._call()]
    return "\n\n".join(filter(None, parts)) + "\n"


def trait_arguments(view: View, usual: Mapping[str, Any]) -> list[str]:
    """``name=value`` of each trait that a new widget would not have by itself."""
    shared = view._shared
    # What is shared is said once, of learn.view; a view on its own starts from there.
    usual = {name: getattr(view._view_state, name) for name in SHARED} | dict(usual)
    arguments = []
    for name in view._keywords():
        value = getattr(view, name)
        # Whoever copies the code has Export open, and does not ask for it.
        if name in shared or name == "show_export" or (name == "item" and view.linked):
            continue
        if value == (usual[name] if name in usual else view.traits()[name].default(view)):
            continue
        arguments.append(f"{name}={_value(view, name, value)}")
    return arguments


def trained_recipe(learn: CollabLearner) -> Recipe:
    """The recipe that the learner of the program will have: of its last fit, else of its making."""
    return learn.session.fits[-1] if learn.session.fits else _first_recipe(learn)


def written(function: str, arguments: Iterable[str], opening: str = "(", closing: str = ")") -> str:
    """A call as text, or a list, one argument a line where a line would be long."""
    parts = list(arguments)
    line = f"{function}{opening}{', '.join(parts)}{closing}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    inner = "".join(f"{part},\n" for part in parts)
    return f"{function}{opening}\n{textwrap.indent(inner, '    ')}{closing}"


def listed(expressions: Iterable[str]) -> str:
    """A list as text, likewise."""
    return written("", expressions, "[", "]")


def _data(learn: CollabLearner) -> str:
    dls = learn.dls
    names = ", ".join(filter(None, (dls.user_name, dls.item_name, dls.rating_name, dls.weight_name)))
    own = f"# ratings: your own DataFrame of {dls.n_ratings:,} rows ({one_line(names)})"
    ratings = f"ratings = {dls.origin}" if dls.origin else own
    arguments = dls.made_by.arguments | {"seed": dls.seed}
    return f"{ratings}\n{_assigned('dls', 'cw.CollabDataLoaders.from_df', ['ratings'], arguments)}"


def _model(learn: CollabLearner) -> str:
    arguments = {name: value for name, value in learn.made_by.arguments.items() if name not in _LEFT_OUT}
    if learn.loss_func is not None:
        arguments["loss_func"] = learn.loss_func
    if learn.session.weights.seed != learn.dls.seed:
        arguments["seed"] = learn.session.weights.seed
    if learn.made_by.function == "collab_learner":
        if learn.session.weights.can_resize and learn.n_factors:
            arguments["n_factors"] = learn.n_factors  # a reset may have changed it
        return _assigned("learn", "cw.collab_learner", ["dls"], arguments)
    own = f"# model: your own module, with fresh weights ({one_line(type(learn.model).__name__)})"
    return f"{own}\n{_assigned('learn', 'cw.CollabLearner', ['dls', 'model'], arguments)}"


def _assigned(variable: str, function: str, first: list[str], arguments: Mapping[str, Any]) -> str:
    """A call whose result gets a name. Arguments that cannot be written go by theirs, as comments say."""
    texts = {name: _literal(value) for name, value in arguments.items()}
    own = [name for name, text in texts.items() if not _can_be_written(text)]
    notes = "".join(f"# {name}: your own\n" for name in own)
    named = (f"{name}={name if name in own else text}" for name, text in texts.items())
    return f"{notes}{variable} = {written(function, [*first, *named])}"


def _first_recipe(learn: CollabLearner) -> Recipe:
    recipe = Recipe(bs=learn.dls.bs, seed=learn.session.weights.seed)
    return recipe.changed(wd=learn.made_by.arguments.get("wd"))


def _fits(learn: CollabLearner) -> Iterator[str]:
    """One call a fit, with a word on those that were left before their end; equal ones after each other in a loop. Then
    the reruns, where there are any."""
    if learn.session.earlier:
        yield "# the earlier runs, before the last reset, are left out"
    before, lines = _first_recipe(learn), []
    for recipe, epoch in zip(learn.session.fits, learn.session.interrupted_at, strict=True):
        note = "" if epoch is None else f"\n# that fit was left at epoch {epoch:.4g}; this trains it to its end"
        lines.append(_fit(recipe, before) + note)
        before = recipe
    for line, same in itertools.groupby(lines):
        n = len(list(same))
        yield line if n == 1 else f"for _ in range({n}):\n{textwrap.indent(line, '    ')}"
    if learn.reruns:
        yield f"learn.stability({len(learn.session.reruns.seeds) or ''}).wait()"


def _fit(recipe: Recipe, before: Recipe) -> str:
    settings: dict[str, Any] = {"wd": recipe.wd}
    for name in (field.name for field in fields(Recipe) if field.name not in _SAID):
        value = getattr(recipe, name)
        usual = getattr(Recipe(), name) if name in _OF_EACH_FIT else getattr(before, name)
        if value != usual:
            settings[name] = value
    if recipe.schedule in _FIT:
        return _call(f"learn.{_FIT[recipe.schedule]}", [str(recipe.epochs), repr(recipe.lr)], settings)
    settings = {"epochs": recipe.epochs, "lr": recipe.lr, "schedule": recipe.schedule} | settings
    return f"{_call('learn.start', [], settings)}\nlearn.wait()"


def _looked_at(view: View) -> Iterator[str]:
    state, learn = view._store_of_learner.view, view.learner
    if state.min_count != learn.dls.items.default_min_count:
        yield f"learn.view.min_count = {state.min_count}"
    if state.query:
        yield f"learn.view.query = {_literal(state.query)}"
    if state.selection:
        titles = [_title(learn.dls.items, row) for row in state.selection]
        if None in titles:
            yield f"learn.view.selection = {state.selection}"
        else:
            yield "learn.view.selected_titles = " + listed(map(_literal, titles))
    for name in ("primary", "pinned"):
        row = getattr(state, name)
        if row is not None:
            yield f"learn.view.{name} = {_row(learn.dls.items, row, 'learn.item_row')}"


def _value(view: View, name: str, value: Any) -> str:
    if name in _ONE_ROW and value is not None:
        return _row(view._items, value, view._found_by)
    if name in _SEVERAL_ROWS:
        return listed(_row(view._items, row, view._found_by) for row in value)
    return _literal(value)


def _row(side: Side, row: int, found_by: str) -> str:
    title = _title(side, row)
    return str(row) if title is None else f"{found_by}({_literal(title)})"


def _title(side: Side, row: int) -> str | None:
    """The name of a row; None where the same text is the name of another row too."""
    title = str(side.names[row])
    return title if side.index(title) == row else None


def _call(function: str, first: list[str], arguments: Mapping[str, Any]) -> str:
    return written(function, [*first, *(f"{name}={_literal(value)}" for name, value in arguments.items())])


def _literal(value: Any) -> str:
    if isinstance(value, StableSplit | LeaveLast | TimeSplit):
        return f"cw.{value!r}"
    text = repr(str(value) if isinstance(value, torch.device | os.PathLike) else plain(value))
    return text if '"' in text or "\\" in text else text.replace("'", '"')


def _can_be_written(text: str) -> bool:
    """Whether it is a short literal, or makes an object of the package; else it is of somebody's own."""
    if text.startswith("cw."):
        return True
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return len(text) <= _LONGEST


def one_line(text: str) -> str:
    """Names of columns and classes are anybody's text, and a line break would end the comment."""
    return " ".join(part for part in text.split() if part.isprintable())
