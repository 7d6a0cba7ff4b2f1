"""Word to others as the local studio has it: the sandbox's webhook receiver and its mailbox."""

from pathlib import Path
from uuid import uuid4

from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from svix.webhooks import Webhook

from services.notifications.smtp import SmtpServer
from tests.integration.notifications.house import House
from tests.support import sandbox


async def test_the_sandbox_shows_the_message_and_the_mail_about_a_film(house: House, tmp_path: Path) -> None:
    async with sandbox.running(tmp_path) as box:
        user = house.person("fr")
        _, secret = await house.endpoint(user, f"{box.url}/webhooks/in/films", "job.succeeded")
        house.postman._server = SmtpServer("127.0.0.1", box.smtp_port, "none", "", "", "studio@example.com", 10)
        job = jobs_pb2.Job(id=str(uuid4()), user_id=str(user), kind=jobs_pb2.JOB_KIND_VIDEO, project_title="Gull Rock")
        await house.tell(jobs.JobSucceeded(job=job))
        await house.send()
        await house.postman.deliver()

        [request] = (await box.state("webhooks"))["records"]["Request"]
        [letter] = (await box.state("mail"))["records"]["Message"]
    Webhook(secret).verify(request["body"], request["headers"])
    assert request["path"] == "/films"
    assert letter["to"] == [house.people.known[user].email]
    assert letter["subject"] == "Votre film est prêt : Gull Rock"
    assert f"https://studio.example.com/api/v1/jobs/{job.id}/outputs/film" in letter["text"]
