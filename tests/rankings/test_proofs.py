"""A stranger checks a sealed ranking from a file, with a program that knows nothing of ours."""

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from civic.areas import service as areas
from civic.db import db, transaction
from civic.rankings.models import Ranking
from civic.rankings.proofs import proof
from civic.rankings.sealing import seal
from civic.rankings.service import AREA_BOARDS
from civic.rules.periods import parse
from civic.rules.refused import NotFound
from civic.rules.sealing import due_at
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, OTHER_COMMUNITY, ZONE
from tests.queries import count_queries
from tests.rankings.ledgers import random_facts, store

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def sealed(app: Flask) -> None:
    """A week, a month and a quarter with merit in three communities."""
    manager = factories.staff("city_officer", "9901")
    for community, quantity in ((COMMUNITY, 4), (COMMUNITY, 2), (OTHER_COMMUNITY, 5), (FAR_COMMUNITY, 1)):
        factories.approved_entry(factories.person(community=community), manager, quantity=quantity)
    with transaction():
        quarter = parse("2026-Q4")
        for period in (parse("2026-W48"), quarter):
            seal(period, now=due_at(quarter, ZONE), clock_now=due_at(quarter, ZONE), zone=ZONE)


@pytest.fixture
def check(client: FlaskClient, tmp_path: Path) -> Check:
    """Runs the program as it is downloaded, in a place of its own, over some figures."""
    program = tmp_path / "check_ranking.py"
    program.write_bytes(client.get("/rankings/check_ranking.py").data)

    def run(*found: Any) -> tuple[int, str]:
        names = []
        for number, figures in enumerate(found):
            names.append(f"{number}.json")
            (tmp_path / names[-1]).write_text(json.dumps(figures))
        done = subprocess.run([sys.executable, "-I", program, *names], capture_output=True, text=True, cwd=tmp_path)
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout

    return run


def downloaded(client: FlaskClient, period: str, area: str = "9901", of: str = "communities") -> dict[str, Any]:
    answer = client.get(f"/rankings/{period}/{area}/proof.json?of={of}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="civic-{period}-{area}-{of}.json"'
    return json.loads(answer.data)


def test_what_was_downloaded_is_identical_for_every_kind_of_board_and_period(
    sealed: None, client: FlaskClient, check: Check
) -> None:
    boards = [("9901", "communities"), ("9901", "districts"), ("990102", "communities"), ("990102001", "communities")]
    found = [downloaded(client, period, *board) for period in ("2026-W48", "2026-11", "2026-Q4") for board in boards]
    status, told = check(*found)
    assert (status, told.count("identical")) == (0, len(found)), told


@pytest.mark.parametrize("seed", range(3))
def test_random_ledgers_are_identical_too(app: Flask, check: Check, seed: int) -> None:
    with transaction():
        store(random_facts(seed))
        month = parse("2026-11")
        seal(month, now=due_at(month, ZONE), clock_now=due_at(month, ZONE), zone=ZONE)
    boards = db.session.execute(select(Ranking.area_code, Ranking.of).where(Ranking.of.in_(AREA_BOARDS))).all()
    assert len(boards) > 2
    found = [proof(areas.get_area(code), of, month) for code, of in boards]
    status, told = check(*found)
    assert status == 0, told


def test_whatever_is_altered_is_named(sealed: None, client: FlaskClient, check: Check) -> None:
    whole = downloaded(client, "2026-W48")

    def altered(change: Callable[[dict[str, Any]], object]) -> str:
        copy = deepcopy(whole)
        change(copy)
        status, told = check(copy)
        assert status == 1, told
        return told

    first = whole["rows"][0]["code"]
    assert "participation is" in altered(lambda one: one["parts"][first][0].update(weight=1))
    assert "index is" in altered(lambda one: one["rows"][0].update(index=9999))
    assert "rank is" in altered(lambda one: one["rows"][1].update(rank=9))
    assert "order is another" in altered(lambda one: one["rows"].reverse())
    assert "SHA-256 is" in altered(lambda one: one["rows"][0].update(previous_rank=3))
    assert "merit ranked is" in altered(lambda one: one["rows"][0].update(merit=1))
    assert "sum of its communities" in altered(lambda one: one["parts"].pop(first) and one)
    quarter = downloaded(client, "2026-Q4")
    quarter["months"]["2026-11"][first]["points"] += 300
    assert check(quarter)[0] == 1


def test_it_holds_nobody_and_only_what_is_sealed_and_of_areas(sealed: None, client: FlaskClient) -> None:
    text = client.get("/rankings/2026-W48/9901/proof.json").text
    assert "秀兰" not in text
    assert "resident" not in text
    for path in (
        f"/rankings/2026-W48/{COMMUNITY}/proof.json",
        "/rankings/2026-W48/9901/proof.json?of=teams",
        "/rankings/2027-01/9901/proof.json",
        "/rankings/2026-W99/9901/proof.json",
        "/rankings/2026-W48/9999/proof.json",
    ):
        assert client.get(path).status_code == 404, path
    assert (
        "/rankings/2026-W48/9901/proof.json?of=communities" in client.get("/rankings/2026-W48/9901?of=communities").text
    )


def test_it_costs_the_same_however_many_areas_there_are(sealed: None) -> None:
    counts = []
    for code, of in (("9901", "communities"), ("990102001", "communities")):
        area = areas.get_area(code)
        with count_queries() as queries:
            proof(area, of, parse("2026-W48"))
        counts.append(queries.total)
    assert counts == [3, 3]
    with pytest.raises(NotFound):
        proof(areas.get_area("9901"), "residents", parse("2026-W48"))


def test_without_a_file_the_program_says_what_it_is_for(tmp_path: Path) -> None:
    program = Path(__file__).parents[2] / "civic" / "rankings" / "check_ranking.py"
    done = subprocess.run([sys.executable, "-I", program], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, "python3 check_ranking.py FILE" in done.stdout) == (2, True)
