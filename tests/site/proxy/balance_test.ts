/** Goal: requests are spread as the rule says, and go to somebody as long as anybody is allowed.
 * Method: tables of upstreams, and many choices in a row. */
import { assert, assertEquals } from "@std/assert";
import { Balancer, type Candidate } from "../../../mod/site/proxy/balance.ts";

interface Fake extends Candidate {
  readonly name: string;
  inFlight: number;
}

function fake(name: string, more: { down?: number; inFlight?: number } = {}): Fake {
  const retryAtMs = more.down ?? 0;
  return {
    name,
    inFlight: more.inFlight ?? 0,
    retryAtMs,
    isEligible: (nowMs) => more.down === undefined || nowMs >= retryAtMs,
  };
}

const all = (): boolean => true;

Deno.test("Balancer takes turns among those that are eligible", () => {
  const upstreams = [fake("a"), fake("b", { down: 100 }), fake("c")];
  const balancer = new Balancer("round-robin");
  const names = (count: number, nowMs: number): string => {
    return Array.from({ length: count }, () => balancer.choose(upstreams, nowMs, all)!.name).join(
      "",
    );
  };
  assertEquals(names(5, 0), "acaca");
  assertEquals(names(6, 100), "bcabca");
});

Deno.test("Balancer chooses the one with the fewest requests, and takes turns among equals", () => {
  const upstreams = [fake("a"), fake("b"), fake("c")];
  const balancer = new Balancer("least-connections");
  for (let i = 0; i < 300; i++) balancer.choose(upstreams, 0, all)!.inFlight++;
  assertEquals(upstreams.map(({ inFlight }) => inFlight), [100, 100, 100]);
  upstreams[1]!.inFlight = 90;
  for (let i = 0; i < 10; i++) {
    const chosen = balancer.choose(upstreams, 0, all)!;
    assertEquals(chosen.name, "b");
    chosen.inFlight++;
  }
  upstreams[0]!.inFlight = 0;
  assertEquals(balancer.choose(upstreams, 0, ({ name }) => name !== "a")!.name, "c");
});

Deno.test("Balancer chooses the one that is worth an attempt first if all are down", () => {
  const upstreams = [fake("a", { down: 300 }), fake("b", { down: 200 }), fake("c", { down: 400 })];
  for (const balance of ["round-robin", "least-connections"] as const) {
    const balancer = new Balancer(balance);
    for (let i = 0; i < 3; i++) assertEquals(balancer.choose(upstreams, 0, all)!.name, "b");
    assertEquals(balancer.choose(upstreams, 0, ({ name }) => name !== "b")!.name, "a");
    assertEquals(balancer.choose(upstreams, 0, () => false), null);
    assert(balancer.choose([fake("only", { down: 1e9 })], 0, all) !== null);
  }
});
