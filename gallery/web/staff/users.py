"""Accounts and roles, for administrators."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from gallery.accounts.errors import AccountExistsError
from gallery.accounts.models import User
from gallery.accounts.permissions import Grant
from gallery.accounts.queries import sessions_of, user_page
from gallery.accounts.services import people, sessions
from gallery.accounts.states import Role, TokenPurpose
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.web.guards import requires
from gallery.web.links import external
from gallery.web.session import current_actor
from gallery.web.staff.users_forms import GrantForm, InvitationForm

bp = Blueprint("users", __name__, url_prefix="/pengaturan/pengguna")
PAGE = 50
LONGEST_ID = 18


@bp.get("/")
@requires("user.manage")
def index() -> ResponseReturnValue:
    text, role = request.args.get("q", "").strip()[:100], request.args.get("peran", "")
    after = request.args.get("sesudah", "")
    rows = user_page(
        db.session(),
        text=text,
        role=Role(role) if role in set(Role) else None,
        after=int(after) if after.isdecimal() and len(after) <= LONGEST_ID else 0,
        limit=PAGE + 1,
    )
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "staff/users/index.html", users=rows[:PAGE], more=more, text=text, role=role, roles=list(Role)
    )


@bp.route("/undang", methods=["GET", "POST"])
@requires("user.manage")
def invite() -> ResponseReturnValue:
    form = InvitationForm().prepare(db.session())
    if form.validate_on_submit():
        try:
            with transaction() as session:
                user = people.invite(
                    session,
                    name=str(form.name.data),
                    email=form.normal_email() or "",
                    phone=form.normal_phone(),
                    grants=[form.grant()],
                    actor=current_actor(),
                )
                public_id = user.public_id
        except AccountExistsError:
            form.email.errors = [_("Surel atau nomor ini sudah punya akun. Tambahkan peran di halaman akun itu.")]
        else:
            flash(_("Undangan dikirim lewat surel. Tautannya berlaku 48 jam."))
            return redirect(url_for("staff.users.show", public_id=public_id), 303)
    return render_template("staff/users/invite.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<public_id>")
@requires("user.manage")
def show(public_id: str) -> ResponseReturnValue:
    return _page(_user(public_id), GrantForm().prepare(db.session()))


@bp.post("/<public_id>/peran")
@requires("user.manage")
def add_role(public_id: str) -> ResponseReturnValue:
    user, form = _user(public_id), GrantForm().prepare(db.session())
    if not form.validate_on_submit():
        return _page(user, form)
    kept = [form.as_grant(row) for row in user.grants]
    return _replace(user, [*kept, form.grant()] if form.grant() not in kept else kept)


@bp.post("/<public_id>/peran/<int:grant_id>/cabut")
@requires("user.manage")
def remove_role(public_id: str, grant_id: int) -> ResponseReturnValue:
    user = _user(public_id)
    if user.id == current_actor().user_id:
        return _refuse_self(public_id)
    return _replace(user, [GrantForm.as_grant(row) for row in user.grants if row.id != grant_id])


@bp.post("/<public_id>/status")
@requires("user.manage")
def set_active(public_id: str) -> ResponseReturnValue:
    is_active = request.form.get("aktif") == "1"
    if _user(public_id).id == current_actor().user_id:
        return _refuse_self(public_id)
    with transaction() as session:
        people.set_active(session, public_id, is_active=is_active, actor=current_actor())
    flash(
        _("Akun aktif lagi.") if is_active else _("Akun dinonaktifkan dan langsung dikeluarkan dari semua perangkat.")
    )
    return redirect(url_for("staff.users.show", public_id=public_id), 303)


@bp.post("/<public_id>/keluarkan")
@requires("user.manage")
def end_sessions(public_id: str) -> ResponseReturnValue:
    user_id = _user(public_id).id
    with transaction() as session:
        sessions.end_all(session, user_id)
    flash(_("Semua perangkat akun ini sudah dikeluarkan."))
    return redirect(url_for("staff.users.show", public_id=public_id), 303)


@bp.post("/<public_id>/undang-lagi")
@requires("user.manage")
def invite_again(public_id: str) -> ResponseReturnValue:
    user_id = _user(public_id).id
    with transaction() as session:
        user = session.get_one(User, user_id)
        if user.password_hash is None and user.email:
            people.send_link(session, user, TokenPurpose.INVITATION, people.INVITATION_LIFE)
    flash(_("Undangan baru dikirim. Tautan yang lama tidak berlaku lagi."))
    return redirect(url_for("staff.users.show", public_id=public_id), 303)


@bp.post("/<public_id>/tautan-sandi")
@requires("user.manage")
def make_reset_link(public_id: str) -> ResponseReturnValue:
    """A reset link for an account without an address, shown once: the administrator has seen who asks."""
    user_id = _user(public_id).id
    with transaction() as session:
        token = people.make_reset_link(session, user_id, actor=current_actor())
    link = external(url_for("shop.auth.set_password", link="atur-ulang", token=token))
    return _page(_user(public_id), GrantForm().prepare(db.session()), link=link)


def _refuse_self(public_id: str) -> ResponseReturnValue:
    """Nobody shuts out themself: the last administrator would leave an office without one."""
    flash(_("Akun sendiri tidak dapat dinonaktifkan atau dicabut perannya. Minta administrator lain."), "error")
    return redirect(url_for("staff.users.show", public_id=public_id), 303)


def _replace(user: User, grants: list[Grant]) -> ResponseReturnValue:
    user_id, public_id, had_password = user.id, user.public_id, user.password_hash is not None
    with transaction() as session:
        people.set_grants(session, user_id, grants, actor=current_actor())
    user = _user(public_id)
    if user.password_hash is not None or not had_password:
        flash(_("Peran tersimpan. Orangnya perlu masuk lagi."))
    elif user.email:
        flash(_("Peran tersimpan. Tautan untuk membuat kata sandi petugas dikirim lewat surel, berlaku 48 jam."))
    else:
        flash(_("Peran tersimpan. Buatkan tautan di halaman ini, agar orangnya dapat membuat kata sandi petugas."))
    return redirect(url_for("staff.users.show", public_id=public_id), 303)


def _page(user: User, form: GrantForm, *, link: str = "") -> ResponseReturnValue:
    devices = sessions_of(db.session(), user.id, clock.now())
    context = {"user": user, "form": form, "devices": devices, "places": form.place_names(), "link": link}
    return render_template("staff/users/show.html", **context), 422 if form.errors else 200


def _user(public_id: str) -> User:
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.erased_at.is_(None)))
    if user is None:
        raise NotFoundError("user")
    return user
