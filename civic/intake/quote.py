"""What an entry would earn, or did earn, line by line, so that a page can show the sum it came from."""

from dataclasses import dataclass

from civic.activities.models import Activity
from civic.rules import points
from civic.rules.points import HUNDREDTHS, Award, PointRule, Standing


@dataclass(frozen=True)
class Sum:
    """How points come about: for doing it, for how much, less what halving and the tightest cap take away."""

    base: int
    for_quantity: int
    halved_off: int
    cut: int
    cut_by: str | None
    points: int
    before: int  # awards of the same activity and day that stood before


@dataclass(frozen=True)
class Quote:
    """What a form promises: the sum for a quantity, and what the caps leave at this moment."""

    sum: Sum
    standing: Standing
    left: int  # of all caps together
    left_by: str | None  # the cap that leaves least, where it can matter

    @property
    def day_total(self) -> int:
        """The day's points with this entry."""
        return self.standing.self_reported + self.sum.points


def quote(activity: Activity, rule: PointRule, standing: Standing, quantity: int) -> Quote:
    """What this quantity would earn if it were approved now."""
    award = points.award(rule, quantity, standing, activity.is_pledge)
    most = points.award(rule, rule.max_quantity, standing, activity.is_pledge)
    left = points.up_to(rule, standing, activity.is_pledge).left
    return Quote(added_up(activity, rule, award), standing, left, most.cut_by)


def added_up(activity: Activity, rule: PointRule, award: Award) -> Sum:
    """The lines behind an award."""
    halved_off = 0 if activity.is_pledge else (0, award.worth - award.worth // 2, award.worth)[min(award.standing, 2)]
    return Sum(
        base=award.worth if activity.is_pledge else rule.base,
        for_quantity=0 if activity.is_pledge else award.worth - rule.base,
        halved_off=halved_off,
        cut=award.worth - halved_off - award.points,
        cut_by=award.cut_by,
        points=award.points,
        before=award.standing,
    )


def price(rule: PointRule) -> tuple[int, str]:
    """The price per unit as people say it: (units, points), so 0.1 a minute is one for every 10."""
    hundredths = rule.per_unit_hundredths
    if 0 < hundredths < HUNDREDTHS and HUNDREDTHS % hundredths == 0:
        return HUNDREDTHS // hundredths, "1"
    return 1, f"{hundredths / HUNDREDTHS:g}"
