"""``python -m tests.standins --courier biteship --port 8701``: a courier or a gateway to click through the site with.

Prints the settings under which the site talks to it. ``/_standin/`` lists its orders and moves them.
"""

import argparse
import threading

from tests.standins import GATEWAYS, STANDINS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--courier", choices=sorted(STANDINS), default="biteship")
    which.add_argument("--gateway", choices=sorted(GATEWAYS))
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--hook", default="", help="where its notices go: http://127.0.0.1:8000/hooks/couriers/…")
    parser.add_argument("--every", type=float, default=0, help="let each order go one step on after so many seconds")
    given = parser.parse_args()
    end = threading.Event()
    kind = GATEWAYS[given.gateway] if given.gateway else STANDINS[given.courier]
    with kind(port=given.port, hook_url=given.hook) as standin:
        print(f"{standin.name}: {standin.url}, orders: {standin.url}/_standin/")  # noqa: T201 - for who runs it
        print(" ".join(f"{name}='{value}'" for name, value in standin.environment().items()))  # noqa: T201 - the same
        try:
            if given.every and not given.gateway:
                standin.live(given.every, end)
            else:
                end.wait()
        except KeyboardInterrupt:
            end.set()


if __name__ == "__main__":
    main()
