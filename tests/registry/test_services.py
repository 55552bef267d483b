from dataclasses import replace

import pytest

from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.states import Role
from gallery.core import adapters
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.registry import queries, services
from gallery.registry.errors import NibTakenError, NikTakenError, OwnerElsewhereError, SharedOwnerError
from gallery.registry.models import Business, Person
from gallery.registry.services import BusinessFacts
from tests.factories.regions import DISTRICT, OTHER_DISTRICT, make_regions

OFFICER = Actor(7, "Petugas", (Grant(Role.DISTRICT_OFFICER, district_code=DISTRICT),))
NIK = "9999014708850001"


def facts(**given) -> BusinessFacts:
    values = {
        "name": "Sahang Lestari",
        "owner_name": "Siti Contoh",
        "district_code": DISTRICT,
        "phone": "+628120000123",
        "nik": NIK,
        "bank_account": "0123456789",
    } | given
    return BusinessFacts(**values)


def register(actor=OFFICER, **given) -> Business:
    make_regions()
    with transaction() as session:
        return services.register_business(session, adapters.cipher(), facts(**given), actor=actor)


def test_nik_and_account_are_stored_encrypted_and_masked(app, database_url):
    business = register()
    owner = db.session.get(Person, business.owner_id)
    assert owner.nik_hint == "9999**********01"
    assert business.bank_account_hint == "******6789"
    stored = db.session.connection().exec_driver_sql("SELECT nik_encrypted, nik_index FROM person").one()
    assert NIK.encode() not in bytes(stored[0])
    assert NIK not in stored[1]
    assert adapters.cipher().decrypt(bytes(stored[0]), f"person.nik:{owner.id}") == NIK


def test_the_same_owner_is_one_person_with_two_businesses(app):
    first, second = register(), register(name="Sahang Dua", nib=None)
    assert first.owner_id == second.owner_id
    assert db.session.query(Person).count() == 1


def test_another_persons_nik_is_refused_and_nothing_changes(app):
    register()
    other = register(name="Getas Dua", nik="9999010708850002", owner_name="Budi Contoh")
    with pytest.raises(NikTakenError), transaction() as session:
        services.update_business(session, adapters.cipher(), other.id, facts(name="X"), actor=OFFICER)
    db.session.expire_all()
    assert db.session.get(Business, other.id).name == "Getas Dua"


def test_one_nib_names_one_business(app):
    register(nib="0220001234567")
    with pytest.raises(NibTakenError):
        register(name="Lain", nik=None, nib="0220001234567")


def test_another_district_is_not_found(app):
    business = register()
    stranger = Actor(8, "Lain", (Grant(Role.DISTRICT_OFFICER, district_code=OTHER_DISTRICT),))
    with pytest.raises(NotFoundError):
        register(actor=stranger, name="Usaha Asing", nik=None)
    with pytest.raises(NotFoundError), transaction() as session:
        services.update_business(session, adapters.cipher(), business.id, facts(), actor=stranger)
    with pytest.raises(NotFoundError):
        queries.business(db.session, business.public_id, scope=stranger.scope("business.view"))
    with pytest.raises(NotFoundError), transaction() as session:
        services.reveal_nik(session, adapters.cipher(), business.id, reason="x", actor=stranger)


PROVINCE = Actor(9, "Provinsi", (Grant(Role.PROVINCE_OFFICER),))
NEIGHBOUR = Actor(8, "Lain", (Grant(Role.DISTRICT_OFFICER, district_code=OTHER_DISTRICT),))


def test_a_person_of_another_district_is_neither_found_by_nik_nor_added_to(app):
    register()
    with pytest.raises(OwnerElsewhereError):
        register(actor=NEIGHBOUR, name="Cabang", district_code=OTHER_DISTRICT, owner_name="Bukan Siti")
    db.session.rollback()
    assert [one.name for one in db.session.query(Business)] == ["Sahang Lestari"]
    assert [one.name for one in db.session.query(Person)] == ["Siti Contoh"]


@pytest.mark.parametrize("changed", [{"owner_name": "Bukan Siti"}, {"nik": "9999010708850002"}])
def test_an_owner_with_a_business_elsewhere_is_changed_by_the_province_alone(app, changed):
    first = register()
    branch = register(actor=PROVINCE, name="Cabang", district_code=OTHER_DISTRICT)
    assert branch.owner_id == first.owner_id
    seller = Actor(10, "Penjual", (Grant(Role.SELLER, business_id=first.id),))
    for actor, business in [(NEIGHBOUR, branch), (OFFICER, first), (seller, first)]:
        wanted = facts(name=business.name, district_code=business.district_code, address="Jalan Baru")
        with pytest.raises(SharedOwnerError), transaction() as session:
            services.update_business(session, adapters.cipher(), business.id, replace(wanted, **changed), actor=actor)
        owner = db.session.get_one(Person, first.owner_id, populate_existing=True)
        assert (owner.name, owner.nik_hint) == ("Siti Contoh", "9999**********01")
        with transaction() as session:
            services.update_business(session, adapters.cipher(), business.id, wanted, actor=actor)
        assert db.session.get_one(Business, business.id, populate_existing=True).address == "Jalan Baru"
    with transaction() as session:
        services.update_business(session, adapters.cipher(), first.id, facts(**changed), actor=PROVINCE)
    owner = db.session.get_one(Person, first.owner_id, populate_existing=True)
    assert (owner.name, owner.nik_hint) != ("Siti Contoh", "9999**********01")


def test_seeing_a_nik_is_written_down_with_the_reason(app):
    business = register()
    with transaction() as session:
        seen = services.reveal_nik(session, adapters.cipher(), business.id, reason="cek bantuan", actor=OFFICER)
    assert seen == NIK
    entry = db.session.query(AuditEntry).filter_by(action="nik.revealed").one()
    assert (entry.actor_id, entry.facts) == (7, {"reason": "cek bantuan"})


def test_pages_of_the_register_show_each_business_once(app):
    for number in range(60):
        register(name=f"Usaha {number % 7}", nik=None, phone=f"+62812000{number:05}")
    scope, seen, cursor = OFFICER.scope("business.view"), [], None
    while True:
        page = queries.business_page(db.session, scope=scope, cursor=cursor)
        seen += [row.id for row in page.rows]
        if not (cursor := page.next_cursor):
            break
    assert len(seen) == len(set(seen)) == 60
