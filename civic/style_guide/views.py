"""The style guide page. It shows made-up people and figures and touches no table."""

from flask import Blueprint, render_template

from civic.access import open_to_all
from civic.style_guide import examples

bp = Blueprint("style_guide", __name__)


@bp.get("/style-guide")
@open_to_all
def show() -> str:
    """Every component in all its states, in the language, type and colours of the reader."""
    return render_template("style_guide/index.html", **examples.of_everything())
