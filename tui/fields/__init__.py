"""What a form can edit: fields as tables, their texts, and the plain documents they stand in.

Which fields make up which section is in `tui.sections`; no widget lives here.
"""
