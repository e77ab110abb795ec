/**
 * A service that shares its port with a raw program.
 *
 * @module
 */
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoredSettings } from "../../../mod/config/document/settings.ts";
import { freePort } from "../ports.ts";
import { type Foreground, Program } from "../program.ts";
import type { RawProgram } from "./raw_program.ts";

/** The address on which the service listens. */
export const HOST = "127.0.0.2";

interface Sharing extends AsyncDisposable {
  readonly program: Program;
  readonly service: Foreground;
  readonly port: number;
}

/** Starts a service with one site at / on one port, where `raw` is registered for `paths`. */
export async function share(
  raw: RawProgram,
  paths: readonly string[],
  settings: StoredSettings = {},
): Promise<Sharing> {
  const program = await Program.make();
  const port = freePort();
  const content = { kind: "respond", text: "site" } as const;
  const sites = [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`], content }];
  const document = { ...DEFAULT_DOCUMENT, ipListen: [HOST], sites, settings };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  const service = await program.serve();
  for (const path of paths) {
    await program.do(`register http://+:${port}${path} --to ${raw.url} --keep --timeout 5`);
  }
  return { program, service, port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
