"""Several threads with connections of their own, let loose at the same instant."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from civic.db import db
from civic.rules.refused import Refused

AT_ONCE = 8
PATIENCE_SECONDS = 60


def at_once(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call answered, or the refusal it met; anything else that goes wrong fails the test."""
    db.session.rollback()  # the test's own reading must not keep anybody waiting
    gate = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait(PATIENCE_SECONDS)
            try:
                answers[place] = call()
            except Refused as refused:
                answers[place] = refused
            except Exception as error:  # told below, in the test's own thread
                answers[place] = error

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    db.session.rollback()
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refused):
            raise answer
    return answers


def refusals(answers: list[Any]) -> list[str]:
    """The codes of those who were refused."""
    return [answer.code for answer in answers if isinstance(answer, Refused)]
