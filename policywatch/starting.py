"""Starting faster: how the heavy imports of a command are made.

What belongs here: what the interpreter is told while it loads modules. What does not: which modules are loaded when.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def imports() -> Iterator[None]:
    """Do imports inside: no garbage is looked for meanwhile, nor ever again in what they leave behind.

    Modules are nearly all that a young process holds, and they stay: the collector's walks over them are a seventh of
    the time that Scrapy or Dagster take to load. What was held before is exempt from later walks, too.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
