"""Names of areas as people say and type them: the short name, its pinyin, its initials. Pure functions."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# What the tables append to a community's name, the longest first; what stands in its place.
_ENDINGS = (
    ("社区居民居委会", "社区"),
    ("居民社区委员会", "社区"),
    ("社区居民委员会", "社区"),
    ("社区村民委员会", "社区"),
    ("社区居民委员", "社区"),  # one row of the tables lost its last character
    ("社区居委会", "社区"),
    ("社区村委会", "社区"),
    ("社区委员会", "社区"),
    ("嘎查村民委员会", "嘎查"),
    ("嘎查委员会", "嘎查"),
    ("嘎查村委会", "嘎查"),
    ("类似居民委员会", ""),
    ("类似村民委员会", ""),
    ("类似居委会", ""),
    ("类似村委会", ""),
    ("村居民委员会", "村"),
    ("村民委员会", "村"),
    ("村居委会", "村"),
    ("村委会", "村"),
    ("居民委员会", ""),
    ("居委会", ""),
)
_GENERIC = {"", "村", "社区", "嘎查"}

# Words whose usual reading is not that of the place, or of the name in front of 家, 庄, 村.
_WORDS = {
    "垦利": "ken li",
    "广饶": "guang rao",
    "乐安": "le an",
    "巷道": "xiang dao",
    "重兴": "chong xing",
    "长行": "chang xing",
    "刘堡": "liu pu",
    "朝阳": "chao yang",
    "查干": "cha gan",
    "单县": "shan xian",
    "单一": "shan yi",
    "浚县": "xun xian",
    "蔚县": "yu xian",
    "任县": "ren xian",
    "任丘": "ren qiu",
    "荣成": "rong cheng",
    "漯河": "luo he",
    "洪洞": "hong tong",
    "铅山": "yan shan",
    "什邡": "shi fang",
    "涡阳": "guo yang",
    "井陉": "jing xing",
    "乐陵": "lao ling",
    "东阿": "dong e",
    "六合区": "lu he qu",
    "六安": "lu an",
    "台州": "tai zhou",
}
# Characters that stand alone in a place's name, mostly as the name of a family.
_ALONE = {
    "单": "shan",
    "解": "xie",
    "翟": "zhai",
    "查": "zha",
    "仇": "qiu",
    "曾": "zeng",
    "薄": "bo",
    "卜": "bu",
    "佛": "fo",
    "都": "du",
    "缪": "miao",
    "逄": "pang",
    "郗": "xi",
    "咀": "zui",
}
MAX_LETTERS = 200
_KNOWN_WORD = re.compile("(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")")
_TAIL = re.compile("(社区|村)$")
_NOT_TYPED = re.compile("[^0-9a-z]")


class Spelling(NamedTuple):
    """How an area is shown and found."""

    short_name: str
    pinyin: str
    initials: str


def spell(name: str, level: str) -> Spelling:
    """The short name of an area and the pinyin by which it is sorted and found."""
    short = short_name(name, level)
    syllables = _syllables(short)
    return Spelling(short, "".join(syllables), "".join(_initial(syllable) for syllable in syllables))


def short_name(name: str, level: str) -> str:
    """A community's name without its committee: 张庄村民委员会 is 张庄村. Other levels keep theirs; never empty."""
    if level != "community":
        return name
    for ending, place in _ENDINGS:
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            # 丁村村委会 and 丁村委会 are both 丁村.
            short = stem.rstrip("村") + "村" if place == "村" else stem + place
            return name if short in _GENERIC else short
    return name


def in_letters(text: str) -> str:
    """A text as somebody types it who looks for it: its pinyin, then its initials, each behind a space."""
    # Names of people are read without being remembered, as those of places are.
    syllables = _read.__wrapped__(text)
    return f" {''.join(syllables)} {''.join(_initial(syllable) for syllable in syllables)}"[:MAX_LETTERS]


def typed(text: str) -> str:
    """What somebody typed as pinyin, in the form in which it is stored: dōng yíng is dongying, lǘ is lv."""
    return _NOT_TYPED.sub("", _plain(text))


def is_typed(text: str) -> bool:
    """Whether a text was typed as letters, rather than written in Han characters."""
    return _plain(text).isascii()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower()).replace("u\u0308", "v")
    return "".join(char for char in letters if not unicodedata.combining(char))


def _syllables(name: str) -> tuple[str, ...]:
    # Most names differ in front of 村 and 社区 only; cut there, the rest repeats and is remembered.
    tail = _TAIL.search(name)
    if tail is None:
        return _read(name)
    return _read(name[: tail.start()]) + _read(tail.group())


@lru_cache(maxsize=50_000)
def _read(text: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # a large dictionary, loaded by the first name that is read
    from pypinyin.seg.mmseg import seg

    syllables: list[str] = []
    for part in _KNOWN_WORD.split(text):
        if part in _WORDS:
            syllables += _WORDS[part].split()
            continue
        for word in seg.cut(part):
            syllables += [_ALONE[word]] if word in _ALONE else lazy_pinyin([word], style=Style.NORMAL)
    return tuple(kept for syllable in syllables if (kept := typed(syllable)))


def _initial(syllable: str) -> str:
    # Latin letters and figures in a name (A区, 101社区) are typed as they stand.
    return syllable if syllable[0].isdigit() else syllable[0]
