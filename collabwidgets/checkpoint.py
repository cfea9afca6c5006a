"""Checkpoint: what a learner has learnt and how; and whether it is of some ratings and some model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from msgspec import Meta
from torch import Tensor, nn

from .data.without_ratings import DataFacts, LoadersWithoutRatings
from .interpret.product import check_product
from .interpret.users import residual_variance
from .models import TabularNN
from .models.ensemble import first_member, members_of
from .models.layers import checked_range
from .models.tables import effective_tables
from .training.inputs import takes_context
from .training.progress import Whole
from .training.session_state import SessionState

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .data.side import Side
    from .learner import CollabLearner

# Arguments that a file does not keep: functions, the first of which is kept by its name.
_FUNCTIONS = ("loss_func", "metrics", "callbacks", "remake")
_OF_A_MODEL = ("mean_loss", "residual_variance", "context_scales")  # facts that the loaders do not have as such


class Split(TypedDict):
    """What fixes which ratings are for validation."""

    seed: Whole
    valid_pct: float


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A learner's state, without its ratings and without the optimizer's moments; `checkpoint_file` checks its types.

    Attributes
    ----------
    function : str
        What made the learner: ``"collab_learner"`` or ``"CollabLearner"``.
    arguments : dict
        Its arguments, those of a plain kind; of ``CollabLearner`` the names of tables and no more.
    model : str
        The module's class.
    y_range : (float, float), optional
        Bounds of its predictions.
    weights : dict of str to Tensor
        The module's ``state_dict``, on the CPU.
    users, items : list
        Ids of the rows, ``'#na#'`` left out.
    ratings : int
        Checksum of the training and validation ratings, in their order.
    split : Split
        Of the loaders; it fixed that order.
    session : SessionState
        History, settings and status of the training.
    loss : str
        What the losses are, see `training.loss.loss_name`.
    data : DataFacts, optional
        What a learner without ratings knows of them; None in files of before.
    effective : dict of str to Tensor
        Of a model whose tables say more together with the ratings, what they amount to.
    learner : str
        The learner's class where that is a subclass of the caller's own.
    """

    function: Annotated[str, Meta(pattern="^(collab_learner|CollabLearner)$")]
    arguments: dict[str, Any]
    model: str
    y_range: tuple[float, float] | None
    weights: Mapping[str, Tensor]
    users: list[int | str]
    items: list[int | str]
    ratings: Whole
    split: Split
    session: SessionState
    loss: str = "MSE"
    data: DataFacts | None = None
    effective: Mapping[str, Tensor] = field(default_factory=dict)
    learner: str = ""


def of_learner(learn: CollabLearner) -> Checkpoint:
    """Make a checkpoint of a learner that is not training."""
    function = learn.made_by.function
    arguments = {name: value for name, value in learn.made_by.arguments.items() if name not in _FUNCTIONS}
    if function == "collab_learner" and learn.session.weights.can_resize:
        arguments["n_factors"] = learn.n_factors  # a reset may have changed it
    if arguments.get("device") is not None:
        arguments["device"] = str(arguments["device"])
    dls = learn.dls
    return Checkpoint(
        function=function,
        arguments=arguments,
        model=type(learn.model).__name__,
        y_range=learn.snapshot.y_range,
        weights=learn.model.state_dict(),
        users=list(dls.classes[dls.user_name])[1:],
        items=list(dls.classes[dls.item_name])[1:],
        ratings=dls.checksum,
        split=split_of(dls),
        session=SessionState.of(learn.session),
        loss=learn.loss_name,
        data=_data_facts(learn),
        effective=effective_tables(learn.model),
        learner="" if type(learn).__module__.startswith(f"{__package__}.") else type(learn).__name__,
    )


def _data_facts(learn: CollabLearner) -> DataFacts:
    """What the file keeps of the ratings, so that the model can be looked at without them."""
    dls = learn.dls
    if isinstance(dls, LoadersWithoutRatings):
        return dls.facts
    try:
        check_product(learn.snapshot)
        variance = residual_variance(learn.snapshot, dls)
    except ValueError:  # no dot product, so nobody new can be fitted to it
        variance = None
    return DataFacts(
        **{each.name: getattr(dls, each.name) for each in fields(DataFacts) if each.name not in _OF_A_MODEL},
        mean_loss=learn.baseline,
        residual_variance=variance,
        context_scales=() if dls.context is None else dls.context.scales,
    )


