"""What is refused, with which status and code, and that nothing is charged for it."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Film
from tests.support.studio import SCRIPT, Person, Studio, problem


@pytest.fixture(scope="module")
def project(filmmaker: Person) -> str:
    return filmmaker.project_with_script()


def video(project_id: str, **options: object) -> dict[str, object]:
    return {"project_id": project_id, "options": options}


@pytest.mark.parametrize("path", ["/me", "/projects", "/credits", "/jobs", "/admin/users", "/projects/1/script"])
def test_who_has_not_signed_in_is_asked_to(studio: Studio, path: str) -> None:
    nobody = studio.anonymous()
    nobody.refused(401, "UNAUTHENTICATED", "GET", path)
    nobody.http.headers["Authorization"] = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
    nobody.refused(401, "UNAUTHENTICATED", "GET", path)


def test_a_wrong_password_and_a_taken_address_are_refused(studio: Studio, filmmaker: Person) -> None:
    nobody = studio.anonymous()
    account = {"email": filmmaker.email, "password": "another long passphrase"}
    nobody.refused(401, "UNAUTHENTICATED", "POST", "/auth/login", account)
    nobody.refused(409, "EMAIL_TAKEN", "POST", "/auth/register", account)
    guessable = {"email": "guessable@example.com", "password": "password1"}
    nobody.refused(422, "VALIDATION_FAILED", "POST", "/auth/register", guessable)


def test_what_is_not_yours_is_not_there(studio: Studio, film: Film) -> None:
    stranger = studio.register()
    job_id, project_id = film.job["id"], film.project_id
    for method, path, body in (
        ("GET", f"/projects/{project_id}", None),
        ("PATCH", f"/projects/{project_id}", {"title": "Mine"}),
        ("DELETE", f"/projects/{project_id}", None),
        ("GET", f"/projects/{project_id}/script", None),
        ("PUT", f"/projects/{project_id}/script", {"format": "plain", "text": "Mine now."}),
        ("GET", f"/projects/{project_id}/scenes", None),
        ("POST", "/quotes", {"kind": "video", "project_id": project_id}),
        ("POST", "/generate/video", video(project_id)),
        ("GET", f"/jobs/{job_id}", None),
        ("POST", f"/jobs/{job_id}/cancel", None),
        ("POST", f"/jobs/{job_id}/retry", None),
        ("GET", f"/jobs/{job_id}/outputs/film", None),
        ("GET", "/jobs/no-such-job", None),
        ("GET", "/assets/no-such-asset", None),
    ):
        stranger.refused(404, "NOT_FOUND", method, path, body)
    assert stranger.ok("GET", "/jobs")["items"] == []


def test_credits_that_do_not_suffice_are_named(studio: Studio) -> None:
    person = studio.register("pro")
    project_id = person.project_with_script()
    refused = person.refused(402, "INSUFFICIENT_CREDITS", "POST", "/generate/video", video(project_id, duration_s=120))
    assert (refused["needed"], refused["available"]) == (6, 3)
    assert person.ok("GET", f"/jobs?project_id={project_id}")["items"] == []
    assert person.settled()["available"] == 3


def test_a_plans_limits_are_named(studio: Studio) -> None:
    person = studio.register()
    project_id = person.project_with_script()
    for options, limit, allowed in (
        ({"resolution": "1080p"}, "resolution", "720p"),
        ({"duration_s": 61}, "duration_s", 60),
    ):
        for path, more in (("/generate/video", {}), ("/quotes", {"kind": "video"})):
            refused = person.refused(403, "PLAN_LIMIT", "POST", path, {**video(project_id, **options), **more})
            assert (refused["limit"], refused["allowed"]) == (limit, allowed)
    person.project()
    person.project()
    assert person.refused(403, "PLAN_LIMIT", "POST", "/projects", {"title": "A fourth"})["allowed"] == 3
    # one job at once
    job_id = person.order(project_id)["id"]
    other = person.ok("GET", "/projects")["items"][0]["id"]
    person.put_script(other)
    refused = person.refused(403, "PLAN_LIMIT", "POST", "/generate/video", video(other, duration_s=15))
    assert (refused["limit"], refused["allowed"]) == ("live_jobs", 1)
    assert person.ask("POST", f"/jobs/{job_id}/cancel").status_code == 202
    assert person.wait_for_end(job_id, 10)["status"] == "canceled"


def test_a_quote_binds_script_and_options(filmmaker: Person) -> None:
    project_id = filmmaker.project_with_script()
    asked = {"kind": "video", **video(project_id, duration_s=15)}
    quote_id = filmmaker.ok("POST", "/quotes", asked)["quote_id"]
    other_options = {**video(project_id, duration_s=16), "quote_id": quote_id}
    filmmaker.refused(409, "QUOTE_STALE", "POST", "/generate/video", other_options)
    filmmaker.put_script(project_id, SCRIPT.replace("rains", "pours"))
    order = {**video(project_id, duration_s=15), "quote_id": quote_id}
    filmmaker.refused(409, "QUOTE_STALE", "POST", "/generate/video", order)


def test_what_has_changed_since_it_was_read_is_not_overwritten(filmmaker: Person, project: str) -> None:
    read = filmmaker.ask("GET", f"/projects/{project}")
    etag = read.headers["etag"]
    changed = filmmaker.ask("PATCH", f"/projects/{project}", {"description": "once"}, If_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    change = {"description": "twice"}
    filmmaker.refused(412, "ETAG_MISMATCH", "PATCH", f"/projects/{project}", change, If_Match=etag)
    filmmaker.refused(412, "ETAG_MISMATCH", "DELETE", f"/projects/{project}", If_Match=etag)
    assert filmmaker.ok("GET", f"/projects/{project}")["description"] == "once"


def test_what_is_too_large_or_no_json_is_refused_at_the_door(filmmaker: Person, project: str) -> None:
    path = f"/projects/{project}/script"
    filmmaker.refused(413, "TOO_LARGE", "PUT", path, {"format": "plain", "text": "word " * 300_000})
    http = filmmaker.http
    problem(http.put(f"/api/v1{path}", content=b"format=plain&text=Hello"), 415, "UNSUPPORTED_TYPE")
    json_type = {"content-type": "application/json"}
    problem(http.put(f"/api/v1{path}", content=b'{"format": "pla', headers=json_type), 400, "MALFORMED")
    assert filmmaker.ask("POST", "/health").status_code == 404


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ({"format": "fountain", "text": ""}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "fountain", "text": " \n\t\n"}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "fountain", "text": "INT. KITCHEN - NIGHT"}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "plain", "text": "x" * 200_001}, 413, "TOO_LARGE"),
        ({"format": "plain", "text": "\x00\x01\x02PNG\x1a\x00" * 40}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "fdx", "text": "<FinalDraft><Content><Paragraph>"}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "fdx", "text": "<html><body>Hello</body></html>"}, 422, "SCRIPT_UNREADABLE"),
        ({"format": "docx", "text": "Hello."}, 422, "VALIDATION_FAILED"),
        ({"format": "plain", "text": "Hello.", "language": "tlh"}, 422, "LANGUAGE_UNSUPPORTED"),
        ({"format": "plain", "text": "Hello.", "pages": 3}, 422, "VALIDATION_FAILED"),
        ({"format": "plain"}, 422, "VALIDATION_FAILED"),
    ],
)
def test_a_script_that_cannot_be_read_is_refused(
    filmmaker: Person, project: str, script: dict[str, object], status: int, code: str
) -> None:
    before = filmmaker.ok("GET", f"/projects/{project}/script")
    filmmaker.refused(status, code, "PUT", f"/projects/{project}/script", script)
    assert filmmaker.ok("GET", f"/projects/{project}/script") == before


def test_an_unknown_format_or_language_names_the_known_ones(filmmaker: Person, project: str) -> None:
    path = f"/projects/{project}/script"
    refused = filmmaker.refused(422, "VALIDATION_FAILED", "PUT", path, {"format": "docx", "text": "Hello."})
    (error,) = refused["errors"]
    assert error["pointer"] == "/format"
    assert all(name in error["detail"] for name in ("fountain", "fdx", "markdown", "plain"))
    hello = {"format": "plain", "text": "Hello.", "language": "tlh"}
    assert {"en", "hi", "es"} <= set(filmmaker.refused(422, "LANGUAGE_UNSUPPORTED", "PUT", path, hello)["supported"])
    order = video(project, duration_s=15, subtitles={"languages": ["tlh"]})
    assert filmmaker.refused(422, "LANGUAGE_UNSUPPORTED", "POST", "/generate/video", order)["supported"] == ["en"]


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"duration_s": 14}, "/options/duration_s"),
        ({"duration_s": 301}, "/options/duration_s"),
        ({"resolution": "4k"}, "/options/resolution"),
        ({"aspect": "4:3"}, "/options/aspect"),
        ({"fps": 23}, "/options/fps"),
        ({"style": "anime"}, "/options/style"),
        ({"seed": -1}, "/options/seed"),
        ({"colour": "blue"}, "/options/colour"),
        ({"engines": {"draw_frame": "none@1"}}, "/options/engines/draw_frame"),
        ({"images": ["no-such-asset"]}, "/options/images/0"),
        ({"music": {"asset_id": "no-such-asset"}}, "/options/music/asset_id"),
    ],
)
def test_an_option_out_of_bounds_is_pointed_at(
    filmmaker: Person, project: str, options: dict[str, object], pointer: str
) -> None:
    refused = filmmaker.refused(422, "VALIDATION_FAILED", "POST", "/generate/video", video(project, **options))
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


def test_a_film_needs_a_script_that_fits(filmmaker: Person) -> None:
    project_id = filmmaker.project()
    filmmaker.refused(422, "SCRIPT_MISSING", "POST", "/generate/video", video(project_id))
    filmmaker.refused(404, "NOT_FOUND", "GET", f"/projects/{project_id}/script")
    before = filmmaker.settled()
    filmmaker.put_script(project_id, "The kettle sings of the sea and of the rain. " * 20, format="plain")
    order = video(project_id, duration_s=15)
    needed = filmmaker.refused(422, "SCRIPT_TOO_LONG", "POST", "/generate/video", order)["needed_seconds"]
    assert 30 < needed < 120
    quote = filmmaker.ok("POST", "/quotes", {"kind": "video", **video(project_id, duration_s=needed)})
    assert quote["credits"] >= 3 * needed // 60
    assert filmmaker.settled() == before


def test_refusals_come_in_the_order_of_the_contract(studio: Studio) -> None:
    person = studio.register()
    project_id = person.project()
    too_much = video(project_id, duration_s=120, resolution="1080p")
    # without a sign-in, then without a script, then beyond the plan: each hides what comes after it
    studio.anonymous().refused(401, "UNAUTHENTICATED", "POST", "/generate/video", too_much)
    person.refused(422, "SCRIPT_MISSING", "POST", "/generate/video", too_much)
    person.put_script(project_id)
    person.refused(403, "PLAN_LIMIT", "POST", "/generate/video", too_much)
