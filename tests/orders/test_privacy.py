from datetime import timedelta

from gallery.accounts.permissions import Actor
from gallery.accounts.services import people
from gallery.checkout.queries import Owner
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import record_file
from gallery.delivery.models import Shipment
from gallery.jobs.audit import export_head, seal
from gallery.jobs.privacy import forget
from gallery.orders.models import Order
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from tests.factories.accounts import make_user
from tests.factories.checkout import make_placed_order
from tests.factories.delivery import make_shipment


def erase(user_id):
    with transaction() as session:
        people.erase(session, user_id, actor=Actor.system())


def test_finished_orders_of_an_erased_account_name_nobody_and_keep_their_sums(app):
    buyer = make_user()
    user_id = buyer.id
    done, open_ = (make_placed_order(owner=Owner(user_id=user_id)).id for _ in range(2))
    with transaction() as session:
        payments.cancel_order(
            session, done, reason=CancelReason.OTHER, note="Dewi", by_buyer=True, actor=Actor(user_id)
        )
    total = db.session.get(Order, done).total_idr
    erase(user_id)
    forget()
    order = db.session.get(Order, done)
    assert (order.buyer_id, order.contact_name, order.contact_phone, order.contact_email) == (None, "—", "", None)
    assert (order.address, order.landmark, order.note, order.total_idr) == ("", "", "", total)
    assert db.session.get(Order, open_).contact_phone.startswith("+62")


def test_orders_of_others_are_left_alone(app):
    order_id = make_placed_order(owner=Owner(user_id=make_user().id)).id
    erase(make_user().id)
    forget()
    assert db.session.get(Order, order_id).contact_phone.startswith("+62")


def test_proofs_of_delivery_are_forgotten_after_two_years(app):
    store, now = adapters.files(), clock.now()
    ids = {}
    for name, age in (("old", 731), ("new", 729)):
        shipment_id = make_shipment().id
        store.put(f"proof/{name}.jpg", b"photo")
        with transaction() as session:
            shipment = session.get_one(Shipment, shipment_id)
            file = record_file(session, f"proof/{name}.jpg", b"photo", media_type="image/jpeg", purpose="proof")
            shipment.recipient_name, shipment.proof_file_id = "Ani", file.id
            shipment.ended_at = now - timedelta(days=age)
        ids[name] = shipment_id
    forget()
    assert (db.session.get(Shipment, ids["old"]).recipient_name, store.exists("proof/old.jpg")) == ("", False)
    assert (db.session.get(Shipment, ids["new"]).recipient_name, store.exists("proof/new.jpg")) == ("Ani", True)


def test_the_head_of_the_audit_trail_is_kept_outside_the_database(app, tmp_path):
    erase(make_user().id)
    seal()
    export_head()
    line = (tmp_path / "data" / "audit-heads.log").read_text().split()
    assert line[1] == "1"
    assert len(line[2]) == 64
