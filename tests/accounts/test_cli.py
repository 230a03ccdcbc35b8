"""The commands `flask people …`: civic/accounts/cli.py."""

from datetime import date

import pytest
from click.testing import Result
from flask import Flask

from civic import clock
from civic.accounts import service, sessions
from civic.accounts.models import Person

from .conftest import LIUQIAO, NOW, PASSWORD, STREET, TODAY, AddPerson

pytestmark = pytest.mark.usefixtures("areas")


def run(app: Flask, *arguments: str, stdin: str = f"{PASSWORD}\n") -> Result:
    with clock.held(NOW):
        return app.test_cli_runner().invoke(args=["people", *arguments], input=stdin)


def add(app: Flask, login: str, *more: str) -> Result:
    return run(app, "add", login, "--name", "秀兰", "--community", LIUQIAO, *more, "--password-stdin")


def person(login: str) -> Person:
    return service.get_by_login(login)


def one_line(result: Result) -> str:
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def test_a_person_is_added_and_can_sign_in(app: Flask) -> None:
    result = add(app, "Lan", "--born", "1960-02-29", "--appear", "nickname")
    assert result.exit_code == 0, result.output
    lan = person("lan")
    assert (lan.name, lan.born_on, lan.appear) == ("秀兰", date(1960, 2, 29), "nickname")
    assert service.authenticate("lan", PASSWORD) is not None
    membership = service.membership_on(lan.id, TODAY)
    assert membership is not None
    assert membership.confirmed_at == NOW


def test_a_password_keeps_its_spaces(app: Flask) -> None:
    with clock.held(NOW):
        run(app, "add", "lan", "--name", "L", "--community", LIUQIAO, "--password-stdin", stdin="  spaced out \r\n")
    assert service.authenticate("lan", "  spaced out ") is not None


def test_a_child_is_added_with_its_guardian_and_without_sign_in(app: Flask) -> None:
    add(app, "lan")
    refused = add(app, "bao", "--born", "2016-05-01")
    assert refused.exit_code == 1
    assert "guardian" in one_line(refused)
    assert add(app, "bao", "--born", "2016-05-01", "--guardian", "lan").exit_code == 0
    assert (person("bao").guardian_id, person("bao").password_hash) == (person("lan").id, None)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "lan", "--name", "L", "--community", LIUQIAO], 2, "--password-stdin"),
        (["add", "lan", "--community", LIUQIAO, "--password-stdin"], 2, "--name"),
        (["add", "lan", "--name", "L", "--community", STREET, "--password-stdin"], 1, "community"),
        (["add", "lan", "--name", "L", "--community", LIUQIAO, "--born", "1.2.1990", "--password-stdin"], 2, "born"),
        (["add", "lan", "--name", "L", "--community", LIUQIAO, "--appear", "big", "--password-stdin"], 2, "appear"),
        (["password", "nobody", "--password-stdin"], 1, "nobody"),
        (["password"], 2, "LOGIN"),
        (["grant", "nobody", "community_manager", LIUQIAO], 1, "nobody"),
        (["grant", "nobody", "mayor", LIUQIAO], 2, "mayor"),
        (["token", "nobody"], 1, "nobody"),
        (["family", "nobody"], 2, "two"),
        (["retire"], 2, "retire"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(app: Flask, arguments: list[str], code: int, said: str) -> None:
    result = run(app, *arguments)
    assert result.exit_code == code, result.output
    assert said in one_line(result)


def test_a_taken_login_and_a_weak_password_are_failures(app: Flask) -> None:
    add(app, "lan")
    assert add(app, "LAN").exit_code == 1
    weak = run(app, "password", "lan", "--password-stdin", stdin="12345678\n")
    assert weak.exit_code == 1
    assert service.authenticate("lan", PASSWORD) is not None


def test_a_new_password_replaces_the_old_one(app: Flask) -> None:
    add(app, "lan")
    assert run(app, "password", "lan", "--password-stdin", stdin="another horse 9\n").exit_code == 0
    assert service.authenticate("lan", PASSWORD) is None
    assert service.authenticate("lan", "another horse 9") is not None


def test_a_role_is_given_and_taken_back(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    assert run(app, "grant", "lan", "community_manager", STREET).exit_code == 0
    assert run(app, "grant", "lan", "community_manager", STREET).exit_code == 0
    assert [(g.role, g.area_code) for g in service.grants_of(lan.id)] == [("community_manager", STREET)]
    assert run(app, "grant", "lan", "community_manager", STREET, "--revoke").exit_code == 0
    assert service.grants_of(lan.id) == []
    again = run(app, "grant", "lan", "community_manager", STREET, "--revoke")
    assert again.exit_code == 1
    assert one_line(again)


def test_token_prints_nothing_but_the_token(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    result = run(app, "token", "lan", "--days", "2")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    found = sessions.find_token(result.stdout.strip(), NOW)
    assert found is not None
    assert found.person.id == lan.id


def test_a_child_gets_no_token(app: Flask, add_person: AddPerson) -> None:
    add_person("bao", born_on=date(2016, 5, 1), guardian=add_person("lan"))
    result = run(app, "token", "bao")
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_family_is_declared_for_all_who_are_named(app: Flask, add_person: AddPerson) -> None:
    lan, hua, ming = add_person("lan"), add_person("hua"), add_person("ming")
    for _ in range(2):
        assert run(app, "family", "lan", "hua", "ming").exit_code == 0
    assert service.family_of(hua.id) == {lan.id, ming.id}
    unknown = run(app, "family", "lan", "nobody")
    assert unknown.exit_code == 1
