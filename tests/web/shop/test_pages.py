import pytest

from tests.factories.accounts import make_gallery

PATHS = ["/tentang", "/bantuan", "/privasi", "/syarat-belanja", "/aksesibilitas"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_they_are_valid_pages(page, prefix, path):
    found = page(prefix + path)
    assert found.title.startswith(found.h1)


@pytest.mark.parametrize("path", ["/tentang", "/bantuan"])
def test_galleries_are_named_with_address_and_hours(page, path):
    make_gallery(name="Galeri PLUT Tanjungpandan", address="Jl. Contoh 7")
    text = page(path).text
    assert "Galeri PLUT Tanjungpandan" in text
    assert "Jl. Contoh 7" in text


def test_the_footer_leads_to_all_of_them(page):
    assert set(PATHS) <= set(page("/umkm/").links)


@pytest.mark.parametrize("path", PATHS)
def test_every_link_leads_somewhere(page, client, path):
    for link in {link for link in page(path).links if link.startswith("/")}:
        assert client.get(link).status_code in {200, 302, 303}, link
