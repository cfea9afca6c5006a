"""The command line: serve the dashboard of MovieLens or of one's own ratings, or train in the terminal."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .extras import needs_extra

if TYPE_CHECKING:
    from .app.served import RatingsSource
    from .data import CollabDataLoaders

_DASHBOARD = Path(__file__).parent / "app" / "dashboard.ipynb"
_PATH = os.path.expanduser  # shells leave the ~ of --checkpoint=~/model as it is
_ROLES = ("user", "item", "rating", "time", "weight")
# Keywords of `from_file`, and how the options of their names are read.
_OPTIONS: dict[str, dict[str, Any]] = {
    "sep": {"metavar": "TEXT", "help": "what separates the fields (found out)"},
    "encoding": {"metavar": "NAME", "help": "of a text file (found out)"},
    "table": {"metavar": "NAME", "help": "the table of a database of several"},
    "query": {"metavar": "SQL", "help": "a query of a database"},
    "missing_rating": {"metavar": "N", "type": float, "help": "the number that stands for no rating"},
    "scale": {"choices": ["log"], "help": "train on log(1 + rating), for counts and hours"},
    "duplicates": {"choices": ["keep", "last", "mean"], "help": "of ratings of one pair (keep)"},
    "split": {"metavar": "HOW", "help": "stable:0.2 (by ids), last:1 (of each user), time:2015-01-01"},
    "items": {"metavar": "FILE", "type": _PATH, "help": "a table with the items' ids and titles"},
    "users": {"metavar": "FILE", "type": _PATH, "help": "a table with the users' ids and names"},
}
_WARM_KERNELS = 2
_OF_WARM_KERNELS = (
    f"keep N kernels waiting that have run the page before anybody visits, so that it opens at once ({_WARM_KERNELS}); "
    "each takes about 215 MB of memory, 0 turns it off; for a notebook of your own 0 unless you ask, as its cells then "
    "run before the visit: they read the query by voila.utils.get_query_string(), which waits, not from os.environ"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with a sentence on stderr when it could not."""
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except (OSError, ValueError, RuntimeError, ModuleNotFoundError) as error:
        print(f"collabwidgets: {_in_options(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _in_options(sentence: str) -> str:
    """What to pass, by the names that it has here."""
    sentence = re.sub(rf"(?<!['\w])({'|'.join(_ROLES)})_name(?!['\w])=?", r"--\1", sentence)
    sentence = sentence.replace('on_bad="drop"', "--drop-bad")
    return re.sub(
        rf"(?<!['\w])({'|'.join(_OPTIONS)})=[\"']?([-.:\w]*)[\"']?",
        lambda said: f"--{said[1].replace('_', '-')} {said[2]}".rstrip(),
        sentence,
    )


def _demo(options: argparse.Namespace) -> None:
    _show(_source(options, None), options)  # downloads here, where the progress and a failure can be read


def _dashboard(options: argparse.Namespace) -> None:
    path = Path(options.path)
    if path.suffix == ".ipynb":
        if not path.is_file():
            raise FileNotFoundError(f"there is no notebook {path}")
        if options.checkpoint:
            raise ValueError("--checkpoint is for a file of ratings; in a notebook cw.load_learner(path, dls) loads it")
        if options.warm_kernels:
            _refuse_stale_requests(path)
        _serve(path, options, options.warm_kernels or 0)
    else:
        _show(_source(options, options.path), options)


def _show(source: RatingsSource, options: argparse.Namespace) -> None:
    # A column or a checkpoint that cannot be read is better heard of here than in a page.
    _say(source.shown().dls if source.checkpoint else source.loaders())
    source.to_environment()
    _compile()
    _serve(_DASHBOARD, options, _WARM_KERNELS if options.warm_kernels is None else options.warm_kernels)


def _refuse_stale_requests(notebook: Path) -> None:
    """A warm kernel runs its cells before there is a request, so what they read of one must be waited for."""
    cells = notebook.read_text(encoding="utf-8")
    waits = "get_query_string" in cells or "wait_for_request" in cells
    if "VOILA_REQUEST_URL" in cells or ("QUERY_STRING" in cells and not waits):
        raise ValueError(
            f"{notebook} reads the request from its environment, which a warm kernel does not have yet; "
            "leave out --warm-kernels, or read the query by voila.utils.get_query_string()"
        )


def _compile() -> None:
    """Here, once, rather than at the first press of Train in a page."""
    from .training.engines.fused import compile_now, is_compiled

    if not is_compiled():
        print("Compiling the training loop, once: this takes some seconds.", flush=True)
        compile_now()


def _train(options: argparse.Namespace) -> None:
    source = _source(options, None if options.ratings == "movielens" else options.ratings)
    learn = source.learner(n_factors=options.factors, wd=options.wd, seed=options.seed)
    print(learn)
    _say(learn.dls)
    learn.fit_one_cycle(options.epochs, options.lr, wd=options.wd)
    if options.checkpoint:
        print(f"Saved as {learn.save(options.checkpoint)}")
    ranked = learn.biases()
    ranked = ranked[[ranked.columns[0], "bias", "count", "mean"]]  # by title where there are any
    print(f"\nHighest and lowest bias among {len(ranked):,} with at least {learn.view.min_count} ratings:")
    ends = ranked.drop(ranked.index[5:-5])
    print(ends.to_string(index=False))


def _say(dls: CollabDataLoaders) -> None:
    """Print what was understood of the ratings, by the names that options have here."""
    for sentence in dls.said:
        print(_in_options(sentence), flush=True)


def _source(options: argparse.Namespace, file: str | None) -> RatingsSource:
    from .app.served import RatingsSource

    keywords = (*(f"{role}_name" for role in _ROLES), *_OPTIONS, "on_bad")
    given = {name: value for name, value in vars(options).items() if name in keywords and value is not None}
    return RatingsSource(file, given, options.checkpoint)


def _serve(notebook: Path, options: argparse.Namespace, warm_kernels: int) -> None:
    with needs_extra("app"):
        from .app.server import open_in_browser, serve

    def announce(address: str) -> None:
        print(f"The dashboard is at {address}\nStop it with Ctrl-C.", flush=True)
        if not options.no_browser and not os.environ.get("CI"):
            open_in_browser(address)

    serve(
        notebook,
        announce,
        port=options.port,
        theme=options.theme,
        only_ours=notebook == _DASHBOARD,
        warm_kernels=warm_kernels,
        idle_seconds=options.idle_seconds,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="collabwidgets", description="Train a recommender and look inside it, live.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(run: Callable[[argparse.Namespace], None], summary: str) -> argparse.ArgumentParser:
        made = commands.add_parser(run.__name__.strip("_"), help=summary, description=summary.capitalize() + ".")
        made.set_defaults(run=run)
        return made

    demo = command(_demo, "open the dashboard of MovieLens 100K in a browser")
    _add_server_options(demo)

    dashboard = command(_dashboard, "open a notebook or the dashboard of one's own ratings")
    dashboard.add_argument(
        "path", metavar="NOTEBOOK_OR_FILE", type=_PATH, help="an .ipynb to serve, or a file of ratings"
    )
    _add_ratings(dashboard)
    _add_server_options(dashboard)

    train = command(_train, "train in the terminal and print what came out")
    train.add_argument("ratings", metavar="FILE|movielens", type=_PATH, help="a file of ratings, or MovieLens 100K")
    _add_ratings(train)
    train.add_argument(
        "--checkpoint", metavar="FILE", type=_PATH, help="save the trained model, for demo and dashboard to show"
    )
    train.add_argument("--epochs", type=int, default=5)
    train.add_argument("--lr", type=float, default=5e-3, help="highest learning rate of the cycle (5e-3)")
    train.add_argument("--wd", type=float, default=0.1, help="weight decay (0.1)")
    train.add_argument("--factors", type=int, default=50)
    train.add_argument("--seed", type=int, default=42, help="fixes split, weights and batches (42)")
    return parser


def _add_ratings(command: argparse.ArgumentParser) -> None:
    for role in _ROLES:
        found = "none: all ratings count the same" if role == "weight" else "found by its name"
        help_text = f"the column of {role}s ({found})"
        command.add_argument(f"--{role}", dest=f"{role}_name", metavar="COLUMN", help=help_text)
    for name, how in _OPTIONS.items():
        command.add_argument(f"--{name.replace('_', '-')}", **how)
    leave_out: dict[str, Any] = {"dest": "on_bad", "action": "store_const", "const": "drop"}
    command.add_argument("--drop-bad", **leave_out, help="leave out rows that cannot be used")


def _add_server_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--checkpoint", metavar="FILE", type=_PATH, help="begin with the model that train has saved, trained"
    )
    command.add_argument("--port", type=int, default=0, help="port on this machine (a free one)")
    command.add_argument("--no-browser", action="store_true", help="print the address only")
    command.add_argument("--theme", choices=["light", "dark"], default="light")
    command.add_argument("--warm-kernels", type=_count, metavar="N", help=_OF_WARM_KERNELS)
    # After which the kernel of a page that vanished is ended; shorter in the tests.
    command.add_argument("--idle-seconds", type=int, default=120, help=argparse.SUPPRESS)


def _count(text: str) -> int:
    """A whole number from 0, or a sentence for argparse to print."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0; 0 starts each kernel at its visit")
    return int(text)
