"""A date that is none is answered with words at its field, by every form that has one."""

import pytest

from gallery.web.note_forms import NoteForm, NoteLineForm
from gallery.web.staff.terms_forms import TermsForm
from gallery.web.stock_forms import ReceiveForm


@pytest.mark.parametrize("typed", ["besok", "31-02-2027", "9999999999999", "-5", "2027-13-01"])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (NoteForm, "arrives_on"),
        (NoteLineForm, "expires_on"),
        (ReceiveForm, "expires_on"),
        (TermsForm, "valid_from"),
    ],
)
def test_what_is_no_date_is_said_at_its_field(app, kind, field, typed):
    with app.test_request_context("/", method="POST", data={field: typed}):
        form = kind()
        for select in form:
            if getattr(select, "choices", "") is None:
                select.choices = []
        assert not form.validate()
        assert form[field].errors == ["Tulis tanggal yang ada, misalnya 24 November 2026."]
