import pytest
from sqlalchemy import select

from gallery.accounts.models import SignInAttempt, User, UserSession
from gallery.accounts.permissions import Actor
from gallery.accounts.services import people
from gallery.core import outbox
from gallery.core.db import db, transaction
from tests.browser import PASSWORD, guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.registry import make_business


def sign_in(person, login, password=PASSWORD, target=""):
    page = f"/masuk?next={target}" if target else "/masuk"
    return person.post(page, {"login": login, "password": password}, page=page)


@pytest.mark.parametrize("typed", ["ani@example.id", "ANI@EXAMPLE.ID ", "0812 0000 0777", "+62 812-0000-0777"])
def test_address_and_number_open_the_same_account(app, typed):
    make_user(email="ani@example.id", phone="+6281200000777")
    assert sign_in(guest(app), typed).location == "/akun/"


def test_each_role_lands_in_its_own_space(app):
    business = make_business()
    assert sign_in(guest(app), make_user("province_officer").email).location == "/petugas/"
    assert sign_in(guest(app), make_user("seller", business_id=business.id).email).location == "/umkm-saya/"


def test_a_failure_keeps_the_login_and_says_what_to_do(app):
    make_user(email="ani@example.id")
    answer = sign_in(guest(app), "ani@example.id", "salah salah")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "tidak cocok" in text
    assert 'value="ani@example.id"' in text
    assert "salah salah" not in text


def test_unknown_and_known_accounts_get_the_same_answer(app):
    make_user(email="ani@example.id")
    answers = [sign_in(guest(app), login, "salah") for login in ("ani@example.id", "eni@example.id")]
    texts = {a.get_data(as_text=True).replace("eni@", "ani@").split("csrf_token", 1)[0] for a in answers}
    assert [a.status_code for a in answers] == [401, 401]
    assert len(texts) == 1


def test_guessing_is_stopped_for_all_cookies_headers_and_spellings(app):
    make_user(email="ani@example.id")
    make_user(email="budi@example.id")
    for number in range(8):
        person = guest(app)
        page = person.get("/masuk")
        assert page.status_code == 200
        person.post(
            "/masuk", {"login": "Ani@Example.id", "password": "salah"}, headers={"X-Forwarded-For": f"1.2.3.{number}"}
        )
    assert sign_in(guest(app), "ani@example.id").status_code == 429
    assert sign_in(guest(app), "budi@example.id").status_code == 303


def test_guesses_by_address_and_by_number_count_for_the_one_account(app):
    make_user(email="ani@example.id", phone="+6281200000777")
    for login in ["ani@example.id", "0812 0000 0777"] * 4:
        assert sign_in(guest(app), login, "salah").status_code == 401
    assert {sign_in(guest(app), login).status_code for login in ("ani@example.id", "081200000777")} == {429}


def test_right_passwords_do_not_shut_out_an_office_behind_one_address(app):
    user = make_user(email="ani@example.id")
    for _ in range(41):
        assert sign_in(guest(app), user.email).status_code == 303
    assert db.session.query(SignInAttempt).count() == 0


def test_a_copied_cookie_is_dead_after_sign_out(app):
    user = make_user()
    person = signed_in(app, user)
    copy = person.client.get_cookie("galeri").value
    assert person.post("/keluar", page="/akun/").status_code == 303
    thief = guest(app)
    thief.client.set_cookie("galeri", copy)
    assert thief.get("/akun/").location == "/masuk?next=/akun/"


def test_the_session_is_new_after_sign_in(app):
    person = guest(app)
    person.get("/masuk")
    before = person.client.get_cookie("galeri").value
    sign_in(person, make_user().email)
    old = guest(app)
    old.client.set_cookie("galeri", before)
    assert old.get("/akun/").status_code == 303


def test_the_cookie_names_nobody_and_is_not_for_scripts(app):
    person = guest(app)
    answer = sign_in(person, make_user(email="ani@example.id").email)
    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert len(header) < 4096
    token = db.session.scalars(db.select(UserSession.token_hash)).one()
    assert token not in header


def test_sign_out_needs_a_post_with_a_token(app):
    person = signed_in(app, make_user())
    assert person.get("/keluar").status_code == 405
    assert person.client.post("/keluar").status_code == 400
    assert person.get("/akun/").status_code == 200


@pytest.mark.parametrize(
    "token", ["", "x", "ü", "x" * 20_000, "IjEyMyI.aaaa.bbbb"], ids=["empty", "wrong", "non-ascii", "long", "forged"]
)
def test_wrong_tokens_are_refused(app, token):
    person = signed_in(app, make_user())
    assert person.client.post("/keluar", data={"csrf_token": token}).status_code == 400


