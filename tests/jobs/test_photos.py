"""From an upload to the shop's pictures, also when the worker is killed on the way."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.catalog import queries, services
from gallery.catalog.errors import PhotoQuotaError
from gallery.catalog.facts import Outcome
from gallery.catalog.models import Licence, Photo, PhotoRendition, RevisionPhoto
from gallery.catalog.states import LicenceKind, PhotoStatus, RevisionStatus
from gallery.core import adapters, clock, outbox
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile, new_key
from gallery.core.outbox import OutboxMessage
from gallery.jobs import photos
from tests.core.test_images import phone_exif, picture
from tests.factories.catalog import (
    current_facts,
    edited,
    make_draft,
    make_published,
    make_submitted,
    make_upload,
    picture_bytes,
    reviewer,
)
from tests.factories.registry import make_business

ACTOR = Actor.system()


@pytest.fixture
def business(app) -> int:
    return make_business().id


def photo_of(saved) -> Photo:
    db.session.rollback()
    return db.session.scalars(select(Photo).where(Photo.product_id == saved.product_id)).one()


def content_of(key: str) -> bytes:
    with adapters.files().open(key) as stream:
        return stream.read()


def phone_picture() -> bytes:
    import io

    out = io.BytesIO()
    picture(1600, 1200).save(out, "JPEG", exif=phone_exif(6))
    return out.getvalue()


def files_of(app, prefix: str) -> list[str]:
    from pathlib import Path

    root = Path(app.config["DATA_DIR"]) / "files"
    return sorted(str(path.relative_to(root)) for path in (root / prefix).rglob("*") if path.is_file())


def test_an_upload_becomes_renditions_and_a_clean_original(app, business):
    data = phone_picture()
    saved = make_draft(business, photos=(make_upload(data),))
    raw_key = db.session.get_one(StoredFile, photo_of(saved).original_file_id).key
    outbox.drain()
    photo = photo_of(saved)
    assert (photo.status, photo.width, photo.height) == (PhotoStatus.READY, 1200, 1600)
    assert photo.colour.startswith("#")
    rows = db.session.scalars(select(PhotoRendition).where(PhotoRendition.photo_id == photo.id)).all()
    assert sorted((row.media_type, row.width, row.height) for row in rows) == [
        ("image/jpeg", 320, 427),
        ("image/jpeg", 640, 853),
        ("image/jpeg", 1200, 1600),
        ("image/webp", 320, 427),
        ("image/webp", 640, 853),
        ("image/webp", 1200, 1600),
    ]
    files = adapters.files()
    assert [row.size_bytes for row in rows] == [len(content_of(row.key)) for row in rows]
    original = db.session.get_one(StoredFile, photo.original_file_id)
    content = content_of(original.key)
    assert (original.size_bytes, original.media_type, original.is_public) == (len(content), "image/jpeg", False)
    assert b"Telepon Rahasia" not in content
    assert not files.exists(raw_key)


def test_a_repeated_message_changes_nothing(app, business):
    saved = make_draft(business)
    outbox.drain()
    before = files_of(app, ".")
    photos.render({"photo_id": photo_of(saved).id})
    assert files_of(app, ".") == before
    assert db.session.scalar(select(func.count()).select_from(PhotoRendition)) == 6


class KilledError(BaseException):
    """The process is gone: nothing after this line runs."""


@pytest.mark.parametrize("puts", [0, 1, 3, 6])
def test_a_worker_killed_between_files_is_followed_by_one_that_finishes(app, business, monkeypatch, puts):
    saved = make_draft(business)
    photo_id = photo_of(saved).id
    store = adapters.files()
    real_put, done = store.put, []

    def put(key, data):
        if len(done) == puts:
            raise KilledError
        done.append(key)
        real_put(key, data)

    monkeypatch.setattr(store, "put", put)
    with pytest.raises(KilledError):
        photos.render({"photo_id": photo_id})
    db.session.remove()
    assert photo_of(saved).status is PhotoStatus.PENDING
    monkeypatch.setattr(store, "put", real_put)
    outbox.drain()
    assert photo_of(saved).status is PhotoStatus.READY
    assert len(files_of(app, "photo")) == 6
    assert len(files_of(app, "original")) == 1
    assert files_of(app, "upload") == []


def test_a_worker_killed_before_the_record_is_followed_by_one_that_records(app, business, monkeypatch):
    saved = make_draft(business)
    photo_id = photo_of(saved).id

    def die(*_args):
        raise KilledError

    with monkeypatch.context() as killed:
        killed.setattr(services, "record_rendered", die)
        with pytest.raises(KilledError):
            photos.render({"photo_id": photo_id})
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(PhotoRendition)) == 0
    outbox.drain()
    assert photo_of(saved).status is PhotoStatus.READY
    assert len(files_of(app, "photo")) == 6


def test_a_worker_killed_before_the_upload_is_deleted_leaves_that_to_the_next(app, business):
    """The deletion is a message of its own, written with the record."""
    saved = make_draft(business)
    photos.render({"photo_id": photo_of(saved).id})
    assert len(files_of(app, "upload")) == 1
    outbox.drain()
    assert files_of(app, "upload") == []


def test_a_file_that_is_no_picture_is_refused_with_its_reason(app, business):
    saved = make_draft(business, photos=(make_upload(picture_bytes()[:2000]),))
    outbox.drain()
    photo = photo_of(saved)
    assert (photo.status, photo.refusal) == (PhotoStatus.REFUSED, "image_damaged")
    assert db.session.scalar(select(func.count()).where(OutboxMessage.dead_at.is_not(None))) == 0


def test_an_upload_that_is_gone_is_refused_and_not_tried_for_ever(app, business):
    saved = make_draft(business)
    adapters.files().delete(db.session.get_one(StoredFile, photo_of(saved).original_file_id).key)
    outbox.drain()
    assert photo_of(saved).status is PhotoStatus.REFUSED


def test_the_shop_learns_of_a_photo_that_became_ready_later(app, business):
    saved = make_published(business)
    late = Photo(product_id=saved.product_id, original_file_id=make_upload().file_id, sha256="0" * 64)
    with transaction() as session:
        session.add(late)
        session.flush()
        session.add(RevisionPhoto(revision_id=saved.revision_id, photo_id=late.id, position=1))
        session.query(OutboxMessage).delete()
    photos.render({"photo_id": late.id})
    topics = [(row.topic, row.payload) for row in db.session.scalars(select(OutboxMessage))]
    assert ("product.changed", {"product_ids": [saved.product_id]}) in topics


def test_the_same_picture_twice_is_one_photo(app, business):
    data = picture_bytes()
    saved = make_draft(business, photos=(make_upload(data),))
    again = make_upload(data)
    with transaction() as session:
        result = services.add_photos(session, saved.product_id, [again], actor=ACTOR)
    assert result.outcome is Outcome.UNCHANGED
    assert len(current_facts(saved.product_id).photos) == 1


def test_photos_are_put_in_order_and_described_and_left_out(app, business):
    saved = make_draft(business, photos=(make_upload(), make_upload(), make_upload()))
    outbox.drain()
    rows = db.session.scalars(select(Photo).order_by(Photo.id)).all()
    first, second, third = (row.public_id for row in rows)
    with transaction() as session:
        services.arrange_photos(session, saved.product_id, [(third, " Dari  depan "), (first, "")], actor=ACTOR)
    shown = queries.photo_views(db.session(), [saved.revision_id])[saved.revision_id]
    assert [(photo.public_id, photo.alt) for photo in shown] == [(third, "Dari depan"), (first, "")]
    assert second not in {photo.public_id for photo in shown}


def test_a_photo_of_another_product_can_not_be_shown(app, business):
    saved, other = make_draft(business), make_draft(business)
    foreign = photo_of(other).public_id
    own = photo_of(saved).public_id
    with transaction() as session:
        services.arrange_photos(session, saved.product_id, [(foreign, ""), (own, "")], actor=ACTOR)
    shown = queries.photo_views(db.session(), [saved.revision_id])[saved.revision_id]
    assert [photo.public_id for photo in shown] == [own]


def test_a_product_has_at_most_twelve_photos(app, business):
    saved = make_draft(business)
    more = [make_upload() for _ in range(services.MAX_PHOTOS)]
    with pytest.raises(PhotoQuotaError) as caught, transaction() as session:
        services.add_photos(session, saved.product_id, more, actor=ACTOR)
    assert (caught.value.what, caught.value.limit) == ("count", 12)
    assert len(current_facts(saved.product_id).photos) == 1


def test_a_business_has_room_up_to_its_quota(app, business):
    data = picture_bytes()
    with transaction() as session:
        services.record_upload(
            session, "upload/1", data, media_type="image/jpeg", business_id=business, quota_bytes=len(data)
        )
    with pytest.raises(PhotoQuotaError) as caught, transaction() as session:
        services.record_upload(
            session, "upload/2", b"x", media_type="image/jpeg", business_id=business, quota_bytes=len(data)
        )
    assert (caught.value.what, caught.value.limit) == ("bytes", len(data))
    other = make_business().id
    with transaction() as session:
        services.refuse_over_quota(session, other, len(data), quota_bytes=len(data))


def test_uploads_of_forms_that_were_left_are_swept(app, business, monkeypatch):
    saved = make_draft(business)
    make_upload()
    outbox.drain()
    photos.sweep()
    assert len(files_of(app, "upload")) == 1  # still young
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=3))
    photos.sweep()
    assert files_of(app, "upload") == []
    assert adapters.files().exists(db.session.get_one(StoredFile, photo_of(saved).original_file_id).key)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1


def make_proof(business: int, data: bytes = b"%PDF-1.7 %%EOF") -> int:
    key = new_key("proof", "pdf")
    adapters.files().put(key, data)
    with transaction() as session:
        return services.record_proof(session, key, data, media_type="application/pdf", business_id=business)


def test_proofs_count_in_the_quota_of_the_business(app, business):
    make_proof(business, b"x" * 100)
    with transaction() as session:
        services.refuse_over_quota(session, business, 1, quota_bytes=101)
    with pytest.raises(PhotoQuotaError), transaction() as session:
        services.refuse_over_quota(session, business, 2, quota_bytes=101)


def test_proofs_that_no_licence_names_are_swept(app, business, monkeypatch):
    saved = make_draft(business)
    used, unused = make_proof(business), make_proof(business)
    with transaction() as session:
        session.add(Licence(revision_id=saved.revision_id, kind=LicenceKind.HALAL, number="ID1", proof_file_id=used))
    photos.sweep()
    assert len(files_of(app, "proof")) == 2  # still young
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=3))
    photos.sweep()
    assert files_of(app, "proof") == [db.session.get_one(StoredFile, used).key]
    assert db.session.get(StoredFile, unused) is None


def later(monkeypatch, **passed) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**passed))


def arrange(saved, *shown: str) -> None:
    with transaction() as session:
        services.arrange_photos(session, saved.product_id, [(photo, "") for photo in shown], actor=ACTOR)


def sweep_photos() -> None:
    photos.sweep_photos()
    outbox.drain()
    db.session.rollback()


def photo_ids(product_id: int) -> list[str]:
    rows = select(Photo.public_id).where(Photo.product_id == product_id).order_by(Photo.id)
    return list(db.session.scalars(rows))


def test_a_removed_photo_is_forgotten_with_its_files_and_leaves_the_quota(app, business, monkeypatch):
    saved = make_draft(business, photos=(make_upload(business_id=business), make_upload(business_id=business)))
    outbox.drain()
    kept, removed = photo_ids(saved.product_id)
    arrange(saved, kept)
    sweep_photos()
    assert photo_ids(saved.product_id) == [kept, removed]  # still young: a form may hold it
    assert len(files_of(app, "photo")) == 12
    sizes = db.session.scalars(select(StoredFile.size_bytes).order_by(StoredFile.id)).all()
    with pytest.raises(PhotoQuotaError), transaction() as session:
        services.refuse_over_quota(session, business, 1, quota_bytes=sum(sizes))
    later(monkeypatch, days=3)
    with transaction() as session:  # before the sweep as after it
        services.refuse_over_quota(session, business, 1, quota_bytes=sum(sizes) - sizes[1] + 1)
    sweep_photos()
    assert photo_ids(saved.product_id) == [kept]
    assert {key[9:19] for key in files_of(app, "photo")} == {kept}
    assert len(files_of(app, "photo")) == 6
    assert len(files_of(app, "original")) == 1
    assert db.session.scalars(select(StoredFile.size_bytes).order_by(StoredFile.id)).all() == [sizes[0], sizes[2]]
    assert db.session.scalar(select(func.count()).select_from(PhotoRendition)) == 6


def test_a_photo_stays_while_what_is_on_sale_shows_it(app, business, monkeypatch):
    saved = make_published(business, photos=(make_upload(), make_upload()))
    first, second = photo_ids(saved.product_id)
    arrange(saved, first)  # a change that waits for its review
    later(monkeypatch, days=3)
    sweep_photos()
    assert photo_ids(saved.product_id) == [first, second]


def test_a_photo_of_a_version_that_was_replaced_goes_some_days_later(app, business, monkeypatch):
    saved = make_published(business, photos=(make_upload(), make_upload()))
    first, second = photo_ids(saved.product_id)
    arrange(saved, second)
    later(monkeypatch, days=3)
    decider = reviewer()
    with transaction() as session:
        change = services.submit(session, saved.product_id, actor=ACTOR)
        services.decide(session, change.id, RevisionStatus.PUBLISHED, actor=decider)
    sweep_photos()
    assert photo_ids(saved.product_id) == [first, second]  # kept pages may still name it
    later(monkeypatch, days=3)
    sweep_photos()
    assert photo_ids(saved.product_id) == [second]
    assert db.session.scalar(select(func.count()).select_from(RevisionPhoto)) == 2  # of both versions


def test_photos_of_a_rejected_product_stay_until_there_is_another_version(app, business, monkeypatch):
    saved = make_submitted(business)
    (first,) = photo_ids(saved.product_id)
    decider = reviewer()
    with transaction() as session:
        services.decide(session, saved.revision_id, RevisionStatus.REJECTED, reason="Buram", actor=decider)
    later(monkeypatch, days=3)
    sweep_photos()
    assert photo_ids(saved.product_id) == [first]
    other = edited(saved.product_id, photos=(make_upload(),))
    with transaction() as session:
        services.edit_draft(session, saved.product_id, other, actor=ACTOR)
    sweep_photos()
    assert photo_ids(saved.product_id)[0] != first


def test_a_swept_photo_can_be_shown_again(app, business, monkeypatch):
    data = picture_bytes()
    saved = make_draft(business, photos=(make_upload(data), make_upload()))
    arrange(saved, photo_ids(saved.product_id)[1])
    later(monkeypatch, days=3)
    sweep_photos()
    again = make_upload(data)
    with transaction() as session:
        services.add_photos(session, saved.product_id, [again], actor=ACTOR)
    assert len(current_facts(saved.product_id).photos) == 2
