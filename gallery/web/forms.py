"""What all forms share: the filter of typed text, and their errors in order, with the field each belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from wtforms import validators
from wtforms.fields.choices import SelectChoice


@dataclass(frozen=True)
class FieldError:
    """One line of the error summary; ``field_id`` is empty for an error of the whole form."""

    field_id: str
    text: str


class NumberRange(validators.NumberRange):
    """As WTForms', which makes a float of the number first and fails when that has more than 308 digits."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except OverflowError:
            field.data = None  # in no range; what was typed stays in its field
            super().__call__(form, field)


def strip(text: str | None) -> str:
    """Filter: what was typed, without blanks around it."""
    return (text or "").strip()


def choices_of(first: Any, rows: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return what a list offers, with an empty first line that asks for a choice."""
    return [SelectChoice("", first), *(SelectChoice(value, text) for value, text in rows)]


def offered(field: Any) -> set[str]:
    """Return the values that a list offers."""
    return {str(choice.value) for choice in field.choices or () if choice.value}


def form_errors(form: Any) -> list[FieldError]:
    """All errors of a WTForms form in the order of its fields, nested forms and lists included."""
    found = [FieldError("", str(text)) for text in getattr(form, "form_errors", ())]
    for field in form:
        if hasattr(field, "form"):
            found += form_errors(field.form)
        elif hasattr(field, "entries"):
            found += [error for entry in field.entries for error in _field_errors(entry)]
            found += [FieldError(field.id, str(text)) for text in field.errors if isinstance(text, str)]
        else:
            found += _field_errors(field)
    return found


def _field_errors(field: Any) -> list[FieldError]:
    if hasattr(field, "form"):
        return form_errors(field.form)
    # A radio group has no element with the field's own id: its first choice is `<id>-0`.
    target = f"{field.id}-0" if field.type == "RadioField" else field.id
    return [FieldError(target, str(text)) for text in field.errors[:1]]


def init_app(app: Flask) -> None:
    """Give templates ``form_errors``."""
    app.jinja_env.globals["form_errors"] = form_errors
