"""Writing consignment notes: the same work for districts (many MSMEs) and for an MSME on its phone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.accounts.queries import galleries
from gallery.consignment import services
from gallery.consignment.queries import notes, receipts
from gallery.consignment.queries.notes import NoteRow, Offer
from gallery.consignment.services import NoteFacts
from gallery.consignment.states import NoteStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.regions.models import Region
from gallery.registry.models import Business
from gallery.web import exports
from gallery.web.consignment_papers import note_pdf
from gallery.web.consignment_sheets import NOTE_LINES, NOTES, RECEIPTS
from gallery.web.errors import text_of
from gallery.web.note_forms import NoteForm, NoteLineForm
from gallery.web.paging import number_in
from gallery.web.printing import pdf_response
from gallery.web.session import current_actor


@dataclass(frozen=True)
class NoteWork:
    """The pages of one audience: its templates and endpoints, and which part of a scope is its own."""

    audience: str
    own: Callable[[Scope], Scope]

    def index(self) -> ResponseReturnValue:
        """List the notes of the scope, and for an MSME its newest receipts."""
        text, status = request.args.get("q", "").strip()[:100], request.args.get("keadaan", "")
        asked: dict[str, Any] = {"status": NoteStatus(status) if status in set(NoteStatus) else None, "text": text}
        if exports.is_asked():
            return NOTES.answer(notes.note_list(db.session(), self._view(), **asked, limit=exports.LIMIT).rows)
        before = number_in(request.args.get("sebelum", ""))
        page = notes.note_list(db.session(), self._view(), **asked, before=before)
        extra: dict[str, Any] = {}
        if self.audience == "seller":
            if exports.is_asked("tanda-terima"):
                return RECEIPTS.answer(receipts.receipt_list(db.session(), self._view(), limit=exports.LIMIT).rows)
            before = number_in(request.args.get("tanda", ""))
            extra["received"] = receipts.receipt_list(db.session(), self._view(), before=before)
        return render_template(
            f"{self.audience}/notes/index.html",
            page=page,
            text=text,
            status=status,
            statuses=list(NoteStatus),
            may_send=not self._send().is_empty,
            **extra,
        )

    def create(self) -> ResponseReturnValue:
        """Write the head of a new note."""
        form = self._head(NoteForm())
        if form.validate_on_submit():
            with transaction() as session:
                made = services.create_note(session, self._facts(form), actor=current_actor()).public_id
            return redirect(self._url("edit", made), 303)
        return self._page("create", form=form), 422 if form.is_submitted() else 200

    def show(self, public_id: str) -> ResponseReturnValue:
        row = notes.note(db.session(), public_id, self._view())
        lines = self._lines(row)
        if exports.is_asked():
            return NOTE_LINES.answer(lines)
        return self._page("show", row=row, lines=lines, may_write=self._may_write(row))

    def paper(self, public_id: str) -> ResponseReturnValue:
        row = notes.note(db.session(), public_id, self._view())
        return pdf_response(note_pdf(row, self._lines(row)), f"{row.note.number or 'surat-titip'}.pdf")

    def edit(self, public_id: str) -> ResponseReturnValue:
        """Add lines, one Enter each."""
        row = self._own(public_id)
        if row.note.status is not NoteStatus.DRAFT:
            return redirect(self._url("show", public_id), 303)
        form = NoteLineForm()
        found: list[Offer] = []
        if form.validate_on_submit():
            found = self._meant(row, form.article.data)
            if len(found) == 1 and self._add(row, form, found[0]):
                return redirect(self._url("edit", public_id), 303)
            if not found:
                form.article.errors = [_("Tidak ada barang Anda yang cocok dengan tulisan ini.")]
            elif len(found) > 1:
                form.article.errors = [_("Ada beberapa yang cocok. Pilih salah satu dari daftarnya.")]
        status = 422 if form.is_submitted() else 200
        return self._edit_page(row, form, found), status

    def save_line(self, public_id: str, line: str) -> ResponseReturnValue:
        """Change or remove a line of the draft."""
        row = self._own(public_id)
        if "hapus" in request.form:
            with transaction() as session:
                services.remove_note_line(session, row.note.id, line, actor=current_actor())
            return redirect(self._url("edit", public_id), 303)
        form = NoteLineForm()
        del form.article  # the article of a line stays
        if not form.validate_on_submit():
            flash(next(str(errors[0]) for errors in form.errors.values()), "error")
            return redirect(self._url("edit", public_id), 303)
        with transaction() as session:
            services.edit_note_line(session, row.note.id, line, form.facts(0), actor=current_actor())
        flash(_("Baris diperbarui."))
        return redirect(self._url("edit", public_id) + f"#b-{line}", 303)

    def save_head(self, public_id: str) -> ResponseReturnValue:
        row = self._own(public_id)
        form = self._head(NoteForm(), row)
        if not form.validate_on_submit():
            return self._page("create", form=form, row=row), 422
        with transaction() as session:
            services.edit_note(session, row.note.id, self._facts(form), actor=current_actor())
        flash(_("Surat diperbarui."))
        return redirect(self._url("edit", public_id), 303)

    def head(self, public_id: str) -> ResponseReturnValue:
        row = self._own(public_id)
        return self._page("create", form=self._head(NoteForm(obj=row.note), row), row=row)

    def act(self, public_id: str, verb: str) -> ResponseReturnValue:
        """Send, call back, cancel or copy."""
        row = self._own(public_id)
        actor, done = current_actor(), public_id
        try:
            with transaction() as session:
                if verb == "kirim":
                    services.send_note(session, row.note.id, actor=actor)
                elif verb == "tarik":
                    services.call_back_note(session, row.note.id, actor=actor)
                elif verb == "batal":
                    services.cancel_note(session, row.note.id, actor=actor)
                else:
                    note = row.note
                    facts = NoteFacts(note.gallery_id, note.district_code, note.business_id)
                    done = services.create_note(session, facts, copy_of=note.id, actor=actor).public_id
        except GalleryError as error:
            flash(text_of(error.code), "error")
            return redirect(self._url("show", public_id), 303)
        flash(
            {
                "kirim": _("Surat terkirim. Galeri sudah melihatnya."),
                "tarik": _("Surat ditarik kembali dan dapat diubah."),
                "batal": _("Surat dibatalkan."),
                "salin": _("Surat disalin. Lengkapi kode produksi dan kedaluwarsanya."),
            }[verb]
        )
        return redirect(self._url("edit" if verb in {"salin", "tarik"} else "show", done), 303)

    def close(self, public_id: str) -> ResponseReturnValue:
        """The gallery does not wait for the rest any more."""
        row = notes.note(db.session(), public_id, current_actor().scope("consignment.receive"))
        try:
            with transaction() as session:
                services.close_note(session, row.note.id, actor=current_actor())
        except GalleryError as error:
            flash(text_of(error.code), "error")
        else:
            flash(_("Surat ditutup. Sisanya tidak ditunggu lagi."))
        return redirect(self._url("show", public_id), 303)

    def _add(self, row: NoteRow, form: NoteLineForm, offer: Offer) -> bool:
        try:
            with transaction() as session:
                services.add_note_line(
                    session,
                    row.note.id,
                    form.facts(offer.variant_id),
                    request_key=form.request_key.data,
                    actor=current_actor(),
                )
        except GalleryError as error:
            form.article.errors = [text_of(error.code)]
            return False
        return True

    def _meant(self, row: NoteRow, text: str) -> list[Offer]:
        # "Kemplang – 250 g · Bu Ani": the dashes and dots of our own list are no words to look for.
        words = (word for word in text.partition(" · ")[0].split() if any(map(str.isalnum, word)))
        found = offers_of(row, text=" ".join(words), limit=50)
        return [one for one in found if label(one).casefold() == text.casefold()] or found[:12]

    def _edit_page(self, row: NoteRow, form: NoteLineForm, found: list[Offer]) -> str:
        fresh = NoteLineForm(formdata=None)
        form.request_key.data = fresh.request_key.data  # each row that is sent is one line
        return self._page(
            "edit",
            row=row,
            form=form,
            found=found,
            lines=notes.note_lines(db.session(), row.note),
            offers=offers_of(row),
            label=label,
        )

    def _lines(self, row: NoteRow) -> list[notes.NoteLineRow]:
        """Of a collective note an MSME sees its own lines."""
        scope = self._view()
        own_only = self.audience == "seller" and row.note.business_id not in scope.businesses
        return notes.note_lines(db.session(), row.note, businesses=scope.businesses if own_only else None)

    def _head(self, form: NoteForm, row: NoteRow | None = None) -> NoteForm:
        form.gallery.choices = [(one.id, one.name) for one in galleries(db.session())]
        if row is not None:
            form.sender.choices = [(row.note.district_code or str(row.note.business_id), row.sender)]
            form.sender.data = form.sender.choices[0][0]
            if not form.is_submitted():
                form.gallery.data = row.note.gallery_id
        else:
            form.sender.choices = self._senders()
        if not form.sender.choices:
            abort(404)  # nobody to write for in this workspace
        return form

    def _senders(self) -> list[tuple[str, str]]:
        scope = self._send()
        if self.audience == "seller":
            return [
                (str(business_id), db.session.get_one(Business, business_id).name)
                for business_id in sorted(scope.businesses)
            ]
        return [(code, db.session.get_one(Region, code).name) for code in sorted(scope.districts)]

    def _facts(self, form: NoteForm) -> NoteFacts:
        is_seller = self.audience == "seller"
        return NoteFacts(
            form.gallery.data,
            district_code=None if is_seller else form.sender.data,
            business_id=int(form.sender.data) if is_seller else None,
            arrives_on=form.arrives_on.data,
            brought_by=form.brought_by.data or "",
            remark=form.remark.data or "",
        )

    def _own(self, public_id: str) -> NoteRow:
        row = notes.note(db.session(), public_id, self._view())
        if not self._may_write(row):
            abort(404)
        return row

    def _may_write(self, row: NoteRow) -> bool:
        return current_actor().can("consignment.send") and notes.may_write(row.note, self._send())

    def _view(self) -> Scope:
        return self.own(current_actor().scope("consignment.view"))

    def _send(self) -> Scope:
        return self.own(current_actor().scope("consignment.send"))

    def _url(self, view: str, public_id: str) -> str:
        return url_for(f"{self.audience}.notes.{view}", public_id=public_id)

    def _page(self, name: str, **given: Any) -> str:
        return render_template(f"{self.audience}/notes/{name}.html", **given)


def label(offer: Offer) -> str:
    """How an article is written in the list that completes it."""
    return f"{offer.name} · {offer.business_name}"


def offers_of(row: NoteRow, *, text: str = "", limit: int = 400) -> list[Offer]:
    """What the sender of the note may put on it."""
    note = row.note
    return notes.offers(
        db.session(), district_code=note.district_code, business_id=note.business_id, text=text, limit=limit
    )
