/** Goal: which sockets conflict, and how a port owner is described. Method: tables. */
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import {
  describeOwner,
  endOwners,
  endpointsCollide,
  keepsFrom,
  keepsFromBeside,
  moveOwner,
  ownerCommand,
  type PortOwner,
} from "../../../mod/listen/machine/port_owner.ts";

Deno.test("keepsFrom() knows sockets that take no IPv4, and those of one interface", () => {
  const cases: [
    socket: string,
    v6only: boolean | null,
    device: string | null,
    to: string,
    keeps: boolean,
  ][] = [
    ["[::]:80", null, null, "10.0.0.1:80", true],
    ["[::]:80", false, null, "10.0.0.1:80", true],
    ["[::]:80", true, null, "10.0.0.1:80", false],
    ["[::]:80", true, null, "0.0.0.0:80", false],
    ["[::]:80", true, null, "[::1]:80", true],
    ["[::]:80", true, null, "[::]:80", true],
    ["0.0.0.0:80", null, null, "[::]:80", true],
    ["10.0.0.1:80", null, null, "[::]:80", true],
    ["[::]:80", false, "v1", "[fe80::1%v0]:80", false],
    ["[::]:80", false, "v1", "[fe80::1%v1]:80", true],
    ["[::]:80", false, "v1", "10.0.0.1:80", true],
    ["[fe80::1%v1]:80", null, null, "[fe80::1%v0]:80", false],
    ["[fe80::1]:80", null, null, "[fe80::1%v0]:80", true],
  ];
  for (const [socket, v6only, device, to, keeps] of cases) {
    const rest = {
      mapped: false,
      pid: 1,
      program: new ForeignText("x"),
      user: "root",
      socket: 1,
      workers: [],
      namespace: null,
    };
    const owner = { ...parseEndpoint(socket)!, ...rest, v6only, device };
    assertEquals(keepsFrom(owner, parseEndpoint(to)!, true), keeps, `${socket} ${v6only} ${to}`);
  }
});

Deno.test("keepsFromBeside() lets an address be bound beside the wildcard", () => {
  const cases: [
    socket: string,
    v6only: boolean | null,
    to: string,
    dual: boolean,
    keeps: boolean,
  ][] = [
    ["0.0.0.0:80", null, "10.0.0.1:80", false, false],
    ["10.0.0.1:80", null, "0.0.0.0:80", false, false],
    ["10.0.0.1:80", null, "10.0.0.1:80", false, true],
    ["10.0.0.1:80", null, "10.0.0.2:80", false, false],
    ["0.0.0.0:80", null, "0.0.0.0:80", false, true],
    ["[::]:80", true, "0.0.0.0:80", false, false],
    ["[::]:80", false, "0.0.0.0:80", true, true],
    ["[::]:80", true, "[::1]:80", true, false],
  ];
  for (const [socket, v6only, to, dual, keeps] of cases) {
    const owner = { ...ownerOf(7), ...parseEndpoint(socket)!, v6only };
    assertEquals(keepsFromBeside(owner, parseEndpoint(to)!, dual), keeps, `${socket} ${to}`);
  }
});

Deno.test("endpointsCollide() agrees with the kernel", () => {
  const cases: readonly (readonly [a: string, b: string, dual: boolean, single: boolean])[] = [
    ["127.0.0.2:80", "127.0.0.2:80", true, true],
    ["127.0.0.2:80", "127.0.0.3:80", false, false],
    ["127.0.0.2:80", "127.0.0.2:81", false, false],
    ["0.0.0.0:80", "127.0.0.2:80", true, true],
    ["0.0.0.0:80", "[::1]:80", false, false],
    ["0.0.0.0:80", "[::]:80", true, false],
    ["[::]:80", "127.0.0.2:80", true, false],
    ["[::]:80", "[::1]:80", true, true],
  ];
  for (const [a, b, dual, single] of cases) {
    for (const [x, y] of [[a, b], [b, a]] as const) {
      assertEquals(endpointsCollide(at(x), at(y), true), dual, `${x} ${y} dual-stack`);
      assertEquals(endpointsCollide(at(x), at(y), false), single, `${x} ${y}`);
    }
  }
});

