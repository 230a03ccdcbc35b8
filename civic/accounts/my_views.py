"""What people choose for themselves: how they appear, their password, devices, community and family."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from civic import clock, limits
from civic.access import me, signed_in
from civic.accounts import entrance, families, guardians, members, memberships, service, sessions
from civic.accounts.blueprint import bp
from civic.accounts.forms import AppearanceForm, ChildForm, FamilyCodeForm, LoginNameForm, PasswordForm
from civic.accounts.picker import picker
from civic.areas import service as areas
from civic.db import transaction
from civic.filters import day
from civic.forms import BaseForm
from civic.rules.people import is_child, is_masked
from civic.rules.refused import NotFound, Refused
from civic.rules.standings import masked
from civic.web import status_of, zone

OTHERS = "others"


@bp.get("/me/settings")
@signed_in
def settings() -> str:
    """Everything I can choose, and where I am signed in."""
    return _settings_page()


@bp.post("/me/settings/appearance")
@signed_in
def choose_appearance() -> Any:
    """Keep my nickname and how I stand on the boards."""
    form = AppearanceForm()
    if not form.validate():
        return _settings_page(appearance=form), 422
    try:
        with transaction():
            service.rename(me(), form.name.data)
            if form.appear.data:
                service.choose_appearance(me(), form.appear.data, clock.today(zone()))
    except Refused as refused:
        form.refuse(refused)
        return _settings_page(appearance=form), status_of(refused)
    return _back_to_settings(_("改好了，榜上随后就是这个样子。"))


@bp.post("/me/settings/password")
@signed_in
def change_password() -> Any:
    """Choose a new password; every other device is signed out, this one gets a new session."""
    form = PasswordForm()
    if not form.validate():
        return _settings_page(password=form), 422
    if entrance.check_password(me().login or "", form.current.data) is None:
        form.refuse(Refused("password_wrong", "current"))
        return _settings_page(password=form), 422
    try:
        with transaction():
            service.set_password(me(), form.password.data, clock.now(), zone())
    except Refused as refused:
        form.refuse(refused)
        return _settings_page(password=form), status_of(refused)
    entrance.sign_in(me())
    return _back_to_settings(_("密码换好了，其他设备都已退出。"))


@bp.post("/me/settings/login")
@signed_in
def change_login() -> Any:
    """Sign in by another login from now on."""
    form = LoginNameForm()
    if not form.validate():
        return _settings_page(login=form), 422
    if entrance.check_password(me().login or "", form.present.data) is None:
        form.refuse(Refused("password_wrong", "present"))
        return _settings_page(login=form), 422
    try:
        with transaction():
            service.change_login(me(), form.login.data, form.present.data)
    except Refused as refused:
        form.refuse(refused)
        return _settings_page(login=form), status_of(refused)
    return _back_to_settings(_("换好了，下次用新的登录名登录。"))


@bp.post("/me/settings/devices")
@signed_in
def sign_out_devices() -> Any:
    """Sign one of my devices out, or all but this one."""
    device = request.form.get("device", "")
    with transaction():
        if device == OTHERS:
            sessions.close_all(me(), but=current_user.token)
        elif not sessions.close_one_of(me(), device):
            raise NotFound("device_gone")
    return _back_to_settings(_("已经退出，那边要重新登录。"))


@bp.get("/me/settings/community")
@signed_in
def choose_community() -> str:
    """Choose another community, by search or down the tree."""
    return _community_page(BaseForm(), request.args.get("community", ""))


@bp.post("/me/settings/community")
@signed_in
def move() -> Any:
    """Belong to another community from tomorrow on."""
    form = BaseForm()
    code = request.form.get("community", "")
    try:
        with transaction():
            begins_on = service.move(me(), code, clock.now(), zone()).from_on
    except Refused as refused:
        form.refuse(refused)
        return _community_page(form, code), status_of(refused)
    return _back_to_settings(_("记下了，从 %(day)s 零点起算。", day=day(begins_on)))


@bp.get("/me/family")
@signed_in
def family() -> str:
    """My family code, my relatives and the children I guard."""
    return _family_page()


@bp.post("/me/family")
@signed_in
def tie() -> Any:
    """Declare kinship with whoever told me their code."""
    form = FamilyCodeForm()
    if not form.validate():
        return _family_page(tie=form), 422
    now = clock.now()
    with transaction():
        limits.take(limits.FAMILY_CODE, me().id, now=now)
    try:
        with transaction():
            families.tie_by_code(me(), form.code.data, now)
    except Refused as refused:
        form.refuse(refused)
        return _family_page(tie=form), status_of(refused)
    return _back_to_family(_("连成一家了，彼此记的事由别人来核对。"))


@bp.post("/me/family/code")
@signed_in
def renew_code() -> Any:
    """Take a new family code, because the old one got about."""
    with transaction():
        families.renew_code(me())
    return _back_to_family(_("换好了，旧的家庭码不再有用。"))


@bp.post("/me/family/children")
@signed_in
def add_child() -> Any:
    """Add a child that I guard, with my consent."""
    form = ChildForm()
    if not form.validate():
        return _family_page(child=form), 422
    try:
        with transaction():
            service.add_child(
                guardian=me(), name=form.name.data, born_on=form.born_on.data, now=clock.now(), zone=zone()
            )
    except Refused as refused:
        form.refuse(refused)
        return _family_page(child=form), status_of(refused)
    return _back_to_family(_("添加好了，记一笔的时候可以替孩子记。"))


def _settings_page(
    appearance: AppearanceForm | None = None,
    password: PasswordForm | None = None,
    login: LoginNameForm | None = None,
) -> str:
    person, now = me(), clock.now()
    today = clock.today(zone())
    coming = memberships.coming(person.id, today)
    this_device = sessions.find_session(current_user.token, now)
    return render_template(
        "accounts/settings.html",
        appearance=appearance or AppearanceForm(None, name=person.name, appear=person.appear),
        password=password or PasswordForm(None),
        login=login or LoginNameForm(None),
        is_minor=is_child(person.born_on, today) or is_masked(person.born_on, today),
        this_device=this_device,
        other_devices=[device for device in sessions.sessions(person, now) if device is not this_device],
        community=areas.path(service.community_of(person.id, today)),
        coming=coming,
        coming_path=areas.path(coming.community_code) if coming else [],
        masked_name=masked(person.name),
    )


def _back_to_settings(done: str) -> Response:
    flash(done)
    return redirect(url_for("accounts.settings"), 303)


def _back_to_family(done: str) -> Response:
    flash(done)
    return redirect(url_for("accounts.family"), 303)


def _community_page(form: BaseForm, code: str) -> str:
    today = clock.today(zone())
    return render_template(
        "accounts/community.html",
        form=form,
        picker=picker(code),
        community=areas.path(service.community_of(me().id, today)),
        next_move_on=memberships.next_move_on(me().id, today),
        begins_on=today + timedelta(days=1),
        removal=members.removal_of(me().id),
    )


def _family_page(tie: FamilyCodeForm | None = None, child: ChildForm | None = None) -> str:
    person = me()
    return render_template(
        "accounts/family.html",
        tie=tie or FamilyCodeForm(None),
        child=child or ChildForm(None),
        code=person.family_code,
        relatives=families.relatives(person.id),
        children=guardians.wards(person.id),
        loggable={child.id for child in service.children_of(person.id, clock.today(zone()))},
        guardian=service.find_person(person.guardian_id) if person.guardian_id else None,
    )
