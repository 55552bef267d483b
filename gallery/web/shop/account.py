"""The own account: profile, password, devices, the end of it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.errors import AccountExistsError, WeakPasswordError
from gallery.accounts.models import User
from gallery.accounts.queries import sessions_of
from gallery.accounts.services import people, sessions
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.orders.services.privacy import forget_erased_buyers
from gallery.payments.services.papers import forget_budgets
from gallery.web import session as web_session
from gallery.web.guards import signed_in
from gallery.web.reauthentication import is_own_password
from gallery.web.session import current_actor, current_session_id
from gallery.web.shop.account_forms import ChangePasswordForm, ConfirmForm, ProfileForm
from gallery.web.shop.auth_forms import weakness

bp = Blueprint("account", __name__, url_prefix="/akun")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    return render_template("shop/account/index.html", user=_user())


@bp.route("/profil", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    user = _user()
    form = ProfileForm(obj=user)
    if form.validate_on_submit() and is_own_password(form.current_password):
        try:
            with transaction() as session:
                people.update_profile(
                    session,
                    user.id,
                    name=str(form.name.data),
                    email=form.normal_email(),
                    phone=form.normal_phone(),
                    language=form.language.data,
                )
        except AccountExistsError:
            form.form_errors.append(_("Nomor atau surel ini sudah dipakai akun lain. Periksa lagi."))
        else:
            flash(_("Profil tersimpan."))
            return redirect(url_for("shop.account.index"), 303)
    return render_template("shop/account/profile.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/kata-sandi", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    user, form = _user(), ChangePasswordForm()
    if form.validate_on_submit() and is_own_password(form.current_password):
        try:
            with transaction() as session:
                people.change_password(session, user.id, str(form.password.data), keep_session=current_session_id())
        except WeakPasswordError as error:
            form.password.errors = [weakness(error)]
        else:
            flash(_("Kata sandi diganti. Perangkat lain sudah dikeluarkan."))
            return redirect(url_for("shop.account.index"), 303)
    return render_template("shop/account/password.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/perangkat")
@signed_in
def devices() -> ResponseReturnValue:
    rows = sessions_of(db.session(), _user().id, clock.now())
    return render_template("shop/account/devices.html", sessions=rows, own_id=current_session_id())


@bp.post("/perangkat/<public_id>/keluar")
@signed_in
def end_device(public_id: str) -> ResponseReturnValue:
    with transaction() as session:
        sessions.end_own(session, _own_id(), public_id)
    flash(_("Perangkat itu sudah dikeluarkan."))
    return redirect(url_for("shop.account.devices"), 303)


@bp.post("/perangkat/keluar-semua")
@signed_in
def end_all_devices() -> ResponseReturnValue:
    with transaction() as session:
        sessions.end_all(session, _own_id())
    web_session.sign_out()
    flash(_("Semua perangkat sudah dikeluarkan, termasuk yang ini."))
    return redirect(url_for("shop.auth.sign_in"), 303)


@bp.route("/hapus", methods=["GET", "POST"])
@signed_in
def erase() -> ResponseReturnValue:
    user, form = _user(), ConfirmForm()
    if current_actor().grants:
        abort(403)  # an account with roles is closed by an administrator, who hands its work over
    if form.validate_on_submit() and is_own_password(form.current_password):
        with transaction() as session:
            people.erase(session, user.id, actor=current_actor())
            forget_erased_buyers(session)
            forget_budgets(session)
        web_session.sign_out()
        flash(_("Akun Anda sudah dihapus."))
        return redirect(url_for("shop.auth.sign_in"), 303)
    return render_template("shop/account/erase.html", form=form), 422 if form.is_submitted() else 200


def _own_id() -> int:
    return current_actor().user_id or abort(401)


def _user() -> User:
    return db.session.get_one(User, _own_id())
