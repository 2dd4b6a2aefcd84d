"""The closed vocabularies of English documents, as data.

What belongs here: words by meaning; adding a phrase is adding a word to its line. What does not: patterns with logic.
"""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


DOCUMENT_TYPES: Final = _words(
    "Measures|Regulations|Regulation|Provisions|Rules|Notice|Circular|Announcement|Decision|Decisions|Opinions|Opinion|Order|"
    "Decree|Law|Plan|Guidelines|Guideline|Guidance|Policies|Policy|Catalogue|Catalog|Standards|Scheme|Program|Programme|"
    "Resolution|Directive|Bylaws|Code|Outline|Criteria|Procedures|Reply|Charter|Specifications"
)
"""What a document calls itself: these Measures, this Notice."""
NOTICE_TYPES: Final = _words(
    "Notice|Circular|Announcement|Decision|Opinions|Opinion|Order|Decree|Reply|Resolution|Public Notice"
)
"""What issues an instrument, or stands for itself."""
BODY_WORDS: Final = _words(
    "Ministry|Commission|Bureau|Administration|Government|Council|Office|Department|Committee|Bank|Authority|Court|"
    "Congress|Agency|Association|Procuratorate|Secretariat|Directorate|Board|Headquarters"
)
"""A word that the name of an issuing body holds."""
FORCE_VERBS: Final = _words(
    "take effect|takes effect|took effect|come into force|comes into force|come into effect|comes into effect|"
    "came into force|came into effect|enter into force|enters into force|enter into effect|enters into effect|"
    "go into effect|goes into effect|go into force|become effective|becomes effective|be effective|is effective|"
    "are effective|be implemented|is implemented|are implemented|be enforced|be put into effect|be put into force|"
    "be in force|be in effect|be applied|apply|effective|with effect"
)
"""… as of 1 January 2021."""
EVENTS_OF_ISSUE: Final = _words("issuance|issue|printing and distribution|distribution|signature|signing")
"""As of the date of …: the day of the document."""
EVENTS_OF_PUBLICATION: Final = _words("promulgation|publication|release|announcement|publishing")
"""As of the date of …: the day on which it was made public."""
REPEAL_VERBS: Final = _words(
    "repealed|abolished|annulled|abrogated|rescinded|invalidated|nullified|superseded|null and void|"
    "cease to be in force|cease to be effective|cease to have effect|cease to be valid|cease to apply|"
    "no longer valid|no longer effective|no longer applicable|no longer in force|withdrawn|revoked"
)
AMEND_VERBS: Final = _words("amended|revised|modified")
SUSPEND_VERBS: Final = _words("suspended")
EXTEND_VERBS: Final = _words("extended|prolonged|renewed")
BASIS_WORDS: Final = _words(
    "in accordance with|pursuant to|under|based on|on the basis of|according to|in line with|to implement|"
    "in order to implement|in compliance with|as required by"
)
PRESS_WORDS: Final = _words("press conference|press briefing|news conference")
"""Titles of reports on them."""
HEADS: Final = _words(
    "enterprises|smes|companies|businesses|firms|giants|champions|institutions|platforms|parks|clusters|households|"
    "entities|projects|bases|demonstration bases|stations|people|jobs|measures|products|providers|specialists|"
    "factories|unicorns|start-ups|startups|cities|policies|events|activities|patents|employees|students"
)
"""What reports count: the noun behind a figure, in small letters."""
