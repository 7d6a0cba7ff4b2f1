"""Requests enter: proto → one call → proto."""

from __future__ import annotations

from typing import Any

from filmstudio.users.v1 import users_pb2 as pb
from filmstudio.users.v1 import users_pb2_grpc

from services.kit import rpc
from services.kit.errors import Invalid
from services.users.events import purpose_of, role_proto, timestamp
from services.users.keys import Keys
from services.users.mail_tokens import MailTokens
from services.users.models import User
from services.users.service import Users
from services.users.sign_in import Session, SignIns

SERVICE = "filmstudio.users.v1.UsersService"
_GATEWAY = {"gateway"}
CALLERS = {
    "Register": _GATEWAY,
    "Login": _GATEWAY,
    "Refresh": _GATEWAY,
    "Logout": _GATEWAY,
    "GetJwks": _GATEWAY,
    "ListTokenFloors": _GATEWAY,
    "GetUser": _GATEWAY,
    "UpdateUser": _GATEWAY,
    "GetContact": {"crm_sync", "notifications", "credits"},
    "IssueMailToken": {"notifications"},
    "RequestPasswordReset": _GATEWAY,
    "ResetPassword": _GATEWAY,
    "ChangePassword": _GATEWAY,
    "VerifyEmail": _GATEWAY,
    "RequestEmailVerification": _GATEWAY,
    "DeleteUser": _GATEWAY,
    "ListUsers": _GATEWAY,
    "SetAccess": _GATEWAY,
    "CreateLiveTicket": _GATEWAY,
    "RedeemLiveTicket": _GATEWAY,
    "ListActivities": _GATEWAY,
}


def user_proto(user: User) -> pb.User:
    """The account as the contract spells it."""
    return pb.User(
        id=str(user.id),
        email=user.email,
        name=user.name,
        role=role_proto(user.role),
        subscription_tier=user.subscription_tier,
        admin=user.admin,
        suspended=user.suspended,
        create_time=timestamp(user.created_at),
        update_time=timestamp(user.updated_at),
        etag=user.etag,
        email_verified=user.email_verified,
        language=user.language,
    )


