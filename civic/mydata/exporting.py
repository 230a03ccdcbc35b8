"""The archive of everything the product holds about a person and the children they guard."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _

from civic import media
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.filters import name
from civic.ledger import passbook
from civic.ledger import service as ledger
from civic.mydata import contents
from civic.mydata.archive import Content
from civic.rules.refused import NotFound
from civic.spreadsheets import Cell, comma_separated

File = tuple[str, Content]
CHILD_FOLDER = "child-{}/"


@dataclass(frozen=True)
class _Whose:
    """Somebody whose things are in the archive, and the folder they lie in."""

    person: Person
    folder: str = ""


def files(person: Person, today: date, at: datetime) -> list[File]:
    """Every file of the archive. All words are read now; photos are opened one by one while they are sent."""
    everybody = [_Whose(person)]
    for number, child in enumerate(accounts.children_of(person.id, today), 1):
        everybody.append(_Whose(child, CHILD_FOLDER.format(number)))
    found: list[File] = [("README.txt", _readme(at).encode("utf-8-sig"))]
    for whose in everybody:
        found += _files_of(whose)
    return found


def _files_of(whose: _Whose) -> Iterator[File]:
    person_id, folder = whose.person.id, whose.folder
    everything = contents.everything(person_id)
    yield f"{folder}data.json", _as_json(everything).encode()
    yield f"{folder}statement.csv", comma_separated(passbook.headings(), passbook.rows(ledger.all_lines(person_id)))
    yield f"{folder}entries.csv", comma_separated(_entry_headings(), _entry_rows(everything))
    for photo in everything["photos"]:
        path = f"{folder}photos/{photo['entry_id']}-{photo['position'] + 1}.webp"
        yield path, partial(_photo, photo["key"])


def _as_json(everything: dict[str, list[dict[str, Any]]]) -> str:
    """A row a line, so that people can read it too; the library's own indenting takes five times as long."""
    parts = (
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for name, rows in everything.items()
    )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _photo(key: str) -> bytes | None:
    try:
        return media.open_photo(key).getvalue()
    except NotFound:
        return None


def _entry_headings() -> list[str]:
    return [_("编号"), _("哪一天"), _("活动"), _("数量"), _("书名"), _("备注"), _("状态"), _("文明分"), _("理由")]


def _entry_rows(everything: dict[str, list[dict[str, Any]]]) -> Iterable[list[Cell]]:
    """One row an entry, with its points so far and the words of its last decision."""
    merit: dict[int, int] = {}
    for line in everything["statement"]:
        if line["entry_id"] is not None:
            merit[line["entry_id"]] = merit.get(line["entry_id"], 0) + line["merit"]
    words = {row["decision_id"]: row["words"] for row in everything["reasons"]}
    reasons = {row["entry_id"]: words.get(row["id"], "") for row in everything["decisions"]}
    said = _statuses()
    for entry in everything["entries"]:
        yield [
            entry["id"],
            date.fromisoformat(entry["acted_on"]),
            name(activities.get(entry["activity_key"])),
            entry["quantity"],
            entry["title"],
            entry["note"],
            said[entry["status"]],
            merit.get(entry["id"]),
            reasons.get(entry["id"], ""),
        ]


def _statuses() -> dict[str, str]:
    """Every status in words, found once: there may be ten thousand entries."""
    return {
        "pending": _("等核对"),
        "held": _("再核对"),
        "approved": _("已入账"),
        "rejected": _("没有通过"),
        "returned": _("请你补充"),
        "withdrawn": _("已撤回"),
        "reversed": _("已更正"),
        "appealed": _("申诉中"),
    }


def _readme(at: datetime) -> str:
    """What is in the archive, and what is not, in the reader's language."""
    lines = [
        _("文明同行，我的数据"),
        at.strftime("%Y-%m-%d %H:%MZ"),
        "",
        _("data.json：这里留着的关于你的每一行，按表分好。"),
        _("statement.csv：积分明细，从第一笔起。"),
        _("entries.csv：你记下的每一笔。"),
        _("photos：你的照片，文件名是记录的编号和第几张。"),
        _("child-1、child-2：你监护的孩子，各有同样的几个文件。"),
        "",
        _("不在里面的：密码和登录凭据的指纹，别人的称呼和编号，工作中对别人记录作的决定。"),
        _("以等号、加号、减号或 @ 开头的文字，在 CSV 里前面多一个撇号，免得被当成公式。"),
    ]
    return "\r\n".join([*lines, ""])
