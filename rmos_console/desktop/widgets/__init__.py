"""Small painted widgets that the views share."""
