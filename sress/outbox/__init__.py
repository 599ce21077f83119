"""Mails leave through here: written down first, sent at least once, never lost.

| module  | does                                                                  |
|---------|-----------------------------------------------------------------------|
| models  | the mails, and what may be asked of them                              |
| writing | a mail as the bytes that will leave, under an identity of its own     |
| sending | claim, SMTP, result: three steps, so that any of them may be killed   |

See docs/decisions/0010-mail-leaves-through-an-outbox.md.
"""
