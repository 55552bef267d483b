"""Payouts: approve, hand the list to the bank, note each transfer, print the list for signatures."""

import csv
import io
from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.queries import bank_names
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError, GalleryError, NotFoundError
from gallery.core.files import put_for, record_file
from gallery.core.image_facts import MAX_BYTES, ImageError
from gallery.core.pdf_facts import MEDIA_TYPE as PDF
from gallery.core.pdf_facts import PdfError
from gallery.core.states import Decision
from gallery.inventory.queries import paper_of
from gallery.inventory.states import PaperKind
from gallery.registry.services import ACCOUNT_CONTEXT
from gallery.settlement import services
from gallery.settlement.errors import FileTakenError
from gallery.settlement.facts import FORMATS, BankFormat
from gallery.settlement.models import Payout, PayoutItem
from gallery.settlement.queries import payouts as queries
from gallery.settlement.states import PayoutItemStatus, PayoutStatus
from gallery.web import errors, exports
from gallery.web.decisions import decide
from gallery.web.downloads import download
from gallery.web.filters import angka, rupiah, tanggal
from gallery.web.guards import accepts_upload, requires
from gallery.web.money_sheets import PAYOUTS
from gallery.web.paging import number_in, pager_of
from gallery.web.paper_uploads import read_paper
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.product_uploads import explained
from gallery.web.session import current_actor
from gallery.web.spelled import spelled
from gallery.web.staff.payouts_forms import CancelForm, PaidForm, ProofForm, ReasonForm

bp = Blueprint("payouts", __name__, url_prefix="/pembayaran-umkm")
PROOF_BYTES: Final = MAX_BYTES + 64 * 1024
CSV: Final = "text/csv; charset=utf-8"


@bp.get("/")
@requires("settlement.pay")
def index() -> ResponseReturnValue:
    session, scope = db.session(), current_actor().scope("settlement.pay")
    if exports.is_asked():
        return PAYOUTS.answer(queries.payouts(session, scope, limit=exports.LIMIT).rows)
    page = queries.payouts(session, scope, number=number_in(request.args.get("hal", "")) or 1)

    return render_template(
        "staff/payouts/index.html",
        rows=page.rows,
        page=pager_of(page),
    )


@bp.get("/<public_id>")
@requires("settlement.pay")
def show(public_id: str) -> ResponseReturnValue:
    return _page(_payout(public_id))


@bp.post("/<public_id>/setujui")
@requires("settlement.approve")
def approve(public_id: str) -> ResponseReturnValue:
    limit = current_app.config["PAYOUT_LIMIT_IDR"]
    row = _payout(public_id, "settlement.approve")

    def step(session: Any) -> Decision:
        return services.approve_payout(session, row.id, limit_idr=limit, day=clock.today(), actor=current_actor())

    return _step(row, step, _("Pembayaran disetujui. Unduh daftarnya untuk bank."))


@bp.post("/<public_id>/batalkan")
@requires("settlement.pay")
def cancel(public_id: str) -> ResponseReturnValue:
    row, form = _payout(public_id), CancelForm()
    if not form.validate_on_submit():
        return _page(row, cancel_form=form), 422
    given: dict[str, Any] = {"note": str(form.note.data), "is_off_at_bank": bool(form.is_off_at_bank.data)}

    def step(session: Any) -> Decision:
        return services.cancel_payout(session, row.id, **given, actor=current_actor())

    refused = decide(step, _("Daftar pembayaran dibatalkan. Hak UMKM bisa dibayar lagi."))
    if isinstance(refused, FileTakenError):  # perhaps after the page was opened, so what was typed is kept
        form.is_off_at_bank.errors = [errors.text_of(refused.code)]
        return _page(_payout(public_id), cancel_form=form), refused.status
    return _answer(public_id, refused)


@bp.post("/<public_id>/terbayar")
@requires("settlement.pay")
def paid(public_id: str) -> ResponseReturnValue:
    """The bank made the ticked transfers."""
    row, form = _payout(public_id), PaidForm()
    if not form.validate_on_submit() or not _ticked():
        return _page(row, paid_form=form, is_nothing_ticked=not _ticked()), 422

    def step(session: Any) -> Decision:
        return services.mark_paid(session, row.id, _ticked(), reference=str(form.reference.data), actor=current_actor())

    return _step(row, step, _("Transfer dicatat. UMKM melihatnya di halaman uangnya."))


