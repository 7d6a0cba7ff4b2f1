"""What tests of several pieces share."""
