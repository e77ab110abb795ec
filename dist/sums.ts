/**
 * Edge: the checksums of files that people download.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** The name of the file with the checksums of the others. */
export const SUMS_FILE = "SHA256SUMS";

/** Returns the checksums of `names` in `folder`, in the format that `sha256sum -c` reads. */
export async function sumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(names.map(async (name) => {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  }));
  return lines.join("");
}
