"""The trained model in other formats, with the normaliser inside; importing this folder imports no backend."""

from ablation.training.exporting.records import EXPORTED, INPUTS, ExportJob, InputContract

__all__ = ["EXPORTED", "INPUTS", "ExportJob", "InputContract"]
