from gallery.catalog import services
from gallery.catalog.models import ProductRevision
from gallery.catalog.states import RevisionStatus
from gallery.core import outbox
from gallery.core.db import db, transaction
from tests.factories.accounts import make_user
from tests.factories.catalog import actor_of, make_photos_ready, make_submitted, reviewer
from tests.factories.registry import make_business


def mails(tmp_path):
    return [path.read_text() for path in sorted((tmp_path / "data" / "mail").glob("*.eml"))]


def decide(saved, decision, reason=""):
    make_photos_ready(saved.product_id)
    decider = reviewer()
    with transaction() as session:
        services.decide(session, saved.revision_id, decision, reason=reason, actor=decider)
    outbox.drain()


def test_the_owner_reads_the_reason_in_a_mail(app, tmp_path):
    business_id = make_business().id
    owner = make_user("seller", business_id=business_id, email="pemilik@example.id")
    saved = make_submitted(business_id, actor=actor_of(owner), name="Getas Udang")
    decide(saved, RevisionStatus.CHANGES_REQUESTED, "Foto label kurang jelas.")
    (mail,) = mails(tmp_path)
    assert "To: pemilik@example.id" in mail
    assert "Subject: Getas Udang perlu diperbaiki" in mail
    assert "Foto label kurang jelas." in mail
    assert f"http://localhost/umkm-saya/produk/{saved.public_id}" in mail


def test_an_officers_sheet_is_not_answered_by_a_mail_for_each_row(app, tmp_path):
    business = make_business()
    district, business_id = business.district_code, business.id
    officer = make_user("district_officer", district_code=district)
    saved = make_submitted(business_id, actor=actor_of(officer))
    decide(saved, RevisionStatus.PUBLISHED)
    assert mails(tmp_path) == []
    assert db.session.get(ProductRevision, saved.revision_id).status is RevisionStatus.PUBLISHED
