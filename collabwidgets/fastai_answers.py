"""What the names of fastai that `collabwidgets.fastai` lacks are called here, as the answer to whoever uses one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# What a name of fastai that is not here is called here. A method of the learner is written `learn.…`, of the loaders
# `dls.…`, of the recorder `recorder.…`, an argument `…=`, and what its star imports bring by its name alone.
_CALLBACKS = "callbacks= of the learner or of a fit, functions called with each event of the training"
_SCHEDULE = "collabwidgets.training.schedule_for(learn.recipe, learn.session.progress.n_steps)"

HERE_IT_IS = {
    "learn.summary": "print(learn.model); learn.config has its sizes and settings",
    "learn.fine_tune": "learn.fit_one_cycle(n); nothing of a recommender is trained before",
    "learn.fit_flat_cos": "learn.fit(n, lr), at a constant rate, or learn.fit_one_cycle(n, lr)",
    "learn.fit_sgdr": "learn.fit_one_cycle(n, lr), several times",
    "learn.freeze": "p.requires_grad_(False) for each p of learn.model.parameters() that is to stay",
    "learn.unfreeze": "p.requires_grad_(True) for each p of learn.model.parameters()",
    "learn.metrics": "metrics= of the learner or of a fit; learn.history.to_frame() has what they gave",
    "learn.opt": "learn.recipe, which has the optimizer's settings (lr, wd, moms, sqr_mom, eps)",
    "learn.opt_func": "AdamW, always; learn.recipe has its settings",
    "learn.cbs": _CALLBACKS,
    "learn.add_cb": _CALLBACKS,
    "learn.add_cbs": _CALLBACKS,
    "learn.no_bar": "learn.start() and learn.wait(), which print nothing",
    "learn.to_fp16": "nothing: tables are trained in float32",
    "learn.one_batch": "dls.one_batch()",
    "learn.path": "learn.dls.path",
    "learn.loss": "learn.history.batches()[1][-1], the last batch's; learn.validate() computes it",
    "dls.train_ds": "dls.train_x and dls.train_y, the training ratings as tensors",
    "dls.valid_ds": "dls.valid_x and dls.valid_y, the validation ratings as tensors",
    "dls.train_dl": "dls.train",
    "dls.valid_dl": "dls.valid",
    "dls.test_dl": "learn.predict(users, titles)",
    "dls.vocab": "dls.classes",
    "dls.items": "the ratings frame itself; dls.items here is the side of the items, with counts and means",
    "dls.device": "learn.model's parameters' device; pass device= to the learner",
    "dls.to": "device= of the learner",
    "recorder.plot_sched": f"plt.plot({_SCHEDULE}.lr)",
    "recorder.lrs": f"{_SCHEDULE}.lr",
    "recorder.values": "learn.history.to_frame()",
    "recorder.smooth_loss": "learn.history.epochs[-1].train_loss",
    "cbs=": _CALLBACKS,
    "opt_func=": "AdamW, always; settings such as moms=, sqr_mom= and eps= go to the fit",
    "splitter=": "one learning rate for all parameters",
    "path=": "path= of CollabDataLoaders.from_df",
    "wd_bn_bias=": "no decay of batch norms and of layers' own biases, always",
    "config=": "Learner(dls, EmbeddingNN(emb_szs, layers, ps=…, embed_p=…))",
    "reset_opt=": "learn.reset(), which makes fresh weights and moments",
    "with_input=": "dls.valid_x, in the order of the predictions",
    "with_loss=": "(preds - targets) ** 2",
    "dl=": "ds_idx=, or learn.predict(users, titles) for pairs of your own",
    "num_workers=": "tensors that are sliced, with no worker to wait for",
    "device=": "device= of the learner",
    "shuffle=": "training ratings in a fresh order each epoch, validation in one order, always",
    "y_block=": "rating_name=, a column of numbers",
    "Callback": "learn.session.on_change(callback)",
    "DataLoaders": "CollabDataLoaders",
    "EarlyStoppingCallback": "patience= of a fit, such as learn.fit_one_cycle(20, patience=3)",
    "SaveModelCallback": "keep_best=True of a fit",
    "ProgressCallback": "TrainingPanel(learn), or the table that a fit prints",
    "Recorder": "learn.history; learn.recorder.plot_loss() draws it",
    "TabularCollab": "CollabDataLoaders.from_df(ratings)",
    "TabularPandas": "CollabDataLoaders.from_df(ratings)",
    "tabular_learner": "collab_learner(dls, use_nn=True)",
    "Adam": "AdamW, always, with fastai's settings",
    "mse": "torch.nn.functional.mse_loss",
    "rmse": "learn.history.to_frame()['rmse']",
    "mae": "torch.nn.functional.l1_loss",
    "set_seed": "seed= of CollabDataLoaders.from_df, or torch.manual_seed for a model that you make yourself",
}


def answering(function: Callable[P, R]) -> Callable[P, R]:
    """The function; where it refuses a keyword that fastai has, the error says what that is called here."""

    @functools.wraps(function)
    def call(*args: P.args, **options: P.kwargs) -> R:
        try:
            return function(*args, **options)
        except TypeError as error:
            for name in options:
                if f"{name}=" in HERE_IT_IS and repr(name) in str(error):
                    raise TypeError(f"{name}= of fastai is, here: {HERE_IT_IS[f'{name}=']}") from None
            raise

    return call


class Answers:
    """Says what an attribute of fastai's is called here."""

    _called: str

    def __getattr__(self, name: str) -> NoReturn:
        answer = HERE_IT_IS.get(f"{self._called}.{name}")
        if answer is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        # Without the object Python adds no guess of its own.
        raise AttributeError(f"{self._called}.{name} of fastai is, here: {answer}", obj=None)
