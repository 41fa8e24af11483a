"""Foreign layouts to runs: one file per layout, nothing here writes.

:func:`detect` names the layout of a path, :func:`read` yields what is in it as the items of :mod:`.found`.
"""
