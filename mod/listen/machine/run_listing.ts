/**
 * Edge: runs the scripts and programs that list what Deno does not let the built program read.
 *
 * A command starts a shell for each. A service may start nothing once it serves: before that it
 * starts one shell, which does nothing but list what it is asked for by name, until the service
 * ends.
 *
 * @module
 */
import { windowsTool } from "../../config/store/windows_tool.ts";
import { linesOf } from "../../wire/text_lines.ts";

/** What can be listed, each with its script. */
type Listings = Readonly<Record<string, string>>;

/** The line after a listing. No line of a listing is like it: each begins with more. */
const END = ".";

/** The shell of this process, once {@linkcode openLister} has started it. */
let lister: Lister | null = null;

/** Returns the output of `script`, which has the name `name`; "" if it cannot be run. */
export async function runListing(name: string, script: string): Promise<string> {
  if (lister !== null) return await lister.list(name);
  try {
    const { stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", script],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return ""; // no shell, or no permission to start one: what it lists stays unknown
  }
}

/**
 * Returns the output of a tool of Windows; null if it cannot be run, as by a service, which has given
 * that up.
 */
export async function runWindowsTool(
  name: "netstat" | "tasklist",
  args: readonly string[],
): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command(windowsTool(name), {
      args: [...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return consoleText(stdout);
  } catch {
    return null;
  }
}

/**
 * Decodes what a program of Windows wrote to a pipe: in the code page of the console, of which ASCII
 * is the part that counts here, or in UTF-16.
 */
export function consoleText(bytes: Uint8Array): string {
  const isUtf16 = bytes.length > 1 && (bytes[1] === 0 || (bytes[0] === 0xff && bytes[1] === 0xfe));
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8", { ignoreBOM: !isUtf16 }).decode(bytes);
}

/**
 * Starts the shell that runs `listings` from now on, so that this process can do without the
 * permission to start programs.
 */
export function openLister(listings: Listings): void {
  if (lister === null && Deno.build.os !== "windows") lister = new Lister(listings);
}

/** Reports whether listings come from the shell of {@linkcode openLister}. */
export function hasLister(): boolean {
  return lister !== null;
}

/** Returns a script that reads names, and prints the listing of each and a line with `END`. */
export function listerScript(listings: Listings): string {
  const cases = Object.entries(listings).map(([name, script]) => `${name}) (\n${script}\n) ;;\n`);
  // The signals that end the service reach its whole group: the shell ends with its stdin.
  return `trap '' HUP INT TERM
while IFS= read -r name; do
case $name in
${cases.join("")}esac </dev/null
echo ${END}
done`;
}

/** A shell that lists. Whatever is wrong with it, a listing is "" then. */
class Lister {
  readonly #child: Deno.ChildProcess | null;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #lines: AsyncGenerator<string> | undefined;
  /** The listing under way: they are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(listings: Listings) {
    try {
      this.#child = new Deno.Command("/bin/sh", {
        // The script is in the environment, so that `ps` does not show all of it.
        args: ["-c", 'eval "$HTTPCFG_LISTINGS"'],
        env: { HTTPCFG_LISTINGS: listerScript(listings) },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch {
      this.#child = null;
    }
    this.#stdin = this.#child?.stdin.getWriter();
    this.#lines = this.#child === null ? undefined : linesOf(this.#child.stdout);
  }

  list(name: string): Promise<string> {
    const listing = this.#last.then(() => this.#ask(name)).catch(() => "");
    this.#last = listing;
    return listing;
  }

  async #ask(name: string): Promise<string> {
    if (this.#stdin === undefined || this.#lines === undefined) return "";
    await this.#stdin.write(new TextEncoder().encode(`${name}\n`));
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done || value === END) return lines.join("\n");
      lines.push(value);
    }
  }
}
