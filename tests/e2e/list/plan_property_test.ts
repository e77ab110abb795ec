// Property: what the plan says is what then happens. 1,000 random lists and sites on 127.0.0.0/8,
// with conflicting sockets of another process; a round starts with the sockets of the previous one.
import { assert, assertEquals } from "@std/assert";
import { ANY_V4, ANY_V6, type Endpoint, formatEndpoint } from "../../../mod/base/address.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { followPlan } from "../../../mod/listen/sockets/follow_plan.ts";
import { gatherPlanInput } from "../../../mod/listen/plan/plan_input.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import type { BindFault } from "../../../mod/listen/machine/bind_fault.ts";
import { openEndpoint } from "../../../mod/listen/sockets/endpoint.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { findListeners } from "../../../mod/listen/machine/port_owners.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { makePlan } from "../../../mod/listen/plan/make_plan.ts";
import type { Plan } from "../../../mod/listen/plan/plan.ts";
import { freePort } from "../../support/ports.ts";

const ROUNDS = 1000;
/** Rounds with the same foreign sockets, because finding port owners reads all of /proc. */
const ROUNDS_PER_FOREIGN = 20;
const ENTRIES = [
  ..."127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4 ::1 127.0.0.0/29 127.0.0.2/31 ::/1 lo".split(" "),
  ..."0.0.0.0 :: 203.0.113.9 no-such0 !127.0.0.1 !127.0.0.2 !127.0.0.2/31 !lo !:: !0.0.0.0".split(
    " ",
  ),
];
const ADDRESSES = ["", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.9", "[::1]", "203.0.113.9"];
const FOREIGN = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "0.0.0.0", "::1", "::"];

Deno.test({
  name: `the plan equals what then happens, ${ROUNDS} times`,
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    const random = seeded(813368);
    const ports = [freePort(), freePort()];
    const sockets = makeSockets();
    const counts = { open: 0, keep: 0, close: 0, wait: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round += ROUNDS_PER_FOREIGN) {
      await sockets.close(sockets.endpoints());
      await using _foreign = await plant(pick(random, FOREIGN, 2), ports);
      let held = await portOwners(ports);
      for (let i = 0; i < ROUNDS_PER_FOREIGN;) {
        const document = randomDocument(random, ports);
        const list = parseList(document.ipListen);
        const source = { document, list, check: () => null, registrations: [] };
        const running = sockets.endpoints();
        const foreseen = makePlan({ ...await gatherPlanInput(source, running), held });
        const { plan: made } = await followPlan(sockets, source, { tcpBacklog: 5 });
        await sockets.close(made.endpoints.filter(({ action }) => action === "close"));

        const what = JSON.stringify([round + i, document.ipListen, document.sites, held, running]);
        const seen = names(sockets.endpoints());
        if (JSON.stringify(seen) !== JSON.stringify(openIn(foreseen))) {
          // Another process may have opened or closed a port meanwhile: the round does not count.
          const now = await portOwners(ports);
          assert(JSON.stringify(now) !== JSON.stringify(held), `${what}: ${seen}`);
          held = now;
          continue;
        }
        i++;
        assertEquals(states(made), states(foreseen), what);
        for (const endpoint of foreseen.endpoints) {
          counts[endpoint.action]++;
          if (endpoint.action === "wait") assertEquals(codeOfBinding(endpoint), ABSENT, what);
          if (endpoint.action === "refused") assertEquals(codeOfBinding(endpoint), IN_USE, what);
        }
      }
    }
    await sockets.close(sockets.endpoints());
    // Each of the five actions occurred often enough to be tested.
    for (const [action, count] of Object.entries(counts)) {
      assertEquals([action, count > ROUNDS / 20], [action, true], JSON.stringify(counts));
    }
  },
});

const ABSENT = "EADDRNOTAVAIL";
const IN_USE = "EADDRINUSE";

/** Returns the other owners of `ports`. */
async function portOwners(ports: readonly number[]): Promise<PortOwner[]> {
  return (await findListeners(new Set(ports))).owners
    .filter(({ pid, namespace }) => pid !== Deno.pid && namespace === null);
}

function makeSockets(): SocketSet {
  return new SocketSet({
    onConnection: (conn) => conn.close(),
    onExhausted: () => {},
    onFailure: () => {},
  }, () => Promise.resolve({ owners: [] })); // the test knows the port owners
}

function states({ sites }: Plan): string[] {
  return sites.map(({ id, state }) => `${id} ${state}`);
}

function openIn({ endpoints }: Plan): string[] {
  return names(endpoints.filter(({ action }) => action === "open" || action === "keep"));
}

function names(endpoints: readonly Endpoint[]): string[] {
  return endpoints.map(formatEndpoint).sort();
}

/** Returns the system's error code for the attempt to bind; "" if it succeeds. */
function codeOfBinding({ ip, port }: Endpoint): string {
  const ignore = (): void => {};
  const events = { onConnection: ignore, onExhausted: ignore, onFailure: ignore };
  try {
    void openEndpoint({ ip, port, scopeId: 0, tcpBacklog: 5 }, events).close();
    return "";
  } catch (error) {
    return (error as BindFault).code;
  }
}

function randomDocument(random: () => number, ports: readonly number[]): ConfigDocument {
  const sites = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => {
    const bindings = new Set(
      Array.from({ length: 1 + Math.floor(random() * 2) }, () => {
        const [ip = ""] = pick(random, ADDRESSES, 1);
        const [port = 0] = pick(random, ports, 1);
        const [host = ""] = pick(random, ["", "a.test", "b.test"], 1);
        return `${ip}:${port}:${host}`;
      }),
    );
    return {
      ...DEFAULT_DOCUMENT.sites[0]!,
      id: i + 1,
      name: `s${i + 1}`,
      bindings: [...bindings],
      autoStart: random() < 0.9,
    };
  });
  const ipListen = pick(random, ENTRIES, Math.floor(random() * 5));
  return { ...DEFAULT_DOCUMENT, ipListen: canonical(ipListen), sites };
}

function canonical(texts: readonly string[]): string[] {
  return [...new Set(parseList(texts).map(({ text }) => text))];
}

function pick<T>(random: () => number, from: readonly T[], count: number): T[] {
  return Array.from({ length: count }, () => from[Math.floor(random() * from.length)]!);
}

/** Returns the same numbers in every run, so that a failure can be reproduced (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Opens sockets of another process on the first of `ports`, on as many of `ips` as possible. */
async function plant(ips: readonly string[], ports: readonly number[]): Promise<AsyncDisposable> {
  const code = `
    for (const hostname of ${JSON.stringify(ips)}) {
      try { Deno.listen({ hostname, port: ${ports[0]} }); } catch { /* two of them conflict */ }
    }
    await Deno.stdout.write(new Uint8Array(1));
    await Deno.stdin.read(new Uint8Array(1));
    Deno.exit();`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

/** A wildcard and an address on one port exclude each other; without them nothing is tested. */
Deno.test("the foreign sockets of the property include both wildcards", () => {
  assertEquals([ANY_V4, ANY_V6].every((ip) => FOREIGN.includes(ip)), true);
});
