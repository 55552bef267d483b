"""The rider's page behind a signed link: no account, one parcel, few bytes, and no harm in pressing twice."""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict, FileStorage

from gallery.accounts.permissions import Actor
from gallery.core import adapters, image_process
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.image_facts import ImageError
from gallery.delivery import queries, services
from gallery.delivery.courier import FORM_TYPE, RIDER_LINK, RIDER_LINK_LIFE, CourierGateway, CourierUpdate
from gallery.delivery.errors import PinWrongError
from gallery.delivery.models import EventOutcome
from gallery.delivery.queries.shipments import RiderJob
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.orders.states import ParcelStatus
from gallery.web import errors
from gallery.web.guards import accepts_upload, by_token, same_site_post
from gallery.web.headers import uses_position
from gallery.web.shop.rider_forms import DeliverForm, FailForm, StepForm, form_of

bp = Blueprint("rider", __name__, url_prefix="/antar")

PHOTO_BYTES: Final = 12 * 1024 * 1024
PHOTO_SIDE: Final = 1280
PURPOSE: Final = "delivery_proof"
_TOLD: Final = ("step", "key", "recipient", "reason", "note", "cash", "lat", "lon")
STEPS: Final = ("accept", "decline", "pick_up", "deliver", "fail")
ANSWERS: Final[dict[str, tuple[str, Any]]] = {
    EventOutcome.APPLIED.value: ("ok", _l("Tercatat. Terima kasih.")),
    EventOutcome.STALE.value: ("info", _l("Ini sudah tercatat sebelumnya. Tidak ada yang berubah.")),
    EventOutcome.SUPERSEDED.value: ("warn", _l("Paket ini sudah dialihkan ke kurir lain. Tidak ada yang berubah.")),
    EventOutcome.IMPOSSIBLE.value: (
        "warn",
        _l("Laporan ini tidak cocok dengan keadaan paket. Laporannya kami simpan; hubungi pengirim."),
    ),
}


@bp.get("/<token>")
@by_token
@uses_position
def show(token: str) -> ResponseReturnValue:
    return _page(token, _job(token))


@bp.post("/<token>")
@by_token
@uses_position
@same_site_post
@accepts_upload(PHOTO_BYTES)
def report(token: str) -> ResponseReturnValue:
    """Take one step. Whatever comes late, twice or in the wrong order is answered with a sentence."""
    job = _job(token)
    step = request.form.get("step", "")
    form = form_of(step, CombinedMultiDict([request.files, request.form]), cash_idr=_due(job))
    if step not in STEPS or not form.validate():
        return _page(token, job, form), 422
    try:
        photo = _clean_photo(form)
    except ImageError as error:
        form.photo.errors = [errors.text_of(error.code)]
        return _page(token, job, form), 422
    if isinstance(form, DeliverForm) and not _is_pin_told(job, form):
        form.pin.errors = [errors.text_of(PinWrongError.code)]
        return _page(token, job, form), 422
    outcome = _apply(_update(token, form), photo)
    return redirect(url_for(".show", token=token, hasil=outcome.value), 303)


def _is_pin_told(job: RiderJob, form: DeliverForm) -> bool:
    """Whether the buyer's number was told, where one is asked for; each wrong one is counted."""
    if not job.shipment.needs_pin:
        return True
    shipment_id, pin = job.shipment.id, str(form.pin.data or "")
    with transaction() as session:
        return services.check_pin(session, shipment_id, pin, cipher=adapters.cipher())


def _apply(update: CourierUpdate, photo: bytes | None) -> EventOutcome:
    """Store the picture, then write what was said; a picture that proves nothing is not kept."""
    key, is_proof = new_key(PURPOSE, "jpg"), False
    if photo is not None:
        adapters.files().put(key, photo)
    try:
        with transaction() as session:
            file = record_file(session, key, photo, media_type="image/jpeg", purpose=PURPOSE) if photo else None
            file_id = file.id if file else None
            applied = services.apply_update(session, update, actor=Actor.anonymous(), proof_file_id=file_id)
            outcome = applied.outcome
            is_new_proof = file is not None and applied.shipment.proof_file_id == file_id
            if file is not None and not is_new_proof:
                session.delete(file)
        is_proof = is_new_proof
    finally:
        if photo is not None and not is_proof:
            adapters.files().delete(key)
    return outcome


def _clean_photo(form: StepForm) -> bytes | None:
    upload = getattr(form, "photo", None)
    file: FileStorage | None = upload.data if upload is not None else None
    if file is None or not file.filename:
        return None
    return image_process.clean_jpeg(file.read(), file.filename, side=PHOTO_SIDE)


def _update(token: str, form: StepForm) -> CourierUpdate:
    """Let the courier's adapter prove and translate it, as it would a webhook."""
    gateway: CourierGateway = adapters.couriers()[Courier.LOCAL_RIDER.value]
    fields = {name: form.data.get(name) or "" for name in _TOLD}
    body = urlencode({"token": token, **fields}).encode()
    (update,) = gateway.read_updates({"Content-Type": FORM_TYPE}, body, request.path)
    return update


def _job(token: str) -> RiderJob:
    life_s = int(RIDER_LINK_LIFE.total_seconds())
    return queries.rider_job(db.session(), adapters.signer().unsign(RIDER_LINK, token, max_age_s=life_s))


def _due(job: RiderJob) -> int:
    """Return what is to be collected at the door, as long as the parcel is not there."""
    return 0 if job.parcel_status is ParcelStatus.DELIVERED else job.cash_idr


def _page(token: str, job: RiderJob, form: StepForm | None = None) -> str:
    status = job.shipment.status
    kind, text = ANSWERS.get(request.args.get("hasil", ""), ("", ""))
    return render_template(
        "shop/rider/show.html",
        token=token,
        job=job,
        shipment=job.shipment,
        key=secrets.token_hex(8),
        answer_kind=kind,
        answer=text,
        form=form,
        deliver_form=form if isinstance(form, DeliverForm) else DeliverForm(cash_idr=_due(job)),
        fail_form=form if isinstance(form, FailForm) else FailForm(cash_idr=_due(job)),
        due_idr=_due(job),
        is_open=job.drop_off is not None,
        is_offered=status is ShipmentStatus.OFFERED,
        is_accepted=status is ShipmentStatus.ACCEPTED,
        is_carried=status is ShipmentStatus.PICKED_UP,
    )
