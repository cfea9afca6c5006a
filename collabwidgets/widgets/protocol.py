"""Everything that crosses between Python and a page, typed once; js/src/protocol.ts is generated from it.

One-writer facts travel in three dictionaries, `Status`, `Data` and `Picture`, each a trait of the store; arrays in the
traits that `ARRAYS` lists. A page sends `Message`s, which `decode_message` checks. Times are in seconds, losses in the
unit of the loss function, biases in logits (rating units in a model without y_range), epochs counted from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Literal, NamedTuple, get_type_hints

import msgspec

from ..training.recipe import N_FACTORS, SETTINGS, Setting

StatusName = Literal["untrained", "training", "paused", "ready", "stopped", "diverged", "error"]
SettingKind = Literal["whole", "number", "choice", "switch"]


class Wire(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all that crosses: unknown keys are refused."""


# ---------------------------------------------------------------------- where the training is


def _with_settings(
    name: str, doc: str, settings: Iterable[Setting], base: type[Wire] = Wire, *, optional: bool = True, **options: Any
) -> type[Any]:
    """A struct with a field for each setting, so that a new field of `Recipe` is in every type that names settings."""
    kinds: dict[str, Any] = {"whole": int, "number": float, "switch": bool}
    members: list[Any] = []
    for each in settings:
        kind = Literal[each.choices] if each.kind == "choice" else kinds[each.kind]
        members.append((each.name, kind | None, None) if optional else (each.name, kind))
    namespace = {"__doc__": doc}
    return msgspec.defstruct(
        name, members, bases=(base,), module=__name__, namespace=namespace, kw_only=True, **options
    )


_SHOWN = [each for each in (N_FACTORS, *SETTINGS.values()) if each.label]
PANEL_SETTINGS = sorted(_SHOWN, key=lambda each: not each.at_rest)
_RecipeFacts = _with_settings("_RecipeFacts", "", (*SETTINGS.values(), N_FACTORS), optional=False)


class RecipeFacts(_RecipeFacts):  # type: ignore[misc, valid-type]
    """Settings of the last or running fit, and the number of factors; 0 where the model has none.

    ``epochs`` are those that the next fit will have, ``fit_epochs`` those of the last or running one.
    """

    fit_epochs: int


class Status(Wire):
    """Status and progress of the training; small, as it is sent several times a second.

    ``rerun_progress``: 0 to 1 while reruns train, else None; ``rerun_error``: the error that ended them, else empty.
    """

    status: StatusName
    message: str
    error_detail: str
    suggested_lr: float | None
    epoch: float
    progress: float
    step: int
    n_steps: int
    eta_seconds: float | None
    elapsed_seconds: float
    rerun_progress: float | None
    rerun_error: str
    recipe: RecipeFacts


# ---------------------------------------------------------------------- what it trains on


_OF_SETTING = {name: kind for name, kind in get_type_hints(Setting).items() if name not in ("default", "engines")}
SettingFacts: Any = msgspec.defstruct(
    "SettingFacts",
    [*_OF_SETTING.items(), ("kind", SettingKind)],
    bases=(Wire,),
    module=__name__,
    namespace={"__doc__": "One setting as the panel shows it, see `training.recipe.Setting`."},
    kw_only=True,
)


class Data(Wire):
    """The data set and the model; sent once, and again when a reset has changed the model."""

    dataset: str
    n_users: int
    n_items: int
    n_ratings: int
    n_train: int
    n_valid: int
    n_never_trained: int
    default_min_count: int
    user_name: str
    item_name: str
    item_features: str
    rating_mean: float
    rating_min: float
    rating_max: float
    loss_name: str
    baseline: float | None
    cannot_train: str
    settings: list[SettingFacts]
    version: str
    y_range: list[float] | None
    model: str
    n_factors: int
    n_members: int
    can_remake: bool
    can_resize: bool
    has_factors: bool
    has_user_factors: bool


