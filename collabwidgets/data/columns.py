"""Which columns of a table are users, items, ratings and times: by name first, by position where no name is known."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from ..spelling import listed, unknown_column

# Names as they are compared: letters and digits, lower case. The first that a table has is taken, ids before titles.
_KNOWN = {
    "time": "timestamp ts time date datetime unixreviewtime reviewtime reviewdate ratingdate ratedat ratedate "
    "createdat created reviewedat dateadded dateupdated updatedat submissiondate submitted posted when",
    "user": "user userid users userids uid useruuid reviewer reviewerid customer customerid member memberid visitor "
    "visitorid rater raterid critic criticid person personid player playerid reader readerid listener listenerid "
    "client clientid account accountid steamid username usernames profilename reviewername reviewprofilename author",
    "item": "item itemid items itemids iid movie movieid movieids film filmid parentasin asin isbn isbn13 product "
    "productid book bookid anime animeid manga mangaid game gameid appid app artist artistid song songid track trackid "
    "album albumid business businessid restaurant restaurantid place placeid gmapid venue venueid joke jokeid recipe "
    "recipeid article articleid newsid course courseid show showid video videoid beer beerid beerbeerid wine wineid "
    "repo repoid title itemtitle movietitle booktitle gametitle itemname moviename bookname gamename artistname "
    "trackname songname productname businessname beername name",
    "rating": "rating ratings userrating bookrating movierating itemrating gamerating ratingvalue myrating stars star "
    "starrating reviewstars score scores userscore reviewscore myscore reviewoverall overall grade feedback preference "
    "vote value weight count plays playcount listens listencount hours hoursplayed playtime playtimeforever minutes "
    "purchases quantity interactions clicks views target label",
}
_TITLES = (
    "title itemtitle movietitle booktitle gametitle primarytitle originaltitle productname itemname moviename bookname "
    "gamename artistname trackname songname businessname beername name username nickname"
)
_ALIASES = {role: names.split() for role, names in _KNOWN.items()}
_NO_ROLE = {"", "index", "level0", "id", "row", "rowid", "rownumber", "reviewid", "ratingid", "unnamed0"}
BY_POSITION = " (by position)"  # behind a column that no name told
_WIDE = 6  # columns of numbers from which a table without known names is one of users × items


@dataclass(frozen=True)
class Columns:
    """The columns of a table by what they hold.

    `time` is None where no name of one is known, `weight` where the caller names none; `guessed` has the columns that
    were taken by their place, as no name told.
    """

    user: Hashable
    item: Hashable
    rating: Hashable
    time: Hashable | None = None
    weight: Hashable | None = None
    guessed: frozenset[Hashable] = frozenset()

    @property
    def names(self) -> list[Hashable]:
        """Those that there are, each once."""
        return [name for name in (self.user, self.item, self.rating, self.time, self.weight) if name is not None]

    def __str__(self) -> str:
        roles = ("users", "items", "ratings", "time", "weights")
        columns = (self.user, self.item, self.rating, self.time, self.weight)
        return ", ".join(
            f"{role}: {name}{BY_POSITION if name in self.guessed else ''}"
            for role, name in zip(roles, columns, strict=True)
            if name is not None
        )


def find_columns(
    names: Sequence[Hashable], numbers: Collection[Hashable], given: Mapping[str, Hashable | None]
) -> Columns:
    """Choose the columns of users, items, ratings and times, and of weights where `given` names one.

    A role takes the column that `given` names, else the first name known for it, such as ``userId`` or ``stars``,
    else the first column without a known name; for ratings the first of those that holds numbers.

    Parameters
    ----------
    names : sequence
        All columns, in their order.
    numbers : collection
        Those that hold numbers.
    given : dict
        By role (``"user"``, ``"item"``, ``"rating"``, ``"time"``, ``"weight"``) the column that the caller named, or
        None.

    Raises
    ------
    ValueError
        When a column is missing, there twice or named for two roles; when none is left for a role; and for a table
        with a column for each item. The sentence says what to do.
    """
    chosen = {role: name for role, name in given.items() if name is not None}
    for role, name in chosen.items():
        if name not in names:
            raise unknown_column(f"{role}_name=", name, "of the ratings", names)
    for role, aliases in _ALIASES.items():
        if role not in chosen:
            free = {_plain(name): name for name in reversed(names) if name not in chosen.values()}
            found = next((free[alias] for alias in aliases if alias in free), None)
            if found is not None:
                chosen[role] = found
    _check_apart(names, chosen)
    _check_long(names, numbers, chosen)
    known = dict(chosen)
    for role in ("user", "item", "rating"):
        if role not in chosen:
            chosen[role] = _by_position(names, numbers, role, chosen)
    _check_apart(names, chosen)
    return Columns(**chosen, guessed=frozenset(chosen.values()) - frozenset(known.values()))


def find_titles(names: Sequence[Hashable], numbers: Collection[Hashable], ids: str) -> tuple[Hashable, Hashable]:
    """The columns of ids and of titles in a table of items, or of users whose column in the ratings is `ids`.

    Raises
    ------
    ValueError
        When no column is left for the titles.
    """
    plain = {_plain(name): name for name in reversed(names)}
    titles = [plain[alias] for alias in _TITLES.split() if alias in plain]
    key = find_key(names, ids)
    others = [name for name in names if name not in numbers]
    title = next((name for name in [*titles, *others] if name != key), None)
    if title is None:
        raise ValueError(f"the table of titles has no column of text beside {key!r} (columns: {listed(names)})")
    return key, title


def find_key(names: Sequence[Hashable], ids: str) -> Hashable:
    """The column of ids in a table of items, or of users: of the same name, else called as ids are, else the first."""
    plain = {_plain(name): name for name in reversed(names)}
    of_ids = [plain[alias] for role in ("item", "user") for alias in _ALIASES[role] if alias in plain]
    without_titles = (name for name in of_ids if not called_title(name))
    return plain.get(_plain(ids), next(without_titles, names[0] if names else None))


def same_name(name: Hashable, other: Hashable) -> bool:
    """Whether two columns are called the same but for case and what is neither letter nor digit."""
    return _plain(name) == _plain(other)


def called_title(name: Hashable) -> bool:
    """Whether a column is called as titles or names are."""
    return _plain(name) in _TITLES.split()


def known_as_id(name: Hashable) -> bool:
    """Whether a column is called as ids of users, items or rows are."""
    return _plain(name) in {*_ALIASES["user"], *_ALIASES["item"], *_NO_ROLE} and not called_title(name)


def n_known(names: Sequence[Hashable]) -> int:
    """How many of users, items and ratings have a column of a known name."""
    plain = set(map(_plain, names))
    return sum(bool(plain & set(_ALIASES[role])) for role in ("user", "item", "rating"))


def _plain(name: Hashable) -> str:
    return "".join(letter for letter in str(name).casefold() if letter.isalnum())


def _by_position(
    names: Sequence[Hashable], numbers: Collection[Hashable], role: str, chosen: Mapping[str, Hashable]
) -> Hashable:
    known = {alias for aliases in _ALIASES.values() for alias in aliases} | _NO_ROLE
    times = set(_ALIASES["time"])
    free = [name for name in names if name not in chosen.values()]
    unknown = [name for name in free if _plain(name) not in known]
    others = [name for name in free if _plain(name) not in times]
    if role == "rating":
        of_numbers = [name for name in [*unknown, *others] if name in numbers and _plain(name) not in _NO_ROLE]
        known_pair = {chosen["user"], chosen["item"]} <= {name for name in names if _plain(name) in known}
        found = of_numbers if known_pair else [*of_numbers, *unknown]  # beside known ids, text is an event or a date
    else:
        found = [*unknown, *others]
    if not found:
        raise ValueError(_nothing_left(names, role, chosen))
    return found[0]


def _nothing_left(names: Sequence[Hashable], role: str, chosen: Mapping[str, Hashable]) -> str:
    taken = ", ".join(f"{taken}s: {name}" for taken, name in chosen.items()) or "none known"
    hint = f"name it by {role}_name="
    if len(names) == 1:
        hint = "a file that is not separated by commas is read with sep="
    elif role == "rating" and _plain(chosen["user"]) in _ALIASES["user"]:
        pair = [str(chosen["user"]), str(chosen["item"])]
        hint += (
            ". Where people only chose things, count how often: "
            f"ratings.groupby({pair}).size().rename('rating').reset_index()"
        )
    return f"ratings has no column of {role}s (columns: {listed(names)}; {taken}); {hint}"


def _check_apart(names: Sequence[Hashable], chosen: Mapping[str, Hashable]) -> None:
    roles: dict[Hashable, str] = {}
    for role, name in chosen.items():
        if list(names).count(name) > 1:
            raise ValueError(f"ratings has {list(names).count(name)} columns called {name!r}; rename all but one")
        if name in roles:
            raise ValueError(
                f"{roles[name]}_name and {role}_name are both the column {name!r}; name different ones of: "
                f"{listed(names)}"
            )
        roles[name] = role


def _check_long(names: Sequence[Hashable], numbers: Collection[Hashable], chosen: Mapping[str, Hashable]) -> None:
    """Answer a table of users × items with the line that gives it one row a rating."""
    free = [name for name in names if name not in chosen.values()]
    others = [name for name in free if name not in numbers]
    if {"item", "rating"} & set(chosen) or len(free) - len(others) < _WIDE or len(others) > 1:
        return
    user = chosen.get("user", others[0] if others else None)
    melt = "ignore_index=False, " if user is None else f"id_vars={user!r}, "
    reset = "" if user is not None else ".reset_index(names='user')"
    raise ValueError(
        f"ratings has {len(names):,} columns of numbers and no known name, as a table of users × items has; make it "
        f"one row a rating: ratings.melt({melt}var_name='item', value_name='rating').dropna(){reset}. Where it has one "
        "row a rating already, pass user_name=, item_name= and rating_name="
    )
