/** httpcfg: from source, or the built file that HTTPCFG_PROGRAM names. */
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SiteRecord,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import type { SiteContent } from "../../../mod/config/document/site_content.ts";
import { RUNTIME_ENVIRONMENT } from "../../../mod/host/process/runtime_environment.ts";
import { CALL } from "../../support/program.ts";
import type { Scope } from "../machine/scope.ts";
import {
  type LoggedServer,
  type Place,
  placeFor,
  PROGRAM,
  type RunningServer,
  startServer,
  TEXT,
  TEXT_HOST,
  type Work,
} from "./server.ts";

/** Starts httpcfg with its sites bound to a port on every address of its inclusion list. */
export async function startHttpcfg(scope: Scope, work: Work): Promise<RunningServer> {
  const at = placeFor(scope, "httpcfg", "127.0.0.2", work);
  writeDocument(at.home, documentFor(at, work));
  const env = { ...RUNTIME_ENVIRONMENT, HTTPCFG_HOME: at.home };
  return await startServer(scope, at, [...CALL, "serve"], env);
}

/** How the access log of a site is written; null for none. */
export interface LoggedSite {
  readonly name: string;
  readonly hostname: string;
  readonly log: "json" | "w3c" | null;
}

/**
 * Starts one httpcfg whose sites do the same work, each logged in its own way, and with the
 * metrics at /metrics. What differs between them is their logs alone: two processes of one program
 * differ by more than a log costs. Returns the sites as servers.
 */
export async function startLoggedSites(
  scope: Scope,
  work: Work,
  logged: readonly LoggedSite[],
): Promise<LoggedServer[]> {
  const hostnames = logged.map(({ hostname }) => hostname);
  const whole = { ...work, hostnames };
  const at = placeFor(scope, "httpcfg", hostnames[0]!, whole);
  const document = documentFor(at, whole);
  const applications = [{ path: "/metrics", content: { kind: "metrics" } }];
  const sites = logged.map(({ name, hostname, log }, i) => ({
    ...document.sites[0]!,
    id: i + 1,
    name,
    bindings: [`${hostname}:${at.port}:`],
    applications,
    ...(log === null ? {} : { accessLog: { format: log } }),
  }));
  const silent = sites.filter((_, i) => logged[i]!.log === null);
  const metabase = Object.fromEntries(silent.map(({ id }) => [`W3SVC/${id}`, { LogType: 0 }]));
  writeDocument(at.home, { ...document, sites, metabase });
  const env = { ...RUNTIME_ENVIRONMENT, HTTPCFG_HOME: at.home };
  const server = await startServer(scope, at, [...CALL, "serve"], env);
  return logged.map(({ name, hostname, log }, i) => {
    const logs = log === null ? null : `${at.home}/log/W3SVC${i + 1}`;
    return { ...server, name, hostname, logs };
  });
}

/**
 * Runs a command of httpcfg in a home; throws if it fails. It has the lowest priority, so that it
 * does not take the core from a client that measures how long it waits.
 */
export async function httpcfg(
  scope: Scope,
  home: string,
  words: readonly string[],
): Promise<void> {
  const child = scope.start(["nice", "-n", "19", ...CALL, ...words], {
    env: { HTTPCFG_HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await child.output();
  if (!success) throw new Error(`httpcfg ${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Stores a document, as if it had always been there. */
export function writeDocument(home: string, document: unknown): void {
  Deno.writeTextFileSync(`${home}/config.json`, JSON.stringify(document));
}

export function documentFor({ hostname, port }: Place, work: Work): ConfigDocument {
  const { folder, hostnames = [hostname], tls, sites: hosts = [[""]], workers } = work;
  const { programPort: behind } = work;
  const text: SiteContent = { kind: "respond", text: `${TEXT}\n` };
  const site = (id: number, names: readonly string[], content: SiteContent): SiteRecord => {
    const bindings = names.map((name) => `:${port}:${name}`);
    return {
      id,
      name: `bench ${id}`,
      bindings: tls === undefined ? bindings : [],
      secureBindings: tls === undefined ? [] : bindings,
      autoStart: true,
      content,
      ...(behind === undefined ? {} : {
        applications: [
          { path: PROGRAM, content: { kind: "proxy", to: [`http://127.0.0.1:${behind}`] } },
        ],
      }),
    };
  };
  const sites = folder === undefined
    ? hosts.map((names, i) => site(i + 1, names, text))
    : [site(1, [""], { kind: "root", path: folder }), site(2, [TEXT_HOST], text)];
  return {
    ...DEFAULT_DOCUMENT,
    ipListen: hostnames,
    ssl: tls === undefined ? [] : [sslRecord(port)],
    sites,
    // A program of an earlier version does not know the setting, and refuses the document.
    settings: (workers === undefined ? {} : { Workers: workers }) as ConfigDocument["settings"],
  };
}

/** Returns the record of the certificate of {@linkcode placeFor}, by its name in the store. */
function sslRecord(port: number): SslRecord {
  return {
    key: `0.0.0.0:${port}`,
    hash: "0".repeat(40),
    certName: "bench",
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
}
