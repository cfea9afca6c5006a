"""Reruns: the model of a session trained again by the same recipe with other seeds, as a stack of snapshots."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from torch import nn

from ..models.ensemble import first_member, members_of
from ..plain import whole_number
from ..seeds import generator
from .background import in_background
from .events import BatchEnd, Diverged, EpochEnd
from .progress import Progress
from .recipe import Recipe
from .snapshot import Snapshot, take_snapshot
from .trainer import Trainer

if TYPE_CHECKING:
    from .session import Session

USUAL_RUNS, MOST_RUNS = 8, 256
_LAST_SEED = (1 << 63) - 1


class Reruns:
    """Trains modules of the session's kind in the background; the session's own weights stay as they are.

    A rerun with seed `s` comes out as ``collab_learner(…, seed=s)`` does after the same fits: same ratings and split,
    other first weights and another order of the batches. A fit that was stopped early is stopped at the same place, to
    within some batches. Other weights of the session, by a fit, an edit, `reset` or `load`, end the reruns that are
    under way, and drop those that are done.

    Parameters
    ----------
    session : Session

    Attributes
    ----------
    seeds : tuple of int
        Of the reruns asked for last; empty where the members of an ensemble stand in for them.
    progress : Progress
        Of all of them together.
    error : Exception or None
        What ended them.
    """

    def __init__(self, session: Session):
        self._session = session
        self.seeds: tuple[int, ...] = ()
        self.progress = Progress(0)
        self.error: Exception | None = None
        self._stack: tuple[Snapshot, ...] = ()
        self._revision = -1  # of the session's snapshot when they were begun
        self._cancelled = False
        self._idle = threading.Event()
        self._idle.set()

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """One a rerun, without the users' factors; empty until all are done, and when the weights are others since."""
        if self._stack and self._stale:
            self._stack = ()
        return self._stack

    @property
    def running(self) -> bool:
        """Whether reruns are under way."""
        return not self._idle.is_set()

    def start(self, runs: int | None = None) -> None:
        """Train `runs` models in the background; what was under way is cancelled.

        Parameters
        ----------
        runs : int, optional
            From 2 to 256, by default 8. Without it the other members of an ensemble are taken as the runs at once, and
            nothing is trained.

        Raises
        ------
        ValueError
            For another number of runs, for loaders without ratings, and for a learner that was given a finished
            module, whose first weights cannot be drawn again.
        RuntimeError
            While the session trains, and before it has.
        """
        session = self._session
        n = USUAL_RUNS if runs is None else whole_number("runs", runs, 2, MOST_RUNS)
        with session.resting("ask for stability"):
            revision, weights = session.snapshot.revision, session.weights
            session.data.part(0)
            if not session.epoch > 0:
                raise RuntimeError("nothing is trained yet, so there is nothing to run again; fit first")
            self.cancel()
            self.wait()
            self._stack, self._revision, self._cancelled, self.error = (), revision, False, None
            members = members_of(weights.module)
            if runs is None and len(members) > 2:
                self.seeds = ()
                self._stack = tuple(self._snapshot(member) for member in members[1:])
            elif not weights.can_remake:
                raise ValueError(
                    "reruns start from other weights, and this learner was given a finished module, so none can be "
                    "drawn; pass remake=(n_factors, generator) -> nn.Module to CollabLearner"
                )
            else:
                self.seeds = tuple((weights.seed + i) % (_LAST_SEED + 1) for i in range(1, n + 1))
                self._begin(list(zip(session.fits, session.interrupted_at, strict=True)))
        session.changed()

    def cancel(self) -> None:
        """End those under way, between two batches; nothing is kept of them, nor of an error."""
        self._cancelled, self.error = True, None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until no rerun is under way; False if `timeout` seconds were not enough. Raises what ended them."""
        over = self._idle.wait(timeout)
        if over and self.error is not None:
            raise self.error
        return over

    def __repr__(self) -> str:
        n = len(self.snapshots)
        if self.running:
            return f"Reruns({self.progress.share:.0%} of {len(self.seeds)} done)"
        if n:
            return f"Reruns({n}, {f'seeds {self.seeds[0]} to {self.seeds[-1]}' if self.seeds else 'members'})"
        return "Reruns(none of the present weights)"

    @property
    def _stale(self) -> bool:
        return self._session.weights.snapshot.revision != self._revision

    def _begin(self, fits: list[tuple[Recipe, float | None]]) -> None:
        data, epochs = self._session.data, sum(recipe.epochs for recipe, _ in fits)
        per_run = sum(recipe.epochs * data.n_batches(recipe.bs) for recipe, _ in fits)
        self.progress = Progress(len(self.seeds) * per_run, len(self.seeds) * epochs)
        self.progress.go()
        self._idle.clear()
        try:
            in_background("collabwidgets-reruns", lambda: self._run(fits, per_run), self.cancel)
        except RuntimeError:
            self._idle.set()
            raise

    def _run(self, fits: list[tuple[Recipe, float | None]], per_run: int) -> None:
        stack: list[Snapshot] = []
        try:
            for i, seed in enumerate(self.seeds):
                module = self._trained(seed, fits, i * per_run)
                if module is None:
                    break
                stack.append(self._snapshot(module))
                self.progress.reached(len(stack) * per_run)
                self._session.changed()
            else:
                self._stack = tuple(stack)
        except Exception as error:  # a module of one's own may raise anything
            self.error = None if self._cancelled else error
        self.progress.halt()
        self._idle.set()
        self._session.changed()

    def _trained(self, seed: int, fits: list[tuple[Recipe, float | None]], before: int) -> nn.Module | None:
        """A module trained by all fits, one after the other; None if that was cancelled."""
        weights, data = self._session.weights, self._session.data
        module = first_member(weights.fresh(None, seed, seed_before=weights.seed))
        engine, order, epoch = weights.engine_for(module), generator(seed, "batches"), 0.0
        for recipe, left in fits:
            trainer, step = Trainer(engine, data, recipe, order=order, epoch=int(epoch)), 0
            for event in trainer:
                if self._cancelled or self._stale:
                    return None
                if isinstance(event, Diverged):
                    raise RuntimeError(
                        f"the rerun with seed {seed} diverged in epoch {event.epoch}; lower lr and fit again"
                    )
                if isinstance(event, EpochEnd):
                    self.progress.validated()
                    self._session.changed()
                elif isinstance(event, BatchEnd):
                    step = event.step
                    self.progress.reached(before + step)
                    if left is not None and epoch + step / trainer.batches >= left:
                        break
            engine.sync()
            epoch += step / trainer.batches
            before += trainer.n_steps
        if self._session.status == "stopped":
            trainer.restore_best(epoch)
        return module

    def _snapshot(self, module: nn.Module) -> Snapshot:
        session = self._session
        taken = take_snapshot(
            module, session.weights.tables_of(module), session.data, self._revision, session.weights.snapshot.epoch
        )
        return replace(taken, user_factors=None, forward=None)
