"""Whatever residents and managers do in whatever order, the ledger stays true: random steps through the services."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from civic.accounts.models import Person
from civic.db import db, id_of
from civic.entries import checks as entry_checks
from civic.intake.receive import receive_mended
from civic.ledger import checks as ledger_checks
from civic.ledger import service as ledger
from civic.moderation import checks as decision_checks
from civic.rules.periods import period_of
from civic.rules.refused import Refused
from civic.teams import service as teams
from tests import factories as make

# Priced by quantity, capped low, kept by habit, once a quarter: each meets another part of the rules.
ACTIVITIES = ("litter_pickup", "patrol", "pledge_walker", "family_motto")
NOTE = "家和万事兴，勤俭持家，邻里相助"
pytestmark = pytest.mark.one_engine


class Town(RuleBasedStateMachine):
    """Two residents, one of them new, two managers, and a clock that only runs forward."""

    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.now = make.NOW
        self.touched = True
        self.residents = [make.person(), make.person(confirmed=False)]
        self.managers = [make.staff(), make.staff("district_officer", "990102")]
        self.team = make.team(self.residents[0], name=f"{id_of(self.residents[0]) % 10**9} 队", now=self.now)

    @initialize(target=entries)
    def begin(self) -> Any:
        return multiple()

    def attempt(self, verb: Any, *args: Any, **facts: Any) -> Any:
        """Do it, or be refused: both must leave everything true."""
        try:
            done = verb(*args, **facts)
        except Refused:
            return None
        self.touched = True
        return done

    @rule(hours=st.sampled_from((1, 30, 200)))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        target=entries,
        who=st.integers(0, 1),
        activity=st.sampled_from(ACTIVITIES),
        days=st.integers(0, 1),
        quantity=st.sampled_from((1, 4)),
        for_team=st.booleans(),
    )
    def log(self, who: int, activity: str, days: int, quantity: int, for_team: bool = False) -> Any:
        day = self.now.astimezone(make.ZONE).date() - timedelta(days=days)
        facts = {"acted_on": day, "quantity": quantity, "now": self.now, "note": NOTE}
        facts["team"] = self.team if for_team else None
        entry = self.attempt(make.log, self.residents[who], activity, **facts)
        return entry.id if entry else multiple()

    @rule(comes=st.booleans())
    def come_and_go(self, comes: bool) -> None:
        """The second resident joins the team of the first, or leaves it."""

        def verb() -> None:
            other = self.residents[1]
            with make.transaction():
                team = teams.get_team(id_of(self.team))
                if comes:
                    teams.join(team.code, by=other, now=self.now, zone=make.ZONE)
                else:
                    teams.leave(team.id, by=other, now=self.now, zone=make.ZONE)

        self.attempt(verb)

    @rule(entry_id=entries, verdict=st.sampled_from(("approve", "approve", "reject", "return")), by=st.integers(0, 1))
    def decide(self, entry_id: int, verdict: str, by: int) -> None:
        self.attempt(make.decide, self.entry(entry_id), verdict, self.managers[by], now=self.now)

    @rule(entry_id=entries, verdict=st.sampled_from(("reverse", "undo")))
    def take_back(self, entry_id: int, verdict: str) -> None:
        for manager in self.managers:
            self.attempt(make.decide, self.entry(entry_id), verdict, manager, now=self.now)

    @rule(target=entries, activity=st.sampled_from(ACTIVITIES[:2]), verdict=st.sampled_from(("approve", "reject")))
    def log_and_decide(self, activity: str, verdict: str) -> Any:
        entry_id = self.log(0, activity, 0, 4)
        if isinstance(entry_id, int):
            self.decide(entry_id, verdict, 0)
        return entry_id

    @rule(entry_id=entries, quantity=st.sampled_from((1, 2, 30)))
    def mend(self, entry_id: int, quantity: int) -> None:
        with_words = {"quantity": quantity, "note": NOTE, "now": self.now, "zone": make.ZONE}
        self.attempt(receive_mended, entry_id, by=self.owner(entry_id), **with_words)

    @rule(entry_id=consumes(entries))
    def withdraw(self, entry_id: int) -> None:
        def verb() -> None:
            with make.transaction():
                make.entries.withdraw(entry_id, by=self.owner(entry_id))

        self.attempt(verb)

    @invariant()
    def all_is_true(self) -> None:
        """Looked at after whatever was done. A refusal that left something behind is found after the next step."""
        if self.touched:
            self.nothing_is_broken()
            self.every_statement_adds_up()
            self.touched = False

    def teardown(self) -> None:
        """Also after the last step, whatever came of it."""
        self.touched = True
        self.all_is_true()

    def nothing_is_broken(self) -> None:
        """No check has anything to say."""
        assert ledger_checks.problems() + entry_checks.problems() + decision_checks.problems() == []

    def every_statement_adds_up(self) -> None:
        """A period ends with what the next begins with."""
        for resident in self.residents:
            for kind in ("week", "month", "cycle"):
                period = period_of(kind, self.now.date())
                statement = ledger.statement(resident.id, period)
                following = ledger.statement(resident.id, period.next())
                assert statement.closing == following.opening

    def entry(self, entry_id: int) -> Any:
        return make.entries.find_entry(entry_id)

    def owner(self, entry_id: int) -> Person:
        return db.session.get_one(Person, self.entry(entry_id).resident_id)


def test_the_ledger_stays_true_in_any_order_of_steps(app: Flask) -> None:
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=9,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
