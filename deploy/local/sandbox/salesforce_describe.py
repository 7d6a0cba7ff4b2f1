"""What Salesforce says of its own objects: `describe`, in the part that programs read."""

from deploy.local.sandbox.core import Json
from deploy.local.sandbox.salesforce_schema import USER, Field, SObject

_SOAP = {
    "string": "xsd:string", "textarea": "xsd:string", "email": "xsd:string", "phone": "xsd:string", "url": "xsd:string",
    "picklist": "xsd:string", "boolean": "xsd:boolean", "double": "xsd:double", "datetime": "xsd:dateTime",
    "reference": "tns:ID", "id": "tns:ID",
}  # fmt: skip


def summary(of: SObject, version: str) -> Json:
    """An object in the list of all."""
    own = of.name.endswith("__c")
    writable = of is not USER
    base = f"/services/data/{version}/sobjects/{of.name}"
    return {
        "name": of.name, "label": of.label, "labelPlural": of.plural, "keyPrefix": of.prefix, "custom": own,
        "createable": writable, "updateable": writable, "deletable": writable, "queryable": True, "retrieveable": True,
        "replicateable": writable, "undeletable": False,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }  # fmt: skip


def described(of: SObject, version: str) -> Json:
    """An object with its fields."""
    return summary(of, version) | {"fields": [_field(field) for field in of.fields.values()]}


def _field(field: Field) -> Json:
    values = [{"value": value, "label": value, "active": True, "defaultValue": False} for value in field.values]
    return {
        "name": field.name, "label": field.caption(), "type": field.type, "soapType": _SOAP[field.type],
        "length": field.length, "precision": field.precision, "scale": field.scale,
        "custom": field.name.endswith("__c"), "externalId": field.external_id, "idLookup": field.external_id or field.type == "id",
        "unique": field.unique, "nillable": not field.required and field.type != "boolean",
        "createable": field.writable, "updateable": field.writable, "filterable": field.type != "textarea",
        "sortable": field.type != "textarea", "restrictedPicklist": field.restricted, "picklistValues": values,
        "referenceTo": [field.refers_to] if field.refers_to else [], "relationshipName": field.relationship or None,
        "defaultedOnCreate": field.type == "boolean",
    }  # fmt: skip
