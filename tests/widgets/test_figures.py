"""The axes of the bqplot figures."""

import pytest

import collabwidgets as cw
from collabwidgets.widgets.figures import log_ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.5, 1.4, [0.5, 1.0]),
        (0.04, 3.0, [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
        (1.0, 10.0, [1.0, 2.0, 5.0, 10.0]),
        (0.6, 0.95, None),  # none of them: bqplot's own are better
        (0.6, 1.5, None),  # one of them tells no scale
    ],
)
def test_a_log_axis_has_one_two_and_five_times_the_powers_of_ten(low, high, ticks):
    found = log_ticks(low, high)
    assert found is None if ticks is None else found == pytest.approx(ticks)


def test_the_words_on_the_axes_have_the_hosts_colour(learn):
    learn.start(epochs=1)
    learn.wait()
    for figure in (cw.loss_figure(learn), cw.pca_figure(learn), cw.parabola_figure()):
        assert {axis.label_color for axis in figure.axes} == {"var(--jp-content-font-color1, #767676)"}
