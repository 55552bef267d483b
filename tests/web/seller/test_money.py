"""The MSME reads on its phone what it has earned."""

from gallery.core import clock
from gallery.core.db import db
from gallery.registry.models import Business
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_business
from tests.printed import pdf_text
from tests.web.staff.test_owners import NOW, owner  # noqa: F401 - a fixture


def test_an_owner_sees_balance_statement_and_paper_of_the_own_business_only(app, owner, count_queries):  # noqa: F811
    business_id = db.session.query(Business.id).filter_by(public_id=owner).scalar()
    seller = signed_in(app, make_user("seller", business_id=business_id))
    days = f"dari={NOW:%Y-%m-%d}&sampai={clock.today()}"
    with count_queries() as queries:
        page = seller.get(f"/umkm-saya/uang/?{days}").get_data(as_text=True)
    assert "Rp135.000" in page
    assert "Lada Putih" in page
    assert queries.count <= 15
    assert "Rp135.000" in pdf_text(seller.get(f"/umkm-saya/uang/laporan.pdf?{days}").data)
    stranger = signed_in(app, make_user("seller", business_id=make_business().id))
    assert "Rp135.000" not in stranger.get("/umkm-saya/uang/").get_data(as_text=True)
    assert stranger.get(f"/umkm-saya/uang/?usaha={owner}").status_code == 404
