/**
 * What the HTTP service holds while it runs: the engine and the sockets that feed it.
 *
 * @module
 */
import { formatEndpoint } from "../../base/address.ts";
import type { Handler } from "../../base/exchange.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import {
  effectiveSettings,
  type Settings,
  type StoredSettings,
} from "../../config/document/settings.ts";
import { HttpServer } from "../../http/server.ts";
import { type ListEntry, parseList } from "../../config/document/list_entry.ts";
import type { Https } from "./https_service.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import type { SiteConnections } from "./site_connection_limits.ts";
import { Sockets } from "../../listen/sockets/socket_set.ts";

/** List and settings change with a reload, the rest stays. */
export interface HttpState {
  readonly ipListen: readonly string[];
  /** Settings as the document has them. */
  readonly stored: StoredSettings;
  readonly list: readonly ListEntry[];
  readonly settings: Settings;
  readonly server: HttpServer;
  readonly sockets: Sockets;
}

/** What it is made of and whom it tells. */
export interface HttpParts {
  readonly logs: ServiceLogs;
  readonly https: Https;
  readonly connections: SiteConnections;
  /** One line for whoever watches the process. */
  log(line: string): void;
}

/** Answers every request where no site runs. */
export const NOBODY: Handler = () => ({ refuse: "Hostname" });
/** Idle connections that are closed when the file table is full: room for a burst, not for all. */
const ROOM_CONNECTIONS = 32;

/** An engine without sites and without sockets, with the list and the settings of `document`. */
export function makeHttpState(document: ConfigDocument, parts: HttpParts): HttpState {
  const { logs, https, connections, log } = parts;
  const server = new HttpServer({
    settings: effectiveSettings(document.settings),
    handler: NOBODY,
    served: (record) => logs.served(record),
    refused: (record) => logs.refused(record),
    failed: (error) => log(describe(error)),
    closed: (remote) => connections.closed(remote),
  });
  const sockets = new Sockets({
    onConnection: (conn, isSecure) => {
      if (isSecure) https.admit(conn);
      else server.adopt(conn, { tls: false });
    },
    onExhausted: () => {
      server.makeRoom(ROOM_CONNECTIONS);
      https.makeRoom(ROOM_CONNECTIONS);
    },
    onFailure: (endpoint, error) =>
      log(`accept on ${formatEndpoint(endpoint)}: ${describe(error)}`),
  });
  return { ...readHttp(document), server, sockets };
}

/** What HTTP reads of a document. */
export function readHttp(
  { ipListen, settings: stored }: ConfigDocument,
): Pick<HttpState, "ipListen" | "stored" | "list" | "settings"> {
  return { ipListen, stored, list: parseList(ipListen), settings: effectiveSettings(stored) };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
