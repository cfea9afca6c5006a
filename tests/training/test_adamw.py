"""AdamW against torch.optim's, bit for bit; and what a first fit does without."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from collabwidgets.training.engines.autograd import AdamW


def parameters(dtype=torch.float32):
    generator = torch.Generator().manual_seed(2)
    return [nn.Parameter(torch.randn(size, generator=generator).to(dtype)) for size in ((30, 4), (7,), (5, 1))]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64])
def test_its_steps_are_those_of_torchs_adamw(dtype):
    ours, theirs = parameters(dtype), parameters(dtype)
    mine = AdamW([ours[:2], ours[2:]])
    groups = [{"params": theirs[:2], "weight_decay": 0.1}, {"params": theirs[2:], "weight_decay": 0.0}]
    reference = torch.optim.AdamW(groups, eps=1e-5, fused=dtype != torch.complex64)
    for step in range(20):
        lr, betas = 0.01 * (1 + step), (0.95 - step / 100, 0.99)
        for group in reference.param_groups:
            group.update(lr=lr, betas=betas)
        for optimizer, tables in ((mine, ours), (reference, theirs)):
            optimizer.zero_grad()
            used = tables if step % 3 else tables[:2]  # now and then one has no gradient, and stays where it is
            sum((p * p.conj()).real.sum() for p in used).backward()
        mine.step(lr, betas, 1e-5, (0.1, 0.0))
        reference.step()
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)


def test_a_sparse_gradient_is_an_error_that_says_what_to_change():
    table = nn.Embedding(5, 2, sparse=True)
    table(torch.tensor([1, 2])).sum().backward()
    with pytest.raises(RuntimeError, match="sparse=False"):
        AdamW([[table.weight]]).step(0.1, (0.9, 0.99), 1e-5, (0.0,))


def test_no_fit_imports_torchs_compiler():
    program = """
import sys, warnings
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(40, 30, 600, seed=1)
dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
learners = [
    cw.collab_learner(dls, n_factors=3, engine="autograd"),
    cw.collab_learner(dls, use_nn=True, layers=[8, 4]),
    cw.collab_learner(dls, n_factors=3, model="svdpp", engine="autograd"),
]
for learn in learners:
    learn.start(epochs=1)
    learn.wait()
print([(learn.engine, learn.status) for learn in learners], "torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == f"{[('autograd', 'ready')] * 3} False", done.stderr
