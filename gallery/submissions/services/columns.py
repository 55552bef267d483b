"""The columns of the office's own spreadsheet: their headings, what people call them instead, which are needed."""

from dataclasses import dataclass
from typing import Final

from gallery.catalog.states import ShippingClass, Storage
from gallery.core.reading import Choices, plain_key

EXAMPLE_MARK: Final = "CONTOH"
"""Rows with this word as product code are the template's examples and are passed over."""


@dataclass(frozen=True)
class Column:
    """``heading`` is what the template prints; ``aliases`` are other headings that mean the same."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    needed: bool = False
    width: int = 16


PHONE_NAMES: Final = (
    "hp",
    "wa",
    "hp wa",
    "wa hp",
    "whatsapp",
    "hp whatsapp",
    "telp",
    "tlp",
    "telpon",
    "telepon",
    "handphone",
)
PHONE_ALIASES: Final = ("kontak", *(f"{no}{name}" for no in ("", "no ", "nomor ") for name in PHONE_NAMES))
NET_ALIASES: Final = (
    "berat bersih",
    "netto",
    "berat",
    "isi bersih",
    "isi",
    "berat gram",
    "berat gr",
    "berat g",
    "netto gram",
)
COLUMNS: Final = (
    Column("code", "Kode Produk", ("kode", "sku", "kode barang", "no produk")),
    Column("business", "Nama UMKM", ("umkm", "nama usaha", "usaha", "nama ikm", "nama toko"), needed=True, width=24),
    Column("owner", "Nama Pemilik", ("pemilik", "nama pelaku usaha", "pelaku usaha", "nama"), width=20),
    Column("phone", "No. HP/WA", PHONE_ALIASES),
    Column("nik", "NIK Pemilik", ("nik", "no ktp", "nomor ktp", "no nik"), width=20),
    Column("nib", "NIB", ("no nib", "nomor nib", "nomor induk berusaha")),
    Column("district", "Kabupaten/Kota", ("kabupaten", "kota", "kab kota", "wilayah", "daerah")),
    Column("subdistrict", "Kecamatan", ("kec",)),
    Column("village", "Kelurahan/Desa", ("kelurahan", "desa", "kel desa", "desa kelurahan", "kel"), width=20),
    Column("address", "Alamat", ("alamat usaha", "alamat lengkap", "alamat umkm"), width=28),
    Column("product", "Nama Produk", ("produk", "nama barang", "barang", "jenis produk"), needed=True, width=30),
    Column("variant", "Varian/Ukuran", ("varian", "ukuran", "rasa", "varian ukuran", "variasi")),
    Column("unit", "Satuan", ("kemasan", "satuan jual")),
    Column("category", "Kategori", ("kategori produk", "jenis", "kelompok"), needed=True, width=20),
    Column("price", "Harga (Rp)", ("harga", "harga jual", "harga satuan", "harga jual rp"), needed=True),
    Column("net_weight", "Berat Bersih (gram)", NET_ALIASES),
    Column("ship_weight", "Berat Kirim (gram)", ("berat kirim", "berat kotor", "bruto", "berat pengiriman")),
    Column("length", "Panjang (cm)", ("panjang",)),
    Column("width", "Lebar (cm)", ("lebar",)),
    Column("height", "Tinggi (cm)", ("tinggi",)),
    Column("summary", "Ringkasan", ("keterangan singkat", "ringkasan produk"), width=30),
    Column("description", "Deskripsi", ("deskripsi produk", "keterangan", "uraian", "penjelasan"), width=40),
    Column("ingredients", "Komposisi", ("bahan", "bahan baku", "bahan bahan", "komposisi bahan"), width=28),
    Column("allergens", "Alergen", ("mengandung alergen",)),
    Column("shelf_life", "Masa Simpan (hari)", ("masa simpan", "daya tahan", "umur simpan", "kedaluwarsa hari")),
    Column("storage", "Penyimpanan", ("cara simpan", "cara penyimpanan")),
    Column("shipping_class", "Jenis Kiriman", ("jenis pengiriman", "kelas kirim")),
    Column("pirt", "No. P-IRT", ("pirt", "p irt", "no pirt", "nomor pirt", "spp irt")),
    Column("bpom", "No. BPOM", ("bpom", "no bpom md", "bpom md")),
    Column("halal", "No. Halal", ("halal", "no sertifikat halal", "sertifikat halal")),
    Column("licence", "Izin Lain", ("izin", "izin edar", "no izin", "perizinan", "legalitas", "sni"), width=20),
    Column("licence_expiry", "Izin Berlaku s.d.", ("berlaku sampai", "masa berlaku", "berlaku s d")),
    Column("lead_time", "Lama Pembuatan (hari)", ("lama pembuatan", "pre order hari", "waktu pembuatan")),
    Column("photos", "Foto", ("foto produk", "nama file foto", "nama foto", "gambar", "file foto"), width=24),
    Column("stock", "Stok di Rumah", ("stok", "jumlah stok", "persediaan", "stok awal")),
)  # fmt: skip
BY_KEY: Final = {column.key: column for column in COLUMNS}
IN_TEMPLATE: Final = tuple(column for column in COLUMNS if column.key != "district")
MORE_PHOTOS: Final = {
    f"{word} {number}": "photos" if number == 1 else f"photos{number}"
    for word in ("foto", "foto produk", "gambar", "nama file foto")
    for number in range(1, 9)
}
OWN_HEADINGS: Final = MORE_PHOTOS | {
    plain_key(heading): column.key for column in COLUMNS for heading in (*column.aliases, column.heading)
}
UNREAD_HEADINGS: Final = frozenset({"no", "nomor", "no urut", "nomor urut", "alasan", "reason"})
"""Columns that nobody misses: counting, and what was wrong the last time."""
SECRET: Final = frozenset({"nik"})
"""Columns whose values are stored encrypted and shown masked."""

STORAGE: Final = Choices(
    [("Kering", Storage.DRY), ("Sejuk", Storage.COOL), ("Dingin (kulkas)", Storage.CHILLED), ("Beku", Storage.FROZEN)],
    {
        "suhu ruang": Storage.DRY, "suhu ruangan": Storage.DRY, "ruang": Storage.DRY, "biasa": Storage.DRY,
        "dingin": Storage.CHILLED, "kulkas": Storage.CHILLED, "chiller": Storage.CHILLED, "lemari es": Storage.CHILLED,
        "freezer": Storage.FROZEN, "frozen": Storage.FROZEN, "beku freezer": Storage.FROZEN,
    },
)  # fmt: skip
SHIPPING: Final = Choices(
    [
        ("Biasa", ShippingClass.NORMAL),
        ("Pecah belah", ShippingClass.FRAGILE),
        ("Cairan", ShippingClass.LIQUID),
        ("Berbau tajam", ShippingClass.ODOROUS),
        ("Beku", ShippingClass.FROZEN),
        ("Siap santap", ShippingClass.READY_TO_EAT),
        ("Besar dan ringan", ShippingClass.BULKY),
        ("Barang berharga", ShippingClass.HIGH_VALUE),
        ("Mengandung alkohol", ShippingClass.ALCOHOL),
    ],
    {
        "normal": ShippingClass.NORMAL, "kering": ShippingClass.NORMAL, "kaca": ShippingClass.FRAGILE,
        "mudah pecah": ShippingClass.FRAGILE, "cair": ShippingClass.LIQUID, "bau": ShippingClass.ODOROUS,
        "frozen": ShippingClass.FROZEN, "siap saji": ShippingClass.READY_TO_EAT, "basah": ShippingClass.READY_TO_EAT,
        "besar": ShippingClass.BULKY, "berharga": ShippingClass.HIGH_VALUE, "alkohol": ShippingClass.ALCOHOL,
    },
)  # fmt: skip
