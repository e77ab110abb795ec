/** Goal: what Windows says of sockets is read in every language. Method: tables. */
import { assertEquals } from "@std/assert";
import {
  hasListeners,
  parseNetstatConnections,
  parseNetstatListeners,
} from "../../../mod/listen/machine/netstat_listing.ts";
import { describeOwner, endOwners } from "../../../mod/listen/machine/port_owner.ts";

const ENGLISH = `
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:80             0.0.0.0:0              LISTENING       4
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1128
  TCP    10.0.0.5:8080          0.0.0.0:0              LISTENING       5120
  TCP    10.0.0.5:8080          10.0.0.9:51000         ESTABLISHED     5120
  TCP    127.0.0.1:8080         127.0.0.1:51001        ESTABLISHED     5120
  TCP    127.0.0.1:51001        127.0.0.1:8080         ESTABLISHED     6000
  TCP    127.0.0.1:8080         127.0.0.1:51002        TIME_WAIT       0
  TCP    [::]:80                [::]:0                 LISTENING       4
  TCP    [::1]:8080             [::]:0                 LISTENING       5124
  TCP    [fe80::1c2d%12]:8080   [::]:0                 LISTENING       5120
  UDP    0.0.0.0:8080           *:*                                    5120
  UDP    [::]:5353              *:*                                    1900
`.replaceAll("\n", "\r\n");

const GERMAN = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:80             0.0.0.0:0              ABH\uFFFDREN         4
  TCP    10.0.0.5:8080          0.0.0.0:0              ABH\u00d6REN         5120
  TCP    127.0.0.1:8080         127.0.0.1:51001        HERGESTELLT     5120
`;

/** A state of several words. */
const WORDS = `
  TCP    10.0.0.5:8080          0.0.0.0:0              EN \u00c9COUTE        5120
`;

/** Wine 10: no column for the process, and no listening socket. */
const WINE = `
Active Connections

  Proto  Local Address          Foreign Address        State
  TCP    127.0.0.1:36516        127.0.0.2:31601        ESTABLISHED
`;

const TASKS = `"System","4","Services","0","144 K"
"node.exe","5120","Console","1","41,160 K"
"my, server.exe","5124","Console","1","41.160 K"
`.replaceAll("\n", "\r\n");

Deno.test("parseNetstatListeners() reads columns, whatever the language", () => {
  const system = "System (pid 4) on 0.0.0.0:80, every IPv4 address";
  const node = "node.exe (pid 5120) on 10.0.0.5:8080";
  const cases: readonly (readonly [netstat: string, owners: readonly string[]])[] = [
    [ENGLISH, [
      system,
      node,
      "System (pid 4) on [::]:80, every IPv6 address",
      "my, server.exe (pid 5124) on [::1]:8080",
      "node.exe (pid 5120) on [fe80::1c2d%12]:8080",
    ]],
    [GERMAN, [system, node]],
    [WORDS, [node]],
  ];
  for (const [netstat, wanted] of cases) {
    const { owners, unseen } = parseNetstatListeners(
      { netstat, tasklist: TASKS },
      new Set([80, 8080]),
    );
    assertEquals([owners.map(describeOwner), unseen], [wanted, null]);
  }
  const { owners } = parseNetstatListeners({ netstat: WORDS, tasklist: null }, null);
  assertEquals(owners.map(describeOwner), ["a process (pid 5120) on 10.0.0.5:8080"]);
});

Deno.test("parseNetstatListeners() does not say that nobody listens if it cannot see", () => {
  const cases:
    readonly (readonly [netstat: string | null, ports: number, unseen: string | null])[] = [
      [null, 80, "netstat.exe cannot be run"],
      ["", 80, "netstat.exe shows no listening socket, not even one of Windows"],
      [WINE, 31601, "netstat.exe shows no listening socket, not even one of Windows"],
      [ENGLISH, 81, null],
      // A socket whose process is not shown is one all the same.
      ["  TCP    0.0.0.0:81   0.0.0.0:0   LISTENING", 81, null],
    ];
  for (const [netstat, port, unseen] of cases) {
    const found = parseNetstatListeners({ netstat, tasklist: null }, new Set([port]));
    assertEquals(found.unseen, unseen, `${netstat}`);
  }
  const [hidden] = parseNetstatListeners(
    { netstat: "  TCP    0.0.0.0:81   0.0.0.0:0   LISTENING", tasklist: null },
    null,
  ).owners;
  assertEquals([hidden?.pid, hidden?.ip], [null, "0.0.0.0"]);
});

Deno.test("parseNetstatConnections() finds who is connected, but not who was", () => {
  const on = (netstat: string | null): string[] => {
    const { connected, unseen } = parseNetstatConnections({ netstat }, new Set([8080]));
    return [...connected.map(({ ip, port }) => `${ip}:${port}`), ...(unseen ? [unseen] : [])];
  };
  assertEquals(on(ENGLISH), ["10.0.0.5:8080", "127.0.0.1:8080"]);
  assertEquals(on(GERMAN), ["127.0.0.1:8080"]);
  assertEquals(on(null), ["netstat.exe cannot be run"]);
  assertEquals(on(WINE), ["netstat.exe shows no listening socket, not even one of Windows"]);
});

Deno.test("hasListeners() reports whether there is a process to name", () => {
  assertEquals(hasListeners(ENGLISH, new Set([8080])), true);
  assertEquals(hasListeners(ENGLISH, new Set([51001])), false);
});

Deno.test("the kernel of Windows is not ended, but asked for its URLs", () => {
  const { owners } = parseNetstatListeners({ netstat: GERMAN, tasklist: TASKS }, new Set([80]));
  assertEquals(endOwners(owners, 80, "windows"), "netsh http show servicestate view=requestq");
});
