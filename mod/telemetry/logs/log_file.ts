/**
 * Edge: one series of log files. Lines are collected in memory and written in the background.
 *
 * - To add lines never waits and never throws. Full batches are written at once, the others when the
 *   host calls `tick()`, every second.
 * - The lines that wait for a slow disk are limited; beyond the limit lines are dropped and
 *   counted.
 * - A batch that cannot be written is dropped and counted. The first failure is reported, and so is
 *   the end of the trouble, with the number of lost lines; nothing in between.
 * - The next file begins with the line that would exceed the limit of the current one, and with each
 *   new UTC day.
 * - Files are created at the first line, with mode 0640, closed when unused for a while, and opened
 *   again after `reopen()`, so that they can be moved away, and when they have been removed.
 *
 * @module
 */
import { makePrivateFolder } from "../../config/store/private_folder.ts";
import { joinPath } from "../../base/files/join_path.ts";
import { isDiskFull } from "../../base/file_fault.ts";
import { leadsTo } from "../../config/store/file_place.ts";
import { LineBuffer, type Lines, releaseLines, WAITING_BYTES_MAX } from "./line_buffer.ts";
import type { LineSink } from "./line_sink.ts";
import { type LogNames, rollsIn } from "./log_names.ts";

export interface LogFileOptions {
  readonly folder: string;
  readonly names: LogNames;
  /** Maximum size of a file, in which at least one line is; the next line begins the next file. */
  readonly truncateBytes: number;
  /**
   * Returns the lines at the beginning of a file, with their ends; called when a file is opened, with
   * the second of its first line.
   */
  readonly header: (second: number) => string;
  /** Called once when writing begins to fail, and once when it works again. Must not throw. */
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** Called with the number of lines that could not be written. Must not throw. */
  readonly onLost: (lines: number) => void;
  /** Number of older files kept in addition to the one in use; null keeps all. */
  readonly keepFiles: number | null;
}

/** Writing failed with `error`, or works again after `lostLines` lines were lost (`error` null). */
export interface LogTrouble {
  /** A directory, or the name of a stream. */
  readonly place: string;
  readonly isStream: boolean;
  readonly error: unknown;
  readonly lostLines: number;
}

/**
 * Ticks without a line after which the file is closed: a thousand idle sites use no descriptors.
 */
const IDLE_TICKS = 10;

const LINE_END = 0x0a;
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

interface Batch extends Lines {
  readonly day: string;
  /** That of its first line. */
  readonly second: number;
  /** Bytes of memory. */
  readonly allocated: number;
}

const encoder = new TextEncoder();

export class LogFile implements LineSink {
  readonly #options: LogFileOptions;
  readonly #pending = new LineBuffer();
  #day = "";
  /** That of the first pending line. */
  #second = 0;
  readonly #waiting: Batch[] = [];
  #waitingBytes = 0;
  #writer: Promise<void> | null = null;
  #idleTicks = 0;
  #isReopenWanted = false;
  /** True once a second: whether the file is still there costs a system call. */
  #isLookDue = false;
  #isTroubled = false;
  /** The trouble is a full disk, on which a file can be opened. */
  #isFull = false;
  #lostLines = 0;
  #isTorn = false;
  #file: Deno.FsFile | null = null;
  #path = "";
  #fileDay: string | null = null;
  #fileRoll = 0;
  #fileBytes = 0;
  /** True while the open file contains nothing but its header. */
  #isFresh = false;
  #headerOf = "";

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /**
   * Adds one line, including its end. `day` is the UTC day of the line, YYMMDD; `second` is its time,
   * for a header that says it.
   */
  append(line: string, day: string, second = 0): void {
    this.linesOf(day, second).add(line);
    this.added();
  }

