"""The TOML configuration: schema, loading, locations, secrets by reference."""
