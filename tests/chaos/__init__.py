"""Faults on purpose: processes killed, stopped and frozen while films are made, and what is lost or done twice counted."""
