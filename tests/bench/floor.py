"""The floor of compiling a month: the same rows, written by hand in plain SQL on the plain driver, in one transaction.

Everything that a compilation does is here: merit and active days of each resident in each community, denominators by
memberships and populations, the parts of the index of every area, ranks with ties and previous ranks; headers, rows
and parts take the place of those before, which stay for one more turn. Fractions are floating point here.
"""

from datetime import UTC, date, datetime
from typing import Any

from civic.activities import service as activities
from civic.rankings.denominators import Span
from civic.rules.civility_index import DEFAULTS
from civic.rules.periods import Period

TALLY = (
    """
    CREATE TEMPORARY TABLE floor_tally AS
    SELECT community_code, resident_id, CAST(sum(merit) AS {int}) AS merit, sum(is_active) AS active_days
    FROM (
        SELECT community_code, resident_id, sum(merit) AS merit, max(CASE WHEN kind = 'award'
            AND activity_key NOT IN ({pledges}) AND id NOT IN (
                SELECT reverses_id FROM posting
                WHERE month = '{period}' AND kind = 'reversal' AND posted_at < {now}
            ) THEN 1 ELSE 0 END) AS is_active
        FROM posting WHERE month = '{period}' AND posted_at < {now}
        GROUP BY community_code, resident_id, acted_on
    ) AS by_day GROUP BY community_code, resident_id
    """,
    """
    CREATE TEMPORARY TABLE floor_sum AS
    SELECT community_code AS code,
        sum(CASE WHEN merit >= 3 THEN 1 ELSE 0 END) AS active,
        sum(CASE WHEN merit > {cap} THEN {cap} ELSE merit END) AS capped,
        sum(CASE WHEN 7 * active_days >= 3 * {days} THEN 1 ELSE 0 END) AS steady,
        sum(merit) AS merit,
        sum(CASE WHEN merit >= 1 THEN 1 ELSE 0 END) AS ranked,
        sum(CASE WHEN merit >= 1 THEN merit ELSE 0 END) AS merit_ranked
    FROM floor_tally GROUP BY community_code
    """,
)

DENOMINATORS = (
    """
    CREATE TEMPORARY TABLE floor_members AS
    SELECT code, sum(CASE WHEN from_on <= {starts_on} AND counts_until > {starts_on} THEN 1 ELSE 0 END) AS first_day,
        sum({member_days}) AS n_days
    FROM (
        SELECT community_code AS code, from_on, {counts_until} AS counts_until
        FROM (
            SELECT m.community_code, m.from_on, m.until_on, CASE WHEN m.until_on <= {tomorrow} THEN (
                SELECT min(l.from_on) FROM membership AS l WHERE l.person_id = m.person_id
                AND l.from_on >= m.until_on AND l.id <> m.id AND l.from_on <= {tomorrow}
            ) END AS next_from
            FROM membership AS m WHERE m.confirmed_at < {known_at} AND m.from_on < {ends_on}
        ) AS known
    ) AS counted WHERE counts_until > {starts_on} AND counts_until > from_on GROUP BY code
    """,
    """
    CREATE TEMPORARY TABLE floor_tree AS
    SELECT a.code AS code, b.code AS above FROM area AS a JOIN area AS b
    ON b.code IN (a.code, substr(a.code, 1, 9), substr(a.code, 1, 6), substr(a.code, 1, 4))
    WHERE (a.closed_on IS NULL OR a.closed_on > {starts_on} OR a.code IN (SELECT code FROM floor_sum))
    AND substr(a.code, 1, 4) IN (
        SELECT r.code FROM area AS r WHERE r.parent_code IS NULL
        AND EXISTS (SELECT 1 FROM membership WHERE community_code >= r.code AND community_code < r.code || ':')
    )
    """,
    """
    CREATE TEMPORARY TABLE floor_n AS
    SELECT a.code, {population} AS n_days
    FROM area AS a LEFT JOIN floor_members AS m ON m.code = a.code
    LEFT JOIN (
        SELECT area_code, people, row_number() OVER (PARTITION BY area_code ORDER BY from_on DESC, id DESC) AS place
        FROM population WHERE from_on <= {starts_on}
    ) AS p ON p.area_code = a.code AND p.place = 1
    WHERE length(a.code) = 12 AND (m.code IS NOT NULL OR p.people > 0)
    """,
)

