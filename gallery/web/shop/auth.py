"""Signing in and out, registering, invitations, forgotten passwords."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.errors import (
    AccountExistsError,
    LinkSpentError,
    SignInFailedError,
    TooManyAttemptsError,
    WeakPasswordError,
)
from gallery.accounts.models import User
from gallery.accounts.permissions import Actor
from gallery.accounts.queries import actor_of
from gallery.accounts.services import people, sign_in
from gallery.accounts.states import TokenPurpose
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.outbox import emit
from gallery.web import basket
from gallery.web import session as web_session
from gallery.web.guards import by_token, public, safe_next
from gallery.web.language import current_language
from gallery.web.shop.auth_forms import PasswordForm, RegistrationForm, ResetRequestForm, SignInForm, weakness

bp = Blueprint("auth", __name__)
LINKS = {"atur-ulang": TokenPurpose.RESET_PASSWORD, "undangan": TokenPurpose.INVITATION}


@bp.route("/masuk", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in_page() -> ResponseReturnValue:
    form = SignInForm()
    target = request.args.get("next")
    if not form.validate_on_submit():
        return render_template("shop/auth/sign_in.html", form=form, next=target), 422 if form.is_submitted() else 200
    try:
        user = _authenticate(str(form.login.data), str(form.password.data))
    except SignInFailedError:
        form.form_errors.append(_("Nomor HP, surel, atau kata sandi tidak cocok. Periksa lagi, lalu coba masuk lagi."))
        return render_template("shop/auth/sign_in.html", form=form, next=target), 401
    except TooManyAttemptsError as error:
        form.form_errors.append(
            _("Terlalu banyak percobaan masuk. Tunggu 15 menit, atau atur ulang kata sandi bila Anda lupa.")
        )
        answer = render_template("shop/auth/sign_in.html", form=form, next=target)
        return answer, 429, {"Retry-After": str(error.retry_after_s)}
    _begin(user.id)
    return redirect(_landing(actor_of(user), target), 303)


@bp.post("/keluar")
@public
def sign_out() -> ResponseReturnValue:
    web_session.sign_out()
    flash(_("Anda sudah keluar."))
    return redirect(url_for("shop.auth.sign_in"), 303)


@bp.route("/daftar", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    form, target = RegistrationForm(), request.args.get("next")
    try:
        if form.validate_on_submit() and (user_id := _register(form)):
            _begin(user_id)
            return redirect(safe_next(target), 303)
    except TooManyAttemptsError as error:
        form.form_errors.append(
            _("Terlalu banyak pendaftaran dari jaringan ini. Tunggu 15 menit atau pakai jaringan lain, lalu coba lagi.")
        )
        answer = render_template("shop/auth/register.html", form=form, next=target)
        return answer, 429, {"Retry-After": str(error.retry_after_s)}
    return render_template("shop/auth/register.html", form=form, next=target), 422 if form.is_submitted() else 200


@bp.route("/lupa-kata-sandi", methods=["GET", "POST"])
@public
def request_reset() -> ResponseReturnValue:
    form = ResetRequestForm()
    if not form.validate_on_submit():
        return render_template("shop/auth/request_reset.html", form=form), 422 if form.is_submitted() else 200
    login = sign_in.normal_login(str(form.login.data))
    with transaction() as db_session:
        sign_in.count_try(db_session, adapters.cipher(), f"reset:{login}", str(request.remote_addr))
        # The look-up and the mail happen in a job: the answer takes the same time for unknown accounts.
        emit(db_session, "account.reset_requested", login=login, locale=current_language())
    return redirect(url_for("shop.auth.reset_requested"), 303)


@bp.get("/lupa-kata-sandi/terkirim")
@public
def reset_requested() -> ResponseReturnValue:
    return render_template("shop/auth/reset_requested.html")


@bp.route("/<any('atur-ulang', 'undangan'):link>/<token>", methods=["GET", "POST"])
@by_token
def set_password(link: str, token: str) -> ResponseReturnValue:
    """Set a password by a mailed link; afterwards the link is spent and all sessions have ended."""
    purpose, form = LINKS[link], PasswordForm()
    try:
        owner = people.link_owner(db.session(), token, purpose)
        is_staff = actor_of(owner).is_staff
        if form.validate_on_submit():
            with transaction() as db_session:
                user = people.set_password_by_link(
                    db_session, token, purpose, str(form.password.data), language=current_language()
                )
                sign_in.forget_failures(db_session, adapters.cipher(), user)
            web_session.sign_out()
            flash(_("Kata sandi tersimpan. Silakan masuk dengan kata sandi yang baru."))
            return redirect(url_for("shop.auth.sign_in"), 303)
    except LinkSpentError:
        return render_template("shop/auth/link_spent.html", link=link), 410
    except WeakPasswordError as error:
        form.password.errors = [weakness(error)]
    status = 422 if form.is_submitted() else 200
    return render_template("shop/auth/set_password.html", form=form, link=link, is_staff=is_staff), status


def _authenticate(login: str, password: str) -> User:
    login = sign_in.normal_login(login)
    with transaction() as db_session:
        account = sign_in.account_key(db_session, login)
        tried = sign_in.count_try(db_session, adapters.cipher(), account, str(request.remote_addr))
    user = sign_in.check_password(db.session(), login, password)
    with transaction() as db_session:
        sign_in.record_success(db_session, tried, user.id, password)
        people.learn_language(db_session.get_one(User, user.id), current_language())
    return db.session.get_one(User, user.id)


def _begin(user_id: int) -> None:
    web_session.sign_in(user_id, device=web_session.device_name())
    session.permanent = True  # the row decides when it ends, the cookie may outlive the browser window
    basket.merge_after_sign_in(user_id)


def _landing(actor: Actor, target: str | None) -> str:
    if target:
        return safe_next(target)
    if actor.can("staff.enter"):
        return url_for("staff.home.index")
    return url_for("seller.home.index") if actor.can("seller.enter") else url_for("shop.account.index")


def _register(form: RegistrationForm) -> int:
    """Return the new account's id, or 0 when the form has to be shown again; raise :class:`TooManyAttemptsError`.

    The sentence for a known number or address names both ways on and does not say which of the two is known.
    """
    email, phone = form.normal_email(), form.normal_phone()
    with transaction() as db_session:
        sign_in.count_registration(db_session, adapters.cipher(), str(request.remote_addr))
    try:
        with transaction() as db_session:
            user = people.register(
                db_session,
                name=str(form.name.data),
                email=email,
                phone=phone,
                password=str(form.password.data),
                language=current_language(),
            )
            return user.id
    except WeakPasswordError as error:
        form.password.errors = [weakness(error)]
    except AccountExistsError:
        form.form_errors.append(
            _("Akun tidak dapat dibuat dengan nomor atau surel ini. Bila itu milik Anda, masuk atau atur ulang sandi.")
        )
    return 0
