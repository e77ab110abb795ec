/**
 * What the built program may do, and why. Deno refuses everything else, in both forms of the build.
 *
 * Two things follow for the code under `mod/`. Deno gives `/proc`, `/sys` and most of `/dev` to
 * programs with every permission only, foreign functions included: the built program cannot read
 * them. And a name that is missing in {@linkcode ENVIRONMENT} reads as absent.
 *
 * @module
 */

/** Environment variables that the program reads; a trailing `*` stands for any ending. */
export const ENVIRONMENT: readonly string[] = [
  // Where its files are and how it was called.
  "HTTPCFG_*",
  "HOME",
  "XDG_*",
  "PROGRAMDATA",
  // Who is calling: the history keeps it.
  "SUDO_USER",
  "USER",
  "USERNAME",
  "SSH_CONNECTION",
  // Where the service manager hears that the service is ready and alive.
  "NOTIFY_SOCKET",
  "WATCHDOG_*",
];

/** Functions that tell about the machine: its name for the logs, its addresses, whether root calls. */
export const SYSTEM: readonly string[] = ["hostname", "networkInterfaces", "uid"];

/**
 * The permission flags of both forms, without the right to start programs.
 *
 * Reading, writing and the network are whole: the administrator names the folders of the sites, the
 * configuration file and the addresses at run time. The rest is as narrow as Deno can say it.
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
 * The right to start programs, for the compiled form. `net start w3svc` starts the program itself in
 * the background; a compiled program is not known by path when it is made, and Deno has no word for
 * "itself", so the right is whole here. The portable form, which knows its path, gives that path
 * alone.
 */
export const COMPILED_RUN = "--allow-run";

/** `Deno.listenDatagram`, for the readiness message to systemd, is behind this. */
export const UNSTABLE_FLAGS: readonly string[] = ["--unstable-net"];