def test_another_sessions_token_is_refused(app):
    one, other = signed_in(app, make_user()), signed_in(app, make_user())
    assert one.client.post("/keluar", data={"csrf_token": other.token}).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_another_sites_post_is_refused_even_with_the_token(app, headers):
    person = signed_in(app, make_user())
    answer = person.client.post("/keluar", data={"csrf_token": person.token}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "///evil.example", "////evil.example", "https://evil.example", "http:///evil.example",
        "/\\evil.example", "\\/evil.example", "/%5Cevil.example/../..//evil", "javascript:alert(1)", "evil.example",
        "/\tevil", "/ü", "/akun//evil.example", "/%0d%0aSet-Cookie:x", " //evil.example", "?//evil.example",
    ],
)  # fmt: skip
def test_next_stays_on_this_site(app, target):
    from urllib.parse import quote, urlsplit

    answer = sign_in(guest(app), make_user().email, target=quote(target))
    assert answer.status_code == 303
    location = urlsplit(answer.location)
    assert (location.scheme, location.netloc) == ("", "")
    assert location.path.startswith("/")
    assert not location.path.startswith("//")


def test_next_leads_back_to_the_page_that_asked(app):
    assert guest(app).get("/akun/perangkat").location == "/masuk?next=/akun/perangkat"
    assert sign_in(guest(app), make_user().email, target="/akun/perangkat").location == "/akun/perangkat"


def test_what_is_sent_after_the_session_ran_out_leads_back_to_its_form(app):
    user = make_user("province_officer")
    page, form = "/petugas/berita/baru", {"title": "Pasar lada"}
    person = signed_in(app, user)
    with transaction() as session:
        session.query(UserSession).delete()
    person.get("/masuk")
    answer = person.post(page, form, headers={"Referer": f"http://localhost{page}"})
    assert (answer.status_code, answer.location) == (303, f"/masuk?next={page}&lagi=1")
    told = person.get(answer.location).get_data(as_text=True)
    assert "Waktu masuk Anda sudah habis" in told
    assert 'data-sign-in="lost"' in told
    assert sign_in(person, user.email, target=page).location == page
    assert 'data-lost="berita-baru"' in person.get(page).get_data(as_text=True)
    assert "Waktu masuk Anda" not in guest(app).get("/masuk").get_data(as_text=True)


def test_registering_on_the_way_leads_back_to_where_it_began(app):
    person = guest(app)
    link = '<a href="/daftar?next=/pesan">'
    assert link in person.get("/masuk?next=/pesan").get_data(as_text=True)
    again = person.post("/daftar?next=/pesan", registration(name=""), page="/daftar?next=/pesan")
    assert '<a href="/masuk?next=/pesan">' in again.get_data(as_text=True)
    assert person.post("/daftar?next=/pesan", registration()).location == "/pesan"
    other = guest(app)
    target = "/daftar?next=//evil.example"
    form = registration(email="lain@example.id", phone="0812 0000 7777")
    assert other.post(target, form, page=target).location == "/akun/"


def registration(**given):
    return {
        "name": "Ani",
        "phone": "0812 0000 0888",
        "email": "",
        "password": "pantai pasir padi",
        "consent": "y",
    } | given


def test_a_buyer_registers_with_a_number_alone(app):
    person = guest(app)
    assert person.post("/daftar", registration(role="administrator", is_active=""), page="/daftar").status_code == 303
    user = db.session.query(User).one()
    assert (user.phone, user.email, user.grants, user.is_active) == ("+6281200000888", None, [], True)
    assert person.get("/akun/").status_code == 200


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"password": "rahasia123"}, "mudah ditebak"),
        ({"password": "pendek"}, "terlalu pendek"),
        ({"phone": "", "email": ""}, "Tulis nomor HP atau surel"),
        ({"phone": "123"}, "tidak dikenali"),
        ({"email": "ani@"}, "tidak lengkap"),
        ({"consent": ""}, "persetujuan"),
        ({"name": " "}, "Tulis nama"),
    ],
)
def test_registration_says_what_is_wrong_and_keeps_the_rest(app, given, sentence):
    answer = guest(app).post("/daftar", registration(**given), page="/daftar")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert "<title>Galat:" in text
    assert db.session.query(User).count() == 0


