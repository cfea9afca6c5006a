"""PCA against scikit-learn, and frames that neither flip nor exchange their axes."""

import dataclasses
import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.stats import ortho_group, pearsonr
from sklearn.decomposition import PCA

from collabwidgets.interpret import fit_pca


@pytest.fixture
def factors():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(300, 10)) * np.linspace(2, 0.2, 10)) @ ortho_group.rvs(10, random_state=0) + 3


def frames_of(make_snapshot, tables, **keywords):
    """One frame a table, each given the one before."""
    frame = None
    for revision, table in enumerate(tables):
        frame = fit_pca(make_snapshot(item_factors=table, revision=revision), previous=frame, **keywords)
        yield frame


def planted(variances, axes, rng, n=400):
    """A table [n, k] whose principal components are exactly `axes` (a row each) with these variances."""
    raw = rng.normal(size=(n, len(variances)))
    white = np.linalg.qr(raw - raw.mean(axis=0))[0] * np.sqrt(n - 1)
    return white * np.sqrt(variances) @ axes


def turned_by_most_rows(reference, fitted):
    """scikit-learn's components with the signs of Bro, Acar & Kolda, a row at a time."""
    for component in reference.components_:
        total = sum(np.sign(score) * score**2 for score in (fitted - reference.mean_) @ component)
        component *= np.sign(total)
    return reference


def test_components_scores_and_shares_equal_scikit_learns(make_snapshot, factors):
    frame = fit_pca(make_snapshot(item_factors=factors), k=5)
    reference = turned_by_most_rows(PCA(5, svd_solver="full").fit(factors), factors)
    np.testing.assert_allclose(frame.components, reference.components_, atol=1e-5)
    np.testing.assert_allclose(frame.scores[1:], reference.transform(factors), atol=1e-5)
    np.testing.assert_allclose(frame.explained_variance_ratio, reference.explained_variance_ratio_, atol=1e-6)
    np.testing.assert_allclose(frame.center, reference.mean_, atol=1e-5)
    assert frame.axis_match is None
    assert frame.noise_level == 0.1


def test_60_000_rows_come_out_as_scikit_learns(make_snapshot):
    rng = np.random.default_rng(1)
    table = (rng.normal(size=(60_000, 50)) * np.linspace(1.5, 0.5, 50)).astype(np.float32)
    frame = fit_pca(make_snapshot(item_factors=table), k=3)
    reference = turned_by_most_rows(PCA(3, svd_solver="full").fit(table.astype(np.float64)), table)
    np.testing.assert_allclose(frame.components, reference.components_, atol=1e-5)


def test_a_constant_added_to_all_rows_does_not_matter(make_snapshot, factors):
    factors = np.round(factors * 64) / 64  # so that float32 holds both tables exactly
    frame, moved = (fit_pca(make_snapshot(item_factors=factors + c)) for c in (0, 1000))
    np.testing.assert_allclose(moved.components, frame.components, atol=1e-9)
    np.testing.assert_allclose(moved.scores, frame.scores, atol=2e-3)


def test_only_trained_rows_with_enough_ratings_are_fitted_and_all_trained_rows_are_placed(
    make_snapshot, make_side, factors
):
    counts = np.resize([5, 30, 40], 300)
    items = make_side(300, counts=counts, untrained=(2, 4))
    frame = fit_pca(make_snapshot(item_factors=factors, items=items), k=3)
    rows = np.array([row for row in range(1, 301) if counts[row - 1] >= 20 and row not in (2, 4)])
    fitted = factors[rows - 1]
    reference = turned_by_most_rows(PCA(3, svd_solver="full").fit(fitted), fitted)
    assert frame.rows.tolist() == rows.tolist()
    assert np.flatnonzero(np.isnan(frame.scores).any(axis=1)).tolist() == [0, 2, 4]
    assert frame.scores.dtype == np.float32
    np.testing.assert_allclose(
        np.delete(frame.scores, [0, 2, 4], axis=0),
        reference.transform(np.delete(factors, [1, 3], axis=0)),
        atol=1e-5,
    )


