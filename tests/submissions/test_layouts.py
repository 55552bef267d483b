"""Whose table it is, where it begins, and what its rows say."""

import pytest

from gallery.core.sheets import Limits, SheetProblem, UnreadableSheetError, read_table
from gallery.submissions.services.faulty import faulty_rows
from gallery.submissions.services.layouts import need_heading, records, score
from tests.factories.submissions import xlsx


def read(data: bytes) -> tuple[str, list[dict]]:
    table = read_table(data, score=score)
    heading = need_heading(table)
    return heading.layout.name, [cells for _, cells in records(table, heading)]


def kept(rows: list[dict], *keys: str) -> list[tuple]:
    return [tuple(row.get(key, "") for key in keys) for row in rows]


def csv(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def test_titles_above_the_heading_and_other_names_of_columns():
    data = xlsx(
        [
            ["DATA PRODUK UMKM KABUPATEN BANGKA"],
            [],
            ["No", "Nama Usaha", "Nama Barang *", "Harga Jual", "NO. HP", "Keterangan"],
            [1, "Kemplang Ani", "Kemplang", "25 rb", 81234567890, "gurih"],
        ]
    )
    name, rows = read(data)
    assert name == "own"
    assert kept(rows, "business", "product", "price", "phone") == [("Kemplang Ani", "Kemplang", "25 rb", 81234567890.0)]


def test_the_sheet_with_the_table_is_chosen_among_several():
    import io

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    first, second = book.add_worksheet("Rekap"), book.add_worksheet("Isian")
    for row in range(25):
        for column in range(12):
            first.write(row, column, f"angka {row}")
    for column, heading in enumerate(("Nama UMKM", "Nama Produk", "Kategori", "Harga (Rp)")):
        second.write(0, column, heading)
        second.write(1, column, "isi")
    book.close()
    assert len(read(out.getvalue())[1]) == 1


def test_a_sheet_without_our_columns_says_which_are_missing():
    with pytest.raises(UnreadableSheetError) as refusal:
        read(csv("nama,alamat", "Ani,Koba"))
    assert refusal.value.problem is SheetProblem.NO_HEADER
    assert "Nama Produk" in refusal.value.facts["needed"]
    assert refusal.value.facts["found"] == "nama, alamat"


def test_tokopedia():
    data = xlsx(
        [
            ["", "Informasi Produk"],
            [
                "Pesan Error",
                "Nama Produk*",
                "Deskripsi Produk",
                "Kode Kategori*",
                "Berat* (Gram)",
                "Minimum Pemesanan*",
                "Nomor Etalase",
                "Waktu Proses Preorder",
                "Kondisi*",
                "Foto Produk 1*",
                "Foto Produk 2",
                "SKU Name",
                "Status*",
                "Jumlah Stok*",
                "Harga (Rp)*",
                "Asuransi Pengiriman",
            ],
            ["Abaikan kolom ini", "Masukkan nama produk maksimal 70 karakter", *[""] * 12, "Harga minimal 100"],
            [
                "",
                "Getas ikan",
                "Renyah",
                1234,
                300,
                1,
                "",
                "",
                "Baru",
                "https://imgur.com/a/getas.jpg?x=1",
                "getas2.jpg",
                "GTS-1",
                "Aktif",
                10,
                18000,
                "ya",
            ],
        ]
    )
    name, rows = read(data)
    assert name == "tokopedia"
    assert kept(rows, "product", "code", "price", "stock", "ship_weight", "photos2") == [
        ("Getas ikan", "GTS-1", 18000.0, 10.0, 300.0, "getas2.jpg")
    ]


def test_shopee_with_its_rows_of_codes_and_notes_and_variants():
    codes = [
        "ps_category",
        "ps_product_name",
        "ps_product_description",
        "ps_sku_parent_short",
        "et_title_variation_integration_no",
        "et_title_option_for_variation_1",
        "ps_price",
        "ps_stock",
        "ps_weight",
    ]
    names = [
        "Kategori",
        "Nama Produk",
        "Deskripsi Produk",
        "SKU Induk",
        "Kode Integrasi Variasi",
        "Varian untuk Variasi 1",
        "Harga",
        "Stok",
        "Berat (kg)",
    ]
    data = xlsx(
        [
            codes,
            ["basic", "abc123"],
            names,
            ["Opsional", "Wajib", "Wajib", "Opsional", "Wajib Bersyarat", "", "Wajib", "", "Wajib"],
            ["", "Kemplang", "Gurih", "KMP", "INT-1", "250 g", 25000, 5, 0.3],
            ["", "", "", "", "INT-1", "500 g", 48000, 3, ""],
            ["", "Rusip", "Segar", "RSP", "", "", 30000, 7, 0.4],
        ]
    )
    name, rows = read(data)
    assert name == "shopee"
    assert kept(rows, "product", "variant", "price", "ship_weight") == [
        ("Kemplang", "250 g", 25000.0, 0.3),
        ("Kemplang", "500 g", 48000.0, 0.3),
        ("Rusip", "", 30000.0, 0.4),
    ]


def test_shopify_with_variants_and_rows_of_pictures():
    data = csv(
        "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
        "Variant Inventory Qty,Variant Price,Image Src,Status",
        'kemplang,Kemplang,"<p>Gurih &amp; <b>renyah</b></p>",Toko Ani,Makanan ringan,Berat,250 g,K250,300,5,25000,'
        "https://cdn.example/k.jpg,active",
        "kemplang,,,,,,500 g,K500,580,2,48000,,",
        "kemplang,,,,,,,,,,,https://cdn.example/k2.jpg,",
        "rusip,Rusip,,Toko Ani,Bumbu dapur,Title,Default Title,R1,400,9,30000.00,,active",
    )
    name, rows = read(data)
    assert name == "shopify"
    assert kept(rows, "product", "variant", "price", "ship_weight", "business") == [
        ("Kemplang", "250 g", "25000", "300", "Toko Ani"),
        ("Kemplang", "500 g", "48000", "580", "Toko Ani"),
        ("Rusip", "", "30000.00", "400", "Toko Ani"),
    ]
    assert rows[0]["description"].split() == ["Gurih", "&", "renyah"]


def test_shopifys_newer_headings():
    data = csv(
        "Title,URL handle,Description,Vendor,Product category,SKU,Price,Inventory quantity,Weight value (grams)",
        "Kopi,kopi,Harum,Toko Budi,Food > Beverages > Coffee,KP,45000,3,250",
    )
    name, rows = read(data)
    assert name == "shopify"
    assert kept(rows, "product", "category", "ship_weight") == [("Kopi", "Coffee", "250")]


@pytest.mark.parametrize("language", ["en", "id"])
def test_woocommerce_with_variations(language):
    headings = {
        "en": "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Tax status,"
        "Stock,Weight (kg),Regular price,Categories,Images,Parent,Attribute 1 value(s)",
        "id": "ID,Tipe,SKU,Nama,Published,Is featured?,Visibility in catalog,Deskripsi singkat,Deskripsi,Tax status,"
        "Stok,Berat (kg),Harga reguler,Kategori,Gambar,Induk,Nilai atribut 1",
    }
    data = csv(
        headings[language],
        '7,variable,MD,Madu,1,0,visible,Asli,"<p>Madu</p>",taxable,,0.5,,Madu > Hutan,//x/m.jpg,,"250 ml, 500 ml"',
        "8,variation,MD-2,Madu - 250 ml,1,0,visible,,,taxable,4,0.4,75000,,,MD,250 ml",
        "9,variation,MD-5,Madu - 500 ml,1,0,visible,,,taxable,2,0.8,140000,,,id:7,500 ml",
        "10,simple,GL,Gula aren,1,0,visible,,,taxable,8,0.5,25000,Bumbu dapur,,,",
    )
    name, rows = read(data)
    assert name == "woocommerce"
    assert kept(rows, "product", "variant", "price", "ship_weight", "category") == [
        ("Madu", "250 ml", "75000", "0.4", "Hutan"),
        ("Madu", "500 ml", "140000", "0.8", "Hutan"),
        ("Gula aren", "", "25000", "0.5", "Bumbu dapur"),
    ]


def test_the_wrong_variants_of_an_export_come_back_with_the_product_they_belong_to():
    data = csv(
        "ID,Type,SKU,Name,Is featured?,Tax status,Weight (kg),Regular price,Categories,Parent,Attribute 1 value(s)",
        '7,variable,MD,Madu,0,taxable,,,Minuman,,"250 ml, 500 ml"',
        "8,variation,MD-2,Madu - 250 ml,0,taxable,0.4,mahal,,MD,250 ml",
        "9,variation,MD-5,Madu - 500 ml,0,taxable,0.8,?,,id:7,500 ml",
        "10,simple,GL,Gula aren,0,taxable,0.5,25000,Bumbu dapur,,",
    )
    back = faulty_rows(data, {3: "Harga", 4: "Harga"}, Limits(), title="Alasan")
    name, rows = read(back)
    assert name == "woocommerce"
    assert kept(rows, "product", "variant", "price", "category") == [
        ("Madu", "250 ml", "mahal", "Minuman"),
        ("Madu", "500 ml", "?", "Minuman"),
    ]
