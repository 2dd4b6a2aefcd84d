"""Documents in English: official translations, and notices that are written in it.

What belongs here: the words and forms of English documents, for each step of the reader. What does not: everything
that pages of any language share. The steps ask these modules only where the page's script is Latin.
"""