def test_top_n_fits_the_most_rated_whatever_min_count(make_snapshot, make_side, factors):
    counts = np.resize([3, 1, 2], 300)
    items = make_side(300, counts=counts, untrained=(1,))
    frame = fit_pca(make_snapshot(item_factors=factors, items=items), top_n=120, min_count=20)
    by_count = sorted(range(2, 301), key=lambda row: (-counts[row - 1], row))
    assert frame.rows.tolist() == sorted(by_count[:120])
    everything = fit_pca(make_snapshot(item_factors=factors, items=items), top_n=5000)
    assert len(everything.rows) == 299


def test_more_components_than_factors_gives_all_there_are(make_snapshot, factors):
    frame = fit_pca(make_snapshot(item_factors=factors[:, :4]), k=9)
    assert frame.k == 4
    assert frame.explained_variance_ratio.sum() == pytest.approx(1)


def test_equal_rows_have_no_shares_and_no_correlations(make_snapshot):
    frame = fit_pca(make_snapshot(item_factors=np.full((30, 4), 0.1)), k=2)
    assert frame.explained_variance_ratio.tolist() == [0, 0]
    assert frame.correlations == {"PC1": {}, "PC2": {}}
    np.testing.assert_allclose(frame.scores[1:], 0, atol=1e-6)


def test_two_hundred_frames_of_a_perturbed_table_never_flip(make_snapshot):
    rng = np.random.default_rng(2)
    table = planted(np.array([5, 4, 3, 2.5, 2, 1.5, 0.2, 0.1]), np.eye(8), rng)
    drift = [rng.normal(size=table.shape) for _ in range(2)]
    angles = np.linspace(0, 4 * np.pi, 200)
    tables = (table + 0.4 * (np.cos(a) * drift[0] + np.sin(a) * drift[1]) for a in angles)
    last = None
    for frame in frames_of(make_snapshot, tables):
        if last is not None:
            for j in range(6):
                assert frame.components[j] @ last.components[j] > 0.9
                assert pearsonr(frame.scores[1:, j], last.scores[1:, j]).statistic > 0.9
            assert (frame.axis_match > 0.9).all()
        last = frame


def test_two_hundred_frames_of_turning_axes_never_flip(make_snapshot):
    """Largest loadings change hands on the way, so that a convention about loadings would flip."""
    rng = np.random.default_rng(3)
    generator = rng.normal(size=(6, 6))
    values, vectors = np.linalg.eig(generator - generator.T)
    table = planted(np.array([6, 5, 4, 3, 2, 1.0]), np.eye(6), rng)
    turns = ((vectors * np.exp(values * t)) @ np.linalg.inv(vectors) for t in np.linspace(0, 4, 200))
    tables = [table @ turn.real for turn in turns]
    alone = [fit_pca(make_snapshot(item_factors=table)) for table in tables]
    followed = list(frames_of(make_snapshot, tables))

    assert any((by_largest_loading(frame) < 0).any() for frame in alone)
    for frames in (alone, followed):  # the scores are the same whichever way the factors are turned
        for before, after in itertools.pairwise(frames):
            assert (np.einsum("ij,ij->i", after.components, before.components) > 0).all()


def by_largest_loading(frame):
    """The loading of each component that is largest in size."""
    return np.take_along_axis(frame.components, np.abs(frame.components).argmax(axis=1)[:, None], axis=1)


def test_a_component_that_as_much_lies_on_one_side_of_as_on_the_other_has_a_positive_largest_loading(make_snapshot):
    rng = np.random.default_rng(12)
    half = planted(np.array([6, 3, 1, 0.5]), ortho_group.rvs(4, random_state=4), rng, n=50)
    for table in (np.vstack([half, -half]), np.array([[0.2, -0.7, 0.1, 0.0], [0.4, 0.9, -0.3, 0.1]])):
        frame = fit_pca(make_snapshot(item_factors=table))
        assert (by_largest_loading(frame) > 0).all()


