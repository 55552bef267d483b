"""Licences of a product with their proofs, for owners and officers."""

from dataclasses import replace

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.catalog import licences, queries, services
from gallery.catalog.errors import LicenceNumberError, PhotoQuotaError
from gallery.catalog.facts import LicenceFacts
from gallery.catalog.queries import ProductWork
from gallery.catalog.states import LicenceKind
from gallery.core.db import db, transaction
from gallery.core.image_facts import ImageError
from gallery.core.pdf_facts import MEDIA_TYPE, PdfError
from gallery.web import product_uploads as uploads
from gallery.web.media import private_file
from gallery.web.product_form import LicenceForm
from gallery.web.product_work import Page, Space, find, tell
from gallery.web.session import current_actor


def licence_list(space: Space, product_public_id: str) -> Page | ResponseReturnValue:
    """Add and remove licences, each with its proof."""
    work = find(product_public_id)
    form = LicenceForm().prepare()
    if request.method == "POST" and request.form.get("hapus"):
        kept = tuple(one for one in work.current.facts.licences if f"{one.kind} {one.number}" != request.form["hapus"])
        return _save_licences(space, work, kept)
    if form.validate_on_submit() and (added := _claimed(work, form)) is not None:
        others = (one for one in work.current.facts.licences if (one.kind, one.number) != (added.kind, added.number))
        return _save_licences(space, work, (*others, added))
    return Page({"desk": space, "work": work, "form": form}, 422 if form.errors else 200)


def _claimed(work: ProductWork, form: LicenceForm) -> LicenceFacts | None:
    """Return the licence that was typed, or put beside the field what is wrong with it."""
    try:
        number = licences.parse(LicenceKind(form.kind.data), form.number.data or "")
    except LicenceNumberError as error:
        form.number.errors = [_licence_text(error)]
        return None
    uploaded = [one for one in request.files.getlist("proof") if one.filename]
    try:
        proof_id = uploads.store_proof(work.business_id, uploaded[0]) if uploaded else None
    except (ImageError, PdfError, PhotoQuotaError) as error:
        form.proof.errors = [uploads.explained(error, uploaded[0].filename or "", takes_pdf=True)]
        return None
    return form.facts(number.number, form.expires_on.value or number.expires_on, proof_id)


def _licence_text(error: LicenceNumberError) -> str:
    if error.problem == "year":
        return _("Tahun akhir nomor P-IRT ini lebih dari 5 tahun lagi. Periksa dua angka terakhirnya.")
    if error.problem == "decree":
        return _("Ini nomor ketetapan halal (KH), bukan nomor sertifikat. Tulis nomor yang diawali ID.")
    shapes = {
        LicenceKind.PIRT: _("Nomor P-IRT terdiri atas 15 angka, misalnya 2061901010123-28."),
        LicenceKind.BPOM: _("Nomor BPOM diawali MD, misalnya MD 123456789012."),
        LicenceKind.HALAL: _("Nomor sertifikat halal diawali ID dan 17 angka, misalnya ID32110001040701122."),
        LicenceKind.SNI: _("Tulis nomor SNI seperti di sertifikat, misalnya SNI 2973:2018."),
        LicenceKind.GI: _("Nomor indikasi geografis diawali IDG dan 9 angka, misalnya IDG000000134."),
        LicenceKind.PKRT: _("Nomor PKRT diawali PKD dan 11 angka, misalnya PKD 20501710000."),
    }
    return shapes[LicenceKind(error.kind)]


def _save_licences(space: Space, work: ProductWork, wanted: tuple[LicenceFacts, ...]) -> ResponseReturnValue:
    with transaction() as session:
        facts = queries.current_products(session, [work.current.id])[work.current.id].facts
        saved = services.edit_draft(session, work.current.id, replace(facts, licences=wanted), actor=current_actor())
    tell(work, saved)
    return redirect(space.url("licence_list", public_id=work.current.public_id), 303)


def proof(file_public_id: str) -> ResponseReturnValue:
    """The proof of a licence, as a download."""
    scope = current_actor().scope("product.view")
    found = queries.proof_file(db.session(), file_public_id, scope)
    extension = "pdf" if found.media_type == MEDIA_TYPE else "jpg"
    return private_file(found.key, found.media_type, f"izin-{file_public_id}.{extension}")