INDEX = (
    """
    CREATE TEMPORARY TABLE floor_area AS
    SELECT t.above AS code,
        sum(CASE WHEN n.n_days > 0 THEN coalesce(s.active, 0) ELSE 0 END) AS participation,
        sum(CASE WHEN n.n_days > 0 THEN coalesce(s.capped, 0) ELSE 0 END) AS points,
        sum(CASE WHEN n.n_days > 0 THEN coalesce(s.steady, 0) ELSE 0 END) AS steadiness,
        sum(coalesce(n.n_days, 0)) AS n_days, sum(coalesce(s.merit, 0)) AS merit
    FROM floor_tree AS t LEFT JOIN floor_n AS n ON n.code = t.code LEFT JOIN floor_sum AS s ON s.code = t.code
    WHERE length(t.code) = 12 GROUP BY t.above
    """,
    "DELETE FROM provisional_part WHERE period = '{period}'",
    """
    INSERT INTO provisional_part (period, area_code, key, x, n_days, city_x, city_n_days, days, target, weight, judged,
        score)
    SELECT '{period}', code, key, x, n_days, city_x, city_n_days, {days}, target, weight, {judged},
        CAST(floor(10000.0 * weight / {judged} * CASE WHEN rate >= target THEN 1.0 WHEN rate < 0 THEN 0.0
            ELSE rate / target END + 0.5) AS {int})
    FROM (
        SELECT *, 10000.0 * (x + 100.0 * city_x * {days} / city_n_days) / (1.0 * n_days / {days} + 100) AS rate
        FROM (
            SELECT a.code, k.key, k.weight, k.target, a.n_days, c.n_days AS city_n_days,
                CASE k.key WHEN 'participation' THEN a.participation WHEN 'points' THEN a.points
                    ELSE a.steadiness END AS x,
                CASE k.key WHEN 'participation' THEN c.participation WHEN 'points' THEN c.points
                    ELSE c.steadiness END AS city_x
            FROM floor_area AS a JOIN floor_area AS c ON c.code = substr(a.code, 1, 4)
            CROSS JOIN (SELECT 'participation' AS key, {w0} AS weight, {t0} AS target
                UNION ALL SELECT 'points', {w1}, {t1} UNION ALL SELECT 'steadiness', {w2}, {t2}) AS k
            WHERE a.n_days > 0
        ) AS raw
    ) AS rated
    """,
)

PLACES = (
    """
    CREATE TEMPORARY TABLE floor_place AS
    SELECT area, subjects, code, merit, score,
        row_number() OVER (PARTITION BY area, subjects ORDER BY last, CASE WHEN last = 0 THEN -score ELSE 0 END, code)
            AS position,
        CASE WHEN last = 0 THEN rank() OVER (PARTITION BY area, subjects, last ORDER BY score DESC) END AS place
    FROM (
        SELECT t.above AS area, CASE length(t.code) WHEN 12 THEN 'communities' WHEN 9 THEN 'subdistricts'
            ELSE 'districts' END AS subjects, t.code, coalesce(a.merit, 0) AS merit, i.score,
            CASE WHEN i.score IS NULL THEN 2 WHEN a.merit >= 1 THEN 0 ELSE 1 END AS last
        FROM floor_tree AS t LEFT JOIN floor_area AS a ON a.code = t.code
        LEFT JOIN (SELECT area_code, CAST(sum(score) AS {int}) AS score FROM provisional_part
            WHERE period = '{period}' GROUP BY area_code) AS i ON i.area_code = t.code
        WHERE length(t.above) < 12 AND t.above <> t.code
    ) AS listed
    """,
)

SWAP = (
    """
    DELETE FROM provisional_row WHERE ranking_id IN (SELECT id FROM provisional_ranking
    WHERE kind = 'month' AND period <= '{period}' AND replaced_at IS NOT NULL)
    """,
    "DELETE FROM provisional_ranking WHERE kind = 'month' AND period <= '{period}' AND replaced_at IS NOT NULL",
    "UPDATE provisional_ranking SET replaced_at = {now} WHERE period = '{period}' AND replaced_at IS NULL",
)