  /** Returns where to add lines of `day`; {@linkcode LogFile.added} is to be called then. */
  linesOf(day: string, second: number): LineBuffer {
    this.#begin(day);
    if (this.#pending.count === 0) this.#second = second;
    return this.#pending;
  }

  /** Lines have been added where {@linkcode LogFile.linesOf} said. */
  added(): void {
    if (this.#pending.isFull) this.#startWriting();
  }

  /** Adds lines that are bytes already; the bytes belong to the log from now on. */
  appendLines(lines: Lines, day: string, second: number): void {
    this.#begin(day);
    this.#queue();
    this.#second = second;
    this.#wait(lines, lines.bytes.length);
    this.#startWriting();
  }

  /** Must be called every second: writes the collected lines, or closes an unused file. */
  tick(): void {
    this.#isLookDue = true;
    if (this.#pending.count > 0) {
      this.#idleTicks = 0;
      this.#startWriting();
    } else if (this.#isTroubled && !this.#isFull && this.#writer === null) {
      // Without a line to write, an open shows whether the trouble is over.
      const nothing = { bytes: new Uint8Array(), count: 0, allocated: 0 };
      this.#waiting.push({ ...nothing, day: this.#day, second: this.#second });
      this.#startWriting();
    } else if (++this.#idleTicks >= IDLE_TICKS && this.#writer === null) {
      this.#closeFile();
    }
  }

  /** Resolves when everything appended so far has been written or dropped. */
  async flush(): Promise<void> {
    this.#startWriting();
    while (this.#writer !== null) {
      await this.#writer;
      this.#startWriting(); // lines that were added while the writer was finishing
    }
  }

  /** Makes the next batch go to a file that is opened by its name again. */
  reopen(): void {
    if (this.#writer === null) this.#closeFile();
    else this.#isReopenWanted = true;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closeFile();
  }

  /** Begins with the lines of `day`. */
  #begin(day: string): void {
    if (day === this.#day) return;
    this.#queue();
    this.#day = day;
  }

  /** Queues the pending lines as a batch. */
  #queue(): void {
    const lines = this.#pending.drain();
    if (lines !== null) this.#wait(lines, lines.bytes.buffer.byteLength);
  }

  /** Lets lines wait for the disk; `allocated` is all the memory that they keep, used or not. */
  #wait(lines: Lines, allocated: number): void {
    if (this.#waitingBytes >= WAITING_BYTES_MAX) {
      this.#drop(lines.count, new Error("the disk is too slow"));
      return releaseLines(lines);
    }
    this.#waiting.push({ ...lines, day: this.#day, second: this.#second, allocated });
    this.#waitingBytes += allocated;
  }

  #startWriting(): void {
    this.#queue();
    if (this.#writer !== null || this.#waiting.length === 0) return;
    this.#writer = this.#writeAll().finally(() => {
      this.#writer = null;
    });
  }

  async #writeAll(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      await this.#writeBatch(batch);
      this.#waitingBytes -= batch.allocated;
      releaseLines(batch);
    }
  }

  /** Writes the lines of a batch, to as many files as they need. Never rejects. */
  async #writeBatch(batch: Batch): Promise<void> {
    let rest = batch.bytes;
    try {
      do {
        const file = await this.#fileFor(batch, endOfLine(rest));
        const part = rest.subarray(0, this.#fitting(rest));
        await this.#write(file, part);
        this.#isFresh = false;
        rest = rest.subarray(part.length);
      } while (rest.length > 0);
      this.#recover();
    } catch (error) {
      this.#closeFile();
      this.#drop(rest.length === batch.bytes.length ? batch.count : linesIn(rest), error);
    }
  }

  /** Returns how many bytes of the lines `bytes` the open file has room for: at least one line. */
  #fitting(bytes: Uint8Array): number {
    const room = this.#options.truncateBytes - this.#fileBytes;
    if (bytes.length <= room) return bytes.length;
    const end = room > 0 ? bytes.lastIndexOf(LINE_END, room - 1) + 1 : 0;
    return end > 0 ? end : endOfLine(bytes);
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

  /** Returns the open file to which the next line of `batch`, of `bytes`, belongs. */
  async #fileFor(batch: Batch, bytes: number): Promise<Deno.FsFile> {
    if (this.#isReopenWanted || await this.#isRemoved()) this.#closeFile();
    const isSameDay = batch.day === this.#fileDay;
    if (this.#file !== null && isSameDay && this.#hasRoom(bytes)) return this.#file;
    const { folder, names, keepFiles } = this.#options;
    this.#closeFile();
    await makePrivateFolder(folder, FOLDER_MODE);
    if (!isSameDay) {
      this.#fileRoll = (await rollsOf(folder, names, batch.day)).at(-1) ?? names.firstRoll;
      this.#fileDay = batch.day;
    }
    let file = await this.#open(batch, bytes);
    while (!this.#hasRoom(bytes)) {
      this.#closeFile();
      this.#fileRoll++;
      file = await this.#open(batch, bytes);
    }
    if (keepFiles !== null) await this.#removeOld(batch.day, keepFiles);
    return file;
  }

  async #open(batch: Batch, bytes: number): Promise<Deno.FsFile> {
    const { folder, names, header } = this.#options;
    const path = joinPath(folder, names.name(batch.day, this.#fileRoll));
    const file = await Deno.open(path, { append: true, create: true, mode: FILE_MODE });
    this.#file = file;
    this.#path = path;
    this.#fileBytes = (await file.stat()).size;
    this.#isFresh = this.#fileBytes === 0;
    if (!this.#hasRoom(bytes)) return file;
    // A line that a full disk truncated is ended first, so that it damages no other line.
    const torn = this.#isTorn && !this.#isFresh ? "\n" : "";
    const isHeaderDue = this.#isFresh || this.#headerOf !== path;
    const text = torn + (isHeaderDue ? header(batch.second) : "");
    if (text !== "") await this.#write(file, encoder.encode(text));
    this.#headerOf = path;
    return file;
  }

  /** Reports whether the open file no longer has its name, so that nobody could read the lines. */
  async #isRemoved(): Promise<boolean> {
    if (this.#file === null || !this.#isLookDue) return false;
    this.#isLookDue = false;
    return !(await leadsTo(this.#path, this.#file));
  }

  #hasRoom(bytes: number): boolean {
    return this.#isFresh || this.#fileBytes + bytes <= this.#options.truncateBytes;
  }

  async #removeOld(day: string, keepFiles: number): Promise<void> {
    const { folder, names } = this.#options;
    for (const roll of await rollsOf(folder, names, day)) {
      if (roll >= this.#fileRoll - keepFiles) continue;
      await Deno.remove(joinPath(folder, names.name(day, roll)));
    }
  }

  #closeFile(): void {
    this.#isReopenWanted = false;
    this.#file?.close();
    this.#file = null;
  }

  #drop(lines: number, error: unknown): void {
    this.#lostLines += lines;
    if (lines > 0) this.#options.onLost(lines);
    this.#isFull = isDiskFull(error);
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    const { folder: place, onTrouble } = this.#options;
    onTrouble({ place, isStream: false, error, lostLines: this.#lostLines });
  }

  #recover(): void {
    if (!this.#isTroubled) return;
    const { folder: place, onTrouble } = this.#options;
    onTrouble({ place, isStream: false, error: null, lostLines: this.#lostLines });
    this.#isTroubled = false;
    this.#lostLines = 0;
  }
}

/** Returns the length of the first line of `bytes`, its end included; of all if it has no end. */
function endOfLine(bytes: Uint8Array): number {
  return bytes.indexOf(LINE_END) + 1 || bytes.length;
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}

async function rollsOf(folder: string, names: LogNames, day: string): Promise<number[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) files.push(entry.name);
  return rollsIn(files, names, day);
}
