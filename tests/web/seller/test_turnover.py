"""An owner's own turnover, and the letter that is sent by phone."""

import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.registry.models import Business
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_business
from tests.factories.submissions import picture
from tests.web.turnover_world import NOW, sell_three, text, upload


@pytest.fixture(autouse=True)
def today(app):
    with clock.at(NOW):
        yield


@pytest.fixture
def owner(app):
    return sell_three()


def test_an_owner_sees_the_own_year_and_sends_the_letter_by_phone(app, owner, count_queries):
    key = db.session.query(Business.id).filter_by(public_id=owner).scalar()
    seller = signed_in(app, make_user("seller", business_id=key))
    with count_queries() as seen:
        page = text(seller.get("/umkm-saya/omzet/"))
    assert seen.count <= 9, seen.statements
    assert "Rp135.000" in page
    assert "belum ada" in page
    refused = text(seller.post("/umkm-saya/omzet/", upload(b"xx", "a.txt", "ini"), page="/umkm-saya/omzet/"), 422)
    assert "ini" in refused
    assert seller.post("/umkm-saya/omzet/", upload(picture(), "a.jpg"), page="/umkm-saya/omzet/").status_code == 303
    assert "sudah ada" in text(seller.get("/umkm-saya/omzet/"))
    assert seller.get("/umkm-saya/omzet/surat").mimetype == "image/jpeg"
    stranger = signed_in(app, make_user("seller", business_id=make_business().id))
    assert "Rp135.000" not in text(stranger.get("/umkm-saya/omzet/"))
    assert stranger.get(f"/umkm-saya/omzet/?usaha={owner}").status_code == 404
    assert stranger.get(f"/umkm-saya/omzet/surat?usaha={owner}").status_code == 404
    assert stranger.get(f"/petugas/omzet/{owner}/surat").status_code == 404
