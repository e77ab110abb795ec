/**
 * Reads from the bytes of an executable file which platforms it runs on: ELF, Mach-O and PE. Pure.
 *
 * Only headers are looked at. They also say how long the file is at least, so that a download that
 * was cut off is told from a whole one.
 *
 * @module
 */

/** What an executable, or one of the programs in it, runs on. */
export interface Platform {
  /** `linux`, `macos` or `windows`, as in the names of targets; or what else the header says. */
  readonly os: string;
  /** `x64` or `arm64`, as in the names of targets; or what else the header says. */
  readonly cpu: string;
  /** The C library that a program for Linux is linked to; null if it does not say. */
  readonly libc: "glibc" | "musl" | null;
}

/** What the bytes are: the platforms that they run on, or why they are no program. */
export type Executable =
  | { readonly platforms: readonly Platform[] }
  | { readonly problem: string };

/** Why a file is no program, thrown inside this module. */
class Unreadable extends Error {}

const TRUNCATED = "it is truncated";
const NO_PROGRAM = "it is no program for Linux, macOS or Windows";
const NO_MAIN = "it is a part of a program, such as a library, and cannot be started";

/** Reads the headers of `bytes`, the whole content of a file. */
export function readExecutable(bytes: Uint8Array): Executable {
  try {
    return { platforms: readAny(bytes) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    // What a header points at is behind the end of the file.
    if (error instanceof RangeError) return { problem: TRUNCATED };
    throw error;
  }
}

function readAny(bytes: Uint8Array): readonly Platform[] {
  if (bytes.length === 0) throw new Unreadable("it is empty");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, [0x7f, 0x45, 0x4c, 0x46])) return [readElf(view)];
  if (startsWith(bytes, [0xcf, 0xfa, 0xed, 0xfe])) return [readMachO(view, 0, bytes.length)];
  if (startsWith(bytes, [0xca, 0xfe, 0xba, 0xbe])) return readFat(view, 20);
  if (startsWith(bytes, [0xca, 0xfe, 0xba, 0xbf])) return readFat(view, 32);
  if (startsWith(bytes, [0x4d, 0x5a])) return [readPe(view)];
  throw new Unreadable(NO_PROGRAM);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Makes sure that the file has `length` bytes. */
function needLength(view: DataView, length: number): void {
  if (view.byteLength < length) throw new RangeError();
}

/** Reads a number of 64 bits; one that no file can be as long as counts as behind the end. */
function readLong(view: DataView, at: number, isLittle: boolean): number {
  return Number(view.getBigUint64(at, isLittle));
}

// ELF: System V ABI, "Object Files".
const ELF_CPUS: Readonly<Record<number, string>> = {
  3: "x86",
  8: "mips",
  20: "ppc",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "x64",
  183: "arm64",
  243: "riscv64",
  258: "loongarch64",
};
const ELF_SYSTEMS: Readonly<Record<number, string>> = {
  0: "linux", // System V, which almost every Linux program says
  3: "linux",
  2: "netbsd",
  6: "solaris",
  9: "freebsd",
  12: "openbsd",
};
const PT_INTERP = 3;
const ET_EXEC = 2;
const ET_DYN = 3;

function readElf(view: DataView): Platform {
  const is64 = view.getUint8(4) === 2;
  const isLittle = view.getUint8(5) === 1;
  const system = view.getUint8(7);
  const type = view.getUint16(16, isLittle);
  const machine = view.getUint16(18, isLittle);
  const os = ELF_SYSTEMS[system] ?? `ELF system ${system}`;
  const cpu = ELF_CPUS[machine] ?? `ELF machine ${machine}`;
  // Programs of other widths and byte orders are for machines that no target is.
  if (!is64 || !isLittle) {
    const width = `${is64 ? 64 : 32} bits${isLittle ? "" : ", big-endian"}`;
    return { os, cpu: cpu === "x64" || cpu === "arm64" ? `${cpu} with ${width}` : cpu, libc: null };
  }
  needLength(view, 64);
  if (type !== ET_EXEC && type !== ET_DYN) throw new Unreadable(NO_MAIN);
  const interpreter = readElfInterpreter(view);
  const sections = readLong(view, 40, true) + view.getUint16(58, true) * view.getUint16(60, true);
  needLength(view, sections);
  if (type === ET_DYN && interpreter === null && view.getBigUint64(24, true) === 0n) {
    throw new Unreadable(NO_MAIN);
  }
  return { os, cpu, libc: interpreter === null ? null : libcOf(interpreter) };
}

/** Returns the path of the loader of a program, and makes sure that all its segments are there. */
function readElfInterpreter(view: DataView): string | null {
  const headers = readLong(view, 32, true);
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  let interpreter: string | null = null;
  for (let index = 0; index < count; index++) {
    const at = headers + index * size;
    const type = view.getUint32(at, true);
    const offset = readLong(view, at + 8, true);
    const length = readLong(view, at + 32, true);
    needLength(view, offset + length);
    if (type === PT_INTERP) interpreter = readText(view, offset, length);
  }
  return interpreter;
}

function readText(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  return new TextDecoder("latin1").decode(bytes).replace(/\0.*$/s, "");
}

function libcOf(loader: string): "glibc" | "musl" | null {
  const name = loader.slice(loader.lastIndexOf("/") + 1);
  if (name.startsWith("ld-musl-")) return "musl";
  return name.startsWith("ld-linux") ? "glibc" : null;
}

