"""A sheet that shows a trial's data: images in a grid, histograms, class balance, and how values are drawn."""

from ablation.report.preview.render import render_preview
from ablation.report.preview.sheet import Balance, Cell, GridColumn, ImageGrid, Panel, PreviewSheet

__all__ = ["Balance", "Cell", "GridColumn", "ImageGrid", "Panel", "PreviewSheet", "render_preview"]
