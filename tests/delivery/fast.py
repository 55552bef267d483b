"""Runs a module with a clock that goes faster: ``python -m tests.delivery.fast flask jobs work``.

CHAOS_EPOCH is when it began (seconds), CHAOS_SPEED how many seconds pass in one; all processes of a run share both.
"""

import os
import runpy
import sys
from datetime import datetime, timedelta

from gallery.core import clock


class FastDatetime(datetime):
    """Its ``now`` runs ahead of the real one."""

    @classmethod
    def now(cls, tz=None):
        epoch, speed = float(os.environ["CHAOS_EPOCH"]), float(os.environ["CHAOS_SPEED"])
        began = datetime.fromtimestamp(epoch, tz)
        return began + timedelta(seconds=(datetime.now(tz) - began).total_seconds() * speed)


def install() -> None:
    clock.datetime = FastDatetime  # ``clock.now`` looks it up there each time


if __name__ == "__main__":
    install()
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
