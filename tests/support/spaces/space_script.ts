/**
 * A script in a network namespace that answers requests: lines of JSON go to its stdin, and one comes
 * back for each.
 *
 * @module
 */
import { linesOf } from "../../../mod/wire/text_lines.ts";
import { kill } from "../program.ts";

/** The side of the test. */
export class SpaceScript {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;

  /** Starts the script of the file `path` in the namespace `space`. */
  constructor(space: string, path: string) {
    this.#child = new Deno.Command("ip", {
      args: ["netns", "exec", space, Deno.execPath(), "run", "-A", "--no-prompt", path],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** Sends a request and returns the reply. */
  async ask(request: unknown): Promise<unknown> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const { value } = await this.#lines.next();
    return JSON.parse(value as string);
  }

  /** Kills the script. */
  async kill(): Promise<void> {
    kill(this.#child, "SIGKILL");
    await this.#child.status;
  }

  /** Closes its streams, once nothing in the namespace runs any more. */
  async close(): Promise<void> {
    await this.#writer.abort().catch(() => {});
    await this.#lines.return(undefined);
  }
}

/** The side of the script: answers each request with what `reply` returns, until stdin ends. */
export async function answerRequests<T>(reply: (request: T) => Promise<unknown>): Promise<void> {
  for await (const line of linesOf(Deno.stdin.readable)) {
    const text = `${JSON.stringify(await reply(JSON.parse(line)))}\n`;
    await Deno.stdout.write(new TextEncoder().encode(text));
  }
}
