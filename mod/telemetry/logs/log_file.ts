/**
 * Edge: one series of log files: lines are collected in memory and written behind the caller's back.
 *
 * - `append()` never waits and never throws. Full pieces go to disk at once, the rest when the host
 *   calls `tick()`, each second.
 * - What waits for a slow disk is bounded; beyond it lines are dropped and counted.
 * - A piece that cannot be written is dropped and counted. The first failure is reported, the end of
 *   the trouble too, with the number of lines that are missing; nothing in between.
 * - A file that would grow beyond its bound is followed by the next one; a new UTC day begins a new one.
 * - Files are made at the first line, with mode 0640, closed when unused for a while, and opened anew
 *   after `reopen()`, so that they can be moved away.
 *
 * @module
 */
import { giveBack, LineBuffer, type Lines } from "./line_buffer.ts";
import { type LogNames, rollsIn } from "./log_names.ts";

export interface LogFileOptions {
  readonly folder: string;
  readonly names: LogNames;
  /** Bytes after which the next file begins; a single piece may stand above it. */
  readonly truncateBytes: number;
  /** The lines at the beginning of a file, with their ends; made when a file is opened. */
  readonly header: () => string;
  /** Called once when writing begins to fail, and once when it works again. Must not throw. */
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** Older files kept beside the one in use; null keeps all. */
  readonly keepFiles: number | null;
}

/** Writing failed (`error`), or works again after `lostLines` lines were lost (`error` null). */
export interface LogTrouble {
  readonly folder: string;
  readonly error: unknown;
  readonly lostLines: number;
}

/** Bytes that may wait for the disk: seconds of full traffic, little beside a server's memory. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Ticks without a line after which the file is closed: a thousand quiet sites hold no descriptors. */
const IDLE_TICKS = 10;

const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

interface Piece extends Lines {
  readonly day: string;
}

const encoder = new TextEncoder();

