"""The recipe for SQLAlchemy in docs/clients.md: GizmoSQL's dialect with transactions by ADBC."""

from __future__ import annotations

from sqlalchemy.dialects import registry
from sqlalchemy_gizmosql_adbc_dialect import GizmoSQLDialect


class LakehouseDialect(GizmoSQLDialect):
  supports_statement_cache = True

  def do_begin(self, connection):
    """ADBC has begun one."""

  def do_commit(self, connection):
    connection.commit()

  def do_rollback(self, connection):
    connection.rollback()


registry.register("lakehouse", __name__, "LakehouseDialect")
