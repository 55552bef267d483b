import pytest

from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def test_the_plain_address_is_indonesian_and_the_prefix_english(page):
    assert page("/umkm/").one("html")["lang"] == "id"
    assert page("/en/umkm/").one("html")["lang"] == "en"


def test_links_of_an_english_page_stay_english(page):
    inside = [link for link in page("/en/umkm/").links if link.startswith("/") and not link.startswith("/static")]
    assert [link for link in inside if not link.startswith("/en/")] == ["/umkm/", "/umkm/"]  # the switch


def test_the_switch_leads_to_the_same_page_in_the_other_language(page):
    assert "/en/umkm/?wilayah=19.71" in page("/umkm/?wilayah=19.71").links
    assert "/umkm/?wilayah=19.71" in page("/en/umkm/?wilayah=19.71").links


def test_search_engines_are_told_of_both(page):
    alternates = {t["hreflang"]: t["href"] for t in page("/umkm/").tags("link", rel="alternate")}
    assert alternates == {"id": "http://localhost/umkm/", "en": "http://localhost/en/umkm/"}


def test_tracking_parameters_are_in_no_address(page):
    assert page("/umkm/?utm_source=x&fbclid=1").tags("link", rel="alternate")[0]["href"] == "http://localhost/umkm/"


def test_redirects_keep_the_language(client):
    answer = client.get("/en/umkm")
    assert answer.status_code == 308
    assert answer.location.endswith("/en/umkm/")


@pytest.mark.parametrize("path", ["/enak", "/en-us/umkm/"])
def test_only_the_whole_prefix_counts(page, path):
    assert page(path, 404).one("html")["lang"] == "id"


def test_the_bare_prefix_is_the_english_home(page):
    assert page("/en").one("html")["lang"] == "en"


def test_static_files_have_one_address(page):
    sheet = {t["href"] for p in ("/umkm/", "/en/umkm/") for t in page(p).tags("link", rel="stylesheet")}
    assert len(sheet) == 1


def test_english_pages_speak_english(page):
    """The catalogue is compiled by ``make setup``."""
    assert page("/en/umkm/").h1 == "MSME directory"
    assert page("/en/privasi").h1 == "Privacy"
    assert page("/en/tiada", 404).h1 == "Page not found"


def test_signing_in_comes_back_in_the_same_language(client):
    assert client.get("/en/akun/").location == "/en/masuk?next=/en/akun/"
