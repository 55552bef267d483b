"""The 110 products as the catalogue wants them: from the tables in ``data/``, with licences, weights and words."""

import functools
from datetime import date
from typing import Final

from gallery.catalog.facts import LicenceFacts, ProductFacts, VariantFacts
from gallery.catalog.states import ShippingClass, Storage
from gallery.core.ids import slugify
from gallery.core.money import Rupiah
from gallery.demo import data, invented

_S = ShippingClass
ODOROUS: Final = {*range(26, 34)}
FRAGILE: Final = {23, 35, 36, 40, 41, 44, 47, 48, 49, 59, 107, *range(64, 68)}
LIQUID: Final = {24, 25, 50, 56, 57, 102, 103, 106, 108}
BULKY: Final = {93, 94, 109}
HIGH_VALUE: Final = {77, 78, 87, 89, 90}
LEAD_DAYS: Final = {77: 21, 78: 30, 82: 7, 83: 14, 87: 14, 90: 21, 89: 7, 91: 5, 93: 3, 98: 2, 99: 4, 101: 10, 110: 1}
SIZES_MM: Final = {
    93: (400, 400, 600),
    94: (520, 520, 260),
    90: (520, 180, 480),
    89: (300, 120, 320),
    109: (420, 280, 90),
}
NO_HALAL: Final = {68}
SERVING: Final = {
    "Makanan ringan": (
        "Buka kemasan, pindahkan ke toples, dan tutup rapat agar tetap renyah.",
        "Cocok untuk teman rapat, bekal perjalanan, atau camilan sore.",
        "Dikemas setelah minyaknya ditiriskan sehingga tidak cepat tengik.",
    ),
    "Bumbu dapur": (
        "Pakai sedikit dahulu, lalu tambah sesuai selera.",
        "Panaskan sebentar sebelum dipakai supaya aromanya keluar.",
        "Ambil dengan sendok kering dan tutup kembali rapat-rapat.",
    ),
    "Makanan olahan": (
        "Siap dinikmati bersama nasi hangat atau roti.",
        "Hangatkan bila perlu dan habiskan setelah kemasan dibuka.",
        "Dibuat dalam jumlah kecil agar mutunya terjaga.",
    ),
    "Hasil laut": (
        "Rendam sebentar dalam air hangat untuk mengurangi asin.",
        "Simpan dalam wadah tertutup di tempat kering.",
    ),
    "Kue": ("Letakkan di wadah kedap udara setelah dibuka.", "Sajikan bersama teh atau kopi tubruk."),
    "Minuman": ("Seduh atau encerkan sesuai selera.", "Nikmati dingin pada siang hari atau hangat di malam hari."),
    "Madu": ("Ambil dengan sendok kayu atau plastik; warna dan kekentalan mengikuti musim bunga.",),
    "Rempah": ("Giling secukupnya saat memasak agar wanginya tidak hilang.",),
    "Kerajinan": (
        "Setiap buah dikerjakan tangan sehingga ukuran dan warnanya dapat sedikit berbeda.",
        "Bersihkan dengan kain lembut dan simpan di tempat yang tidak lembap.",
    ),
    "Kain & busana": ("Cuci dengan tangan, air dingin, dan jemur di tempat teduh.",),
    "Siap saji": ("Dibuat pada hari yang sama dan sebaiknya langsung dinikmati.",),
    "Makanan beku": ("Jangan dibekukan kembali setelah mencair; kukus atau goreng sampai hangat merata.",),
    "Bahan pangan": ("Simpan di tempat kering dan tertutup rapat.",),
    "Kesehatan": ("Gunakan sesuai petunjuk pada kemasan dan jauhkan dari anak kecil.",),
    "Herbal & kosmetik": ("Untuk pemakaian luar kecuali disebut lain; coba dahulu pada sedikit kulit.",),
    "Rumah tangga": ("Tuang secukupnya dan bilas sampai bersih.",),
    "Paket & hampers": ("Isi disesuaikan dengan masa simpan terdekat dan dapat diberi kartu ucapan.",),
}
STORAGE_WORDS: Final = {
    Storage.DRY: "Simpan di tempat kering dan sejuk.",
    Storage.COOL: "Simpan di tempat sejuk, jauh dari sinar matahari.",
    Storage.CHILLED: "Simpan di lemari es.",
    Storage.FROZEN: "Simpan beku sampai saat dimasak.",
}


def product_facts(number: int, business: str, category_id: int, today: date) -> ProductFacts:
    """Return everything about a product but its photos."""
    row = data.products()[number]
    return ProductFacts(
        name=row["name"],
        variants=variants(number),
        category_id=category_id,
        summary=data.summaries()[number],
        description=_description(number, business),
        ingredients=row["ingredients"].replace("; ", ", ") if is_food(number) else "",
        allergens=row["allergens"].replace("; ", ", "),
        shelf_life_days=shelf_life(number),
        storage=storage(number),
        shipping_class=shipping_class(number),
        licences=licences(number, today),
        lead_time_days=LEAD_DAYS.get(number, 0),
        external_code=f"BBL-{number:03d}",
    )


