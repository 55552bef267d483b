"""Online couriers as workbooks: what leaves, and what is said about a sheet that came."""

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.core.money import Rupiah
from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.queries.costs import ParcelCost
from gallery.delivery.queries.coverage import CoverageRow
from gallery.delivery.services.coverage_sheet import COURIERS, HEADINGS
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.orders.models import Parcel
from gallery.web.courier_names import service_text
from gallery.web.exports import Column, Export
from gallery.web.sheet_texts import CELL_TEXTS, cell_text, file_text
from gallery.web.words import word

# The headings and words of this sheet stay Indonesian: it is read again.
COVERAGE: Final = Export[CoverageRow](
    _l("Jangkauan kurir"),
    "jangkauan-kurir",
    [
        Column(HEADINGS[0], lambda row: row.subdistrict_code, 14),
        Column(HEADINGS[1], lambda row: row.subdistrict, 22),
        Column(HEADINGS[2], lambda row: row.district, 24),
        Column(HEADINGS[3], lambda row: row.origin_island, 16),
        Column(HEADINGS[4], lambda row: COURIERS.names[row.courier.value.replace("_", "")], 14),
        Column(HEADINGS[5], lambda row: row.service, 26),
        Column(HEADINGS[6], lambda row: "ya" if row.is_covered else "tidak", 10),
        Column(_l("Sumber"), lambda row: str(word(row.source).text), 20),
        Column(_l("Diketahui"), lambda row: row.seen_at, 18),
    ],
)
COSTS: Final = Export[ParcelCost](
    _l("Biaya kurir"),
    "biaya-kurir",
    [
        Column(_l("Pesanan"), lambda row: row.order_number, 18),
        Column(_l("Dari"), lambda row: row.place, 30),
        Column(_l("Kurir"), lambda row: str(word(row.courier).text), 14),
        Column(_l("Layanan"), lambda row: row.service, 26),
        Column(_l("Nomor resi"), lambda row: row.tracking_number, 22),
        Column(_l("Status"), lambda row: str(word(row.status).text), 20),
        Column(_l("Dipesan"), lambda row: row.booked_at, 18),
        Column(_l("Dibayar pembeli"), lambda row: row.paid_idr, 16),
        Column(_l("Biaya kurir"), lambda row: row.cost_idr, 16),
        Column(_l("Selisih"), lambda row: row.difference_idr, 14),
        Column(_l("Sudah ditagih"), lambda row: not row.unsettled, 14),
    ],
)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A parcel of the board with its last attempt and its booking, where there are any."""

    parcel: Parcel
    shipment: Shipment | None
    booking: CourierBooking | None

    @property
    def price_idr(self) -> Rupiah | None:
        """What the courier asks, as far as it is known."""
        if self.booking is None:
            return None
        costs = (self.booking.cost_idr, self.booking.booked_idr, self.booking.quoted_idr)
        return next(Rupiah(cost) for cost in costs if cost is not None)


BOARD: Final = Export[BoardRow](
    _l("Papan pengiriman"),
    "pengiriman",
    [
        Column(_l("Pesanan"), lambda row: row.parcel.order.number, 18),
        Column(_l("Penerima"), lambda row: row.parcel.order.contact_name, 24),
        Column(_l("Dari"), lambda row: row.parcel.place.name, 30),
        Column(_l("Status"), lambda row: str(word(row.parcel.status).text), 18),
        Column(_l("Pengiriman"), lambda row: service_text(row.parcel.service), 26),
        Column(_l("Kurir"), lambda row: row.shipment.rider_name or row.shipment.carrier if row.shipment else "", 22),
        Column(_l("Pelat nomor"), lambda row: row.shipment.rider_plate if row.shipment else "", 14),
        Column(_l("Nomor resi"), lambda row: row.shipment.tracking_number if row.shipment else "", 22),
        Column(_l("Dibayar pembeli"), lambda row: row.parcel.shipping_idr, 16),
        Column(_l("Biaya kurir"), lambda row: row.price_idr, 14),
        Column(
            _l("Masalah"),
            lambda row: str(word(row.booking.trouble).text) if row.booking and row.booking.trouble else "",
            36,
        ),
        Column(_l("Masuk"), lambda row: row.parcel.order.placed_at, 18),
    ],
)


def file_problem(error: UnreadableSheetError) -> str:
    """Return the sentence for a file that is refused as a whole."""
    if error.problem is SheetProblem.EMPTY:
        return _("Berkas ini kosong. Pilih berkas yang berisi tabelnya.")
    return file_text({"code": error.problem.value, "facts": error.facts})


def problem_text(problem: RowProblem) -> str:
    """Return the sentence for a row that was not taken."""
    code = problem.code if problem.code in CELL_TEXTS else "unknown_choice"
    facts: dict[str, Any] = dict(problem.facts)
    return cell_text({"code": code, "facts": facts})
