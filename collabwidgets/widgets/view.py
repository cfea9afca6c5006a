"""View: the base of every widget that is seen. A reference to the store and a few traits of its own."""

from __future__ import annotations

import html
import os
import uuid
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Enum, Int, List, TraitType, Unicode

from ..known_names import KnownNames
from ..learner import CollabLearner
from ..spelling import did_you_mean_of_few
from ..view_state import ViewState
from ..words import at_epoch, counted
from . import code, protocol
from .bundle import built_code
from .linked import LinkedWidget
from .no_learner import NoLearner
from .saving import save
from .store import LearnerStore

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Names(List[Any]):
    """Some of these names, or None for all of them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__(Enum(names), default_value=None, allow_none=True)


def controls_named(*names: str) -> Any:
    """What the trait `controls` of a view may name: those of its own, and those of every view."""
    return Names(*names, "copy", "csv", "code").tag(sync=True)


class Live(TraitType[Any, Any]):
    """A read-only trait that is read where a dotted name of the view says, or as a function of the view finds it: what
    it was last set to is what observers have been told."""

    def __init__(self, read: str | Callable[[Any], Any]) -> None:
        super().__init__(read_only=True)
        self._read: Callable[[Any], Any] = attrgetter(read) if isinstance(read, str) else read

    def get(self, obj: Any, cls: Any = None) -> Any:
        return self._read(obj)


class View(KnownNames, LinkedWidget):
    """A widget over a learner.

    Views of one learner know nothing of each other: they show its store, and what is selected in one is
    selected in `learn.view` and so in all. In Panel, Shiny and Solara the views of each visitor have a selection
    and filter of their own, and `learn.view` is the first visitor's. A view keeps its learner alive until it is
    closed. Without a learner (``BiasTable()``) one gets a widget that says how to make it.

    Parameters
    ----------
    learner : CollabLearner
    selection : list of int
        Selected items by row, in the order of picking; the trait `selected_titles` has their names. ``[]``
    primary, pinned : int, optional
        The item explored in detail, and the one it is compared with.
    min_count : int
        Hide items with fewer ratings. ``20``
    linked : bool
        Share these four with the other views, through `learn.view`; a `BiasTable` of items and a `PCAScatter` share
        `query` too. ``True``; may be changed at any time.
    height : int, optional
        In pixels; by default what the widget needs.
    theme : {"auto", "light", "dark"}
    reduced_motion : {"auto", "on", "off"}
    show_settings, show_export : bool
        Whether the regions behind the buttons *Settings* and *Export* are open. ``False``; a click in a page opens and
        closes them.
    controls : list of str, optional
        Which controls to show, all of them in sight: none is then behind *Settings* or *Export*, and what the list
        leaves out is shown nowhere. By default every control is there, the less used ones behind *Settings*. Every view
        has ``"copy"``, ``"csv"`` and ``"code"``, which export its table and its Python; the others are each widget's
        own.
    sync_hover : bool
        Tell Python, in `hovered` and ``learn.view.hovered``, which item is under the pointer. ``False``

    Attributes
    ----------
    status : str
        Of the learner: untrained, training, paused, ready, stopped, diverged or error; read-only.
    epoch : int
        The epoch of what is shown, as many as the weights had been trained; read-only. ``learner.epoch`` counts on in
        the middle of an epoch, and where the weights of an earlier one were put back.
    hovered : int or None
        The item under the pointer, where `sync_hover` asks for it; read-only.
    message : str
        The last error message; empty after a successful change; read-only.

    Examples
    --------
    >>> table.observe(lambda change: print(change.new), "selected_titles")
    >>> traitlets.link((table, "min_count"), (other_table, "min_count"))  # of another learner; by the kernel
    >>> ipywidgets.jslink((slider, "value"), (table, "min_count"))  # in the browser alone

    Raises
    ------
    TypeError
        For an unknown keyword, with the nearest one.
    traitlets.TraitError
        For a value that does not fit, with the choices.
    """

    _esm = Unicode(built_code("view.js")).tag(sync=True)

    _store = anywidget.WidgetTrait().tag(sync=True)
    _kind = Unicode().tag(sync=True)
    _name = Unicode().tag(sync=True)  # by which a page's command can mean this view
    _visible = Bool(False).tag(sync=True, page=True)
    message = Unicode(read_only=True).tag(sync=True, result=True)
    _ref = Unicode().tag(sync=True)
    status = Live("learner.status")
    epoch = Live(lambda view: int(view.learner.snapshot.epoch))

    height = Int(None, min=100, max=10_000, allow_none=True).tag(sync=True, page=True)
    theme = Enum(("auto", "light", "dark"), "auto").tag(sync=True, page=True)
    reduced_motion = Enum(("auto", "on", "off"), "auto").tag(sync=True, page=True)
    controls = controls_named()
    sync_hover = Bool(False).tag(sync=True)
    show_settings = Bool(False).tag(sync=True, page=True)
    show_export = Bool(False).tag(sync=True, page=True)

    def __new__(cls, learner: CollabLearner | None = None, **traits: Any) -> Any:
        if learner is None:
            return NoLearner(cls.__name__)
        if not isinstance(learner, CollabLearner):
            raise TypeError(
                f"{cls.__name__} shows a CollabLearner, not {type(learner).__name__}; make one: "
                "learn = cw.collab_learner(dls)"
            )
        return super().__new__(cls, learner, **traits)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        self._learner = learner
        self._check_keywords(traits)
        self._store_of_learner = LearnerStore.of(learner)
        own_id = uuid.uuid4().hex
        super().__init__(
            self._view_state_for(traits),
            model_id=own_id,
            _ref=f"anywidget:{own_id}",
            _store=self._store_of_learner,
            _kind=type(self).__name__,
            _name=own_id,
            **traits,
        )
        self.observe(self._seen, "_visible")
        store = self._store_of_learner
        store.observe(self._learner_moved, ["status", "picture"])
        self._at_close.append(lambda: store.unobserve(self._learner_moved, ["status", "picture"]))
        store.followers[own_id] = self
        self._at_close.append(lambda: store.followers.pop(own_id, None))
        self._learner_moved()

    def _view_state_for(self, traits: dict[str, Any]) -> ViewState:
        """What a view with these traits shares, or starts from: selection and filter of its front end."""
        return self._store_of_learner.view

    @property
    def learner(self) -> CollabLearner:
        """The learner it shows."""
        return self._learner

    def on_select(self, function: Callable[[list[str]], None]) -> Callable[[], None]:
        """Call `function` with the selected titles whenever the selection changes; returns what undoes it."""

        def changed(_change: Any) -> None:
            function(self.selected_titles)

        self.observe(changed, "selection")
        return lambda: self.unobserve(changed, "selection")

    def clear(self) -> None:
        """Select nothing."""
        self.selection = []

    def to_frame(self) -> pd.DataFrame:
        """What the widget shows, as a table."""
        raise NotImplementedError(f"{type(self).__name__} has no table of its own")

    def save_png(self, path: str | os.PathLike[str], *, dpi: float = 150) -> Path:
        """Draw what the widget shows into a PNG file, light or dark by its `theme`.

        Parameters
        ----------
        path : str or Path
            Of the file; its folder must exist.
        dpi : float
            Pixels an inch, 20 to 1200.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        RuntimeError
            While the model is untrained: a picture of random weights would say something that is not so.
        ValueError
            When the model has nothing of the kind, no item is chosen, or the name is that of another kind of file.
        FileNotFoundError
            When the folder does not exist.
        ModuleNotFoundError
            When matplotlib is missing, which the extra ``figures`` installs.

        Examples
        --------
        >>> PCAScatter(learn, x=1, y=3).save_png("map.png", dpi=300)
        """
        return save(self, path, "png", dpi)

    def save_svg(self, path: str | os.PathLike[str]) -> Path:
        """Draw what the widget shows into an SVG file, in which text stays text; else as `save_png`."""
        return save(self, path, "svg")

    def _to_figure(self) -> Figure:
        """What `save_png` and `save_svg` write."""
        figure = self._plot().get_figure(root=True)
        assert figure is not None
        return figure

    def _plot(self, ax: Axes | None = None) -> Axes:
        """Draw the view by its function in `plots`."""
        raise NotImplementedError(f"{type(self).__name__} has no figure of its own")

    def to_code(self) -> str:
        """Python that makes the ratings, the training, the selection and this widget anew.

        It runs as it stands where the ratings came from `load_movielens`, `synthetic_ratings` or a file, and the
        model from `collab_learner`; what is the caller's own is named in a comment.
        """
        return code.program(self)

    def _call(self) -> str:
        """The constructor in `to_code`."""
        arguments = code.trait_arguments(self, self._usual())
        return code.written(f"cw.{type(self).__name__}", ["learn", *arguments])

    def _usual(self) -> dict[str, Any]:
        """What traits are at first, where that is not their default."""
        return {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._state()})"

    def _state(self) -> str:
        """The part of the repr in brackets."""
        return f"{self._n_titles()}, {self._epoch()}"

    def _seen(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self._store_of_learner.publisher.wake()  # while nobody saw it, it was told nothing

    def _learner_moved(self, _change: Any = None) -> None:
        """Tell observers of the read-only traits what the store says; called on the publisher's thread."""
        for name, value in self._facts().items():
            try:
                self.set_trait(name, value)
            except Exception as error:  # of somebody's observer
                self._failed(error)

    def _facts(self) -> dict[str, Any]:
        """Values of the read-only traits that tell of the learner."""
        store = self._store_of_learner
        return {"status": store.status["status"], "epoch": int(store.picture["epoch"])}

    # ------------------------------------------------------------------ the publisher's thread

    @property
    def shown(self) -> bool:
        """Whether a page says that it can be seen."""
        return bool(self._visible)

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        """Update from the learner, on the publisher's thread; return the bytes of the arrays that were sent."""
        return 0

    def answer(self, call: protocol.Call) -> tuple[Any, list[bytes]]:
        """What a page asks of this view, as JSON and buffers: its code."""
        return self.to_code(), []

    # ------------------------------------------------------------------ where widgets cannot be shown

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle
        data["text/html"] = self._fallback()
        return data, metadata

    def _fallback(self) -> str:
        """What pages show that cannot show widgets: the ends of a table, or why there is none."""
        said = html.escape(repr(self))
        try:
            table: str = self._ranked().to_html(
                index=False, max_rows=20, float_format="{:.4g}".format, na_rep="–", border=0
            )
        except Exception as error:  # whatever it is, pages that can show the widget must not be kept from it
            return f"<p>{said}</p><p>{html.escape(str(error))}</p>"
        return table.replace("<thead>", f"<caption>{said}</caption><thead>", 1)

    def _ranked(self) -> pd.DataFrame:
        """The table, sorted so that its ends tell most."""
        return self.to_frame()

    # ------------------------------------------------------------------ words

    def _check_keywords(self, traits: dict[str, Any]) -> None:
        known = self._keywords()
        for name in traits:
            if name not in known:
                raise TypeError(f"{type(self).__name__}() has no keyword {name!r}.{did_you_mean_of_few(name, known)}")

    @classmethod
    def _keywords(cls) -> list[str]:
        """The traits a caller may set: the public ones that ipywidgets did not bring."""
        foreign = set(anywidget.AnyWidget.class_trait_names())
        names = cls.class_trait_names(sync=True, result=None)
        return sorted(name for name in names if not name.startswith("_") and name not in foreign)

    def _title(self, row: int) -> str:
        return str(self._items.names[row])

    def _passing(self) -> NDArray[np.bool_]:
        """Which rows pass the filter, bool [n_items]: trained, and rated often enough."""
        items = self._items
        passing: NDArray[np.bool_] = items.trained & (items.counts >= self.min_count)
        return passing

    def _n_titles(self) -> str:
        return counted(int(self._passing().sum()), self._items.name)

    def _epoch(self) -> str:
        """Of what is shown: the weights may be those of an earlier epoch, put back."""
        return at_epoch(self._learner.snapshot.epoch)
