// Goal: what a file runs on is read from its header, and what is no whole program is told. Method:
// headers made by hand, every one of them cut off everywhere; and the programs of this machine.
import { assert, assertEquals } from "@std/assert";
import { readExecutable } from "../../../dist/executable.ts";
import { runtimeProblem } from "../../../dist/runtime_check.ts";
import { findTarget, TARGETS } from "../../../dist/targets.ts";
import { elf, fat, fill, followedBy, machO, pe } from "./headers.ts";

const MUSL = "/lib/ld-musl-x86_64.so.1";
const ARM_LOADER = "/lib/ld-linux-aarch64.so.1";

/** Shows an answer in a word: `linux-x64-glibc`, or the problem. */
function shown(bytes: Uint8Array): string {
  const found = readExecutable(bytes);
  if ("problem" in found) return `problem: ${found.problem}`;
  return found.platforms
    .map(({ os, cpu, libc }) => [os, cpu, ...(libc === null ? [] : [libc])].join("-"))
    .join(" ");
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("readExecutable() reads the platform from ELF, Mach-O and PE", () => {
  const cases: readonly (readonly [bytes: Uint8Array, expected: string])[] = [
    [elf(), "linux-x64-glibc"],
    [elf({ system: 3 }), "linux-x64-glibc"],
    [elf({ machine: 183, loader: ARM_LOADER }), "linux-arm64-glibc"],
    [elf({ loader: MUSL }), "linux-x64-musl"],
    [elf({ machine: 183, loader: "/lib/ld-musl-aarch64.so.1" }), "linux-arm64-musl"],
    [elf({ loader: "/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2" }), "linux-x64-glibc"],
    [elf({ loader: "", type: 2 }), "linux-x64"],
    [elf({ loader: "" }), "linux-x64"], // linked statically, and placed anywhere
    [elf({ loader: "/system/bin/linker64" }), "linux-x64"],
    [elf({ machine: 243 }), "linux-riscv64-glibc"],
    [elf({ machine: 999 }), "linux-ELF machine 999-glibc"],
    [elf({ system: 9 }), "freebsd-x64-glibc"],
    [elf({ machine: 3, bits: 1 }), "linux-x86"],
    [elf({ machine: 62, bits: 1 }), "linux-x64 with 32 bits"],
    [elf({ machine: 183, order: 2 }), "linux-arm64 with 64 bits, big-endian"],
    [machO(), "macos-arm64"],
    [machO({ cpu: 0x01000007 }), "macos-x64"],
    [machO({ cpu: 0x0100000c, platform: 2 }), "ios-arm64"],
    [machO({ cpu: 18 }), "macos-Mach-O machine 18"],
    [
      fat([[0x01000007, machO({ cpu: 0x01000007 })], [0x0100000c, machO()]]),
      "macos-x64 macos-arm64",
    ],
    [pe(), "windows-x64"],
    [pe({ machine: 0xaa64 }), "windows-arm64"],
    [pe({ machine: 0x14c, magic: 0x10b }), "windows-x86"],
    [pe({ subsystem: 2 }), "windows-x64"],
    [pe({ machine: 0x1234 }), "windows-PE machine 0x1234"],
  ];
  for (const [bytes, expected] of cases) assertEquals(shown(bytes), expected);
});

Deno.test("readExecutable() tells what is no program", () => {
  const none = "problem: it is no program for Linux, macOS or Windows";
  const part = "problem: it is a part of a program, such as a library, and cannot be started";
  const javaClass = fill(40, [[0, 0xbebafeca, 4], [7, 65, 1]]);
  const cases: readonly (readonly [bytes: Uint8Array, expected: string])[] = [
    [new Uint8Array(0), "problem: it is empty"],
    [ascii("#!/bin/sh\nexec deno\n"), none],
    [ascii("<!DOCTYPE html><title>404</title>"), none],
    [ascii("PK\x03\x04 a zip file, packed"), none],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), none],
    [javaClass, none],
    [fill(0x100, [[0, 0x5a4d, 2], [0x3c, 0x40, 4]]), none], // a program for DOS
    [elf({ type: 1 }), part],
    [elf({ loader: "", entry: 0 }), part],
    [machO({ type: 6 }), part],
    [pe({ characteristics: 0x2022 }), part],
    [pe({ subsystem: 10 }), part],
  ];
  for (const [bytes, expected] of cases) assertEquals(shown(bytes), expected);
});

Deno.test("readExecutable() tells every file that was cut off, wherever", () => {
  const both = fat([[0x01000007, machO({ cpu: 0x01000007 })], [0x0100000c, machO()]]);
  const whole = [elf(), elf({ loader: MUSL }), machO(), both, pe(), pe({ signatureBytes: 0 })];
  for (const bytes of whole) {
    assert(!shown(bytes).startsWith("problem"));
    for (let length = 4; length < bytes.length; length++) {
      assertEquals(shown(bytes.subarray(0, length)), "problem: it is truncated", `${length}`);
    }
  }
});

Deno.test("readExecutable() ends, whatever the numbers in a header", () => {
  for (const bytes of [elf(), machO(), fat([[7, machO()]]), pe()]) {
    for (let at = 4; at < bytes.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0xff]) {
        const altered = bytes.slice();
        altered[at] = value;
        shown(altered);
      }
    }
  }
});

Deno.test("runtimeProblem() takes Deno for the target, and nothing else", async () => {
  const linux = findTarget("linux-x64")!;
  const deno = (program: Uint8Array): Uint8Array => followedBy(program, "…DENO_DIR…");
  const cases: readonly (readonly [bytes: Uint8Array, target: string, expected: string | null])[] =
    [
      [deno(elf()), "linux-x64", null],
      [deno(elf()), "linux-arm64", "it is for linux-x64"],
      [deno(elf({ machine: 183, loader: ARM_LOADER })), "linux-arm64", null],
      [deno(elf({ loader: MUSL })), "linux-x64", "it is for linux-x64 with musl"],
      [deno(elf({ loader: "", type: 2 })), "linux-x64", null],
      [deno(machO()), "macos-arm64", null],
      [deno(machO()), "macos-x64", "it is for macos-arm64"],
      [deno(fat([[0x01000007, machO({ cpu: 0x01000007 })], [12, machO()]])), "macos-x64", null],
      [deno(pe()), "windows-x64", null],
      [deno(pe()), "windows-arm64", "it is for windows-x64"],
      [deno(pe()), "linux-x64", "it is for windows-x64"],
      [elf(), "linux-x64", "it is not Deno"],
      [ascii("#!/bin/sh\n"), "linux-x64", "it is no program for Linux, macOS or Windows"],
      [deno(pe()).subarray(0, 300), "windows-x64", "it is truncated"],
    ];
  for (const [bytes, name, expected] of cases) {
    assertEquals(runtimeProblem(bytes, findTarget(name)!), expected);
  }
  const host = findTarget(Deno.build.target)!;
  const own = await Deno.readFile(Deno.execPath());
  for (const target of TARGETS) {
    const expected = target === host ? null : `it is for ${host.name}`;
    assertEquals(runtimeProblem(own, target), expected);
  }
  assertEquals(runtimeProblem(own.subarray(0, own.length - 1), host), "it is truncated");
  if (host === linux) {
    assertEquals(runtimeProblem(await Deno.readFile("/bin/true"), host), "it is not Deno");
  }
});