def test_two_hundred_frames_of_pure_noise_never_flip(make_snapshot):
    rng = np.random.default_rng(4)
    last = None
    for frame in frames_of(make_snapshot, (rng.normal(size=(100, 12)) for _ in range(200))):
        if last is not None:
            assert (np.einsum("ij,ij->i", frame.components, last.components) >= 0).all()
        last = frame


def test_a_swap_of_two_near_equal_components_does_not_exchange_the_axes(make_snapshot):
    rng = np.random.default_rng(5)
    axes = ortho_group.rvs(8, random_state=1)
    rest = [1, 0.8, 0.6, 0.4, 0.3, 0.2]
    first, second = (planted(np.array([a, b, *rest]), axes, rng) for a, b in ((2.05, 2.0), (2.0, 2.05)))
    before, after = frames_of(make_snapshot, [first, second])
    np.testing.assert_allclose(after.components, before.components, atol=1e-4)
    np.testing.assert_allclose(after.axis_match, 1, atol=1e-6)
    shares = np.array([2.0, 2.05, *rest]) / (4.05 + sum(rest))
    np.testing.assert_allclose(after.explained_variance_ratio, shares[:6], atol=1e-5)
    np.testing.assert_allclose(after.scores[1:].var(axis=0, ddof=1) / 7.35, shares[:6], atol=1e-5)


def test_three_components_shown_do_not_lose_the_third_to_a_near_equal_fourth(make_snapshot):
    rng = np.random.default_rng(6)
    tables = [planted(np.array([4, 3, a, b, 0.1]), np.eye(5), rng) for a, b in ((1.02, 1.0), (1.0, 1.02))]
    before, after = frames_of(make_snapshot, tables, k=3)
    np.testing.assert_allclose(after.components, before.components, atol=1e-4)


def test_a_component_that_has_become_clearly_stronger_takes_the_first_place(make_snapshot):
    """As when structure rises out of the noise of the first epochs: PC1 must end as the strongest."""
    rng = np.random.default_rng(7)
    tables = [planted(np.array([2, 1.5, 1.2, s]), np.eye(4), rng) for s in np.linspace(0.1, 8, 60)]
    frames = list(frames_of(make_snapshot, tables, k=4))
    np.testing.assert_allclose(np.abs(frames[-1].components), np.eye(4)[[3, 0, 1, 2]], atol=1e-4)
    assert (np.diff(frames[-1].explained_variance_ratio) < 0).all()
    exchanged = [frame.axis_match[0] < 0.7 for frame in frames[1:]]
    assert sum(exchanged) == 1  # once, and said


def test_components_are_matched_as_the_hungarian_method_matches_them(make_snapshot):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        variances = 1 + rng.uniform(0, 0.1, 6)  # all near-equal: any order may be kept
        axes = [ortho_group.rvs(6, random_state=seed), ortho_group.rvs(6, random_state=seed + 100)]
        tables = [planted(variances, a, rng) for a in axes]
        before, after = frames_of(make_snapshot, tables)
        alone = fit_pca(make_snapshot(item_factors=tables[1]))
        match = np.abs(before.components @ alone.components.T)
        rows, columns = linear_sum_assignment(-match)
        np.testing.assert_allclose(after.axis_match, match[rows, columns], atol=1e-9)


def test_components_beyond_those_of_the_frame_before_have_no_match(make_snapshot, factors):
    first = fit_pca(make_snapshot(item_factors=factors), k=2)
    second = fit_pca(make_snapshot(item_factors=factors), k=8, previous=first)
    alone = fit_pca(make_snapshot(item_factors=factors), k=8)
    np.testing.assert_allclose(second.components, alone.components, atol=1e-12)
    np.testing.assert_allclose(second.axis_match, [1, 1, *[np.nan] * 6])


