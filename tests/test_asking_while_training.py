"""Asking changes nothing: eight threads ask everything while a learner trains, pauses, saves and is reset."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

import collabwidgets as cw


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(40, 30, 900, n_factors=3, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, bs=16, seed=5)


class Chapters(nn.Module):
    """As a student types it, with a batch norm, whose statistics a forward pass in training mode would move."""

    def __init__(self, n_users, n_movies, seed=0):
        super().__init__()
        source = torch.Generator().manual_seed(seed)
        self.user_factors = cw.Embedding(n_users, 4, generator=source)
        self.movie_factors = cw.Embedding(n_movies, 4, generator=source)
        self.norm = nn.BatchNorm1d(1)

    def forward(self, x):
        product = (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1, keepdim=True)
        return self.norm(product).squeeze(1)


MAKERS = {
    "fused": lambda dls: cw.collab_learner(dls, n_factors=4, y_range=(0, 5.5), engine="fused"),
    "autograd": lambda dls: cw.collab_learner(dls, n_factors=4, y_range=(0, 5.5), engine="autograd"),
    "svdpp": lambda dls: cw.collab_learner(dls, n_factors=4, model="svdpp", y_range=(0, 5.5)),
    "members": lambda dls: cw.collab_learner(dls, n_factors=4, members=2, y_range=(0, 5.5)),
    "neural": lambda dls: cw.collab_learner(dls, model="nn", layers=[5], y_range=(0, 5.5)),
    "own": lambda dls: cw.CollabLearner(dls, Chapters(len(dls.users), len(dls.items))),
}


def one_training(learn, path, pausing):
    """Train from fresh weights, paused once; parameters' identities, losses and weights."""
    learn.reset()
    before = [id(p) for p in learn.model.parameters()]
    undo = learn.session.on_change(lambda: learn.pause() if pausing and learn.session.progress.step > 20 else None)
    learn.start(epochs=3, lr=1e-2)
    assert learn.wait(60)
    undo()
    learn.save(path)
    if learn.status == "paused":
        learn.resume()
        assert learn.wait(60)
    assert learn.status == "ready"
    assert [id(p) for p in learn.model.parameters()] == before
    assert all(p.requires_grad for p in learn.model.parameters())
    return (
        [(each.train_loss, each.valid_loss) for each in learn.history.epochs],
        learn.history.batches()[1],
        {k: v.clone() for k, v in learn.model.state_dict().items()},
    )


def questions(learn):
    """What is asked, by name; dot products alone have a recommendation and an explanation."""
    dls = learn.dls
    users, items = dls.classes["user"][1:9], dls.classes["item"][1:9]
    asked = {
        "predict": lambda: learn.predict(users, items),
        "unknown": lambda: learn.predict([10**6], items, unknown="average"),
        "validate": lambda: learn.validate()[0],
        "get_preds": lambda: learn.get_preds()[0].numpy(),
        "evaluate": lambda: learn.evaluate(5).to_numpy(),
        "neighbors": lambda: learn.neighbors(items[0], min_count=0)["score"].to_numpy(),
        "similar_users": lambda: learn.similar_users(users[0])["score"].to_numpy(),
        "embeddings": lambda: learn.embeddings().to_numpy(dtype=float),
        "pca": lambda: learn.pca(2, min_count=0)[["PC1", "PC2"]].to_numpy(),
    }
    if type(learn.model) in (cw.EmbeddingNN, Chapters):
        return asked
    return asked | {
        "recommend": lambda: learn.recommend(users[0], min_count=0)["prediction"].to_numpy(),
        "recommend all": lambda: learn.recommend("all", 3, min_count=0)["prediction"].to_numpy(),
        "newcomer": lambda: learn.recommend({items[0]: 4.0}, min_count=0)["prediction"].to_numpy(),
        "explain": lambda: learn.explain(users[0], items[0])["value"].to_numpy(),
    }


class At(cw.CollabLearner):
    """A learner as it was at a snapshot: it answers like the learner, and nothing trains it."""

    snapshot = None

    def __init__(self, learn, snapshot):
        self.__dict__.update(vars(learn), snapshot=snapshot)


@pytest.mark.parametrize("kind", MAKERS)
def test_asking_from_eight_threads_changes_nothing_and_answers_from_a_snapshot(dls, tmp_path, kind):
    undisturbed = one_training(MAKERS[kind](dls), tmp_path / "alone", pausing=False)
    learn = MAKERS[kind](dls)
    snapshots, answers, errors, lock = {}, [], [], threading.Lock()

    def seen():
        snapshot = learn.snapshot
        snapshots[snapshot.revision] = snapshot

    learn.session.on_change(seen)
    seen()
    asked = questions(learn)

    def ask(number):
        try:
            for name in list(asked)[number:] + list(asked)[:number]:
                learn.session.weights.snapshot_wanted = True
                answer = asked[name]()
                with lock:
                    answers.append((name, answer))
        except Exception as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    trainings = []
    while any(thread.is_alive() for thread in threads) or not trainings:
        trainings.append(one_training(learn, tmp_path / "asked", pausing=True))
    assert not errors
    for losses, curve, weights in trainings:
        assert losses == undisturbed[0]
        assert np.array_equal(curve, undisturbed[1])
        assert all(torch.equal(weights[name], value) for name, value in undisturbed[2].items())
    assert len(answers) == 8 * len(asked)
    expected = {name: [] for name in asked}
    for snapshot in snapshots.values():
        for name, question in questions(At(learn, snapshot)).items():
            expected[name].append(question())
    for name, answer in answers:
        assert any(np.array_equal(answer, known, equal_nan=True) for known in expected[name]), name
