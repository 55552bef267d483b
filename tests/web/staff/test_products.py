"""Officers work on the products of their district; the rules are those of the owner's pages."""

import io

import pytest
from sqlalchemy import select

from gallery.catalog.models import Product
from gallery.catalog.states import ProductStatus, RevisionStatus
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import current_facts, make_draft, make_published, picture_bytes
from tests.factories.regions import DISTRICT, OTHER_DISTRICT
from tests.factories.registry import make_business
from tests.web.seller.test_products import body, hidden, work

HOME = "/petugas/produk/"


@pytest.fixture
def business(app):
    return make_business(name="Dapur Sahang")


@pytest.fixture(params=["district_officer", "companion"])
def officer(app, request):
    return signed_in(app, make_user(request.param, district_code=DISTRICT))


def test_a_product_is_made_for_a_business_of_the_district(officer, business):
    listed = body(officer.get(f"{HOME}baru?q=sahang"))
    assert "Dapur Sahang" in listed
    page = body(officer.get(f"{HOME}baru?usaha={business.public_id}"))
    answer = officer.post(
        f"{HOME}baru",
        {
            "usaha": business.public_id,
            "start": hidden(page, "start")[0],
            "name": "Getas",
            "price": "15rb",
            "ship_weight": "200 g",
            "photos": (io.BytesIO(picture_bytes()), "getas.jpg"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    made = work(answer.location.rsplit("/", 1)[1])
    assert (made.business_id, made.facts.name, len(made.facts.photos)) == (business.id, "Getas", 1)
    assert answer.location.startswith(HOME)


def test_the_other_district_does_not_exist(officer):
    far = make_business(district_code=OTHER_DISTRICT, name="Usaha Seberang")
    saved = make_draft(far.id, name="Punya seberang")
    assert "Punya seberang" not in body(officer.get(HOME))
    assert "Usaha Seberang" not in body(officer.get(f"{HOME}baru"))
    assert officer.get(f"{HOME}baru?usaha={far.public_id}").status_code == 404
    for part in ("", "/data", "/foto", "/izin", "/harga"):
        assert officer.get(f"{HOME}{saved.public_id}{part}").status_code == 404
    officer.get(HOME)
    assert officer.post(f"{HOME}baru", {"usaha": far.public_id, "name": "x"}).status_code == 404
    assert officer.post(f"{HOME}{saved.public_id}/ajukan").status_code == 404
    assert len(db.session.scalars(select(Product)).all()) == 1


def test_an_officer_hands_in_but_never_publishes(officer, business):
    saved = make_draft(business.id)
    officer.get(f"{HOME}{saved.public_id}")
    officer.post(f"{HOME}{saved.public_id}/ajukan")
    now = work(saved.public_id)
    assert (now.status, now.revision_status) == (ProductStatus.DRAFT, RevisionStatus.SUBMITTED)
    for step in ("setuju", "tayangkan"):
        officer.post(f"{HOME}{saved.public_id}/{step}")
    assert work(saved.public_id).status is ProductStatus.DRAFT


def test_the_list_names_the_business_and_is_filtered(app, business):
    far = make_business(district_code=OTHER_DISTRICT, name="Usaha Seberang")
    make_draft(business.id, name="Getas Dekat")
    make_published(far.id, name="Abon Jauh")
    province = signed_in(app, make_user("province_officer"))

    def names(query: str) -> set[str]:
        text = body(province.get(f"{HOME}?{query}"))
        return {name for name in ("Getas Dekat", "Abon Jauh") if name in text}

    assert names("") == {"Getas Dekat", "Abon Jauh"}
    assert names(f"wilayah={OTHER_DISTRICT}") == {"Abon Jauh"}
    assert names(f"usaha={business.public_id}") == {"Getas Dekat"}
    assert names("q=seberang") == {"Abon Jauh"}
    assert "Usaha Seberang" in body(province.get(HOME))


@pytest.mark.parametrize("path", [HOME, "/petugas/registri/"])
def test_only_who_sees_several_districts_is_asked_which(app, business, officer, path):
    make_business(district_code=OTHER_DISTRICT)
    province = signed_in(app, make_user("province_officer"))
    assert 'name="wilayah"' in body(province.get(path))
    shown = body(officer.get(path))
    assert 'name="wilayah"' not in shown
    assert OTHER_DISTRICT not in shown


def test_the_list_costs_the_same_for_one_and_for_many(officer, business, count_queries):
    make_draft(business.id)
    officer.get(HOME)
    with count_queries() as one:
        officer.get(HOME)
    for _ in range(5):
        make_draft(business.id)
    with count_queries() as many:
        officer.get(HOME)
    assert many.count == one.count <= 8


def test_every_page_of_a_product_is_there(officer, business):
    saved = make_published(business.id, name="Abon Tenggiri")
    for part in ("", "/data", "/foto", "/izin", "/harga", "/harga?baru=1"):
        page = officer.get(f"{HOME}{saved.public_id}{part}")
        assert page.status_code == 200, part
        assert "Abon Tenggiri" in body(page)


def test_details_of_the_district_are_saved(officer, business):
    saved = make_draft(business.id)
    facts = current_facts(saved.product_id)
    path = f"{HOME}{saved.public_id}/data"
    given = {
        "name": "Nama Baru",
        "category": str(facts.category_id),
        "storage": "dry",
        "shipping_class": "fragile",
        "description": "Cerita",
    }
    assert officer.post(path, given, page=path).status_code == 303
    assert current_facts(saved.product_id).name == "Nama Baru"


@pytest.mark.parametrize("role", ["gallery_staff", "administrator"])
def test_others_of_the_staff_have_no_products(app, role):
    assert signed_in(app, make_user(role)).get(HOME).status_code == 403
