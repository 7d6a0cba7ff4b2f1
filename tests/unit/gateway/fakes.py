"""The services behind the gateway, as small as its tests need them."""

# ruff: noqa: N802 - RPCs are named by their contracts, and have a timeout
from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.ops.v1 import ops_pb2
from filmstudio.projects.v1 import projects_pb2, script_pb2, storyboard_pb2
from filmstudio.users.v1 import users_pb2

from services.gateway.clients import SERVICES, Clients
from services.kit import identity
from tests.unit.gateway.fake import NOT_FOUND, Fake, refuse
from tests.unit.gateway.fakes_outside import CrmSync, Notifications, YouTube

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Users(Fake):
    name = "users"

    def __init__(self) -> None:
        super().__init__()
        self.keys = {"k1": KEY}
        self.floors: dict[str, float] = {}
        self.tickets: dict[str, str] = {}
        self.user = users_pb2.User(
            id="u1",
            email="mara@example.com",
            name="Mara",
            role=users_pb2.ROLE_FREE_USER,
            subscription_tier="free",
            etag='"7"',
        )

    def token(self, user_id: str = "u1", role: str = "free_user", kid: str = "k1", **claims: Any) -> str:
        now = int(time.time())
        said = {"sub": user_id, "role": role, "iss": "filmstudio", "aud": "filmstudio", "iat": now, "exp": now + 900}
        return jwt.encode({**said, **claims}, self.keys[kid], algorithm="RS256", headers={"kid": kid})

    def session(self) -> users_pb2.Session:
        return users_pb2.Session(user=self.user, access_token=self.token(), expires_in=900, refresh_token="r" * 43)

    def Register(self, _request: Any) -> users_pb2.RegisterResponse:
        return users_pb2.RegisterResponse(session=self.session())

    def Login(self, _request: Any) -> users_pb2.LoginResponse:
        return users_pb2.LoginResponse(session=self.session())

    def Refresh(self, _request: Any) -> users_pb2.RefreshResponse:
        return users_pb2.RefreshResponse(session=self.session())

    def Logout(self, _request: Any) -> users_pb2.LogoutResponse:
        return users_pb2.LogoutResponse()

    def GetJwks(self, _request: Any) -> users_pb2.GetJwksResponse:
        keys = [
            {
                **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
                "kid": kid,
                "alg": "RS256",
                "use": "sig",
            }
            for kid, key in self.keys.items()
        ]
        return users_pb2.GetJwksResponse(jwks_json=json.dumps({"keys": keys}))

    def ListTokenFloors(self, _request: Any) -> users_pb2.ListTokenFloorsResponse:
        answer = users_pb2.ListTokenFloorsResponse()
        for user_id, seconds in self.floors.items():
            answer.floors.add(user_id=user_id).not_before.FromNanoseconds(int(seconds * 1e9))
        return answer

    def GetUser(self, request: Any) -> users_pb2.GetUserResponse:
        if request.user_id == "nobody":
            raise NOT_FOUND
        return users_pb2.GetUserResponse(user=self.user)

    def UpdateUser(self, request: Any) -> users_pb2.UpdateUserResponse:
        if request.if_match not in ("", self.user.etag):
            raise refuse(grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
        for field in ("name", "language"):
            if request.HasField(field):
                setattr(self.user, field, getattr(request, field))
        return users_pb2.UpdateUserResponse(user=self.user)

    def RequestPasswordReset(self, _request: Any) -> users_pb2.RequestPasswordResetResponse:
        return users_pb2.RequestPasswordResetResponse()

    def ResetPassword(self, request: Any) -> users_pb2.ResetPasswordResponse:
        self._good(request.token)
        return users_pb2.ResetPasswordResponse()

    def ChangePassword(self, _request: Any) -> users_pb2.ChangePasswordResponse:
        return users_pb2.ChangePasswordResponse()

    def VerifyEmail(self, request: Any) -> users_pb2.VerifyEmailResponse:
        self._good(request.token)
        self.user.email_verified = True
        return users_pb2.VerifyEmailResponse(user=self.user)

    def RequestEmailVerification(self, _request: Any) -> users_pb2.RequestEmailVerificationResponse:
        return users_pb2.RequestEmailVerificationResponse()

    def _good(self, token: str) -> None:
        if token != "good":
            raise refuse(grpc.StatusCode.INVALID_ARGUMENT, "TOKEN_INVALID")

    def DeleteUser(self, _request: Any) -> users_pb2.DeleteUserResponse:
        self.floors[identity.caller().user_id] = time.time() + 1
        return users_pb2.DeleteUserResponse()

    def SetAccess(self, request: Any) -> users_pb2.SetAccessResponse:
        if request.HasField("suspended") and request.suspended:
            self.floors[request.user_id] = time.time() + 1
        return users_pb2.SetAccessResponse(user=self.user)

    def ListUsers(self, _request: Any) -> users_pb2.ListUsersResponse:
        return users_pb2.ListUsersResponse(users=[self.user], next_page_token="more")

    def CreateLiveTicket(self, _request: Any) -> users_pb2.CreateLiveTicketResponse:
        ticket = f"ticket-{len(self.tickets)}"
        self.tickets[ticket] = identity.caller().user_id
        answer = users_pb2.CreateLiveTicketResponse(ticket=ticket)
        answer.expire_time.FromSeconds(int(time.time()) + 30)
        return answer

    def RedeemLiveTicket(self, request: Any) -> users_pb2.RedeemLiveTicketResponse:
        if request.ticket not in self.tickets:
            raise refuse(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
        return users_pb2.RedeemLiveTicketResponse(
            user_id=self.tickets.pop(request.ticket), role=users_pb2.ROLE_FREE_USER
        )


class Projects(Fake):
    name = "projects"
    status = projects_pb2.Project.STATUS_DRAFT

    def GetProject(self, request: Any) -> projects_pb2.GetProjectResponse:
        if request.project_id != "p1":
            raise NOT_FOUND
        project = projects_pb2.Project(id="p1", title="T", status=projects_pb2.Project.STATUS_DRAFT, etag="3")
        return projects_pb2.GetProjectResponse(project=project)

    def CreateProject(self, request: Any) -> projects_pb2.CreateProjectResponse:
        project = projects_pb2.Project(id="p1", title=request.title, status=self.status, etag="1")
        return projects_pb2.CreateProjectResponse(project=project)

    def UpdateProject(self, request: Any) -> projects_pb2.UpdateProjectResponse:
        project = projects_pb2.Project(id="p1", title=request.title, status=projects_pb2.Project.STATUS_READY, etag="4")
        return projects_pb2.UpdateProjectResponse(project=project)

    def PutScript(self, request: Any) -> projects_pb2.PutScriptResponse:
        script = script_pb2.Script(project_id="p1", version=1, format=request.format, text=request.text)
        return projects_pb2.PutScriptResponse(script=script)

    def _member(self) -> projects_pb2.CastMember:
        mara = storyboard_pb2.Character(id="c1", name="Mara", age=storyboard_pb2.AGE_GROUP_SENIOR)
        mara.look.garment = "coat"
        return projects_pb2.CastMember(character=mara, in_script=True, overridden=["garment", "voice_pitch"], etag="2")

    def UpdateShot(self, request: Any) -> projects_pb2.UpdateShotResponse:
        edit = request.edit
        shot = storyboard_pb2.Shot(
            id="s1", size=edit.size, wished_ms=edit.duration_ms, overridden=["size", "duration_s"]
        )
        return projects_pb2.UpdateShotResponse(shot=shot, etag="4")

    def ListCharacters(self, _request: Any) -> projects_pb2.ListCharactersResponse:
        return projects_pb2.ListCharactersResponse(members=[self._member()])

    def CreateCharacter(self, _request: Any) -> projects_pb2.CreateCharacterResponse:
        return projects_pb2.CreateCharacterResponse(member=self._member())

    def UpdateCharacter(self, _request: Any) -> projects_pb2.UpdateCharacterResponse:
        return projects_pb2.UpdateCharacterResponse(member=self._member())

    def DeleteAsset(self, _request: Any) -> projects_pb2.DeleteAssetResponse:
        return projects_pb2.DeleteAssetResponse()

    def GetScript(self, _request: Any) -> projects_pb2.GetScriptResponse:
        raise refuse(grpc.StatusCode.FAILED_PRECONDITION, "SCRIPT_MISSING")


class Credits(Fake):
    name = "credits"

    def GetAccount(self, _request: Any) -> credits_pb2.GetAccountResponse:
        return credits_pb2.GetAccountResponse(account=credits_pb2.Account(available=27, held=3, plan_id="pro"))

    def SetPlan(self, request: Any) -> credits_pb2.SetPlanResponse:
        return credits_pb2.SetPlanResponse(account=credits_pb2.Account(plan_id=request.plan_id))

    def GrantCredits(self, request: Any) -> credits_pb2.GrantCreditsResponse:
        transaction = credits_pb2.Transaction(id="t1", kind=credits_pb2.Transaction.KIND_GRANT, amount=request.amount)
        account = credits_pb2.Account(available=request.amount, plan_id="free")
        return credits_pb2.GrantCreditsResponse(account=account, transaction=transaction)

    def ListPlans(self, _request: Any) -> credits_pb2.ListPlansResponse:
        pro = credits_pb2.Plan(id="pro", price_cents=1500, currency="usd", monthly_credits=90, max_live_jobs=3)
        pack = credits_pb2.Pack(id="pack_30", credits=30, price_cents=1400, currency="usd")
        return credits_pb2.ListPlansResponse(plans=[pro], packs=[pack])

    def ListTransactions(self, _request: Any) -> credits_pb2.ListTransactionsResponse:
        bought = credits_pb2.Transaction(
            id="t1", kind=credits_pb2.Transaction.KIND_PURCHASE, amount=30, balance_after=33, payment_id="pi_1"
        )
        return credits_pb2.ListTransactionsResponse(transactions=[bought])

    def CreateCheckout(self, request: Any) -> credits_pb2.CreateCheckoutResponse:
        url = f"https://pay.example/{request.pack_id or request.plan_id}"
        return credits_pb2.CreateCheckoutResponse(url=url, order_id="o1")

    def CreatePortal(self, _request: Any) -> credits_pb2.CreatePortalResponse:
        return credits_pb2.CreatePortalResponse(url="https://pay.example/portal")

    def ListInvoices(self, _request: Any) -> credits_pb2.ListInvoicesResponse:
        invoice = credits_pb2.Invoice(id="in_1", status="paid", amount_due_cents=1500, amount_paid_cents=1500)
        return credits_pb2.ListInvoicesResponse(invoices=[invoice], next_page_token="more")

    def ReceivePaymentEvent(self, request: Any) -> credits_pb2.ReceivePaymentEventResponse:
        if request.signature != "t=1,v1=good":
            raise refuse(grpc.StatusCode.INVALID_ARGUMENT, "SIGNATURE_INVALID", "not signed by Stripe")
        return credits_pb2.ReceivePaymentEventResponse()


class Jobs(Fake):
    """Keeps jobs and their events; `add` writes one more event, as ai_jobs does in its transaction."""

    name = "ai_jobs"

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, jobs_pb2.Job] = {}
        self.events: dict[str, list[jobs_pb2.JobEvent]] = {}
        self.rang: Callable[[bytes], None] = lambda _message: None

    def put(self, job_id: str = "j1", status: Any = jobs_pb2.JOB_STATUS_RUNNING, created_s: float = 0) -> jobs_pb2.Job:
        job = jobs_pb2.Job(id=job_id, project_id="p1", kind=jobs_pb2.JOB_KIND_VIDEO, attempt=1, status=status, etag="1")
        job.create_time.FromNanoseconds(int(created_s * 1e9))
        self.jobs[job_id] = job
        self.events.setdefault(job_id, [])
        return job

    def add(self, job_id: str, kind: str, *, final: bool = False, ring: bool = True) -> None:
        log = self.events[job_id]
        event = jobs_pb2.JobEvent(
            id=f"{job_id}-{len(log) + 1}",
            job_id=job_id,
            project_id="p1",
            seq=len(log) + 1,
            type=kind,
            data_json="{}",
            final=final,
        )
        log.append(event)
        if final:
            self.jobs[job_id].status = jobs_pb2.JOB_STATUS_SUCCEEDED
        if ring:
            self.rang(json.dumps({"type": "job", "job_id": job_id, "project_id": "p1", "user_id": "u1"}).encode())

    def _own(self, job_id: str) -> jobs_pb2.Job:
        if job_id not in self.jobs or identity.caller().user_id != "u1":
            raise NOT_FOUND
        return self.jobs[job_id]

    def GetJob(self, request: Any) -> jobs_pb2.GetJobResponse:
        return jobs_pb2.GetJobResponse(job=self._own(request.job_id))

    def ListJobs(self, request: Any) -> jobs_pb2.ListJobsResponse:
        jobs = [job for job in self.jobs.values() if not request.live or job.status == jobs_pb2.JOB_STATUS_RUNNING]
        return jobs_pb2.ListJobsResponse(jobs=jobs)

    def ListJobEvents(self, request: Any) -> jobs_pb2.ListJobEventsResponse:
        job = self._own(request.job_id)
        events = [event for event in self.events[request.job_id] if event.seq > request.after_seq][: request.page_size]
        return jobs_pb2.ListJobEventsResponse(events=events, ended=job.status == jobs_pb2.JOB_STATUS_SUCCEEDED)

    def CreateJob(self, request: Any) -> jobs_pb2.CreateJobResponse:
        job = self.put("j1", jobs_pb2.JOB_STATUS_QUEUED)
        job.options.CopyFrom(request.options)
        if request.HasField("publish"):
            job.publish.CopyFrom(request.publish)
        return jobs_pb2.CreateJobResponse(job=job)

    def CreateQuote(self, request: Any) -> jobs_pb2.CreateQuoteResponse:
        quote = jobs_pb2.Quote(id="q1", kind=request.kind, credits=3, eta_seconds=40)
        return jobs_pb2.CreateQuoteResponse(quote=quote)

    def CancelJob(self, request: Any) -> jobs_pb2.CancelJobResponse:
        job = self._own(request.job_id)
        already = job.status == jobs_pb2.JOB_STATUS_CANCELING
        job.status = jobs_pb2.JOB_STATUS_CANCELING
        return jobs_pb2.CancelJobResponse(job=job, already=already)

    def GetOutput(self, _request: Any) -> jobs_pb2.GetOutputResponse:
        return jobs_pb2.GetOutputResponse(
            output=jobs_pb2.JobOutput(kind="film", url="http://storage.example/film.mp4?sig=1")
        )


class Operations(Fake):
    def __init__(self, name: str, letters: int) -> None:
        super().__init__()
        self.name = name
        self.letters = [f"{name}.dlq:0:{number}" for number in range(letters)]

    def ListDeadLetters(self, request: Any) -> ops_pb2.ListDeadLettersResponse:
        start = int(request.page_token or 0)
        found = self.letters[start : start + request.page_size]
        end = start + len(found)
        letters = [ops_pb2.DeadLetter(id=item, consumer=self.name) for item in found]
        return ops_pb2.ListDeadLettersResponse(
            dead_letters=letters, next_page_token=str(end) if end < len(self.letters) else ""
        )

    def ReplayDeadLetter(self, request: Any) -> ops_pb2.ReplayDeadLetterResponse:
        if request.id not in self.letters:
            raise NOT_FOUND
        return ops_pb2.ReplayDeadLetterResponse()


class FakeServices:
    def __init__(self) -> None:
        self.users, self.projects, self.credits, self.jobs = Users(), Projects(), Credits(), Jobs()
        self.youtube, self.crm_sync, self.notifications = YouTube(), CrmSync(), Notifications()
        self.operations = {
            name: Operations(name, letters) for name, letters in zip(SERVICES, (2, 0, 3, 0, 1, 0, 0), strict=True)
        }

    def clients(self) -> Clients:
        fakes = (
            self.users, self.projects, self.credits, self.jobs, self.youtube, self.crm_sync, self.notifications,
        )  # fmt: skip
        named: Any = {"jobs" if fake.name == "ai_jobs" else fake.name: fake for fake in fakes}
        operations: Any = self.operations
        channels: Any = {fake.name: fake for fake in fakes}
        return Clients(**named, operations=operations, channels=channels)