# ---------------------------------------------------------------------- what there is to see


class EpochRow(Wire):
    """One epoch, see `training.history.EpochRecord`; ``metrics`` by their names."""

    epoch: int
    train_loss: float | None
    valid_loss: float | None
    rmse: float | None
    seconds: float
    lr: float
    metrics: dict[str, float | None] = {}


class RunRow(Wire):
    """One run; ``points`` are the lengths of its two curves in ``_run_curves``, 0 for the present run."""

    run: int
    name: str
    present: bool
    epochs: int
    valid_loss: float | None
    best_epoch: int | None
    seconds: float | None
    bs: int
    points: list[int]


class MapFacts(Wire):
    """A fitted map without its scores: ``m`` components and the share of the variance, 0 to 1, that each explains.

    ``agreement``: how well each component comes back in reruns, None without them. ``correlation_counts``: for each
    correlated quantity, the number of titles with a value.
    """

    m: int
    explained_variance: list[float]
    noise_level: float
    axis_match: list[float] | None
    agreement: list[float] | None
    axis_correlations: dict[str, dict[str, float]]
    correlation_counts: dict[str, int]
    fit_count: int


class Picture(Wire):
    """What training has come to: history, runs and map; sent at an epoch's end, and in between while somebody looks.

    ``map`` is None where there are no factors, or so few titles that there are no axes.
    """

    run: int
    history: list[EpochRow]
    best_epoch: int | None
    overfit_since: int | None
    frame_epochs: list[int]
    runs: list[RunRow]
    revision: int
    epoch: float
    min_count: int
    map: MapFacts | None


class OtherMap(Wire):
    """A map that is not the store's: of one view, or of an earlier epoch. ``fit_on`` as of `PCAScatter`."""

    map: MapFacts
    revision: int
    fit_on: str


class Array(NamedTuple):
    """What the bytes of a trait hold, row by row and little-endian."""

    dtype: Literal["float32", "int32", "uint8", "text"]
    shape: str
    of: str


# fmt: off
ARRAYS: dict[str, Array] = {
    "_item_names":   Array("text", "[n_items + 1]", "names of the items, row 0 '#na#'"),
    "_item_counts":  Array("int32", "[n_items + 1]", "ratings of each item"),
    "_item_means":   Array("float32", "[n_items + 1]", "mean rating of each item"),
    "_item_known":   Array("uint8", "[n_items + 1]", "1: has a training rating, 2: side columns alone, 0: neither"),
    "_user_names":   Array("text", "[n_users + 1]", "names of the users, row 0 '#na#'"),
    "_user_counts":  Array("int32", "[n_users + 1]", "ratings of each user"),
    "_user_means":   Array("float32", "[n_users + 1]", "mean rating of each user"),
    "_user_known":   Array("uint8", "[n_users + 1]", "1: has a training rating, 2: side columns alone, 0: neither"),
    "_item_bias":    Array("float32", "[n_items + 1]", "biases; empty where the model has none"),
    "_user_bias":    Array("float32", "[n_users + 1]", "biases; empty where the model has none"),
    "_item_spread":  Array("float32", "[n_items + 1, 3]", "over reruns: `bias_moves`; empty without"),
    "_user_spread":  Array("float32", "[n_users + 1, 3]", "over reruns: `bias_moves`; empty without"),
    "_scores":       Array("float32", "[n_items + 1, m]", "components of the map; NaN where an item is not shown"),
    "_map_scores":   Array("float32", "[n_items + 1, m]", "of a view: components of a map of its own"),
    "_batch_loss":   Array("float32", "[n, 2]", "epoch and loss of single batches, thinned"),
    "_run_curves":   Array("float32", "[n, 2]", "batch and validation losses of the earlier runs, one after the other"),
}
# fmt: on


# ---------------------------------------------------------------------- what a page asks


class Call(Wire, tag_field="name"):
    """A command or a question; ``name`` says which."""


