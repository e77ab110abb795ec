/**
 * Edge: a file that a rule of a site names, which is read again when it has changed.
 *
 * @module
 */
import type { SiteFiles } from "../static/file_access.ts";
import { EXAMINE_MS } from "./limits.ts";

interface FollowedFileOptions<T> {
  /** Absolute. */
  readonly path: string;
  /** A larger file is not read. */
  readonly bytesMax: number;
  /** The file operations of the site. */
  readonly files: SiteFiles;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes of the bytes what the rule needs. */
  parse(bytes: Uint8Array<ArrayBuffer>): T;
}

export class FollowedFile<T> {
  readonly #options: FollowedFileOptions<T>;
  #value: T | null = null;
  #failure: unknown = null;
  #stamp = "";
  #examinedMs = -Infinity;
  #examination: Promise<T> | null = null;

  constructor(options: FollowedFileOptions<T>) {
    this.#options = options;
  }

  /** What the file was when it was examined last; null if it could not be read. */
  get known(): T | null {
    return this.#value;
  }

  /**
   * Returns what the file is, at once if it was examined a moment ago. Rejects if it cannot be read;
   * a {@linkcode SourceRefusal} if the system is to blame.
   */
  value(): T | Promise<T> {
    const nowMs = this.#options.now();
    const ageMs = nowMs - this.#examinedMs;
    if (ageMs < EXAMINE_MS && ageMs >= 0) return this.#value ?? Promise.reject(this.#failure);
    return this.#examination ??= this.#examine(nowMs).then((value) => {
      return this.#value = value;
    }, (error) => {
      this.#value = null; // what cannot be examined is not what it was
      this.#failure = error;
      throw error;
    }).finally(() => {
      this.#examinedMs = nowMs;
      this.#examination = null;
    });
  }

  #examine(nowMs: number): Promise<T> {
    const { path, bytesMax, files, parse } = this.#options;
    const known = this.#value;
    return files.run(async (): Promise<T> => {
      const { isFile, size, mtime, ino } = await Deno.stat(path);
      if (!isFile || size > bytesMax) throw new Deno.errors.InvalidData();
      const stamp = `${size} ${mtime?.getTime()} ${ino}`;
      if (known !== null && stamp === this.#stamp) return known;
      const parsed = parse(await Deno.readFile(path));
      // A file that changes in the same moment has the same time: it is read once more.
      this.#stamp = nowMs - (mtime?.getTime() ?? nowMs) < 2 * EXAMINE_MS ? "" : stamp;
      return parsed;
    });
  }
}
