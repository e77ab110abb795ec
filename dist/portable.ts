/**
 * Edge: makes the portable form for Linux and macOS, one executable file that needs only `sh`, `tar`
 * and `gzip`. `portable_zip.ts` makes the one for Windows.
 *
 * `deno compile` needs a runtime that is made for it. If that cannot be fetched, the portable form
 * packs a plain runtime together with the bundle; `portable_head.sh` unpacks and starts them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type BuildInfo, bundleFile, loadedWith, MAIN_FILE } from "./bundle.ts";
import {
  CLEAN_FILE,
  CLEAN_FLAGS,
  ENVIRONMENT,
  portableParts,
  RUN_FLAGS,
  SETTLE_FLAGS,
} from "./portable_parts.ts";
import { type TarEntry, tarParts } from "./tar.ts";

/** The file name of the packed runtime, which `ps`, `ss` and `top` show. */
const RUNTIME_NAME = "httpcfg";

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
  const clean = await bundleFile(new URL("portable_clean.ts", import.meta.url));
  const parts = await portableParts(options.bundle, options.files);
  for (const part of [...parts, { name: CLEAN_FILE, content: clean }]) {
    entries.push({ ...part, mode: 0o644 });
  }
  const payload = new Uint8Array(gzipSync(await new Blob(tarParts(entries)).bytes()));
  const template = await Deno.readTextFile(new URL("portable_head.sh", import.meta.url));
  const first = [RUNTIME_NAME, ...(await loadedWith(options.bundle, [MAIN_FILE])).keys()];
  const head = fillHead(template, entries, first, payload.length, options.info);
  await Deno.writeFile(options.out, await new Blob([head, payload]).bytes(), { mode: 0o755 });
  if (Deno.build.os !== "windows") await Deno.chmod(options.out, 0o755);
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
    FLAGS: RUN_FLAGS.map(shellWord).join(" "),
    ENVIRONMENT: Object.entries(ENVIRONMENT).map((entry) => entry.join("=")).join(" "),
    SETTLE_FLAGS: SETTLE_FLAGS.map(shellWord).join(" "),
    CLEAN_FLAGS: CLEAN_FLAGS.map(shellWord).join(" "),
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
