"""Tell people: subscriptions, matching, wording, delivery.

What belongs here: everything between an event of the warehouse and a message that a person or a machine receives.
What does not: deciding that something changed (`warehouse`), and any SQL: the outbox is reached through the protocol in
`pipeline.alerts.ledger`, which the warehouse fulfils.
"""
