"""Joining, signing in and out. What belongs to somebody signed in stands in my_views.py."""

from typing import Any

from flask import redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from civic import clock, limits
from civic.access import me_or_none, open_to_all, signed_in
from civic.accounts import entrance, my_views, passwords, service
from civic.accounts.addresses import local_or_home
from civic.accounts.blueprint import bp
from civic.accounts.forms import JoinForm, LoginForm
from civic.accounts.picker import picker
from civic.areas import service as areas
from civic.db import transaction
from civic.rules.refused import NotFound, Refused, TooMany
from civic.web import status_of, zone

__all__ = ["bp", "my_views"]  # the second for its routes


@bp.record
def choose_password_cost(state: BlueprintSetupState) -> None:
    """Passwords cost what this application's settings say."""
    passwords.use_cost(state.app.config["CIVIC"].password_cost)


@bp.get("/login")
@open_to_all
def login() -> Any:
    """The form for signing in; whoever is signed in goes on to where they wanted."""
    form = LoginForm(next=request.args.get("next", ""))
    if me_or_none() is not None:
        return redirect(local_or_home(form.next.data), 303)
    return render_template("accounts/login.html", form=form)


@bp.post("/login")
@open_to_all
def enter() -> Any:
    """Sign in; a wrong login and a wrong password are answered alike."""
    form = LoginForm()
    if form.validate():
        person = entrance.check_password(form.login.data, form.password.data)
        if person is not None:
            entrance.sign_in(person)
            return redirect(local_or_home(form.next.data), 303)
        form.refuse(Refused("sign_in_failed", "password"))
    return render_template("accounts/login.html", form=form), 422


@bp.get("/logout")
@signed_in
def ask_to_leave() -> str:
    """A button: following a link must not sign anybody out."""
    return render_template("accounts/logout.html")


@bp.post("/logout")
@signed_in
def logout() -> Response:
    """Sign this device out."""
    entrance.leave()
    return redirect("/", 303)


@bp.get("/join")
@bp.get("/join/<code>")
@open_to_all
def join(code: str = "") -> Any:
    """Choose a community, by search or down the tree, then say who one is. A poster's address has chosen already."""
    if code:
        _open_community(code)
    if me_or_none() is not None:
        return redirect("/", 303)
    return _join_page(JoinForm(community=code, next=request.args.get("next", "")))


@bp.post("/join")
@bp.post("/join/<code>")
@open_to_all
def enrol(code: str = "") -> Any:
    """Join and be signed in. Sending the form is the consent whose words stand above its button."""
    form = JoinForm()
    form.community.data = form.community.data or code
    if not form.validate():
        return _join_page(form), 422
    now = clock.now()
    try:
        with transaction():
            limits.take(limits.JOIN, request.remote_addr, now=now)
            person = service.join(
                login=form.login.data,
                password=form.password.data,
                name=form.name.data,
                community_code=form.community.data,
                born_on=form.born_on.data,
                now=now,
                zone=zone(),
            )
    except TooMany:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _join_page(form), status_of(refused)
    entrance.sign_in(person, is_new_here=True)
    return redirect(local_or_home(form.next.data), 303)


def _open_community(code: str) -> None:
    area = areas.get_area(code)
    if area.level != "community" or area.closed_on is not None:
        raise NotFound("area")


def _join_page(form: JoinForm) -> str:
    return render_template("accounts/join.html", form=form, picker=picker(form.community.data or ""))
