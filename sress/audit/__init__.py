"""The audit trail: which row changed, what it said, when, and who did it from where.

- `tracking`: `@tracked()` says which models keep versions of their rows;
- `triggers`: what writes them, in the database;
- `context`: who, and from which page, command or task;
- `journal`: reads them back, `wording` says them in French, `pages` shows them.
"""
