import pytest

from deploy.local.sandbox.faults import FOR_EVER, VOCABULARY, Fault, Faults
from deploy.local.sandbox.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def faults(store):
    return Faults(store)


@pytest.mark.parametrize(
    "text", ["status:503", "cut:0", "late:0.5", "error:quotaExceeded", "short_308", "lost_session", "repeat:2", "shuffle", "private_lock"]
)  # fmt: skip
def test_every_word_of_the_vocabulary_can_be_said(text):
    fault = Fault.parse(text)
    assert ":".join(filter(None, (fault.name, fault.argument))) == text
    assert fault.name in VOCABULARY


@pytest.mark.parametrize("text", ["", "explode", "status", "status:99", "status:x", "cut:-1", "cut:1.5", "short_308:1"])
def test_nothing_else_can(text):
    with pytest.raises(ValueError, match=r"no such fault|:[A-Z]+ —"):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ("", True),
        ("/upload/", True),
        ("PUT", True),
        ("PUT /api/upload/*", True),
        ("PUT /api/*/videos", True),
        ("*upload_id=[ab]*", True),
        ("POST", False),
        ("PUT /api", True),
        ("PUT /other/*", False),
    ],
)
def test_a_match_is_a_part_or_a_pattern(faults, match, fits):
    faults.add("youtube", match, Fault("status", "503"))
    found = faults.take("youtube", "PUT /api/upload/videos?upload_id=a", {"status"})
    assert (found is not None) == fits


def test_a_fault_is_used_up(faults):
    faults.add("mail", "", Fault("status", "451"), times=2)
    assert [faults.take("mail", "x", {"status"}) is not None for _ in range(3)] == [True, True, False]
    assert faults.left() == []


def test_a_fault_for_ever_is_not(faults):
    faults.add("mail", "", Fault("status", "451"), times=FOR_EVER)
    assert all(faults.take("mail", "x", {"status"}) for _ in range(5))
    assert faults.left()[0]["times"] == FOR_EVER


def test_only_what_is_asked_for_is_taken(faults):
    faults.add("stripe", "", Fault("shuffle"))
    assert faults.take("stripe", "x", {"status", "late"}) is None
    assert faults.take("salesforce", "x", {"shuffle"}) is None
    assert faults.take("stripe", "x", {"shuffle"}) == Fault("shuffle")


def test_an_argument_that_makes_no_sense_here_waits_for_its_place(faults):
    faults.add("youtube", "", Fault("error", "invalid_grant"))
    assert faults.take("youtube", "GET /api", {"error"}, {"quotaExceeded"}) is None
    assert faults.take("youtube", "POST /token", {"error"}, {"invalid_grant"}) == Fault("error", "invalid_grant")


def test_the_first_order_is_served_first(faults):
    faults.add("mail", "", Fault("status", "450"))
    faults.add("mail", "", Fault("status", "451"))
    assert [faults.take("mail", "x", {"status"}).count for _ in range(2)] == [450, 451]


def test_what_is_left_is_known_after_a_restart(faults, store):
    faults.add("mail", "x", Fault("status", "450"), times=2)
    faults.take("mail", "x", {"status"})
    assert [rule["times"] for rule in Faults(store).left()] == [1]
    faults.clear()
    assert Faults(store).left() == []
