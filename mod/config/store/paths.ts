/**
 * The paths of all files. Pure.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";

export interface Paths {
  /** The document. */
  readonly config: string;
  /** Control socket, process file and lock of the running service. */
  readonly run: string;
  readonly log: string;
  /** Previous versions of the document. */
  readonly history: string;
  /** Certificate stores: `certs/MY/…`. */
  readonly certs: string;
}

/** Returns the paths if everything is below one directory. */
export function pathsBelow(folder: string): Paths {
  return {
    config: joinPath(folder, "config.json"),
    run: joinPath(folder, "run"),
    log: joinPath(folder, "log"),
    history: joinPath(folder, "history"),
    certs: joinPath(folder, "certs"),
  };
}

/**
 * Returns the run directory of the service that root runs, where programs of other users find it.
 * Not on Windows.
 */
export function systemRun(os: string): string {
  if (os === "linux") return "/run/httpcfg";
  // Emptied at each start of macOS, where only root could make the directory again.
  return os === "darwin" ? "/var/db/httpcfg" : "/var/run/httpcfg";
}

/** Returns the paths of the service that the machine runs. Not on Windows. */
export function systemPaths(os: string): Paths {
  return {
    config: "/etc/httpcfg/config.json",
    run: systemRun(os),
    log: "/var/log/httpcfg",
    history: "/var/lib/httpcfg/history",
    certs: "/etc/httpcfg/certs",
  };
}

/** Returns the paths of a user; `env` is that user's environment. */
export function userPaths(env: (name: string) => string | undefined): Paths {
  const user = env("HOME") ?? ".";
  const config = `${env("XDG_CONFIG_HOME") || `${user}/.config`}/httpcfg`;
  const state = `${env("XDG_STATE_HOME") || `${user}/.local/state`}/httpcfg`;
  const run = env("XDG_RUNTIME_DIR");
  return {
    config: `${config}/config.json`,
    run: run ? `${run}/httpcfg` : `${state}/run`,
    log: `${state}/log`,
    history: `${state}/history`,
    certs: `${config}/certs`,
  };
}
