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
/proc/1/comm:a b: c
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
  assertEquals(proc.text("/proc/1/comm"), "a b: c\n");
});
