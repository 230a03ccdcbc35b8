"""The badges as they are shipped, and what the check finds in bad ones."""

from pathlib import Path

import pytest

from civic import create_app
from civic.progress import badges
from civic.rules.progress import STEPS
from tests.conftest import settings

GOOD = """
[[badge]]
key = "one"
icon = "tree"
rule = { kind = "acts", n = 3 }
name = { zh = "三件", en = "Three" }
asks = { zh = "做了 3 件。", en = "3 acts." }
"""


def problems(tmp_path: Path, text: str) -> str:
    file = tmp_path / "badges.toml"
    file.write_text(text, encoding="utf-8")
    return "\n".join(badges.problems(badges.load(file)))


def test_the_badges_shipped_are_complete_and_enough() -> None:
    assert badges.check() == []
    assert len(badges.all_badges()) >= 20


def test_every_kind_of_rule_is_used_and_none_asks_for_an_opened_app_or_a_rank() -> None:
    assert {badge.rule.kind for badge in badges.all_badges()} == set(STEPS)
    words = " ".join(badge.asks_zh + badge.name_zh for badge in badges.all_badges())
    assert not any(word in words for word in ("登录", "打开", "排名", "名次", "第一名", "！"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"acts", n = 3', '"acts", n = 4'), "does not name the figure 4"),
        (('"acts", n = 3', '"acts", n = 0'), "at least 1"),
        (('"acts", n = 3', '"acts", n = 3, months = [1]'), "has no months"),
        (('"acts", n = 3', '"books", n = 3'), "needs minutes"),
        (('"acts", n = 3', '"acts", n = 3, category = "nonsense"'), "is none of the catalogue's"),
        (('"acts", n = 3', '"acts", n = 3, activity = "pledge_walker"'), "none that can be done"),
        (('"acts", n = 3', '"seasons", n = 5'), "only 4"),
        (('icon = "tree"', 'icon = "medal"'), "not in the set"),
        (('en = "Three"', 'en = ""'), "name needs"),
        (("做了 3 件。", "做了 3 件。很多。"), "one sentence"),
    ],
)
def test_the_check_names_what_is_wrong(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    assert says in problems(tmp_path, GOOD.replace(*change))


def test_a_badge_that_stands_twice_is_found(tmp_path: Path) -> None:
    assert "stands twice: one" in problems(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('kind = "acts"', 'kind = "logins"'),
        GOOD.replace("n = 3 }", 'n = "3" }'),
        GOOD.replace("n = 3 }", "n = 3, rank = 1 }"),
        GOOD.replace('icon = "tree"\n', ""),
        "badge = [",
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(badges.BadgesError):
        problems(tmp_path, text)


def test_the_command_prints_the_count(tmp_path: Path) -> None:
    app = create_app(settings(f"sqlite:///{tmp_path / 'none.db'}", tmp_path))
    answer = app.test_cli_runner().invoke(args=["badges", "check"])
    assert answer.exit_code == 0
    assert answer.output.strip() == f"badges: {len(badges.all_badges())}"
