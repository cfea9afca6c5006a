"""Settings are checked at the door; the schedule is the chapter's closed form."""

import math

import numpy as np
import pytest

from collabwidgets.training import Recipe, schedule_for


def fastai_cos(a, b, p):
    return a + (1 + math.cos(math.pi * (1 - p))) * (b - a) / 2


def fastai_one_cycle(j, n, lr):
    p = j / n
    if p < 0.25:
        return fastai_cos(lr / 25, lr, p / 0.25), fastai_cos(0.95, 0.85, p / 0.25)
    return fastai_cos(lr, lr / 1e5, (p - 0.25) / 0.75), fastai_cos(0.85, 0.95, (p - 0.25) / 0.75)


@pytest.mark.parametrize("n", [1, 7, 1250])
def test_one_cycle_is_fastais_closed_form(n):
    schedule = schedule_for(Recipe(lr=5e-3), n)
    expected = np.array([fastai_one_cycle(j, n, 5e-3) for j in range(n)])
    np.testing.assert_allclose(schedule.lr, expected[:, 0], rtol=1e-12)
    np.testing.assert_allclose(schedule.mom, expected[:, 1], rtol=1e-12)
    assert schedule.lr[0] == pytest.approx(5e-3 / 25)


def test_constant_schedule_is_constant():
    schedule = schedule_for(Recipe(lr=0.01, schedule="constant"), 4)
    assert schedule.lr.tolist() == [0.01] * 4
    assert set(schedule.mom) == {0.9}


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("epochs", 0, ValueError),
        ("epochs", 2.5, ValueError),
        ("lr", -1, ValueError),
        ("lr", float("nan"), ValueError),
        ("lr", "5e-3", TypeError),
        ("bs", True, TypeError),
        ("schedule", "cyclic", ValueError),
        ("keep_best", 1, TypeError),
    ],
)
def test_a_setting_out_of_range_is_named_with_what_was_found(setting, value, error):
    with pytest.raises(error, match=setting) as caught:
        Recipe(**{setting: value})
    assert repr(value) in str(caught.value)


def test_an_unknown_setting_names_the_nearest():
    with pytest.raises(TypeError, match="The nearest spelling is 'epochs'"):
        Recipe().changed(epoch=3)
    assert Recipe(wd=0.2).changed(lr=0.01, wd=None) == Recipe(lr=0.01, wd=0.2)
