"""Methods of a learner that hand one of its parts to a function, whose parameters and docstring they have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from .training.session import Session
from .training.snapshot import Snapshot

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .learner import CollabLearner

P = ParamSpec("P")
R = TypeVar("R")


def of_session(command: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that gives `command` to the learner's session."""

    @wraps(command)
    def method(learn: CollabLearner, /, *args: P.args, **options: P.kwargs) -> R:
        return command(learn.session, *args, **options)

    return method


def of_snapshot(
    finding: Callable[Concatenate[Snapshot, CollabDataLoaders, P], R],
) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that asks `finding` of the learner's snapshot and ratings."""

    @wraps(finding)
    def method(learn: CollabLearner, /, *args: P.args, **options: P.kwargs) -> R:
        return finding(learn.snapshot, learn.dls, *args, **options)

    signature = inspect.signature(finding)
    first, _ratings, *others = signature.parameters.values()
    shown: Any = method
    shown.__signature__ = signature.replace(parameters=[first.replace(name="self", annotation=first.empty), *others])
    return method