export class LogFile {
  readonly #options: LogFileOptions;
  readonly #pending = new LineBuffer();
  #day = "";
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #writer: Promise<void> | null = null;
  #idleTicks = 0;
  #isReopenWanted = false;
  #isTroubled = false;
  #lostLines = 0;
  #isTorn = false;
  #file: Deno.FsFile | null = null;
  #fileDay: string | null = null;
  #fileRoll = 0;
  #fileBytes = 0;
  /** True while the open file holds nothing but its header. */
  #isFresh = false;
  #headerOf = "";

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Adds one line, its end included. `day` is the UTC day of the line, YYMMDD. */
  append(line: string, day: string): void {
    if (day !== this.#day) {
      this.#seal();
      this.#day = day;
    }
    this.#pending.add(line);
    if (this.#pending.isFull) this.#startWriting();
  }

  /** To be called each second: writes what has been collected, closes what is unused. */
  tick(): void {
    if (this.#pending.count > 0) {
      this.#idleTicks = 0;
      this.#startWriting();
    } else if (++this.#idleTicks >= IDLE_TICKS && this.#writer === null) {
      this.#closeFile();
    }
  }

  /** Resolves when everything appended so far is on disk or has been given up. */
  async flush(): Promise<void> {
    this.#startWriting();
    while (this.#writer !== null) {
      await this.#writer;
      this.#startWriting(); // what came while the writer was ending
    }
  }

  /** The next piece goes to a file that is opened by its name again. */
  reopen(): void {
    if (this.#writer === null) this.#closeFile();
    else this.#isReopenWanted = true;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closeFile();
  }
  #seal(): void {
    const lines = this.#pending.take();
    if (lines === null) return;
    if (this.#waitingBytes >= WAITING_BYTES_MAX) {
      this.#lose(lines.count, new Error("the disk is too slow"));
      return giveBack(lines);
    }
    this.#waiting.push({ ...lines, day: this.#day });
    this.#waitingBytes += lines.bytes.buffer.byteLength; // what is held, used or not
  }

  #startWriting(): void {
    this.#seal();
    if (this.#writer !== null || this.#waiting.length === 0) return;
    this.#writer = this.#writeAll().finally(() => {
      this.#writer = null;
    });
  }

  async #writeAll(): Promise<void> {
    for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
      try {
        const file = await this.#fileFor(piece);
        await this.#write(file, piece.bytes);
        this.#isFresh = false;
        this.#recover();
      } catch (error) {
        this.#closeFile();
        this.#lose(piece.count, error);
      } finally {
        this.#waitingBytes -= piece.bytes.buffer.byteLength;
        giveBack(piece);
      }
    }
  }

  async #write(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
    let done = 0;
    try {
      while (done < bytes.length) {
        const count = await file.write(bytes.subarray(done));
        done += count;
        this.#fileBytes += count;
      }
    } finally {
      this.#isTorn = done < bytes.length && (done > 0 || this.#isTorn);
    }
  }

  /** The open file that `piece` belongs to. */
  async #fileFor(piece: Piece): Promise<Deno.FsFile> {
    if (this.#isReopenWanted) this.#closeFile();
    const isSameDay = piece.day === this.#fileDay;
    if (this.#file !== null && isSameDay && this.#hasRoom(piece)) return this.#file;
    const { folder, names, keepFiles } = this.#options;
    this.#closeFile();
    await Deno.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (!isSameDay) {
      this.#fileRoll = (await rollsOf(folder, names, piece.day)).at(-1) ?? names.firstRoll;
      this.#fileDay = piece.day;
    }
    let file = await this.#open(piece);
    while (!this.#hasRoom(piece)) {
      this.#closeFile();
      this.#fileRoll++;
      file = await this.#open(piece);
    }
    if (keepFiles !== null) await this.#removeOld(piece.day, keepFiles);
    return file;
  }

  async #open(piece: Piece): Promise<Deno.FsFile> {
    const { folder, names, header } = this.#options;
    const path = `${folder}/${names.name(piece.day, this.#fileRoll)}`;
    const file = await Deno.open(path, { append: true, create: true, mode: FILE_MODE });
    this.#file = file;
    this.#fileBytes = (await file.stat()).size;
    this.#isFresh = this.#fileBytes === 0;
    if (!this.#hasRoom(piece)) return file;
    // A line that was cut by a full disk is ended first, so that it harms no line but itself.
    const torn = this.#isTorn && !this.#isFresh ? "\n" : "";
    const isHeaderDue = this.#isFresh || this.#headerOf !== path;
    const text = torn + (isHeaderDue ? header() : "");
    if (text !== "") await this.#write(file, encoder.encode(text));
    this.#headerOf = path;
    return file;
  }

  #hasRoom(piece: Piece): boolean {
    return this.#isFresh || this.#fileBytes + piece.bytes.length <= this.#options.truncateBytes;
  }

  async #removeOld(day: string, keepFiles: number): Promise<void> {
    const { folder, names } = this.#options;
    for (const roll of await rollsOf(folder, names, day)) {
      if (roll >= this.#fileRoll - keepFiles) continue;
      await Deno.remove(`${folder}/${names.name(day, roll)}`);
    }
  }

  #closeFile(): void {
    this.#isReopenWanted = false;
    this.#file?.close();
    this.#file = null;
  }

  #lose(lines: number, error: unknown): void {
    this.#lostLines += lines;
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#options.onTrouble({ folder: this.#options.folder, error, lostLines: this.#lostLines });
  }

  #recover(): void {
    if (!this.#isTroubled) return;
    const { folder, onTrouble } = this.#options;
    onTrouble({ folder, error: null, lostLines: this.#lostLines });
    this.#isTroubled = false;
    this.#lostLines = 0;
  }
}

async function rollsOf(folder: string, names: LogNames, day: string): Promise<number[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) files.push(entry.name);
  return rollsIn(files, names, day);
}
