/**
 * Edge: regular files by what they are and not by their names: their identity, and opening them
 * without following a link and without waiting for the writer of a pipe.
 *
 * @module
 */
import * as fs from "node:fs";
import type { SiteFiles } from "./file_access.ts";

/** A file that exists at some path. */
export interface FileIdentity {
  /**
   * Device, inode, size and times as text: two identities with the same stamp are the same file
   * with the same content. Its owner can set the time of the modification, but nobody can set that
   * of the last change, and a new file in a reused inode has a time of birth of its own.
   */
  readonly stamp: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** When anything about it last changed, which nobody can set. */
  readonly ctimeMs: number;
  /** The user who owns it; 0 where files have none. */
  readonly uid: number;
  readonly mode: number;
  readonly isFile: boolean;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** What the platform lacks is 0: Windows has neither flag, and no pipes among its files. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0, O_NOCTTY = 0 } = fs.constants;
const FLAGS = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;

/** Returns the identity of what is at `path`, also of a link itself. */
export async function identify(path: string): Promise<FileIdentity> {
  const info = await Deno.lstat(path); // cheaper than that of `node:fs`
  const [mtimeMs, ctimeMs, birthtimeMs] = [
    time(info.mtime),
    time(info.ctime),
    time(info.birthtime),
  ];
  return {
    stamp: [info.dev, info.ino, info.size, mtimeMs, ctimeMs, birthtimeMs].join(),
    size: info.size,
    mtimeMs,
    ctimeMs,
    uid: info.uid ?? 0,
    mode: info.mode ?? 0,
    isFile: info.isFile,
    isFolder: info.isDirectory,
    isLink: info.isSymlink,
  };
}

function time(date: Date | null): number {
  return date?.getTime() ?? 0;
}

/** An open file. */
export class OpenedFile {
  readonly size: number;
  readonly #fd: number;
  readonly #files: SiteFiles;
  #isReading = false;
  #isClosed = false;

  constructor(fd: number, size: number, files: SiteFiles) {
    this.#fd = fd;
    this.size = size;
    this.#files = files;
  }

  /** Reads into `buffer` from `position` of the file; returns the number of bytes, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#files.run(async () => {
      if (this.#isClosed) return 0; // while it waited for its turn
      this.#isReading = true;
      try {
        return await read(this.#fd, buffer, position);
      } finally {
        this.#isReading = false;
        if (this.#isClosed) fs.closeSync(this.#fd);
      }
    });
  }

  /** Closes the file after a read in flight: the number of a closed file may be another's at once. */
  close(): void {
    this.#isClosed = true;
    if (!this.#isReading) fs.closeSync(this.#fd);
  }
}

/**
 * Opens the file at `path` if it is the one with `stamp`; null if it is another one by now, or none.
 */
export async function openIdentified(
  path: string,
  stamp: string,
  files: SiteFiles,
): Promise<OpenedFile | null> {
  const fd = await open(path);
  try {
    const stats = await statOpen(fd);
    if (stats.isFile() && stampOf(stats) === stamp) return new OpenedFile(fd, stats.size, files);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  fs.closeSync(fd);
  return null;
}

function open(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, FLAGS, (error, fd) => error === null ? resolve(fd!) : reject(error));
  });
}

function statOpen(fd: number): Promise<fs.Stats> {
  return new Promise((resolve, reject) => {
    fs.fstat(fd, (error, stats) => error === null ? resolve(stats) : reject(error));
  });
}

/** The stamp as {@linkcode identify} makes it; a time that the file system lacks is 0 here, too. */
function stampOf({ dev, ino, size, mtimeMs, ctimeMs, birthtimeMs }: fs.Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs, birthtimeMs].join();
}

function read(fd: number, buffer: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, position, (error, count) => {
      if (error === null) resolve(count!);
      else reject(error);
    });
  });
}
