"""The objects and fields that the sandbox's Salesforce knows: a Contact with our fields, and our three custom objects.

Types are the REST API's (`describe`): what a value must look like, and what a field refuses, follows from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# the org's newest; any version between the two is served alike
OLDEST_VERSION, NEWEST_VERSION = 50, 66


@dataclass(frozen=True)
class Field:
    """One field of an object, in the words of `describe`."""

    name: str
    # string, textarea, email, phone, url, boolean, double, datetime, picklist, reference, id
    type: str
    # characters; 0 where the type has none
    length: int = 0
    external_id: bool = False
    unique: bool = False
    # must be given when a record is made
    required: bool = False
    # of a picklist; other values are refused only where it is restricted
    values: tuple[str, ...] = ()
    restricted: bool = False
    # of a reference: the object that it names, and how a query or a nested external id says it
    refers_to: str = ""
    relationship: str = ""
    # digits in all and behind the point, of a double
    precision: int = 0
    scale: int = 0
    # False: only Salesforce itself sets it
    writable: bool = True
    # what its own name doesn't say
    label: str = ""

    def caption(self) -> str:
        """What a page calls it."""
        return self.label or self.name.removesuffix("__c").replace("_", " ")


@dataclass(frozen=True)
class SObject:
    """One object: its fields by name, and the three characters that its record ids begin with."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: Mapping[str, Field] = field(default_factory=dict)

    def external_ids(self) -> list[Field]:
        """The fields by which a record can be upserted."""
        return [known for known in self.fields.values() if known.external_id]

    def references(self) -> list[Field]:
        """The fields that name another record, those that Salesforce sets itself excepted."""
        return [known for known in self.fields.values() if known.type == "reference" and known.writable]

    def by_relationship(self, name: str) -> Field | None:
        """The reference that a name such as `Contact__r` follows."""
        return next((known for known in self.fields.values() if known.relationship.lower() == name.lower()), None)


def _text(name: str, length: int = 255, **more: object) -> Field:
    return Field(name, "string", length=length, **more)  # type: ignore[arg-type]


def _external(name: str) -> Field:
    return Field(name, "string", length=64, external_id=True, unique=True)


def _long(name: str, length: int = 32_768) -> Field:
    return Field(name, "textarea", length=length)


def _url(name: str) -> Field:
    return Field(name, "url", length=255)


def _number(name: str, precision: int = 18, scale: int = 0) -> Field:
    return Field(name, "double", precision=precision, scale=scale)


def _picklist(name: str, *values: str, restricted: bool = False) -> Field:
    return Field(name, "picklist", length=255, values=values, restricted=restricted)


def _lookup(name: str, target: str, relationship: str) -> Field:
    return Field(name, "reference", length=18, refers_to=target, relationship=relationship)


SYSTEM = (
    Field("Id", "id", length=18, writable=False),
    Field("IsDeleted", "boolean", writable=False),
    Field("OwnerId", "reference", length=18, writable=False, refers_to="User", relationship="Owner"),
    Field("CreatedDate", "datetime", writable=False),
    Field("CreatedById", "reference", length=18, writable=False, refers_to="User", relationship="CreatedBy"),
    Field("LastModifiedDate", "datetime", writable=False),
    Field("LastModifiedById", "reference", length=18, writable=False, refers_to="User", relationship="LastModifiedBy"),
    Field("SystemModstamp", "datetime", writable=False),
)


def _sobject(name: str, label: str, plural: str, prefix: str, *own: Field) -> SObject:
    return SObject(name, label, plural, prefix, {known.name: known for known in (*SYSTEM, *own)})


CONTACT = _sobject(
    "Contact", "Contact", "Contacts", "003",
    Field("Name", "string", length=121, writable=False),
    _text("FirstName", 40),
    _text("LastName", 80, required=True),
    Field("Email", "email", length=80),
    Field("Phone", "phone", length=40),
    _text("Title", 128),
    _long("Description", 32_000),
    Field("HasOptedOutOfEmail", "boolean", label="Email Opt Out"),
    _external("AI_Film_User_ID__c"),
    _picklist("Subscription_Tier__c", "free", "pro", "enterprise"),
    _number("Credit_Balance__c"),
    _number("Total_Films_Generated__c"),
    Field("YouTube_Channel_Connected__c", "boolean"),
)  # fmt: skip

AI_PROJECT = _sobject(
    "AI_Project__c", "AI Project", "AI Projects", "a01",
    _text("Name", 80),
    _external("AI_Film_Project_ID__c"),
    _lookup("Contact__c", "Contact", "Contact__r"),
    _long("Script__c", 131_072),
    _number("Duration__c", 18, 2),
    _picklist("Status__c", "Draft", "Queued", "Processing", "Completed", "Failed", "Canceled"),
    _text("Voice_Selection__c"),
    _text("Music_Type__c"),
    _url("Video_URL__c"),
    _url("Subtitle_URL__c"),
    _url("Thumbnail_URL__c"),
    _number("Credits_Used__c"),
    _long("Error_Message__c"),
)  # fmt: skip

AI_CREDIT = _sobject(
    "AI_Credit__c", "AI Credit", "AI Credits", "a02",
    _text("Name", 80, writable=False),
    _external("AI_Film_Transaction_ID__c"),
    _lookup("Contact__c", "Contact", "Contact__r"),
    _picklist("Transaction_Type__c", "Deduction", "Purchase", "Grant", "Refund", restricted=True),
    _number("Amount__c"),
    _number("Balance_After__c"),
    _text("Stripe_Transaction_ID__c"),
    _picklist("Payment_Status__c", "Pending", "Paid", "Failed", "Refunded", "Disputed"),
    _long("Reason__c"),
    Field("Created_By_Studio__c", "boolean"),
)  # fmt: skip

YOUTUBE_INTEGRATION = _sobject(
    "YouTube_Integration__c", "YouTube Integration", "YouTube Integrations", "a03",
    _text("Name", 80, writable=False),
    _external("YouTube_Video_ID__c"),
    _external("AI_Film_Publication_ID__c"),
    _lookup("Contact__c", "Contact", "Contact__r"),
    _lookup("AI_Project__c", "AI_Project__c", "AI_Project__r"),
    _text("Channel__c"),
    _text("Playlist__c"),
    _picklist(
        "Upload_Status__c",
        "queued", "waiting_quota", "uploading", "processing", "scheduled", "published", "failed", "canceled",
    ),
    _number("Views__c"),
    _number("Likes__c"),
)  # fmt: skip

# those who work in the org: read only here
USER = SObject(
    "User", "User", "Users", "005",
    {known.name: known for known in (
        Field("Id", "id", length=18, writable=False),
        Field("Name", "string", length=121, writable=False),
        Field("Username", "string", length=80, writable=False),
    )},
)  # fmt: skip

# parents before children
OBJECTS: Mapping[str, SObject] = {known.name: known for known in (CONTACT, AI_PROJECT, AI_CREDIT, YOUTUBE_INTEGRATION)}
# fields that Salesforce numbers itself: the format of the next one
AUTO_NUMBERS = {"AI_Credit__c": "AC-{:06d}", "YouTube_Integration__c": "YT-{:06d}"}


def sobject(name: str) -> SObject | None:
    """An object by its name; Salesforce takes names in any case."""
    return next((known for known in (*OBJECTS.values(), USER) if known.name.lower() == name.lower()), None)


def known_field(of: SObject, name: str) -> Field | None:
    """A field by its name, in any case."""
    return of.fields.get(name) or next((f for f in of.fields.values() if f.name.lower() == name.lower()), None)
