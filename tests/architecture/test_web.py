"""Rules of pages: one name in four places, an access rule on every view, no write on a GET, words for every error."""

import ast
import importlib
import pkgutil

import pytest

import gallery
from gallery.core.errors import GalleryError
from gallery.web import errors
from tests.architecture.source import ROOT, WEB, called, calls, functions, name, tree

every_page = pytest.mark.parametrize("path", WEB, ids=name)
RULES = {"public", "cacheable", "by_token", "signed_in", "requires"}


@every_page
def test_templates_and_tests_mirror_the_page(path):
    audience, feature = path.parent.name, path.stem.removesuffix("_forms")
    names = [
        call.args[0].value
        for call in calls(tree(path))
        if called(call) == "render_template" and isinstance(call.args[0], ast.Constant)
    ]
    assert [name for name in names if not name.startswith(f"{audience}/{feature}/")] == []
    assert [name for name in names if not (ROOT / "templates" / name).exists()] == []
    assert (ROOT / "tests/web" / audience / f"test_{feature}.py").exists()


@every_page
def test_a_blueprint_is_named_after_its_file(path):
    named = [call.args[0].value for call in calls(tree(path)) if called(call) == "Blueprint"]
    assert named in ([], [path.stem])


@every_page
def test_a_page_that_is_only_read_writes_nothing(path):
    for function in functions(path):
        methods = {called(d).split(".")[-1] for d in function.decorator_list if isinstance(d, ast.Call)}
        if "get" in methods and "post" not in methods:
            assert [call.lineno for call in calls(function) if called(call) == "transaction"] == [], function.name


def test_every_view_states_who_may_open_it(app):
    assert [
        endpoint for endpoint, view in app.view_functions.items() if getattr(view, "access_rule", None) not in RULES
    ] == []


def test_every_page_of_staff_states_a_permission(app):
    staff = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/petugas")}
    assert staff
    # The till without a connection says nothing of anybody, and the browser fetches both without a session.
    staff -= {"staff.counter_offline.show", "staff.counter_offline.worker"}
    assert [e for e in sorted(staff) if app.view_functions[e].access_rule not in {"requires", "signed_in"}] == []


def test_every_required_permission_is_granted_to_some_role(app):
    from gallery.accounts import permissions

    granted = set(permissions.PERMISSIONS)
    asked = {view.permission for view in app.view_functions.values() if hasattr(view, "permission")}
    assert sorted(asked - granted) == []


def all_errors():
    for module in pkgutil.walk_packages(gallery.__path__, "gallery."):
        if module.name.split(".")[-1] == "errors" or module.name.startswith("gallery.core"):
            importlib.import_module(module.name)
    waiting, found = [GalleryError], set()
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    return found


def test_every_failure_has_a_sentence_for_people():
    codes = {kind.code for kind in all_errors() if kind.__module__.startswith("gallery.")}
    assert sorted(codes - set(errors.TEXTS)) == []


def test_no_two_failures_share_a_code():
    kinds = [kind for kind in all_errors() if kind.__module__.startswith("gallery.") and "code" in vars(kind)]
    codes = [kind.code for kind in kinds]
    assert sorted(code for code in codes if codes.count(code) > 1) == []
