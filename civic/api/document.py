"""The API's own description, in OpenAPI."""

from flask import Blueprint, Response, current_app, jsonify

from civic.access import open_to_all
from civic.api.blueprint import PREFIX

SPEC = "api_spec"

bp = Blueprint("api_document", __name__, url_prefix=PREFIX)


@bp.get("/openapi.json")
@open_to_all
def openapi() -> Response:
    """The document that describes every call."""
    return jsonify(current_app.extensions[SPEC].to_dict())
