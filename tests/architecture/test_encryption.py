"""What is encrypted stands in one list (``gallery/keys/facts.py``), so that a new key reaches all of it."""

import ast
import importlib
from collections.abc import Iterator

from sqlalchemy import LargeBinary

from gallery.core.audit import APPEND_ONLY, FROZEN
from gallery.core.db import Base
from gallery.keys.facts import SEALED, SHEETS
from tests.architecture.source import FILES, called, calls, name, package, tree
from tests.databases import load_models

READABLE = {("payment_proof", "look")}  # what a picture looks like, to find it again
LISTED = {(field.model.__tablename__, field.column.key) for field in SEALED}


def encryptions() -> Iterator[tuple[str, str, str]]:
    """Where something is encrypted, how that is called, and the context's constant part."""
    for path in FILES:
        for call in calls(tree(path)) if package(path) not in {"core", "keys"} else ():
            if called(call).endswith(".encrypt"):
                names = {node.id for node in ast.walk(call.args[1]) if isinstance(node, ast.Name)}
                (constant,) = {one for one in names if one.isupper()}
                module = importlib.import_module(name(path).removesuffix(".py").replace("/", "."))
                yield f"{name(path)}:{call.lineno}", called(call), getattr(module, constant)


def test_every_column_of_bytes_is_listed_or_known_to_be_readable():
    load_models()
    found = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) or "encrypted" in column.name
    }
    in_json = {(field.model.__tablename__, field.column.key) for field in SEALED if field.path}
    assert found == (LISTED - in_json) | READABLE


def test_everything_that_is_encrypted_is_listed_with_its_context():
    """Also what stands in JSON or in files, which no column tells."""
    found = list(encryptions())
    assert [where for where, call, _context in found if not call.endswith("cipher.encrypt")] == []
    assert {context for _where, _call, context in found} == {field.context for field in SEALED} | {SHEETS[1]}


def test_nothing_encrypted_stands_where_it_may_not_be_changed():
    """A new key is an UPDATE, which the triggers of these tables refuse."""
    frozen = {(table, column) for table, columns in FROZEN.items() for column in columns}
    assert {table for table, _column in LISTED} & set(APPEND_ONLY) == set()
    assert LISTED & frozen == set()
