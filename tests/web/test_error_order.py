"""What is wrong with a form is listed in the order of its page, whichever of its fields are wrong (UX.md)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import template_rendered
from werkzeug.test import TestResponse
from wtforms.form import BaseForm

from gallery.accounts.states import Role
from gallery.core import adapters
from gallery.core.db import transaction
from gallery.delivery.courier import RIDER_LINK
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.web.forms import form_errors
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_cash_parcel, make_shipment, make_tariff
from tests.factories.inventory import make_gallery_place, make_goods, make_stock
from tests.web.scope_world import person, two_places
from tests.web.test_scopes import address, in_the_other_workspace, is_hidden, permitted, visit

ID = re.compile(r' id="([^"]+)"')


class Seen:
    """The forms of the pages that were read, and where the errors of one would jump about its page."""

    def __init__(self) -> None:
        self.forms: set[str] = set()
        self.wrong: dict[str, tuple[list[str], list[str]]] = {}
        self._of_page: list[BaseForm] = []

    def note(self, _app: Any, context: dict[str, Any], **_given: Any) -> None:
        self._of_page += [value for value in context.values() if isinstance(value, BaseForm)]

    def read(self, answer: TestResponse) -> None:
        ids = list(dict.fromkeys(ID.findall(answer.get_data(as_text=True)))) if self._of_page else []
        for form in self._of_page:
            spoil(form)
            name = f"{type(form).__module__.removeprefix('gallery.web.')}.{type(form).__name__}"
            listed = [error.field_id for error in form_errors(form) if error.field_id in ids]
            self.forms.add(name)
            if listed != sorted(listed, key=ids.index):
                self.wrong[name] = (listed, sorted(listed, key=ids.index))
        self._of_page.clear()


def spoil(form: BaseForm) -> None:
    """Let every field that a person sees have an error."""
    for field in form:
        if hasattr(field, "form"):
            spoil(field.form)
        elif getattr(field.widget, "input_type", "") != "hidden":
            field.errors = ["?"]


@pytest.fixture
def seen(app) -> Iterator[Seen]:
    made = Seen()
    with template_rendered.connected_to(made.note, app):
        yield made


def test_in_the_workspaces(app, seen, tmp_path):
    own = two_places(tmp_path / "data", tmp_path / "kept")[0]
    pages = {
        (method, rule.endpoint): (who, address(app, rule, own, role))
        for role, who in {role: person(app, role, own) for role in Role}.items()
        for rule in permitted(app, role)
        for method in rule.methods & {"GET", "POST"}
        if not is_hidden(rule, role, method) and not in_the_other_workspace(rule, role)
    }
    for method, endpoint in sorted(pages):  # what only reads comes first
        who, target = pages[method, endpoint]
        seen.read(visit(who, method, target))
    assert seen.wrong == {}
    assert {"business_form.BusinessForm", "staff.galleries_forms.GalleryForm"} <= seen.forms


def test_in_the_shop(app, seen):
    place, goods = make_gallery_place(), make_goods()
    make_stock(goods.variant_id, place.id, 5)
    make_tariff(place.id)
    for who in (guest(app), signed_in(app, make_user())):
        who.client.post("/keranjang", data={"variant": goods.variant_public_id, "quantity": 1})
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("shop.") and "GET" in rule.methods and not rule.arguments:
                seen.read(who.get(rule.rule))
    assert seen.wrong == {}
    assert {"shop.checkout_forms.CheckoutForm", "shop.account_forms.ProfileForm"} <= seen.forms


def test_at_the_door(client, seen):
    shipment = make_shipment(make_cash_parcel(), ShipmentStatus.PICKED_UP)
    with transaction() as session:
        session.get_one(Shipment, shipment.id).needs_pin = True
    link = adapters.signer().sign(RIDER_LINK, shipment.public_id)
    seen.read(client.get(f"/antar/{link}"))
    assert seen.wrong == {}
    assert "shop.rider_forms.DeliverForm" in seen.forms
