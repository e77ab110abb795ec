/**
 * The permissions of the built program, and why it needs them. Deno denies everything else, in both
 * forms of the build.
 *
 * This has two consequences for the code in `mod/`. Deno lets only programs that have every
 * permission, including foreign functions, read `/proc`, `/sys` and most of `/dev`: the built
 * program cannot read them. And a name that is missing from {@linkcode ENVIRONMENT} reads as
 * absent.
 *
 * @module
 */

/** Environment variables that the program reads; a trailing `*` matches any ending. */
export const ENVIRONMENT: readonly string[] = [
  // The location of its files, and the name it was called by.
  "HTTPCFG_*",
  "HOME",
  "XDG_*",
  "PROGRAMDATA",
  // The location of the programs of Windows that list sockets and processes, and of icacls and whoami.
  "SYSTEMROOT",
  // The caller, for the history.
  "SUDO_USER",
  "USERNAME",
  "SSH_CONNECTION",
  // What the terminal shows.
  "COLUMNS",
  "FORCE_COLOR",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "NO_COLOR",
  "TERM",
  // The editor of the caller; elsewhere than on Windows a shell reads them.
  "VISUAL",
  "EDITOR",
  // Where traces of requests are sent, and how: the names of OpenTelemetry.
  "OTEL_*",
  // For notifying the service manager that the service is ready and alive.
  "NOTIFY_SOCKET",
  "WATCHDOG_*",
  // The terminal, for the line that says how far a command is.
  "TERM",
];

/**
 * System information: the host name for the logs, the addresses, and whether the caller is root.
 */
export const SYSTEM: readonly string[] = ["hostname", "networkInterfaces", "uid"];

/**
 * The permission flags of both forms.
 *
 * Reading, writing and the network are unrestricted, because the administrator names the
 * directories of the sites, the configuration file and the addresses at run time. Starting programs
 * is unrestricted for commands, which start a shell, the caller's editor and this program itself:
 * whoever may start this program may start everything, so that a list would restrict nothing. The
 * service gives this permission up before it serves (`mod/host/process/confinement.ts`). The rest is
 * as narrow as Deno can express it.
 */
export const PERMISSION_FLAGS: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-run",
  `--allow-env=${ENVIRONMENT.join(",")}`,
  "--ignore-env",
  `--allow-sys=${SYSTEM.join(",")}`,
  "--deny-ffi",
  "--deny-import",
];
