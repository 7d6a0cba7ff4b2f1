"""Refusals in Salesforce's words."""


class Refused(Exception):
    """A request or one record that Salesforce won't take: code, text for people, and the fields it is about."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status

    def of_request(self) -> list[dict[str, object]]:
        """The body of a refused request."""
        body: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            body["fields"] = list(self.fields)
        return [body]

    def of_record(self) -> dict[str, object]:
        """The entry of a refused record in an answer that is itself a success."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}


class Unreadable(Refused):
    """What can't be read as a record at all: it ends the whole request, not only one record's turn."""
