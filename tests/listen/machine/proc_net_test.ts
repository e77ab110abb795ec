/** Goal: the kernel's table is parsed correctly. Method: rows as Linux prints them. */
import { assertEquals } from "@std/assert";
import { parseProcNet, parseScopedSockets } from "../../../mod/listen/machine/proc_net.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const REST = "00000000:00000000 00:00000000 00000000";

Deno.test("parseProcNet() returns the listening sockets with decoded addresses", () => {
  const zeros = "00000000000000000000000000000000";
  const text = [
    HEAD,
    `   0: 00000000:0050 00000000:0000 0A ${REST}     0        0 551 1 00000000e60f7211 100 0 0 10 0`,
    `   1: 0200007F:9331 0100007F:C2E2 06 ${REST}     0        0 0 3 000000008c589030`,
    `  12: 0200007F:1F90 00000000:0000 0A ${REST}  1000        0 90001 1 0 100 0 0 10 0`,
    `   3: ${zeros}:01BB ${zeros}:0000 0A ${REST}    33        0 7 1 0 100 0 0 10 0`,
    `   4: 0000000000000000FFFF00000500000A:0050 ${zeros}:0000 0A ${REST}     0        0 8 1 0`,
    `   5: B80D0120000000000000000001000000:0050 ${zeros}:0000 0A ${REST}     0        0 9 1 0`,
    "",
  ].join("\n");
  assertEquals(
    parseProcNet(text).map(({ ip, port, mapped, uid, socket }) => [ip, port, mapped, uid, socket]),
    [
      ["0.0.0.0", 80, false, 0, 551],
      ["127.0.0.2", 8080, false, 1000, 90001],
      ["::", 443, false, 33, 7],
      ["10.0.0.5", 80, true, 0, 8],
      ["2001:db8::1", 80, false, 0, 9],
    ],
  );
});

Deno.test("parseProcNet() returns nothing for an empty or unrelated text", () => {
  assertEquals(parseProcNet(""), []);
  assertEquals(parseProcNet("no such table"), []);
});

Deno.test("parseScopedSockets() returns what only ss shows", () => {
  const text = [
    "LISTEN 0      511    [fe80::1234]%d1:8000 [::]:* ino:7665317 sk:3 cgroup:/ v6only:1 <->",
    "LISTEN 0      511    [fe80::1234]%if2:8000 [::]:* uid:33 ino:7665315 sk:4 cgroup:/ v6only:1",
    "LISTEN 0      511    [fe80::1234]%if3:8000 [::]:* ino:7 sk:4 cgroup:/ v6only:1 <->",
    "LISTEN 0      511                   *:8000    *:* ino:8 sk:5 cgroup:/ v6only:0 <->",
    "LISTEN 0      511                [::]:8000 [::]:* ino:9 sk:6 cgroup:/ v6only:1 <->",
    "LISTEN 0      511                *%d1:8000    *:* ino:10 sk:7 cgroup:/ v6only:0 <->",
    "LISTEN 0      511          0.0.0.0%d1:8000 0.0.0.0:* ino:11 sk:8 cgroup:/ <->",
    "no such table",
  ].join("\n");
  // An interface may have the very name that ss gives to one that is gone.
  const scopes = parseScopedSockets(text, new Set(["d1", "if3"]));
  assertEquals([...scopes].map(([socket, { zone, v6only }]) => [socket, zone, v6only]), [
    [7665317, "d1", true],
    [7665315, "2", true],
    [7, "if3", true],
    [8, "", false],
    [9, "", true],
    [10, "d1", false],
    [11, "d1", false],
  ]);
});
