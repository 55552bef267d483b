import io

import pytest
from PIL import Image
from sqlalchemy import select

from gallery.accounts.states import Role
from gallery.content import queries
from gallery.content.models import NewsArticle, NewsStatus
from gallery.core import outbox
from gallery.core.db import db
from gallery.core.files import StoredFile
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.content import make_article
from tests.jobs.test_photos import files_of

TEXT = {
    "title": "Jadwal titip jual",
    "summary": "Setiap Senin dan Rabu.",
    "body": "Bawa **surat titip**.",
    "source": "Humas",
    "writer": "Rina",
    "photographer": "Andi",
    "field": "Pemasaran",
}


@pytest.fixture
def officer(app):
    return signed_in(app, make_user(Role.PROVINCE_OFFICER))


def picture() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "#336655").save(buffer, "JPEG")
    buffer.seek(0)
    return buffer


def only() -> NewsArticle:
    db.session.rollback()
    return db.session.query(NewsArticle).one()


def test_from_an_empty_page_to_the_site(app, officer, client):
    assert "Belum ada berita" in html.read(officer.get("/petugas/berita/")).text
    data = {**TEXT, "picture": (picture(), "foto.jpg"), "image_alt": "Rak galeri"}
    answer = officer.post("/petugas/berita/baru", data, page="/petugas/berita/baru")
    assert answer.status_code == 303
    preview = html.read(officer.get(answer.location))
    assert preview.h1 == "Jadwal titip jual"
    assert "<strong>surat titip</strong>" in preview.html
    assert client.get("/berita/jadwal-titip-jual").status_code == 404
    assert officer.post(f"{answer.location}/terbit").status_code == 303
    article = html.read(client.get("/berita/jadwal-titip-jual"))
    assert article.one("img", alt="Rak galeri")["src"].startswith("/media/news/")
    shown = article.one("img", alt="Rak galeri")
    assert (shown["width"], shown["height"]) == ("900", "600")
    webp = article.one("source", type="image/webp")
    for sizes, kind in ((shown["srcset"], "image/jpeg"), (webp["srcset"], "image/webp")):
        named = dict(reversed(one.split()) for one in sizes.split(", "))
        assert list(named) == ["320w", "640w", "900w"]
        for width, address in named.items():
            answer = client.get(address)
            assert answer.mimetype == kind
            assert Image.open(io.BytesIO(answer.data)).width == int(width[:-1])
    assert client.get(article.meta("og:image").removeprefix("http://localhost")).status_code == 200


def test_a_form_without_a_title_keeps_what_was_typed(officer):
    answer = officer.post("/petugas/berita/baru", {**TEXT, "title": " "}, page="/petugas/berita/baru")
    found = html.read(answer)
    assert answer.status_code == 422
    assert found.title.startswith("Galat:")
    assert "#title" in found.links
    assert found.one("textarea", id="body").text == TEXT["body"]
    assert db.session.query(NewsArticle).count() == 0


def test_a_refused_change_leaves_no_picture_and_a_new_picture_replaces_the_old_one(app, officer):
    data = {**TEXT, "picture": (picture(), "foto.jpg")}
    show = officer.post("/petugas/berita/baru", data, page="/petugas/berita/baru").location
    officer.post(f"{show}/terbit")
    first = files_of(app, "news")
    assert len(first) == 6
    refused = {**TEXT, "summary": "", "picture": (picture(), "foto.jpg")}
    assert officer.post(f"{show}/ubah", refused, page=f"{show}/ubah").status_code == 422
    assert files_of(app, "news") == first
    changed = {**TEXT, "picture": (picture(), "foto.jpg")}
    assert officer.post(f"{show}/ubah", changed, page=f"{show}/ubah").status_code == 303
    outbox.drain()
    second = files_of(app, "news")
    assert len(second) == 6
    assert set(second) & set(first) == set()
    assert db.session.scalars(select(StoredFile.key)).one() in second


def test_what_is_no_picture_is_refused_in_words(officer):
    data = {**TEXT, "picture": (io.BytesIO(b"<svg onload=x>"), "foto.jpg")}
    answer = officer.post("/petugas/berita/baru", data, page="/petugas/berita/baru")
    assert answer.status_code == 422
    assert "#picture" in html.read(answer).links
    assert db.session.query(NewsArticle).count() == 0


def test_publishing_what_is_incomplete_says_what_is_missing(officer):
    public_id, _ = make_article(published=False, summary="")
    officer.get(f"/petugas/berita/{public_id}")
    answer = officer.post(f"/petugas/berita/{public_id}/terbit")
    assert "Berita terbit bila judul, ringkasan, dan isinya sudah ada" in html.read(officer.get(answer.location)).text
    assert only().status is NewsStatus.DRAFT


def test_a_change_of_published_news_is_on_the_site_at_once(officer, client):
    public_id, slug = make_article(title="Lama")
    client.get(f"/berita/{slug}")
    path = f"/petugas/berita/{public_id}/ubah"
    assert officer.post(path, {**TEXT, "title": "Baru"}, page=path).status_code == 303
    assert html.read(client.get(f"/berita/{slug}")).h1 == "Baru"


def test_published_news_can_not_be_emptied(officer):
    public_id, slug = make_article()
    path = f"/petugas/berita/{public_id}/ubah"
    answer = officer.post(path, {**TEXT, "body": ""}, page=path)
    assert answer.status_code == 422
    assert "Lengkapi dulu" in html.read(answer).text
    assert queries.published_article(db.session(), slug).body_markdown == "Isi **kabar**."


def test_withdrawing_takes_it_off_the_site(officer, client):
    public_id, slug = make_article()
    officer.get(f"/petugas/berita/{public_id}")
    assert officer.post(f"/petugas/berita/{public_id}/tarik").status_code == 303
    assert client.get(f"/berita/{slug}").status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.GALLERY_MANAGER, Role.DISTRICT_OFFICER, None])
def test_others_may_not_write(app, role):
    scope = {Role.DISTRICT_OFFICER: {"district_code": "19.71"}}.get(role, {})
    public_id, _ = make_article()
    person = signed_in(app, make_user(role, **scope))
    assert person.get("/petugas/berita/").status_code == 403
    assert person.post(f"/petugas/berita/{public_id}/tarik").status_code == 403
    assert only().status is NewsStatus.PUBLISHED


def test_a_guest_is_asked_to_sign_in(client):
    assert client.get("/petugas/berita/").status_code == 303


@pytest.mark.parametrize("cursor", ["99999999999999999999", "-1", "²", "x", ""])
def test_the_list_begins_anew_at_a_cursor_that_is_none(officer, cursor):
    make_article()
    assert officer.get("/petugas/berita/", query_string={"sebelum": cursor}).status_code == 200
