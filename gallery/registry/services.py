"""Changes of the register. Every function runs inside the caller's ``transaction()``."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import RoleGrant, User
from gallery.accounts.permissions import Actor
from gallery.accounts.services.mails import tell
from gallery.core import audit
from gallery.core.crypto import FieldCipher
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.ids import public_id, slugify
from gallery.core.locks import lock_row
from gallery.core.outbox import emit
from gallery.regions.queries import district_of
from gallery.registry.errors import NibTakenError, NikTakenError, OwnerElsewhereError, SharedOwnerError
from gallery.registry.identity import mask_account, mask_nik, normal_nib, normal_nik
from gallery.registry.models import Business, Person
from gallery.registry.queries import business_in_scope

NIK_CONTEXT = "person.nik"
ACCOUNT_CONTEXT = "business.bank_account"


@dataclass(frozen=True, slots=True)
class BusinessFacts:
    """What people tell about a business. ``phone`` is E.164; ``nik``, ``bank_account`` None = leave as it is."""

    name: str
    owner_name: str
    district_code: str
    phone: str
    village_code: str | None = None
    address: str = ""
    story: str = ""
    since_year: int | None = None
    nib: str | None = None
    nik: str | None = None
    bank_code: str | None = None
    bank_account: str | None = None
    bank_holder: str | None = None


def register_business(session: Session, cipher: FieldCipher, facts: BusinessFacts, *, actor: Actor) -> Business:
    """Add a business, with its owner unless a person with the same NIK is known already.

    Raises :class:`InvalidNikError`, :class:`InvalidNibError`, :class:`NibTakenError`; :class:`OwnerElsewhereError` for
    a person whom the actor's register does not name; :class:`NotFoundError` when the district is not the actor's.
    """
    _require_district(actor, facts.district_code)
    owner = _known_owner(session, cipher, facts, actor)
    if owner is None:
        owner = Person(name=facts.owner_name, phone=facts.phone)
        session.add(owner)
        session.flush()  # the ciphertext is bound to the row's id
        _set_nik(session, cipher, owner, facts.nik)
    row = Business(public_id=public_id(), owner=owner, district_code=facts.district_code)
    _fill(session, cipher, row, facts)
    session.add(row)
    session.flush()  # callers link to the id
    audit.record(session, actor, "business.registered", f"business:{row.public_id}")
    return row


def update_business(
    session: Session, cipher: FieldCipher, business_id: int, facts: BusinessFacts, *, actor: Actor
) -> Business:
    """Change a business and its owner; names on pages follow (``business.changed``).

    Raises what :func:`register_business` does, and :class:`SharedOwnerError` for another name or NIK of an owner who
    also has a business that is not the actor's to edit.
    """
    row = _in_scope(session, business_id, actor)
    is_bank_changed = changes_bank(row, facts)
    owner = session.get_one(Person, row.owner_id)
    is_other = owner.name != facts.owner_name or (facts.nik and _nik_index(cipher, facts.nik) != owner.nik_index)
    if is_other and _has_business(session, owner, ~business_in_scope(actor.scope("business.edit"))):
        raise SharedOwnerError
    owner.name = facts.owner_name
    _set_nik(session, cipher, owner, facts.nik)
    _fill(session, cipher, row, facts)
    audit.record(session, actor, "business.changed", f"business:{row.public_id}", bank_changed=is_bank_changed)
    emit(session, "business.changed", business_id=row.id)
    if is_bank_changed:
        tell_owners(session, row.id, "bank_changed", business=row.name, account=row.bank_account_hint or "")
    return row


def changes_bank(row: Business, facts: BusinessFacts) -> bool:
    """Whether these facts would send the business's money elsewhere: that asks for the password again."""
    names = (row.bank_code or None, row.bank_holder or None) != (facts.bank_code or None, facts.bank_holder or None)
    return bool(facts.bank_account) or names


def set_active(session: Session, business_id: int, *, is_active: bool, actor: Actor) -> Business:
    """Suspend a business or let it sell again; its products leave or return to the shop."""
    row = _in_scope(session, business_id, actor)
    row.is_active = is_active
    audit.record(session, actor, "business.resumed" if is_active else "business.suspended", f"business:{row.public_id}")
    emit(session, "business.changed", business_id=row.id)
    return row


