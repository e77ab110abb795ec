/**
 * Edge: makes the portable form, one executable file that needs only `sh`, `tar` and `gzip`.
 *
 * `deno compile` needs a runtime that is made for it. If that cannot be fetched, the portable form
 * packs the running runtime together with the bundle; `portable_head.sh` unpacks and starts them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { RUNTIME_ENVIRONMENT } from "../mod/host/process/runtime_environment.ts";
import { type BuildInfo, bundleFile, loadedWith, MAIN_FILE } from "./bundle.ts";
import { PERMISSION_FLAGS } from "./permissions.ts";
import { RUNTIME_FLAGS } from "./runtime_flags.ts";
import { type TarEntry, tarParts } from "./tar.ts";

/** The file name of the packed runtime, which `ps`, `ss` and `top` show. */
const RUNTIME_NAME = "httpcfg";

/**
 * Nothing outside the unpacked directory affects the program: no configuration, no downloads.
 * Without `--unstable-lazy-dynamic-imports`, the runtime reads and analyzes the files of all commands
 * before it runs one, which takes 5 ms. Without `--quiet`, it clears the line of the terminal
 * whenever it loads one of them, and with it a line of ours that is not finished.
 */
const RUN_FLAGS: readonly string[] = [
  "--quiet",
  "--unstable-lazy-dynamic-imports",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--node-modules-dir=none",
];

/** The program that removes older versions; it works in the directory that it is started in. */
const CLEAN_FILE = "clean.js";
const CLEAN_FLAGS: readonly string[] = [
  "--no-prompt",
  "--no-code-cache",
  "--allow-read=.",
  "--allow-write=.",
  "--allow-sys=uid",
];

/**
 * The program that loads everything and does nothing: the runtime keeps the compiled code of what it
 * has loaded when a program ends by itself, and the commands end earlier. It keeps it in a directory
 * that is as private as the program, and compares versions and digests before it uses any. What is
 * loaded later, by a service, finds its code there, and leaves no log for every start to read.
 */
const WARM_FILE = "warm.js";

/** The program that puts in order what the first has left; it works in the directory of the caches. */
const SETTLE_FILE = "settle.js";
const SETTLE_FLAGS: readonly string[] = [
  "--no-prompt",
  "--no-code-cache",
  "--allow-read=.",
  "--allow-write=.",
];

/**
 * Writes the portable form to `out`.
 *
 * The head contains its own length, so it is filled in repeatedly until its size no longer changes.
 */
export async function writePortable(
  options: {
    /** The directory of the bundle. */
    readonly bundle: string;
    /** The files of the bundle, the main file first. */
    readonly files: readonly string[];
    /** A `deno` executable for the platform that will run the file. */
    readonly runtime: string;
    readonly info: BuildInfo;
    readonly out: string;
  },
): Promise<void> {
  const entries: TarEntry[] = [{
    name: RUNTIME_NAME,
    content: await Deno.readFile(options.runtime),
    mode: 0o755,
  }];
  for (const name of options.files) {
    entries.push({ name, content: await Deno.readFile(`${options.bundle}/${name}`), mode: 0o644 });
  }
  const clean = await bundleFile(new URL("portable_clean.ts", import.meta.url));
  entries.push({ name: CLEAN_FILE, content: clean, mode: 0o644 });
  const settle = await bundleFile(new URL("portable_settle.ts", import.meta.url));
  entries.push({ name: SETTLE_FILE, content: settle, mode: 0o644 });
  const warm = options.files.map((name) => `import "./${name}";\n`);
  entries.push({ name: WARM_FILE, content: new TextEncoder().encode(warm.join("")), mode: 0o644 });
  const payload = new Uint8Array(gzipSync(await new Blob(tarParts(entries)).bytes()));
  const template = await Deno.readTextFile(new URL("portable_head.sh", import.meta.url));
  const first = [RUNTIME_NAME, ...(await loadedWith(options.bundle, [MAIN_FILE])).keys()];
  const head = fillHead(template, entries, first, payload.length, options.info);
  await Deno.writeFile(options.out, await new Blob([head, payload]).bytes(), { mode: 0o755 });
  await Deno.chmod(options.out, 0o755);
}

/**
 * Returns the head of a file whose payload is `payloadBytes` long; `first` are the entries that every
 * command needs. Pure.
 */
export function fillHead(
  template: string,
  entries: readonly TarEntry[],
  first: readonly string[],
  payloadBytes: number,
  info: BuildInfo,
): string {
  const sha256 = createHash("sha256");
  for (const entry of entries) sha256.update(entry.content);
  const digest = sha256.digest("hex");
  const values: Record<string, string> = {
    VERSION: info.version,
    COMMIT: info.commit,
    BUILD: `${info.version}-${digest.slice(0, 16)}`,
    FILES: entries.map((entry) => entry.name).join(" "),
    FIRST: first.join(" "),
    SHA256: digest,
    CRC: cksum(entries.map((entry) => entry.content)),
    FLAGS: [...RUN_FLAGS, ...RUNTIME_FLAGS, ...PERMISSION_FLAGS].map(shellWord).join(" "),
    ENVIRONMENT: Object.entries(RUNTIME_ENVIRONMENT).map((entry) => entry.join("=")).join(" "),
    SETTLE_FLAGS: [...RUN_FLAGS, ...SETTLE_FLAGS].map(shellWord).join(" "),
    CLEAN_FLAGS: [...RUN_FLAGS, ...CLEAN_FLAGS].map(shellWord).join(" "),
  };
  let headBytes = template.length;
  while (true) {
    const sized = { ...values, OFFSET: `${headBytes + 1}`, SIZE: `${headBytes + payloadBytes}` };
    const head = template.replace(/@([A-Z0-9_]+)@/g, (_, name: string) => {
      const value = sized[name as keyof typeof sized];
      if (value === undefined) throw new Error(`Cannot fill in "@${name}@": no such value`);
      return value;
    });
    const bytes = new TextEncoder().encode(head).length;
    if (bytes === headBytes) return head;
    headBytes = bytes;
  }
}

/** Quotes `text` as one word of a shell command if necessary. */
function shellWord(text: string): string {
  return /^[\w=.,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const CRC_TABLE: Uint32Array = new Uint32Array(256).map((_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

/**
 * Returns what POSIX `cksum` prints for the concatenated contents: a CRC that includes the length,
 * and the length.
 */
export function cksum(contents: readonly Uint8Array[]): string {
  let crc = 0;
  let bytes = 0;
  const add = (byte: number): void => {
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
  };
  for (const content of contents) {
    bytes += content.length;
    content.forEach(add);
  }
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) add(rest % 256);
  return `${~crc >>> 0} ${bytes}`;
}
