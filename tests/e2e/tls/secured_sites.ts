/**
 * Sites over TLS on the real program, with the certificates of clients in files.
 *
 * @module
 */
import type {
  ConfigDocument,
  SiteRecord,
  SslRecord,
} from "../../../mod/config/document/document.ts";
import { waitFor } from "../../support/wait.ts";
import { freePort } from "../../support/ports.ts";
import { type Foreground, Program } from "../../support/program.ts";
import {
  CLIENT_USAGE,
  makeList,
  makeParty,
  type Party,
  SERVER_USAGE,
} from "../../support/tls/pki.ts";

export const IP = "127.0.0.2";

export const usages: readonly string[] = [CLIENT_USAGE];
export const CA: Party = await makeParty("good-ca", { isCa: true });
export const OTHER_CA: Party = await makeParty("other-ca", { isCa: true });
const MIDDLE = await makeParty("middle", { by: CA, isCa: true });
const REVOKED = await makeParty("revoked", { by: CA, usages });

/** The clients, by name: each with its certificates as sent, and its key. */
export const CLIENTS: ReadonlyMap<string, { readonly cert: string; readonly key: string }> =
  new Map(
    await Promise.all([
      party("alice", { by: CA, usages }),
      party("mallory", { by: OTHER_CA, usages }),
      party("old", { by: CA, usages, fromDays: -9, toDays: -1 }),
      party("early", { by: CA, usages, fromDays: 2 }),
      party("server", { by: CA, usages: [SERVER_USAGE] }),
      party("self", { usages }),
      ["revoked", REVOKED] as const,
      party("middle-bob", { by: MIDDLE, usages }, MIDDLE.cert),
      party("lone-bob", { by: MIDDLE, usages }),
    ]),
  );

/** What a client named `name` has to send: the certificate and `chain` behind it. */
async function party(
  name: string,
  wanted: Parameters<typeof makeParty>[1],
  chain = "",
): Promise<readonly [string, { readonly cert: string; readonly key: string }]> {
  const { cert, key } = await makeParty(name, wanted);
  return [name, { cert: cert + chain, key }];
}

export const LIST = await makeList(CA, [REVOKED]);
export const OLD_LIST = await makeList(CA, [], { fromDays: -9, dueDays: -1 });

/** What curl got: the status, and "exit N" where there was no response. */
export interface Secured extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly served: Foreground;
  /** Writes a file and returns its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** Runs curl as one of the clients (null for none); returns the status, "000" without response. */
  curl(client: string | null, line?: string): Promise<string>;
  /** Returns the statuses in the log of the first site, as 403.7, once there are `count`. */
  substatuses(count: number): Promise<string[]>;
}

interface Wanted {
  readonly sites: readonly Partial<SiteRecord>[];
  /** By the key of the record, without the port. */
  readonly ssl?: Readonly<Record<string, Partial<SslRecord>>>;
  readonly settings?: ConfigDocument["settings"];
  /** Whether the authority and its list are imported. */
  readonly trust?: boolean;
}

/** Starts the program with these sites; PORT in a binding is the port. */
export async function startSecured(
  { sites, ssl = { "0.0.0.0": {} }, settings = {}, trust = true }: Wanted,
): Promise<Secured> {
  const program = await Program.make();
  const port = freePort();
  const made = await program.do(`cert create --self-signed --name localhost --ip ${IP}`);
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = `${program.home}/${name}`;
    await (typeof content === "string"
      ? Deno.writeTextFile(path, content)
      : Deno.writeFile(path, content));
    return path;
  };
  for (const [name, { cert, key }] of CLIENTS) {
    await file(`${name}.pem`, cert);
    await file(`${name}.key`, key);
  }
  if (trust) {
    await program.do(["cert", "import", "--store", "CA", await file("ca.pem", CA.cert)]);
    await program.do(["cert", "import", "--store", "CA", await file("ca.crl", LIST.der)]);
  }
  const base = { autoStart: true, bindings: [], secureBindings: [`:PORT:`] };
  const document: ConfigDocument = {
    version: 2,
    ipListen: [IP],
    urlAcl: [],
    metabase: {},
    settings,
    ssl: Object.entries(ssl).map(([key, record]) => ({
      key: `${key}:${port}`,
      hash: made.out.trim(),
      appId: "{00000000-0000-0000-0000-000000000000}",
      certCheckMode: 0,
      revocationFreshnessTime: 0,
      urlRetrievalTimeout: 0,
      flags: 0,
      ...record,
    })),
    sites: sites.map((site, i) => ({
      ...base,
      id: i + 1,
      name: `s${i + 1}`,
      content: { kind: "respond", text: `site ${i + 1}` } as never,
      ...site,
      secureBindings: (site.secureBindings ?? base.secureBindings).map((one) => {
        return one.replace("PORT", String(port));
      }),
    })),
  };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const served = await program.serve();
  return {
    program,
    port,
    served,
    file,
    async curl(client, line = ""): Promise<string> {
      const own = client === null
        ? ""
        : `--cert ${program.home}/${client}.pem --key ${program.home}/${client}.key`;
      const url = line.includes("https://") ? "" : `https://${IP}:${port}/`;
      const { out } = await program.shell(
        `curl -sk -m 30 -o /dev/null -w '%{http_code} ' ${own} ${line} ${url}`,
      );
      return out.trim();
    },
    async substatuses(count): Promise<string[]> {
      let found: string[] = [];
      await waitFor(async () => {
        found = await loggedStatuses(`${program.home}/log/W3SVC1`);
        return found.length >= count;
      }, `${count} lines of the log`);
      return found;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

async function loggedStatuses(folder: string): Promise<string[]> {
  let text = "";
  try {
    for await (const { name } of Deno.readDir(folder)) {
      text += await Deno.readTextFile(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const lines = text.split("\n");
  const fields = lines.find((one) => one.startsWith("#Fields: "))?.slice(9).split(" ") ?? [];
  const [status, substatus] = ["sc-status", "sc-substatus"].map((one) => fields.indexOf(one));
  return lines.filter((one) => one !== "" && !one.startsWith("#")).map((one) => {
    const values = one.split(" ");
    return `${values[status!]}.${values[substatus!]}`;
  });
}
