"""What is sealed, byte for byte."""

import hashlib
from zoneinfo import ZoneInfo

from civic.rules.periods import parse
from civic.rules.sealing import due_at, fingerprint, text

LINES = [(1, "990102001011", 8_124, None), (2, "990102001013", 7_000, 1), (None, "990102002001", None, None)]


def test_the_text_is_one_line_for_the_head_and_one_for_each_row() -> None:
    assert text("2026-11", "9901", "communities", "2026-11", LINES) == (
        "2026-11|9901|communities|2026-11\n"
        "1|990102001011|8124|-\n"
        "2|990102001013|7000|1\n"
        "-|990102002001|-|-\n"
    )  # fmt: skip


def test_the_fingerprint_is_over_that_text() -> None:
    expected = hashlib.sha256(b"2026|9901|districts|2026-01\n1|990102|10000|-\n").hexdigest()
    assert fingerprint("2026", "9901", "districts", "2026-01", [(1, "990102", 10_000, None)]) == expected


def test_a_week_is_sealed_on_the_thursday_after_it_at_forty_past_midnight() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert due_at(parse("2026-W47"), zone).astimezone(zone).isoformat() == "2026-11-26T00:40:00+08:00"
    assert due_at(parse("2026-11"), zone).astimezone(zone).isoformat() == "2026-12-08T00:40:00+08:00"
