"""Charts, the HTML page of a run, its tables and model card, and the index pages over runs.

Pure: records in, bytes out. Rendering may be called from several threads.
"""

from ablation.report import preview
from ablation.report.charts.rate import render_rate_range
from ablation.report.charts.trial import render_trial_curves
from ablation.report.files.events import EVENTS, render_events
from ablation.report.files.model_card import escape as escape_markdown
from ablation.report.indexes.pages import render_store_index, render_study_index
from ablation.report.render import render_study
from ablation.report.study import StudyReport

__all__ = [
    "EVENTS",
    "StudyReport",
    "escape_markdown",
    "preview",
    "render_events",
    "render_rate_range",
    "render_store_index",
    "render_study",
    "render_study_index",
    "render_trial_curves",
]