@bp.post("/<public_id>/gagal")
@requires("settlement.pay")
def failed(public_id: str) -> ResponseReturnValue:
    """The bank did not make the ticked transfers, or sent the money back."""
    row, form = _payout(public_id), ReasonForm()
    if not form.validate_on_submit() or not _ticked():
        return _page(row, failed_form=form, is_nothing_ticked=not _ticked()), 422

    def step(session: Any) -> Decision:
        return services.mark_failed(session, row.id, _ticked(), note=str(form.note.data), actor=current_actor())

    return _step(row, step, _("Transfer gagal dicatat. Haknya bisa dibayar lagi."))


@bp.post("/<public_id>/berkas-bank")
@requires("settlement.pay")
def bank_file(public_id: str) -> ResponseReturnValue:
    """The open transfers with full account numbers, as the bank's portal wants them; who took it is written down."""
    row = _payout(public_id)
    wanted = next((one for one in FORMATS if one.key == request.form.get("bentuk")), None)
    if wanted is None or row.status is not PayoutStatus.APPROVED:
        raise NotFoundError("Payout")
    name = f"{row.number}-{wanted.key}.csv"
    with transaction() as session:
        data = _csv(wanted, services.take_bank_file(session, row.id, form=wanted.key, actor=current_actor()))
    return download(data, name, CSV)


@bp.post("/<public_id>/bukti")
@requires("settlement.pay")
@accepts_upload(PROOF_BYTES)
def add_proof(public_id: str) -> ResponseReturnValue:
    """Keep the bank's receipt: a clean picture, or a PDF as it is."""
    row, form = _payout(public_id), ProofForm()
    if not form.validate_on_submit():
        return _page(row, proof_form=form), 422
    try:
        is_new = _keep(row.id, form)
    except (ImageError, PdfError) as error:
        form.proof.errors = [explained(error, form.proof.data.filename or "", takes_pdf=True)]
        return _page(_payout(public_id), proof_form=form), 422
    except ConflictError as error:
        form.proof.errors = [errors.text_of(error.code)]
        return _page(_payout(public_id), proof_form=form), error.status
    if is_new:
        flash(_("Bukti disimpan."))
    else:
        flash(_("Bukti ini sudah tersimpan sebelumnya."), "info")
    return redirect(url_for(".show", public_id=public_id), 303)


def _keep(payout_id: int, form: ProofForm) -> bool:
    """Store the file and add it to the batch; one that is refused or there already is not kept."""
    paper, note = read_paper(form.proof.data, "payout_proof"), str(form.note.data or "")
    with put_for(adapters.files(), paper.key, paper.data) as placed, transaction() as session:
        file = record_file(session, paper.key, paper.data, media_type=paper.media_type, purpose="payout_proof")
        placed.is_needed = services.add_proof(session, payout_id, file, note=note, actor=current_actor())
    return placed.is_needed


@bp.get("/<public_id>/bukti/<int(max=2147483647):proof_id>")
@requires("settlement.pay")
def proof(public_id: str, proof_id: int) -> ResponseReturnValue:
    """The receipt: a picture is shown, a PDF downloaded and never opened here."""
    row = _payout(public_id)
    file = queries.proof_file(db.session(), row.id, proof_id)
    with adapters.files().open(file.key) as stored:
        data = stored.read()
    if file.media_type == PDF:
        return download(data, f"{row.number}-bukti-{proof_id}.pdf", PDF)
    return Response(data, mimetype=file.media_type, headers={"Cache-Control": "private, no-store"})


@bp.get("/<public_id>/daftar.pdf")
@requires("settlement.pay")
def paper(public_id: str) -> ResponseReturnValue:
    """The list for signatures; it has a check code once it is approved."""
    row = _payout(public_id)
    made = paper_of(db.session(), PaperKind.PAYOUT, row.public_id)
    facts = _facts(row, made.check_code if made else "")
    return pdf_response(render_pdf("money.typ", facts), f"{row.number}.pdf")


