"""Finds activities by what a person types: Chinese, English, pinyin or its initials."""

import unicodedata
from functools import cache

from civic.activities.models import Activity, Catalogue

MAX_QUERY = 60


def find_open(catalogue: Catalogue, query: str) -> tuple[Activity, ...]:
    """The open activities that match: names that begin so, other names, then hints and categories.

    All of them for an empty query.
    """
    wanted = _plain(query[:MAX_QUERY])
    if not wanted:
        return catalogue.open()
    placed = [(_place(activity, catalogue, wanted), activity) for activity in catalogue.open()]
    return tuple(activity for place in range(3) for found, activity in placed if found == place)


def _place(activity: Activity, catalogue: Catalogue, wanted: str) -> int | None:
    names = (_plain(activity.name_zh), _plain(activity.name_en), *_pinyin(activity.name_zh))
    joined = wanted.replace(" ", "")
    if any(name.startswith((wanted, joined)) for name in names):
        return 0
    words = wanted.split()
    if any(joined in name or all(word in name for word in words) for name in names):
        return 1
    # Pinyin is not looked for here: short syllables would match nearly everything.
    category = catalogue.categories[activity.category]
    zh = _plain(activity.hint_zh + category.name_zh)
    en = _plain(" ".join((activity.name_en, activity.hint_en, category.name_en)))
    return 2 if any(all(word in text for word in words) for text in (zh, en)) else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _pinyin(name: str) -> tuple[str, str]:
    """A Chinese name in full pinyin and in initials: (jianshilaji, jslj)."""
    from pypinyin import lazy_pinyin  # a large dictionary, loaded by the first search

    syllables = lazy_pinyin(name)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)
