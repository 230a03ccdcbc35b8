"""Every route and who may open it. A route that is missing here, or wears another access, fails the tests.

open: anybody · signed_in: whoever is signed in, and then their own things · decider: whoever holds a grant that decides
on entries, and then within its reach · administrator: whoever runs the city.
"""

OPEN = {
    "GET": [
        "/",
        "/activities",
        "/api/v1/activities",
        "/api/v1/areas",
        "/api/v1/index/<code>",
        "/api/v1/leaderboard",
        "/api/v1/openapi.json",
        "/api/v1/rankings/<period>",
        "/communities/<code>",
        "/communities/<code>/poster",
        "/communities/<code>/qr.svg",
        "/favicon.ico",
        "/healthz",
        "/help",
        "/join",
        "/join/<code>",
        "/leaderboard",
        "/legal/privacy",
        "/login",
        "/rankings",
        "/rankings/<period>/<code>",
        "/readyz",
        "/robots.txt",
        "/rules",
        "/static/<path:name>",
        "/style-guide",
    ],
    "POST": ["/join", "/join/<code>", "/login"],
}
SIGNED_IN = {
    "GET": [
        "/api/v1/entries",
        "/api/v1/entries/<int:entry_id>",
        "/api/v1/me",
        "/api/v1/me/statement",
        "/entries",
        "/entries/<int:entry_id>",
        "/entries/<int:entry_id>/mend",
        "/entries/new",
        "/logout",
        "/me",
        "/me/family",
        "/me/settings",
        "/me/settings/community",
        "/me/statement",
        "/photos/<key>",
        "/photos/<key>/<any(small):size>",
        "/pledges",
        "/pledges/<key>",
        "/reading",
    ],
    "POST": [
        "/api/v1/entries",
        "/api/v1/entries/<int:entry_id>/resubmit",
        "/api/v1/entries/<int:entry_id>/withdraw",
        "/api/v1/moderation/<int:entry_id>/decision",
        "/entries",
        "/entries/<int:entry_id>/mend",
        "/entries/<int:entry_id>/withdraw",
        "/logout",
        "/me/family",
        "/me/family/children",
        "/me/family/code",
        "/me/settings/appearance",
        "/me/settings/community",
        "/me/settings/devices",
        "/me/settings/password",
        "/pledges/<key>/end",
        "/pledges/<key>/sign",
    ],
}
DECIDER = {
    "GET": [
        "/api/v1/moderation/queue",
        "/moderation",
        "/moderation/<int:entry_id>",
        "/moderation/batch",
        "/moderation/reasons",
    ],
    "POST": [
        "/api/v1/moderation/claims",
        "/moderation/<int:entry_id>/decision",
        "/moderation/batch",
        "/moderation/reasons",
    ],
}

ROUTES = {
    (rule, method): access
    for access, rules in (("open", OPEN), ("signed_in", SIGNED_IN), ("decider", DECIDER))
    for method, paths in rules.items()
    for rule in paths
}
