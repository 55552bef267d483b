import pytest
from flask import Flask

from gallery.accounts.permissions import Actor
from gallery.accounts.states import Role
from gallery.web import navigation
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user


@pytest.mark.parametrize("item", [*navigation.STAFF, *navigation.SELLER], ids=lambda item: item.path)
def test_every_item_leads_to_a_page(app: Flask, item):
    with app.test_request_context("/"):
        assert navigation.endpoint_at(item.path) is not None


def test_a_page_that_does_not_exist_has_no_address(app):
    with app.test_request_context("/"):
        assert navigation.site_path("/belanja-bareng") is None
        assert navigation.site_path("/umkm/") == "/umkm/"


def test_addresses_keep_the_language(client, app):
    with app.test_request_context("/umkm/", base_url="http://localhost/en"):
        assert navigation.site_path("/umkm/") == "/en/umkm/"


def test_the_menu_holds_what_the_person_may_open(app):
    person = signed_in(app, make_user(Role.PROVINCE_OFFICER))
    menu = [link for link in html.read(person.get("/petugas/berita/")).links if link.startswith("/petugas/")]
    assert "/petugas/kurasi/" in menu
    assert "/petugas/pengaturan/pengguna/" not in menu
    assert [link for link in set(menu) if person.get(link).status_code != 200] == []


def test_who_may_nothing_sees_an_empty_menu(app):
    with app.test_request_context("/"):
        assert navigation.nav_groups(navigation.STAFF, Actor.anonymous()) == []
