"""Files that a page makes on the spot, answered as downloads."""

from typing import Final

from flask import Response

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(data: bytes, file_name: str, media_type: str = XLSX) -> Response:
    """Answer with the file, kept by no cache; ``file_name`` is ASCII of our own making."""
    response = Response(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
