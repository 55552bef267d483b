"""The site as it is deployed, for tests: gunicorn and a worker as processes, production settings, loopback only."""

import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from sqlalchemy import make_url

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
START_S, STOP_S = 120, 25
PORTS = range(20_000, 30_000)  # below those that connections take
KEYS = ("DATA_ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "AUDIT_KEY", "SECRET_KEY")
PICTURE_WIDTH = 320  # a ninth of the drawing; pages say the same with one width of each photo


def free_port() -> int:
    """Return a port that nobody has, and that the system gives to nobody before our server has started."""
    while True:
        port = secrets.choice(PORTS)  # ``random`` is the same in all workers
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Site:
    """One installation: its own database, folder, secrets and port."""

    database_url: str
    folder: Path
    workers: int = 1
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    web: subprocess.Popen | None = None
    worker: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

        def key() -> str:
            return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

        self.environment = {
            "ENVIRONMENT": "production",
            "ALLOW_PLAIN_HTTP": "1",
            "SECRET_KEY": secrets.token_hex(32),
            "DATA_ENCRYPTION_KEYS": key(),
            "BLIND_INDEX_KEY": key(),
            "AUDIT_KEY": key(),
            "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.folder),
            "EXTERNAL_URL": self.url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_WORKERS": str(self.workers),
            "FLASK_APP": "wsgi.py",
            **self.extra,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything that web server and worker wrote."""
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    def flask(self, *arguments: str) -> str:
        """Run a command of the site and return its output; raise when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(arguments)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *, worker: bool = True) -> None:
        """Start the processes and wait until the site answers."""
        self.web = self._process("gunicorn", "wsgi:application")
        if worker:
            self.worker = self._process("flask", "jobs", "work")
        self._wait()

    def serve(self) -> None:
        """Start both by the command that README names, and wait until the site answers."""
        self.web = self._process("flask", "serve")
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_S
        while True:
            with contextlib.suppress(URLError, OSError), urlopen(f"{self.url}/healthz", timeout=2):
                return
            if time.monotonic() > end or self.web.poll() is not None:
                raise RuntimeError(f"the site did not start:\n{self.log[-4000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask both to stop, the way a service manager does."""
        for process in (self.web, self.worker):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.web, self.worker):
            if process:
                try:
                    process.wait(STOP_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def kill(self) -> None:
        """``kill -9`` of the web server with all its processes; afterwards none is left."""
        if self.web.poll() is not None:
            return
        parent = psutil.Process(self.web.pid)
        parent.suspend()  # it can not stop the others in good order
        processes = [parent, *parent.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.web.wait()
        psutil.wait_procs(processes, timeout=STOP_S)

    def _process(self, *command: str) -> subprocess.Popen:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextlib.contextmanager
def demo_copy(folder: Path, shared: Path, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The demo data in this folder and in a database of their own: its address, and the keys that open what is secret.

    They are made once per run under ``shared``, whichever process comes first. The database is a file in the folder,
    or of this name on the PostgreSQL of this run.
    """
    seed = _seeded(shared)
    with contextlib.ExitStack() as stack:
        if postgres.database_url():
            template = make_url(seed.database_url).database
            url = stack.enter_context(postgres.own_database(name, template=template))
            database_url = url.render_as_string(hide_password=False)
        else:
            database_url = f"sqlite:///{folder}/gallery.db"
        shutil.copytree(seed.folder, folder, dirs_exist_ok=True)
        (folder / "log").unlink(missing_ok=True)
        yield database_url, {key: seed.environment[key] for key in KEYS}


@contextlib.contextmanager
def demo_site(folder: Path, shared: Path, name: str, extra: dict[str, str] | None = None) -> Iterator[Site]:
    """A running site with a copy of the demo data (see :func:`demo_copy`); ``extra`` are settings of its own."""
    with demo_copy(folder, shared, name) as (database_url, keys):
        site = Site(database_url, folder, extra=extra or {})
        site.environment |= keys
        site.start()
        try:
            yield site
        finally:
            site.stop()


def _seeded(shared: Path) -> Site:
    folder = shared / "seed"
    keys = {"SECRET_KEY": "seed-of-the-journeys-" * 3}
    keys |= {
        name: base64.urlsafe_b64encode(bytes([number]) * 32).decode()
        for number, name in enumerate(("DATA_ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "AUDIT_KEY"), start=1)
    }
    with (shared / "seed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if postgres.database_url():
            name = f"gallery_seed_{postgres.run_id()}"
            database_url = postgres.lasting_database(name).render_as_string(hide_password=False)
        else:
            database_url = f"sqlite:///{folder}/gallery.db"
        # Demo data are for development: production refuses them.
        seed = Site(database_url, folder, extra={**keys, "ENVIRONMENT": "development", "ALLOW_PLAIN_HTTP": "0"})
        if not (shared / "seed.done").exists():
            seed.flask("db", "upgrade")
            seed.flask("demo", "seed", "--picture-width", str(PICTURE_WIDTH))
            (shared / "seed.done").touch()
    return seed
