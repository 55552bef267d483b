"""An MSME owner works on the own products: photo, name and price first, the rest step by step."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from gallery.accounts.permissions import Actor
from gallery.catalog import queries, services
from gallery.catalog.models import Licence, Photo, Product, Variant
from gallery.catalog.states import PhotoStatus, ProductStatus, RevisionStatus
from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import (
    current_facts,
    make_category,
    make_draft,
    make_published,
    make_submitted,
    picture_bytes,
    reviewer,
)
from tests.factories.registry import make_business
from tests.jobs.test_photos import files_of

HOME = "/umkm-saya/produk/"


@pytest.fixture
def business(app) -> int:
    return make_business(name="Dapur Sahang").id


@pytest.fixture
def owner(app, business):
    return signed_in(app, make_user("seller", business_id=business))


def body(answer) -> str:
    return answer.get_data(as_text=True)


def upload(data: bytes | None = None, name: str = "foto.jpg"):
    return (io.BytesIO(data or picture_bytes()), name)


def hidden(page: str, name: str) -> list[str]:
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in found]


def start(owner, **given):
    page = body(owner.get(f"{HOME}baru"))
    values = {"name": "Kemplang Panggang", "price": "Rp 25.000", "ship_weight": "350 g"} | given
    values.setdefault("start", hidden(page, "start")[0])
    values.setdefault("usaha", hidden(page, "usaha")[0])
    return sent(owner, f"{HOME}baru", values)


def sent(person, path: str, values: dict):
    """Send a form with files; encoded here, because the client would leave a large body in a file of its own."""
    files = MultiDict([("csrf_token", person.token)])
    for name, given in values.items():
        for one in given if isinstance(given, list) else [given]:
            files.add(name, FileStorage(one[0], filename=one[1]) if isinstance(one, tuple) else one)
    boundary, encoded = encode_multipart(files)
    return person.client.post(path, data=encoded, content_type=f"multipart/form-data; boundary={boundary}")


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def work(public_id: str) -> queries.CurrentProduct:
    db.session.rollback()
    product_id = db.session.scalar(select(Product.id).where(Product.public_id == public_id))
    return queries.current_products(db.session(), [product_id])[product_id]


# --- the first step


def test_photo_name_and_price_make_a_product(owner, business):
    answer = start(owner, photos=[upload(), upload()])
    assert answer.status_code == 303
    made = work(answer.location.rsplit("/", 1)[1])
    assert (made.facts.name, made.business_id, made.status) == ("Kemplang Panggang", business, ProductStatus.DRAFT)
    assert (made.facts.variants[0].price_idr, made.facts.variants[0].ship_weight_g) == (25_000, 350)
    assert len(made.facts.photos) == 2
    page = body(owner.get(answer.location))
    assert "Belum lengkap" in page
    assert "Kurang: kategori, cerita produk, komposisi" in page


def test_a_mistake_keeps_what_was_typed_and_the_photos(owner):
    answer = start(owner, price="gratis", photos=[upload()])
    page = body(answer)
    assert answer.status_code == 422
    assert "<title>Galat:" in page
    assert 'value="Kemplang Panggang"' in page
    assert 'value="gratis"' in page
    assert "Tulis harganya dengan angka" in page
    assert "Foto 1 sudah terkirim" in page
    kept, begun, business = hidden(page, "kept"), hidden(page, "start")[0], hidden(page, "usaha")[0]
    answer = owner.post(
        f"{HOME}baru",
        {"name": "Kemplang", "price": "25rb", "ship_weight": "0,5 kg", "kept": kept, "start": begun, "usaha": business},
    )
    made = work(answer.location.rsplit("/", 1)[1])
    assert len(made.facts.photos) == 1
    assert (made.facts.variants[0].price_idr, made.facts.variants[0].ship_weight_g) == (25_000, 500)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "   ", "Tulis nama produknya."),
        ("name", "x" * 101, "Paling panjang 100 huruf."),
        ("price", "", "Tulis harganya."),
        ("price", "-5000", "Tulis harganya dengan angka"),
        ("price", "25.000 - 30.000", "Tulis harganya dengan angka"),
        ("price", "1e19", "Tulis harganya dengan angka"),
        ("ship_weight", "", "Tulis berat kirimnya"),
        ("ship_weight", "berat", "Tulis beratnya beserta kemasan"),
    ],
)
def test_each_mistake_has_its_sentence(owner, field, typed, sentence):
    answer = start(owner, **{field: typed})
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert count(Product) == 0


def test_sent_twice_it_is_one_product(owner):
    begun = hidden(body(owner.get(f"{HOME}baru")), "start")[0]
    first, second = start(owner, start=begun), start(owner, start=begun)
    assert first.location == second.location
    assert count(Product) == 1


@pytest.mark.parametrize("token", ["", "palsu", "MTox.x.x"])
def test_a_forged_start_makes_an_ordinary_product(owner, token):
    assert start(owner, start=token).status_code == 303
    assert count(Product) == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "gambar.svg", "jenis SVG tidak dapat dipakai"),
        (b"GIF89a" + b"\0" * 50, "animasi.gif", "jenis GIF tidak dapat dipakai"),
        (b"", "kosong.jpg", "kosong.jpg: Berkasnya kosong"),
        (picture_bytes()[:900], "putus.jpg", "putus.jpg: Foto ini rusak"),
        (picture_bytes() + b"<?php echo 1; ?>", "ganda.jpg", "memuat sesuatu selain foto"),
        (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), "besar.jpg", "besar.jpg: berkasnya lebih dari 10 MB"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_by_name(owner, data, name, sentence):
    answer = start(owner, photos=[(io.BytesIO(data), name), upload()])
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert len(hidden(body(answer), "kept")) == 1  # the good one is not lost


def test_a_file_name_is_text_and_nothing_else(owner):
    page = body(start(owner, photos=[(io.BytesIO(b"x"), "<img src=x onerror=alert(1)>.jpg")]))
    assert "<img src=x" not in page


def test_a_body_of_forty_megabytes_is_refused(owner):
    answer = start(owner, photos=[(io.BytesIO(b"\0" * 40 * 1024 * 1024), "besar.jpg")])
    assert answer.status_code == 413
    assert "paling banyak 32 MB sekali kirim" in body(answer)


def test_photos_of_somebody_else_can_not_be_claimed(app, owner):
    other = make_business().id
    stranger = signed_in(app, make_user("seller", business_id=other))
    token = hidden(body(start(stranger, price="x", photos=[upload()])), "kept")[0]
    answer = start(owner, kept=token)
    assert len(work(answer.location.rsplit("/", 1)[1]).facts.photos) == 0


def test_a_full_quota_says_so_and_writes_nothing(app, owner, business):
    app.config["PHOTO_QUOTA_MB"] = 0
    answer = start(owner, photos=[upload()])
    assert answer.status_code == 422
    assert "Ruang foto usaha ini sudah penuh" in body(answer)
    assert count(StoredFile) == 0


# --- pictures sent by the page's script


def test_a_picture_is_received_while_the_rest_is_typed(owner, business):
    page = body(owner.get(f"{HOME}baru"))
    answer = owner.post(
        f"{HOME}unggahan", {"usaha": hidden(page, "usaha")[0], "photo": upload()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 201
    made = work(start(owner, kept=answer.json["token"]).location.rsplit("/", 1)[1])
    assert len(made.facts.photos) == 1
    assert db.session.scalars(select(StoredFile.business_id)).all() == [business]


def test_a_bad_picture_is_explained_to_the_script(owner):
    owner.get(f"{HOME}baru")
    answer = owner.post(f"{HOME}unggahan", {"photo": upload(b"halo", "x.jpg")}, content_type="multipart/form-data")
    assert (answer.status_code, list(answer.json)) == (422, ["error"])
    assert owner.post(f"{HOME}unggahan", {}).status_code == 422


def test_nobody_sends_pictures_to_another_business(owner):
    other = make_business().public_id
    owner.get(f"{HOME}baru")
    data = {"usaha": other, "photo": upload()}
    assert owner.post(f"{HOME}unggahan", data, content_type="multipart/form-data").status_code == 404
    assert count(StoredFile) == 0


# --- the rest, step by step


def page_of(saved, part: str = "") -> str:
    return f"{HOME}{saved.public_id}{'/' + part if part else ''}"


def details(saved, **given) -> dict:
    facts = current_facts(saved.product_id)
    return {
        "name": facts.name,
        "category": str(facts.category_id or ""),
        "description": facts.description,
        "ingredients": facts.ingredients,
        "storage": "dry",
        "shipping_class": "normal",
    } | given


def test_details_are_saved(owner, business):
    saved = make_draft(business)
    category = make_category("Makanan ringan")
    given = {"category": str(category.id), "shelf_life": "3 bulan", "storage": "cool", "lead_time_days": "2"}
    answer = owner.post(page_of(saved, "data"), details(saved, **given), page=page_of(saved, "data"))
    assert answer.status_code == 303
    facts = current_facts(saved.product_id)
    assert (facts.category_id, facts.shelf_life_days, facts.storage, facts.lead_time_days) == (
        category.id,
        90,
        "cool",
        2,
    )


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Tulis nama produknya."),
        ("shelf_life", "lama sekali", "Tulis berapa lama"),
        ("category", "999999", "Pilih kategori dari daftar."),
        ("lead_time_days", "500", "dari 0 sampai 90"),
        ("description", "x" * 4001, "Paling panjang 4000 huruf."),
    ],
)
def test_wrong_details_are_explained_and_kept(owner, business, field, typed, sentence):
    saved = make_draft(business)
    before = current_facts(saved.product_id)
    answer = owner.post(page_of(saved, "data"), details(saved, **{field: typed}), page=page_of(saved, "data"))
    assert answer.status_code == 422
    assert sentence in body(answer)
    db.session.rollback()
    assert current_facts(saved.product_id) == before


def test_a_code_of_another_product_is_refused_at_its_field_and_kept(owner, business):
    first, second = make_draft(business, external_code="KMP-01"), make_draft(business)
    given = {"external_code": "KMP-01", "summary": "Renyah sekali"}
    answer = owner.post(page_of(second, "data"), details(second, **given), page=page_of(second, "data"))
    page = body(answer)
    assert answer.status_code == 422
    assert '<a href="#external_code">Kode ini sudah dipakai produk lain dari usaha yang sama.' in page
    assert 'value="KMP-01"' in page
    assert 'value="Renyah sekali"' in page
    db.session.rollback()
    assert current_facts(second.product_id).summary == ""
    assert current_facts(first.product_id).external_code == "KMP-01"


def test_fields_that_are_not_in_the_form_change_nothing(owner, business):
    saved = make_draft(business)
    extra = {"status": "on_sale", "business_id": "1", "published_revision_id": "1", "sold_count": "99", "price": "1"}
    owner.post(page_of(saved, "data"), details(saved, name="Lain", **extra), page=page_of(saved, "data"))
    db.session.rollback()
    product = db.session.get_one(Product, saved.product_id)
    assert (product.status, product.business_id, product.published_revision_id, product.sold_count) == (
        ProductStatus.DRAFT,
        business,
        None,
        0,
    )


def test_changing_a_product_on_sale_says_that_it_waits(owner, business):
    saved = make_published(business, name="Abon")
    answer = owner.post(page_of(saved, "data"), details(saved, name="Abon Pedas"), page=page_of(saved, "data"))
    page = body(owner.get(answer.location))
    assert "Yang tayang tetap seperti semula" in page
    assert "Ajukan perubahan untuk kurasi" in page
    assert queries.product_page(db.session(), saved.public_id).name == "Abon"


def test_a_price_holds_at_once(owner, business):
    saved = make_published(business, price_idr=20_000)
    variant = db.session.scalars(select(Variant).where(Variant.product_id == saved.product_id)).one()
    answer = owner.post(
        page_of(saved, "harga"),
        {"pilihan": variant.public_id, "price": "22.500", "ship_weight": "300 g", "net_weight": "250 g"},
        page=page_of(saved, "harga"),
    )
    assert answer.status_code == 303
    db.session.rollback()
    assert queries.product_page(db.session(), saved.public_id).lowest_price_idr == 22_500


def test_choices_are_added_and_removed(owner, business):
    saved = make_draft(business)
    given = {"baru": "1", "name": "1 kg", "price": "80rb", "ship_weight": "1,1 kg"}
    assert owner.post(page_of(saved, "harga"), given, page=page_of(saved, "harga")).status_code == 303
    again = owner.post(page_of(saved, "harga"), given, page=page_of(saved, "harga"))
    assert again.status_code == 422
    assert "Sudah ada pilihan dengan nama ini" in body(again)
    added = db.session.scalars(select(Variant).where(Variant.name == "1 kg")).one()
    owner.post(page_of(saved, "harga"), {"hapus": added.public_id})
    assert [one.name for one in current_facts(saved.product_id).variants] == [""]
    last = db.session.scalars(select(Variant).where(Variant.product_id == saved.product_id, Variant.is_active)).one()
    assert "Satu pilihan harus tetap ada" in body(owner.post(page_of(saved, "harga"), {"hapus": last.public_id}))


def test_photos_are_added_ordered_described_and_removed(owner, business):
    saved = make_draft(business)
    outbox.drain()
    page = body(owner.get(page_of(saved, "foto")))
    only = hidden(page, "photo")[0]
    answer = owner.post(
        page_of(saved, "foto"), {"photo": only, "photos": [upload(), upload()]}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    outbox.drain()
    first, second, third = hidden(body(owner.get(page_of(saved, "foto"))), "photo")
    owner.post(
        page_of(saved, "foto"),
        {
            "photo": [first, second, third],
            f"urutan-{first}": "2",
            f"urutan-{second}": "dua",
            f"urutan-{third}": "1",
            f"alt-{third}": "Satu bungkus kemplang",
            f"hapus-{second}": "1",
        },
    )
    shown = queries.photo_views(db.session(), [saved.revision_id])[saved.revision_id]
    assert [(photo.public_id, photo.alt) for photo in shown] == [(third, "Satu bungkus kemplang"), (first, "")]


def test_good_photos_are_kept_when_one_is_refused(owner, business):
    saved = make_draft(business, photos=())
    owner.get(page_of(saved, "foto"))
    answer = owner.post(
        page_of(saved, "foto"), {"photos": [upload(), upload(b"x", "x.gif")]}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert len(current_facts(saved.product_id).photos) == 1


def test_too_many_photos_say_so_and_stay_at_hand(owner, business):
    saved = make_draft(business)
    only = hidden(body(owner.get(page_of(saved, "foto"))), "photo")[0]
    answer = sent(owner, page_of(saved, "foto"), {"photo": only, "photos": [upload() for _ in range(12)]})
    page = body(answer)
    assert answer.status_code == 422
    assert "Paling banyak 12 foto" in page
    assert len(hidden(page, "kept")) == 12
    assert len(current_facts(saved.product_id).photos) == 1


def test_a_photo_that_is_still_worked_on_says_so(owner, business):
    saved = make_draft(business)
    assert "Sedang diolah" in body(owner.get(page_of(saved, "foto")))


def test_licences_are_brought_to_normal_form_with_their_proof(owner, business):
    saved = make_draft(business)
    given = {"kind": "pirt", "number": "P-IRT No. 206190101012328", "proof": upload(name="pirt.jpg")}
    answer = owner.post(page_of(saved, "izin"), given, page=page_of(saved, "izin"), content_type="multipart/form-data")
    assert answer.status_code == 303
    row = db.session.scalars(select(Licence)).one()
    assert (row.kind.value, row.number, row.expires_on) == ("pirt", "2061901010123-28", date(2028, 12, 31))
    proof = db.session.get_one(StoredFile, row.proof_file_id)
    assert (proof.purpose, proof.is_public) == ("licence_proof", False)
    download = owner.get(f"{HOME}izin/{proof.public_id}")
    assert (download.status_code, download.mimetype) == (200, "image/jpeg")
    assert download.headers["Content-Disposition"].startswith("attachment")
    owner.post(page_of(saved, "izin"), {"hapus": "pirt 2061901010123-28"})
    assert current_facts(saved.product_id).licences == ()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def prove(owner, saved, data: bytes | None = None, name: str = "pirt.jpg"):
    given = {"kind": "pirt", "number": "206190101012328", "proof": upload(data, name) if data else upload(name=name)}
    page = page_of(saved, "izin")
    return owner.post(page, given, page=page, content_type="multipart/form-data")


def test_a_proof_may_be_a_pdf_that_is_only_ever_downloaded(app, owner, business):
    saved = make_draft(business)
    assert prove(owner, saved, PDF, "sertifikat.PDF").status_code == 303
    row = db.session.scalars(select(StoredFile).where(StoredFile.purpose == "licence_proof")).one()
    assert (row.media_type, row.is_public, row.business_id) == ("application/pdf", False, business)
    assert len(files_of(app, "proof")) == 1
    download = owner.get(f"{HOME}izin/{row.public_id}")
    assert (download.data, download.mimetype) == (PDF, "application/pdf")
    assert download.headers["Content-Disposition"] == f"attachment; filename=izin-{row.public_id}.pdf"
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert owner.get(f"/media/{row.key}").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (PDF[:30], "a.pdf", "PDF ini rusak"),
        (PDF, "a.html", "PDF ini rusak"),
        (b"%PDF-1.7 <script>alert(1)</script> %%EOF", "a.pdf", "PDF ini rusak"),
        (b"%PDF-9.x %%EOF", "a.pdf", "PDF ini rusak"),
        (b"<svg/>", "a.pdf", "tidak dapat dipakai"),
    ],
)
def test_a_pdf_that_is_none_is_refused_and_leaves_nothing(app, owner, business, data, name, sentence):
    answer = prove(owner, make_draft(business), data, name)
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert files_of(app, "proof") == []


def test_a_proof_above_the_quota_leaves_nothing_in_the_store(app, owner, business, monkeypatch):
    saved = make_draft(business)
    before = count(StoredFile)
    app.config["PHOTO_QUOTA_MB"] = 0
    answer = prove(owner, saved)
    assert (answer.status_code, count(StoredFile)) == (422, before)
    assert "Ruang foto usaha ini sudah penuh" in body(answer)
    assert files_of(app, "proof") == []
    # Another upload of the business takes the room between the first look and the record.
    monkeypatch.setattr("gallery.catalog.services.refuse_over_quota", lambda *_, **__: None)
    assert prove(owner, saved).status_code == 422
    assert count(StoredFile) == before
    assert files_of(app, "proof") == []


@pytest.mark.parametrize(
    ("kind", "number", "sentence"),
    [
        ("pirt", "123", "Nomor P-IRT terdiri atas 15 angka"),
        ("pirt", "206190101012399", "lebih dari 5 tahun lagi"),
        ("halal", "KH.00160000750819", "bukan nomor sertifikat"),
        ("bpom", "x", "Nomor BPOM diawali MD"),
        ("sni", "?", "SNI 2973:2018"),
        ("gi", "1", "diawali IDG"),
        ("pkrt", "1", "diawali PKD"),
        ("pirt", "", "Tulis nomornya."),
    ],
)
def test_a_wrong_licence_number_is_explained(owner, business, kind, number, sentence):
    saved = make_draft(business)
    answer = owner.post(page_of(saved, "izin"), {"kind": kind, "number": number}, page=page_of(saved, "izin"))
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert count(Licence) == 0


# --- its life


def test_handing_in_and_the_reviewers_answer(owner, business):
    saved = make_draft(business)
    owner.get(page_of(saved))
    assert owner.post(page_of(saved, "ajukan")).status_code == 303
    assert work(saved.public_id).revision_status is RevisionStatus.SUBMITTED
    assert "Diajukan" in body(owner.get(page_of(saved)))
    decider = reviewer()
    with transaction() as session:
        services.decide(
            session, saved.revision_id, RevisionStatus.CHANGES_REQUESTED, reason="Fotonya <gelap>", actor=decider
        )
    page = body(owner.get(page_of(saved)))
    assert "Kurator meminta perbaikan" in page
    assert "Fotonya &lt;gelap&gt;" in page
    assert "Perlu perbaikan" in body(owner.get(f"{HOME}?tab=perbaikan"))


def test_an_incomplete_product_says_what_is_missing(owner, business):
    saved = make_draft(business, photos=(), category_id=None)
    owner.get(page_of(saved))
    owner.post(page_of(saved, "ajukan"))
    page = body(owner.get(page_of(saved)))
    assert "Yang masih kurang: foto, kategori." in page
    assert work(saved.public_id).revision_status is RevisionStatus.DRAFT


@pytest.mark.parametrize("step", ["setuju", "terbitkan", "publish", "hapus"])
def test_there_is_no_step_that_publishes(owner, business, step):
    saved = make_submitted(business)
    owner.get(page_of(saved))
    assert owner.post(page_of(saved, step)).status_code == 404
    assert work(saved.public_id).revision_status is RevisionStatus.SUBMITTED


def test_a_seller_puts_no_draft_on_sale(owner, business):
    saved = make_draft(business)
    owner.get(page_of(saved))
    owner.post(page_of(saved, "tayangkan"))
    assert work(saved.public_id).status is ProductStatus.DRAFT
    assert "sudah tidak dapat dilakukan" in body(owner.get(page_of(saved)))


def test_withdrawing_and_putting_back(owner, business):
    saved = make_published(business)
    owner.get(page_of(saved))
    owner.post(page_of(saved, "tarik"))
    assert work(saved.public_id).status is ProductStatus.WITHDRAWN
    owner.post(page_of(saved, "tayangkan"))
    assert work(saved.public_id).status is ProductStatus.ON_SALE


# --- the list, and what is not one's own


def test_the_list_costs_the_same_for_one_and_for_many(owner, business, count_queries):
    make_draft(business)
    owner.get(HOME)
    with count_queries() as one:
        owner.get(HOME)
    for _ in range(5):
        make_draft(business)
    with count_queries() as many:
        owner.get(HOME)
    assert many.count == one.count <= 8


def test_the_list_is_searched_and_divided_by_state(owner, business):
    make_draft(business, name="Getas Draf")
    make_submitted(business, name="Abon Diajukan")
    make_published(business, name="Terasi Tayang")

    def names(query: str) -> set[str]:
        text = body(owner.get(f"{HOME}?{query}"))
        return {name for name in ("Getas Draf", "Abon Diajukan", "Terasi Tayang") if name in text}

    assert names("") == {"Getas Draf", "Abon Diajukan", "Terasi Tayang"}
    assert names("tab=draf") == {"Getas Draf"}
    assert names("tab=diajukan") == {"Abon Diajukan"}
    assert names("tab=tayang") == {"Terasi Tayang"}
    assert names("tab=arsip") == set()
    assert names("q=terasi") == {"Terasi Tayang"}
    assert names("q=%25") == {"Getas Draf", "Abon Diajukan", "Terasi Tayang"}
    assert owner.get(f"{HOME}?tab=x&sesudah=zzz&wilayah=';--&usaha=%01").status_code == 200


def test_a_foreign_product_does_not_exist(app, owner, business):
    other = make_business().id
    saved = make_draft(other, name="Punya orang")
    outbox.drain()
    photo = db.session.scalars(select(Photo.public_id).where(Photo.product_id == saved.product_id)).one()
    assert "Punya orang" not in body(owner.get(HOME))
    for part in ("", "data", "foto", "izin", "harga", f"foto/{photo}.jpg"):
        assert owner.get(page_of(saved, part)).status_code == 404
    owner.get(HOME)
    for part in ("data", "foto", "izin", "harga", "ajukan", "arsipkan"):
        assert owner.post(page_of(saved, part), details(saved)).status_code == 404
    assert work(saved.public_id).facts.name == "Punya orang"


def test_the_original_of_a_photo_is_for_its_owner(app, owner, business, client):
    saved = make_draft(business)
    outbox.drain()
    photo = db.session.scalars(select(Photo)).one()
    assert photo.status is PhotoStatus.READY
    answer = owner.get(page_of(saved, f"foto/{photo.public_id}.jpg"))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(page_of(saved, f"foto/{photo.public_id}.jpg")).status_code == 303


def test_an_owner_of_two_businesses_chooses(app, business):
    from gallery.accounts.models import RoleGrant
    from gallery.accounts.states import Role

    user = make_user("seller", business_id=business)
    second = make_business(name="Usaha Kedua")
    with transaction() as session:
        session.add(RoleGrant(user_id=user.id, role=Role.SELLER, business_id=second.id))
    person = signed_in(app, user)
    page = body(person.get(f"{HOME}baru"))
    assert "Pilih dulu usaha" in page
    assert "Usaha Kedua" in page
    person.get(f"{HOME}baru?usaha={second.public_id}")
    answer = person.post(
        f"{HOME}baru", {"usaha": second.public_id, "name": "X", "price": "5000", "ship_weight": "100 g"}
    )
    assert work(answer.location.rsplit("/", 1)[1]).business_id == second.id


def test_an_archived_product_is_not_edited(owner, business):
    saved = make_draft(business)
    with transaction() as session:
        services.archive(session, saved.product_id, actor=Actor.system())
    assert "Keluarkan dari arsip" in body(owner.get(page_of(saved)))
    answer = owner.post(page_of(saved, "data"), details(saved, name="Lain"), page=page_of(saved, "data"))
    assert answer.status_code == 409
