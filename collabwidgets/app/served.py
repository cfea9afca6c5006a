"""The ratings, and the model, that the served notebook shows: what the command line left in the environment."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..checkpoint_file import read
from ..data import CollabDataLoaders, load_movielens
from ..learner import CollabLearner
from ..making import collab_learner, load_learner

_VARIABLE = "COLLABWIDGETS_RATINGS"


def _resolved(path: str | None) -> str | None:
    return path and str(Path(path).resolve())


@dataclass(frozen=True)
class RatingsSource:
    """A file of ratings and the keywords of `CollabDataLoaders.from_file` for it; MovieLens 100K where there is none.

    With a `checkpoint` its model is shown, trained, as soon as the page is there; without one the page begins
    untrained.
    """

    file: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    checkpoint: str | None = None

    @classmethod
    def from_environment(cls) -> RatingsSource:
        """What `to_environment` wrote in the process that started this one."""
        return cls(**json.loads(os.environ.get(_VARIABLE, "{}")))

    def to_environment(self) -> None:
        """Leave it to the kernels that this process starts: with absolute paths, as they run elsewhere."""
        file, checkpoint = _resolved(self.file), _resolved(self.checkpoint)
        options = {
            name: _resolved(value) if name in ("items", "users") else value for name, value in self.options.items()
        }
        os.environ[_VARIABLE] = json.dumps(asdict(replace(self, file=file, options=options, checkpoint=checkpoint)))

    def loaders(self, seed: int | None = 42) -> CollabDataLoaders:
        """Read the ratings, MovieLens from its cache or its source, and split them.

        What there is to say of them is in their `said`, so nothing is warned of.

        Raises
        ------
        ValueError, OSError
            If there is no such file or it holds no ratings; the message says which.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            if self.file is None:
                return CollabDataLoaders.from_df(load_movielens("100k"), item_name="title", seed=seed)
            return CollabDataLoaders.from_file(self.file, seed=seed, **self.options)

    def learner(self, *, n_factors: int = 50, wd: float = 0.1, seed: int | None = 42) -> CollabLearner:
        """An untrained learner on the ratings.

        Predictions are bounded as the chapter has it for MovieLens, else as the loaders propose.
        """
        dls = self.loaders(seed)
        return collab_learner(dls, n_factors, y_range=(0.0, 5.5) if self.file is None else dls.y_range, wd=wd)

    def shown(self) -> CollabLearner:
        """What the page shows first: the learner of the checkpoint, on the split it was trained on, else a new one.

        Raises
        ------
        ValueError, OSError
            If there is no such file, or it was trained on other ratings; the message says which.
        """
        if self.checkpoint is None:
            return self.learner()
        if not Path(self.checkpoint).is_file():
            raise FileNotFoundError(
                f"there is no checkpoint {self.checkpoint}; "
                f"collabwidgets train {self.file or 'movielens'} --checkpoint {self.checkpoint} makes one"
            )
        return load_learner(self.checkpoint, self.loaders(read(Path(self.checkpoint)).split["seed"]))

    @property
    def title(self) -> str:
        """What the page is called: the file's name, or the data set's."""
        return "MovieLens 100K" if self.file is None else Path(self.file).name
