/**
 * Edge: the portable form, one executable file that needs no more than `sh`, `tar` and `gzip`.
 *
 * `deno compile` needs a runtime that is made for it. Where that cannot be had, the runtime that is
 * running goes into the file instead, with the bundle; `portable_head.sh` says how it starts.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { PROC_LISTING_SCRIPT } from "../mod/listen/machine/proc_listing.ts";
import type { BuildInfo } from "./bundle.ts";
import { permissionFlags, UNSTABLE_FLAGS } from "./permissions.ts";
import { type TarEntry, tarParts } from "./tar.ts";

/** The runtime's name inside: what `ps`, `ss` and `top` show. */
const RUNTIME_NAME = "httpcfg";

/**
 * Nothing outside the unpacked folder shapes the program: no configuration, no downloads. And without
 * the first flag the runtime reads and analyses the files of all commands before it runs one: 5 ms.
 */
const RUN_FLAGS: readonly string[] = [
  "--unstable-lazy-dynamic-imports",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--node-modules-dir=none",
];

/**
 * Writes the portable form to `out`.
 *
 * The head holds its own length, so its size is found by filling it in until it no longer changes.
 */
export async function writePortable(
  options: {
    /** Folder of the bundle. */
    readonly bundle: string;
    /** Files of the bundle, the main file first. */
    readonly files: readonly string[];
    /** A `deno` for the machine that will run the file. */
    readonly runtime: string;
    readonly info: BuildInfo;
    readonly out: string;
  },
): Promise<void> {
  const entries: TarEntry[] = [{
    name: RUNTIME_NAME,
    content: await Deno.readFile(options.runtime),
    mode: 0o700,
  }];
  for (const name of options.files) {
    entries.push({ name, content: await Deno.readFile(`${options.bundle}/${name}`), mode: 0o600 });
  }
  const payload = new Uint8Array(gzipSync(await new Blob(tarParts(entries)).bytes()));
  const template = await Deno.readTextFile(new URL("portable_head.sh", import.meta.url));
  const head = fillHead(template, entries, payload.length, options.info);
  await Deno.writeFile(options.out, await new Blob([head, payload]).bytes(), { mode: 0o755 });
  await Deno.chmod(options.out, 0o755);
}

/** The head of a file whose payload is `payloadBytes` long. Pure. */
export function fillHead(
  template: string,
  entries: readonly TarEntry[],
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
    SHA256: digest,
    LISTING: PROC_LISTING_SCRIPT.replaceAll("\n", "\n  "),
    CRC: cksum(entries.map((entry) => entry.content)),
    FLAGS: [...RUN_FLAGS, ...UNSTABLE_FLAGS, ...permissionFlags()].map(shellWord).join(" "),
  };
  let headBytes = template.length;
  while (true) {
    const sized = { ...values, OFFSET: `${headBytes + 1}`, SIZE: `${headBytes + payloadBytes}` };
    const head = template.replace(/@([A-Z0-9]+)@/g, (_, name: string) => {
      const value = sized[name as keyof typeof sized];
      if (value === undefined) throw new Error(`Cannot fill in "@${name}@": no such value`);
      return value;
    });
    const bytes = new TextEncoder().encode(head).length;
    if (bytes === headBytes) return head;
    headBytes = bytes;
  }
}

/** `text` as one word of a shell command. */
function shellWord(text: string): string {
  return /^[\w=.,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const CRC_TABLE: Uint32Array = new Uint32Array(256).map((_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

/** What POSIX `cksum` prints for the contents one after another: a CRC with the length, the length. */
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
