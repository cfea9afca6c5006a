"""What people pass to a finding: an item by some of its words, rows, and the fewest ratings to show."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.side import Side
from ..plain import whole_number
from ..spelling import listed, matches
from ..words import counted

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


def item_row(dls: CollabDataLoaders, item: Any) -> int:
    """The row of an item named as in the ratings table, or by words that no other has.

    Raises
    ------
    ValueError
        Where several have the words, with the most rated of them; where none has, with the nearest spelling.
    """
    side = dls.items
    if isinstance(item, str) and item not in dls.classes[dls.item_name]:
        names = side.names[1:].tolist()
        found = [] if item in names else matches(item, names)
        if len(found) == 1:
            return 1 + found[0]
        if found:
            found.sort(key=lambda at: -int(side.counts[1 + at]))
            which = listed([names[at] for at in found])
            raise ValueError(f"{item!r} may be {len(found):,} {side.name}s: {which}; add words that only one has")
    return side.index(item)


def item_rows(dls: CollabDataLoaders, items: Any) -> list[int]:
    """`item_row` of one item, or of each in a list or array."""
    return [item_row(dls, each) for each in np.atleast_1d(np.asarray(items, dtype=object))]


def check_known(side: Side, known: NDArray[np.bool_], rows: Any, advice: str) -> None:
    """Raise a ValueError unless something is known of all these rows, bool [n]: `Snapshot.known_items`."""
    unknown = np.asarray(rows, np.int64)[~known[rows]]
    if len(unknown):
        name = f"{side.title_name or side.name} {side.names[unknown[0]]}"
        raise ValueError(f"{name} has no training rating, so nothing is known of it; {advice}")


def checked_min_count(given: Any, usual: int, side: Side) -> int:
    """The fewest ratings of what a finding shows, `usual` where nothing is given; one that hides all is warned of.

    Raises
    ------
    ValueError
        When it is no whole number from 0.
    """
    minimum = whole_number("min_count", usual if given is None else given, 0)
    most = int(side.counts[side.trained].max(initial=0))
    if minimum > most:
        warnings.warn(
            f"min_count={minimum} hides every {side.name}: none has more than {counted(most, 'rating')}", stacklevel=4
        )
    return minimum
