"""`random`: chance declines."""

from _rezload_facade import inert_classes, refuse

refuse(globals(), "unordered", (
    "choice choices gauss getrandbits normalvariate randint random randrange sample seed shuffle "
    "triangular uniform"))
inert_classes(globals(), "unordered", "Random SystemRandom")