def set_photo(session: Session, business_id: int, file_id: int, *, actor: Actor) -> None:
    """Show this stored picture on the profile; the one before is forgotten, its file deleted after the commit."""
    row = _in_scope(session, business_id, actor)
    before, row.photo_file_id = row.photo_file_id, file_id
    session.flush()  # the business lets go of the old row first
    if before is not None and before != file_id:
        old = session.get_one(StoredFile, before)
        emit(session, "file.discarded", key=old.key)
        session.delete(old)
    emit(session, "business.changed", business_id=row.id)


def reveal_nik(session: Session, cipher: FieldCipher, business_id: int, *, reason: str, actor: Actor) -> str | None:
    """Return the owner's NIK in clear, and write down who saw it and why (SECURITY R59)."""
    row = session.scalar(
        select(Business).where(Business.id == business_id, business_in_scope(actor.scope("nik.reveal")))
    )
    if row is None:
        raise NotFoundError("business")
    owner = session.get_one(Person, row.owner_id)
    audit.record(session, actor, "nik.revealed", f"person:{owner.public_id}", reason=reason)
    if owner.nik_encrypted is None:
        return None
    return cipher.decrypt(owner.nik_encrypted, f"{NIK_CONTEXT}:{owner.id}")


def tell_owners(session: Session, business_id: int, template: str, **facts: Any) -> None:
    """Mail everybody who signs in for the business: whoever did not do this finds out (ASVS 6.3.7)."""
    owners = (
        select(User)
        .join(RoleGrant)
        .where(RoleGrant.business_id == business_id, User.is_active, User.email.is_not(None))
    )
    for user in session.scalars(owners):
        tell(session, user, template, **facts)


def _known_owner(session: Session, cipher: FieldCipher, facts: BusinessFacts, actor: Actor) -> Person | None:
    if not facts.nik:
        return None
    person = session.scalar(select(Person).where(Person.nik_index == _nik_index(cipher, facts.nik)))
    if person is None or _has_business(session, person, business_in_scope(actor.scope("business.edit"))):
        return person
    if _has_business(session, person, true()):
        raise OwnerElsewhereError
    return person


def _has_business(session: Session, person: Person, where: ColumnElement[bool]) -> bool:
    return session.scalar(select(Business.id).where(Business.owner_id == person.id, where).limit(1)) is not None


def _nik_index(cipher: FieldCipher, nik: str) -> str:
    return cipher.blind_index(normal_nik(nik), NIK_CONTEXT)


def _set_nik(session: Session, cipher: FieldCipher, person: Person, nik: str | None) -> None:
    if not nik:
        return
    nik, index = normal_nik(nik), _nik_index(cipher, nik)
    if session.scalar(select(Person.id).where(Person.nik_index == index, Person.id != person.id)) is not None:
        raise NikTakenError
    person.nik_encrypted = cipher.encrypt(nik, f"{NIK_CONTEXT}:{person.id}")
    person.nik_index, person.nik_hint = index, mask_nik(nik)


def _fill(session: Session, cipher: FieldCipher, row: Business, facts: BusinessFacts) -> None:
    nib = normal_nib(facts.nib) if facts.nib else None
    with session.no_autoflush:  # the row may be half filled
        taken = nib and session.scalar(select(Business.id).where(Business.nib == nib, Business.id != (row.id or 0)))
    if taken:
        raise NibTakenError
    if facts.village_code and district_of(facts.village_code) != facts.district_code:
        raise NotFoundError("village")
    row.name, row.slug, row.phone, row.nib = facts.name, slugify(facts.name), facts.phone, nib
    row.village_code, row.address = facts.village_code, facts.address
    row.story, row.since_year = facts.story, facts.since_year
    row.bank_code, row.bank_holder = facts.bank_code, facts.bank_holder
    if facts.bank_account:
        row.bank_account_encrypted = cipher.encrypt(facts.bank_account, f"{ACCOUNT_CONTEXT}:{row.public_id}")
        row.bank_account_hint = mask_account(facts.bank_account)


def _in_scope(session: Session, business_id: int, actor: Actor) -> Business:
    row = lock_row(session, Business, business_id)
    scope = actor.scope("business.edit")
    if not (scope.everything or row.district_code in scope.districts or row.id in scope.businesses):
        raise NotFoundError("business")
    return row


def _require_district(actor: Actor, district_code: str) -> None:
    scope = actor.scope("business.edit")
    if not (scope.everything or district_code in scope.districts):
        raise NotFoundError("district")
