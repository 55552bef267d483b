"""Administrative regions, as data: province, regencies and cities, subdistricts, villages."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base


class RegionLevel(StrEnum):
    PROVINCE = "province"
    REGENCY = "regency"
    SUBDISTRICT = "subdistrict"
    VILLAGE = "village"


class Region(Base):
    """One region. ``code`` is the dotted Kemendagri code ("19.71.05.1001"); BPS numbers some regencies differently.

    ``island`` is set for villages: same-day couriers need it equal at both ends. ``island_group`` names the main
    island; a village whose island is another one lies on an islet without a road net.
    """

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[RegionLevel]
    type: Mapped[str]  # kabupaten, kota, kecamatan, kelurahan, desa
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    bps_code: Mapped[str | None]
    postal_code: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    island: Mapped[str | None]
    island_group: Mapped[str | None]
