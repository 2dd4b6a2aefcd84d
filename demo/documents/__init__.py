"""The demo portal's documents as data, `*.yaml`: what each page says and what happens to it.

What belongs here: invented texts only, nothing copied from a real page. One mapping per file, document id to facts:

- `page` its address; `shape` the template in `demo/templates`; `since` the first edition that lists it
- `title`, `published`, `flag` (the list's word for its validity), `box` (label to printed value), `listed` (what the
  search API says of it), `script` (the status that only a script knows), `column`, `source_name`, `attachments`
- `body`: one paragraph a line; `# ` centred, `> ` signature, `| a | b |` a table's row
- `edits`: edition to what changes from then on (`box`, `script`, `listed`, `flag`, `published`, `replace` in the body)
- `gone`, `mirrored`, `failing`: the editions in which it answers 404, is listed at its traditional mirror, answers 500
- `counter`: it carries a counter and related links that differ on every fetch
"""

from demo.documents.model import Document, Version, load_documents

__all__ = ["Document", "Version", "load_documents"]
