"""`flask ledger check`: silent while all is well, and it finds each way in which a ledger can go wrong."""

import pytest
from flask import Flask

from civic.db import db, transaction
from civic.ledger import checks
from tests.factories import approved_entry, decide, person, staff

pytestmark = pytest.mark.one_engine


def forge(statement: str) -> None:
    """Change what no code of ours can change: first the database's own guards are taken away."""
    with transaction() as session:
        session.execute(db.text("DROP TRIGGER IF EXISTS posting_no_update"))
        session.execute(db.text("DROP TRIGGER IF EXISTS posting_no_delete"))
        session.execute(db.text(statement))


def found(app: Flask) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["ledger", "check"])
    return result.exit_code, result.output


@pytest.fixture
def lines(app: Flask) -> None:
    """Three awards, one of them reversed, and a kept day."""
    resident, manager = person(), staff()
    for _ in range(2):
        approved_entry(resident, manager, quantity=2)
    decide(approved_entry(resident, manager, activity="patrol", quantity=2), "reverse", manager)


def test_a_true_ledger_is_clean(app: Flask, lines: None) -> None:
    assert found(app) == (0, "clean: 4 postings\n")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE resident_total SET merit = merit + 1 WHERE kind = 'week'", "resident_total"),
        ("UPDATE resident_total SET balance = balance - 1 WHERE kind = 'cycle'", "resident_total"),
        ("UPDATE community_total SET merit = 0 WHERE period = '2026'", "community_total"),
        ("DELETE FROM community_total", "community_total missing"),
        ("DELETE FROM posting WHERE kind = 'reversal'", "an award stands for it"),
        ("UPDATE posting SET merit = merit + 1, balance = balance + 1 WHERE id = 1", "by its rule"),
        ("UPDATE posting SET worth = 9 WHERE id = 2", "by its rule"),
        ("UPDATE posting SET balance = 0 WHERE id = 1", "must be alike"),
        ("UPDATE posting SET merit = 0, balance = 0 WHERE kind = 'reversal'", "does not mirror"),
        ("UPDATE posting SET week = '2026-W47' WHERE id = 1", "marked"),
        ("UPDATE posting SET counts_on = '2026-12-01' WHERE id = 1", "marked"),
        ("UPDATE posting SET quantity = 3 WHERE id = 1", "does not bear what its entry says"),
        ("UPDATE posting SET community_code = '990102001013' WHERE id = 1", "does not bear"),
        ("UPDATE entry SET status = 'pending' WHERE id = 1", "is not approved, but an award stands"),
        ("UPDATE entry SET rule_version = 2 WHERE id = 1", "rule version 2"),
    ],
)
def test_what_was_forged_is_found(app: Flask, lines: None, statement: str, words: str) -> None:
    forge(statement)
    code, output = found(app)
    assert code == 1
    assert words in output


def test_a_day_over_its_cap_is_found(app: Flask, lines: None) -> None:
    forge("UPDATE posting SET merit = 31, balance = 31 WHERE id = 1")
    assert any("more than 30" in line for line in checks.days_stay_under_their_caps())


def test_bonuses_that_no_week_can_bring_are_found(app: Flask, lines: None) -> None:
    forge(
        "INSERT INTO posting (resident_id, community_code, kind, merit, balance, act_week, "
        "counts_on, week, month, posted_at) "
        "SELECT resident_id, community_code, 'bonus', 13, 13, '2026-W47', counts_on, week, month, posted_at "
        "FROM posting WHERE id = 1"
    )
    assert any("has 13 of bonuses for 2026-W47" in line for line in checks.bonuses_add_up())
