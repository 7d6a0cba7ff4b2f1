"""Forgotten and changed passwords, and the proof of an e-mail address."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from filmstudio.users.v1 import users_pb2

from services.gateway import convert
from services.gateway.problems import fields
from services.gateway.routes.auth import RefreshCookie, refresh_token
from services.gateway.routes.common import SignedIn
from services.gateway.schemas import users as shapes
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/auth", tags=["sign-in"])


@router.post("/password/forgot", status_code=202, response_class=Response)
async def forget_password(body: shapes.ForgottenPassword, studio: TheStudio) -> Response:
    """Ask for a mail with a link to a new password. Answers the same, and as fast, whether or not there is such an account."""
    await studio.clients.users.RequestPasswordReset(users_pb2.RequestPasswordResetRequest(email=body.email))
    return Response(status_code=202)


@router.post("/password/reset", status_code=204)
async def reset_password(body: shapes.NewPassword, studio: TheStudio) -> None:
    """A new password by the mail's token, which is good for an hour and once; all sessions end. 422 `TOKEN_INVALID`."""
    await studio.clients.users.ResetPassword(users_pb2.ResetPasswordRequest(token=body.token, password=body.password))
    await studio.gatekeeper.hear_of_floors()


@router.post("/password/change", status_code=204)
async def change_password(
    _person: SignedIn,
    body: shapes.PasswordChange,
    request: Request,
    studio: TheStudio,
    cookie: RefreshCookie = None,
) -> None:
    """A new password by the present one; all other sessions end. 401 where the present one is wrong."""
    own = refresh_token(request, studio, body.refresh_token, cookie)
    change = users_pb2.ChangePasswordRequest(
        current_password=body.current_password, new_password=body.new_password, refresh_token=own
    )
    with fields({"password": "new_password"}):
        await studio.clients.users.ChangePassword(change)


@router.post(
    "/email/verify",
    response_model=shapes.User,
    openapi_extra={"security": [{"HTTPBearer": []}, {}]},
    responses={202: {"description": "a new mail is on its way"}},
)
async def verify_email(
    request: Request, studio: TheStudio, body: shapes.Verification | None = None
) -> shapes.User | Response:
    """Prove an e-mail address by the token of the mail, which needs no sign-in; without a token: ask for a new mail."""
    if body is not None and body.token:
        answer = await studio.clients.users.VerifyEmail(users_pb2.VerifyEmailRequest(token=body.token))
        return convert.user(answer.user)
    if request.state.sign_in_error is not None:
        raise request.state.sign_in_error
    await studio.clients.users.RequestEmailVerification(users_pb2.RequestEmailVerificationRequest())
    return Response(status_code=202)