Train = _with_settings("Train", "Start a fit.", PANEL_SETTINGS, Call, tag="train")
Retrain = _with_settings("Retrain", "Train fresh weights.", PANEL_SETTINGS, Call, tag="retrain")
StepEpoch = _with_settings(
    "StepEpoch",
    "Train one epoch.",
    (each for each in PANEL_SETTINGS if each.name != "epochs"),
    Call,
    tag="step_epoch",
)


class Reset(Call, tag="reset"):
    seed: int | None = None
    n_factors: int | None = None


class Pause(Call, tag="pause"):
    pass


class Resume(Call, tag="resume"):
    pass


class Stop(Call, tag="stop"):
    pass


class Rerun(Call, tag="rerun"):
    """Train the model again with other seeds: `CollabLearner.stability`."""


class CancelRerun(Call, tag="cancel_rerun"):
    pass


class Ping(Call, tag="ping"):
    """Whether Python is there, asked by a page that has heard nothing for a while."""


class AskCode(Call, tag="code"):
    """The Python of a view; answered by a str."""

    view: str


class AskNeighbors(Call, tag="neighbors"):
    """The nearest titles, or users, in all dimensions; answered by `Neighbors`."""

    row: int
    k: int
    min_count: int
    kind: Literal["items", "users"] = "items"


class AskFrame(Call, tag="frame"):
    """A view's map at the end of an earlier epoch; answered by `OtherMap`, the scores in a buffer."""

    view: str
    epoch: int


AnyCall = reduce(or_, Call.__subclasses__())  # all of the above


class Neighbors(Wire):
    """Rows of the nearest titles, how many nearer ones the filter hides, and the revision they are of."""

    rows: list[int]
    hidden: int
    revision: int


# ---------------------------------------------------------------------- messages


class FromPage(Wire, tag_field="kind"):
    """A message of a page; ``kind`` says which."""


class Beat(FromPage, tag="beat"):
    """A page is there; ``visible``: somebody may look at a view.

    ``drawn``: the number of the last points message on its screen. ``anew``: it needs the whole batch curve.
    """

    client: str
    visible: bool
    drawn: int = -1
    anew: bool = False


class Ask(FromPage, tag="command"):
    """A command or question that waits for the `Answer` of the same id."""

    id: str
    call: AnyCall  # type: ignore[valid-type]


Message = Beat | Ask


class Answer(Wire, tag_field="kind", tag="answer"):
    """The result of a call: a value, or a sentence that says why it was refused."""

    id: str
    ok: bool
    value: Any = None
    error: str = ""


class Points(Wire, tag_field="kind", tag="points"):
    """Batch losses float32 [n, 2] in a buffer, to be appended, or with ``reset`` to begin with."""

    seq: int
    run: int
    reset: bool


TYPES = (Status, Data, Picture, OtherMap, Message, AnyCall, Neighbors, Answer, Points)


def decode_message(content: Any) -> Beat | Ask:
    """A page's message as its struct.

    Raises
    ------
    ValueError
        For an unknown kind, command or key, and for a value of another type; the sentence says which and where.
    """
    try:
        return msgspec.convert(content, Message)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise ValueError(f"the page's message is not understood: {error}") from None


def plain(value: Any) -> Any:
    """What a trait or a message carries of structs and numbers: dictionaries and lists, None for NaN and infinity."""
    return msgspec.json.decode(msgspec.json.encode(value))


SETTING_FACTS = msgspec.convert(PANEL_SETTINGS, list[SettingFacts], from_attributes=True)


def contract() -> str:
    """The contract as JSON, from which js/protocol.mjs writes the page's types."""
    _, definitions = msgspec.json.schema_components(TYPES, ref_template="#/$defs/{name}")
    arrays = {name: each._asdict() for name, each in ARRAYS.items()}
    return json.dumps({"definitions": definitions, "arrays": arrays, "settings": plain(SETTING_FACTS)})
