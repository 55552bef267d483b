"""The journal for those who answer for every number."""

import io

from python_calamine import CalamineWorkbook

from gallery.core import clock
from tests.web.staff.test_owners import NOW, owner, province  # noqa: F401 - a fixture


def test_entries_are_found_by_day_account_and_number(app, owner, count_queries):  # noqa: F811
    officer = province(app)
    everything = f"/petugas/jurnal/?dari={NOW:%Y-%m-%d}&sampai={clock.today()}"
    with count_queries() as queries:
        page = officer.get(everything).get_data(as_text=True)
    assert "Penjualan kasir" in page
    assert "-Rp135.000" in page
    assert queries.count <= 10
    assert "Penjualan kasir" not in officer.get(f"{everything}&akun=safe&q=NP-").get_data(as_text=True)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(officer.get(f"{everything}&unduh=xlsx").data))
    rows = sheet.get_sheet_by_index(0).to_python()[1:]
    assert sum(row[6] for row in rows) == sum(row[7] for row in rows) > 0
