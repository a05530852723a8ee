"""SNMP v2c and v3 authPriv, reading only. Importing this does not import pysnmp; `SnmpClient.prepare()` does."""

from pfha_tui.transports.snmp.client import SnmpClient

__all__ = ["SnmpClient"]
