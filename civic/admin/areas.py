"""Areas and populations on the web: found by name, code or pinyin; people set from a day on, singly or by a table."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from civic import clock
from civic.access import administrator, me
from civic.admin.blueprint import bp
from civic.admin.forms import PeopleForm, TableForm
from civic.areas import service as areas
from civic.audit import service as audit
from civic.db import transaction
from civic.rules.refused import Refused
from civic.web import status_of, zone

FOUND = 40
MOST_BYTES = 4 * 1024 * 1024


@bp.get("/areas")
@administrator
def list_areas() -> str:
    """Areas that a text may mean, with the people in force, and the forms."""
    form = PeopleForm(formdata=None)
    form.from_on.data = clock.today(zone())
    return _page(form, TableForm(formdata=None))


@bp.post("/areas/people")
@administrator
def set_people() -> Any:
    """Set how many people live in a community from a day on."""
    form, now = PeopleForm(), clock.now()
    if not form.validate():
        return _page(form, TableForm(formdata=None)), 422
    code = (form.code.data or "").strip()
    try:
        with transaction():
            was = areas.set_population(code, form.people.data or 0, form.from_on.data, today=clock.today(zone()))
            audit.note(
                "population_set",
                by=me().id,
                now=now,
                area_code=code,
                about=f"people:{form.from_on.data.isoformat()}",
                was=was,
                people=form.people.data,
            )
    except Refused as refused:
        form.refuse(refused)
        return _page(form, TableForm(formdata=None)), status_of(refused)
    flash(_("登记好了，从那天起按它算。"))
    return redirect(f"/admin/areas?q={code}", 303)


@bp.post("/areas/table")
@administrator
def take_table() -> Any:
    """Take over a table of code and population, all or nothing; every bad line is named."""
    form = TableForm()
    sent = form.table.data
    people = PeopleForm(formdata=None)
    people.from_on.data = clock.today(zone())
    if not isinstance(sent, FileStorage) or not sent.filename:
        form.refuse(Refused("table_missing", "table"))
        return _page(people, form), 422
    raw = sent.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        form.refuse(Refused("table_too_large", "table", megabytes=MOST_BYTES // 1024 // 1024))
        return _page(people, form), 413
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(raw)
        try:
            with transaction():
                added = areas.import_population(file, on=clock.today(zone()))
                audit.note("population_set", by=me().id, now=clock.now(), about="people:table", added=added)
        except areas.ImportRefused as refused:
            return _page(people, form, wrong=refused), 422
    flash(ngettext("登记了 %(num)s 个社区的人数。", "登记了 %(num)s 个社区的人数。", added))
    return redirect("/admin/areas", 303)


def _page(form: PeopleForm, table: TableForm, wrong: areas.ImportRefused | None = None) -> str:
    text, today = request.args.get("q", ""), clock.today(zone())
    found = areas.search(text, limit=FOUND) if text.strip() else areas.roots()
    exact = areas.find_area(text.strip())
    if exact is not None and exact not in found:
        found = [exact, *found]
    codes = [area.code for area in found]
    paths = areas.paths(codes)
    return render_template(
        "admin/areas.html",
        q=text,
        found=found,
        paths=paths,
        people=areas.populations(codes, today),
        form=form,
        table=table,
        wrong=wrong,
        most=FOUND,
        latest=today + timedelta(days=areas.POPULATION_DAYS_AHEAD),
    )
