/**
 * Probes of the old tools: what one parameter of one command does, found by running it.
 *
 * @module
 */
import type { SiteRecord } from "../../../mod/config/document/document.ts";
import { type CommandHome, commandHome, type CommandResult } from "../../support/command_home.ts";
import { startFakeService } from "../../support/fake_service.ts";

/**
 * What a command does with a parameter: it has its effect, or describes what is so anyway; it is
 * kept, and stderr says that it has no effect; or it is refused, and nothing is stored.
 */
export type Outcome = "acts" | "kept and said" | "refused";

/** A command line, and what has to be there before. */
export interface Probe {
  readonly words: readonly string[];
  /** Command lines that succeed. */
  readonly before?: readonly (readonly string[])[];
  /** The sites that the document has, in a home with neither certificates nor a service. */
  readonly sites?: readonly SiteRecord[];
}

/** Thumbprint of tests/testdata/certs/site.pem. */
export const HASH = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
export const APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}";

/** Runs `probe` in a home of its own. */
export async function outcomeOf({ words, before = [], sites }: Probe): Promise<Outcome> {
  await using home = await commandHome();
  if (sites === undefined) await fill(home);
  else await home.store({ sites });
  if (words.some((word) => word.includes("records.json"))) await writeRecords(home);
  for (const line of before) {
    const { status, out, note } = await home.run(inHome(home, line));
    if (status !== 0) throw new Error(`${line.join(" ")}: ${status}\n${out}${note}`);
  }
  const stored = JSON.stringify(home.stored());
  const result = await home.run(inHome(home, words));
  if (result.status === 0) return isSaid(result) ? "kept and said" : "acts";
  const isUnchanged = JSON.stringify(home.stored()) === stored;
  if (!isUnchanged) throw new Error(`${words.join(" ")} failed and stored something`);
  return "refused";
}

/** Gives a home the certificate of the tests, in two stores, and a running service. */
async function fill(home: CommandHome): Promise<void> {
  const from = new URL("../../testdata/certs/", import.meta.url);
  for (const store of ["MY", "WEBHOSTING"]) {
    await Deno.mkdir(`${home.path}/certs/${store}`, { recursive: true });
    for (const name of ["site.pem", "site.key"]) {
      await Deno.copyFile(new URL(name, from), `${home.path}/certs/${store}/${name}`);
    }
  }
  await startFakeService(home, "W3SVC");
}

/** Writes `records.json` as the program itself writes records. */
async function writeRecords(home: CommandHome): Promise<void> {
  const record = ["ipport=127.0.0.3:443", `certhash=${HASH}`, `appid=${APP}`];
  await home.run(["netsh", "http", "add", "sslcert", ...record]);
  const { out } = await home.run("netsh http show sslcert json=enable");
  await Deno.writeTextFile(`${home.path}/records.json`, out);
  await home.run("netsh http delete sslcert ipport=127.0.0.3:443");
}

function isSaid({ note }: CommandResult): boolean {
  return / no effect|nothing here uses/.test(note);
}

function inHome(home: CommandHome, words: readonly string[]): string[] {
  return words.map((word) => word.replaceAll("{home}", home.path));
}
