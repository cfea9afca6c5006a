"""Methods of a learner that hand its parts to a function, whose parameters and docstring they have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from operator import attrgetter
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
    return _method(command, "session")


def of_snapshot(
    finding: Callable[Concatenate[Snapshot, CollabDataLoaders, P], R],
) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that asks `finding` of the learner's snapshot and ratings."""
    return _method(finding, "snapshot", "dls")


def of_view(
    finding: Callable[Concatenate[Snapshot, CollabDataLoaders, int, P], R],
) -> Callable[Concatenate[CollabLearner, P], R]:
    """The method that asks `finding` of the learner's snapshot and ratings, by the filter of its view."""
    return _method(finding, "snapshot", "dls", "view.min_count")


def _method(function: Callable[..., R], *parts: str) -> Callable[..., R]:
    """The method that calls `function` with those parts of the learner, and shows the parameters after them."""

    read = [attrgetter(part) for part in parts]

    @wraps(function)
    def method(learn: CollabLearner, /, *args: Any, **options: Any) -> R:
        return function(*(part(learn) for part in read), *args, **options)

    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[len(parts) :]
    shown: Any = method
    shown.__signature__ = signature.replace(parameters=[_SELF, *parameters])
    shown.__qualname__ = f"CollabLearner.{function.__name__}"
    return method
