/** Goal: which sockets a list needs, and which socket a connection reaches. Method: tables. */
import { assertEquals } from "@std/assert";
import { type Endpoint, type Ip, parseEndpoint } from "../../../mod/base/address.ts";
import { compileInclusion } from "../../../mod/listen/list/inclusion.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { addressTable, type Machine } from "../../../mod/listen/machine/machine_addresses.ts";
import {
  listenAddresses,
  listenAddressFor,
  reaches,
  whyExcluded,
} from "../../../mod/listen/plan/listen_addresses.ts";

const MACHINE: Machine = {
  addresses: [
    { ip: "10.0.0.5" as Ip, interface: "eth0", family: 4, prefixBits: 24, scope: "global" },
    { ip: "fe80::1%eth0" as Ip, interface: "eth0", family: 6, prefixBits: 64, scope: "link" },
  ],
  hasIpv6: true,
  dualStack: true,
  wholeLoopback: true,
};

Deno.test("listenAddresses() returns each address, whether it is present, and its entry", () => {
  const cases: readonly (readonly [list: string, sockets: string])[] = [
    ["", ":: here -"],
    ["0.0.0.0 ::", ":: here -"],
    ["10.0.0.5 10.0.0.9", "10.0.0.5 here 10.0.0.5, 10.0.0.9 absent 10.0.0.9"],
    ["eth0", "10.0.0.5 here eth0, fe80::1%eth0 here eth0"],
    ["fe80::1", "fe80::1%eth0 here fe80::1"],
    ["!10.0.0.5", "fe80::1%eth0 here -"],
    ["!10.0.0.9 10.0.0.9", ""],
  ];
  for (const [text, sockets] of cases) {
    const inclusion = compileInclusion(list(text));
    const found = listenAddresses(inclusion, MACHINE, addressTable(MACHINE)).map(
      ({ ip, present, entry }) => `${ip} ${present ? "here" : "absent"} ${entry ?? "-"}`,
    );
    assertEquals(found.join(", "), sockets, `[${text}]`);
  }
});

Deno.test("listenAddressFor() is null for an excluded address, and whyExcluded() says why", () => {
  const inclusion = compileInclusion(list("!10.0.0.9 10.0.0.0/24"));
  const table = addressTable(MACHINE);
  assertEquals(listenAddressFor(inclusion, table, "10.0.0.9" as Ip), null);
  assertEquals(listenAddressFor(inclusion, table, "10.0.0.7" as Ip)?.present, false);
  assertEquals(
    whyExcluded(inclusion.decide("10.0.0.9" as Ip, null)),
    'excluded from the IP inclusion list by "!10.0.0.9"',
  );
  assertEquals(
    whyExcluded(inclusion.decide("11.0.0.9" as Ip, null)),
    "not on the IP inclusion list",
  );
});

Deno.test("reaches() agrees with the kernel", () => {
  const cases: readonly (readonly [socket: string, to: string, dual: boolean, single: boolean])[] =
    [
      ["10.0.0.5:80", "10.0.0.5:80", true, true],
      ["10.0.0.5:80", "10.0.0.6:80", false, false],
      ["0.0.0.0:80", "10.0.0.6:80", true, true],
      ["0.0.0.0:80", "10.0.0.6:81", false, false],
      ["0.0.0.0:80", "[::1]:80", false, false],
      ["[::]:80", "10.0.0.6:80", true, false],
      ["[::]:80", "[::1]:80", true, true],
    ];
  for (const [socket, to, dual, single] of cases) {
    assertEquals(reaches(at(socket), at(to), true), dual, `${socket} ${to} dual-stack`);
    assertEquals(reaches(at(socket), at(to), false), single, `${socket} ${to}`);
  }
});

function list(text: string): ReturnType<typeof parseList> {
  return parseList(text.split(" ").filter((word) => word !== ""));
}

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
