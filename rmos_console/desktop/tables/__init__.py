"""The run table: model, delegate and view."""
