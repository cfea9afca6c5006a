"""FittedMap: a view of a map that is fitted on titles or users of its choice, and follows the training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bytes, Dict, Enum, Float, Int, List, TraitError, validate

from ..interpret import PCAFrame
from ..learner import CollabLearner
from ..traits import Whole
from ..view_state import ViewState
from . import protocol
from .learner_facts import other_map
from .shown_map import Rows, ShownMap
from .view import View

if TYPE_CHECKING:
    from ..training import Snapshot

_MAP_FACTS = ("explained_variance", "noise_level", "axis_match", "axis_correlations", "fit_count")
_FIT = ["fit_on", "top_n", "min_count", "linked"]  # what a map of its own depends on


class FittedMap(View):
    """What of `PCAScatter` is about the map as such: whose, fitted on what, of which epoch.

    It shows the store's map, which all views share, or has one of its own: fitted on other titles, not linked, or of
    users.
    """

    kind = Enum(("items", "users"), "items").tag(sync=True)
    fit_on = Enum(("min_count", "all", "top_n"), "min_count").tag(sync=True, page=True)
    top_n = Whole(1000, min=10).tag(sync=True, page=True)
    frame = Int(-1, min=-1).tag(sync=True, page=True)

    explained_variance = List(Float(), read_only=True)
    noise_level = Float(read_only=True)
    axis_match = List(Float(), default_value=None, allow_none=True, read_only=True)
    axis_correlations = Dict(read_only=True)
    fit_count = Int(read_only=True)
    n_frames = Int(read_only=True)

    _own_map: ShownMap | None = None
    _map = Dict().tag(sync=True, echo_update=False)  # `protocol.OtherMap`; empty where it shows the store's, or none
    _map_scores = Bytes().tag(sync=True, echo_update=False)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        self._told: PCAFrame | None = None
        self._seen_epochs: list[int] | None = None
        if traits.get("kind") == "users":
            traits.setdefault("linked", False)
        super().__init__(learner, **traits)
        beside = None if self.kind == "users" else self._store_of_learner.shown_map
        self._own_map = ShownMap(beside, self.kind)
        self.observe(self._learner_moved, "_map")
        self.observe(self._fit_moved, _FIT)
        if self._is_own() and learner.status != "training":
            self._show_own()

    def _view_state_for(self, traits: dict[str, Any]) -> ViewState:
        of_users = traits.get("kind") == "users"
        return ViewState(self._learner.session, "users") if of_users else super()._view_state_for(traits)

    @property
    def _snapshot(self) -> Snapshot:
        """The learner's, with those that the map shows as its items."""
        return self._learner.snapshot.of(self.kind)

    def _epochs(self, kept: list[int]) -> list[int]:
        """Those of `kept` that the map can show."""
        return kept if self.kind == "items" else []

    # ------------------------------------------------------------------ what it was fitted on

    def _fitted_rows(self) -> Rows:
        """`min_count` and `top_n` of `fit_pca`."""
        return self.min_count if self.fit_on == "min_count" else 0, self.top_n if self.fit_on == "top_n" else None

    def _is_own(self) -> bool:
        """Whether the store's map, which all views share, is not the one to show."""
        return self.fit_on != "min_count" or not self.linked

    def _fit_moved(self, _change: dict[str, Any]) -> None:
        if self._is_own() or self._map:
            self._store_of_learner.publisher.wake()

    def _facts(self) -> dict[str, Any]:
        """Of the map on the pages: its own, else the store's, which is none of users."""
        picture = self._store_of_learner.picture
        own = self._map or (picture if self.kind == "items" else {})
        fitted, traits = own.get("map"), self.traits()
        facts = {name: fitted[name] if fitted else traits[name].default(self) for name in _MAP_FACTS}
        return super()._facts() | facts | {"n_frames": len(self._epochs(picture["frame_epochs"]))}

    def _learner_moved(self, change: Any = None) -> None:
        super()._learner_moved(change)
        before, now = self._seen_epochs, self._epochs(self._store_of_learner.picture["frame_epochs"])
        self._seen_epochs = now
        shown = slice(self.frame + 1)  # empty for the present map
        if before is not None and before[shown] != now[shown]:  # the epoch that is shown is no longer kept
            self.publish({"frame": -1})

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        if not self._is_own():
            if self._map:
                self._show_shared()
        elif settled or (watched and self.shown):
            return self._show_own()
        return 0

    def _show_shared(self) -> None:
        self._told = None
        self.publish({"_map": {}, "_map_scores": b""})

    def _show_own(self) -> int:
        """Tell the pages, in step with the store: its biases are of the same weights. The bytes sent."""
        learn, snapshot = self._learner, self._learner.snapshot
        if self._own_map is None or snapshot.revision != self._store_of_learner.picture["revision"]:
            return 0
        try:
            frame = self._own_map.frame(learn, *self._fitted_rows(), snapshot)
        except ValueError:
            if self._map:
                self._show_shared()  # no factors or too few titles, of which the map says what can be done
            return 0
        if frame is self._told:
            return 0
        shown, scores = other_map(frame, self.fit_on)
        self.publish({"_map": shown, "_map_scores": scores})
        self._told = frame
        return len(scores)

    def _past(self) -> tuple[int, PCAFrame] | None:
        """The earlier epoch that `frame` chooses, and its map; None for the present one, and where it is not kept."""
        maps = list(self.past_maps().items()) if self.frame >= 0 else []
        return maps[self.frame] if 0 <= self.frame < len(maps) else None

    def _frame(self) -> PCAFrame:
        """The map by its own settings, of the epoch that `frame` chooses."""
        past = self._past()
        return past[1] if past else self._shown_map().frame(self._learner, *self._fitted_rows())

    def _shown_map(self) -> ShownMap:
        return self._own_map if self._own_map is not None and self._is_own() else self._store_of_learner.shown_map

    def past_maps(self) -> dict[int, PCAFrame]:
        """The maps at the ends of earlier epochs, by epoch, ascending: fitted as the present one is, and lying as it
        does. None of users."""
        if self.kind == "users":
            return {}
        return self._shown_map().earlier(self._learner, *self._fitted_rows())

    def answer(self, call: protocol.Call) -> tuple[Any, list[bytes]]:
        """Also the map of an earlier epoch, its scores as a buffer."""
        if not isinstance(call, protocol.AskFrame):
            return super().answer(call)
        maps = self.past_maps()
        if call.epoch not in maps:
            raise ValueError(f"epoch {call.epoch} is not kept; of this run {len(maps)} epochs are")
        facts, scores = other_map(maps[call.epoch], self.fit_on)
        return facts, [scores]

    def _epoch_shown(self) -> str:
        past, now = self._past(), self._epoch()
        return f"epoch {past[0]} of a run at {now}" if past else now

    def _usual(self) -> dict[str, Any]:
        own = {"linked": False} if self.kind == "users" else {}
        return own | {"frame": self.frame}  # a program that trains first and looks then has no earlier epochs to show

    @validate("frame")
    def _kept_epoch(self, proposal: dict[str, Any]) -> int:
        frame, n = int(proposal["value"]), len(self._epochs(self._learner.session.weights.past.epochs))
        if frame >= n:
            kept = f"{n} are kept, so frame goes from 0 to {n - 1}" if n else "none is kept yet"
            raise TraitError(f"frame={frame} is no earlier epoch: {kept}; -1 is the newest")
        return frame

    @validate("kind")
    def _for_good(self, proposal: dict[str, Any]) -> str:
        kind: str = proposal["value"]
        if self._own_map is not None:
            raise TraitError(f"a map keeps its kind; make another: PCAScatter(learn, kind={kind!r})")
        return kind

    @validate("linked")
    def _with_titles(self, proposal: dict[str, Any]) -> bool:
        linked: bool = proposal["value"]
        if linked and self.kind == "users":
            raise TraitError("a map of users has a selection and filter of its own, of users; leave out linked=True")
        return linked
