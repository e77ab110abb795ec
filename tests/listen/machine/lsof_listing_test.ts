/** Goal: what macOS and the BSDs say of sockets is read, and what they hide is said. Method: tables. */
import { assertEquals } from "@std/assert";
import {
  LSOF_LISTING_SCRIPT,
  parseBsdConnections,
  parseLsofListeners,
} from "../../../mod/listen/machine/lsof_listing.ts";
import { describeOwner, type PortOwner } from "../../../mod/listen/machine/port_owner.ts";

const NAMES = new Map([["1", "lo0"], ["4", "en0"]]);

/** A server with a worker that shares its socket, a program on one address, and one on `::`. */
const LSOF = `p812
R1
cnginx
Lroot
f6
tIPv4
d0x9d4f3c2b1a000001
n*:80
p813
R812
cnginx
Lwww
f6
tIPv4
d0x9d4f3c2b1a000001
n*:80
p900
R1
cnode\\x20of\\x20"mine"
Lanna
f19
tIPv6
d0x9d4f3c2b1a000002
n*:3000
f20
tIPv6
d0x9d4f3c2b1a000003
n[fe80:4::1c2d:3ff:fe4e:5f60]:3001
f22
tIPv6
d0x9d4f3c2b1a000005
n[fe80:1:0:0:1:2:3:4]:3001
f21
tIPv4
d0x9d4f3c2b1a000004
n127.0.0.1:3001`;

const NETSTAT = `Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  *.80                   *.*                    LISTEN
tcp46      0      0  *.3000                 *.*                    LISTEN
tcp6       0      0  fe80::1c2d:3ff:fe4e:5f60%en0.3001 *.*         LISTEN
tcp4       0      0  127.0.0.1.3001         *.*                    LISTEN
tcp4       0      0  192.168.1.5.22         *.*                    LISTEN
tcp6       0      0  *.443                  *.*                    LISTEN
tcp4       0      0  *.*                    *.*                    CLOSED
tcp4       0      0  127.0.0.1.80           127.0.0.1.52541        ESTABLISHED
tcp4       0      0  127.0.0.1.80           127.0.0.1.52540        TIME_WAIT
tcp4       0      0  192.168.1.5.52541      17.57.146.20.80        ESTABLISHED`;

function listing(uid: number | null, lsof: string, netstat: string): string {
  return [
    ...(uid === null ? [] : [`= lsof ${uid}`, lsof]),
    ...(netstat === "" ? [] : ["= netstat", netstat]),
    "",
  ].join("\n");
}

function text(owner: PortOwner): string {
  return `${describeOwner(owner)} ${owner.v6only}`;
}

Deno.test("parseLsofListeners() joins the processes of lsof with the sockets of netstat", () => {
  const { owners, unseen } = parseLsofListeners(listing(501, LSOF, NETSTAT), null, NAMES);
  assertEquals(unseen, null);
  assertEquals(owners.map(text), [
    "nginx (pid 812 and 1 worker) of user root on 0.0.0.0:80, every IPv4 address null",
    'node of "mine" (pid 900, user anna) on [::]:3000, every address false',
    'node of "mine" (pid 900, user anna) on [fe80::1c2d:3ff:fe4e:5f60%en0]:3001 null',
    'node of "mine" (pid 900, user anna) on [fe80::1:2:3:4%lo0]:3001 null',
    'node of "mine" (pid 900, user anna) on 127.0.0.1:3001 null',
    "an unidentified process on 192.168.1.5:22 null",
    "an unidentified process on [::]:443, every IPv6 address true",
  ]);
  const some = parseLsofListeners(listing(501, LSOF, NETSTAT), new Set([22, 80]), NAMES).owners;
  assertEquals(some.map(({ pid, port }) => `${pid} ${port}`), ["812 80", "null 22"]);
});

Deno.test("parseLsofListeners() says what the tools that it had cannot show", () => {
  const cases: readonly (readonly [listing: string, owners: number, unseen: string | null])[] = [
    [listing(501, LSOF, NETSTAT), 1, null],
    [listing(null, "", NETSTAT), 1, null],
    [listing(501, LSOF, ""), 1, "lsof shows the processes of this user alone"],
    [listing(501, "", ""), 0, "lsof shows the processes of this user alone"],
    [listing(0, LSOF, ""), 1, null],
    [listing(0, "", ""), 0, null],
    ["", 0, "neither lsof nor netstat can be run"],
    // A netstat that prints nothing at all has failed: it has a heading.
    ["= netstat\n", 0, "neither lsof nor netstat can be run"],
  ];
  for (const [given, count, unseen] of cases) {
    const found = parseLsofListeners(given, new Set([80]), NAMES);
    assertEquals([found.owners.length, found.unseen], [count, unseen], given.slice(0, 40));
  }
});

Deno.test("parseLsofListeners() does not take the output of one section for another", () => {
  // The name of a program cannot begin a line: lsof escapes what would end one.
  const odd = "p7\nR1\nc\\n= netstat\nLroot\nf3\ntIPv4\nd1\nn10.0.0.5:80";
  const { owners } = parseLsofListeners(listing(0, odd, ""), null, NAMES);
  assertEquals(owners.map(({ ip, program }) => [ip, program?.raw]), [["10.0.0.5", "\n= netstat"]]);
});

Deno.test("parseBsdConnections() returns the local ends of established connections", () => {
  assertEquals(parseBsdConnections(listing(501, "", NETSTAT), new Set([80])), {
    connected: [{ ip: "127.0.0.1" as never, port: 80 }],
    unseen: null,
  });
  assertEquals(parseBsdConnections(listing(501, LSOF, ""), new Set([80])), {
    connected: [],
    unseen: "netstat cannot be run",
  });
});

Deno.test({
  name: "the script runs in a POSIX shell, and its output is understood",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const { stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", LSOF_LISTING_SCRIPT],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    const output = new TextDecoder().decode(stdout);
    const { owners } = parseLsofListeners(output, new Set([port]), new Map());
    const isShown = output.startsWith("= lsof"); // Linux may have no lsof
    assertEquals(
      owners.map(({ ip, pid }) => `${ip} ${pid}`),
      isShown ? [`127.0.0.1 ${Deno.pid}`] : [],
    );
  },
});
