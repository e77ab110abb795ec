/**
 * What an installed service consists of, for every service manager. Pure.
 *
 * @module
 */

/** One file of the service. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
  /** UTF-8 if it is absent. */
  readonly encoding?: "utf-16";
}

/** An installation: the files to write, and the commands to start and stop the service. */
export interface ServicePlan {
  readonly files: readonly ServiceFile[];
  /** Commands that start it, now and at boot. */
  readonly start: readonly string[];
  /** Commands that stop it for good. They need its files. */
  readonly stop: readonly string[];
  /** Commands for when its files are gone. */
  readonly forget: readonly string[];
}

/** Returns the bytes of a file. UTF-16 is little-endian with a byte order mark, as Windows has it. */
export function serviceFileBytes({ text, encoding }: ServiceFile): Uint8Array<ArrayBuffer> {
  if (encoding !== "utf-16") return new TextEncoder().encode(text);
  const view = new DataView(new ArrayBuffer(2 * (text.length + 1)));
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * (at + 1), text.charCodeAt(at), true);
  return new Uint8Array(view.buffer);
}

/** Returns where a file is below `root`, which may be "": a drive of Windows is left out there. */
export function serviceFilePath({ path }: ServiceFile, root: string): string {
  return root === "" ? path : root + path.replace(/^[A-Z]:/, "").replaceAll("\\", "/");
}

/** Escapes text for XML. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
