"""Who must speak, and by when; and how well they did.

`policy` is what a page's owner decided, and `promises` the one rule of when the next update of an incident is due. `scorecard`
looks back: it makes `cards` of incidents and adds them up to `figures`, which `sheet` hands out.
"""
