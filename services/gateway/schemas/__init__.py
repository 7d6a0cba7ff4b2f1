"""The shapes of the public contract, one file a resource: unknown fields are refused, choices are enums, examples are real."""
