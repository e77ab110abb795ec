/**
 * The media type of files by their extension: `.wasm=application/wasm`. Pure.
 *
 * @module
 */
import { Problem } from "../../base/problem.ts";

/** An extension and its media type. */
interface MediaType {
  /** With its dot, in lower case. */
  readonly extension: string;
  readonly type: string;
}

const TYPE_MAX = 256;
const EXTENSION = /^\.[^\s./\\\p{C}]{1,32}$/u;
const TYPE =
  /^[!#$&^_.+0-9a-z-]+\/[!#$&^_.+0-9a-z-]+(?:; ?[!#$&^_.+0-9a-z-]+=[!#$&^_.+0-9a-z"-]+)*$/i;

/** Parses an extension, with or without its dot, and a type; the hint of a problem works. */
export function parseMediaType(extension: string, type: string): MediaType | Problem {
  const dotted = `${extension.startsWith(".") ? "" : "."}${extension.toLowerCase()}`;
  if (!EXTENSION.test(dotted)) {
    return new Problem("not an extension", { hint: ".wasm=application/wasm" });
  }
  if (!TYPE.test(type) || type.length > TYPE_MAX) {
    return new Problem("not a media type", { hint: `${dotted}=application/octet-stream` });
  }
  return { extension: dotted, type };
}
