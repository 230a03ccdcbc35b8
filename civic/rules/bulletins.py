"""Bulletins: whom they name, who writes and who publishes them, and the few marks their words may carry.

docs/rules.md: section 6, fine print S6, cases A52 to A55.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from civic.rules.decisions import MANAGER_RANK, rank_over, reaches
from civic.rules.refused import Conflict, Forbidden
from civic.rules.words import paragraphs

KINDS = ("month", "quarter", "year")
MAX_WORDS = 5000
NAMED = 5  # of each list at most
NAMED_ONE_IN = 4  # and never more than a quarter of those ranked
MOVERS = 3
SLOW_HOURS = 48

_HEADING, _ITEM, _BOLD = re.compile(r"##? +(.+)"), re.compile(r"[-*•] +(.+)"), re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Span:
    """A stretch of words."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, or a list with its items."""

    kind: str  # heading, paragraph, list
    lines: tuple[tuple[Span, ...], ...]


def named(ranked: int) -> int:
    """How many the best, and how many the list to improve may name, of so many that are ranked."""
    return min(NAMED, ranked // NAMED_ONE_IN)


def most_improved(changes: Iterable[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Of (code, rise of the index since the period before) those that rose most, rises only, ties by code (S6)."""
    return sorted((one for one in changes if one[1] > 0), key=lambda one: (-one[1], one[0]))[:most]


def movers(places: Iterable[tuple[str, int, int]], most: int = MOVERS) -> tuple[list[str], list[str]]:
    """Of (code, rank before, rank now) the codes of those who went up furthest, and of those who went down furthest."""
    moved = sorted(((before - now, code) for code, before, now in places), key=lambda one: (-one[0], one[1]))
    up = [code for by, code in moved if by > 0][:most]
    down = [code for by, code in sorted(moved) if by < 0][:most]
    return up, down


def may_write(held: Iterable[tuple[str, str]], area_code: str) -> bool:
    """Whether grants write an area's bulletins: those of officers over it."""
    rank = rank_over(held, area_code)
    return rank is not None and rank > MANAGER_RANK


def runs(held: Iterable[tuple[str, str]], area_code: str) -> bool:
    """Whether grants run the city the area lies in: the second person where there is but one officer."""
    return any(role == "administrator" and reaches(own, area_code) for role, own in held)


def check_publish(
    held: Sequence[tuple[str, str]], area_code: str, *, by: int, edited_by: int | None, has_other_officer: bool
) -> None:
    """Raises Conflict before anybody went over the draft, Forbidden for whoever may not be the second person."""
    if edited_by is None:
        raise Conflict("bulletin_not_edited")
    if by == edited_by:
        raise Forbidden("bulletin_needs_another")
    if may_write(held, area_code):
        return
    if not runs(held, area_code) or has_other_officer:
        raise Forbidden("bulletin_not_yours")


def clean(text: str) -> str:
    """The words as they are kept. Raises Refused (field "words") for too many, or what cannot be read."""
    return paragraphs(text, "words", MAX_WORDS)


def blocks(words: str) -> list[Block]:
    """Words in their parts: "## " begins a heading, "- " an item, **…** is bold; everything else is plain text.

    What comes out holds no markup at all, so whatever somebody types is shown as they typed it.
    """
    found: list[Block] = []
    for line in words.split("\n"):
        if not line.strip():
            found.append(Block("", ()))
        elif heading := _HEADING.fullmatch(line):
            found.append(Block("heading", (_spans(heading[1]),)))
        elif item := _ITEM.fullmatch(line):
            _join(found, "list", _spans(item[1]))
        else:
            _join(found, "paragraph", _spans(line))
    return [block for block in found if block.kind]


def _join(found: list[Block], kind: str, line: tuple[Span, ...]) -> None:
    if found and found[-1].kind == kind:
        found[-1] = Block(kind, (*found[-1].lines, line))
    else:
        found.append(Block(kind, (line,)))


def _spans(line: str) -> tuple[Span, ...]:
    pieces = _BOLD.split(line)
    return tuple(Span(text, at % 2 == 1) for at, text in enumerate(pieces) if text)
