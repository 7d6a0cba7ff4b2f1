import pytest

from deploy.local.sandbox.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_documents_come_in_the_order_in_which_they_were_first_put(store):
    for id in ("b", "a", "c"):
        store.put("service", "kind", id, {"id": id, "round": 1})
    store.put("service", "kind", "b", {"id": "b", "round": 2})
    assert [(doc["id"], doc["round"]) for doc in store.list("service", "kind")] == [("b", 2), ("a", 1), ("c", 1)]


def test_a_document_that_was_read_is_the_callers_own(store):
    store.put("service", "kind", "a", {"list": [1]})
    store.get("service", "kind", "a")["list"].append(2)
    assert store.get("service", "kind", "a") == {"list": [1]}


def test_services_and_kinds_are_apart(store):
    store.put("one", "kind", "a", {"of": "one"})
    store.put("two", "kind", "a", {"of": "two"})
    assert store.get("one", "kind", "a") == {"of": "one"}
    assert store.get("one", "other", "a") is None
    assert store.kinds("two") == ("kind",)


def test_where_finds_by_values_inside(store):
    store.put("s", "k", "a", {"id": "a", "owner": {"id": "x"}, "done": False})
    store.put("s", "k", "b", {"id": "b", "owner": {"id": "y"}, "done": False})
    store.put("s", "k", "c", {"id": "c", "owner": {"id": "x"}, "done": True})
    found = store.list("s", "k", {"owner.id": "x", "done": False})
    assert [doc["id"] for doc in found] == ["a"]


def test_what_is_deleted_is_gone(store):
    store.put("s", "k", "a", {})
    assert (store.delete("s", "k", "a"), store.delete("s", "k", "a")) == (True, False)
    assert store.count("s", "k") == 0


def test_a_number_is_given_once(store):
    assert [store.next_number("n"), store.next_number("n", 5), store.number("n"), store.number("other")] == [1, 6, 6, 0]


def put_two(store, then):
    with store.together():
        store.put("s", "k", "a", {})
        with store.together():
            store.put("s", "k", "b", {})
        then()


def test_together_is_all_or_nothing(store):
    with pytest.raises(ZeroDivisionError):
        put_two(store, lambda: 1 / 0)
    assert store.count("s", "k") == 0
    put_two(store, lambda: None)
    assert store.count("s", "k") == 2


def test_another_start_finds_everything(store, tmp_path):
    store.put("s", "k", "a", {"text": "ü"})
    store.next_number("n")
    # without closing the first: as after `kill -9`
    again = Store(tmp_path)
    assert (again.get("s", "k", "a"), again.next_number("n")) == ({"text": "ü"}, 2)
    again.close()