class UsersServicer(users_pb2_grpc.UsersServiceServicer):
    """filmstudio.users.v1.UsersService."""

    def __init__(self, users: Users, sign_ins: SignIns, mail_tokens: MailTokens, keys: Keys) -> None:
        self._users = users
        self._sign_ins = sign_ins
        self._mail_tokens = mail_tokens
        self._keys = keys

    async def _session(self, session: Session) -> pb.Session:
        return pb.Session(
            user=user_proto(session.user),
            access_token=await self._sign_ins.access_token(session.user),
            expires_in=self._sign_ins.access_token_s,
            refresh_token=session.refresh_token,
            refresh_expire_time=timestamp(session.refresh_expires_at),
        )

    async def Register(self, request: pb.RegisterRequest, context: Any) -> pb.RegisterResponse:
        session = await self._users.register(request.email, request.password, request.name)
        return pb.RegisterResponse(session=await self._session(session))

    async def Login(self, request: pb.LoginRequest, context: Any) -> pb.LoginResponse:
        session = await self._sign_ins.sign_in(request.email, request.password)
        return pb.LoginResponse(session=await self._session(session))

    async def Refresh(self, request: pb.RefreshRequest, context: Any) -> pb.RefreshResponse:
        session = await self._sign_ins.refresh(request.refresh_token)
        return pb.RefreshResponse(session=await self._session(session))

    async def Logout(self, request: pb.LogoutRequest, context: Any) -> pb.LogoutResponse:
        await self._sign_ins.sign_out(request.refresh_token, rpc.caller().user_id, everywhere=request.all)
        return pb.LogoutResponse()

    async def GetJwks(self, request: pb.GetJwksRequest, context: Any) -> pb.GetJwksResponse:
        return pb.GetJwksResponse(jwks_json=self._keys.jwks())

    async def ListTokenFloors(self, request: pb.ListTokenFloorsRequest, context: Any) -> pb.ListTokenFloorsResponse:
        floors = await self._users.floors()
        return pb.ListTokenFloorsResponse(
            floors=[pb.TokenFloor(user_id=str(user_id), not_before=timestamp(floor)) for user_id, floor in floors]
        )

    async def GetUser(self, request: pb.GetUserRequest, context: Any) -> pb.GetUserResponse:
        caller = rpc.caller()
        user = await self._users.get(request.user_id, caller.user(), admin=caller.admin)
        return pb.GetUserResponse(user=user_proto(user))

    async def UpdateUser(self, request: pb.UpdateUserRequest, context: Any) -> pb.UpdateUserResponse:
        name = request.name if request.HasField("name") else None
        language = request.language if request.HasField("language") else None
        user = await self._users.change(rpc.caller().user(), name, language, request.if_match)
        return pb.UpdateUserResponse(user=user_proto(user))

    async def GetContact(self, request: pb.GetContactRequest, context: Any) -> pb.GetContactResponse:
        user = await self._users.contact(request.user_id)
        return pb.GetContactResponse(
            email=user.email,
            name=user.name,
            language=user.language,
            email_verified=user.email_verified,
            suspended=user.suspended,
        )

    async def IssueMailToken(self, request: pb.IssueMailTokenRequest, context: Any) -> pb.IssueMailTokenResponse:
        purpose = purpose_of(request.purpose)
        if purpose is None:
            raise Invalid("say what the token is for", field="purpose")
        issued = await self._mail_tokens.issue(request.user_id, purpose)
        return pb.IssueMailTokenResponse(
            token=issued.token,
            expire_time=timestamp(issued.expires_at),
            email=issued.user.email,
            name=issued.user.name,
            language=issued.user.language,
        )

    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: Any
    ) -> pb.RequestPasswordResetResponse:
        await self._mail_tokens.request_reset(request.email)
        return pb.RequestPasswordResetResponse()

    async def ResetPassword(self, request: pb.ResetPasswordRequest, context: Any) -> pb.ResetPasswordResponse:
        await self._mail_tokens.reset_password(request.token, request.password)
        return pb.ResetPasswordResponse()

    async def ChangePassword(self, request: pb.ChangePasswordRequest, context: Any) -> pb.ChangePasswordResponse:
        await self._mail_tokens.change_password(
            rpc.caller().user(), request.current_password, request.new_password, request.refresh_token
        )
        return pb.ChangePasswordResponse()

    async def VerifyEmail(self, request: pb.VerifyEmailRequest, context: Any) -> pb.VerifyEmailResponse:
        return pb.VerifyEmailResponse(user=user_proto(await self._mail_tokens.verify_email(request.token)))

    async def RequestEmailVerification(
        self, request: pb.RequestEmailVerificationRequest, context: Any
    ) -> pb.RequestEmailVerificationResponse:
        await self._mail_tokens.request_verification(rpc.caller().user())
        return pb.RequestEmailVerificationResponse()

    async def DeleteUser(self, request: pb.DeleteUserRequest, context: Any) -> pb.DeleteUserResponse:
        await self._users.delete(rpc.caller().user(), request.if_match)
        return pb.DeleteUserResponse()

    async def ListUsers(self, request: pb.ListUsersRequest, context: Any) -> pb.ListUsersResponse:
        rpc.caller().require_admin()
        users, next_page = await self._users.find(request.query, request.page_size, request.page_token)
        return pb.ListUsersResponse(users=[user_proto(user) for user in users], next_page_token=next_page)

    async def SetAccess(self, request: pb.SetAccessRequest, context: Any) -> pb.SetAccessResponse:
        caller = rpc.caller()
        caller.require_admin()
        user = await self._users.set_access(
            caller.user(),
            request.user_id,
            admin=request.admin if request.HasField("admin") else None,
            suspended=request.suspended if request.HasField("suspended") else None,
            if_match=request.if_match,
        )
        return pb.SetAccessResponse(user=user_proto(user))

    async def CreateLiveTicket(self, request: pb.CreateLiveTicketRequest, context: Any) -> pb.CreateLiveTicketResponse:
        ticket, expires_at = await self._sign_ins.create_ticket(rpc.caller().user())
        return pb.CreateLiveTicketResponse(ticket=ticket, expire_time=timestamp(expires_at))

    async def RedeemLiveTicket(self, request: pb.RedeemLiveTicketRequest, context: Any) -> pb.RedeemLiveTicketResponse:
        user = await self._sign_ins.redeem_ticket(request.ticket)
        return pb.RedeemLiveTicketResponse(
            user_id=str(user.id), role=role_proto(user.role), subscription_tier=user.subscription_tier
        )

    async def ListActivities(self, request: pb.ListActivitiesRequest, context: Any) -> pb.ListActivitiesResponse:
        rpc.caller().require_admin()
        activities, next_page = await self._users.activities(request.user_id, request.page_size, request.page_token)
        return pb.ListActivitiesResponse(
            activities=[
                pb.Activity(
                    id=str(activity.id),
                    actor_id=str(activity.actor_id or ""),
                    subject_id=str(activity.subject_id or ""),
                    action=activity.action,
                    details={key: str(value) for key, value in activity.details.items()},
                    create_time=timestamp(activity.created_at),
                )
                for activity in activities
            ],
            next_page_token=next_page,
        )
