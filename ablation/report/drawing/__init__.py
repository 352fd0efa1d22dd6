"""How pictures become SVG and PNG: elements, axes, lines, panels, and Vega where it draws."""
