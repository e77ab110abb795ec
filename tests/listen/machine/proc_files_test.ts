/** Goal: the script prints what the files contain. Method: this process, read both ways. */
import { assertEquals } from "@std/assert";
import { readProcFiles } from "../../../mod/listen/machine/proc_files.ts";
import {
  COMMANDS_SCRIPT,
  parseProcListing,
  PROC_LISTING_SCRIPT,
  type ProcFiles,
} from "../../../mod/listen/machine/proc_listing.ts";
import { parseProcStatus } from "../../../mod/listen/machine/proc_status.ts";

Deno.test({
  name: "PROC_LISTING_SCRIPT lists this process and its sockets",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const direct = await readProcFiles();
    const own = `/proc/${Deno.pid}`;
    // By link target: a descriptor's number may belong to another socket a moment later.
    const sockets = (files: ProcFiles): string[] =>
      files.list(`${own}/fd`).map((name) => files.link(`${own}/fd/${name}`) ?? "")
        .filter((target) => target.startsWith("socket:"));
    const before = sockets(direct);
    const script = new Deno.Command("/bin/sh", { args: ["-c", PROC_LISTING_SCRIPT] });
    const listed = parseProcListing(new TextDecoder().decode(script.outputSync().stdout));
    for (const path of [`${own}/ns/net`, "/proc/self/ns/net"]) {
      assertEquals(listed.link(path), direct.link(path), path);
    }
    const status = parseProcStatus(listed.text(`${own}/status`));
    assertEquals(status, parseProcStatus(direct.text(`${own}/status`)));
    assertEquals(status?.parent, Deno.ppid);
    // Other tests in this process open and close sockets meanwhile: only those that stayed count.
    const after = sockets(direct);
    const stayed = before.filter((socket) => after.includes(socket));
    assertEquals(stayed.filter((socket) => !sockets(listed).includes(socket)), []);
    const port = listener.addr.port.toString(16).toUpperCase().padStart(4, "0");
    assertEquals(listed.text(`${own}/net/tcp`).includes(`0100007F:${port} 00000000:0000 0A`), true);
  },
});

Deno.test("parseProcListing() takes no name of a file or process for an entry of its own", () => {
  const date = "0 0 64 Nov 26 06:14";
  const files = parseProcListing([
    "/proc/7/fd:",
    "total 0",
    `lrwx------ 1 ${date} 3 -> socket:[11]`,
    `lrwx------ 1 ${date} 4 -> /tmp/ 5 -> socket:[12]`,
    `lrwx------ 1 ${date} 6 -> /tmp/a?/proc/1/fd:?lrwx------ 1 0 0 64 Nov 26 06:14 7 -> socket:[13]`,
    "/proc/7/status:Name:\ta\r\u2028b",
    "/proc/7/cmdline:/proc/1/status:PPid:\t1",
    "/proc/7/environ:x",
  ].join("\n"));
  assertEquals(files.list("/proc/7/fd"), ["3"]);
  assertEquals(files.list("/proc/1/fd"), []);
  assertEquals(files.text("/proc/7/status"), "Name:\ta\r\u2028b\n");
  assertEquals(files.text("/proc/7/cmdline"), "/proc/1/status:PPid:\t1\n");
  assertEquals([files.text("/proc/1/status"), files.text("/proc/7/environ")], ["", ""]);
});

Deno.test({
  name: "COMMANDS_SCRIPT lists the executable and the command line of this process",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    const direct = await readProcFiles();
    const script = new Deno.Command("/bin/sh", { args: ["-c", COMMANDS_SCRIPT] });
    const listed = parseProcListing(new TextDecoder().decode(script.outputSync().stdout));
    const own = `/proc/${Deno.pid}`;
    assertEquals(listed.link(`${own}/exe`), direct.link(`${own}/exe`));
    assertEquals(listed.text(`${own}/cmdline`), `${direct.text(`${own}/cmdline`)}\n`);
  },
});
