"""What people read: one file per kind of answer."""
