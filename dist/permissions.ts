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
  // The caller, for the history.
  "SUDO_USER",
  "USER",
  "USERNAME",
  "SSH_CONNECTION",
  // For notifying the service manager that the service is ready and alive.
  "NOTIFY_SOCKET",
  "WATCHDOG_*",
];

/**
 * System information: the host name for the logs, the addresses, and whether the caller is root.
 */
export const SYSTEM: readonly string[] = ["hostname", "networkInterfaces", "uid"];

/**
 * Returns the permission flags of both forms, without the permission to start programs.
 *
 * Reading, writing and the network are unrestricted, because the administrator names the
 * directories of the sites, the configuration file and the addresses at run time. The rest is as
 * narrow as Deno can express it.
 */
export function permissionFlags(): readonly string[] {
  return [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-net",
    `--allow-env=${ENVIRONMENT.join(",")}`,
    "--ignore-env",
    `--allow-sys=${SYSTEM.join(",")}`,
    "--deny-ffi",
    "--deny-import",
  ];
}

/**
 * The permission to start programs, for the compiled form. `net start w3svc` starts the program
 * itself in the background. The path of a compiled program is not known when it is built, and Deno
 * has no notation for "itself", so this permission is unrestricted. The portable form knows its own
 * path and allows only that.
 */
export const COMPILED_RUN = "--allow-run";

/** Enables `Deno.listenDatagram`, which sends the readiness message to systemd. */
export const UNSTABLE_FLAGS: readonly string[] = ["--unstable-net"];
