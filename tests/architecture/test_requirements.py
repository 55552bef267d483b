"""What is imported is what the lock file installs, and nothing is installed without being used."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from tests.architecture.source import FILES, ROOT, tree

OURS = {"gallery", "config", "tests", "benchmarks", "wsgi", "_typeshed"}
# Used without being imported: a server, drivers and codecs that others load.
UNSEEN = {"gunicorn", "psycopg", "email-validator"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def listed(path: str) -> set[str]:
    return {normal(found) for found in re.findall(r"^([A-Za-z0-9][\w.-]*)", (ROOT / path).read_text(), re.MULTILINE)}


def imported() -> set[str]:
    """The distributions behind the imports of the site."""
    names = set()
    for path in [*FILES, ROOT / "config.py"]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    known = packages_distributions()
    return {normal(known[name][0]) for name in names - OURS - sys.stdlib_module_names}


def test_everything_imported_is_locked():
    assert sorted(imported() - listed("requirements/base.txt")) == []


def test_everything_asked_for_is_used():
    assert sorted(listed("requirements/base.in") - imported() - UNSEEN) == []


def test_every_locked_package_has_a_hash_and_no_address():
    for name in ("base", "dev"):
        text = (ROOT / f"requirements/{name}.txt").read_text()
        packages = re.findall(r"^[a-z][\w.-]*==.*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert packages
        assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
        assert not re.search(r"https?://|--index|--find-links", text)
