import pytest

from gallery.accounts.states import Role
from tests.browser import signed_in
from tests.factories.accounts import make_user


def test_a_guest_without_a_cart_is_nobody(client):
    answer = client.get("/fragmen/saya")
    assert answer.json == {"name": None, "home_url": None, "cart_count": 0, "cart_label": "Keranjang, 0 barang"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("role", "scope", "home"),
    [
        (None, {}, "/akun/"),
        (Role.PROVINCE_OFFICER, {}, "/petugas/"),
        (Role.DISTRICT_OFFICER, {"district_code": "19.71"}, "/petugas/"),
        (Role.ADMINISTRATOR, {}, "/petugas/"),
    ],
)
def test_the_signed_in_see_their_name_and_the_way_to_their_work(app, role, scope, home):
    user = make_user(role, name="Dewi Contoh", **scope)
    answer = signed_in(app, user).get("/fragmen/saya").json
    assert (answer["name"], answer["home_url"]) == ("Dewi Contoh", home)


def test_it_speaks_the_language_of_the_page(app):
    user = make_user(Role.PROVINCE_OFFICER)
    assert signed_in(app, user).get("/en/fragmen/saya").json["home_url"] == "/en/petugas/"
