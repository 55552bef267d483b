"""Who can sign in to the demo: one password for all, printed at the end of seeding, refused by production."""

import functools
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, Office, User
from gallery.accounts.passwords import hash_password
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.queries import actor_of
from gallery.accounts.services import people
from gallery.accounts.states import OfficeKind, Role
from gallery.demo import data, invented
from gallery.registry.models import Business

DEMO_PASSWORD: Final = "belanja-di-galeri-umkm"  # noqa: S105 - published on purpose, and on the list of common ones
LAST_LOGIN: Final = f"admin@{invented.MAIL_DOMAIN}"
"""Made at the very end of seeding: where it exists, the demo data are complete."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A person of the demo; ``place`` is a district code, a gallery code, an office's short name or a business."""

    login: str
    name: str
    role: Role
    place: str = ""

    @property
    def email(self) -> str:
        return f"{self.login}@{invented.MAIL_DOMAIN}"


STAFF: Final = (
    DemoAccount("provinsi", "Ratih Puspa Wening", Role.PROVINCE_OFFICER),
    DemoAccount("kurator", "Satrio Adi Wibawa", Role.PROVINCE_OFFICER),
    DemoAccount("bangka", "Yudha Permana Jati", Role.DISTRICT_OFFICER, "19.01"),
    DemoAccount("belitung", "Lestari Wahyuningrum", Role.DISTRICT_OFFICER, "19.02"),
    DemoAccount("pendamping", "Doni Saptaji", Role.COMPANION, "19.04"),
    DemoAccount("galeri.pgk", "Mega Sukmawati", Role.GALLERY_MANAGER, "PGK"),
    DemoAccount("staf.pgk", "Aditya Rahmat Gani", Role.GALLERY_STAFF, "PGK"),
    DemoAccount("galeri.tjp", "Kurniawan Sasmita", Role.GALLERY_MANAGER, "TJP"),
    DemoAccount("staf.tjp", "Dewi Anjarsari", Role.GALLERY_STAFF, "TJP"),
    DemoAccount("koordinator", "Bayu Anggoro", Role.OFFICE_COORDINATOR, "Disdik"),
)
SELLERS: Final = (
    DemoAccount("kemplang", "Rohana Permata", Role.SELLER, "Dapur Kemplang Kuto Panji"),
    DemoAccount("kriuk", "Marlina Oktaviani", Role.SELLER, "Kriuk Pantai Sijuk"),
    DemoAccount("batik", "Endang Puspitasari", Role.SELLER, "Batik Simpor Gantung"),
    DemoAccount("cual", "Nurmala Hasanah", Role.SELLER, "Cual Taman Sari"),
)
ADMINISTRATOR: Final = DemoAccount("admin", "Wahyu Administrator", Role.ADMINISTRATOR)
ALL: Final = (*STAFF, *SELLERS, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who buys: an account, and where parcels go."""

    user_id: int
    name: str
    phone: str
    email: str
    village_code: str
    postal_code: str
    street: str


def add_account(session: Session, account: DemoAccount, number: int) -> User:
    """Add one account with its role, through the services; only the password is set directly."""
    user = _registered(session, account.name, account.email, number)
    user.password_hash = None  # else staff would be mailed a link that sets a password of their own
    people.set_grants(session, user.id, [_grant(session, account)], actor=Actor.system())
    user.password_hash = _shared_hash()
    return user


def add_buyer(session: Session, name: str, number: int) -> User:
    return _registered(session, name, invented.email(name), number)


def actor(session: Session, login: str) -> Actor:
    """Return the demo person with this login as the one who acts."""
    user = session.scalars(select(User).where(User.email == f"{login}@{invented.MAIL_DOMAIN}")).one()
    return actor_of(user)


def buyer_id(session: Session, name: str) -> int:
    return session.scalars(select(User.id).where(User.email == invented.email(name))).one()


def is_complete(session: Session) -> bool:
    return session.scalar(select(User.id).where(User.email == LAST_LOGIN)) is not None


def is_started(session: Session) -> bool:
    return demo_accounts(session) > 0


def demo_accounts(session: Session) -> int:
    """Return how many accounts of the demo there are: none of them may exist in production."""
    counted = select(func.count()).select_from(User).where(User.email.like(f"%@{invented.MAIL_DOMAIN}"))
    return session.scalar(counted) or 0


def table() -> list[tuple[str, str, str, str]]:
    """Return (login, name, role, place) of everybody worth trying, buyers last."""
    buyers = [
        (invented.email(row["name"]), row["name"], "buyer", row["subdistrict"]) for row in data.rows("buyers.csv")
    ]
    return [*((one.email, one.name, one.role.value, one.place) for one in ALL), *buyers[:2]]


def _registered(session: Session, name: str, email: str, number: int) -> User:
    user = people.register(
        session, name=name, email=email, phone=invented.phone(number), password=secrets.token_urlsafe(24)
    )
    user.password_hash = _shared_hash()
    return user


@functools.cache
def _shared_hash() -> str:
    """Hash the one password once: fifty times would take seconds."""
    return hash_password(DEMO_PASSWORD)


def _grant(session: Session, account: DemoAccount) -> Grant:
    place = account.place
    match account.role:
        case Role.DISTRICT_OFFICER | Role.COMPANION:
            return Grant(account.role, district_code=place)
        case Role.GALLERY_STAFF | Role.GALLERY_MANAGER:
            gallery_id = session.scalars(select(Gallery.id).where(Gallery.code == place)).one()
            return Grant(account.role, gallery_id=gallery_id)
        case Role.OFFICE_COORDINATOR:
            wanted = select(Office.id).where(Office.short == place, Office.kind == OfficeKind.OPD)
            return Grant(account.role, office_id=session.scalars(wanted).one())
        case Role.SELLER:
            return Grant(
                account.role, business_id=session.scalars(select(Business.id).where(Business.name == place)).one()
            )
        case _:
            return Grant(account.role)
