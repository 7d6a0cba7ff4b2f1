"""A record as it is sent: its fields, its parents by their external ids, and of a contact the name and address of this moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from services.crm_sync.models import CONSENT, CONTACT, EXTERNAL_ID, PROJECT, VIDEO, Fields, Record
from services.crm_sync.salesforce import Item

FIRST_NAME_CHARS, LAST_NAME_CHARS = 40, 80
# what stays as the person wrote it who made the record
_THEIRS = frozenset({"Transaction_Type__c", "Amount__c", "Reason__c", "Created_By_Studio__c"})


@dataclass(frozen=True)
class Person:
    """Who a contact is, asked of users when it is sent and kept nowhere."""

    email: str
    name: str

    def fields(self) -> Fields:
        """Salesforce wants a last name of everybody: of one word it is that, of none the address up to its @."""
        first, _, last = self.name.strip().rpartition(" ")
        return {
            "FirstName": first.strip()[:FIRST_NAME_CHARS] or None,
            "LastName": (last or self.email.partition("@")[0])[:LAST_NAME_CHARS],
            "Email": self.email,
        }

    def hidden_in(self, text: str) -> str:
        """The text without what Salesforce may quote of them."""
        for said in sorted({self.email, self.name, *self.name.split()}, key=len, reverse=True):
            text = text.replace(said, "…") if len(said) > 2 else text
        return text


@dataclass(frozen=True)
class Parcel:
    """A record on its way: what is sent, and what of it has to be known when the answer comes."""

    external_id: str
    user_id: str
    project_id: str | None
    wanted_hash: str
    sent: Fields
    person: Person | None = None
    record_id: str | None = None
    attempts: int = 0

    def error(self, item: Item) -> str:
        """Why it was refused, without personal data."""
        message = self.person.hidden_in(item.message) if self.person else item.message
        return f"{item.code}: {message}"[:1000]

    def there(self, known: Fields, item: Item) -> Fields:
        """What now stands there in the field that people may change: as sent, or else as known, or as a new record has it."""
        if CONSENT in self.sent:
            return {CONSENT: self.sent[CONSENT]}
        return {CONSENT: False} if item.created and known else known


def parcel(record: Record, person: Person | None = None, without_projects: Collection[str] = ()) -> Parcel:
    """A record made ready. `without_projects`: projects that don't stand there, to which nothing can be tied."""
    fields = record.fields()
    if record.adopted:
        sent: Fields = {"id": record.record_id, EXTERNAL_ID[record.object]: record.external_id}
        sent |= {name: value for name, value in fields.items() if name not in _THEIRS}
    else:
        sent = {EXTERNAL_ID[record.object]: record.external_id, **fields}
    if record.object == CONTACT:
        if CONSENT in record.there and record.there[CONSENT] == fields.get(CONSENT):
            # it says so there already, and what a person says there since is theirs to say
            sent.pop(CONSENT, None)
        sent |= person.fields() if person else {}
    elif not record.adopted:
        sent["Contact__r"] = {EXTERNAL_ID[CONTACT]: record.user_id}
    if record.object == VIDEO and record.project_id and record.project_id not in without_projects:
        sent["AI_Project__r"] = {EXTERNAL_ID[PROJECT]: record.project_id}
    return Parcel(
        external_id=record.external_id, user_id=record.user_id, project_id=record.project_id,
        wanted_hash=record.wanted_hash, sent=sent, person=person, record_id=record.record_id, attempts=record.attempts,
    )  # fmt: skip
