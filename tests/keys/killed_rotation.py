"""``flask keys rotate`` in a process of its own that stops at one step and waits there to be killed.

``python -m tests.keys.killed_rotation STEP FOLDER``, with the settings in the environment. It touches
``FOLDER/in-the-middle`` when it is there.
"""

import os
import sys
import time
from pathlib import Path

from config import Settings
from gallery.app import create_app
from gallery.cli import keys
from gallery.integrations.local_files import LocalFileStore
from gallery.keys import services

STEPS = {
    "rows are written but not committed": (services, "_record"),
    "between two turns": (keys, "rest"),
    "the sheet is written but not its row": (LocalFileStore, "put"),
}
TURNS_BEFORE = {"rows are written but not committed": 2, "between two turns": 3}


def stop_at(step: str, folder: Path) -> None:
    place, name = STEPS[step]
    original, left = getattr(place, name), [TURNS_BEFORE.get(step, 0)]

    def stopping(*args):
        done = original(*args)
        if left[0] == 0:
            (folder / "in-the-middle").touch()
            while True:
                time.sleep(1)
        left[0] -= 1
        return done

    setattr(place, name, stopping)


if __name__ == "__main__":
    services.BATCH = 4
    stop_at(sys.argv[1], Path(sys.argv[2]))
    create_app(Settings.from_environ(os.environ)).test_cli_runner().invoke(args=["keys", "rotate"])
