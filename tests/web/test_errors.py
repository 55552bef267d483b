"""Error pages in the site's look: what happened, what to do, no jargon."""

import pytest

from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.registry import make_business
from tests.html import Page


@pytest.mark.parametrize(("path", "status"), [("/tiada", 404), ("/umkm/tiada-0000000000", 404), ("/en/tiada", 404)])
def test_a_missing_page_offers_ways_on(page, path, status):
    found = page(path, status)
    assert "404" not in found.one("main").text
    assert found.tags("form", role="search")
    assert [t["name"] for t in found.tags("meta", content="noindex")] == ["robots"]


def test_the_wrong_method_names_the_right_ones(client):
    answer = client.post("/umkm/", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.own_application
def test_an_unforeseen_failure_tells_nothing_of_its_cause(app, client):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/rusak")
    def broken() -> str:
        raise RuntimeError("rahasia")

    from gallery.web.guards import public

    public(app.view_functions["broken"])
    answer = client.get("/rusak")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "rahasia" not in text
    assert "Ada masalah di layanan kami" in text
    assert answer.headers["X-Request-ID"] in text


def test_error_pages_need_no_database(client, monkeypatch):
    def no_database(*_args, **_given):
        raise RuntimeError("the database is down")

    monkeypatch.setattr(db.session, "execute", no_database)
    assert client.get("/tiada").status_code == 404


def test_programs_get_a_code(client):
    answer = client.get("/api/v1/tiada")
    assert answer.status_code == 404
    assert answer.json["error"] == "http_404"


@pytest.mark.parametrize(
    ("role", "path", "limit_mb"),
    [
        ("province_officer", "/petugas/berita/baru", 12),
        ("province_officer", "/petugas/registri/baru", 12),
        ("province_officer", "/petugas/impor/baru", 30),
        ("seller", "/umkm-saya/produk/baru", 32),
    ],
)
def test_too_large_an_upload_is_told_the_limit_and_led_back_to_its_form(app, role, path, limit_mb):
    person = signed_in(app, make_user(role, business_id=make_business().id if role == "seller" else None))
    answer = person.client.post(path, data=b"0" * 41 * 1024**2, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    found = Page(answer.get_data(as_text=True))
    assert f"paling banyak {limit_mb} MB sekali kirim" in found.text
    assert found.one("a", href=path).text == "Kembali ke formulir"


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://localhost/petugas/impor/abc?hal=2", ["/petugas/impor/abc?hal=2"]),
        ("http://jahat.test/petugas/impor/abc", []),
        ("http://localhost//jahat.test/", []),
        ("http://localhost/petugas/impor/abc/foto", []),
        ("http://localhost/en/petugas/impor/abc", ["/en/petugas/impor/abc"]),
        ("http://[", []),
        ("", []),
    ],
)
def test_an_address_that_only_takes_posts_leads_back_to_the_page_they_came_from(client, referrer, back):
    answer = client.post(
        "/en/petugas/impor/abc/foto" if "/en/" in referrer else "/petugas/impor/abc/foto",
        data=b"0" * 31 * 1024**2,
        content_type="multipart/form-data; boundary=x",
        headers={"Referer": referrer},
    )
    assert answer.status_code == 413
    found = Page(answer.get_data(as_text=True))
    assert [tag["href"] for tag in found.tags("a") if tag.text in {"Kembali ke formulir", "Back to the form"}] == back


@pytest.mark.parametrize(
    ("path", "limits_mb"),
    [("/petugas/berita/baru", [10]), ("/petugas/registri/baru", [10]), ("/petugas/impor/baru", [10, 30])],
)
def test_a_form_tells_the_browser_what_its_files_may_weigh(app, path, limits_mb):
    found = Page(signed_in(app, make_user("province_officer")).get(path).get_data(as_text=True))
    inputs = found.tags("input", type="file")
    assert [int(tag["data-max-bytes"]) for tag in inputs] == [mb * 1024**2 for mb in limits_mb]
    assert [tag["data-too-large"] for tag in inputs] == [
        f"Berkas ini lebih dari {mb} MB. Kecilkan dulu, lalu pilih lagi." for mb in limits_mb
    ]
