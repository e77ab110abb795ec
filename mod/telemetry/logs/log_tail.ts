/**
 * Edge: reads the end of a log, which may have several series of files, and what is written to it
 * afterwards.
 *
 * @module
 */
import { joinPath } from "../../base/files/join_path.ts";
import { baseName } from "../../base/files/path_parts.ts";
import { fileFault } from "../../base/file_fault.ts";
import { checkRegular } from "../../config/store/regular_file.ts";
import { LOG_SERIES, logFilesIn, type LogSeries } from "./log_names.ts";

/** What was read. */
interface LogLines {
  /** The file that the last line is in; null if there is no file. */
  readonly path: string | null;
  /** The directive that names the columns of the lines; null if it is not in what was read. */
  readonly fields: string | null;
  /** Without directives and line ends, the oldest first. */
  readonly lines: readonly string[];
}

/** A position in a file that grows. */
interface Position {
  readonly path: string;
  /** Name of the file in its directory. */
  readonly name: string;
  /** Device and number of the file, which another may replace under its name. */
  readonly id: string;
  readonly offset: number;
}

const CHUNK_BYTES = 64 * 1024;
const FIELDS = "#Fields:";

/** The end of the log in `folder`, whose format may change. */
export class LogTail {
  readonly #series: readonly SeriesTail[];

  constructor(folder: string) {
    this.#series = LOG_SERIES.map((series) => new SeriesTail(folder, series));
  }

  /**
   * Returns the newest `count` lines of the series that was written last. {@linkcode more} then returns
   * what follows them, in any.
   */
  async newest(count: number): Promise<LogLines> {
    let last: SeriesTail | null = null;
    let lastMs = -Infinity;
    for (const series of this.#series) {
      const writtenMs = await series.writtenMs();
      if (writtenMs === null || writtenMs < lastMs) continue;
      [last, lastMs] = [series, writtenMs];
    }
    let found: LogLines = { path: null, fields: null, lines: [] };
    for (const series of this.#series) {
      const newest = await series.newest(series === last ? count : 0);
      if (series === last) found = newest;
    }
    return found;
  }

  /** Returns the lines that were written since the last call, those of each series by themselves. */
  async more(): Promise<LogLines[]> {
    const found: LogLines[] = [];
    for (const series of this.#series) {
      const more = await series.more();
      if (more.lines.length > 0) found.push(more);
    }
    return found;
  }
}

/** The end of one series of files. */
class SeriesTail {
  readonly #folder: string;
  readonly #series: LogSeries;
  #position: Position | null = null;
  /** The part of a line whose rest is not written yet. */
  #begun = "";

  constructor(folder: string, series: LogSeries) {
    this.#folder = folder;
    this.#series = series;
  }

