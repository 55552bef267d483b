"""The source files and what the rules ask about them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "gallery"
FILES = sorted(GALLERY.rglob("*.py"))
WEB = sorted(p for p in (GALLERY / "web").glob("*/*.py") if not p.name.startswith("_"))
EDGES = {"app.py", "web", "jobs", "cli", "demo", "integrations", "core", "translations", "__init__.py", "__pycache__"}
BUSINESS = sorted(p.name for p in GALLERY.iterdir() if p.name not in EDGES)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), name(path))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def called(call: ast.Call) -> str:
    """The dotted text of what is called: ``session.commit``."""
    return ast.unparse(call.func)


def package(path: Path) -> str:
    return path.relative_to(GALLERY).parts[0]
