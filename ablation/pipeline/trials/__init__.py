"""The steps of one trial: claimed, looked at, trained, evaluated, exported."""
