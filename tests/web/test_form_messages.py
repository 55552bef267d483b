import re
from pathlib import Path

import pytest
import wtforms
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from gallery.web.form_messages import TEXTS


class Form(FlaskForm):
    class Meta(FlaskForm.Meta):
        csrf = False

    name = StringField(validators=[InputRequired(), Length(max=5)])
    pieces = IntegerField(validators=[InputRequired(), NumberRange(1, 9)])
    way = RadioField(choices=["a"], validators=[InputRequired()])
    place = SelectField(choices=["x"])


@pytest.mark.parametrize(
    ("data", "field", "text"),
    [
        ({}, "name", "Isian ini belum diisi."),
        ({"name": "panjang sekali"}, "name", "Paling panjang 5 huruf."),
        ({"pieces": "dua"}, "pieces", "Tulis bilangan bulat, misalnya 12."),
        ({"pieces": "10"}, "pieces", "Tulis angka dari 1 sampai 9."),
        ({"place": "y"}, "place", "Pilih salah satu dari daftar."),
    ],
)
def test_forms_speak_indonesian_without_being_told(app, data, field, text):
    with app.test_request_context("/", method="POST", data=data):
        form = Form()
        assert not form.validate()
        assert text in form[field].errors


def test_every_sentence_a_person_can_meet_is_ours():
    """What is left is for programmers (misuse of WTForms) or for fields this site does not have."""
    sources = "".join(path.read_text() for path in Path(wtforms.__file__).parent.rglob("*.py"))
    sentences = set(re.findall(r'gettext\(\s*"([^"]+)"', sources))
    rare = re.compile(r"CSRF|Mac|IP|UUID|week|None|cannot be edited|disabled|field name|can't be any|Date must")
    assert sorted(s for s in sentences - set(TEXTS) if not rare.search(s)) == []
