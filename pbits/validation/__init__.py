"""Published and exact results, reproduced live: the rows of ``pbits validate``.

To add rows: a file here with a list `ROWS` of :class:`~pbits.validation.rows.Row`, and its name in
`pbits.validation.table`.
"""