WRITE = (
    """
    INSERT INTO provisional_ranking (period, kind, area_code, "of", rulebook, as_of, members_as_of, ranked,
        merit_ranked, merit_unranked)
    SELECT '{period}', 'month', code, 'residents', '{rulebook}', {now}, {known_at}, ranked, merit_ranked,
        merit - merit_ranked
    FROM floor_sum ORDER BY code
    """,
    """
    INSERT INTO provisional_ranking (period, kind, area_code, "of", rulebook, as_of, members_as_of, ranked,
        merit_ranked, merit_unranked)
    SELECT '{period}', 'month', p.area, p.subjects, '{rulebook}', {now}, {known_at}, count(p.place),
        coalesce(sum(CASE WHEN p.place IS NOT NULL THEN p.merit END), 0),
        a.merit - coalesce(sum(CASE WHEN p.place IS NOT NULL THEN p.merit END), 0)
    FROM floor_place AS p JOIN floor_area AS a ON a.code = p.area
    GROUP BY p.area, p.subjects, a.merit ORDER BY p.area, p.subjects
    """,
    """
    INSERT INTO provisional_row (ranking_id, position, key, rank, score, merit, previous_rank)
    SELECT r.id, row_number() OVER (PARTITION BY r.id ORDER BY t.merit DESC, t.resident_id),
        CAST(t.resident_id AS varchar(20)), rank() OVER (PARTITION BY r.id ORDER BY t.merit DESC), t.merit, t.merit,
        b.rank
    FROM floor_tally AS t
    JOIN provisional_ranking AS r ON r.area_code = t.community_code AND r.period = '{period}' AND r."of" = 'residents'
        AND r.replaced_at IS NULL
    LEFT JOIN provisional_ranking AS o ON o.area_code = t.community_code AND o.period = '{before}'
        AND o."of" = 'residents' AND o.replaced_at IS NULL
    LEFT JOIN provisional_row AS b ON b.ranking_id = o.id AND b.key = CAST(t.resident_id AS varchar(20))
    WHERE t.merit >= 1
    """,
    """
    INSERT INTO provisional_row (ranking_id, position, key, rank, score, merit, previous_rank)
    SELECT r.id, p.position, p.code, p.place, p.score, p.merit, b.rank
    FROM floor_place AS p
    JOIN provisional_ranking AS r ON r.area_code = p.area AND r."of" = p.subjects AND r.period = '{period}'
        AND r.replaced_at IS NULL
    LEFT JOIN provisional_ranking AS o ON o.area_code = p.area AND o."of" = p.subjects AND o.period = '{before}'
        AND o.replaced_at IS NULL
    LEFT JOIN provisional_row AS b ON b.ranking_id = o.id AND b.key = p.code
    """,
)

SCRATCH = ("floor_tally", "floor_sum", "floor_members", "floor_tree", "floor_n", "floor_area", "floor_place")


def compile_month(driver: Any, period: Period, span: Span, now: datetime, *, is_postgresql: bool) -> None:
    """All that `compile_period` does for a month, on a connection of psycopg or sqlite3; the caller commits."""
    facts = _facts(period, span, now, is_postgresql)
    for statement in (*TALLY, *DENOMINATORS, *INDEX, *PLACES, *SWAP, *WRITE):
        driver.execute(statement.format(**facts))
        if is_postgresql and "CREATE TEMPORARY TABLE" in statement:
            driver.execute("ANALYZE " + statement.split()[3])  # or its planner takes every table for an empty one
    for table in SCRATCH:
        driver.execute("DROP TABLE " + table)
    if is_postgresql:
        driver.execute("SET LOCAL default_statistics_target = 10")
        driver.execute("ANALYZE provisional_row")


def _facts(period: Period, span: Span, now: datetime, is_postgresql: bool) -> dict[str, object]:
    settings = DEFAULTS["month"]
    words = _postgresql() if is_postgresql else _sqlite()
    tomorrow = _day(date.fromordinal(span.known_on.toordinal() + 1))
    counted = f"coalesce(next_from, {words['year_after']})"
    lists = {f"w{n}": settings.weights[n] for n in range(3)} | {f"t{n}": settings.targets[n] for n in range(3)}
    facts = {
        **words,
        **lists,
        "period": period.key,
        "before": period.previous().key,
        "rulebook": period.rulebook,
        "now": _instant(now, is_postgresql),
        "known_at": _instant(span.known_at, is_postgresql),
        "tomorrow": tomorrow,
        "starts_on": _day(span.starts_on),
        "ends_on": _day(span.ends_on),
        "days": span.days,
        "cap": settings.cap,
        "judged": sum(settings.weights[:3]),
        "pledges": ", ".join(f"'{activity.key}'" for activity in activities.catalogue() if activity.is_pledge),
        "counts_until": f"CASE WHEN until_on IS NULL OR until_on > {tomorrow} THEN {_day(span.ends_on)} "
        f"ELSE {words['least']}({words['year_after']}, {counted}) END",
        "population": f"{words['greatest']}(coalesce(p.people, 0) * {span.days}, "
        f"coalesce(m.first_day, 0) * {span.days}, coalesce(m.n_days, 0))",
    }
    since = f"{words['greatest']}(from_on, {_day(span.starts_on)})"
    until = f"{words['least']}(counts_until, {_day(span.ends_on)})"
    return facts | {"member_days": str(words["days_between"]).format(until=until, since=since)}


def _sqlite() -> dict[str, str]:
    return {
        "int": "integer",
        "least": "min",
        "greatest": "max",
        "year_after": "date(until_on, '+12 months')",
        "days_between": "CAST(julianday({until}) - julianday({since}) AS integer)",
    }


def _postgresql() -> dict[str, str]:
    return {
        "int": "bigint",
        "least": "least",
        "greatest": "greatest",
        "year_after": "CAST(until_on + interval '12 months' AS date)",
        "days_between": "({until} - {since})",
    }


def _day(day: date) -> str:
    return f"'{day}'"


def _instant(at: datetime, is_postgresql: bool) -> str:
    return f"'{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" + ("+00'" if is_postgresql else "'")