def split_of(dls: CollabDataLoaders) -> Split:
    """The split of some loaders."""
    return {"seed": dls.seed, "valid_pct": dls.valid_pct}


def config_of(learn: CollabLearner) -> dict[str, Any]:
    """Model, size, engine, split and settings of a learner: `CollabLearner.config`."""
    return {
        "model": type(first_member(learn.model)).__name__,
        "n_members": len(members_of(learn.model)),
        "n_factors": learn.n_factors,
        "y_range": learn.snapshot.y_range,
        "engine": learn.engine,
        "weights_seed": learn.session.weights.seed,
        "split": split_of(learn.dls),
        **asdict(learn.recipe),
    }


def check_data(checkpoint: Checkpoint, dls: CollabDataLoaders, path: Path) -> None:
    """Raise a ValueError that says what differs unless `dls` have all users and items of the checkpoint."""
    for (name, found), known in zip(dls.classes.items(), (checkpoint.users, checkpoint.items), strict=True):
        missing = [each for each in known if each not in found.o2i]
        if missing:
            raise ValueError(
                f"{path} was trained on {len(known):,} {name}s, of which these loaders lack {len(missing):,} (first: "
                f"{missing[0]!r}); load it with loaders of the ratings it was trained on, or of these and more"
            )


def check_columns(checkpoint: Checkpoint, dls: CollabDataLoaders, model: nn.Module, path: Path) -> None:
    """Raise a ValueError where a model uses side columns, or a context, and these loaders have others."""
    saved = checkpoint.data
    if saved is None:
        return
    was: list[str] = []
    now: list[str] = []
    of_both = any(isinstance(part, TabularNN) for part in model.modules())
    for table, was_side, side in (("u_side", saved.users, dls.users), ("i_side", saved.items, dls.items)):
        if of_both or any(f"{table}." in name for name in checkpoint.weights):
            was += _labels(was_side)
            now += _labels(side)
    if takes_context(model):
        was += [name for name, *_ in saved.context_scales]
        now += [] if dls.context is None else dls.context.names
    if was != now:
        one, other = (", ".join(sorted(set(these) - set(those))) for these, those in ((was, now), (now, was)))
        raise ValueError(
            f"{path} was trained with other columns than these loaders have (there alone: {one or 'none'}; here "
            f"alone: {other or 'none'}); pass the same users=, items=, features= and context= to from_df"
        )


def _labels(side: Side) -> list[str]:
    return [] if side.features is None else side.features.labels


def other_ratings(checkpoint: Checkpoint, dls: CollabDataLoaders, path: Path) -> str:
    """What is to be warned of where the ratings of `dls`, or their split, are others; else nothing."""
    if checkpoint.ratings == dls.checksum:
        return ""
    was, found = (
        ", ".join(f"{name}={value}" for name, value in split.items()) for split in (checkpoint.split, split_of(dls))
    )
    differs = f"on another split of them ({was}; these loaders have {found})" if was != found else "on other ratings"
    return (
        f"{path} was trained {differs}: what is validation here may have been trained on there, and its losses are "
        "not those of these ratings"
    )


def check_model(checkpoint: Checkpoint, model: nn.Module, loss: str, path: Path) -> None:
    """Raise a ValueError that says what differs unless the weights are those of such a module."""
    advice = "pass the module that it was saved from, or let cw.load_learner(path, dls) make it"
    wanted = {name: list(value.shape) for name, value in model.state_dict().items()}
    found = {name: list(value.shape) for name, value in checkpoint.weights.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            there, here = (shapes.get(name, "missing") for shapes in (found, wanted))
            raise ValueError(
                f"{path} holds {checkpoint.model}, the model is {type(model).__name__}: {name!r} is {there} in the "
                f"file and {here} in the model; {advice}"
            )
    if loss != checkpoint.loss:
        raise ValueError(
            f"the losses in {path} are {checkpoint.loss}, the learner's are {loss}; pass the same loss_func="
        )
    y_range = checked_range(getattr(model, "y_range", None))
    if y_range != checkpoint.y_range:
        raise ValueError(f"{path} was trained with y_range={checkpoint.y_range}, the model has {y_range}; {advice}")
