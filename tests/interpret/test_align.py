"""Align: vectors are turned as near to another model's as they can be."""

from __future__ import annotations

import numpy as np
from scipy.linalg import orthogonal_procrustes

from collabwidgets.interpret.align import agreement, procrustes


def test_the_rotation_is_that_of_scipy_on_rows_scaled_by_the_roots_of_their_weights():
    rng = np.random.default_rng(5)
    before = rng.normal(size=(80, 7)).astype(np.float32)
    turn = np.linalg.qr(rng.normal(size=(7, 7)))[0]
    columns = (before @ turn + 0.5 * rng.normal(size=(80, 7))).astype(np.float32)
    weights = rng.integers(0, 50, 80).astype(float)
    roots = np.sqrt(weights)[:, None]
    expected, _ = orthogonal_procrustes(columns * roots, before * roots)
    np.testing.assert_allclose(procrustes(columns, before, weights), expected, atol=1e-6)
    assert np.abs(procrustes(columns, before, np.ones(80)) - expected).max() > 1e-3


def test_turned_vectors_agree_wholly_and_unrelated_ones_by_chance_alone():
    rng = np.random.default_rng(6)
    spreads = np.array([5, 2, 1, 1, 1])
    factors = (rng.normal(size=(400, 5)) * spreads).astype(np.float32)
    turned = (factors @ np.linalg.qr(rng.normal(size=(5, 5)))[0]).astype(np.float32)
    unrelated = (rng.normal(size=(400, 5)) * spreads).astype(np.float32)
    counts = rng.integers(1, 100, 400)
    np.testing.assert_allclose(agreement(np.eye(5), factors, [turned], counts), 1, atol=1e-4)
    assert agreement(np.eye(5), factors, [unrelated], counts).max() < 0.2
    both = agreement(np.eye(5), factors, [turned, unrelated], counts)
    np.testing.assert_allclose(both, 0.55, atol=0.06)
