"""What the dashboard of the money shows: its figures, charts, workbooks, and the links to the lists behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Response, current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.settlement.queries import dashboard as queries
from gallery.settlement.queries.dashboard import DayMoney, FlowSum, MoneyFlow, PeriodMoney, Purse, SalesRow
from gallery.settlement.queries.dues import AGES, Dues, dues_of
from gallery.settlement.states import Account, Channel
from gallery.web.charts import Chart, Series, Shape
from gallery.web.exports import Column, Export
from gallery.web.filters import bulan_pendek, tanggal_pendek
from gallery.web.session import current_actor
from gallery.web.words import word

MOST_DAYS, MOST_WEEKS = 45, 190  # days that are shown one by one, and week by week; longer periods go by the month
MOST_ROWS: Final = 12
_LISTS: Final = {
    MoneyFlow.ONLINE: ("staff.payments.index", {}),
    MoneyFlow.COUNTER: ("staff.counter.sales", {}),
    MoneyFlow.OWNERS: ("staff.payouts.index", {}),
    MoneyFlow.REFUNDS: ("staff.payments.refunds", {}),
    MoneyFlow.COURIERS: ("staff.journal.index", {"akun": Account.COURIERS}),
    MoneyFlow.FEES: ("staff.journal.index", {"akun": Account.FEES}),
    MoneyFlow.DISPUTES: ("staff.journal.index", {"akun": Account.DISPUTES}),
    MoneyFlow.EXPENSE: ("staff.journal.index", {"akun": Account.EXPENSE}),
    MoneyFlow.CASH_DIFFERENCE: ("staff.journal.index", {"akun": Account.CASH_DIFFERENCE}),
    MoneyFlow.OFFICE: ("staff.journal.index", {"akun": Account.OFFICE}),
    MoneyFlow.OTHER: ("staff.journal.index", {}),
}


@dataclass(frozen=True)
class Board:
    """All figures. ``has_purses`` is false for whom only goods and dues concern: a district keeps no money here."""

    has_purses: bool
    now: PeriodMoney
    before: PeriodMoney
    sales: Sequence[SalesRow]
    dues: Dues
    purses: Sequence[Purse]
    buyers_idr: int
    refunds_idr: int

    @property
    def sold_idr(self) -> int:
        return sum(row.gross_idr for row in self.sales)

    @property
    def sold_before_idr(self) -> int:
        return sum(row.before_idr for row in self.sales)

    @property
    def held_idr(self) -> int:
        return sum(one.amount_idr for one in self.purses)

    def reasons(self) -> list[tuple[FlowSum, FlowSum | None]]:
        """Return each reason of the period, and the same in the period before."""
        earlier = {one.flow: one for one in self.before.flows()}
        current = {one.flow: one for one in self.now.flows()}
        return [
            (current.get(flow) or FlowSum(flow, 0, 0), earlier.get(flow))
            for flow in MoneyFlow
            if flow in current or flow in earlier
        ]


def read(session: Session, scope: Scope, first: date, last: date, today: date) -> Board:
    """Return the figures of a period and of today, in at most a dozen reads however much there is."""
    has_purses = scope.everything or bool(scope.galleries)
    now, before = queries.money_of(session, scope, first, last)
    buyers, refunds = queries.held_for_buyers(session, scope) if has_purses else (0, 0)
    return Board(
        has_purses,
        now,
        before,
        queries.sales_of(session, scope, first, last),
        dues_of(session, scope, today),
        queries.purses_of(session, scope) if has_purses else (),
        buyers,
        refunds,
    )


def link(endpoint: str, **query: Any) -> str:
    """Return the address of a list; nothing where this person may not open it."""
    permission = getattr(current_app.view_functions[endpoint], "permission", "")
    return url_for(endpoint, **query) if permission and current_actor().can(permission) else ""


def flow_link(flow: MoneyFlow, now: PeriodMoney) -> str:
    """Return the address of the list that explains a reason."""
    endpoint, query = _LISTS[flow]
    return link(endpoint, **query, dari=now.first.isoformat(), sampai=now.last.isoformat())


def age_words(place: int) -> str:
    """Return how long shares of this age have been due."""
    begin = (0, *(days + 1 for days in AGES))[place]
    if place == len(AGES):
        return _("Lebih dari %(n)s hari", n=AGES[-1])
    return _("%(a)s–%(b)s hari", a=begin, b=AGES[place])


def purse_name(purse: Purse) -> str:
    """Return where the money lies, in words."""
    return purse.name or (purse.party.partition(":")[2] or _("Kantor")).capitalize()


def charts(board: Board) -> dict[str, Chart]:
    """Return the charts of the page by key."""
    made = [_ages(board.dues), *_places(board.sales)]
    if board.has_purses:
        made += _over_time(board.now)
    return {chart.key: chart for chart in made}


def _over_time(now: PeriodMoney) -> list[Chart]:
    heading, labels, parts = _in_steps(now)
    flows = (
        Series(_("Masuk"), [sum(day.in_idr for day in part) for part in parts]),
        Series(_("Keluar"), [sum(day.out_idr for day in part) for part in parts]),
    )
    earned = (
        Series(_("Potongan galeri"), [sum(day.commission_idr for day in part) for part in parts]),
        Series(_("Selisih ongkir"), [sum(day.shipping_margin_idr for day in part) for part in parts]),
    )
    return [
        Chart("arus", _("Uang masuk dan keluar"), heading, labels, flows, Shape.COLUMNS),
        Chart("hasil", _("Potongan galeri dan selisih ongkir"), heading, labels, earned, Shape.LINE),
    ]


def _in_steps(now: PeriodMoney) -> tuple[str, list[str], list[list[DayMoney]]]:
    """Return the days of a period in parts that fit a picture: days, weeks from Monday, or months."""
    length = len(now.days)
    steps: dict[date, list[DayMoney]] = {}
    for on, day in now.days.items():
        begin = on
        if length > MOST_WEEKS:
            begin = on.replace(day=1)
        elif length > MOST_DAYS:
            begin = max(on - timedelta(days=on.weekday()), now.first)
        steps.setdefault(begin, []).append(day)
    if length > MOST_WEEKS:
        return _("Bulan"), [f"{bulan_pendek(on)} {on.year}" for on in steps], list(steps.values())
    heading = _("Minggu mulai") if length > MOST_DAYS else _("Tanggal")
    return heading, [tanggal_pendek(on) for on in steps], list(steps.values())


def _ages(dues: Dues) -> Chart:
    labels = [age_words(place) for place in range(len(dues.ages))]
    return Chart(
        "umur",
        _("Umur hak yang bisa dibayar"),
        _("Sejak jatuh tempo"),
        labels,
        [Series(_("Jumlah"), dues.ages)],
        Shape.ROWS,
    )


def _places(sales: Sequence[SalesRow]) -> list[Chart]:
    channels = dict.fromkeys((Channel.COUNTER, Channel.ONLINE), 0)
    for row in sales:
        channels[row.channel] += row.gross_idr
    return [
        Chart(
            "saluran",
            _("Penjualan per saluran"),
            _("Saluran"),
            [str(word(channel).text) for channel in channels],
            [Series(_("Jumlah"), list(channels.values()))],
            Shape.ROWS,
        ),
        _stacked(
            "wilayah", _("Penjualan per kabupaten/kota UMKM"), _("Kabupaten/kota"), sales, lambda row: row.district
        ),
        _stacked("galeri", _("Penjualan per galeri"), _("Galeri"), sales, _place_name),
    ]


def _place_name(row: SalesRow) -> str:
    return row.gallery or _("Dari rumah UMKM")


def _stacked(
    key: str, caption: str, heading: str, sales: Sequence[SalesRow], name_of: Callable[[SalesRow], str]
) -> Chart:
    sums: dict[str, dict[Channel, int]] = {}
    for row in sales:
        by_channel = sums.setdefault(name_of(row), {Channel.COUNTER: 0, Channel.ONLINE: 0})
        by_channel[row.channel] += row.gross_idr
    names = sorted(sums, key=lambda name: (-sum(sums[name].values()), name))[:MOST_ROWS]
    series = [
        Series(str(word(channel).text), [sums[name][channel] for name in names])
        for channel in (Channel.COUNTER, Channel.ONLINE)
    ]
    return Chart(key, caption, heading, names, series, Shape.ROWS)


_DAYS: Final[Export[tuple[date, DayMoney]]] = Export(
    _l("Uang per hari"),
    "uang-per-hari",
    (
        Column(_l("Tanggal"), lambda row: row[0]),
        Column(_l("Masuk"), lambda row: row[1].in_idr, 16),
        Column(_l("Keluar"), lambda row: row[1].out_idr, 16),
        Column(_l("Potongan galeri"), lambda row: row[1].commission_idr, 16),
        Column(_l("Ongkir dari pembeli"), lambda row: row[1].shipping_idr, 18),
        Column(_l("Biaya kurir"), lambda row: row[1].shipping_cost_idr, 16),
        Column(_l("Selisih ongkir"), lambda row: row[1].shipping_margin_idr, 16),
    ),
)
_REASONS: Final[Export[tuple[FlowSum, FlowSum | None]]] = Export(
    _l("Sebab uang bergerak"),
    "sebab-uang-bergerak",
    (
        Column(_l("Sebab"), lambda row: str(word(row[0].flow).text), 34),
        Column(_l("Masuk"), lambda row: row[0].in_idr, 16),
        Column(_l("Keluar"), lambda row: row[0].out_idr, 16),
        Column(_l("Masuk sebelumnya"), lambda row: row[1].in_idr if row[1] else 0, 18),
        Column(_l("Keluar sebelumnya"), lambda row: row[1].out_idr if row[1] else 0, 18),
    ),
)
_WAYS: Final[Export[tuple[tuple[MoneyFlow, Account], int]]] = Export(
    _l("Uang dari pembeli"),
    "uang-dari-pembeli",
    (
        Column(_l("Saluran"), lambda row: str(word(row[0][0]).text), 30),
        Column(_l("Diterima di"), lambda row: str(word(row[0][1]).text), 24),
        Column(_l("Jumlah"), lambda row: row[1], 16),
    ),
)
_PURSES: Final[Export[Purse]] = Export(
    _l("Kas dan bank"),
    "kas-dan-bank",
    (
        Column(_l("Akun"), lambda row: str(word(row.account).text), 24),
        Column(_l("Tempat"), purse_name, 36),
        Column(_l("Isi"), lambda row: row.amount_idr, 16),
    ),
)
_AGES: Final[Export[tuple[int, int]]] = Export(
    _l("Umur hak UMKM"),
    "umur-hak-umkm",
    (
        Column(_l("Sejak jatuh tempo"), lambda row: age_words(row[0]), 24),
        Column(_l("Jumlah"), lambda row: row[1], 16),
    ),
)
_SALES: Final[Export[SalesRow]] = Export(
    _l("Penjualan"),
    "penjualan",
    (
        Column(_l("Saluran"), lambda row: str(word(row.channel).text)),
        Column(_l("Kabupaten/kota UMKM"), lambda row: row.district, 28),
        Column(_l("Galeri"), _place_name, 32),
        Column(_l("Penjualan"), lambda row: row.gross_idr, 16),
        Column(_l("Masa sebelumnya"), lambda row: row.before_idr, 16),
    ),
)
SHEETS: Final[Mapping[str, Callable[[Board], Response]]] = {
    "hari": lambda board: _DAYS.answer(board.now.days.items() if board.has_purses else ()),
    "sebab": lambda board: _REASONS.answer(board.reasons()),
    "cara": lambda board: _WAYS.answer(board.now.received().items()),
    "kas": lambda board: _PURSES.answer(board.purses),
    "umur": lambda board: _AGES.answer(enumerate(board.dues.ages)),
    "penjualan": lambda board: _SALES.answer(board.sales),
}
