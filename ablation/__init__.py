"""The ablation engine: specs in; trained, evaluated, compared and published studies out. Knows nothing of Prefect."""
