"""What is wrong with a spreadsheet or one of its cells, said in a sentence that ends with what to do."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from gallery.web.errors import text_of

# A whole file that is refused; keys are ``SheetProblem``.
FILE_TEXTS: Final[dict[str, Any]] = {
    "empty": _l("Berkas ini kosong. Pilih berkas yang berisi daftar produk."),
    "too_big": _l(
        "Berkas ini lebih dari %(limit_mb)s MB. Hapus gambar dari lembarnya atau bagi menjadi beberapa berkas."
    ),
    "too_many_parts": _l(
        "Berkas ini berisi lebih dari %(limit)s bagian. Simpan ulang sebagai .xlsx baru, atau bagi ZIP-nya."
    ),
    "too_big_unpacked": _l(
        "Isi berkas ini setelah dibuka lebih dari %(limit_mb)s MB. Hapus gambar dan lembar yang tidak perlu, "
        "atau bagi menjadi beberapa berkas."
    ),
    "too_many_rows": _l(
        "Ada lebih dari %(limit)s baris berisi. Bagi menjadi beberapa berkas, lalu unggah satu per satu."
    ),
    "too_much_text": _l("Tulisan di lembar ini terlalu panjang seluruhnya. Bagi menjadi beberapa berkas."),
    "old_excel": _l(
        "Ini berkas Excel lama (.xls). Buka di Excel, pilih Simpan Sebagai, lalu pilih Buku Kerja Excel (.xlsx)."
    ),
    "open_document": _l(
        "Ini berkas LibreOffice (.ods). Buka, pilih Simpan Sebagai, lalu pilih Excel 2007–365 (.xlsx)."
    ),
    "other_kind": _l("Ini bukan lembar kerja. Unggah berkas .xlsx atau .csv."),
    "password": _l("Berkas ini dikunci sandi. Simpan ulang tanpa sandi, lalu unggah lagi."),
    "dtd": _l("Berkas ini berisi bagian yang tidak lazim (DTD) dan tidak kami buka. Simpan ulang dari Excel."),
    "damaged": _l(
        "Berkas ini rusak dan tidak dapat dibaca. Buka di Excel, simpan ulang sebagai .xlsx, lalu unggah lagi."
    ),
    "no_sheet": _l("Tidak ada lembar yang terlihat di berkas ini. Tampilkan lembarnya, simpan, lalu unggah lagi."),
    "no_header": _l(
        "Judul kolom tidak ditemukan. Yang harus ada: %(needed)s. Yang terbaca: %(found)s. Pakai templat kami, atau "
        "tulis judul kolom di satu baris di atas data."
    ),
}
# A photo ZIP that is refused as a whole; keys are ``SheetProblem``.
ZIP_TEXTS: Final[dict[str, Any]] = {
    "too_many_parts": _l("ZIP ini berisi lebih dari %(limit)s berkas. Bagi menjadi beberapa ZIP."),
    "too_big_unpacked": _l("Isi ZIP ini setelah dibuka lebih dari %(limit_mb)s MB. Bagi menjadi beberapa ZIP."),
    "password": _l("ZIP ini dikunci sandi. Buat ulang tanpa sandi, lalu unggah lagi."),
    "damaged": _l("Ini bukan berkas ZIP yang utuh. Kumpulkan fotonya dalam satu ZIP tanpa sandi, lalu unggah lagi."),
}
# A cell; keys are codes of ``MisreadError`` and of the dry run.
CELL_TEXTS: Final[dict[str, Any]] = {
    "needed": _l("Belum diisi. Isi kolom ini."),
    "needed_for_new": _l("UMKM ini belum terdaftar. Isi kolom ini di salah satu barisnya."),
    "too_long": _l("Terlalu panjang (%(length)s huruf). Ringkas menjadi paling banyak %(limit)s huruf."),
    "formula_error": _l("Rumusnya gagal (%(formula)s). Ganti rumus dengan isinya."),
    "is_date": _l("Excel mengubah isian ini menjadi tanggal. Ubah format sel menjadi Teks, lalu ketik ulang."),
    "not_a_number": _l("Bukan angka. Tulis angkanya saja, tanpa kata lain."),
    "fraction": _l("Harus bilangan bulat. Tulis tanpa koma, misalnya 25000."),
    "price_too_low": _l("Harga di bawah Rp%(lowest)s. Tulis lengkap dengan nolnya, misalnya %(guess)s."),
    "price_too_high": _l("Harga di atas Rp%(highest)s. Periksa jumlah nolnya."),
    "price_per_measure": _l("Ini harga per %(unit)s. Tulis harga satu kemasan yang dijual."),
    "negative": _l("Tidak boleh kurang dari nol. Hapus tanda minus."),
    "range": _l("Ini rentang, bukan satu angka. Tulis satu angka; beda ukuran ditulis di baris sendiri."),
    "rounded_number": _l("Excel membulatkan angka ini. Ubah format sel menjadi Teks, lalu ketik ulang."),
    "unknown_unit": _l("Satuan “%(unit)s” tidak dikenal. Pakai salah satu: %(units)s."),
    "volume_not_weight": _l("Ini isi (%(unit)s), bukan berat. Timbang paketnya, lalu tulis dalam gram."),
    "weight_too_small": _l("Kurang dari 1 gram. Bila maksudnya %(guess)s gram, tulis %(guess)s."),
    "length_too_small": _l("Kurang dari 1 milimeter. Tulis dalam sentimeter."),
    "weight_too_big": _l("Lebih dari %(most)s gram. Periksa satuannya."),
    "length_too_big": _l("Lebih dari %(most)s milimeter. Periksa satuannya."),
    "count_too_big": _l("Lebih dari %(most)s. Periksa angkanya."),
    "zero": _l("Tidak boleh nol. Tulis ukurannya, atau kosongkan selnya."),
    "two_phones": _l("Ada dua nomor. Tulis satu nomor saja, yang dipakai untuk WhatsApp."),
    "foreign_phone": _l("Nomor luar negeri tidak dapat dipakai. Tulis nomor Indonesia, misalnya 081234567890."),
    "not_a_phone": _l("Bukan nomor telepon Indonesia. Tulis lengkap, misalnya 081234567890."),
    "nik_rounded": _l(
        "Excel membulatkan NIK, angkanya sudah berubah. Ubah format kolom menjadi Teks, lalu ketik ulang 16 angka "
        "dari KTP."
    ),
    "nik_length": _l("NIK harus 16 angka, di sini %(length)s. Periksa dengan KTP."),
    "nik_pattern": _l("Angka tanggal lahir atau nomor urut dalam NIK tidak mungkin. Periksa dengan KTP."),
    "nib_length": _l("NIB harus 13 angka, di sini %(length)s. Periksa di OSS."),
    "both_sides": _l("Debit dan kredit terisi di baris yang sama. Kosongkan salah satunya."),
    "no_side": _l("Tidak jelas uang ini masuk atau keluar. Isi tandanya, D atau K."),
    "not_a_date": _l("Bukan tanggal. Tulis hari/bulan/tahun, misalnya 24/11/2026."),
    "unknown_choice": _l("Tidak ada di daftar. Pilih dari daftar di templat."),
    "unknown_choice_hint": _l("Tidak ada di daftar. Maksud Anda: %(hint)s?"),
    "ambiguous_choice": _l("Nama ini dipakai lebih dari satu. Tulis lebih lengkap."),
    "ambiguous_village": _l("Ada dua desa bernama sama di kabupaten ini. Isi juga kecamatannya."),
    "ambiguous_code": _l(
        "Kode ini berbeda artinya di BPS dan Kemendagri. Tulis nama kabupatennya, atau kode bertitik."
    ),
    "other_district": _l("Bukan kabupaten/kota yang dipilih saat mengunggah. Unggah di kabupaten/kotanya sendiri."),
    "licence_shape": _l("Bentuk nomornya tidak cocok. Salin lengkap dari sertifikat."),
    "licence_year": _l("Tahun kedaluwarsa di dua angka terakhir tidak mungkin. Periksa dengan sertifikat."),
    "licence_decree": _l("Ini nomor ketetapan fatwa (KH). Tulis nomor sertifikat halal BPJPH yang berawalan ID."),
    "licence_unknown": _l(
        "Jenis izinnya tidak dikenali. Tulis nomor lengkap dengan awalannya, misalnya SNI 2886:2015."
    ),
    "lighter_than_net": _l("Lebih ringan daripada berat bersihnya (%(net)s gram). Tulis berat beserta kemasannya."),
    "duplicate_row": _l("Sama dengan baris %(row)s. Hapus salah satu, atau isi Varian/Ukuran bila memang berbeda."),
    "duplicate_code": _l("Kode ini sudah dipakai produk lain di baris %(row)s. Beri kode lain."),
    "sibling_wrong": _l("Varian lain produk ini di baris %(row)s salah. Perbaiki dulu baris itu."),
    "business_ambiguous": _l("Ada beberapa UMKM bernama ini. Isi No. HP atau NIB agar jelas yang mana."),
    "business_other_phone": _l(
        "UMKM bernama ini terdaftar dengan nomor yang berakhiran %(ending)s. Samakan nomornya, atau bedakan nama "
        "UMKM-nya."
    ),
    "nib_elsewhere": _l("NIB ini terdaftar pada UMKM di kabupaten/kota lain. Periksa nomornya."),
    # Notes: the row is taken all the same.
    "changes": _l("Yang berubah: %(fields)s."),
    "price_asked": _l("Barangnya sedang dititip di galeri: harga baru ini diusulkan ke galeri, belum berlaku."),
    "ship_weight_assumed": _l("Kosong: kami pakai %(grams)s gram (berat bersih + kemasan)."),
    "photo_missing": _l("Foto “%(name)s” tidak ada di ZIP. Tambahkan fotonya, atau betulkan namanya."),
    "photo_unusable": _l("Foto “%(name)s” tidak dapat dipakai. %(why)s"),
    "photo_ambiguous": _l(
        "Ada beberapa foto bernama “%(name)s” di ZIP. Beri nama yang berbeda, atau tulis beserta foldernya: "
        "Folder/%(name)s."
    ),
    "no_photo_zip": _l("Foto “%(name)s” belum diunggah. Tambahkan ZIP foto."),
    # Rows that were right in the preview and refused when they were written.
    "failed": _l("Baris ini ditolak saat disimpan. Unggah lagi berkasnya untuk memeriksa ulang."),
    "failed_nib_taken": _l("NIB ini sudah dipakai UMKM lain. Periksa nomornya."),
    "failed_nik_taken": _l("NIK ini sudah dipakai orang lain di daftar. Periksa dengan KTP."),
    "failed_owner_elsewhere": _l(
        "Pemilik dengan NIK ini terdaftar di kabupaten/kota lain. Minta dinas provinsi mendaftarkan usaha ini."
    ),
    "failed_photo_quota": _l("Ruang foto UMKM ini sudah penuh. Kecilkan fotonya, atau hapus foto lama."),
    "failed_unforeseen": _l("Ada masalah di sistem kami pada baris ini. Sudah tercatat; laporkan ke dinas provinsi."),
}
# What changes of a product; keys are fields of ``ProductFacts``.
FIELD_TEXTS: Final[dict[str, Any]] = {
    "name": _l("nama"),
    "variants": _l("harga, berat, atau varian"),
    "category_id": _l("kategori"),
    "summary": _l("ringkasan"),
    "description": _l("deskripsi"),
    "ingredients": _l("komposisi"),
    "allergens": _l("alergen"),
    "shelf_life_days": _l("masa simpan"),
    "storage": _l("penyimpanan"),
    "shipping_class": _l("jenis kiriman"),
    "licences": _l("izin"),
    "photos": _l("foto"),
    "lead_time_days": _l("lama pembuatan"),
    "external_code": _l("kode"),
}
GROUPED: Final = frozenset({"limit", "lowest", "highest", "most", "guess", "grams", "net", "length"})


def file_text(problem: Mapping[str, Any]) -> str:
    """Return the sentence for a file that was refused as a whole (``{code, facts}``)."""
    return _filled(FILE_TEXTS.get(problem["code"], FILE_TEXTS["damaged"]), problem.get("facts", {}))


def zip_text(problem: Mapping[str, Any]) -> str:
    """Return the sentence for a photo ZIP that was refused (``{code, facts}``)."""
    return _filled(ZIP_TEXTS.get(problem["code"], ZIP_TEXTS["damaged"]), problem.get("facts", {}))


def cell_text(problem: Mapping[str, Any]) -> str:
    """Return the sentence for one problem of a row (``{key, value, code, facts}``)."""
    code, facts = problem["code"], problem.get("facts", {})
    if code == "unknown_choice" and facts.get("hint"):
        code = "unknown_choice_hint"
    if "fields" in facts:
        facts = {**facts, "fields": ", ".join(str(FIELD_TEXTS[field]) for field in facts["fields"])}
    if "why" in facts:
        facts = {**facts, "why": text_of(facts["why"])}
    text = CELL_TEXTS.get(code) or CELL_TEXTS["failed" if code.startswith("failed_") else "licence_shape"]
    return _filled(text, facts)


def _filled(text: Any, facts: Mapping[str, Any]) -> str:
    shown = {
        key: format_decimal(value) if key in GROUPED and isinstance(value, int) else value
        for key, value in facts.items()
    }
    return str(text) % shown if "%(" in str(text) else str(text)
