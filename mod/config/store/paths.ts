/**
 * Where things are kept. Pure: the environment and the user are passed in.
 *
 * `HTTPCFG_HOME=DIR` puts everything below one folder; else the platform's own places, of the machine
 * for root and with `HTTPCFG_SYSTEM=1`.
 *
 * @module
 */

export interface Paths {
  /** The document. */
  readonly config: string;
  /** Control socket, process file and lock of the running service. */
  readonly run: string;
  readonly log: string;
  /** Documents of before. */
  readonly history: string;
  /** Certificate stores: `certs/MY/…`. */
  readonly certs: string;
}

/** What the choice depends on. */
export interface PathContext {
  readonly os: string;
  /** Numeric user id; null where the platform has none. */
  readonly uid: number | null;
  env(name: string): string | undefined;
}

/** Paths of this user on this machine; `configFile` is the value of `--config`. */
export function resolvePaths(context: PathContext, configFile?: string): Paths {
  const home = context.env("HTTPCFG_HOME");
  const places = home ? below(home) : platformPlaces(context);
  if (configFile === undefined) return places;
  // Two documents must not share one history.
  return { ...places, config: configFile, history: `${configFile}.history` };
}

function below(folder: string): Paths {
  return {
    config: `${folder}/config.json`,
    run: `${folder}/run`,
    log: `${folder}/log`,
    history: `${folder}/history`,
    certs: `${folder}/certs`,
  };
}

/** Run folder of the service that root runs, where programs of other users find it; not on Windows. */
export function systemRun(os: string): string {
  return os === "linux" ? "/run/httpcfg" : "/var/run/httpcfg";
}

function platformPlaces(context: PathContext): Paths {
  if (context.os === "windows") {
    return below(`${context.env("ProgramData") ?? "C:\\ProgramData"}\\httpcfg`);
  }
  // A service has a user of its own and the places of the machine.
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
