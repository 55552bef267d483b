import pytest

from gallery.web.headers import HEADERS


@pytest.mark.parametrize("path", ["/", "/privasi", "/masuk", "/tiada", "/healthz", "/robots.txt"])
def test_every_answer_has_every_header_once(client, path):
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value], (path, name)


def test_a_page_out_of_the_cache_has_them_too(client):
    client.get("/privasi")
    answer = client.get("/privasi")
    assert answer.headers.getlist("Content-Security-Policy") == [HEADERS["Content-Security-Policy"]]
    assert answer.headers["X-Request-ID"]


def test_a_static_file_has_them_too_and_is_for_this_site_only(app, client):
    answer = client.get(f"/static/{app.extensions['assets'].url('img/icons.svg').removeprefix('/static/')}")
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value], name
    assert "Access-Control-Allow-Origin" not in answer.headers
    answer.close()
