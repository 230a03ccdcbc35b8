"""Certificates: asked for once the days are kept, checked against today's record, no more said than agreed to."""

from datetime import date, timedelta

import pytest
from flask import Flask

from civic.accounts.models import Person
from civic.db import transaction
from civic.entries.models import Entry
from civic.pledges import certificates
from civic.pledges.models import Certificate
from civic.rules.refused import NotFound, Refused
from tests.factories import NOW, TODAY, decide, log, person, staff

GIVE_WAY = "pledge_give_way"


def keep(who: Person, days: int, key: str = GIVE_WAY, by: Person | None = None) -> list[Entry]:
    """So many kept days up to today, each filled in on its day."""
    return [
        log(by or who, key, acted_on=TODAY - timedelta(days=ago), now=NOW - timedelta(days=ago), resident=who)
        for ago in reversed(range(days))
    ]


def issue(who: Person, name_shown: str = "masked", days: int = 21) -> Certificate:
    with transaction():
        return certificates.issue(who, GIVE_WAY, days, name_shown, now=NOW, today=TODAY)


def test_it_is_due_at_21_days_and_not_before(app: Flask) -> None:
    resident = person()
    keep(resident, 20)
    with pytest.raises(Refused, match="certificate_too_early"):
        issue(resident)
    log(resident, GIVE_WAY, acted_on=TODAY - timedelta(days=20), now=NOW - timedelta(days=20))
    code = issue(resident).code
    found = certificates.check(code, TODAY)
    assert (found.holds, found.name, found.certificate.days) == (True, "秀**", 21)
    with pytest.raises(Refused, match="certificate_too_early"):
        issue(resident, days=66)
    with pytest.raises(NotFound):
        issue(resident, days=7)


def test_where_days_are_reversed_below_it_the_check_says_so_and_more_days_mend_it(app: Flask) -> None:
    resident, manager = person(), staff()
    kept = keep(resident, 21)
    code = issue(resident).code
    decide(kept[3], "reverse", manager)
    assert certificates.check(code, TODAY).holds is False
    log(resident, GIVE_WAY, acted_on=TODAY + timedelta(days=1), now=NOW + timedelta(days=1))
    assert certificates.check(code, TODAY + timedelta(days=1)).holds is True


def test_asked_for_again_it_keeps_its_code_and_takes_the_name_chosen_last(app: Flask) -> None:
    resident = person()
    keep(resident, 21)
    first = issue(resident).code
    assert issue(resident, "nickname").code == first
    assert certificates.check(first, TODAY).name == "秀兰"
    assert issue(resident, "none").code == first
    assert certificates.check(first, TODAY).name is None
    assert len(first) == certificates.CODE_LENGTH
    assert certificates.check(certificates.spaced(first).lower(), TODAY).certificate.code == first


def test_a_minor_is_masked_whatever_was_chosen_and_a_child_never_named(app: Flask) -> None:
    teen = person(born_on=date(2011, 1, 1))
    keep(teen, 21)
    with pytest.raises(Refused, match="name_shown_unknown"):
        issue(teen, "nickname")
    assert certificates.check(issue(teen).code, TODAY).name == "秀**"
    guardian = person()
    child = person(born_on=date(2018, 3, 1), guardian=guardian)
    keep(child, 21, by=guardian)
    with pytest.raises(Refused, match="name_shown_unknown"):
        issue(child)
    found = certificates.check(issue(child, "none").code, TODAY)
    assert (found.name, found.is_child) == (None, True)


def test_who_was_named_as_an_adult_cannot_be_found_by_a_wrong_code(app: Flask) -> None:
    for code in ("", "A" * 12, "x" * 300, "ABCD EFGH", "％" * 12, "\0" * 12):
        with pytest.raises(NotFound):
            certificates.check(code, TODAY)


def test_only_its_holder_gets_it(app: Flask) -> None:
    resident, other = person(), person()
    keep(resident, 21)
    issue(resident)
    with pytest.raises(NotFound):
        certificates.get_own(other.id, GIVE_WAY, 21)
    with pytest.raises(NotFound):
        certificates.get_own(resident.id, GIVE_WAY, 2**80)
    assert list(certificates.issued_to(resident.id, GIVE_WAY)) == [21]
