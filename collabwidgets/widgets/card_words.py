"""The data card as a page shows it: bars with captions, and sentences with what is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data import CollabDataLoaders

_MOST_NAMED = 100


def card_words(dls: CollabDataLoaders) -> dict[str, Any]:
    """Bars ``[caption, [[low, high, count], …]]`` and notes ``[sentence, summary, text]``, where what is behind
    `summary` may be empty."""
    card = dls.card
    item, user = dls.item_name, dls.user_name
    n_items, n_users = dls.n_items, dls.n_users
    counts = (
        f"{dls.n_ratings:,} ratings of {n_items:,} {item}s by {n_users:,} {user}s: "
        f"{100 * dls.n_ratings / (n_items * n_users):.1f} % of all pairs. {dls.n_train:,} for training, "
        f"{dls.n_valid:,} held out; {'weighted ' if dls.weight_name else ''}mean {dls.rating_mean:.2f}"
    )
    return {
        "bars": [
            ["Ratings by value", card.values],
            [f"Ratings per {item} (median {card.median_per_item:,})", card.per_item],
            [f"Ratings per {user} (median {card.median_per_user:,})", card.per_user],
        ],
        "notes": [
            *([f"{sentence[:1].upper()}{sentence[1:]}.", "", ""] for sentence in (counts, *dls.said)),
            [
                "Missing is not disliked: people rate what they chose to see, and some rate far more than others.",
                "why?",
                f"A {item} without a rating may be unknown, not bad. The few who rate most decide most of what is "
                "learnt, so a mean over ratings is theirs rather than everybody's.",
            ],
            [
                f"{counted(len(card.never_trained), item)} never trained: all ratings fell to validation, so "
                + ("they are known by side columns alone." if dls.items.cold.any() else "no view shows them."),
                *_named(dls, card.never_trained),
            ],
            [
                f"{counted(len(card.repeated), item)} rated more than once by the same {user} "
                f"({counted(card.n_repeats, 'rating')} too many): most often two ids under one name, merged here.",
                *_named(dls, card.repeated),
            ],
        ],
    }


def _named(dls: CollabDataLoaders, rows: Sequence[int]) -> tuple[str, str]:
    if not rows:
        return "", ""
    names = "; ".join(str(dls.items.names[row]) for row in rows[:_MOST_NAMED])
    more = f" and {len(rows) - _MOST_NAMED:,} more" if len(rows) > _MOST_NAMED else ""
    return "which?", f"{names}{more}."
