"""Every route as every role (SECURITY R18, R19): who may not is refused, what is another's does not exist."""

import pytest
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from gallery.accounts.permissions import PERMISSIONS, SCOPE_OF_ROLE
from gallery.accounts.states import Role
from gallery.core import migrations
from tests.browser import Person, guest, signed_in
from tests.factories.accounts import make_gallery, make_office, make_user
from tests.factories.regions import DISTRICT
from tests.factories.registry import make_business

OPEN = {"public", "cacheable", "by_token"}
DUMMY = {"int": "999999999"}


def rules(app) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def view(app, rule: Rule):
    return app.view_functions[rule.endpoint]


def path(app, rule: Rule) -> str:
    """The address of an object that nobody has."""
    given = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        kind = type(converter).__name__
        if isinstance(converter, IntegerConverter):
            given[name] = 999_999_999
        elif kind == "AnyConverter":
            given[name] = min(converter.items)
        else:
            given[name] = "xxxxxxxxxx"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, given, method=next(iter(rule.methods - {"OPTIONS", "HEAD"}))
        )


def person_of(app, role: Role | None) -> Person:
    scope = {
        "business_id": lambda: make_business().id,
        "district_code": lambda: DISTRICT,
        "gallery_id": lambda: make_gallery().id,
        "office_id": lambda: make_office().id,
    }
    column = SCOPE_OF_ROLE.get(role)
    given = {column: scope[column]()} if column else {}
    return signed_in(app, make_user(role, **given))


def posted(person: Person, address: str, *, again: str = "/akun/") -> TestResponse:
    """Post an empty form; where its token is no longer right, take a new one from the page ``again``."""
    answer = person.post(address)
    return person.post(address, page=again) if answer.status_code == 400 else answer


def test_every_view_states_its_rule(app):
    silent = [rule.rule for rule in rules(app) if getattr(view(app, rule), "access_rule", None) is None]
    assert silent == []


def test_every_stated_permission_exists_and_every_permission_is_used(app):
    stated = {view(app, rule).permission for rule in rules(app) if hasattr(view(app, rule), "permission")}
    assert stated - set(PERMISSIONS) == set()


def test_a_guest_is_asked_to_sign_in_everywhere_else(app):
    person, wrong = guest(app), []
    person.get("/masuk")
    for rule in rules(app):
        if view(app, rule).access_rule in OPEN:
            continue
        if "GET" in rule.methods:
            answer = person.get(path(app, rule))
            if answer.status_code != 303 or not answer.location.startswith("/masuk?next="):
                wrong.append((rule.rule, answer.status_code))
        if "POST" in rule.methods:
            answer = posted(person, path(app, rule), again="/masuk")
            if answer.status_code != 303 or not answer.location.startswith("/masuk"):
                wrong.append((rule.rule, "POST", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_is_refused_what_its_permissions_do_not_allow(app, role):
    """What they allow is opened in tests/web/test_form_scopes.py; of others, in tests/web/test_scopes.py."""
    person, wrong = person_of(app, role), []
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={person.client.get_cookie(app.config['SESSION_COOKIE_NAME']).value}"
    given = {"headers": {"Cookie": cookie}, "data": {"csrf_token": person.token}}
    with app.app_context():  # one for all requests: the account is read once, not a thousand times
        for rule in rules(app):
            stated = view(app, rule)
            if stated.access_rule != "requires" or role in PERMISSIONS[stated.permission]:
                continue
            for method in sorted(rule.methods & {"GET", "POST"}):
                with app.test_request_context(path(app, rule), method=method, **given):
                    status = app.full_dispatch_request().status_code
                if status != 403:
                    wrong.append((method, rule.rule, stated.permission, status))
    assert wrong == []
    assert person.get("/akun/").status_code == 200, "signed out on the way: the rest was seen as a guest"


@pytest.mark.parametrize("role", [role for role in Role if role not in SCOPE_OF_ROLE])
def test_what_nobody_has_does_not_exist_for_those_who_act_everywhere(app, role):
    person, wrong = person_of(app, role), []
    for rule in rules(app):
        stated = view(app, rule)
        if not rule.arguments or stated.access_rule != "requires" or role not in PERMISSIONS[stated.permission]:
            continue
        if rule.endpoint == "staff.reviews.skip":
            continue  # leads on to the next case, whether or not this one is still in the queue
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = person.get(path(app, rule)) if method == "GET" else posted(person, path(app, rule))
            if answer.status_code != 404:
                wrong.append((method, rule.rule, stated.permission, answer.status_code))
    assert wrong == []


def test_nothing_is_changed_but_by_post(app):
    odd = [(rule.rule, rule.methods) for rule in rules(app) if rule.methods - {"GET", "HEAD", "OPTIONS", "POST"}]
    assert odd == []


def test_open_pages_answer_guests_without_an_error(app, monkeypatch):
    monkeypatch.setattr(migrations, "at_head", lambda _engine: True)  # the tables of a test are made without them
    person, wrong = guest(app), []
    for rule in rules(app):
        if view(app, rule).access_rule in OPEN and "GET" in rule.methods:
            answer = person.get(path(app, rule))
            if answer.status_code >= 500:
                wrong.append((rule.rule, answer.status_code))
    assert wrong == []


def test_cacheable_pages_carry_no_cookie(app):
    person, wrong = guest(app), []
    for rule in rules(app):
        if view(app, rule).access_rule == "cacheable" and "GET" in rule.methods:
            answer = person.get(path(app, rule))
            if "Set-Cookie" in answer.headers or "Cookie" in answer.headers.get("Vary", ""):
                wrong.append(rule.rule)
    assert wrong == []


def test_every_post_of_a_form_needs_the_token_of_its_session(app):
    """With a session of every kind; same-site posts are proven by headers instead."""
    person, wrong = person_of(app, Role.ADMINISTRATOR), []
    others = person_of(app, Role.ADMINISTRATOR).token
    for rule in rules(app):
        stated = view(app, rule)
        if "POST" not in rule.methods or rule.rule.startswith("/hooks/"):
            continue
        if getattr(stated, "same_site_post", False):
            given, expected = [{"headers": {"Sec-Fetch-Site": "cross-site"}}], 403
        else:
            given, expected = [{}, *({"data": {"csrf_token": token}} for token in ("", "bukan-token", others))], 400
        for one in given:
            answer = person.client.post(path(app, rule), **one)
            if answer.status_code != expected:
                wrong.append((rule.rule, one, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "", "http://evil.example", "http://127.0.0.1:8190.evil.example"]
)
def test_a_post_from_an_origin_that_is_not_ours_is_refused(app, origin):
    assert guest(app).client.post("/keranjang", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("number", [2**31, 2**63, 10**20])
def test_a_number_that_no_row_can_have_is_an_address_that_does_not_exist(app, number):
    for address in (f"/sitemap-produk-{number}.xml", f"/umkm-saya/stok/rinci/{number}", f"/petugas/galeri/{number}"):
        assert person_of(app, Role.SELLER).get(address).status_code == 404, address
