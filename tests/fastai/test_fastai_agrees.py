"""The chapter's steps give here what fastai gave; `record.py` wrote that down."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import collabwidgets.fastai
from collabwidgets.training.lr_find import _valley

from .record import curve
from .steps import losses, results

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))
NAMES = SimpleNamespace(**vars(collabwidgets.fastai))
NUMBERS = ("predictions", "loss", "pca")


@pytest.fixture(scope="module")
def path():
    return NAMES.untar_data(NAMES.URLs.ML_100k)


@pytest.fixture(scope="module")
def ours(path):
    return json.loads(json.dumps(results(NAMES, path)))


@pytest.mark.parametrize("step", [step for step in RECORDED if step not in (*NUMBERS, "losses", "valley")])
def test_a_step_gives_what_fastai_gives(ours, step):
    assert ours[step] == RECORDED[step]


@pytest.mark.parametrize("model", RECORDED["predictions"])
def test_models_predict_as_fastais_on_equal_weights(ours, model):
    np.testing.assert_allclose(ours["predictions"][model], RECORDED["predictions"][model], atol=1e-6)


def test_components_have_fastais_order_and_signs(ours):
    np.testing.assert_allclose(ours["pca"], RECORDED["pca"], atol=1e-5)


def test_losses_flatten_and_squeeze_as_fastais(ours):
    assert ours["loss"] == RECORDED["loss"]


def test_the_suggested_rate_lies_where_fastais_valley_does():
    assert [_valley(np.array(curve(bend))) for bend in range(5)] == RECORDED["valley"]


def test_validation_losses_are_fastais_within_what_seeds_differ_by(path):
    here = losses(NAMES, path, 0)
    for row in here:
        there = [run[row] for run in RECORDED["losses"]]
        assert here[row] == pytest.approx(np.median(there), abs=0.01), row
    assert here["mean of get_preds"] == pytest.approx(here["collab_learner"], abs=1e-5)
