"""The room's blueprint; its pages stand in views.py (one after another), batch_views.py (together), reason_views.py."""

from flask import Blueprint

bp = Blueprint("moderation", __name__)
