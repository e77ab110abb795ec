/**
 * A service behind proxies: a site over HTTP and TLS that echoes, and a program at /app/ that answers
 * with the head that it got.
 *
 * @module
 */
import { connect } from "node:net";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoredSettings } from "../../../mod/config/document/settings.ts";
import { freePort } from "../ports.ts";
import { type Foreground, Program } from "../program.ts";
import { waitFor } from "../wait.ts";
import { RawProgram } from "./raw_program.ts";

/** The address on which the service listens. */
export const SERVICE_IP = "127.0.0.2";
const APP_ID = "{00000000-0000-0000-0000-000000000000}";

export interface ProxiedService extends AsyncDisposable {
  readonly program: Program;
  readonly service: Foreground;
  readonly http: number;
  readonly https: number;
  /** Sends `bytes` from an address of this machine, and returns all that comes back. */
  talk(bytes: readonly (string | Uint8Array)[], from?: string): Promise<string>;
  /** Resolves with `count` lines of logs whose file's name matches, each split at its spaces. */
  lines(name: RegExp, count: number): Promise<string[][]>;
}

/** Starts the service. */
export async function startProxied(settings: StoredSettings): Promise<ProxiedService> {
  const program = await Program.make();
  const [http, https] = [freePort(), freePort()];
  const made = await program.do(`cert create --self-signed --name a.test --ip ${SERVICE_IP}`);
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, content: { kind: "echo" } as const };
  await Deno.writeTextFile(
    program.config,
    JSON.stringify({
      ...DEFAULT_DOCUMENT,
      ipListen: [SERVICE_IP],
      ssl: [{
        key: `0.0.0.0:${https}`,
        hash: made.out.trim(),
        appId: APP_ID,
        certCheckMode: 0,
        revocationFreshnessTime: 0,
        urlRetrievalTimeout: 0,
        flags: 0,
      }],
      sites: [{ ...site, bindings: [`:${http}:`], secureBindings: [`:${https}:`] }],
      settings,
    }),
  );
  const service = await program.serve();
  const app = await RawProgram.start((connection, head) => {
    return connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${head.length}\r\n\r\n${head}`);
  });
  for (const scheme of [`http://+:${http}`, `https://+:${https}`]) {
    await program.do(`register ${scheme}/app/ --to ${app.url} --keep`);
  }
  return {
    program,
    service,
    http,
    https,
    talk: (pieces, from = "127.0.0.1") => talk(http, pieces, from),
    lines: (name, count) => linesOf(`${program.home}/log`, name, count),
    async [Symbol.asyncDispose](): Promise<void> {
      await program[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}

/** Sends pieces one after the other and reads to the end; a reset is an end, too. */
function talk(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  localAddress: string,
): Promise<string> {
  const socket = connect({ host: SERVICE_IP, port, localAddress, noDelay: true });
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = "";
  socket.on("data", (bytes) => void (received += bytes.toString("latin1")));
  socket.on("error", () => resolve(received));
  socket.on("close", () => resolve(received));
  socket.once("connect", async () => {
    for (const piece of pieces) {
      await new Promise<void>((sent) => socket.write(piece, () => sent()));
    }
  });
  return promise;
}

async function linesOf(folder: string, name: RegExp, count: number): Promise<string[][]> {
  let lines: string[] = [];
  await waitFor(
    () => (lines = readLines(folder, name)).length >= count,
    `${count} lines of ${name}`,
  );
  return lines.map((line) => line.split(" "));
}

function readLines(folder: string, name: RegExp): string[] {
  const lines: string[] = [];
  for (const entry of entriesOf(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) lines.push(...readLines(path, name));
    else if (name.test(path)) lines.push(...Deno.readTextFileSync(path).split("\n"));
  }
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

/** There is no directory before there is a line. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
