/**
 * Whether a file can be the runtime of the portable form for a target. Pure.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Platform, readExecutable } from "./executable.ts";
import type { Target } from "./targets.ts";

/** A text that every Deno executable contains: the name of the variable for its directory. */
const MARK = "DENO_DIR";

/**
 * Returns why the file with the content `bytes` cannot be the runtime for `target`; null if it can.
 */
export function runtimeProblem(bytes: Uint8Array, target: Target): string | null {
  const executable = readExecutable(bytes);
  if ("problem" in executable) return executable.problem;
  const wanted = platformOf(target);
  const { platforms } = executable;
  if (!platforms.some((found) => runsOn(found, wanted))) {
    return `it is for ${[...new Set(platforms.map(platformName))].join(" and ")}`;
  }
  const { buffer, byteOffset, byteLength } = bytes;
  const isDeno = Buffer.from(buffer, byteOffset, byteLength).includes(MARK);
  return isDeno ? null : "it is not Deno";
}

/** Returns the platform that the programs of `target` run on. */
function platformOf({ name, triple }: Target): Platform {
  const [os = "", cpu = ""] = name.split("-");
  return { os, cpu, libc: triple.endsWith("-gnu") ? "glibc" : null };
}

/** Reports whether a program for `found` runs on `wanted`; one without a C library runs with any. */
function runsOn(found: Platform, wanted: Platform): boolean {
  return found.os === wanted.os && found.cpu === wanted.cpu &&
    (found.libc === null || found.libc === wanted.libc);
}

function platformName({ os, cpu, libc }: Platform): string {
  return `${os}-${cpu}${libc === "musl" ? " with musl" : ""}`;
}