// Mach-O: <mach-o/loader.h>, <mach-o/fat.h>, <mach/machine.h>.
const MACH_CPUS: Readonly<Record<number, string>> = {
  0x7: "x86",
  0xc: "arm",
  0x01000007: "x64",
  0x0100000c: "arm64",
  0x0200000c: "arm64_32",
};
const MACH_PLATFORMS: Readonly<Record<number, string>> = {
  1: "macos",
  2: "ios",
  3: "tvos",
  4: "watchos",
  6: "mac catalyst",
  7: "ios simulator",
};
const MH_EXECUTE = 2;
const LC_SEGMENT_64 = 0x19;
const LC_VERSION_MIN_IPHONEOS = 0x25;
const LC_BUILD_VERSION = 0x32;
/** More than a program for several machines has; a class of Java begins with the same four bytes. */
const FAT_PARTS_MAX = 30;

/** Reads the program that begins at `start` and has `size` bytes. */
function readMachO(view: DataView, start: number, size: number): Platform {
  const end = start + size;
  needLength(view, end);
  const part = new DataView(view.buffer, view.byteOffset + start, size);
  const machine = part.getUint32(4, true);
  if (part.getUint32(12, true) !== MH_EXECUTE) throw new Unreadable(NO_MAIN);
  const count = part.getUint32(16, true);
  const commandsEnd = 32 + part.getUint32(20, true);
  needLength(part, commandsEnd);
  let os = "macos";
  let at = 32;
  for (let index = 0; index < count; index++) {
    const command = part.getUint32(at, true);
    const length = part.getUint32(at + 4, true);
    if (length < 8 || at + length > commandsEnd) throw new Unreadable("its header is damaged");
    if (command === LC_SEGMENT_64) {
      needLength(part, readLong(part, at + 40, true) + readLong(part, at + 48, true));
    } else if (command === LC_BUILD_VERSION) {
      const platform = part.getUint32(at + 8, true);
      os = MACH_PLATFORMS[platform] ?? `Mach-O platform ${platform}`;
    } else if (command === LC_VERSION_MIN_IPHONEOS) {
      os = "ios";
    }
    at += length;
  }
  return { os, cpu: MACH_CPUS[machine] ?? `Mach-O machine ${machine}`, libc: null };
}

/** Reads a file with a program for each of several machines; each entry has `entryBytes`. */
function readFat(view: DataView, entryBytes: 20 | 32): readonly Platform[] {
  const count = view.getUint32(4);
  if (count === 0 || count > FAT_PARTS_MAX) throw new Unreadable(NO_PROGRAM);
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + index * entryBytes;
    const [offset, size] = entryBytes === 20
      ? [view.getUint32(at + 8), view.getUint32(at + 12)]
      : [readLong(view, at + 8, false), readLong(view, at + 16, false)];
    needLength(view, offset + size);
    if (view.getUint32(offset, true) !== 0xfeedfacf) {
      const machine = view.getUint32(at);
      return {
        os: "macos",
        cpu: MACH_CPUS[machine] ?? `Mach-O machine ${machine}`,
        libc: null,
      };
    }
    return readMachO(view, offset, size);
  });
}

// PE: Microsoft's "PE Format".
const PE_CPUS: Readonly<Record<number, string>> = {
  0x14c: "x86",
  0x1c4: "arm",
  0x5064: "riscv64",
  0x8664: "x64",
  0xaa64: "arm64",
};
const IMAGE_FILE_EXECUTABLE_IMAGE = 0x2;
const IMAGE_FILE_DLL = 0x2000;
/** Subsystems that a program for a desktop or a console has; others are drivers and firmware. */
const PE_SUBSYSTEMS: readonly number[] = [2, 3];
/** Where the optional header of 32 and of 64 bits has the place of the signature. */
const PE_SIGNATURE_AT: Readonly<Record<number, number>> = { 0x10b: 96 + 4 * 8, 0x20b: 112 + 4 * 8 };

function readPe(view: DataView): Platform {
  if (view.byteLength < 0x40) throw new RangeError();
  const header = view.getUint32(0x3c, true);
  // A program for DOS has anything there, which may be behind its end.
  needLength(view, header + 24);
  if (view.getUint32(header, true) !== 0x4550) throw new Unreadable(NO_PROGRAM);
  const machine = view.getUint16(header + 4, true);
  const sections = view.getUint16(header + 6, true);
  const optionalBytes = view.getUint16(header + 20, true);
  const characteristics = view.getUint16(header + 22, true);
  const isProgram = (characteristics & IMAGE_FILE_EXECUTABLE_IMAGE) !== 0 &&
    (characteristics & IMAGE_FILE_DLL) === 0;
  if (!isProgram || !PE_SUBSYSTEMS.includes(view.getUint16(header + 24 + 68, true))) {
    throw new Unreadable(NO_MAIN);
  }
  const table = header + 24 + optionalBytes;
  for (let index = 0; index < sections; index++) {
    const at = table + index * 40;
    needLength(view, view.getUint32(at + 20, true) + view.getUint32(at + 16, true));
  }
  // The signature comes last, behind all sections.
  const signature = PE_SIGNATURE_AT[view.getUint16(header + 24, true)];
  if (signature !== undefined && optionalBytes >= signature + 8) {
    const at = header + 24 + signature;
    needLength(view, view.getUint32(at, true) + view.getUint32(at + 4, true));
  }
  const cpu = PE_CPUS[machine] ?? `PE machine 0x${machine.toString(16)}`;
  return { os: "windows", cpu, libc: null };
}
