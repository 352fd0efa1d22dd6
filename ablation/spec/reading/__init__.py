"""Reading a spec: YAML with line numbers, includes, paths into it, and problems a person can act on."""
