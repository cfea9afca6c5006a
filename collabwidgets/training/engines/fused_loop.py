"""The compiled loops of the fused engine. Numba compiles them at their first call and keeps the code on disk."""

# No `from __future__ import annotations` and no types: numba reads these functions, and infers them.

from collections import namedtuple
from functools import partial

import numpy as np
from numba import njit

# A row of a side's table is three vectors side by side: weights, first moments m, and roots of the second moments v.
# Columns of the table over the schedule; `fused.schedule_table` fills it.
LR, MOM, H, H_EPS, KEEP, LOG_MOM, ROOT_DECAY, UNBIAS, RATE = range(9)
_TINY = 1e-30  # keeps 0 / 0 out of rows that have never had a gradient

# What is added to the n vectors of one side: a sparse matrix times a table of m rows, which holds SVD++'s implicit
# factors and the vectors of side columns. The table stands still for a window of batches.
# starts, columns, shares: the matrix [n, m] in CSR form
# packed, last: the table and the step of each of its rows, as in `Side`
# common: what has to be added to every row of the table, with moments: a table of one row, which moves at every batch
# lean: the sum of each row of the matrix, float32 [n]: its vector moves by `lean * common`
# heavy: the share of the matrix's entries in each column, float32 [m]
# sums, grads: the products and their gradients, float32 [n, width]; only rows used in this window are filled
# window: the last window in which each row was used, int64 [n]
# used, n_used: the rows used in this window, int64 [n], and their number, int64 [1]
# n_factors_only: the number of rows at the top of the table without a bias, which is in the column after the factors
Implicit = namedtuple(
    "Implicit",
    "starts columns shares packed last common lean heavy sums grads window used n_used n_factors_only",
)


# One side of a batch of `bs` ratings. During the batch each row that occurs in it has a slot, numbered from 0.
# packed: the side's table, float32 [n, 3, width]; last: the step that each row was last brought up to, int64 [n]
# slots: the slot of each row, -1 for none, int32 [n]
# touched, grads, slept: for each slot its row, its gradient, and the decay that its moments have yet to take
# places: the slot of each rating's row, int32 [bs]
Side = namedtuple("Side", "packed last slots touched grads slept places")


