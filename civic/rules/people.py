"""Ages: who is a child, who is still masked. Rights change at 00:00 of the birthday, in the city's days.

docs/rules.md: section 2, fine print T6.
"""

from datetime import date

OWN_LOGIN_AGE = 14  # below it a guardian acts in the child's place
ADULT_AGE = 18  # below it nobody chooses how they appear
SMALLEST_GROUP = 5  # fewer people than this could be told apart


def birthday_in(born_on: date, year: int) -> date:
    """The birthday in a year. Who was born on 29 February has it on 1 March in other years."""
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(born_on: date, day: date) -> int:
    """Full years of life on a day."""
    return day.year - born_on.year - (day < birthday_in(born_on, day.year))


def is_child(born_on: date | None, day: date) -> bool:
    """Whether somebody is under 14 on a day. Who gave no date of birth counts as an adult."""
    return born_on is not None and age_on(born_on, day) < OWN_LOGIN_AGE


def is_masked(born_on: date | None, day: date) -> bool:
    """Whether somebody is 14 to 17 on a day and so always appears masked."""
    return born_on is not None and OWN_LOGIN_AGE <= age_on(born_on, day) < ADULT_AGE


def last_birth(age: int, day: date) -> date:
    """The latest day of birth of somebody who is `age` on a day: a question about one person, for a query over many."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February, and no such day then
        return date(day.year - age, 2, 28)
