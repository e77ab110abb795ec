/**
 * Edge: the versions of the document: who stored them, when, and with which command.
 *
 * Each version is one file, `000042.json`, written before the document itself is replaced and under
 * its lock. Their number and total size are limited: the oldest are removed first. A document that
 * was changed by other means is detected at the next write and kept as a version of its own.
 *
 * @module
 */
import * as v from "valibot";
import { Fault } from "../../base/fault.ts";
import { fileFault } from "../../base/file_fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../document/document.ts";

/** One version of the document. */
export interface Version {
  /** Counts up from 1. A number is never used again. */
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The user who stored it; null if it was found, not stored by this program. */
  readonly user: string | null;
  /** The command that stored it; null if it was found. */
  readonly command: string | null;
  readonly document: ConfigDocument;
}

/** Who makes a change, and with which command. */
interface Author {
  readonly user: string;
  readonly command: string;
}

/** Maximum number of versions kept: months of an administrator's changes. */
export const HISTORY_COUNT_MAX = 100;
/** Maximum total size: a hundred documents of a thousand entries and sites each. */
const HISTORY_BYTES_MAX = 32 * 1024 * 1024;
/** Maximum characters of a command line that are kept. */
const COMMAND_MAX = 1000;
const FILE_NAME = /^([0-9]{6,})\.json$/;

/** The content of a version file. Its document is checked when it is used, like any other. */
const versionSchema = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(1)),
  at: v.string(),
  user: v.nullable(v.string()),
  command: v.nullable(v.string()),
  document: v.custom<ConfigDocument>((value) => {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }),
});

/** The history in one directory. Writers hold the lock of the document; readers need none. */
export class History {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Records `after`, preceded by `before` if the history does not have it. Both are whole
   * documents.
   */
  async record(before: string | null, after: string, author: Author): Promise<void> {
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const numbers = await this.#numbers();
      const last = numbers.at(-1);
      const found = before === null ? DEFAULT_DOCUMENT : JSON.parse(before);
      const at = new Date().toISOString();
      let next = (last ?? 0) + 1;
      const known = last === undefined ? null : (await this.#load(last))?.document ?? null;
      if (JSON.stringify(known) !== JSON.stringify(found)) {
        await this.#write({ number: next++, at, user: null, command: null, document: found });
      }
      const command = author.command.slice(0, COMMAND_MAX);
      const document = JSON.parse(after);
      await this.#write({ number: next, at, user: author.user, command, document });
      await this.#prune();
    } catch (error) {
      throw fileFault("write the history in", this.#folder, error);
    }
  }

  /** Returns every version that is kept, oldest first. */
  async list(): Promise<Version[]> {
    const versions = await Promise.all((await this.#numbers()).map((one) => this.#load(one)));
    return versions.filter((version) => version !== null);
  }

  /** Returns version `number`. Throws a Fault if it is not kept. */
  async read(number: number): Promise<Version> {
    const version = await this.#load(number);
    if (version !== null) return version;
    throw new Fault(`Cannot read version ${number} of the document: not in the history`, {
      hint: "httpcfg history",
    });
  }

  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#folder)) {
        const match = FILE_NAME.exec(name);
        if (match !== null) numbers.push(Number(match[1]));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw fileFault("read the history in", this.#folder, error);
      }
    }
    return numbers.sort((a, b) => a - b);
  }

  /** Returns null if the file was removed, is incomplete, or is not a version. */
  async #load(number: number): Promise<Version | null> {
    try {
      const value = JSON.parse(await Deno.readTextFile(this.#path(number)));
      const parsed = v.safeParse(versionSchema, value);
      return parsed.success && parsed.output.number === number ? parsed.output : null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
      throw fileFault("read the history in", this.#folder, error);
    }
  }

  async #write(version: Version): Promise<void> {
    const path = this.#path(version.number);
    const text = `${JSON.stringify({ version: 1, ...version })}\n`;
    await Deno.writeTextFile(`${path}.new`, text, { mode: 0o600 });
    await Deno.rename(`${path}.new`, path);
  }

  async #prune(): Promise<void> {
    const numbers = (await this.#numbers()).reverse();
    let bytes = 0;
    for (const [place, number] of numbers.entries()) {
      bytes += (await Deno.stat(this.#path(number))).size;
      // The two newest stay whatever their size: without them nothing could be undone.
      if (place < 2 || (place < HISTORY_COUNT_MAX && bytes <= HISTORY_BYTES_MAX)) continue;
      await Deno.remove(this.#path(number));
    }
  }

  #path(number: number): string {
    return `${this.#folder}/${String(number).padStart(6, "0")}.json`;
  }
}