def test_a_model_trained_anew_lies_as_the_reference_did_whatever_its_space(make_snapshot):
    """The same titles, near-equal components exchanged, factors turned about and of another number."""
    axes = ortho_group.rvs(8, random_state=2)
    rest = [1, 0.8, 0.6, 0.4, 0.3, 0.2]
    old, new = (
        planted(np.array([a, b, *rest]), axes, np.random.default_rng(10)) for a, b in ((2.05, 2.0), (2.0, 2.05))
    )
    reference = fit_pca(make_snapshot(item_factors=old))
    for n_factors in (8, 11):
        turned = np.pad(new, [(0, 0), (0, n_factors - 8)]) @ ortho_group.rvs(n_factors, random_state=3)
        frame = fit_pca(make_snapshot(item_factors=turned), reference=reference)
        for j in range(6):
            r = pearsonr(frame.scores[1:, j], reference.scores[1:, j]).statistic
            assert r == pytest.approx(1, abs=1e-3)
            assert frame.axis_match[j] == pytest.approx(r, abs=1e-5)


def test_a_training_turns_to_the_reference_once_it_is_like_it_and_until_then_goes_on_as_it_began(make_snapshot):
    rng = np.random.default_rng(11)
    table = planted(np.array([6, 3, 1, 0.5]), np.eye(4), rng)
    reference = fit_pca(make_snapshot(item_factors=table))
    mirrored = dataclasses.replace(reference, components=-reference.components, scores=-reference.scores)
    noise = dataclasses.replace(reference, scores=rng.normal(size=reference.scores.shape).astype(np.float32))
    turned = fit_pca(make_snapshot(item_factors=table), previous=mirrored, reference=reference)
    np.testing.assert_allclose(turned.components, reference.components, atol=1e-9)
    gone_on = fit_pca(make_snapshot(item_factors=table), previous=mirrored, reference=noise)
    np.testing.assert_allclose(gone_on.components, mirrored.components, atol=1e-9)


def test_correlations_equal_scipys_over_the_fitted_rows(make_snapshot, make_side, factors):
    rng = np.random.default_rng(8)
    counts, means, years = rng.integers(5, 500, 300), rng.uniform(1, 5, 300), rng.integers(1930, 1999, 300)
    names = [f"Film {i} ({year})" if i % 3 else f"Film {i}" for i, year in enumerate(years)]
    items = make_side(300, counts=counts, means=means, names=names)
    frame = fit_pca(make_snapshot(item_factors=factors, items=items), k=2)
    fitted = frame.rows - 1
    dated = fitted[fitted % 3 != 0]
    for j in range(2):
        scores = frame.scores[1:, j]
        assert frame.correlations[f"PC{j + 1}"] == pytest.approx(
            {
                "count": pearsonr(scores[fitted], np.log(counts[fitted])).statistic,
                "mean": pearsonr(scores[fitted], means[fitted]).statistic,
                "year": pearsonr(scores[dated], years[dated]).statistic,
            },
            abs=1e-5,
        )
    assert frame.correlation_counts == {"count": len(fitted), "mean": len(fitted), "year": len(dated)}


@pytest.mark.parametrize("n_dated", [29, 30])
def test_a_correlation_of_fewer_than_30_titles_is_left_out(make_snapshot, make_side, factors, n_dated):
    names = [f"Film {i} ({1950 + i})" if i < n_dated else f"Film {i}" for i in range(300)]
    counts = np.arange(30, 330)
    frame = fit_pca(make_snapshot(item_factors=factors, items=make_side(300, counts=counts, names=names)), k=2)
    assert ("year" in frame.correlations["PC1"]) == (n_dated == 30)
    assert frame.correlation_counts.get("year") == (30 if n_dated == 30 else None)


def test_correlations_that_do_not_exist_are_left_out(make_snapshot, make_side, factors):
    means = np.random.default_rng(9).uniform(1, 5, 300)
    names = [f"Film ({i}) II" for i in range(1000, 1300)]  # no year at the end
    items = make_side(300, means=means, names=names)  # and all counts the same
    frame = fit_pca(make_snapshot(item_factors=factors, items=items), k=2)
    assert {name for found in frame.correlations.values() for name in found} == {"mean"}


