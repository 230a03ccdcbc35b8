"""The archive: everything that is held about a person and their children, and nothing of anybody else."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from civic.accounts.families import declare_family
from civic.accounts.models import Person
from civic.db import Base, db, transaction
from civic.ledger import service as ledger
from civic.mydata import contents, exporting
from civic.mydata.archive import zipped
from civic.rankings.sealing import seal
from civic.rules.periods import parse
from civic.rules.sealing import due_at
from tests import factories
from tests.factories import NOW, TODAY, ZONE, approved_entry, decide, log, staff
from tests.mydata.test_leaving import BORN, CANARY, canary


def archive(app: Flask, who: Person) -> zipfile.ZipFile:
    with app.test_request_context("/me/export"):
        data = b"".join(zipped(exporting.files(who, TODAY, NOW), NOW))
    found = zipfile.ZipFile(io.BytesIO(data))
    assert found.testzip() is None
    return found


def text_of(found: zipfile.ZipFile) -> str:
    return "\n".join(found.read(name).decode() for name in found.namelist() if not name.endswith(".webp"))


def test_every_table_that_refers_to_a_person_is_taken_along_or_left_out_for_a_reason(app: Flask) -> None:
    taken = {f"{part.table.__table__.name}.{column}" for part in contents.PARTS for column in part.owner}
    referring = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert referring == (taken - {"person.id"}) | set(contents.LEFT_OUT)
    assert taken.isdisjoint(contents.LEFT_OUT)


def test_what_is_left_out_of_a_row_is_a_column_that_exists(app: Flask) -> None:
    for part in contents.PARTS:
        assert set(part.left_out) <= set(part.columns), part.name


def test_the_archive_holds_every_row_that_is_mine(app: Flask) -> None:
    me = canary(app)
    with transaction():
        seal(
            parse("2026-W48"), now=due_at(parse("2026-W48"), ZONE), clock_now=due_at(parse("2026-W48"), ZONE), zone=ZONE
        )
    found = archive(app, me)
    data = json.loads(found.read("data.json"))
    for part in contents.PARTS:
        if part.owner:
            mine = sa.or_(*(part.columns[name] == me.id for name in part.owner))
            rows = db.session.scalar(sa.select(sa.func.count()).select_from(part.table).where(mine))
            assert len(data[part.name]) == rows > 0 or part.name in ("spared_notices", "consents"), part.name
    assert len(data["photos"]) == 1
    assert {row["words"] for row in data["reasons"]} == {f"{CANARY}，照片看不清", f"{CANARY}，请补一张"}
    assert data["account"][0]["born_on"] == BORN.isoformat()
    assert {row["period"] for row in data["places_in_rankings"]} == {"2026-W48"}
    entry = data["photos"][0]["entry_id"]
    assert found.read(f"photos/{entry}-1.webp")[:4] == b"RIFF"


def test_nothing_of_anybody_else_is_in_it(app: Flask) -> None:
    me, other = factories.person(name="秀兰"), canary(app)
    manager = staff()
    approved_entry(me, manager)
    decide(log(me), "return", manager)
    with transaction():
        declare_family(me, other, NOW)
    said = text_of(archive(app, me))
    for trace in (CANARY, str(other.id), str(manager.id), manager.name, BORN.isoformat()):
        assert trace not in said


def test_no_secret_is_in_it(app: Flask) -> None:
    me = canary(app)
    said = text_of(archive(app, me))
    for secret in [me.password_hash, *db.session.scalars(sa.text("SELECT token_hash FROM login_session"))]:
        assert secret
        assert secret not in said


def test_a_child_has_a_folder_of_its_own_and_a_grown_up_ward_has_none(app: Flask) -> None:
    guardian, manager = factories.person(), staff()
    child = factories.person(name="豆豆", born_on=date(2018, 5, 1), guardian=guardian)
    teen = factories.person(name="小满满", born_on=date(2010, 5, 1))
    with transaction():
        db.session.get_one(Person, teen.id).guardian_id = guardian.id
    approved_entry(guardian, manager, resident=child, note="和孩子一起")
    found = archive(app, guardian)
    data = json.loads(found.read("child-1/data.json"))
    assert data["account"][0]["name"] == "豆豆"
    assert [entry["note"] for entry in data["entries"]] == ["和孩子一起"]
    assert json.loads(found.read("data.json"))["entries"] == []
    assert "小满满" not in text_of(found)
    assert not any(name.startswith("child-2") for name in found.namelist())


def test_the_tables_open_in_a_spreadsheet_and_words_stay_words(app: Flask) -> None:
    me, manager = factories.person(), staff()
    for number, note in enumerate(('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "＝1+1", "河边，北岸")):
        approved_entry(me, manager, note=note, acted_on=TODAY - timedelta(days=number))
    found = archive(app, me)
    raw = found.read("entries.csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    notes = [row[5] for row in rows[1:]]
    assert notes == ['\'=HYPERLINK("http://x")', "'+1", "'-1", "'@SUM(A1)", "'＝1+1", "河边，北岸"]
    lines = list(csv.reader(io.StringIO(found.read("statement.csv").decode("utf-8-sig"))))[1:]
    assert sum(int(line[3]) for line in lines) == ledger.totals(me.id).merit == int(lines[-1][4])


def test_a_photo_that_is_gone_meanwhile_is_left_out(app: Flask) -> None:
    me = canary(app)
    for file in exporting.media.folder_of(app.config["CIVIC"].media_url).rglob("*.webp"):
        file.unlink()
    assert not any(name.endswith(".webp") for name in archive(app, me).namelist())


@pytest.mark.one_engine
def test_an_archive_is_sent_in_pieces_and_opens_whatever_their_size() -> None:
    big = bytes(range(256)) * 2000

    def files() -> Iterator[tuple[str, bytes]]:
        yield "a.txt", b""
        yield "b/照片.webp", big
        yield "c.json", big

    pieces = list(zipped(files(), datetime(2026, 11, 25, 10, 5)))  # noqa: DTZ001 - a ZIP knows no zone
    assert max(map(len, pieces)) < 3 * 64 * 1024
    found = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert found.testzip() is None
    assert [found.read(name) for name in found.namelist()] == [b"", big, big]
