"""Align: the turned columns are the nearest there are."""

from __future__ import annotations

import numpy as np
from scipy.linalg import orthogonal_procrustes

from collabwidgets.interpret.align import procrustes


def test_turned_columns_are_those_of_scipy_and_no_angle_lies_nearer():
    rng = np.random.default_rng(5)
    before = rng.normal(size=(80, 2)).astype(np.float32)
    mirrored = np.array([[np.cos(2), np.sin(2)], [np.sin(2), -np.cos(2)]])
    columns = (before @ mirrored + 0.2 * rng.normal(size=(80, 2))).astype(np.float32)
    columns[7], before[9] = np.nan, np.nan
    rows = np.arange(60)
    known = np.setdiff1d(rows, [7, 9])
    turned, turn = procrustes(columns, before, rows)
    expected, _ = orthogonal_procrustes(columns[known].astype(float), before[known].astype(float))
    np.testing.assert_allclose(turn, expected, atol=1e-6)
    np.testing.assert_allclose(turned[60:], columns[60:] @ expected, atol=1e-5)
    least = np.linalg.norm(turned[known] - before[known])
    for angle in np.linspace(0, 2 * np.pi, 720):
        c, s = np.cos(angle), np.sin(angle)
        for other in (np.array([[c, s], [-s, c]]), np.array([[c, s], [s, -c]])):
            assert np.linalg.norm(columns[known] @ other - before[known]) > least - 1e-6