def register(app, address="10.0.0.1", **given):
    return guest(app).post("/daftar", registration(**given), page="/daftar", environ_overrides={"REMOTE_ADDR": address})


def test_nine_buyers_register_in_a_quarter_of_an_hour(app):
    answers = [register(app, phone=f"0812 0000 08{number:02}") for number in range(9)]
    assert [answer.status_code for answer in answers] == [303] * 9


def test_known_numbers_are_not_probed_for_ever_and_other_networks_go_on(app):
    make_user(phone="+6281200000777")
    for _ in range(20):
        assert register(app, phone="081200000777").status_code == 422
    refused = register(app)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "Tunggu 15 menit" in text
    assert 'value="0812 0000 0888"' in text
    assert "pantai pasir padi" not in text
    assert db.session.query(User).count() == 1
    assert register(app, address="10.0.0.2").status_code == 303


def test_who_has_an_account_already_is_told_the_way_on(app):
    make_user(phone="+6281200000777")
    answer = register(app, phone="081200000777", name="Ani Lagi")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "masuk atau atur ulang sandi" in text
    assert 'value="Ani Lagi"' in text


def test_the_reset_mail_speaks_the_language_of_the_page(app, tmp_path):
    make_user(email="ani@example.id")
    guest(app).post("/en/lupa-kata-sandi", {"login": "ani@example.id"}, page="/en/lupa-kata-sandi")
    outbox.drain()
    mail = next((tmp_path / "data" / "mail").glob("*.eml")).read_text()
    assert "http://localhost/en/atur-ulang/" in mail
    assert "Atur ulang" not in mail


def test_a_forgotten_password_is_reset_by_a_mailed_link(app, tmp_path):
    make_user(email="ani@example.id")
    person = guest(app)
    answer = person.post(
        "/lupa-kata-sandi", {"login": "ani@example.id"}, page="/lupa-kata-sandi", headers={"Host": "localhost"}
    )
    assert answer.location == "/lupa-kata-sandi/terkirim"
    outbox.drain()
    mail = next((tmp_path / "data" / "mail").glob("*.eml")).read_text()
    link = next(line for line in mail.splitlines() if line.startswith("http://localhost/atur-ulang/"))
    path = link.removeprefix("http://localhost")
    assert person.post(path, {"password": "x"}, page=path).status_code == 422
    assert person.post(path, {"password": "pantai pasir padi"}, page=path).status_code == 303
    assert person.get(path).status_code == 410
    assert sign_in(guest(app), "ani@example.id", "pantai pasir padi").status_code == 303


def test_who_tried_too_often_is_let_in_by_a_mailed_link(app):
    user = make_user(email="ani@example.id")
    for _ in range(8):
        sign_in(guest(app), "ani@example.id", "salah")
    assert sign_in(guest(app), "ani@example.id").status_code == 429
    with transaction() as session:
        path = f"/atur-ulang/{people.make_reset_link(session, user.id, actor=Actor.anonymous())}"
    guest(app).post(path, {"password": "pantai pasir padi"}, page=path)
    assert sign_in(guest(app), "ani@example.id", "pantai pasir padi").status_code == 303


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app, tmp_path):
    person = guest(app)
    answer = person.post("/lupa-kata-sandi", {"login": "eni@example.id"}, page="/lupa-kata-sandi")
    assert answer.location == "/lupa-kata-sandi/terkirim"
    outbox.drain()
    assert not (tmp_path / "data" / "mail").exists()


def test_tries_are_counted_before_the_password_is_looked_at(app):
    sign_in(guest(app), "eni@example.id", "x")
    assert db.session.query(SignInAttempt).count() == 2


def test_an_account_learns_its_language_at_registration_or_the_first_sign_in(app):
    guest(app).post("/en/daftar", registration(), page="/en/daftar")
    assert db.session.scalars(select(User.language)).all() == ["en"]
    user = make_user()
    person = guest(app)
    person.post("/en/masuk", {"login": user.email, "password": PASSWORD}, page="/en/masuk")
    assert db.session.get(User, user.id).language == "en"
    sign_in(guest(app), user.email)
    assert db.session.get(User, user.id).language == "en"


@pytest.mark.parametrize("path", ["/masuk", "/daftar", "/lupa-kata-sandi", "/lupa-kata-sandi/terkirim"])
def test_pages_of_one_task_say_whose_they_are_and_stay_out_of_search_engines(page, app, path):
    found = page(path)
    assert found.meta("description") == f"{app.config['SITE_NAME']}, {app.config['SITE_OWNER']}"
    assert found.meta("robots") == "noindex"
