"""SQLAlchemy through the dialect sqlalchemy-gizmosql-adbc-dialect, which pins ADBC 1.9.

The dialect writes BEGIN, COMMIT and ROLLBACK as SQL inside the transaction that ADBC has open, and
expects their errors when it fetches: the dialect of the recipe in docs/clients.md leaves
transactions to ADBC instead.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from support.recipes import run

pytestmark = pytest.mark.filterwarnings("ignore:.*import_dbapi")


@pytest.fixture
def engine(server, name):
  """Of the recipe's dialect, which running the recipe registers."""
  run("SQLAlchemy", server.address, name)
  opened = sa.create_engine(f"lakehouse://{server.address}")
  yield opened
  opened.dispose()


@pytest.fixture
def table(engine, name):
  made = sa.Table(
    name,
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("amount", sa.Numeric(12, 2)),
    sa.Column("day", sa.Date),
    sa.Column("made", sa.TIMESTAMP),
    sa.Column("ok", sa.Boolean),
  )
  made.create(engine)
  return made


ROWS = [
  (1, "one", Decimal("1.50"), datetime.date(2024, 2, 29),
   datetime.datetime(2024, 2, 29, 12, 34, 56, 789), True),
  (2, "zwölf", None, None, None, None),
]


def insert(connection, table) -> None:
  names = [column.name for column in table.columns]
  for row in ROWS:
    connection.execute(table.insert(), dict(zip(names, row)))


def test_the_dialect_unchanged(server):
  """Said in docs/clients.md, so that it is noticed when it changes."""
  engine = sa.create_engine(f"gizmosql://{server.address}")
  with pytest.raises(sa.exc.DBAPIError, match="(?i)transaction"), engine.connect() as connection:
    connection.execute(sa.text("SELECT 42"))


def test_text(engine):
  with engine.connect() as connection:
    rows = connection.execute(sa.text("SELECT i, 'row ' || i AS s FROM range(3) AS rows(i)")).all()
    assert rows == [(0, "row 0"), (1, "row 1"), (2, "row 2")]


def test_a_bound_parameter(engine):
  with engine.connect() as connection:
    found = connection.execute(sa.text("SELECT CAST(:a AS INTEGER) + 1"), {"a": 41}).scalar()
    assert found == 42


def test_core(engine, table):
  with engine.begin() as connection:
    insert(connection, table)
  with engine.connect() as connection:
    assert connection.execute(sa.select(table).order_by(table.c.id)).all() == ROWS
    found = connection.execute(sa.select(table.c.name).where(table.c.id == 2)).scalar_one()
    assert found == "zwölf"
  with engine.begin() as connection:
    connection.execute(table.update().where(table.c.id == 2).values(ok=False))
    connection.execute(table.delete().where(table.c.id == 1))
  with engine.connect() as connection:
    assert connection.execute(sa.select(table.c.id, table.c.ok)).all() == [(2, False)]


def test_a_rollback(engine, table):
  with engine.connect() as connection:
    insert(connection, table)
    assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 2
    connection.rollback()
    assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_the_orm(engine, name):
  class Base(DeclarativeBase):
    pass

  class Duck(Base):
    __table__ = sa.Table(
      name,
      Base.metadata,
      sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
      sa.Column("name", sa.String, nullable=False),
    )

  Base.metadata.create_all(engine)
  with Session(engine) as session:
    session.add_all([Duck(id=1, name="Tick"), Duck(id=2, name="Trick")])
    session.commit()
  with Session(engine) as session:
    duck = session.scalars(sa.select(Duck).where(Duck.name == "Trick")).one()
    duck.name = "Track"
    session.commit()
  with Session(engine) as session:
    assert session.scalars(sa.select(Duck.name).order_by(Duck.id)).all() == ["Tick", "Track"]


def test_reflection(engine, table):
  inspector = sa.inspect(engine)
  assert inspector.has_table(table.name)
  assert not inspector.has_table(f"no_{table.name}")
  assert "main" in inspector.get_schema_names()
  assert table.name in inspector.get_table_names()
  found = {column["name"]: column for column in inspector.get_columns(table.name)}
  assert list(found) == ["id", "name", "amount", "day", "made", "ok"]
  assert not found["name"]["nullable"] and found["amount"]["nullable"]
  assert inspector.get_pk_constraint(table.name)["constrained_columns"] == ["id"]


def test_the_recipe(server, name, capsys):
  run("SQLAlchemy", server.address, name)
  assert "42" in capsys.readouterr().out