  /** Returns when the newest file was last written, in milliseconds since 1970; null for no file. */
  async writtenMs(): Promise<number | null> {
    const path = (await this.#paths()).at(-1);
    if (path === undefined) return null;
    try {
      return (await Deno.stat(path)).mtime?.getTime() ?? 0;
    } catch (error) {
      throw this.#fault(path, error);
    }
  }

  /** Returns the newest `count` lines. {@linkcode SeriesTail.more} then returns what follows them. */
  async newest(count: number): Promise<LogLines> {
    const paths = await this.#paths();
    let lines: string[] = [];
    // Only these have the names of their columns.
    let fields: string | null = this.#hasColumns ? null : "";
    for (const path of paths.toReversed()) {
      const end = await this.#endOf(path, count - lines.length, fields === null);
      lines = [...end.lines, ...lines];
      fields ??= end.fields;
      this.#position ??= end.position;
      if (lines.length >= count) break;
    }
    return { path: paths.at(-1) ?? null, fields: fields || null, lines };
  }

  /** Returns the lines that were written since the last call. */
  async more(): Promise<LogLines> {
    const lines: string[] = [];
    let fields: string | null = null;
    for (const path of await this.#paths(this.#position?.name)) {
      const read = this.#complete(await this.#readFrom(path));
      fields = read.findLast((line) => line.startsWith(FIELDS)) ?? fields;
      lines.push(...read.filter((line) => !line.startsWith("#")));
    }
    return { path: this.#position?.path ?? null, fields, lines };
  }

  get #hasColumns(): boolean {
    return this.#series === "w3c" || this.#series === "errors";
  }

  /** Returns the paths of the files, the oldest first; from `first` on, even if it is gone. */
  async #paths(first?: string): Promise<string[]> {
    const names = new Set<string>();
    try {
      for await (const { name } of Deno.readDir(this.#folder)) names.add(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw this.#fault(this.#folder, error);
    }
    const ordered = logFilesIn([
      ...names,
      ...(first === undefined || names.has(first) ? [] : [first]),
    ], this.#series);
    return ordered.slice(first === undefined ? 0 : ordered.indexOf(first))
      .filter((name) => names.has(name)).map((name) => joinPath(this.#folder, name));
  }

  /** Reads a file backwards until it has `count` lines and, if wanted, the names of the columns. */
  async #endOf(
    path: string,
    count: number,
    isFieldsWanted: boolean,
  ): Promise<Omit<LogLines, "path"> & { readonly position: Position }> {
    using file = await this.#open(path);
    const info = await file.stat();
    const bytes = info.size;
    let start = bytes;
    let lines: string[] = [];
    let fields: string | null = null;
    let rest = "";
    while (start > 0 && (lines.length < count || (isFieldsWanted && fields === null))) {
      const from = Math.max(0, start - CHUNK_BYTES);
      const text = await readRange(file, from, start) + rest;
      start = from;
      const parts = text.split("\n");
      // The first part may begin in the chunk before this one.
      rest = start > 0 ? parts.shift()! : "";
      const whole = parts.map((line) => line.replace(/\r$/, ""));
      fields ??= whole.findLast((line) => line.startsWith(FIELDS)) ?? null;
      const found = whole.filter((line) => line !== "" && !line.startsWith("#"));
      lines = [...found, ...lines].slice(-count);
    }
    return {
      lines: count === 0 ? [] : lines,
      fields,
      position: positionIn(path, info),
    };
  }

  /** Reads what a file has beyond the position, all of it if it is another file. */
  async #readFrom(path: string): Promise<string> {
    using file = await this.#open(path);
    const info = await file.stat();
    const isSame = this.#position?.path === path && this.#position.id === idOf(info) &&
      this.#position.offset <= info.size;
    if (!isSame) this.#begun = "";
    const from = isSame ? this.#position!.offset : 0;
    this.#position = positionIn(path, info);
    return await readRange(file, from, info.size);
  }

  /** Returns the whole lines of what was read, and keeps what is not whole. */
  #complete(text: string): string[] {
    const lines = `${this.#begun}${text}`.split("\n");
    this.#begun = lines.pop()!;
    return lines.map((line) => line.replace(/\r$/, "")).filter((line) => line !== "");
  }

  async #open(path: string): Promise<Deno.FsFile> {
    try {
      checkRegular(path, await Deno.stat(path));
      return await Deno.open(path);
    } catch (error) {
      throw this.#fault(path, error);
    }
  }

  #fault(path: string, error: unknown): Error {
    return fileFault("read the log", path, error);
  }
}

/** Returns the position at the end of a file. */
function positionIn(path: string, info: Deno.FileInfo): Position {
  return { path, name: baseName(path), id: idOf(info), offset: info.size };
}

function idOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}:${ino}`;
}

/** Returns the text of the bytes; logs are ASCII, so that a chunk may begin anywhere. */
async function readRange(file: Deno.FsFile, from: number, to: number): Promise<string> {
  const bytes = new Uint8Array(to - from);
  await file.seek(from, Deno.SeekMode.Start);
  let done = 0;
  while (done < bytes.length) {
    const read = await file.read(bytes.subarray(done));
    if (read === null) break;
    done += read;
  }
  return new TextDecoder("latin1").decode(bytes.subarray(0, done));
}
