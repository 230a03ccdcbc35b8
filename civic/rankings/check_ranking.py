"""Check a sealed ranking yourself: python3 check_ranking.py FILE …

FILE is what the page of a sealed ranking offers. Nothing is asked of any server, and nothing but Python is needed. For
each file the program works out every part of the index, the order, the ranks and the check sum anew from the figures,
and says `identical`, or what differs; then it ends with 1.

查一张封存的排名：python3 check_ranking.py 文件 …
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Figures = dict[str, Any]
SCALE = 10_000  # targets are whole numbers of this


def half_up(value: Fraction) -> int:
    """A figure that is not negative, rounded to a whole one."""
    return int((2 * value + 1) // 2)


def score_of(part: Figures, priors: dict[str, int]) -> int:
    """A part in hundredths: its weight times how much of its target was reached, at most all of it."""
    if not part["city_n_days"]:
        return 0
    people = Fraction(part["n_days"], part["days"])
    city_rate = part["city_x"] / Fraction(part["city_n_days"], part["days"])
    prior = priors[part["key"]]  # draws a small place towards its city
    rate = (part["x"] + prior * city_rate) / (people + prior)
    reached = min(Fraction(1), max(Fraction(0), rate / Fraction(part["target"], SCALE)))
    return half_up(10_000 * Fraction(part["weight"], part["judged"]) * reached)


def mean_of(months: Figures, code: str, key: str) -> int:
    """The mean of the months that have an index, in hundredths; a month without this part counts as 0."""
    found = [month[code] for month in months.values() if code in month]
    return half_up(Fraction(sum(month.get(key, 0) for month in found), len(found)))


def check_parts(proof: Figures) -> Iterator[str]:
    """Every part of every index follows from its figures."""
    for code, parts in proof["parts"].items():
        for part in parts:
            is_mean = "months" in proof
            due = mean_of(proof["months"], code, part["key"]) if is_mean else score_of(part, proof["priors"])
            if part["score"] != due:
                yield f"{code}: {part['key']} is {due}, not {part['score']}"


def check_sums(proof: Figures) -> Iterator[str]:
    """What the city counted is the sum of what its communities counted."""
    if not (proof["is_city"] and proof["of"] == "communities") or "months" in proof:
        return
    sums: dict[str, tuple[int, int]] = {}
    for parts in proof["parts"].values():
        for part in parts:
            x, days = sums.get(part["key"], (0, 0))
            sums[part["key"]] = (x + part["x"], days + part["n_days"])
    for parts in proof["parts"].values():
        for part in parts:
            if (part["city_x"], part["city_n_days"]) != sums[part["key"]]:
                yield f"the city: {part['key']} is not the sum of its communities"
                return


def check_order(proof: Figures) -> Iterator[str]:
    """Ranked are those with an index and merit; the others follow by code, those without an index last."""
    rows = proof["rows"]
    for row in rows:
        parts = proof["parts"].get(row["code"])
        due = sum(part["score"] for part in parts) if parts else None
        if row["index"] != due:
            yield f"{row['code']}: the index is {due}, not {row['index']}"

    def place(row: Figures) -> tuple[int, int, str]:
        if row["index"] is None:
            return (2, 0, row["code"])
        return (0, -row["index"], row["code"]) if row["merit"] >= 1 else (1, 0, row["code"])

    if rows != sorted(rows, key=place):
        yield "the order is another"
    ranked = [row["index"] for row in rows if row["index"] is not None and row["merit"] >= 1]
    for row in rows:
        is_ranked = row["index"] is not None and row["merit"] >= 1
        due = 1 + sum(index > row["index"] for index in ranked) if is_ranked else None
        if row["rank"] != due:
            yield f"{row['code']}: the rank is {due}, not {row['rank']}"
    if proof["ranked"] != len(ranked):
        yield f"{len(ranked)} are ranked, not {proof['ranked']}"
    merit = sum(row["merit"] for row in rows if row["rank"] is not None)
    if proof["merit_ranked"] != merit:
        yield f"the merit ranked is {merit}, not {proof['merit_ranked']}"


def check_seal(proof: Figures) -> Iterator[str]:
    """The check sum is over ids and figures, a line each."""
    text = f"{proof['period']}|{proof['area']}|{proof['of']}|{proof['rulebook']}\n"
    for row in proof["rows"]:
        figures = (row["rank"], row["code"], row["index"], row["previous_rank"])
        text += "|".join("-" if figure is None else str(figure) for figure in figures) + "\n"
    due = hashlib.sha256(text.encode("ascii")).hexdigest()
    if proof["sha256"] != due:
        yield f"the SHA-256 is {due}, not {proof['sha256']}"


def main(names: list[str]) -> int:
    """Check each file and say what was found."""
    if not names:
        print((__doc__ or "").strip())
        return 2
    wrong = 0
    for name in names:
        with open(name, encoding="utf-8") as file:
            proof = json.load(file)
        found = [each for check in (check_parts, check_sums, check_order, check_seal) for each in check(proof)]
        wrong += bool(found)
        about = f"{proof['period']} {proof['area']} {proof['of']}"
        for each in found or [f"identical, SHA-256 {proof['sha256']}"]:
            print(f"{about}: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
