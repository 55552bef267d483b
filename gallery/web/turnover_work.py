"""An MSME's turnover of a year and its statement about it: the same page, form and paper for owners and officers."""

from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length

from gallery.core import adapters, clock, pdf_facts
from gallery.core.db import db, transaction
from gallery.core.files import put_for, record_file
from gallery.core.image_facts import MAX_BYTES, ImageError
from gallery.registry.models import Business
from gallery.settlement.queries import turnover as queries
from gallery.settlement.services import turnover as services
from gallery.web.charts import Chart, Series, Shape
from gallery.web.errors import text_of
from gallery.web.filters import bulan_pendek
from gallery.web.forms import strip
from gallery.web.media import private_file
from gallery.web.paging import number_in
from gallery.web.paper_uploads import read_paper
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.product_uploads import explained
from gallery.web.session import current_actor

FORM_BYTES: Final = MAX_BYTES + 64 * 1024
FIRST_YEAR: Final = 2022  # of the rule
LONGEST_NOTE: Final = 200


class StatementForm(FlaskForm):
    letter = FileField(
        _l("Foto atau PDF surat pernyataan"), validators=[FileRequired(_l("Pilih foto atau PDF suratnya dulu."))]
    )
    note = StringField(
        _l("Catatan"), filters=[strip], validators=[Length(max=LONGEST_NOTE, message=_l("Paling panjang 200 huruf."))]
    )


def years() -> list[int]:
    """Return the years that can be asked for, this one first."""
    return list(range(clock.today().year, FIRST_YEAR - 1, -1))


def asked_year() -> int:
    """Return the year in the address (``tahun``), or this one where it makes no sense."""
    asked = number_in(request.args.get("tahun", ""))
    return asked if asked in years() else clock.today().year


def context(business: Business, form: StatementForm) -> dict[str, Any]:
    """Return what the page of one MSME shows: its year, month by month, and the statement."""
    session, year = db.session(), asked_year()
    months = queries.months_of(session, business.id, year)
    first = clock.today().replace(year=year, month=1, day=1)
    series = Series(_("Kasir"), [one[0] for one in months]), Series(_("Online"), [one[1] for one in months])
    labels = [bulan_pendek(first.replace(month=number)) for number in range(1, queries.MONTHS + 1)]
    return {
        "business": business,
        "year": year,
        "years": years(),
        "row": queries.turnover_of(session, business.id, year),
        "chart": Chart("bulan", _("Omzet per bulan"), _("Bulan"), labels, series, Shape.STACKED),
        "filed": queries.filed_statement(session, business.id, year),
        "form": form,
    }


def file_statement(business: Business, form: StatementForm) -> bool:
    """Keep what was sent as the statement of the year in the address; false when the form says why not.

    A picture is kept as a clean JPEG, a PDF as it is; nobody but those who may see this MSME's turnover gets it.
    """
    if not form.validate_on_submit():
        return False
    try:
        paper = read_paper(form.letter.data, "proof")
    except (ImageError, pdf_facts.PdfError) as error:
        form.letter.errors = [explained(error, form.letter.data.filename or "", takes_pdf=True)]
        return False
    business_id, note = business.id, str(form.note.data or "")
    with put_for(adapters.files(), paper.key, paper.data) as placed, transaction() as session:
        file = record_file(session, paper.key, paper.data, media_type=paper.media_type, purpose="turnover_statement")
        placed.is_needed = services.file_statement(
            session, business_id, asked_year(), file, note=note, actor=current_actor()
        )
    return True


def refused_form() -> StatementForm:
    """Return the form for a file that was too large to be read at all."""
    form = StatementForm(formdata=None)
    form.letter.errors = [text_of("image_too_large")]
    return form


def letter(business: Business) -> ResponseReturnValue:
    """Answer with the statement of the year in the address, as a download."""
    year = asked_year()
    file = queries.statement_file(db.session(), business.id, year)
    extension = "pdf" if file.media_type == pdf_facts.MEDIA_TYPE else "jpg"
    return private_file(file.key, file.media_type, f"surat-pernyataan-{year}.{extension}")


def template_pdf(business: Business) -> ResponseReturnValue:
    """Answer with the statement to be printed and signed; numbers of identity are left to be written by hand."""
    year = asked_year()
    facts = {
        "title": _("Surat pernyataan"),
        "subject": _("Peredaran bruto tidak melebihi Rp500.000.000,00 dalam tahun pajak %(year)s", year=year),
        "opening": _("Yang bertanda tangan di bawah ini:"),
        "facts": [
            [_("Nama"), business.owner.name],
            [_("NIK"), ""],
            [_("NPWP"), ""],
            [_("Nama usaha"), business.name],
            [_("Alamat usaha"), business.address],
        ],
        "declares": _(
            "dengan ini menyatakan bahwa peredaran bruto dari seluruh usaha saya, yang dihitung sejak awal tahun pajak "
            "%(year)s, sampai dengan tanggal surat ini tidak melebihi Rp500.000.000,00 (lima ratus juta rupiah), "
            "sehingga atas penghasilan dari usaha itu tidak dikenai Pajak Penghasilan sebagaimana dimaksud dalam Pasal "
            "60 ayat (2) Peraturan Pemerintah Nomor 55 Tahun 2022.",
            year=year,
        ),
        "promises": _(
            "Apabila peredaran bruto saya kemudian melebihi jumlah itu, saya memberitahukannya kepada penyelenggara "
            "galeri. Surat ini saya buat dengan sebenarnya; bila ternyata tidak benar, saya menerima akibat hukumnya."
        ),
        "place": _("Tempat dan tanggal"),
        "stamp": _("Meterai Rp10.000"),
        "signed": _("Yang menyatakan"),
        "name": business.owner.name,
        "note": _("Tulis NIK dan NPWP dengan tangan, tanda tangani, lalu foto dan kirim lewat halaman Omzet."),
    }
    return pdf_response(render_pdf("turnover_statement.typ", facts), f"surat-pernyataan-{year}.pdf")
