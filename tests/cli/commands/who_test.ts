/** Goal: who shows every owner of a port, and the next step. Method: sockets of this process. */
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { ownerLines } from "../../../mod/cli/commands/who.ts";
import type { Listeners } from "../../../mod/listen/machine/listeners.ts";
import { THIS_MACHINE } from "../../../mod/listen/plan/plan_input.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { commandHome } from "../../support/command_home.ts";

Deno.test({
  name: "who finds the socket by port and by address",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using home = await commandHome();
    using listener = Deno.listen({ hostname: "127.0.0.6", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const byPort = await home.run(`who ${port}`);
    assertEquals(byPort.status, 0);
    assertMatch(
      byPort.out,
      new RegExp(`\\(pid ${Deno.pid}, user .*\\) on 127\\.0\\.0\\.6:${port}`),
    );
    assertMatch(byPort.note, new RegExp(`hint: ps -fp ${Deno.pid}`));
    assertEquals((await home.run(`who 127.0.0.6:${port}`)).status, 0);
    const other = await home.run(`who 127.0.0.7:${port}`);
    assertEquals([other.status, other.out], [1, ""]);
    const json = JSON.parse((await home.run(`who ${port} --format json`)).out);
    assertEquals([json.holders[0].ip, json.holders[0].pid], ["127.0.0.6", Deno.pid]);
  },
});

Deno.test({
  name: "who lists by address, whatever the system's order is",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using home = await commandHome();
    const ips = ["127.0.0.19", "127.0.0.2", "127.0.0.101", "127.0.0.6", "127.0.0.55"];
    const listeners = [Deno.listen({ hostname: ips[0]!, port: 0 })];
    const { port } = listeners[0]!.addr as Deno.NetAddr;
    for (const hostname of ips.slice(1)) listeners.push(Deno.listen({ hostname, port }));
    const { out } = await home.run(`who ${port} --format json`);
    for (const listener of listeners) listener.close();
    const { holders } = JSON.parse(out) as { holders: { ip: string }[] };
    const sorted = ["127.0.0.2", "127.0.0.6", "127.0.0.19", "127.0.0.55", "127.0.0.101"];
    assertEquals(holders.map(({ ip }) => ip), sorted);
  },
});

Deno.test("who says that it does not know, which is neither yes nor no", async () => {
  await using home = await commandHome();
  const nginx: PortOwner = {
    ...(parseEndpoint("0.0.0.0:80") as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    pid: 7,
    program: new ForeignText("nginx"),
    user: null,
    socket: 1,
    workers: [],
    namespace: null,
  };
  const hidden = { ...nginx, pid: null, program: null };
  const cases: readonly (readonly [
    seen: Listeners,
    os: string,
    status: number,
    known: boolean,
    note: RegExp,
  ])[] = [
    [{ owners: [], unseen: "no lsof" }, "darwin", 3, false, /: no lsof\nhint: sudo lsof -nP/],
    [{ owners: [], unseen: "no netstat" }, "windows", 3, false, /hint: netstat -ano/],
    [{ owners: [], unseen: "no /proc" }, "linux", 3, false, /hint: sudo ss/],
    [{ owners: [], unseen: null }, "darwin", 1, true, /^No listener\.\n$/],
    [{ owners: [], unseen: null }, "linux", 1, true, /^No listener in this network namespace\.\n$/],
    [
      { owners: [nginx], unseen: "no lsof" },
      "darwin",
      0,
      false,
      /whether others listen too: no ls/,
    ],
    [{ owners: [nginx], unseen: null }, "darwin", 0, true, /^hint: ps -fp 7\n$/],
    [{ owners: [{ ...nginx, pid: 1142 }, nginx], unseen: null }, "linux", 0, true, /-fp 7,1142\n$/],
    [
      { owners: [{ ...nginx, pid: 1142 }, nginx], unseen: null },
      "windows",
      0,
      true,
      /pid eq 7"\n$/,
    ],
    [{ owners: [nginx], unseen: null }, "windows", 0, true, /^hint: tasklist .*pid eq 7"\n$/],
    [{ owners: [hidden], unseen: null }, "darwin", 0, false, /^hint: sudo lsof/],
  ];
  for (const [seen, os, status, known, note] of cases) {
    const machine = { ...THIS_MACHINE, findListeners: () => Promise.resolve(seen) };
    const text = await home.run("who 80", { os, machine });
    assertEquals(text.status, status, text.note);
    assertMatch(text.note, note);
    const json = await home.run("who 80 --format json", { os, machine });
    const answer = JSON.parse(json.out);
    assertEquals([json.status, answer.known, answer.holders.length], [
      status,
      known,
      seen.owners.length,
    ]);
    assertEquals(answer.unseen ?? null, seen.unseen);
    const csv = (await home.run("who 80 --format csv", { os, machine })).out.trim().split("\n");
    assertEquals(csv.slice(1).some((line) => /,false,[\d ]*$/.test(line)), !known, csv.join("\n"));
  }
  const asked = { ...THIS_MACHINE, findListeners: () => Promise.resolve(cases[0]![0]) };
  const { out } = await home.run("who 10.0.0.5:80 --format csv", { os: "darwin", machine: asked });
  assertEquals(out.trim().split("\n").slice(1), ["10.0.0.5,80,,,,,,,false,"]);
});

Deno.test("who rejects what is not a port", async () => {
  await using home = await commandHome();
  for (const text of ["0", "70000", "shop", "10.0.0"]) {
    const { status, note } = await home.run(`who ${text}`);
    assertEquals(status, 2, text);
    assertMatch(note, /hint: httpcfg who/);
  }
});

Deno.test("ownerLines() distinguishes SO_REUSEPORT, shared sockets and namespaces", () => {
  const one: PortOwner = {
    ...(parseEndpoint("10.0.0.5:80") as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    pid: 7,
    program: new ForeignText("nginx"),
    user: "www",
    socket: 100,
    workers: [],
    namespace: null,
  };
  const lines = ownerLines([
    one,
    { ...one, pid: 8, socket: 101 },
    { ...one, pid: 9, socket: 101 },
    { ...one, pid: 10, namespace: "net:[5]" },
  ]);
  assertEquals(lines.map((line) => line.replace(/^.*10\.0\.0\.5:80/, "")), [
    ", one of 2 sockets there (SO_REUSEPORT)",
    ", one of 2 sockets there (SO_REUSEPORT), a socket that several processes share",
    ", one of 2 sockets there (SO_REUSEPORT), a socket that several processes share",
    ", in the network namespace net:[5]",
  ]);
});
