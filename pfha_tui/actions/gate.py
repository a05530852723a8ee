"""Decides whether a plan may be carried out; the only issuer of permits."""
