/**
 * Edge: the files and the stdin that commands read.
 *
 * @module
 */
import { Fault, quote, shellWord } from "../../base/fault.ts";
import { fileFault, tooLargeFault } from "../../base/file_fault.ts";

/** The most bytes that are read: a document or a script of 100,000 entries is far smaller. */
const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** What a fault of reading says. */
interface Reading {
  /** What is attempted: `run the script`. */
  readonly verb: string;
  /** By default a command that shows what is wrong with the path. */
  readonly hint?: string;
  /** The command that takes the same text from a pipe, if there is one. */
  readonly piped?: string;
}

/** Returns the text of the regular file `path`, or of stdin by its name. Throws a Fault. */
export async function readTextFile(path: string, { verb, hint, piped }: Reading): Promise<string> {
  try {
    if (path === "/dev/stdin") return await readStdin(); // Deno lets nobody open it
    const { isFile, isDirectory, size: bytes } = await Deno.stat(path);
    // A pipe would block a thread until someone writes to it, perhaps for good.
    if (!isFile && !isDirectory) {
      const target = piped === undefined ? '> "$HOME/script.txt"' : `| ${piped}`;
      throw new Fault(`Cannot ${verb} ${quote(path)}: not a regular file`, {
        hint: `cat ${shellWord(path)} ${target}`,
      });
    }
    if (bytes > INPUT_BYTES_MAX) {
      throw tooLargeFault(
        verb,
        path,
        { bytes, bytesMax: INPUT_BYTES_MAX },
        hint ?? `ls -l ${shellWord(path)}`,
      );
    }
    return decoded(await Deno.readFile(path));
  } catch (error) {
    throw fileFault(verb, path, error, hint);
  }
}

/** Returns the text of stdin, to its end. */
export async function readStdin(): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of stdinBytes()) parts.push(part);
  return decoded(await new Blob(parts).bytes());
}

/** Yields the text of stdin in pieces, as they arrive. */
export async function* stdinText(): AsyncIterable<string> {
  let decoder: TextDecoder | null = null;
  for await (const part of stdinBytes()) {
    decoder ??= new TextDecoder(encodingOf(part));
    yield decoder.decode(part, { stream: true });
  }
  yield decoder?.decode() ?? "";
}

async function* stdinBytes(): AsyncIterable<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  for await (const part of Deno.stdin.readable) {
    bytes += part.length;
    if (bytes > INPUT_BYTES_MAX) throw new Error(`too large (limit ${INPUT_BYTES_MAX >> 20} MiB)`);
    yield part;
  }
}

function decoded(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Windows PowerShell writes what it redirects as UTF-16, with a byte order mark. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
