"""The review queue in the browser of a provincial officer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog import services
from gallery.catalog.models import Product, ProductRevision, ReviewDecision
from gallery.catalog.states import ProductStatus, RevisionStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import (
    actor_of,
    edited,
    make_photos_ready,
    make_published,
    make_submitted,
)
from tests.factories.regions import DISTRICT, OTHER_DISTRICT
from tests.factories.registry import make_business


@pytest.fixture
def officer(app):
    return make_user("province_officer")


@pytest.fixture
def reviewer(app, officer):
    return signed_in(app, officer)


@pytest.fixture
def business(app) -> int:
    return make_business(name="Dapur Sahang").id


def waiting(business_id: int, **given):
    saved = make_submitted(business_id, **given)
    make_photos_ready(saved.product_id)
    return saved


def revision(saved) -> ProductRevision:
    db.session.rollback()
    return db.session.get_one(ProductRevision, saved.revision_id)


def address(saved) -> str:
    return f"/petugas/kurasi/{revision(saved).public_id}"


def decide(person, saved, decision, reason="", **given):
    path = address(saved)
    seen = revision(saved).submitted_at.isoformat()
    data = {"decision": decision, "reason": reason, "seen": seen} | given
    return person.post(path, data, page=path)


def body(answer) -> str:
    return answer.get_data(as_text=True)


def age(saved, **delta) -> None:
    with transaction() as session:
        session.get_one(ProductRevision, saved.revision_id).submitted_at = clock.now() - timedelta(**delta)


def test_the_queue_shows_what_waits_the_longest_first(reviewer, business):
    young, old = waiting(business, name="Getas Baru"), waiting(business, name="Abon Lama")
    age(old, days=9)
    make_published(business, name="Sudah Tayang")
    text = body(reviewer.get("/petugas/kurasi/"))
    assert text.index("Abon Lama") < text.index("Getas Baru")
    assert "9 hari" in text
    assert "Sudah Tayang" not in text
    assert young.public_id not in text  # revisions are named by their own ids


def test_the_queue_is_filtered_by_district_age_and_kind(reviewer, business):
    far = make_business(district_code=OTHER_DISTRICT).id
    near_old, far_new = waiting(business, name="Dekat Lama"), waiting(far, name="Jauh Baru")
    age(near_old, days=8)
    published = make_published(business, name="Terasi")
    with transaction() as session:
        services.edit_draft(
            session, published.product_id, edited(published.product_id, name="Terasi Udang"), actor=Actor.system()
        )
        services.submit(session, published.product_id, actor=Actor.system())
    assert far_new

    def names(query: str) -> set[str]:
        text = body(reviewer.get(f"/petugas/kurasi/?{query}"))
        return {name for name in ("Dekat Lama", "Jauh Baru", "Terasi Udang") if name in text}

    assert names("") == {"Dekat Lama", "Jauh Baru", "Terasi Udang"}
    assert names(f"wilayah={OTHER_DISTRICT}") == {"Jauh Baru"}
    assert names("hari=7") == {"Dekat Lama"}
    assert names("jenis=change") == {"Terasi Udang"}
    assert names(f"jenis=new&wilayah={DISTRICT}") == {"Dekat Lama"}
    assert names("hari=abc&jenis=x&wilayah=';--") == set()
    assert body(reviewer.get("/petugas/kurasi/?hari=abc")).count("queue-row") == 3


def test_the_queue_costs_the_same_for_one_and_for_many(reviewer, business, count_queries):
    waiting(business)
    reviewer.get("/petugas/kurasi/")
    with count_queries() as one:
        reviewer.get("/petugas/kurasi/")
    for _ in range(6):
        waiting(business)
    with count_queries() as many:
        reviewer.get("/petugas/kurasi/")
    assert many.count == one.count <= 8


def test_the_queue_goes_on_page_by_page(reviewer, business, monkeypatch):
    from gallery.catalog import queries

    for number in range(5):
        waiting(business, name=f"Produk {number}")
    small = queries.review_page
    monkeypatch.setattr(queries, "review_page", lambda *args, **given: small(*args, **given, limit=2))
    seen, path = [], "/petugas/kurasi/"
    for _ in range(3):
        text = body(reviewer.get(path))
        seen += [name for name in (f"Produk {n}" for n in range(5)) if name in text]
        following = re.search(r'href="(/petugas/kurasi/\?sesudah=[^"]+)"', text)
        path = following[1] if following else None
    assert path is None
    assert seen == [f"Produk {n}" for n in range(5)]


def test_a_new_product_is_shown_with_everything_and_approved(reviewer, business, officer):
    saved = waiting(business, name="Kemplang Panggang", ingredients="ikan tenggiri; tapioka")
    page = body(reviewer.get(address(saved)))
    for part in ("Kemplang Panggang", "Dapur Sahang", "ikan tenggiri; tapioka", "Rp25.000", "Setujui dan tayangkan"):
        assert part in page
    answer = decide(reviewer, saved, "setuju")
    assert (answer.status_code, answer.location) == (303, "/petugas/kurasi/")
    product = db.session.get_one(Product, saved.product_id)
    assert product.status is ProductStatus.ON_SALE
    assert db.session.scalars(select(ReviewDecision.reviewer_id)).all() == [officer.id]
    assert "Kemplang Panggang disetujui dan tayang." in body(reviewer.get("/petugas/kurasi/"))


def test_a_change_stands_beside_what_is_on_sale(reviewer, business):
    saved = make_published(business, name="Abon Tenggiri", description="Abon lama")
    with transaction() as session:
        change = services.edit_draft(
            session, saved.product_id, edited(saved.product_id, description="Abon pedas baru"), actor=Actor.system()
        )
        services.submit(session, saved.product_id, actor=Actor.system())
    page = body(reviewer.get(address(change)))
    assert "Abon lama" in page
    assert "Abon pedas baru" in page
    assert page.count("is-changed") == 1
    assert page.count("Tayang sekarang") == 1


def test_the_next_case_opens_by_itself_and_stays_in_the_filter(reviewer, business):
    far = make_business(district_code=OTHER_DISTRICT).id
    first, other, second = waiting(business), waiting(far), waiting(business)
    age(first, days=3)
    age(other, days=2)
    age(second, days=1)
    path = f"{address(first)}?wilayah={DISTRICT}"
    answer = reviewer.post(
        path, {"decision": "setuju", "reason": "", "seen": revision(first).submitted_at.isoformat()}, page=path
    )
    assert answer.location == f"{address(second)}?wilayah={DISTRICT}"


def test_skipping_goes_on_and_comes_round(reviewer, business):
    first, second = waiting(business), waiting(business)
    age(first, days=2)
    age(second, days=1)
    assert reviewer.get(f"{address(first)}/lewati").location == address(second)
    assert reviewer.get(f"{address(second)}/lewati").location == address(first)
    assert revision(first).status is RevisionStatus.SUBMITTED


@pytest.mark.parametrize(("button", "status"), [("perbaiki", "changes_requested"), ("tolak", "rejected")])
def test_a_reason_is_asked_for_kept_and_shown(reviewer, business, button, status):
    saved = waiting(business, name="Getas")
    answer = decide(reviewer, saved, button, "  ")
    assert answer.status_code == 422
    assert "Tulis alasannya" in body(answer)
    assert "<title>Galat:" in body(answer)
    assert revision(saved).status is RevisionStatus.SUBMITTED
    assert decide(reviewer, saved, button, "Fotonya gelap").status_code == 303
    assert revision(saved).status == status


def test_a_decision_on_an_outdated_page_decides_nothing(reviewer, business):
    saved = waiting(business)
    answer = decide(reviewer, saved, "setuju", seen="2020-01-01T00:00:00+00:00")
    assert answer.status_code == 303
    assert revision(saved).status is RevisionStatus.SUBMITTED
    assert "sudah diputuskan, ditarik, atau berubah" in body(reviewer.get(answer.location))


@pytest.mark.parametrize("seen", ["", "kemarin", "2026-11-24", "\x01", "9" * 400])
def test_a_page_that_does_not_say_what_it_showed_decides_nothing(reviewer, business, seen):
    saved = waiting(business)
    assert decide(reviewer, saved, "setuju", seen=seen).status_code == 303
    assert revision(saved).status is RevisionStatus.SUBMITTED


@pytest.mark.parametrize("decision", ["", "terbitkan", "published", "setuju,tolak"])
def test_another_decision_than_the_three_is_none(reviewer, business, decision):
    saved = waiting(business)
    assert decide(reviewer, saved, decision, "alasan").status_code in {200, 422}
    assert revision(saved).status is RevisionStatus.SUBMITTED


def test_own_submissions_are_for_somebody_else(reviewer, business, officer):
    saved = waiting(business, actor=actor_of(officer))
    page = body(reviewer.get(address(saved)))
    assert "kurasinya oleh petugas lain" in page
    assert "Setujui dan tayangkan" not in page
    decide(reviewer, saved, "setuju")
    assert revision(saved).status is RevisionStatus.SUBMITTED


def together(reviewer, saved, decision, **more):
    """Tick these and press one button."""
    page = "/petugas/kurasi/"
    shown = [revision(one) for one in saved]
    data = {f"dilihat-{one.public_id}": one.submitted_at.isoformat() for one in shown}
    data |= {"id": [one.public_id for one in shown], "decision": decision} | more
    return reviewer.post("/petugas/kurasi/sekaligus", data, page=page)


def test_several_are_approved_at_once_and_one_that_can_not_holds_up_none(reviewer, business):
    saved = waiting(business), make_submitted(business), waiting(business)
    assert together(reviewer, saved, "setuju").status_code == 303
    text = body(reviewer.get("/petugas/kurasi/"))
    assert "2 produk disetujui dan tayang." in text
    assert "1 produk dilewati: Belum ada foto yang siap tayang" in text
    assert [revision(one).status.value for one in saved] == ["published", "submitted", "published"]


@pytest.mark.parametrize(
    ("decision", "status", "sentence"),
    [
        ("perbaiki", RevisionStatus.CHANGES_REQUESTED, "2 produk dikembalikan untuk diperbaiki."),
        ("tolak", RevisionStatus.REJECTED, "2 produk ditolak."),
    ],
)
def test_several_are_sent_back_or_rejected_with_one_reason(reviewer, business, decision, status, sentence):
    saved = waiting(business), waiting(business)
    left = waiting(business)
    answer = together(reviewer, saved, decision)
    assert answer.status_code == 422
    assert "Tulis alasannya" in body(answer)
    assert body(answer).count(" checked>") == 2
    assert {revision(one).status for one in saved} == {RevisionStatus.SUBMITTED}
    assert together(reviewer, saved, decision, reason="Fotonya buram").status_code == 303
    assert sentence in body(reviewer.get("/petugas/kurasi/"))
    assert {revision(one).status for one in saved} == {status}
    assert revision(left).status is RevisionStatus.SUBMITTED
    decisions = db.session.scalars(select(ReviewDecision)).all()
    assert [(one.decision, one.reason) for one in decisions] == [(status, "Fotonya buram")] * 2


def test_ticking_nothing_says_so_and_keeps_the_reason(reviewer, business):
    waiting(business)
    answer = together(reviewer, (), "tolak", reason="Bukan produk UMKM")
    assert answer.status_code == 422
    assert "Centang dulu" in body(answer)
    assert "Bukan produk UMKM</textarea>" in body(answer)


@pytest.mark.parametrize("decision", ["", "published"])
def test_several_are_decided_by_nothing_but_the_three_buttons(reviewer, business, decision):
    saved = (waiting(business),)
    together(reviewer, saved, decision, reason="x")
    assert revision(saved[0]).status is RevisionStatus.SUBMITTED


@pytest.mark.parametrize("role", ["district_officer", "companion", "seller", "gallery_manager", "administrator"])
def test_nobody_else_gets_in(app, business, role):
    saved = waiting(business)
    scope = {"district_officer": {"district_code": DISTRICT}, "companion": {"district_code": DISTRICT}}.get(role, {})
    person = signed_in(app, make_user(role, **scope | ({"business_id": business} if role == "seller" else {})))
    assert person.get("/petugas/kurasi/").status_code == 403
    assert person.get(address(saved)).status_code == 403
    assert person.post(address(saved), {"decision": "setuju"}).status_code == 403
    assert revision(saved).status is RevisionStatus.SUBMITTED


def test_a_draft_is_not_a_case(reviewer, business):
    from tests.factories.catalog import make_draft

    assert reviewer.get(address(make_draft(business))).status_code == 404
    assert reviewer.get("/petugas/kurasi/nichtsnich").status_code == 404


def test_what_a_seller_typed_is_text_and_nothing_else(reviewer, business):
    saved = waiting(business, name="<script>alert(1)</script>", description="<img src=x onerror=alert(1)>")
    page = body(reviewer.get(address(saved)))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
