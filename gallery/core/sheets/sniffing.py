"""What a file is, by its bytes; the name and the declared type are never believed."""

from gallery.core.sheets.model import SheetProblem, UnreadableSheetError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
# An encrypted XLSX is an OLE file with this stream name, in UTF-16.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
BINARY = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF")
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"{\\rtf")


def kind_of(data: bytes) -> str:
    """Answer ``xlsx`` or ``csv``; everything else is refused with its own problem."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableSheetError(SheetProblem.EMPTY)
    if data.startswith(b"PK"):
        return "xlsx"
    if data.startswith(OLE):
        raise UnreadableSheetError(SheetProblem.PASSWORD if ENCRYPTED in data else SheetProblem.OLD_EXCEL)
    if data.startswith(OLD_BIFF):
        raise UnreadableSheetError(SheetProblem.OLD_EXCEL)
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(BINARY) or head.startswith(MARKUP):
        raise UnreadableSheetError(SheetProblem.OTHER_KIND)
    return "csv"
