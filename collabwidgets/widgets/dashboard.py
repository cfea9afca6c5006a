"""Dashboard: the widgets of one learner on one page."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, List, TraitError, Unicode, dlink, validate

from ..extras import needs_extra
from ..learner import CollabLearner
from ..spelling import did_you_mean_of_few
from . import code
from .bias_table import BiasTable
from .card_words import card_words
from .neighbor_search import NeighborSearch
from .pca_scatter import PCAScatter
from .training_panel import TrainingPanel
from .view import View, controls_named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..data.loaders import CollabDataLoaders

_KINDS: Mapping[str, tuple[type[View], dict[str, Any]]] = {
    "training": (TrainingPanel, {}),
    "bias": (BiasTable, {"n": 10}),
    "scatter": (PCAScatter, {}),
    "neighbors": (NeighborSearch, {}),
}
_COLUMNS = (("training", "neighbors"), ("scatter", "bias"))  # of the full arrangement, left and right
_HANDED_ON = ("theme", "reduced_motion", "sync_hover")


class Dashboard(View):
    """Training, biases, map and neighbours of one learner, linked, under one heading.

    Parameters
    ----------
    learner : CollabLearner
    layout : {"full", "teaching"}
        In two columns where there is room, or one below the other in the order of `views`. Afterwards it is the
        trait `arrangement`, because ``layout`` of every Jupyter widget is its size on the page.
    views : list, or one, optional
        Which of ``"training"``, ``"bias"``, ``"scatter"`` and ``"neighbors"`` to show, or widgets made
        before, each kind once; all four by default. One alone needs no list.
    title : str
        The heading; by default the name of the ratings, see `CollabDataLoaders.from_df`.
    tab : {"bias", "data"}
        What is seen in the place of the ranking: itself, or the data card, which says what the ratings are made of.
    controls : list of str, optional
        Some of ``"min_count"``, ``"theme"``, ``"help"``, the list of keys. By default the last two are behind
        *Settings*.
    **traits
        Those of every view, see `View`; but for `linked`, as a dashboard is always linked. For a view that goes its
        own way make one with ``linked=False`` and hand it over in `views`.

    Attributes
    ----------
    training, bias, scatter, neighbors : View or None
        The widgets; None for one that is not shown. Those that the dashboard has made follow its `theme`,
        `reduced_motion` and `sync_hover`, and are closed with it.
    """

    controls = controls_named("min_count", "theme", "help")

    title = Unicode().tag(sync=True)
    arrangement = Enum(("full", "teaching"), "full").tag(sync=True)
    tab = Enum(("bias", "data"), "bias").tag(sync=True, page=True)
    training: View | None = None
    bias: View | None = None
    scatter: View | None = None
    neighbors: View | None = None
    _views = List(Dict()).tag(sync=True)
    _card = Dict(default_value=None, allow_none=True).tag(sync=True)
    _counted: weakref.ref[CollabDataLoaders] | None = None  # whose card it is

    def __init__(
        self,
        learner: CollabLearner,
        *,
        layout: str = "full",
        views: Iterable[str | View] | str | View | None = None,
        **traits: Any,
    ) -> None:
        shown = _checked_views(views, learner)
        super().__init__(learner, **({"arrangement": layout} | traits))
        self._by_name: dict[str, View] = {}
        for name, view in shown.items():
            if isinstance(view, str):
                kind, usual = _KINDS[name]
                view = kind(learner, **usual)
                self._at_close.append(view.close)
                for trait in _HANDED_ON:
                    dlink((self, trait), (view, trait))
            self._by_name[name] = view
            setattr(self, name, view)
        self._views = [
            {"kind": type(view).__name__, "ref": f"anywidget:{view.model_id}"} for view in self._by_name.values()
        ]
        self.observe(self._count, "tab")
        self._count()

    def to_frame(self) -> pd.DataFrame:
        """The selected titles with what the bias table and the map say of them."""
        frame = self._learner.biases(min_count=0)
        return frame.loc[[row for row in self.selection if row in frame.index]]

    def _to_figure(self) -> Figure:
        with needs_extra("figures"):
            from matplotlib.figure import Figure

        columns = [list(self._by_name)]
        if self.arrangement == "full":
            columns = [some for names in _COLUMNS if (some := [name for name in names if name in self._by_name])]
        n_rows = max(map(len, columns))
        figure = Figure(figsize=(9.0 * len(columns), 1.0 + 6.0 * n_rows), layout="constrained")
        figure.suptitle(self.title or self._learner.dls.name or "Dashboard", parse_math=False)
        places = figure.subplots(n_rows, len(columns), squeeze=False)
        for ax in places.flat:
            ax.set_axis_off()
        shown = [
            (self._by_name[name], places[row, at]) for at, names in enumerate(columns) for row, name in enumerate(names)
        ]
        # The map last: its names are placed in the room that the other views leave.
        for view, ax in sorted(shown, key=lambda each: isinstance(each[0], PCAScatter)):
            try:
                view._plot(ax)
            except ValueError as error:  # it has nothing to show, the others have
                ax.set_title(str(error), loc="left", parse_math=False, fontsize="small", wrap=True)
            else:
                ax.set_axis_on()
        return figure

    def _call(self) -> str:
        parts = [self._part(name, view) for name, view in self._by_name.items()]
        arguments = code.trait_arguments(self, {"arrangement": "full"})
        arguments = [text.replace("arrangement=", "layout=", 1) for text in arguments]
        if parts != [f'"{name}"' for name in _KINDS]:
            arguments.append(f"views={code.listed(parts)}")
        return code.written("cw.Dashboard", ["learn", *arguments])

    def _part(self, name: str, view: View) -> str:
        """A view of the dashboard: by its name if the dashboard would make the same, else by its constructor."""
        handed_on = {trait: getattr(self, trait) for trait in _HANDED_ON}
        same = not code.trait_arguments(view, view._usual() | _KINDS[name][1] | handed_on)
        return f'"{name}"' if same else view._call()

    @validate("linked")
    def _always(self, proposal: dict[str, Any]) -> bool:
        if not proposal["value"]:
            raise TraitError(
                "linked=False would part a dashboard from its own views; leave it out. For a view "
                "that goes its own way pass that one: Dashboard(learn, views=[PCAScatter(learn, linked=False), …])"
            )
        return True

    def _count(self, _change: Any = None) -> None:
        """Fill the data card once somebody looks at it, anew where ratings were added: it goes through all of them."""
        dls = self._learner.dls
        if self.tab == "data" and (self._counted is None or self._counted() is not dls):
            self._counted = weakref.ref(dls)
            self.publish({"_card": card_words(dls)})

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        self._count()
        return 0

    def _fallback(self) -> str:
        return "".join(view._fallback() for view in self._by_name.values())

    def _state(self) -> str:
        return f"{', '.join(self._by_name)}, {self._epoch()}"


def _checked_views(views: Any, learner: Any) -> dict[str, str | View]:
    """What `views` names, each kind once, by the names of the kinds; one alone need not be in a list."""
    if isinstance(views, str | View):
        views = [views]
    choices = f"{', '.join(map(repr, _KINDS))} or widgets of the learner"
    if not isinstance(views, Iterable | None):
        raise TypeError(f"views is {views!r}; pass a list of {choices}")
    shown: dict[str, str | View] = {}
    for view in _KINDS if views is None else views:
        name = next((name for name, (kind, _) in _KINDS.items() if isinstance(view, kind)), view)
        if name not in list(_KINDS):  # a list in it is equal to none
            near = did_you_mean_of_few(str(name), list(_KINDS))
            raise ValueError(f"views has {view!r}, which is no view of a dashboard.{near}")
        if isinstance(view, View) and view.learner is not learner:
            raise ValueError(f"{view!r} shows another learner; a dashboard is of one")
        if name in shown:
            raise ValueError(
                f"views has {name!r} twice: {shown[name]!r} and {view!r}; a dashboard shows each kind once"
            )
        shown[name] = view
    if not shown:
        raise ValueError(f"views is empty; leave it out for all, or list some of {choices}")
    return shown