def test_to_frame_shows_the_fitted_rows_with_their_names(make_snapshot, make_side, factors):
    items = make_side(300, counts=np.resize([5, 30], 300), untrained=(2,))
    snapshot = make_snapshot(item_factors=factors, items=items, revision=7)
    frame = fit_pca(snapshot, k=2)
    table = frame.to_frame()
    assert frame.revision == 7
    assert table.columns.tolist() == ["title", "PC1", "PC2", "count", "mean"]
    assert table.index.tolist() == list(range(4, 301, 2))
    assert table.loc[4, "title"] == "title 4"
    np.testing.assert_array_equal(table[["PC1", "PC2"]], frame.scores[table.index])
    assert table.attrs["explained_variance_ratio"] == frame.explained_variance_ratio.tolist()


def test_a_frame_cannot_be_changed(make_snapshot, factors):
    frame = fit_pca(make_snapshot(item_factors=factors))
    with pytest.raises(ValueError, match="read-only"):
        frame.scores[1, 0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        frame.revision = 2


def test_too_few_rows_name_the_largest_min_count_that_leaves_enough(make_snapshot, make_side):
    counts = [10, 300, 40, 200, 90, 60]
    snapshot = make_snapshot(item_factors=np.eye(6), items=make_side(6, counts=counts, untrained=(2,)))
    with pytest.raises(ValueError, match=r"leaves 1 of 5 trained rows .* need 2 or more: set min_count to 90 or lower"):
        fit_pca(snapshot, k=1, min_count=100)


def test_few_rows_have_a_component_less_than_there_are_rows(make_snapshot, make_side):
    rng = np.random.default_rng(3)
    table, counts = rng.normal(size=(6, 8)), [10, 300, 40, 200, 90, 60]
    snapshot = make_snapshot(item_factors=table, items=make_side(6, counts=counts))
    before = None
    for min_count, n in ((0, 6), (41, 4), (61, 3), (91, 2)):
        frame = fit_pca(snapshot, min_count=min_count, previous=before)
        reference = PCA(n - 1).fit(table[np.array(counts) >= min_count].astype(np.float32))
        assert frame.k == n - 1
        np.testing.assert_allclose(frame.explained_variance_ratio.sum(), 1)
        np.testing.assert_allclose(
            sorted(frame.explained_variance_ratio), sorted(reference.explained_variance_ratio_), atol=1e-6
        )
        before = frame


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"k": 0}, "k must be a whole number from 1, not 0"),
        ({"top_n": 1}, "top_n must be a whole number from 2, not 1"),
    ],
)
def test_impossible_requests_are_answered(make_snapshot, keywords, message):
    with pytest.raises(ValueError, match=message):
        fit_pca(make_snapshot(item_factors=np.eye(8)[:, :4]), **keywords)


def test_models_that_have_nothing_to_show_are_answered(make_snapshot, make_side, factors):
    with pytest.raises(ValueError, match="the model has no item factors"):
        fit_pca(make_snapshot(item_bias=[0.0, 1]))
    with pytest.raises(ValueError, match=r"leaves 0 of 0 trained rows of 'title'; .*: train on more ratings"):
        fit_pca(make_snapshot(item_factors=np.eye(3), items=make_side(3, untrained=(1, 2, 3))))
    with pytest.raises(ValueError, match="not finite"):
        fit_pca(make_snapshot(item_factors=np.full((9, 3), np.nan)))
    with pytest.raises(ValueError, match="the previous frame has 10 factors, the snapshot 5; pass it as reference="):
        fit_pca(make_snapshot(item_factors=factors[:, :5]), previous=fit_pca(make_snapshot(item_factors=factors)))
    with pytest.raises(ValueError, match="has 301 rows, the snapshot 300; pass one of the same items"):
        fit_pca(make_snapshot(item_factors=factors[1:]), reference=fit_pca(make_snapshot(item_factors=factors)))
