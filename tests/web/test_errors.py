"""Error pages in the site's look: what happened, what to do, no jargon."""

import pytest

from gallery.core.db import db


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
