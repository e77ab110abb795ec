/** Goal: the output of the script reads like the files. Method: a handwritten listing. */
import { assertEquals } from "@std/assert";
import { parseProcListing } from "../../../mod/listen/machine/proc_listing.ts";

const LISTING = `\
lrwxrwxrwx 1 0 0 0 Nov 22 11:57 /proc/1/ns/net -> net:[4026531833]
lrwxrwxrwx 1 0 0 0 Nov 22 11:57 /proc/22/ns/net -> net:[7]
lrwxrwxrwx 1 0 0 0 Nov 22 11:57 /proc/23/ns/net -> net:[7]
lrwxrwxrwx 1 0 0 0 Nov 22 11:57 /proc/self/ns/net -> net:[4026531833]
/proc/1/fd:
lrwx------ 1 0 0 64 Nov 22  2025 3 -> socket:[123]
/proc/23/fd:
lrwx------ 1 0 0 64 Nov 22 12:00 11 -> socket:[45]
/proc/self/net/tcp:  sl  local_address
/proc/self/net/tcp:   0: 0100007F:1F90
/proc/22/net/tcp6:  other table
/proc/1/status:Name:	a b: c
/proc/1/status:PPid:	0
`;

Deno.test("parseProcListing() returns links, directories, texts, and a table per namespace", () => {
  const proc = parseProcListing(LISTING);
  assertEquals(proc.list("/proc"), ["1", "22", "23"]);
  assertEquals(proc.list("/proc/23/fd"), ["11"]);
  assertEquals(proc.link("/proc/1/fd/3"), "socket:[123]");
  assertEquals(proc.link("/proc/1/fd/4"), null);
  assertEquals(proc.link("/proc/22/ns/net"), "net:[7]");
  assertEquals(proc.text("/proc/1/net/tcp"), "  sl  local_address\n   0: 0100007F:1F90\n");
  assertEquals(proc.text("/proc/23/net/tcp6"), "  other table\n");
  assertEquals(proc.text("/proc/23/net/tcp"), "");
  assertEquals(proc.text("/proc/1/status"), "Name:\ta b: c\nPPid:\t0\n");
});

Deno.test("parseProcListing() returns executables and command lines, of which none is a socket", async () => {
  const line = (name: string, target: string): string =>
    `lrwxrwxrwx 1 0 0 0 Nov 22 11:57 ${name} -> ${target}`;
  const commands = [
    line("/proc/7/exe", "/opt/a b -> socket:[12]"),
    line("/proc/8/exe", "/usr/sbin/nginx (deleted)"),
    "/proc/7/cmdline:a\0/proc/8/exe\0",
    "/proc/7/cmdline:lrwxrwxrwx 1 0 0 0 Nov 22 11:57 /proc/9/exe -> /bin/sh",
  ].join("\n");
  const proc = await parseProcListing(LISTING, () => Promise.resolve(commands)).commands();
  assertEquals(proc.link("/proc/7/exe"), "/opt/a b -> socket:[12]");
  assertEquals(proc.link("/proc/8/exe"), "/usr/sbin/nginx (deleted)");
  assertEquals(proc.link("/proc/9/exe"), null);
  assertEquals(proc.text("/proc/7/cmdline").split("\n")[0], "a\0/proc/8/exe\0");
});
