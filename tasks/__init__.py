"""One module per Prefect task; each calls one function of the engine and returns a small frozen record."""