Deno.test("describeOwner() shows process, user, address and reach", () => {
  const owner: PortOwner = {
    ...at("0.0.0.0:80"),
    mapped: false,
    v6only: null,
    device: null,
    pid: 812,
    program: new ForeignText("nginx"),
    user: "root",
    socket: 1,
    workers: [],
    namespace: null,
  };
  assertEquals(
    describeOwner(owner),
    "nginx (pid 812, user root) on 0.0.0.0:80, every IPv4 address",
  );
  assertEquals(
    describeOwner({ ...owner, ...at("10.0.0.5:80"), mapped: true, pid: null }),
    "an unidentified process of user root on 10.0.0.5:80, IPv4-mapped",
  );
});

/** A process on port 80 of every IPv4 address. */
function ownerOf(pid: number | null, program = "nginx"): PortOwner {
  return {
    ...at("0.0.0.0:80"),
    mapped: false,
    v6only: null,
    device: null,
    pid,
    program: new ForeignText(program),
    user: "root",
    socket: 1,
    workers: [],
    namespace: null,
  };
}

Deno.test("endOwners() lists every process, or the command that finds them", () => {
  const command = "sudo ss -atnp 'sport = :80'";
  const cases: [pids: (number | null)[], hint: string][] = [
    [[7], "kill 7"],
    [[7, 9, 7], "kill 7 9"],
    [[7, null], command],
    [[], command],
  ];
  for (const [pids, hint] of cases) {
    assertEquals(endOwners(pids.map((pid) => ownerOf(pid)), 80, "linux"), hint);
  }
  assertEquals(endOwners([ownerOf(7)], 80, "windows"), "taskkill /F /PID 7");
});

Deno.test("endOwners() ends the parent of workers, and finds the unit of a socket of systemd", () => {
  const workers = [8, 9];
  assertEquals(endOwners([{ ...ownerOf(7), workers }], 80, "linux"), "kill 7");
  assertEquals(endOwners([{ ...ownerOf(null), workers }], 80, "linux"), "kill 8 9");
  assertEquals(
    endOwners([{ ...ownerOf(null), workers, hiddenParent: 7 }], 80, "linux"),
    "sudo ss -atnp 'sport = :80'",
  );
  assertEquals(
    endOwners([ownerOf(7), ownerOf(1, "systemd")], 80, "linux"),
    "systemctl list-sockets",
  );
});

Deno.test("moveOwner() names a server with its workers, and the unit of a socket of systemd", () => {
  const { ip } = at("10.0.0.5:80");
  const how = '"listen 10.0.0.5:80;" in place of "listen 80;"; then restart it';
  const cases: [owner: PortOwner, line: string][] = [
    [
      { ...ownerOf(7), workers: [8, 9] },
      `in the configuration of nginx (pid 7 and 2 workers): ${how}`,
    ],
    [{ ...ownerOf(null), workers: [8, 9] }, `in the configuration of nginx (pids 8, 9): ${how}`],
    [
      ownerOf(1, "systemd"),
      "in the socket unit that has the port (systemctl list-sockets): " +
      '"ListenStream=10.0.0.5:80" in place of "ListenStream=80"; then restart it',
    ],
  ];
  for (const [owner, line] of cases) assertEquals(moveOwner(owner, 80, ip), line);
});

Deno.test("moveOwner() has the directive of each program", () => {
  const cases: [program: string, pid: number | null, how: string][] = [
    ["nginx", 7, 'nginx (pid 7): "listen 10.0.0.5:80;" in place of "listen 80;"'],
    ["apache2", 7, 'apache2 (pid 7): "Listen 10.0.0.5:80" in place of "Listen 80"'],
    ["caddy", null, 'caddy: "default_bind 10.0.0.5" in the global options'],
    ["python3", 7, "python3 (pid 7): python3 -m http.server 80 --bind 10.0.0.5"],
    ["x", 7, "x (pid 7): give it the address 10.0.0.5 to listen on, in place of every address"],
  ];
  for (const [program, pid, how] of cases) {
    const line = moveOwner(ownerOf(pid, program), 80, at("10.0.0.5:80").ip);
    assertEquals(line, `in the configuration of ${how}; then restart it`);
  }
});

Deno.test("ownerCommand() uses the tool of each system", () => {
  assertEquals(ownerCommand(80, "windows"), "netstat -ano | findstr :80");
  assertEquals(ownerCommand(80, "darwin"), "sudo lsof -nP -iTCP:80 -sTCP:LISTEN");
});

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