def variants(number: int) -> tuple[VariantFacts, ...]:
    """Return the choices of a product, or its single variant at the middle of its price range."""
    row = data.products()[number]
    length, width, height = SIZES_MM.get(number, (None, None, None))
    chosen = _choices().get(number) or [
        {
            "name": "",
            "price_idr": _middle(row),
            "net_weight_g": row["net_weight_g"],
            "ship_weight_g": row["ship_weight_g"],
        }
    ]
    return tuple(
        VariantFacts(
            name=one["name"],
            unit=row["unit"],
            price_idr=Rupiah(int(one["price_idr"])),
            net_weight_g=int(one["net_weight_g"]),
            ship_weight_g=int(one["ship_weight_g"]),
            length_mm=length,
            width_mm=width,
            height_mm=height,
            sku=f"BBL-{number:03d}-{position}",
        )
        for position, one in enumerate(chosen, start=1)
    )


@functools.cache
def _choices() -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for row in data.rows("variants.csv"):
        found.setdefault(int(row["no"]), []).append(row)
    return found


def _middle(row: dict[str, str]) -> str:
    """Return a price people would ask: rounded to what is usual at its height."""
    middle = (int(row["price_min_idr"]) + int(row["price_max_idr"])) // 2
    step = 500 if middle < 50_000 else 5_000 if middle < 1_000_000 else 50_000  # noqa: PLR2004
    return str(max(step, round(middle / step) * step))


def is_food(number: int) -> bool:
    row = data.products()[number]
    return bool(row["pirt_food_code"]) or row["licence"] in {"MD", "tanpa (siap saji)", "PSAT/PD-UK"} or number == 46  # noqa: PLR2004


def shelf_life(number: int) -> int | None:
    text = data.products()[number]["shelf_life_days"]
    return int(text) if text else None


def storage(number: int) -> Storage:
    text = data.products()[number]["storage"]
    if text == "beku":
        return Storage.FROZEN
    if text.startswith("dingin"):
        return Storage.CHILLED
    return Storage.COOL if text.startswith("suhu ruang") else Storage.DRY


def shipping_class(number: int) -> ShippingClass:
    row = data.products()[number]
    known = (
        (row["category"] == "Siap saji", _S.READY_TO_EAT),
        (row["storage"] == "beku", _S.FROZEN),
        (number in ODOROUS, _S.ODOROUS),
        (number in FRAGILE, _S.FRAGILE),
        (number in LIQUID, _S.LIQUID),
        (number in BULKY, _S.BULKY),
        (number in HIGH_VALUE, _S.HIGH_VALUE),
        ("alkohol" in row["storage"], _S.ALCOHOL),
    )
    return next((kind for holds, kind in known if holds), _S.NORMAL)


def licences(number: int, today: date) -> tuple[LicenceFacts, ...]:
    """Return invented licences of the kinds that such a product needs."""
    row = data.products()[number]
    kind, food = row["licence"], row["pirt_food_code"]
    found: list[LicenceFacts] = []
    if "PIRT" in kind and food:
        package = 1 if row["unit"] in {"botol", "toples"} else 2
        found.append(invented.pirt(number, food, package, today.year + 1 + number % 4))
    elif "MD" in kind:
        found.append(invented.bpom(number))
    elif "TR" in kind:
        found.append(invented.bpom(number, "TR"))
    elif "PKRT" in kind:
        found.append(invented.pkrt(number))
    if number == 49:  # noqa: PLR2004 - Madu Teran
        found.append(invented.teran_indication())
    if is_food(number) and number not in NO_HALAL and number % 6:
        found.append(invented.halal(number, date(2025, 1 + number % 12, 1)))
    return tuple(found)


def category_slug(number: int) -> str:
    return slugify(data.products()[number]["category"])


def _description(number: int, business: str) -> str:
    row = data.products()[number]
    serving = SERVING[row["category"]]
    lead = LEAD_DAYS.get(number)
    parts = [
        f"{data.summaries()[number]} {serving[number % len(serving)]}",
        f"Dibuat oleh {business} di Kecamatan {row['kecamatan']}, {row['district']}.",
    ]
    if is_food(number) and row["category"] != "Siap saji":
        parts[1] += f" {STORAGE_WORDS[storage(number)]}"
    if lead:
        parts.append(f"Dikerjakan sesuai pesanan, sekitar {lead} hari.")
    return "\n\n".join(parts)
