"""Finding areas by what a person types: a part of the name, pinyin, initials, or the beginning of a code."""

import unicodedata

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from civic.areas import names
from civic.areas.models import Area, within
from civic.db import db

MAX_TEXT_CHARACTERS = 50


def search(text: str, level: str | None = None, under: str | None = None, limit: int = 20) -> list[Area]:
    """The open areas that a text may mean, the likeliest first, at most `limit` of them.

    Han characters find every name that holds them; letters find pinyin or initials that begin with them; digits find
    codes that begin with them. `level` and `under` (a code) narrow it down. Equal names are told apart by their paths.
    """
    wanted = _cleaned(text)
    typed = names.typed(wanted)
    if not wanted or limit < 1:
        return []
    if names.is_typed(wanted):
        if not typed:
            return []
        found, rank = _by_letters(typed)
    else:
        found, rank = _by_name(wanted)
    query = select(Area).where(Area.closed_on.is_(None), found)
    if level is not None:
        query = query.where(Area.level == level)
    if under is not None:
        query = query.where(within(Area.code, under))
    # Wider areas first: who types 东营 more often means the city than a village of that name.
    by_name = () if wanted.isdigit() else (Area.pinyin,)
    order = (rank, func.length(Area.code), *by_name, Area.code)
    return list(db.session.scalars(query.order_by(*order).limit(limit)))


def _cleaned(text: str) -> str:
    """As it is stored: no spaces, no full-width letters, nothing that cannot be printed."""
    text = unicodedata.normalize("NFKC", text[: 4 * MAX_TEXT_CHARACTERS])
    return "".join(char for char in text if char.isprintable() and not char.isspace())[:MAX_TEXT_CHARACTERS]


def _by_letters(typed: str) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    ways = [_begins(Area.pinyin, typed), _begins(Area.initials, typed)]
    if typed.isdigit():
        ways.append(within(Area.code, typed))
    exact = or_(Area.code == typed, Area.pinyin == typed, Area.initials == typed)
    return or_(*ways), case((exact, 0), else_=1)


def _by_name(wanted: str) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    found = or_(Area.name.icontains(wanted, autoescape=True), Area.short_name.icontains(wanted, autoescape=True))
    exact = or_(Area.name == wanted, Area.short_name == wanted)
    begins = Area.name.istartswith(wanted, autoescape=True)
    return found, case((exact, 0), (begins, 1), else_=2)


def _begins(column: InstrumentedAttribute[str], letters: str) -> ColumnElement[bool]:
    # A range, not LIKE: this one uses the index on both databases. '{' is the character after 'z'.
    return and_(column >= letters, column < letters + "{")
