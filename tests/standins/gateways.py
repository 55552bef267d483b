"""What the stand-ins of payment gateways share: events after the work, pages for buyers, buttons for the office.

with StripeStandIn(hook_url=f"{site}/hooks/payments/stripe") as gateway:
    gateway.pay(page_id)                # as if the buyer had pressed the button on the hosted page
    gateway.give_back(page_id, 5_000)   # somebody refunds in the dashboard
    gateway.dispute(page_id)
"""

from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.standins.server import CONTROL, Call, Fault, Notice, Order, Reply, SaysNo, StandIn

HTML = {"Content-Type": "text/html; charset=utf-8"}


class GatewayStandIn(StandIn):
    """``orders`` are the pages; ``price`` is what they ask for in rupiah."""

    way = ("open", "paid")
    calling_off = "closed"
    cancellable = frozenset({"open"})
    pages: str  # where the path of a hosted page begins

    def __init__(self, **given: Any) -> None:
        self.queue: list[Notice] = []
        super().__init__(**given)

    def tell(self, notice: Notice) -> Notice:
        """Send a notice when the work in hand is done: the site may ask back before it has answered."""
        with self.lock:
            self.notices.append(notice)
            self.queue.append(notice)
        return notice

    def flush(self) -> None:
        while True:
            with self.lock:
                if not self.queue:
                    return
                notice = self.queue.pop(0)
            self._dispatch(notice)

    def work(self, call: Call) -> Reply:
        reply = super().work(call)
        self.flush()
        return reply

    def notices_of(self, order: Order, word: str) -> list[Notice]:  # noqa: ARG002 - couriers tell of every order
        """Nothing is told of a page that nobody has paid on."""
        return []

    # ------------------------------------------------------------------ the buyer

    def hosted(self, call: Call) -> Reply:
        """The page where the buyer pays; a press of a button leads back to the shop."""
        parts = urlsplit(call.path)
        order = self.orders.get(parts.path.removeprefix(self.pages))
        if order is None:
            raise SaysNo(404, {"error": {"message": "no such page"}})
        if call.method == "POST":
            press = parse_qs(call.body.decode()).get("press", [""])[-1]
            if press in self.presses():
                return Reply(303, b"", {"Location": self.pressed(order, press)})
        return Reply(200, self._hosted(order).encode(), HTML)

    def presses(self) -> dict[str, str]:
        """The buttons of the hosted page: what each does, and its label."""
        raise NotImplementedError

    def pressed(self, order: Order, press: str) -> str:
        """Do that and return where the browser goes."""
        raise NotImplementedError

    def is_payable(self, order: Order) -> bool:
        raise NotImplementedError

    def _hosted(self, order: Order) -> str:
        buttons = "".join(f"<p><button name=press value={key}>{text}</button>" for key, text in self.presses().items())
        body = f"<form method=post>{buttons}</form>" if self.is_payable(order) else "<p>This page is closed."
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href='data:,'>"
            f"<title>{self.name}</title><h1>{self.name}</h1>"
            f"<p>{escape(order.reference)}: Rp{order.price:,}</p>{body}"
        )

    # ------------------------------------------------------------------ the dashboard

    def command(self, name: str, form: dict[str, str]) -> None:
        order_id = form.get("order", "")
        if order_id in self.orders:
            if name == "pay":
                self.pay(order_id)
            elif name == "refund":
                self.give_back(order_id, int(form.get("amount") or self.orders[order_id].price))
            elif name == "dispute":
                self.dispute(order_id)
            self.more(name, order_id)

    def more(self, name: str, order_id: str) -> None:
        """What only this dashboard can do."""

    def pay(self, order_id: str) -> None:
        raise NotImplementedError

    def give_back(self, order_id: str, amount: int) -> str:
        """Refund in the dashboard; return the refund's id."""
        raise NotImplementedError

    def dispute(self, order_id: str) -> str:
        raise NotImplementedError

    def commands(self) -> tuple[str, ...]:
        return ("pay", "refund", "dispute")

    def board(self) -> str:
        with self.lock:
            orders = list(self.orders.values())
        rows = "".join(
            f"<tr><td>{order.id}<td>{escape(order.reference)}<td>{order.status}<td>{order.price}<td>"
            + "".join(
                f"<form method=post action={CONTROL}/{name}><input type=hidden name=order value={order.id}>"
                + ("<input name=amount size=8>" if name == "refund" else "")
                + f"<button>{name}</button></form>"
                for name in self.commands()
            )
            for order in orders
        )
        faults = "".join(f"<option>{fault}" for fault in Fault)
        kinds = "".join(f"<option>{kind}" for kind in ("open", "ask", "close", "refund"))
        return (
            f"<!doctype html><meta charset=utf-8><title>{self.name}</title><h1>{self.name}</h1><table border=1>{rows}"
            f"</table><form method=post action={CONTROL}/misbehave><select name=kind>{kinds}</select>"
            f"<select name=fault>{faults}</select><input name=times value=1 size=2><button>misbehave</button></form>"
            f"<form method=post action={CONTROL}/hold><button>{'send' if self.is_holding else 'hold'} notices</button>"
            f"</form><form method=post action={CONTROL}/release>{len(self.held)} held <label><input type=checkbox "
            "name=reverse>reversed</label><label><input type=checkbox name=twice>twice</label><button>release</button>"
            "</form>"
        )
