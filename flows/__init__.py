"""One Prefect flow per module. Nothing is imported here: Prefect is slow to import and reads its settings when it is."""
