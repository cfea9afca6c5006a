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
_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)


def of_session(command: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that gives `command` to the learner's session."""

    @wraps(command)
    def method(learn: CollabLearner, /, *args: P.args, **options: P.kwargs) -> R:
        return command(learn.session, *args, **options)

    return _shown(method, parts=1)


def of_snapshot(
    finding: Callable[Concatenate[Snapshot, CollabDataLoaders, P], R],
) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that asks `finding` of the learner's snapshot and ratings."""

    @wraps(finding)
    def method(learn: CollabLearner, /, *args: P.args, **options: P.kwargs) -> R:
        return finding(learn.snapshot, learn.dls, *args, **options)

    return _shown(method, parts=2)


def _shown(method: Callable[P, R], parts: int) -> Callable[P, R]:
    """The method with the signature of the function behind it, whose first parameters are `parts` of the learner."""
    signature = inspect.signature(method)
    parameters = list(signature.parameters.values())[parts:]
    shown: Any = method
    shown.__signature__ = signature.replace(parameters=[_SELF, *parameters])
    shown.__qualname__ = f"CollabLearner.{method.__name__}"
    return method
