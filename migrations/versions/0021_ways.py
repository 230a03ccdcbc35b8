"""Figures of an area tell apart what came or was approved in ways of its own: by rule, on behalf, audited."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("area_figures") as figures:
        # Periods that are final were compiled without; nothing of the kind had happened in them.
        figures.add_column(sa.Column("ways", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("area_figures") as figures:
        figures.alter_column("ways", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("area_figures") as figures:
        figures.drop_column("ways")
