"""Everything that is encrypted with the keys of the installation: which column, and what each value is bound to."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, func, literal_column, null, select
from sqlalchemy.orm import InstrumentedAttribute

from gallery.delivery.models import CourierExchange, CourierNotice
from gallery.delivery.services import inbox as courier_inbox
from gallery.payments.models import GatewayNotice, OrderBudget
from gallery.payments.queries import papers
from gallery.payments.services import inbox as gateway_inbox
from gallery.registry.models import Business, Person
from gallery.registry.services import ACCOUNT_CONTEXT, NIK_CONTEXT
from gallery.settlement.models import PayoutItem
from gallery.submissions.models import SubmissionRow
from gallery.submissions.services import receiving, rows


@dataclass(frozen=True, slots=True, eq=False)
class SealedField:
    """A column with encrypted values.

    ``of_row`` is what the context adds for each row; ``path`` leads into a JSON column, where a value is hexadecimal.
    """

    column: InstrumentedAttribute[Any]
    context: str
    of_row: Any = field(default_factory=null)
    path: tuple[str, ...] = ()

    @property
    def model(self) -> Any:
        return self.column.class_

    @property
    def name(self) -> str:
        return ".".join((self.model.__tablename__, self.column.key, *self.path))

    def context_of(self, row: Any) -> str:
        """Return what the value of a row is bound to; ``row`` is what ``of_row`` is for it."""
        return self.context if row is None else f"{self.context}:{row}"

    def begin(self, size: int) -> ColumnElement[Any]:
        """Return so many first bytes of the value, in SQL: as bytes, or in a JSON column as hexadecimal text."""
        first: ColumnElement[int] = literal_column("1")
        length: ColumnElement[int] = literal_column(str(2 * size if self.path else size))
        if self.path:
            return func.substr(self.column[self.path].as_string(), first, length)
        return func.substr(self.column, first, length, type_=LargeBinary())

    def begins_with(self, data: bytes) -> ColumnElement[bool]:
        return self.begin(len(data)) == self._written(data)

    def begins_otherwise(self, data: bytes) -> ColumnElement[bool]:
        """Whether there is a value and it does not begin so; what was forgotten is empty, or NULL."""
        return self.begin(len(data)).not_in([self._written(data), self._written(b"")])

    def take(self, content: Any) -> bytes:
        """Return the encrypted value that stands in the column's content."""
        for step in self.path:
            content = content[step]
        return bytes.fromhex(content) if self.path else content

    def put(self, content: Any, data: bytes) -> Any:
        """Return the column's content with this encrypted value in it."""
        return _with(content, self.path, data.hex()) if self.path else data

    def _written(self, data: bytes) -> bytes | str:
        return data.hex() if self.path else data


def _with(content: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    first, *rest = path
    return content | {first: _with(content[first], tuple(rest), value) if rest else value}


SEALED: Final = (
    SealedField(Person.nik_encrypted, NIK_CONTEXT, of_row=Person.id),
    SealedField(Business.bank_account_encrypted, ACCOUNT_CONTEXT, of_row=Business.public_id),
    SealedField(  # taken over from the business as it stands there
        PayoutItem.account_encrypted,
        ACCOUNT_CONTEXT,
        of_row=select(Business.public_id).where(Business.id == PayoutItem.business_id).scalar_subquery(),
    ),
    SealedField(OrderBudget.officer_nip, papers.OFFICER_NIP),
    SealedField(OrderBudget.treasurer_nip, papers.TREASURER_NIP),
    SealedField(OrderBudget.npwp, papers.NPWP),
    SealedField(SubmissionRow.facts, rows.NIK_CONTEXT, path=("business", "nik")),
    SealedField(CourierExchange.request, courier_inbox.REQUEST),
    SealedField(CourierExchange.answer, courier_inbox.ANSWER),
    SealedField(CourierNotice.content, courier_inbox.CONTENT),
    SealedField(GatewayNotice.content, gateway_inbox.CONTENT),
)
"""Every encrypted column. A test refuses one that is missing here."""
SHEETS: Final = ("sheets in the file store", receiving.SHEET_CONTEXT)
"""The only files that are encrypted: name and context."""
