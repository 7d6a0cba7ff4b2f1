"""The records of the sandbox's Salesforce: kept in the store, found by id and by external id.

An index document stands beside each record for each of its external ids, so that an upsert costs the same with ten records as
with fifty thousand. Whoever writes is said with each write: `LastModifiedById` is how a program tells its own writes from
those of people.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_schema import AUTO_NUMBERS, OBJECTS, USER, Field, SObject, known_field, sobject
from deploy.local.sandbox.salesforce_values import cleaned, long_id, record_id, stamp, unknown_column

SERVICE = "salesforce"
# who works in this org: the program that signs in by its own credentials, and a person
INTEGRATION, SUPPORT = record_id("005", 1), record_id("005", 2)
USERS: Mapping[str, Json] = {
    INTEGRATION: {"Id": INTEGRATION, "Name": "AI Film Studio Integration", "Username": "integration@sandbox.example"},
    SUPPORT: {"Id": SUPPORT, "Name": "Sam Support", "Username": "support@sandbox.example"},
}
# refusals that a fault can make of a record, with the words of the real ones
ITEM_REASONS: Mapping[str, str] = {
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record or 1 records",
    "REQUIRED_FIELD_MISSING": "Required fields are missing: [LastName]",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of this org refuses the record",
    "DUPLICATE_VALUE": "duplicate value found",
    "STRING_TOO_LONG": "data value too large",
    "INVALID_EMAIL_ADDRESS": "Email: invalid email address",
    "INVALID_CROSS_REFERENCE_KEY": "invalid cross reference id",
    "INSUFFICIENT_ACCESS_OR_READONLY": "insufficient access rights on object id",
    "ENTITY_IS_DELETED": "entity is deleted",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "a trigger of this org refuses the record",
    "STORAGE_LIMIT_EXCEEDED": "storage limit exceeded",
}


class Records:
    """Reading and writing. Every writing method is one whole change; several go into the store's `together()`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._store = core.store

    def all(self, of: SObject) -> list[Json]:
        """Every record, in the order made."""
        return list(USERS.values()) if of is USER else self._store.list(SERVICE, of.name)

    def count(self, of: SObject) -> int:
        """How many there are."""
        return self._store.count(SERVICE, of.name)

    def find(self, of: SObject, id: str) -> Json | None:
        """A record by its id, of 15 or 18 characters."""
        return USERS.get(long_id(id)) if of is USER else self._store.get(SERVICE, of.name, long_id(id))

    def get(self, of: SObject, id: str) -> Json:
        """A record by its id. Raises `Refused` NOT_FOUND."""
        record = self.find(of, id)
        if record is None:
            raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
        return record

    def by_external_id(self, of: SObject, field: Field, value: str) -> Json | None:
        """A record by one of its external ids."""
        index = self._store.get(SERVICE, _index(of, field), value)
        return self.find(of, index["id"]) if index else None

    def of_id(self, id: str) -> SObject | None:
        """The object that an id belongs to, by its first three characters."""
        return next((of for of in OBJECTS.values() if of.prefix == id[:3]), None)

    def follow(self, of: SObject) -> Any:
        """How a query reads a field of a row of `of`, also a parent's (`Contact__r.Email`)."""

        def read(row: Mapping[str, Any], path: str) -> Any:
            at, current = of, row
            *steps, name = path.split(".")
            for step in steps:
                through = at.by_relationship(step)
                target = sobject(through.refers_to) if through else None
                parent = self.find(target, str(current.get(through.name))) if through and target else None
                if parent is None or target is None:
                    return None
                at, current = target, parent
            return current.get(name)

        return read

    def insert(self, of: SObject, given: Mapping[str, Any], by: str) -> Json:
        """Make a record. Raises `Refused`."""
        self._refuse_by_order(of, given)
        values = cleaned(of, given, self._parent)
        missing = tuple(field.name for field in of.fields.values() if field.required and values.get(field.name) is None)
        if missing:
            raise Refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
        id = record_id(of.prefix, self._store.next_number(f"salesforce.{of.name}"))
        record = {name: False if field.type == "boolean" else None for name, field in of.fields.items()}
        now = self._now()
        record |= {"Id": id, "OwnerId": by, "CreatedDate": now, "CreatedById": by}
        if of.name in AUTO_NUMBERS:
            record["Name"] = AUTO_NUMBERS[of.name].format(self._store.next_number(f"salesforce.{of.name}.Name"))
        return self._write(of, {}, record | values, by)

    def update(self, of: SObject, id: str, given: Mapping[str, Any], by: str) -> Json:
        """Change a record. Raises `Refused`."""
        before = self.find(of, id)
        self._refuse_by_order(of, {**(before or {}), **given})
        if before is None:
            raise Refused("ENTITY_IS_DELETED", "entity is deleted", status=404)
        values = cleaned(of, given, self._parent)
        for field in of.fields.values():
            if field.required and field.name in values and values[field.name] is None:
                raise Refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", (field.name,))
        return self._write(of, before, before | values, by)

    def upsert(self, of: SObject, field: Field, value: Any, given: Mapping[str, Any], by: str) -> tuple[Json, bool]:
        """Change the record with this external id, or make it; True where it was made. Raises `Refused`."""
        if not isinstance(value, str) or not value:
            raise Refused("MISSING_ARGUMENT", f"{field.name} not specified", (field.name,))
        given = {name: inner for name, inner in given.items() if name.lower() != field.name.lower()}
        found = self.by_external_id(of, field, value)
        if found:
            return self.update(of, found["Id"], given, by), False
        return self.insert(of, {**given, field.name: value}, by), True

    def delete(self, of: SObject, id: str) -> None:
        """Delete a record; lookups to it are emptied, as a lookup without further options does. Raises `Refused`."""
        record = self.find(of, id)
        self._refuse_by_order(of, record or {"Id": id})
        if record is None:
            raise Refused("ENTITY_IS_DELETED", "entity is deleted", status=404)
        self._reindex(of, record, {})
        self._store.delete(SERVICE, of.name, record["Id"])
        self._store.put(SERVICE, f"{of.name} deleted", record["Id"], {"id": record["Id"], "deletedDate": self._now()})
        for child in OBJECTS.values():
            for reference in child.references():
                if reference.refers_to == of.name:
                    for row in self._store.list(SERVICE, child.name, {reference.name: record["Id"]}):
                        self._store.put(SERVICE, child.name, row["Id"], row | {reference.name: None})

    def deleted(self, of: SObject) -> list[Json]:
        """{id, deletedDate} of what was deleted."""
        return self._store.list(SERVICE, f"{of.name} deleted")

    def external_field(self, of: SObject, name: str) -> Field:
        """The field to upsert by. Raises `Refused` where it isn't one."""
        field = known_field(of, name)
        if field is None:
            raise unknown_column(of, name)
        if not field.external_id:
            raise Refused("INVALID_FIELD", f"Provided external ID field does not exist or is not accessible: {name}")
        return field

    def shown(self, of: SObject, record: Json, version: str, only: Collection[str] | None = None) -> Json:
        """A record as an answer gives it."""
        path = f"/services/data/{version}/sobjects/{of.name}/{record['Id']}"
        fields = {name: value for name, value in record.items() if only is None or name in only}
        return {"attributes": {"type": of.name, "url": path}, **fields}

    def _write(self, of: SObject, before: Json, record: Json, by: str) -> Json:
        for reference in of.references():
            target = sobject(reference.refers_to)
            named = record[reference.name]
            if named and named != before.get(reference.name) and (target is None or not self.find(target, named)):
                raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (reference.name,))
        for field in of.external_ids():
            value = record[field.name]
            index = self._store.get(SERVICE, _index(of, field), value) if value else None
            if index and index["id"] != record["Id"]:
                why = f"duplicate value found: {field.name} duplicates value on record with id: {index['id']}"
                raise Refused("DUPLICATE_VALUE", why, (field.name,))
        if of.name == "Contact":
            record["Name"] = " ".join(filter(None, (record["FirstName"], record["LastName"])))
        now = self._now()
        record |= {"LastModifiedDate": now, "LastModifiedById": by, "SystemModstamp": now}
        if of.name == "AI_Project__c" and not record["Name"]:
            record["Name"] = record["Id"]  # a text Name that was left out is the record's id
        self._reindex(of, before, record)
        self._store.put(SERVICE, of.name, record["Id"], record)
        return record

    def _reindex(self, of: SObject, before: Json, after: Json) -> None:
        for field in of.external_ids():
            old, new = before.get(field.name), after.get(field.name)
            if old == new:
                continue
            if old:
                self._store.delete(SERVICE, _index(of, field), old)
            if new:
                self._store.put(SERVICE, _index(of, field), new, {"id": after["Id"]})

    def _parent(self, through: Field, name: str, value: Any) -> str:
        target = sobject(through.refers_to)
        assert target is not None  # noqa: S101 - the schema names its own objects
        field = self.external_field(target, name)
        found = self.by_external_id(target, field, value) if isinstance(value, str) else None
        if found is None:
            why = f"Foreign key external ID: {value} not found for field {field.name} in entity {target.name}"
            raise Refused("INVALID_FIELD", why, (through.name,))
        return str(found["Id"])

    def _refuse_by_order(self, of: SObject, given: Mapping[str, Any]) -> None:
        """What `error:REASON` orders for a record whose "Object/external ids/Id" fits."""
        lower = {name.lower(): value for name, value in given.items()}
        names = [field.name for field in of.external_ids()]
        known = [str(lower[name.lower()]) for name in (*names, "Id") if lower.get(name.lower())]
        fault = self._core.faults.take(SERVICE, "/".join([of.name, *known]), {"error"}, ITEM_REASONS)
        if fault:
            fields = ("LastName",) if fault.argument == "REQUIRED_FIELD_MISSING" else ()
            raise Refused(fault.argument, ITEM_REASONS[fault.argument], fields)

    def _now(self) -> str:
        return stamp(self._core.now().astimezone(UTC))


def _index(of: SObject, field: Field) -> str:
    return f"{of.name} by {field.name}"


def between(rows: Iterable[Json], key: str, start: datetime, end: datetime) -> list[Json]:
    """Those whose time lies in [start, end], as `/updated` and `/deleted` mean it."""
    first, last = stamp(start), stamp(end)
    return [row for row in rows if first <= row[key] <= last]
