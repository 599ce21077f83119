"""A real PostgreSQL and a real Valkey for one clone: `python -m sress.local COMMAND ARGS…`.

For demonstrations, tests and development; production uses docker-compose or its own servers.
Nothing here imports Django, and the settings know nothing of this package: they read the URLs
that it exports.

Who does what:

- the *client* (`client`, `__main__`) takes a shared lock, the lease, sees to it that a holder
  runs, and becomes COMMAND, which inherits the lease: the kernel gives it back when COMMAND and
  its children have ended, however they ended;
- the one *holder* (`holder`) owns the servers: it starts or adopts them, restarts one that died,
  and stops them shortly after the last lease was given back;
- a *server* (`server`, `postgresql`, `valkey`) knows how to start and stop safely after anything.
"""