# Functions take a whole batch: an array is a dozen numbers, and to hand several over costs as much as a row.
# Sums may be reordered, but NaN must stay NaN: by it a diverging fit is noticed.
_njit = partial(njit, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz", "afn"})


def _compiled(function):
    try:
        return _njit(cache=True)(function)
    except RuntimeError:  # no folder for the compiled code can be written to: it is kept in memory alone
        return _njit()(function)


@_compiled
def _squeezed(z, low, high):
    return z if low == high else low + (high - low) / (np.float32(1) + np.exp(-z))


@_compiled
def _slept(slept, now, over):
    """What the steps after `slept` up to `now` do to a row.

    Its weights become ``keep * weight - pull * m / (root + eps)``; the moments are multiplied by the last two.
    """
    if slept == now:
        return np.float32(1), np.float32(0), np.float32(1), np.float32(1), np.float32(1)
    keep = over[now, KEEP] / over[slept, KEEP]
    m_decay = np.exp(np.float32(over[now, LOG_MOM] - over[slept, LOG_MOM]))
    root_decay = over[now - slept, ROOT_DECAY]
    rest = m_decay / (root_decay * keep + _TINY)
    drift = over[slept, H] - rest * over[now, H]
    eps = (over[slept, H_EPS] - rest / (root_decay + _TINY) * over[now, H_EPS]) / (drift + _TINY)
    return np.float32(keep), np.float32(keep * drift), np.float32(eps + _TINY), m_decay, np.float32(root_decay)


@_compiled
def catch_up_all(packed, last, now, over):
    """Bring every row to after step `now`."""
    for row in range(len(packed)):
        keep, pull, eps, m_decay, root_decay = _slept(last[row], now, over)
        for c in range(packed.shape[2]):
            m, root = packed[row, 1, c], packed[row, 2, c]
            packed[row, 0, c] = keep * packed[row, 0, c] - pull * m / (root + eps)
            packed[row, 1, c] = m_decay * m
            packed[row, 2, c] = root_decay * root
        last[row] = now


@_compiled
def weights_now(packed, last, now, over, out):
    """The weights of every row after step `now`, into ``out`` float32 ``[n, width]``; nothing else is touched."""
    for row in range(len(packed)):
        keep, pull, eps, _, _ = _slept(last[row], now, over)
        for c in range(out.shape[1]):
            out[row, c] = keep * packed[row, 0, c] - pull * packed[row, 1, c] / (packed[row, 2, c] + eps)


@_compiled
def _side(packed, last, bs):
    """A side of which no row has a place."""
    n, width = len(packed), packed.shape[2]
    return Side(
        packed,
        last,
        np.full(n, -1, np.int32),
        np.empty(bs, np.int64),
        np.empty((bs, width), np.float32),
        np.empty((bs, 2), np.float32),
        np.empty(bs, np.int32),
    )


@_compiled
def _wake(side, x, column, start, bs, now, over):
    """Bring the rows of one side of a batch up to date, give each a clean place for its gradient, and count them."""
    packed, last, slots, touched, grads, slept, places = side
    n = 0
    for j in range(bs):
        row = x[start + j, column]
        place = slots[row]
        if place < 0:
            place = n
            slots[row] = place
            touched[place] = row
            n += 1
            keep, pull, eps, slept[place, 0], slept[place, 1] = _slept(last[row], now, over)
            for c in range(packed.shape[2]):
                weight = keep * packed[row, 0, c]
                packed[row, 0, c] = weight - pull * packed[row, 1, c] / (packed[row, 2, c] + eps)
            for c in range(packed.shape[2]):
                grads[place, c] = 0
        places[j] = place
    return n


@_compiled
def _move(side, n_touched, now, over, wd, sqr_mom, eps):
    """A step of AdamW on the rows of the batch.

    It is lr / (1 - mom^step) * m / (sqrt(v / (1 - sqr_mom^step)) + eps), the root of the debiasing taken out, into
    `rate` and `eps32`.
    """
    packed, last, slots, touched, grads, slept, _ = side
    m_new, v_new = np.float32(1 - over[now, MOM]), np.float32(1 - sqr_mom)
    keep, rate = np.float32(1 - over[now, LR] * wd), np.float32(over[now, RATE])
    eps32 = np.float32(eps * over[now, UNBIAS] + _TINY)
    for place in range(n_touched):
        row = touched[place]
        m_old, root_old = (np.float32(1) - m_new) * slept[place, 0], np.sqrt(np.float32(1) - v_new) * slept[place, 1]
        # One loop that writes to three places: with a fourth the compiler gives up on doing eight columns at once.
        for c in range(packed.shape[2]):
            g = grads[place, c]
            m = m_old * packed[row, 1, c] + m_new * g
            root = root_old * packed[row, 2, c]
            root = np.sqrt(root * root + v_new * g * g)
            packed[row, 1, c] = m
            packed[row, 2, c] = root
            packed[row, 0, c] = keep * packed[row, 0, c] - rate * m / (root + eps32)
        last[row] = now
        slots[row] = -1


@_compiled
def _learn(
    x, y, weights, start, bs, users, items, k, biased, low, high, user_places, item_places, user_grads, item_grads
):
    """Gather the gradients of one batch; its loss."""
    total, whole = 0.0, 0.0
    for j in range(start, start + bs):
        whole += weights[j]
    span = high - low
    for j in range(bs):
        u, i, a, b = x[start + j, 0], x[start + j, 1], user_places[j], item_places[j]
        z = np.float32(0)
        for c in range(k):
            z += users[u, 0, c] * items[i, 0, c]
        if biased:
            z += users[u, 0, k] + items[i, 0, k]
        predicted = _squeezed(z, low, high)
        error = predicted - y[start + j]
        weight = weights[start + j]
        total += weight * error * error
        slope = np.float32(2) * weight * error / np.float32(whole)
        if low != high:
            slope *= (predicted - low) * (high - predicted) / span
        for c in range(k):
            user_grads[a, c] += slope * items[i, 0, c]
        for c in range(k):
            item_grads[b, c] += slope * users[u, 0, c]
        if biased:
            user_grads[a, k] += slope
            item_grads[b, k] += slope
    return total / whole


@_compiled
def train(x, y, weights, bs, first, users, users_last, items, items_last, k, biased, low, high, over, adamw, losses):
    """Train on ``x`` and ``y`` in batches of `bs`; the first is batch `first` of the fit. Fills `losses`.

    ``weights`` are those of the ratings, float32 ``[n]``; ``adamw``: wd, sqr_mom and eps.
    """
    user_side, item_side = _side(users, users_last, bs), _side(items, items_last, bs)
    low, high = np.float32(low), np.float32(high)
    for batch in range(len(losses)):
        start, now = batch * bs, first + batch  # steps done before this batch
        n_users = _wake(user_side, x, 0, start, bs, now, over)
        n_items = _wake(item_side, x, 1, start, bs, now, over)
        losses[batch] = _learn(
            x, y, weights, start, bs, users, items, k, biased, low, high,
            user_side.places, item_side.places, user_side.grads, item_side.grads,
        )  # fmt: skip
        now += 1
        _move(user_side, n_users, now, over, *adamw)
        _move(item_side, n_items, now, over, *adamw)


@_compiled
def add_up(part, rows):
    """The sums of the given rows, into ``part.sums``. Four at a time, as a sum is stored and loaded in between."""
    starts, columns, shares, table, sums = part.starts, part.columns, part.shares, part.packed, part.sums
    width = table.shape[2]
    for row in rows:
        for c in range(width):
            sums[row, c] = 0
        at, end = starts[row], starts[row + 1]
        while at + 4 <= end:
            j0, j1, j2, j3 = columns[at], columns[at + 1], columns[at + 2], columns[at + 3]
            w0, w1, w2, w3 = shares[at], shares[at + 1], shares[at + 2], shares[at + 3]
            for c in range(width):
                sums[row, c] += (
                    w0 * table[j0, 0, c] + w1 * table[j1, 0, c] + w2 * table[j2, 0, c] + w3 * table[j3, 0, c]
                )
            at += 4
        while at < end:
            j0, w0 = columns[at], shares[at]
            for c in range(width):
                sums[row, c] += w0 * table[j0, 0, c]
            at += 1


@_compiled
def _whole_vectors(packed, touched, n_touched, part, window, vectors):
    """Copy the rows of a batch into ``vectors`` ``[place, 0]`` with their sums, which are made once a window."""
    n_before = part.n_used[0]
    for place in range(n_touched):
        row = touched[place]
        if part.window[row] != window:
            part.window[row] = window
            part.used[part.n_used[0]] = row
            part.n_used[0] += 1
            for c in range(part.grads.shape[1]):
                part.grads[row, c] = 0
    add_up(part, part.used[n_before : part.n_used[0]])
    for place in range(n_touched):
        row = touched[place]
        lean = part.lean[row]
        for c in range(packed.shape[2]):
            vectors[place, 0, c] = packed[row, 0, c]
        for c in range(packed.shape[2]):
            vectors[place, 0, c] += part.sums[row, c] + lean * part.common[0, 0, c]


@_compiled
def _keep_grads(touched, n_touched, grads, k, part, common_grads):
    """Add the gradients of a batch to those of its window; into ``common_grads`` ``[1, width]`` that of `common`."""
    common_grads[0] = 0
    for place in range(n_touched):
        row = touched[place]
        lean = part.lean[row]
        for c in range(part.grads.shape[1]):
            part.grads[row, c] += grads[place, c]
        for c in range(k):
            common_grads[0, c] += lean * grads[place, c]


@_compiled
def _table(packed, last, grads):
    """A table all of whose rows have a place in every batch."""
    n = len(packed)
    rows = np.empty(n, np.int32)
    return Side(packed, last, rows, np.arange(n), grads, np.ones((n, 2), np.float32), rows)


@_compiled
def _move_implicit(part, k, batches, now, over, wd, sqr_mom, eps):
    """A step of AdamW on the whole table, by the mean gradient of the window that ends, one of `batches` batches."""
    n, width = len(part.packed), part.packed.shape[2]
    slopes = np.zeros((n, width), np.float32)
    for row in part.used[: part.n_used[0]]:
        for at in range(part.starts[row], part.starts[row + 1]):
            column, share = part.columns[at], part.shares[at] / np.float32(batches)
            for c in range(width):
                slopes[column, c] += share * part.grads[row, c]
    slopes[: part.n_factors_only, k] = 0
    part.n_used[0] = 0
    if batches > 1:  # `common` has followed the gradient that all rows have in common
        slopes[:, :k] -= part.heavy.reshape(n, 1) * slopes[:, :k].sum(axis=0)
    _move(_table(part.packed, part.last, slopes), n, now, over, wd, sqr_mom, eps)
    if batches > 1:
        part.packed[:, 0] += part.common[0, 0]
        part.common[0, 0] = 0


@_compiled
def train_implicit(
    x, y, weights, bs, first, users, users_last, items, items_last, k, biased, low, high, over, adamw,
    window, of_users, of_items, implicit_over, implicit_adamw, losses,
):  # fmt: skip
    """`train` with sums over rows of tables, which move once in `window` batches.

    In windows of several batches, what all rows of such a table have in common moves at every batch.
    """
    width = users.shape[2]
    _, sqr_mom, eps = adamw
    user_side, item_side = _side(users, users_last, bs), _side(items, items_last, bs)
    user_vectors, item_vectors = np.empty((bs, 1, width), np.float32), np.empty((bs, 1, width), np.float32)
    of_all_users = _table(of_users.common, np.zeros(1, np.int64), np.zeros_like(of_users.common[0, :1]))
    of_all_items = _table(of_items.common, np.zeros(1, np.int64), np.zeros_like(of_items.common[0, :1]))
    places = np.empty((bs, 2), np.int64)
    low, high = np.float32(low), np.float32(high)
    for batch in range(len(losses)):
        start, now = batch * bs, first + batch  # steps done before this batch
        n_users = _wake(user_side, x, 0, start, bs, now, over)
        n_items = _wake(item_side, x, 1, start, bs, now, over)
        _whole_vectors(users, user_side.touched, n_users, of_users, now // window, user_vectors)
        _whole_vectors(items, item_side.touched, n_items, of_items, now // window, item_vectors)
        places[:, 0], places[:, 1] = user_side.places, item_side.places
        losses[batch] = _learn(
            places, y[start : start + bs], weights[start : start + bs], 0, bs, user_vectors, item_vectors,
            k, biased, low, high,
            user_side.places, item_side.places, user_side.grads, item_side.grads,
        )  # fmt: skip
        _keep_grads(user_side.touched, n_users, user_side.grads, k, of_users, of_all_users.grads)
        _keep_grads(item_side.touched, n_items, item_side.grads, k, of_items, of_all_items.grads)
        now += 1
        _move(user_side, n_users, now, over, *adamw)
        _move(item_side, n_items, now, over, *adamw)
        if window > 1:
            _move(of_all_users, 1, now, over, 0.0, sqr_mom, eps)
            _move(of_all_items, 1, now, over, 0.0, sqr_mom, eps)
        if now % window == 0:
            _move_implicit(of_users, k, window, now // window, implicit_over, *implicit_adamw)
            _move_implicit(of_items, k, window, now // window, implicit_over, *implicit_adamw)


@_compiled
def mean_squared_error(x, y, weights, users, items, k, biased, low, high):
    """Exact mean over the given ratings, by weight as in `train`; ``users`` and ``items`` float32 ``[n, width]``."""
    total, whole = 0.0, 0.0
    low, high = np.float32(low), np.float32(high)
    for j in range(len(y)):
        user, item = users[x[j, 0]], items[x[j, 1]]
        z = np.float32(0)
        for c in range(k):
            z += user[c] * item[c]
        if biased:
            z += user[k] + item[k]
        error = _squeezed(z, low, high) - y[j]
        total += weights[j] * error * error
        whole += weights[j]
    return total / whole


@_compiled
def fill_schedule(over, lr, mom, wd, sqr_mom, eps, steps_before):
    """Fill the table over the schedule, see `fused.schedule_table`: forwards, then backwards for the two ``H``."""
    n = len(lr)
    keep, log_mom, root_decay = 1.0, 0.0, 1.0
    root, v_left = np.sqrt(sqr_mom), sqr_mom**steps_before
    last_mom, step_mom = -1.0, 0.0
    over[0, KEEP], over[0, ROOT_DECAY], over[0, UNBIAS] = 1, 1, np.sqrt(1 - v_left)
    for s in range(1, n + 1):
        if mom[s - 1] != last_mom:
            last_mom = mom[s - 1]
            step_mom = np.log(last_mom) if last_mom > 0 else -np.inf
        keep *= 1 - lr[s - 1] * wd
        log_mom += step_mom
        # Products that have become nothing are nothing: the processor is slow with the smallest numbers.
        root_decay = root_decay * root if root_decay > 1e-280 else 0.0
        v_left = v_left * sqr_mom if v_left > 1e-280 else 0.0
        m_left = (steps_before + s) * step_mom
        over[s, LR], over[s, MOM], over[s, KEEP], over[s, LOG_MOM] = lr[s - 1], mom[s - 1], keep, log_mom
        over[s, ROOT_DECAY], over[s, UNBIAS] = root_decay, np.sqrt(1 - v_left)
        over[s, RATE] = lr[s - 1] * over[s, UNBIAS] / (1 - (np.exp(m_left) if m_left > -40 else 0.0))
    for s in range(n - 1, -1, -1):
        shrink = over[s + 1, MOM] / (root * (1 - lr[s] * wd))
        over[s, H] = shrink * (over[s + 1, RATE] + over[s + 1, H])
        over[s, H_EPS] = shrink / root * (over[s + 1, RATE] * eps * over[s + 1, UNBIAS] + over[s + 1, H_EPS])
