/** Makes the headers of executable files, as tests need them: as small as they can be, and whole. */

/** A number and where it is: little-endian, of as many bytes as its width says. */
type Field = readonly [at: number, value: number, bytes: 1 | 2 | 4 | 8];

/** Returns `length` bytes with `fields` in them. */
export function fill(length: number, fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, value, bytes] of fields) {
    if (bytes === 1) view.setUint8(at, value);
    else if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
  }
  return new Uint8Array(view.buffer);
}

/** An ELF program; `loader` is the path of its dynamic linker. */
export function elf(
  options: {
    readonly machine?: number;
    readonly loader?: string;
    readonly bits?: 1 | 2;
    readonly order?: 1 | 2;
    readonly system?: number;
    readonly type?: number;
    readonly entry?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const { machine = 62, loader = "/lib64/ld-linux-x86-64.so.2" } = options;
  const { bits = 2, order = 1, system = 0, type = 3, entry = 0x1000 } = options;
  const text = new TextEncoder().encode(`${loader}\0`);
  const sections = 64 + 56 + text.length;
  const bytes = fill(sections + 64, [
    ...[[0, 0x464c457f, 4], [4, bits, 1], [5, order, 1], [6, 1, 1], [7, system, 1]] as const,
    ...[[16, type, 2], [18, machine, 2], [24, entry, 8], [32, 64, 8], [40, sections, 8]] as const,
    ...[[54, 56, 2], [56, 1, 2], [58, 64, 2], [60, 1, 2]] as const,
    ...[[64, loader === "" ? 1 : 3, 4], [64 + 8, 120, 8], [64 + 32, text.length, 8]] as const,
  ]);
  bytes.set(text, 120);
  if (order === 2) bytes.set([machine >> 8, machine & 0xff], 18);
  return bytes;
}

/** A Mach-O program with one segment of `contentBytes` and the version of its platform. */
export function machO(
  options: {
    readonly cpu?: number;
    readonly platform?: number;
    readonly type?: number;
    readonly contentBytes?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const { cpu = 0x0100000c, platform = 1, type = 2, contentBytes = 100 } = options;
  const commands = 72 + 24;
  return fill(32 + commands + contentBytes, [
    ...[[0, 0xfeedfacf, 4], [4, cpu, 4], [12, type, 4], [16, 2, 4], [20, commands, 4]] as const,
    ...[[32, 0x19, 4], [36, 72, 4], [32 + 40, 0, 8]] as const,
    [32 + 48, 32 + commands + contentBytes, 8],
    ...[[104, 0x32, 4], [108, 24, 4], [112, platform, 4]] as const,
  ]);
}

/** A file with Mach-O programs for several machines. */
export function fat(parts: readonly (readonly [cpu: number, program: Uint8Array])[]): Uint8Array {
  const start = 8 + parts.length * 20;
  const bytes = new Uint8Array(parts.reduce((sum, [, part]) => sum + part.length, start));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xcafebabe);
  view.setUint32(4, parts.length);
  let at = start;
  for (const [index, [cpu, program]] of parts.entries()) {
    [cpu, 0, at, program.length].forEach((value, field) => {
      view.setUint32(8 + index * 20 + field * 4, value);
    });
    bytes.set(program, at);
    at += program.length;
  }
  return bytes;
}

/** A PE program with one section, and behind it a signature of `signatureBytes`. */
export function pe(
  options: {
    readonly machine?: number;
    readonly characteristics?: number;
    readonly subsystem?: number;
    readonly magic?: number;
    readonly signatureBytes?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const { machine = 0x8664, characteristics = 0x22, subsystem = 3 } = options;
  const { magic = 0x20b, signatureBytes = 16 } = options;
  const header = 0x80;
  const optional = 240;
  const table = header + 24 + optional;
  const content = table + 40;
  const signature = header + 24 + (magic === 0x20b ? 144 : 128);
  return fill(content + 50 + signatureBytes, [
    ...[[0, 0x5a4d, 2], [0x3c, header, 4], [header, 0x4550, 4], [header + 4, machine, 2]] as const,
    ...[[header + 6, 1, 2], [header + 20, optional, 2], [header + 22, characteristics, 2]] as const,
    ...[[header + 24, magic, 2], [header + 24 + 68, subsystem, 2]] as const,
    ...[[signature, content + 50, 4], [signature + 4, signatureBytes, 4]] as const,
    ...[[table + 16, 50, 4], [table + 20, content, 4]] as const,
  ]);
}

/** The texts that a test wants at the end of a program. */
export function followedBy(program: Uint8Array, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(program.length + bytes.length);
  whole.set(program);
  whole.set(bytes, program.length);
  return whole;
}
