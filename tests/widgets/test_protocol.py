"""The contract: what is published is what it says, and a new training setting reaches the other side by one line."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from collabwidgets import LearnerStore, PCAScatter, collab_learner
from collabwidgets.widgets import protocol

ROOT = Path(__file__).parents[2]
SIZES = {"float32": 4, "int32": 4, "uint8": 1}


def test_the_generated_types_are_those_of_the_contract():
    contract = protocol.contract()
    check = ["node", str(ROOT / "js" / "protocol.mjs"), "--check"]
    done = subprocess.run(check, input=contract, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    changed = json.loads(contract)
    changed["definitions"]["Status"]["properties"]["mood"] = {"type": "string"}
    done = subprocess.run(check, input=json.dumps(changed), capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "make protocol" in done.stderr


@pytest.mark.parametrize("model", ["dot", "nn", "svdpp"])
def test_what_is_published_is_of_the_types_and_shapes_that_the_contract_names(dls, until, model):
    learn = collab_learner(dls, 4, model=model)
    store = LearnerStore.of(learn)

    def check():
        for trait, kind in (("status", protocol.Status), ("data", protocol.Data), ("picture", protocol.Picture)):
            msgspec.convert(getattr(store, trait), kind, strict=True)

    check()
    learn.fit_one_cycle(2)
    learn.retrain(1)
    learn.wait()
    until(lambda: store.status["status"] == "ready" and len(store.picture["runs"]) == 2)
    check()
    known = {"n_items": dls.n_items, "n_users": dls.n_users, "m": store.picture["map"]["m"], "n": None}
    for name, array in protocol.ARRAYS.items():
        if array.dtype == "text" or not hasattr(store, name):
            continue
        data = getattr(store, name)
        shape = [eval(size, {}, known) for size in array.shape.strip("[]").split(",")]
        if None in shape or not data:
            assert len(data) % SIZES[array.dtype] == 0, name
        else:
            assert len(data) == SIZES[array.dtype] * np.prod(shape), name


def test_a_map_of_its_own_is_of_the_contracts_type(learn, until):
    scatter = PCAScatter(learn, fit_on="all")
    learn.fit_one_cycle(1)
    until(lambda: bool(scatter._map))
    own = msgspec.convert(scatter._map, protocol.OtherMap)
    assert len(scatter._map_scores) == 4 * own.map.m * (learn.n_items + 1)


NEW = """
    warmth: float = setting(0.5, "Warmth", "A setting that a test adds", high=2.0)
"""
TRY = """
import pandas as pd, msgspec, pytest
import collabwidgets as cw
from collabwidgets.widgets import LearnerStore, TrainingPanel, protocol
from collabwidgets.widgets.commands import run_command

ratings, _ = cw.synthetic_ratings(30, 20, 300, seed=1)
dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
learn = cw.collab_learner(dls, 2, engine="autograd")  # this copy of the package has no compiled code
panel = TrainingPanel(learn, warmth=1.5)
assert "warmth" in {each["name"] for each in LearnerStore.of(learn).data["settings"]}
assert LearnerStore.of(learn).status["recipe"]["warmth"] == 0.5
panel.train()
learn.wait()
assert learn.recipe.warmth == 1.5
again = cw.load_learner(learn.save("warm"), dls)
assert again.recipe.warmth == 1.5
assert "warmth=1.5" in panel.to_code()
call = protocol.decode_message({"kind": "command", "id": "1", "call": {"name": "retrain", "warmth": 2}}).call
run_command(learn, call)
learn.wait()
assert learn.recipe.warmth == 2
call = protocol.decode_message({"kind": "command", "id": "1", "call": {"name": "train", "warmth": 3}}).call
with pytest.raises(ValueError, match="warmth must be a number from 0 to 2"):
    run_command(learn, call)
print(protocol.contract())
"""


def test_a_new_setting_is_one_field_of_the_recipe(tmp_path):
    shutil.copytree(ROOT / "collabwidgets", tmp_path / "collabwidgets", ignore=shutil.ignore_patterns("__pycache__"))
    recipe = tmp_path / "collabwidgets" / "training" / "recipe.py"
    text = recipe.read_text()
    place = text.index("    rescale: bool = setting")
    recipe.write_text(text[:place].rstrip() + NEW + text[place:])
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments, **others):
        done = subprocess.run(
            [*arguments], cwd=tmp_path, env=environment, capture_output=True, check=False, text=True, **others
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    contract = run(sys.executable, "-c", TRY)
    script = tmp_path / "js" / "protocol.mjs"
    (tmp_path / "js" / "src").mkdir(parents=True)
    shutil.copy(ROOT / "js" / "protocol.mjs", script)
    (tmp_path / "js" / "node_modules").symlink_to((ROOT / "js" / "node_modules").resolve())
    run("node", str(script), input=contract)
    types = (tmp_path / "js" / "src" / "protocol.ts").read_text()
    settings = re.search(r"export interface FitSettings \{(.*?)\n\}", types, re.DOTALL).group(1)
    assert "warmth?: number | null;" in settings
    for command in ("Train", "Retrain", "StepEpoch"):
        assert f"export interface {command} extends FitSettings {{" in types


def test_a_setting_that_an_engine_does_not_know_is_refused(dls):
    from dataclasses import dataclass

    from collabwidgets.training.recipe import Recipe, setting

    @dataclass(frozen=True)
    class Warm(Recipe):
        warmth: float = setting(0.5, "Warmth", "", engines=("autograd",))

    Warm(warmth=0.7).check_engine("autograd")
    Warm().check_engine("fused")
    with pytest.raises(ValueError, match=r"warmth=0\.7 is not known to the fused engine; use engine='autograd'"):
        Warm(warmth=0.7).check_engine("fused")