def _facts(row: Payout, check_code: str) -> dict[str, Any]:
    people = queries.names(db.session(), row)
    return {
        "title": _("Daftar pembayaran hasil penjualan"),
        "number": row.number,
        "check": _("Kode periksa") if check_code else "",
        "check_code": check_code,
        "footer": tanggal(row.created_at),
        "facts": [
            [_("Dari rekening"), f"{row.bank_account.bank_name} {row.bank_account.number}"],
            [_("Jumlah UMKM"), angka(len(row.items))],
            [_("Terbilang"), spelled(row.total_idr)],
        ],
        "head": [_("No."), _("UMKM dan rekening"), _("Jumlah"), _("Tanda tangan")],
        "numbers_from": 2,
        "lines": [
            [
                str(n),
                f"{item.business.name}\n{_bank(item)} · {item.account_hint} · {item.account_holder}",
                rupiah(item.amount_idr),
                "",
            ]
            for n, item in enumerate(row.items, 1)
        ],
        "sums": [[_("Jumlah seluruhnya"), rupiah(row.total_idr)]],
        "explanation": "",
        "signatures": [
            [_("Disiapkan oleh"), people.get(row.created_by or 0, "")],
            [_("Disetujui oleh"), people.get(row.approved_by or 0, "")],
        ],
    }


def _csv(wanted: BankFormat, row: Payout) -> bytes:
    """Return the file in UTF-8. Texts lose what a spreadsheet would run or what would end a column."""
    cipher = adapters.cipher()
    made = io.StringIO()
    writer = csv.writer(made, delimiter=wanted.delimiter, lineterminator="\r\n")
    if wanted.with_headings:
        writer.writerow([heading for heading, _field in wanted.columns])
    for number, item in enumerate((item for item in row.items if item.status is PayoutItemStatus.OPEN), 1):
        fields = {
            "number": str(number),
            "account": cipher.decrypt(item.account_encrypted, f"{ACCOUNT_CONTEXT}:{item.business.public_id}"),
            "holder": _plain(item.account_holder),
            "bank_code": item.bank_code,
            "bank_name": _plain(_bank(item)),
            "amount": str(item.amount_idr),
            "note": row.number,
            "owner": _plain(item.business.name),
        }
        writer.writerow([fields[field] for _heading, field in wanted.columns])
    return made.getvalue().encode()


def _bank(item: PayoutItem) -> str:
    return dict(bank_names()).get(item.bank_code, item.bank_code)


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " .,'&()/-" else " " for letter in text).strip(" -")


def _ticked() -> list[int]:
    return [number for text in request.form.getlist("transfer") if (number := number_in(text)) is not None]


def _step(row: Payout, step: Callable[[Any], Decision], done: str) -> ResponseReturnValue:
    return _answer(row.public_id, decide(step, done))


def _answer(public_id: str, refused: GalleryError | None) -> ResponseReturnValue:
    if refused is not None:
        return _page(_payout(public_id), problem=errors.text_of(refused.code)), refused.status
    return redirect(url_for(".show", public_id=public_id), 303)


def _payout(public_id: str, permission: str = "settlement.pay") -> Payout:
    db.session.rollback()  # a step was just made: read what stands now
    return queries.payout(db.session(), public_id, current_actor().scope(permission))


def _page(row: Payout, **given: Any) -> str:
    actor = current_actor()
    is_own = row.created_by is not None and row.created_by == actor.user_id
    needs_other = row.total_idr > current_app.config["PAYOUT_LIMIT_IDR"]
    values: dict[str, Any] = {
        "payout": row,
        "people": queries.names(db.session(), row),
        "formats": FORMATS,
        "bank_of": _bank,
        "may_approve": actor.can("settlement.approve") and not (is_own and needs_other),
        "needs_other": needs_other,
        "open_items": _having(row, PayoutItemStatus.OPEN),
        "paid_items": _having(row, PayoutItemStatus.PAID),
        "paid_form": PaidForm(formdata=None),
        "failed_form": ReasonForm(formdata=None),
        "cancel_form": CancelForm(formdata=None),
        "proof_form": ProofForm(formdata=None),
        "proofs": queries.proofs(db.session(), row.id),
        "problem": "",
        "is_nothing_ticked": False,
    }
    return render_template("staff/payouts/show.html", **(values | given))


def _having(row: Payout, status: PayoutItemStatus) -> list[PayoutItem]:
    return [item for item in row.items if item.status is status]
