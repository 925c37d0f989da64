"""What can stop a command of the assembly.

StartError                      one line for the person at the terminal; `exit_code` is the process's
├── DataDirError                the data directory cannot be used
│   ├── DataDirBusy             another server runs on it
│   └── DatabaseUnusable        the database in it is damaged, or of a newer version
├── PortError                   an address that cannot be listened on
└── UnsafeHost                  reachable from elsewhere with the well-known credentials
"""


class StartError(Exception):
    exit_code = 1


class DataDirError(StartError):
    pass


class DataDirBusy(DataDirError):
    pass


class DatabaseUnusable(DataDirError):
    pass


class PortError(StartError):
    pass


class UnsafeHost(StartError):
    exit_code = 2
