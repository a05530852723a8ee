"""A simulated pair that speaks real SSH and SNMP on loopback; shares no code with the product."""
