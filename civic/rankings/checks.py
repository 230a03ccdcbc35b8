"""What must hold within sealed rankings, without recomputing them (`verifying` does that from the ledger).

Each check gives its broken rows in words; none means all is well.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import and_, func, or_, select

from civic.db import db
from civic.rankings.models import Ranking, RankingRow


def ranks_count_who_is_ahead() -> Iterator[str]:
    """A rank is one more than the number of those with more; equal scores have equal ranks (I21)."""
    due = func.rank().over(partition_by=RankingRow.ranking_id, order_by=RankingRow.score.desc()).label("due")
    ranked = (
        select(RankingRow.ranking_id, RankingRow.key, RankingRow.rank, due)
        .where(RankingRow.rank.is_not(None))
        .subquery()
    )
    for row in db.session.execute(select(ranked).where(ranked.c.rank != ranked.c.due)):
        yield f"ranking {row.ranking_id}: {row.key} has rank {row.rank}, due {row.due}"


def sums_are_those_of_their_rows() -> Iterator[str]:
    """A sealed ranking says of itself how many it ranks, and with how much merit (I22)."""
    rows = func.count(RankingRow.key)
    merit = func.coalesce(func.sum(RankingRow.merit), 0)
    query = (
        select(Ranking.id, Ranking.ranked, Ranking.merit_ranked, rows, merit)
        .outerjoin(RankingRow, and_(RankingRow.ranking_id == Ranking.id, RankingRow.rank.is_not(None)))
        .group_by(Ranking.id)
        .having(or_(Ranking.ranked != rows, Ranking.merit_ranked != merit))
    )
    for ranking_id, ranked, told, found, summed in db.session.execute(query):
        yield f"ranking {ranking_id} says {ranked} ranked with {told}; its rows are {found} with {summed}"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (ranks_count_who_is_ahead, sums_are_those_of_their_rows)
