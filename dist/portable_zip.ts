/**
 * Edge: makes the portable form for Windows, a zip file with `httpcfg.cmd`, which starts the program
 * with the runtime beside it.
 *
 * Everything but `httpcfg.cmd` is in a directory of its own, so that nothing else can be started by
 * its name where `httpcfg.cmd` is on PATH.
 *
 * @module
 */
import type { BuildInfo } from "./bundle.ts";
import { ENVIRONMENT, portableParts, RUN_FLAGS, SETTLE_FLAGS } from "./portable_parts.ts";
import { type ZipEntry, zipParts } from "./zip.ts";

/** The file that is started, and the directory of everything else. */
export const START_FILE = "httpcfg.cmd";
export const LIB_FOLDER = "lib";

/**
 * How the program is started without `httpcfg.cmd`, for the launcher of the npm package: a file in
 * {@linkcode LIB_FOLDER}.
 */
const START_INFO = "start.json";

/** Writes the portable form for Windows to `out`. */
export async function writePortableZip(
  options: {
    /** The directory of the bundle. */
    readonly bundle: string;
    /** The files of the bundle, the main file first. */
    readonly files: readonly string[];
    /** A `deno.exe` for the platform that will run the program. */
    readonly runtime: string;
    readonly info: BuildInfo;
    /** The text of the license. */
    readonly license: string;
    readonly out: string;
  },
): Promise<void> {
  const template = await Deno.readTextFile(new URL("portable_head.cmd", import.meta.url));
  const start = { run: RUN_FLAGS, settle: SETTLE_FLAGS, environment: ENVIRONMENT };
  const inLib: readonly ZipEntry[] = [
    { name: "deno.exe", content: await Deno.readFile(options.runtime) },
    ...await portableParts(options.bundle, options.files),
    textEntry(START_INFO, `${JSON.stringify(start)}\n`),
  ];
  const entries = [
    textEntry(START_FILE, fillStart(template, options.info)),
    textEntry("LICENSE.txt", withWindowsLines(options.license)),
    ...inLib.map(({ name, content }) => ({ name: `${LIB_FOLDER}/${name}`, content })),
  ];
  await Deno.writeFile(options.out, await new Blob(zipParts(entries)).bytes());
}

/** Returns the batch file that starts the program. Pure. */
export function fillStart(template: string, info: BuildInfo): string {
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `set "${name}=${value}"`);
  const values: Readonly<Record<string, string>> = {
    VERSION: info.version,
    COMMIT: info.commit,
    FLAGS: ["run", ...RUN_FLAGS].map(batchWord).join(" "),
    SETTLE_FLAGS: SETTLE_FLAGS.map(batchWord).join(" "),
    ENVIRONMENT: environment.join("\n"),
  };
  const text = template.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Cannot fill in "@${name}@": no such value`);
    return value;
  });
  // With other line ends cmd misses labels.
  return withWindowsLines(text);
}

/** Returns `text` if cmd passes it on as it is. */
function batchWord(text: string): string {
  if (/^[\w=.,*/-]+$/.test(text)) return text;
  throw new Error(`Cannot write "${text}" into a batch file`);
}

function withWindowsLines(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function textEntry(name: string, text: string): ZipEntry {
  return { name, content: new TextEncoder().encode(text) };
}
