/**
 * The paths of all files. Pure: the environment and the user are passed in.
 *
 * `HTTPCFG_HOME=DIR` puts everything below one directory. Otherwise the paths are those of the
 * platform: the system's for root and with `HTTPCFG_SYSTEM=1`, else the user's.
 *
 * @module
 */

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

/** What the paths depend on. */
export interface PathContext {
  readonly os: string;
  /** Numeric user id; null if the platform has none. */
  readonly uid: number | null;
  env(name: string): string | undefined;
}

/** Returns the paths for this user on this machine; `configFile` is the value of `--config`. */
export function resolvePaths(context: PathContext, configFile?: string): Paths {
  const home = context.env("HTTPCFG_HOME");
  const paths = home ? pathsBelow(home) : platformPaths(context);
  if (configFile === undefined) return paths;
  // Two documents must not share one history.
  return { ...paths, config: configFile, history: `${configFile}.history` };
}

function pathsBelow(folder: string): Paths {
  return {
    config: `${folder}/config.json`,
    run: `${folder}/run`,
    log: `${folder}/log`,
    history: `${folder}/history`,
    certs: `${folder}/certs`,
  };
}

/**
 * Returns the run directory of the service that root runs, where programs of other users find it.
 * Not on Windows.
 */
export function systemRun(os: string): string {
  return os === "linux" ? "/run/httpcfg" : "/var/run/httpcfg";
}

function platformPaths(context: PathContext): Paths {
  if (context.os === "windows") {
    return pathsBelow(`${context.env("ProgramData") ?? "C:\\ProgramData"}\\httpcfg`);
  }
  // A service has a user of its own, but the paths of the system.
  if (context.uid === 0 || context.env("HTTPCFG_SYSTEM") === "1") {
    return {
      config: "/etc/httpcfg/config.json",
      run: systemRun(context.os),
      log: "/var/log/httpcfg",
      history: "/var/lib/httpcfg/history",
      certs: "/etc/httpcfg/certs",
    };
  }
  const user = context.env("HOME") ?? ".";
  const config = `${context.env("XDG_CONFIG_HOME") || `${user}/.config`}/httpcfg`;
  const state = `${context.env("XDG_STATE_HOME") || `${user}/.local/state`}/httpcfg`;
  const run = context.env("XDG_RUNTIME_DIR");
  return {
    config: `${config}/config.json`,
    run: run ? `${run}/httpcfg` : `${state}/run`,
    log: `${state}/log`,
    history: `${state}/history`,
    certs: `${config}/certs`,
  };
}
