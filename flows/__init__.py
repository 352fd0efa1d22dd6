"""One Prefect flow per module. Nothing is imported here: Prefect reads its settings when it is imported."""
