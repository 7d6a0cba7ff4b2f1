"""The finished film: joined, cut, converted, inspected."""
