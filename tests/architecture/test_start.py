"""What a web process carries from its start: libraries that seldom work are loaded by the work that needs them."""

import json
import os
import subprocess
import sys

from tests.architecture.source import ROOT

SELDOM = {
    "PIL", "alembic", "barcode", "flask_migrate", "gallery.demo", "mako", "markdown", "multiprocessing", "nh3",
    "phonenumbers", "pillow_heif", "psycopg", "pygments", "python_calamine", "rapidfuzz", "requests",
    "snowballstemmer", "stripe", "typst", "xlsxwriter",
}  # fmt: skip
CODE = """
import json, sys, wsgi
client = wsgi.application.test_client()
assert client.get("/healthz").status_code == 200
print(json.dumps(sorted(sys.modules)))
"""


def test_seldom_used_libraries_wait_for_their_work(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path), "ENVIRONMENT": "development", "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "gallery.app" in loaded
    assert sorted(SELDOM & loaded) == []
