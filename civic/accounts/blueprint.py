"""The room's blueprint; its pages stand in views.py (the door) and my_views.py (what is mine)."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
