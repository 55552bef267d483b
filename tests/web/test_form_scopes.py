"""What is sent along: ids in forms and query strings that name something of another place change and show nothing.

A route that takes a field of a new name fails here until the name is among ``IDS`` or ``PLAIN``, and a route that
takes an id fails until it has a line in ``FORMS`` or ``OPEN`` (SECURITY R18, R20, R21).
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask, Request, has_request_context, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gallery.accounts.states import Role
from gallery.core import clock
from gallery.core.ids import public_id
from tests.browser import PASSWORD, Person
from tests.factories.catalog import picture_bytes
from tests.factories.submissions import sheet
from tests.web.scope_world import Place, changed_since, fingerprint, person, two_places
from tests.web.test_scopes import (
    SCOPED,
    address,
    in_the_other_workspace,
    is_hidden,
    is_signed_in,
    permitted,
    visit,
)


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The own page answers 200, except these.
PAGES = {
    "seller.business.index": 303,  # to the only one
    "staff.reviews.skip": 303,  # to the next one
    "staff.labels.sheet": 422,  # no label was asked for
    "staff.submissions.template": 404,  # no district was named
    "staff.submissions.wrong": 404,  # no row was wrong (tests/web/staff/test_submissions.py)
    "staff.stocktakes.minutes": 404,  # not approved yet (tests/web/staff/test_stocktakes.py)
}
# An empty form is answered by the page or with a redirect, except where it names nothing to work on.
EMPTY_FORMS = {
    "seller.orders.offer": 404,  # no rider
    "staff.shipments.offer": 404,
    "staff.shipments.settle_claim": 404,  # no claim is open (tests/delivery/test_staff_board.py)
    "staff.payments.give_back": 404,  # nothing of this payment was delivered (tests/web/staff/test_payments.py)
    "staff.payouts.bank_file": 404,  # no format
    "staff.couriers.try_again": 404,  # no courier
    "staff.coverage.change": 404,  # no row
    "staff.counter_lease.sync": 400,  # no sales
}
# Fields that hold ids, or name one behind a dash (``pieces-17``).
IDS = words_of(
    """
    bank_account district galeri gallery hapus id item owner pembayaran photo pieces- pilihan place purse rider role
    sender shift surat tempat to transfer umkm usaha varian variant village
    """
)
# Fields that hold none: words, numbers, files, signed values, and places of the map, which belong to nobody.
PLAIN = words_of(
    """
    account_code action activity address aksi aktif akun alasan allergens amount amount_heading answer areas
    arrives_on article bank bank_code bank_holder barang barangnya baru base_idr base_km basis batas bentuk berat
    berkas body brought_by bulan business cara carried_by carrier cash catatan category cetak closes- code
    collect_days collected_by commission counted courier covered csrf_token current_password cut_off_hour dari
    days_max days_min decision desa description destination_island dilayani direction email expires_on external_code
    extra_biteship extra_grab_express extra_lalamove field first_kg_idr foto got grace_g hal harga hari hasil height
    holder image_alt ingredients is_active is_off_at_bank island itself_biteship itself_grab_express itself_lalamove
    jawab jenis jumlah jumlah_baru kabupaten keadaan kecamatan kembali- kept keterangan key kind kode kunci kurir
    layanan lead_time_days lebar length letter letter_date letter_number loss_bearer lot_code masuk max_km
    max_weight_kg method min_days min_life minimum_idr missing- mulai n100 n1000 n10000 n100000 n200 n2000 n20000
    n500 n5000 n50000 name net_weight next_kg_idr nib nik nomor note note- npwp number number_heading officer_name
    officer_nip officer_post old_expires_on old_lot_code old_price old_shelf on_biteship on_grab_express on_lalamove
    ongkir opening_hours opens- origin_island other owner_name paid_on papan payer payload payment_period penanggung
    per_km_idr peran phone photographer photos picture pieces pilih plate point potongan price proof putusan q qris
    rak reason reason- recipient_name reference rekening remark request_key return_days road_factor rujukan rusak-
    sampai saring sebab sebelum seen service sesudah sheet shelf shelf_life ship_weight shipping_class short
    since_year skip sku source start status steps storage story subdistrict sumber summary tab tahun take_off_days
    tampil tanda tanggal tanpa-desa tentang tills_connected tindakan title total tracking_number treasurer_name
    treasurer_nip tunai tunai_cepat unduh unit urut valid_from wanted_from was width writer
    """
)
# Ids by which nothing of another can be had.
OPEN = {
    ("seller.orders.offer", "rider"),  # any active rider of the register may be asked
    ("staff.shipments.offer", "rider"),
    ("staff.stock_counts.found", "varian"),  # goods found on the shelf may be anybody's
    ("staff.replenishments.ask", "variant"),  # a gallery may ask any owner for goods
    ("staff.terms.create", "umkm"),  # and agree on terms with any
    ("seller.products.licence_list", "hapus"),  # kind and number of a licence of this very product
    ("staff.products.licence_list", "hapus"),
    ("seller.notes.save_line", "hapus"),  # a tick; the line is in the address
    ("staff.notes.save_line", "hapus"),
    ("seller.business.edit", "bank_account"),  # typed: a number of the bank's
    ("staff.businesses.edit", "bank_account"),
    ("staff.businesses.create", "bank_account"),
    ("staff.courier_payments.pay", "bank_account"),
    ("seller.notes.create", "gallery"),  # a note may go to any gallery
    ("staff.notes.create", "gallery"),
    ("seller.notes.save_head", "gallery"),
    ("staff.notes.save_head", "gallery"),
    ("seller.notes.save_head", "sender"),  # stays, whatever is sent
    ("staff.notes.save_head", "sender"),
    ("seller.business.edit", "photo"),  # the picture itself
    ("staff.businesses.edit", "photo"),
    ("staff.businesses.create", "photo"),
    ("staff.submissions.upload", "owner"),  # a name for rows without one
    ("staff.transfers.receive", "pieces-"),  # read for the lines of this very transfer
    ("staff.owners.pay", "bank_account"),  # the province's accounts, which every payer sees
}
# Forms filled in as they are meant: "@x" is the id of the own x, in a field or in its name, and another's x is not
# taken; "=x" is the own x; "?x" stands in the address.
NAMED = {"name": "Nama yang diuji", "phone": "0812 3456 0001"}
BUSINESS = NAMED | {"owner_name": "Pemilik yang diuji", "address": "Jl. Uji 1", "current_password": PASSWORD}
VARIANT = {"name": "500 g", "price": "20.000", "ship_weight": "600"}
RIDER = NAMED | {"plate": "BN 1234 XY", "areas": "19.71.05", "is_active": "y"}
TERMS = {
    "basis": "commission",
    "commission": "10",
    "payment_period": "monthly",
    "min_days": "10",
    "min_life": "30",
    "take_off_days": "7",
    "return_days": "90",
    "collect_days": "14",
    "loss_bearer": "gallery",
}
FORMS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("seller.business.edit", BUSINESS | {"village": "@village"}),
    ("staff.businesses.edit", BUSINESS | {"village": "@village"}),
    ("staff.businesses.create", BUSINESS | {"village": "@village"}),
    ("seller.money.issue", {"?usaha": "@business"}),
    ("seller.turnover.file_statement", {"?usaha": "@business", "letter": "PICTURE"}),
    ("seller.products.create", {"usaha": "@business", "name": "Kemplang uji", "price": "10.000", "ship_weight": "100"}),
    ("staff.products.create", {"usaha": "@business", "name": "Kemplang uji", "price": "10.000", "ship_weight": "100"}),
    ("seller.products.receive_photo", {"usaha": "@business", "photo": "PICTURE"}),
    ("staff.products.receive_photo", {"usaha": "@business", "photo": "PICTURE"}),
    ("seller.products.photos", {"photo": ("=photo", "@photo")}),
    ("staff.products.photos", {"photo": ("=photo", "@photo")}),
    ("seller.products.variant_list", VARIANT | {"pilihan": "@product_variant"}),
    ("staff.products.variant_list", VARIANT | {"pilihan": "@product_variant"}),
    ("seller.products.variant_list", {"hapus": "@product_variant"}),
    ("staff.products.variant_list", {"hapus": "@product_variant"}),
    ("seller.notes.create", {"sender": "@business_id", "gallery": "=gallery_id"}),
    ("staff.notes.create", {"sender": "@district", "gallery": "=gallery_id"}),
    ("seller.orders.slips", {"id": "@home_to_pack"}),
    ("seller.orders.pack", {"id": "@home_to_pack"}),
    ("staff.orders.slips", {"id": "@gallery_to_pack"}),
    ("staff.orders.pick_list", {"id": "@gallery_to_pack"}),
    ("staff.orders.pack", {"id": "@gallery_to_pack"}),
    ("staff.shipments.labels", {"id": "@gallery_parcel"}),
    ("staff.shipments.book_ticked", {"id": "@gallery_to_pack"}),
    ("staff.counter.add_till", {"tempat": "@gallery_place", "name": "Kasir uji"}),
    (
        "staff.counter_return.take",
        {"shift": "@shift_id", "kembali-=sale_line": "1", "reason": "quality", "method": "cash", "request_key": "KEY"},
    ),
    ("staff.owners.pay", {"umkm": "@earner", "bank_account": "=bank_account", "request_key": "KEY"}),
    ("staff.payouts.paid", {"transfer": "@payout_item", "reference": "R-1"}),
    ("staff.payouts.failed", {"transfer": "@payout_item", "note": "Rekening tutup"}),
    ("staff.courier_payments.pay", {"purse": "@safe", "amount": "1.000", "paid_on": "TODAY", "request_key": "KEY"}),
    ("staff.receiving.begin", {"surat": "@note"}),
    ("staff.receiving.begin", {"gallery": "@gallery_id", "key": "KEY"}),
    (
        "staff.remittances.receive",
        {"pembayaran": "@held_payment", "gallery": "@gallery_id", "counted": "y", "request_key": "KEY"},
    ),
    ("staff.replenishments.ask", {"galeri": "@gallery_place", "variant": "=variant", "pieces": "3"}),
    (
        "staff.price_requests.propose",
        {"galeri": "@gallery_place", "price": "99.000", "wanted_from": "TODAY", "note": "uji"},
    ),
    ("staff.returns.create", {"galeri": "=gallery_place", "pieces-@gallery_item": "1", "request_key": "KEY"}),
    ("staff.returns.create", {"galeri": "@gallery_place", "pieces-=gallery_item": "1", "request_key": "KEY"}),
    (
        "staff.write_offs.create",
        {
            "galeri": "@gallery_place",
            "pieces-@gallery_item": "1",
            "reason-@gallery_item": "damaged",
            "note": "uji",
            "request_key": "KEY",
        },
    ),
    (
        "staff.transfers.create",
        {"galeri": "@gallery_place", "pieces-@gallery_item": "1", "to": "=elsewhere", "request_key": "KEY"},
    ),
    ("staff.transfers.edit", {"pieces-@gallery_item": "2", "to": "=elsewhere", "request_key": "KEY"}),
    ("staff.riders.add", RIDER | {"gallery": "@gallery_id"}),
    ("staff.riders.edit", RIDER | {"gallery": "@gallery_id", "phone": "0812 3456 0002"}),
    ("staff.stock_counts.add", {"item": "@gallery_item", "pieces": "1", "request_key": "KEY"}),
    ("staff.stocktakes.create", {"place": "@place_id", "owner": "0"}),
    ("staff.stocktakes.create", {"place": "=place_id", "owner": "@business_id"}),
    ("staff.submissions.upload", {"district": "@district", "sheet": "SHEET"}),
    ("staff.terms.create", TERMS | {"gallery": "@gallery_id", "valid_from": "TODAY"}),
)
# What the own form is refused for in this world, after its ids were taken.
REFUSED = {
    "seller.products.variant_list": 422,  # the last choice of a product stays
    "staff.products.variant_list": 422,
    "staff.owners.pay": 409,  # all was paid out
    "staff.price_requests.propose": 422,  # one request is open
    "staff.courier_payments.pay": 409,  # nothing is owed
    "seller.products.receive_photo": 201,
    "staff.products.receive_photo": 201,
}
# Ids in a query string: what they name, where a page reads them.
QUERIES: dict[str, tuple[str, ...]] = {
    "galeri": ("gallery_place", "gallery_id"),
    "tempat": ("place_id",),
    "usaha": ("business",),
    "umkm": ("business",),
    "wilayah": ("district",),
    "stok": ("gallery_item",),
    "dokumen": ("receipt",),
    "pilihan": ("product_variant",),
    "baris": ("receiving_line",),
    "surat": ("note",),
    "selesai": ("counter_sale",),
}
TOKEN = re.compile(r"\b[0-9a-z]{10}\b")


class Asked(ImmutableMultiDict):
    """What was sent; notes which fields a page reads."""

    of_route: ClassVar[defaultdict[str, set[str]]] = defaultdict(set)

    def _note(self, name: str) -> None:
        if has_request_context() and request.endpoint:
            self.of_route[request.endpoint].add(re.sub(r"[-_]\d+$", "-", name))

    def get(self, key, *more, **given):
        self._note(key)
        return super().get(key, *more, **given)

    def getlist(self, key, *more, **given):
        self._note(key)
        return super().getlist(key, *more, **given)

    def __getitem__(self, key):
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self._note(key)
        return super().__contains__(key)


class NotingRequest(Request):
    parameter_storage_class = Asked


@pytest.fixture
def places(app, tmp_path, monkeypatch) -> tuple[Place, Place]:
    made = two_places(tmp_path / "data", tmp_path / "kept")
    monkeypatch.setattr(app, "request_class", NotingRequest)
    monkeypatch.setattr(Asked, "of_route", defaultdict(set))
    return made


def test_the_own_pages_open_and_show_nothing_of_another_place(app, places):
    """Not of themselves, and not where a query string names it."""
    own, other = places
    people = {role: person(app, role, own) for role in Role}
    wrong, before = [], fingerprint()
    for role, who in people.items():
        for rule in permitted(app, role):
            if "GET" not in rule.methods or in_the_other_workspace(rule, role):
                continue
            target = address(app, rule, own, role)
            answer = who.get(target)
            if answer.status_code != (404 if is_hidden(rule, role, "GET") else PAGES.get(rule.endpoint, 200)):
                wrong.append((role.value, rule.endpoint, answer.status_code))
            if role not in SCOPED:
                continue
            if shown := shown_of(other, answer):
                wrong.append((role.value, rule.endpoint, shown))
            for name in sorted(Asked.of_route[rule.endpoint] & QUERIES.keys()):
                for named in (str(other.ids[kind]) for kind in QUERIES[name]):
                    answer = who.get(target, query_string={name: named})
                    if answer.status_code not in {200, 303, 404, 422} or (shown := shown_of(other, answer) - {named}):
                        wrong.append((role.value, rule.endpoint, name, answer.status_code, shown))
        assert is_signed_in(who), "signed out on the way: the rest was seen as a guest"
    assert wrong == []
    assert changed_since(before) == set()
    assert unknown_fields(IDS | PLAIN | QUERIES.keys()) == set()


def test_an_empty_form_about_the_own_objects_is_answered_and_its_fields_are_known(app, places):
    wrong = []
    for role in Role:
        who = person(app, role, places[0])
        for rule in permitted(app, role):
            if "POST" in rule.methods and not in_the_other_workspace(rule, role):
                status = visit(who, "POST", address(app, rule, places[0], role)).status_code
                expected = 404 if is_hidden(rule, role, "POST") else EMPTY_FORMS.get(rule.endpoint)
                if status not in ({expected} if expected else {200, 303, 409, 422}):
                    wrong.append((role.value, rule.endpoint, status))
        assert is_signed_in(who), "signed out on the way: the rest was seen as a guest"
    assert wrong == []
    assert unknown_fields(IDS | PLAIN | QUERIES.keys()) == set()
    filled = {(route, re.sub(r"-.*", "-", name.lstrip("?"))) for route, form in FORMS for name in form}
    limited = {rule.endpoint for role in SCOPED for rule in permitted(app, role)}
    assert {one for one in fields_read() if one[1] in IDS and one[0] in limited} - filled - OPEN == set()


def test_ids_of_another_place_in_a_form_change_and_show_nothing(app, places):
    own, other = places
    wrong, after = [], []
    for role in SCOPED:
        who = person(app, role, own)
        before = fingerprint()
        for rule, form in forms_of(app, role):
            target = address(app, rule, own, role)
            for sent in foreign_forms(form, own, other):
                answer = send(who, target, sent)
                words = {str(one) for value in sent.values() for one in (value if isinstance(value, list) else [value])}
                shown = shown_of(other, answer) - words
                is_file = answer.status_code == 200 and answer.mimetype != "text/html"
                if answer.status_code in {400, 403} or answer.status_code >= 500 or shown or is_file:
                    wrong.append((role.value, rule.endpoint, sent, answer.status_code, shown))
        after += [(role.value, changed) for changed in [changed_since(before)] if changed]
        assert is_signed_in(who), "signed out on the way: the rest was seen as a guest"
    assert wrong == []
    assert after == []


def test_the_same_forms_are_taken_with_the_own_ids(app, places):
    own, wrong, left = places[0], [], list(range(len(FORMS)))
    for role in SCOPED:
        who = person(app, role, own)
        for rule, form in forms_of(app, role):
            number = next(n for n, (_route, one) in enumerate(FORMS) if one is form)
            if number in left and not in_the_other_workspace(rule, role):
                left.remove(number)
                status = send(who, address(app, rule, own, role), filled_in(form, own, own)).status_code
                if status not in {REFUSED.get(rule.endpoint), 200, 303}:
                    wrong.append((role.value, rule.endpoint, form, status))
    assert wrong == []
    assert [FORMS[number][0] for number in left] == []


def fields_read() -> set[tuple[str, str]]:
    return {(route, name) for route, names in Asked.of_route.items() for name in names if not route.startswith("shop.")}


def unknown_fields(known: frozenset[str]) -> set[tuple[str, str]]:
    """Fields of which nobody has said whether they hold ids."""
    return {(route, name) for route, name in fields_read() if name not in known}


def shown_of(other: Place, answer: TestResponse) -> set[str]:
    """Ids of what belongs to the other place that this page holds, or the address that it leads to."""
    text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    return other.public_ids.intersection(TOKEN.findall(text + str(answer.location)))


def forms_of(app: Flask, role: Role) -> list[tuple[Rule, dict[str, Any]]]:
    """The forms that this role may send."""
    rules = {rule.endpoint: rule for rule in permitted(app, role) if "POST" in rule.methods}
    return [
        (rules[route], form)
        for route, form in FORMS
        if route in rules and not in_the_other_workspace(rules[route], role)
    ]


def foreign_forms(form: dict[str, Any], own: Place, other: Place) -> Iterator[dict[str, Any]]:
    """The form with another's id in all marked fields, and in one of them only."""
    kinds = list(dict.fromkeys(re.findall(r"@(\w+)", repr(form))))
    yield filled_in(form, own, other)
    for kind in kinds if len(kinds) > 1 else ():
        yield filled_in(form, own, other, only=kind)


def send(who: Person, target: str, form: dict[str, Any]) -> TestResponse:
    """Send a form, and in the address what belongs there."""
    query = {name.lstrip("?"): value for name, value in form.items() if name.startswith("?")}
    return who.post(
        target, {name: form[name] for name in form.keys() - {f"?{one}" for one in query}}, query_string=query
    )


def filled_in(form: dict[str, Any], own: Place, marked: Place, only: str = "") -> dict[str, Any]:
    def meant(text: Any) -> Any:
        if isinstance(text, tuple):
            return [meant(one) for one in text]
        made = {
            "KEY": public_id,
            "TODAY": lambda: clock.today().isoformat(),
            "PICTURE": lambda: (io.BytesIO(picture_bytes()), "foto.jpg"),
            "SHEET": lambda: (io.BytesIO(sheet([])), "produk.xlsx"),
        }.get(text)
        if made is not None:
            return made()
        text = re.sub(r"=(\w+)", lambda found: str(own.ids[found[1]]), text)
        return re.sub(r"@(\w+)", lambda found: str((own if only not in {"", found[1]} else marked).ids[found[1]]), text)

    return {meant(name): meant(value) for name, value in form.items()}
