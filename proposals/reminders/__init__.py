"""Reminders: who is told what, when.

`due` is a pure function of (facts, day); everything else reads its facts or acts on its answer.

| module     | does                                                                              |
|------------|-----------------------------------------------------------------------------------|
| days       | working days, quiet weeks, days of the digest                                     |
| facts      | what the database knows on a day, read in a few queries                           |
| arming     | from facts: what is armed, since when, and who is to be told                      |
| planning   | thresholds passed, answered, put off: what is due on a day, and planning it       |
| departures | of what is planned, what leaves on a day, and to whom                             |
| mails      | the mail of a person and a day                                                    |
| run        | the daily task: plan, cancel, put in the outbox                                   |
| replies    | signed links to answer from a mail                                                |
| simulation | the same over years of days, without writing                                      |
"""
