"""What owners and officers do with products; the pages of both audiences call this and differ only in layout.

Each function answers either a :class:`Page` (what the template needs) or a redirect.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.catalog import queries, services
from gallery.catalog.errors import ArticleCodeTakenError, IncompleteProductError, PhotoQuotaError
from gallery.catalog.facts import BLOCKING, Gap
from gallery.catalog.queries import ProductWork, Work
from gallery.catalog.states import ProductStatus, RevisionStatus
from gallery.consignment.errors import PriceBelowOwedError, RequestOpenError
from gallery.consignment.models import PriceRequest
from gallery.consignment.queries.requests import consigned_variant
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError, NotFoundError
from gallery.core.ids import public_id
from gallery.core.signing import BadTokenError
from gallery.regions.queries import districts
from gallery.registry import queries as registry
from gallery.registry.models import Business
from gallery.web import price_work
from gallery.web import product_uploads as uploads
from gallery.web.errors import text_of
from gallery.web.filters import rupiah, tanggal
from gallery.web.media import private_file
from gallery.web.product_form import DetailsForm, StartForm, VariantForm
from gallery.web.session import current_actor

START: Final = "product.start"
STEPS: Final = {
    "ajukan": (services.submit, _l("Produk diajukan. Hasil kurasi akan tampil di halaman ini.")),
    "tarik-pengajuan": (services.take_back, _l("Pengajuan ditarik. Anda dapat mengubahnya lagi.")),
    "buang-perubahan": (services.discard_change, _l("Perubahan dibuang. Yang tayang tetap seperti semula.")),
    "tarik": (services.withdraw, _l("Produk ditarik dari toko.")),
    "tayangkan": (services.restore, _l("Produk tayang lagi di toko.")),
    "arsipkan": (services.archive, _l("Produk diarsipkan.")),
    "keluarkan": (services.unarchive, _l("Produk dikeluarkan dari arsip.")),
}
TABS: Final = {
    "": (None, _l("Semua")),
    "perbaikan": (Work.TO_MEND, _l("Perlu perbaikan")),
    "draf": (Work.TO_COMPLETE, _l("Draf")),
    "diajukan": (Work.WAITING, _l("Diajukan")),
    "tayang": (Work.ON_SALE, _l("Tayang")),
    "ditarik": (Work.OFF_SALE, _l("Ditarik")),
    "arsip": (Work.ARCHIVED, _l("Arsip")),
}
GAPS: Final = {
    Gap.PHOTO: _l("foto"),
    Gap.PRICE: _l("harga"),
    Gap.CATEGORY: _l("kategori"),
    Gap.DESCRIPTION: _l("cerita produk"),
    Gap.NET_WEIGHT: _l("berat bersih"),
    Gap.INGREDIENTS: _l("komposisi"),
    Gap.LICENCE: _l("izin edar"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a template gets, and the status of the answer."""

    context: dict[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a product in the task list: ``missing`` names what it lacks."""

    text: Any
    url: str
    is_done: bool
    is_needed: bool
    missing: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """One of the two workspaces; ``name`` is its blueprint."""

    name: str
    tabs: dict[str, Any] = field(default_factory=dict)

    def url(self, view: str, **values: Any) -> str:
        return url_for(f"{self.name}.products.{view}", **values)

    def to_product(self, product_public_id: str) -> ResponseReturnValue:
        return redirect(self.url("show", public_id=product_public_id), 303)


def listing(space: Space) -> Page:
    """The products of the scope, by what they ask for."""
    actor, args, session = current_actor(), request.args, db.session()
    scope = actor.scope("product.view")
    tab = args.get("tab", "") if args.get("tab", "") in TABS else ""
    filters = {
        "text": args.get("q", "").strip()[:80],
        "district": args.get("wilayah", "")[:5],
        "business_public_id": args.get("usaha", "")[:10],
    }
    page = queries.work_page(session, scope=scope, work=TABS[tab][0], cursor=args.get("sesudah", "")[:10], **filters)
    counts = queries.work_counts(session, scope=scope)
    kept = {"q": filters["text"], "wilayah": filters["district"], "usaha": filters["business_public_id"]}
    kept = {name: value for name, value in kept.items() if value}
    tabs = [
        {
            "url": space.url("index", tab=name or None, **kept),
            "text": text,
            "current": name == tab,
            "count": counts[work] if work else None,
            "kind": "warn" if work is Work.TO_MEND and counts[work] else "",
        }
        for name, (work, text) in TABS.items()
    ]
    more = space.url("index", tab=tab or None, sesudah=page.next_cursor, **kept) if page.next_cursor else None
    return Page(
        {
            "desk": space,
            "page": page,
            "tabs": tabs,
            "tab": tab,
            "pager_page": {"previous_url": None, "next_url": more},
            "districts": {
                row.code: row.name for row in districts(session) if scope.everything or row.code in scope.districts
            },
            "is_filtered": bool(kept or tab),
            **filters,
        }
    )


def create(space: Space) -> Page | ResponseReturnValue:
    """The first step of a new product: photo, name, price."""
    business = _chosen_business()
    if business is None:
        text = request.args.get("q", "").strip()[:100]
        found = registry.business_page(db.session(), scope=current_actor().scope("product.edit"), text=text)
        return Page({"desk": space, "businesses": found.rows, "text": text, "form": None})
    form = StartForm()
    kept: list[uploads.KeptPhoto] = []
    refused: list[str] = []
    if request.method == "POST":
        kept = uploads.kept_before(business.id, request.form.getlist("kept"))
        fresh, refused = uploads.receive(business.id, request.files.getlist("photos"))
        kept += fresh
        if form.validate_on_submit() and not refused:
            return _created(space, business.id, form, kept)
        form.photos.errors = [*form.photos.errors, *refused]
    else:
        form.start.data = adapters.signer().sign(START, f"{current_actor().user_id}:{public_id()}")
    context = {"desk": space, "business": business, "form": form, "kept": kept}
    return Page(context, 422 if form.errors or refused else 200)


def _created(space: Space, business_id: int, form: StartForm, kept: list[uploads.KeptPhoto]) -> ResponseReturnValue:
    photos = [one.facts for one in kept][: services.MAX_PHOTOS]
    with transaction() as session:
        saved = services.create_draft(
            session, business_id, form.facts(photos), actor=current_actor(), public_id=_started(form)
        )
    flash(_("Produk tersimpan sebagai draf. Lengkapi bagian yang masih kurang, lalu ajukan."))
    return space.to_product(saved.public_id)


def _started(form: StartForm) -> str | None:
    """Return the public id that this form was made for: sent twice, it makes one product."""
    try:
        user_id, _colon, product_id = adapters.signer().unsign(START, form.start.data or "").partition(":")
    except BadTokenError:
        return None
    return product_id if user_id == str(current_actor().user_id) else None


def show(space: Space, product_public_id: str) -> Page:
    """One product: where it stands, what is missing, what can be done."""
    work = find(product_public_id)
    return Page(
        {
            "desk": space,
            "work": work,
            "tasks": _tasks(space, work),
            "missing": [GAPS[gap] for gap in work.gaps if gap in BLOCKING],
            "states": {"product": ProductStatus, "revision": RevisionStatus},
            "category": next(
                (one for one in queries.categories(db.session()) if one.id == work.current.facts.category_id), None
            ),
        }
    )


def details(space: Space, product_public_id: str) -> Page | ResponseReturnValue:
    """Name, category, story, composition, keeping and shipping."""
    work = find(product_public_id)
    form = DetailsForm().prepare(queries.categories(db.session()))
    if request.method == "GET":
        form.fill(work.current.facts)
    elif form.validate_on_submit():
        try:
            with transaction() as session:
                facts = queries.current_products(session, [work.current.id])[work.current.id].facts
                saved = services.edit_draft(session, work.current.id, form.facts(facts), actor=current_actor())
        except ArticleCodeTakenError as error:
            form.external_code.errors = [text_of(error.code)]
        else:
            tell(work, saved)
            return space.to_product(product_public_id)
    return Page({"desk": space, "work": work, "form": form}, 422 if form.errors else 200)


def photos(space: Space, product_public_id: str) -> Page | ResponseReturnValue:
    """Add, order, describe and remove photos."""
    work = find(product_public_id)
    refused: list[str] = []
    waiting: list[uploads.KeptPhoto] = []
    if request.method == "POST":
        kept = uploads.kept_before(work.business_id, request.form.getlist("kept"))
        fresh, refused = uploads.receive(work.business_id, request.files.getlist("photos"))
        try:
            with transaction() as session:
                saved = services.arrange_photos(session, work.current.id, _arranged(), actor=current_actor())
                added = services.add_photos(
                    session, work.current.id, [one.facts for one in (*kept, *fresh)], actor=current_actor()
                )
        except PhotoQuotaError as error:
            refused.append(uploads.explained(error, ""))
            waiting = [*kept, *fresh]
        else:
            if not refused:
                tell(work, replace(saved, changed=saved.changed | added.changed))
                return space.to_product(product_public_id)
            work = find(product_public_id)  # what could be taken is saved
    context = {"desk": space, "work": work, "refused": refused, "kept": waiting, "limit": services.MAX_PHOTOS}
    return Page(context, 422 if refused else 200)


def _arranged() -> list[tuple[str, str]]:
    """Return the photos to keep, in the order of the numbers typed beside them."""
    form = request.form
    rows = []
    for place, photo_id in enumerate(form.getlist("photo")):
        if form.get(f"hapus-{photo_id}"):
            continue
        typed = form.get(f"urutan-{photo_id}", "")
        rank = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 999  # noqa: PLR2004
        rows.append((rank, place, photo_id, form.get(f"alt-{photo_id}", "")[:160]))
    return [(photo_id, alt) for _rank, _place, photo_id, alt in sorted(rows)]


def variant_list(space: Space, product_public_id: str) -> Page | ResponseReturnValue:
    """Price, weight and size: of the one variant, or of each choice."""
    work = find(product_public_id)
    known = dict(work.variants)
    chosen = request.values.get("pilihan", "")
    if not chosen and len(known) == 1 and request.values.get("baru") is None:
        chosen = next(iter(known))
    form = VariantForm()
    try:
        if request.method == "POST" and request.form.get("hapus"):
            with transaction() as session:
                services.remove_variant(session, work.current.id, request.form["hapus"], actor=current_actor())
            flash(_("Pilihan dihapus dari toko."))
            return redirect(space.url("variant_list", public_id=product_public_id), 303)
        if request.method == "GET" and chosen in known:
            form.fill(known[chosen])
        elif form.validate_on_submit():
            _tell_price(price_work.save_consigned(work.current.id, chosen, form.facts()))
            return space.to_product(product_public_id)
    except PriceBelowOwedError as error:
        form.price.errors = [price_work.below_owed(error)]
    except RequestOpenError as error:
        form.price.errors = [text_of(error.code)]
    except ConflictError as error:
        form.name.errors = [text_of(error.code)]
    chosen = chosen if chosen in known else ""
    held = consigned_variant(db.session(), work.current.id, chosen, "") if chosen else None
    context = {"desk": space, "work": work, "form": form, "chosen": chosen, "held": held}
    return Page(context, 422 if form.errors else 200)


def _tell_price(made: PriceRequest | None) -> None:
    if made is None:
        flash(_("Harga dan ukuran tersimpan dan langsung berlaku."))
        return
    flash(
        _(
            "Tersimpan. Karena barangnya ada di galeri, harga %(price)s diusulkan dulu: berlaku paling cepat %(day)s, "
            "setelah disetujui kepala galeri.",
            price=rupiah(made.new_price_idr),
            day=tanggal(made.wanted_from),
        )
    )


def act(space: Space, product_public_id: str, step: str) -> ResponseReturnValue:
    """One step of a product's life, by its name in the address."""
    if step not in STEPS:
        raise NotFoundError(step)
    work = find(product_public_id, "product.submit")
    service, done = STEPS[step]
    try:
        with transaction() as session:
            service(session, work.current.id, actor=current_actor())
    except IncompleteProductError as error:
        missing = ", ".join(str(GAPS[Gap(gap)]) for gap in error.gaps)
        flash(_("Belum dapat diajukan. Yang masih kurang: %(missing)s.", missing=missing), "error")
    except ConflictError as error:
        flash(text_of(error.code), "error")
    else:
        flash(str(done))
    return space.to_product(product_public_id)


def receive_photo() -> tuple[dict[str, Any], int]:
    """Store one picture at once and answer the token that a form sends back for it."""
    business = _chosen_business()
    if business is None:
        raise NotFoundError("business")
    kept, refused = uploads.receive(business.id, request.files.getlist("photo")[:1])
    if refused or not kept:
        return {"error": refused[0] if refused else text_of("image_empty")}, 422
    return {"token": kept[0].token}, 201


def original_photo(product_public_id: str, photo_public_id: str) -> ResponseReturnValue:
    """The cleaned original of a photo, as a download."""
    work = find(product_public_id, "product.view")
    if photo_public_id not in {photo.public_id for photo in work.photos}:
        raise NotFoundError(photo_public_id)
    scope = current_actor().scope("product.view")
    found = queries.original_file(db.session(), photo_public_id, scope)
    return private_file(found.key, found.media_type, f"{work.slug}-{photo_public_id}.jpg")


def find(product_public_id: str, permission: str = "product.edit") -> ProductWork:
    """Return the product if it lies where this person holds the permission; else it does not exist."""
    return queries.product_work(db.session(), product_public_id, scope=current_actor().scope(permission))


def _chosen_business() -> Business | None:
    """Return the business of ``usaha=``, or the only one that this person has."""
    scope = current_actor().scope("product.edit")
    if chosen := request.values.get("usaha", ""):
        return registry.business(db.session(), chosen, scope=scope)
    if scope.everything or scope.districts or len(scope.businesses) != 1:
        return None
    return next(iter(registry.businesses(db.session(), scope=scope)), None)


def _tasks(space: Space, work: ProductWork) -> list[Task]:
    def task(text: Any, view: str, *parts: Gap) -> Task:
        missing = [gap for gap in parts if gap in work.gaps]
        return Task(
            text=text,
            url=space.url(view, public_id=work.current.public_id),
            is_done=not missing,
            is_needed=any(gap in BLOCKING for gap in missing),
            missing=tuple(GAPS[gap] for gap in missing),
        )

    return [
        task(_("Foto"), "photos", Gap.PHOTO),
        task(_("Nama, kategori, dan cerita"), "details", Gap.CATEGORY, Gap.DESCRIPTION, Gap.INGREDIENTS),
        task(_("Harga, berat, dan pilihan"), "variant_list", Gap.PRICE, Gap.NET_WEIGHT),
        task(_("Izin edar dan halal"), "licence_list", Gap.LICENCE),
    ]


def tell(work: ProductWork, saved: services.Saved) -> None:
    """Say what saving did."""
    if not saved.changed:
        flash(_("Tidak ada yang berubah."), "info")
    elif saved.needs_review and work.current.status is ProductStatus.ON_SALE:
        flash(_("Perubahan disimpan. Yang tayang tetap seperti semula sampai perubahan ini diajukan dan disetujui."))
    else:
        flash(_("Perubahan disimpan."))
