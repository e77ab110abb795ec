/**
 * A server that is measured: how it is started on the cores of the servers, and what it has to do.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";
import { coresFor, onCores } from "../machine/cores.ts";
import type { Scope } from "../machine/scope.ts";

/** Where a server runs. */
export interface Place {
  readonly name: string;
  /** The directory of its configuration, logs and other files. */
  readonly home: string;
  readonly hostname: string;
  readonly port: number;
  readonly scheme: "http" | "https";
  /** The files of the certificate and its key, if the server uses TLS. */
  readonly pem: string;
  readonly key: string;
  readonly cores: readonly number[];
}

export interface RunningServer extends Place {
  /** The first process; what it starts is measured with it. */
  readonly pid: number;
  /** The time at which it was started, in milliseconds since 1970. */
  readonly startedMs: number;
  stop(): Promise<void>;
}

/** A server whose log is part of what is measured. */
export interface LoggedServer extends RunningServer {
  /** The directory of its log; null without one. */
  readonly logs: string | null;
}

/** What a server has to do. */
export interface Work {
  /** The directory of the files to serve; by default every response is a small text. */
  readonly folder?: string;
  /** Texts of that directory are compressed for clients that accept it. */
  readonly compresses?: boolean;
  /** Addresses to listen on; by default one that no other server uses. */
  readonly hostnames?: readonly string[];
  /** TLS with this certificate and key, both PEM; by default plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The port of a program on 127.0.0.1 that responds to everything below {@linkcode PROGRAM}. */
  readonly programPort?: number;
  /** Sites, each with the names of its hosts; by default one for every host. */
  readonly sites?: readonly (readonly string[])[];
  /** How many processes serve, each with a core of its own; by default what the server does. */
  readonly workers?: number;
  /** Other cores than those of servers, for a program behind one. */
  readonly cores?: readonly number[];
}

/** Starts one server for `work`; it ends with the scope at the latest. */
export type Starter = (scope: Scope, work: Work) => Promise<RunningServer>;

/** The host that responds with the small text, although there is a folder. */
export const TEXT_HOST = "text.bench";
/** The path below which a program responds. */
export const PROGRAM = "/up/";
/** The small text. */
export const TEXT = "Hello world";
/** The number of connections that every server is configured for. */
export const CONNECTIONS_MAX = 20_000;
/** How long a server may take until it listens. */
const LISTENING_MS = 60_000;

/** Chooses where a server runs, and writes its certificate there. */
export function placeFor(scope: Scope, name: string, hostname: string, work: Work): Place {
  const { hostnames = [hostname], tls, workers = 1, cores = coresFor(workers).servers } = work;
  const home = scope.folder();
  const [pem, key] = [`${home}/certs/MY/bench.pem`, `${home}/certs/MY/bench.key`];
  if (tls !== undefined) {
    Deno.mkdirSync(`${home}/certs/MY`, { recursive: true });
    Deno.writeTextFileSync(pem, tls.cert);
    Deno.writeTextFileSync(key, tls.key);
  }
  const first = hostnames[0]!;
  const port = getAvailablePort({ hostname: first });
  const scheme = tls === undefined ? "http" : "https";
  return { name, home, hostname: first, port, scheme, pem, key, cores };
}

/** Starts `command` with its output in a file, and waits until it listens. */
export async function startServer(
  scope: Scope,
  place: Place,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const { name, home, hostname, port, cores } = place;
  const startedMs = Date.now();
  const words = ["sh", "-c", `exec "$@" >${home}/output 2>&1`, "sh", ...onCores(cores), ...command];
  const child = scope.start(words, { env, stdin: "null" });
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  for (const end = startedMs + LISTENING_MS; !(await accepts(hostname, port));) {
    if (hasEnded || Date.now() > end) {
      await scope.end(child);
      throw new Error(`${name} does not listen: ${Deno.readTextFileSync(`${home}/output`)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const stop = (): Promise<void> => scope.end(child);
  return { ...place, pid: child.pid, startedMs, stop };
}

/** Reports whether a server accepts connections there. */
export async function accepts(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}
