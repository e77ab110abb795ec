/** Static files: a small one from the response cache, and one of 1 MB, which is not cached. */
import type { Bench, Row } from "../bench.ts";
import { loadRow, PER_CPU_SECOND } from "./load.ts";

/** The folder of files, and the target of each. */
export const SMALL_FILE = "/up/small.html";
export const LARGE_FILE = "/up/large.bin";
const TEXT_FILE = "/up/text.html";
const SMALL_BYTES = 4096;
const LARGE_BYTES = 1024 * 1024;
const TEXT_BYTES = 20_480;

/** Makes the folder. */
export function makeFiles({ scope }: Bench): string {
  const folder = scope.folder();
  Deno.mkdirSync(`${folder}/up`, { mode: 0o755 });
  Deno.writeFileSync(`${folder}${SMALL_FILE}`, new Uint8Array(SMALL_BYTES).fill(120));
  Deno.writeFileSync(`${folder}${LARGE_FILE}`, new Uint8Array(LARGE_BYTES).fill(120));
  Deno.writeTextFileSync(`${folder}${TEXT_FILE}`, textOf(TEXT_BYTES));
  return folder;
}

/** Returns a text that gzip makes about three times smaller, as one that people have written. */
function textOf(length: number): string {
  let text = "";
  for (let i = 1; text.length < length; i++) {
    const word = ((i * i * 7919) % 4999) % (8 + 24 * (i % 13));
    text += `${(46_656 + word * 48_271).toString(36)}${i % 11 === 0 ? ".\n" : " "}`;
  }
  return text.slice(0, length);
}

const { measure } = PER_CPU_SECOND;

export const FILE_ROWS: readonly Row[] = [
  loadRow({
    name: "file-small",
    title: "A file of 4 KiB on 64 kept connections",
    goals: [{ work: "static 4 KiB (1.96 before)", measure, against: "nginx", atLeast: 1.9 }],
    peers: ["nginx", "caddy"],
    request: { path: SMALL_FILE },
    connections: 64,
    work: (bench) => Promise.resolve({ folder: makeFiles(bench) }),
  }),
  loadRow({
    name: "file-large",
    title: "A file of 1 MiB on 16 kept connections",
    goals: [{ work: "static 1 MiB (1.67 before)", measure, against: "nginx", atLeast: 1.6 }],
    peers: ["nginx", "caddy"],
    request: { path: LARGE_FILE },
    connections: 16,
    work: (bench) => Promise.resolve({ folder: makeFiles(bench) }),
  }),
  loadRow({
    name: "file-gzip",
    title: "A text of 20 KiB for clients that accept gzip, on 64 kept connections",
    goals: ["nginx", "caddy"].map((against) => ({ work: "gzip of 20 KiB", measure, against })),
    peers: ["nginx", "caddy"],
    request: { path: TEXT_FILE, fields: ["Accept-Encoding: gzip"] },
    connections: 64,
    work: (bench) => Promise.resolve({ folder: makeFiles(bench), compresses: true }),
  }),
];
