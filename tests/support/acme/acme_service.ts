/**
 * The real program with an ACME server at its side.
 *
 * @module
 */
import type { ConfigDocument } from "../../../mod/config/document/document.ts";
import { freePort } from "../ports.ts";
import { Program } from "../program.ts";
import { waitFor } from "../wait.ts";

/** A home whose service answers challenges on a port of 127.0.0.2. */
export interface AcmeHome extends AsyncDisposable {
  readonly program: Program;
  /** Where challenges are answered. */
  readonly httpPort: number;
  /** Where the site `shop` speaks TLS. */
  readonly tlsPort: number;
  /** What `cert acme add NAME…` needs besides the names. */
  readonly flags: readonly string[];
  /** Returns the file of the certificate called `name`. */
  pem(name: string): string;
  /** Returns what is remembered of it. */
  state(name: string): AcmeStateView;
  /** Changes what is remembered of it, with the service stopped. */
  remember(name: string, change: Partial<AcmeStateView>): Promise<void>;
  /** Waits for the certificate called `name`. */
  obtained(name: string): Promise<void>;
}

/** The part of a stored state that tests use. */
export interface AcmeStateView {
  readonly order: { readonly url: string; readonly key: string | null } | null;
  readonly attemptAt: string | null;
  readonly failures: number;
  readonly notBefore: string | null;
  readonly error: { readonly text: string } | null;
  readonly renewal: { readonly at: string | null; readonly checkAt: string } | null;
}

/** Where the authority is, and what vouches for it. */
interface Authority {
  readonly server: string;
  readonly ca: string;
}

/** Makes a home; `change` is what its document has besides the site. */
export async function acmeHome(
  { server, ca }: Authority,
  { httpPort = freePort(), settings = {}, ...change }:
    & Partial<ConfigDocument>
    & { readonly httpPort?: number } = {},
): Promise<AcmeHome> {
  const program = await Program.make();
  const tlsPort = freePort();
  const caFile = `${program.home}/ca.pem`;
  await Deno.writeTextFile(caFile, ca);
  const document: ConfigDocument = {
    version: 2,
    ipListen: ["127.0.0.2"],
    ssl: [],
    urlAcl: [],
    sites: [{
      id: 1,
      name: "shop",
      bindings: [],
      secureBindings: [`:${tlsPort}:`],
      autoStart: true,
      content: { kind: "respond", text: "shop" },
    }, {
      id: 2,
      name: "other",
      bindings: [`127.0.0.2:${freePort()}:`],
      secureBindings: [],
      autoStart: true,
      content: { kind: "respond", text: "other" },
    }],
    metabase: {},
    ...change,
    settings: { AcmeHttpPort: httpPort, ...settings },
  };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const at = (file: string): string => `${program.home}/certs/ACME/${file}`;
  const pem = (name: string): string => at(`${name}.pem`);
  const state = (name: string): AcmeStateView =>
    JSON.parse(Deno.readTextFileSync(at(`${name}.json`)));
  return {
    program,
    httpPort,
    tlsPort,
    flags: ["--server", server, "--ca", caFile, "--agree-tos"],
    pem,
    state,
    async remember(name, change): Promise<void> {
      await Deno.writeTextFile(at(`${name}.json`), JSON.stringify({ ...state(name), ...change }));
    },
    obtained: (name) => waitFor(() => isFile(pem(name)), `the certificate ${name}`),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
