// Goal: the plan made from the difference is the plan that is made anew, and what has not changed is
// the same object in both. Method: chains of random changes, compared with the plan made at once.
import { assertEquals } from "@std/assert";
import { atOnce } from "../../../mod/base/work/steps.ts";
import type { Ip } from "../../../mod/base/address.ts";
import { listOf } from "../../../mod/config/document/list_steps.ts";
import type { ListEntry } from "../../../mod/config/document/list_entry.ts";
import { bindFault } from "../../../mod/listen/machine/bind_fault.ts";
import { ANY_BINDER } from "../../../mod/listen/sockets/endpoint.ts";
import { planSteps } from "../../../mod/listen/plan/make_plan.ts";
import type { EarlierPlan, Planned } from "../../../mod/listen/plan/plan_difference.ts";
import { differenceOf, type Plan, type PlannedEndpoint } from "../../../mod/listen/plan/plan.ts";
import type { FailedBind, PlanInput } from "../../../mod/listen/plan/plan_endpoint.ts";
import { machineOf } from "../../support/machine.ts";

/** A generator of the same numbers at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const address = (i: number): string => `10.0.${i >> 8}.${i & 255}`;
/** Entries that concern more than one address, or one in another way. */
const OTHER = ["10.0.0.0/28", "eth1", "!10.0.0.3", "::", "fe80::1", "fd00::1", "!eth1", "0.0.0.0"];

interface World {
  readonly texts: readonly string[];
  readonly lines: readonly string[];
  readonly unlisted: readonly string[];
  readonly ports: readonly number[];
  readonly named: string | null;
  /** Addresses whose ports other programs have. */
  readonly taken: readonly string[];
  /** Addresses that go after the machine was read. */
  readonly fleeting: readonly string[];
}

function inputOf(
  world: World,
  before: readonly ListEntry[],
  running: readonly PlannedEndpoint[],
  failed: readonly FailedBind[] = [],
): PlanInput {
  const bind = (port: number, ip: string | null) => {
    return { ip: ip as Ip | null, port, host: "", secure: port === 443 };
  };
  const bindings = [...world.ports.map((port) => bind(port, null)), bind(8080, world.named)];
  return {
    list: atOnce(listOf(world.texts, before)),
    sites: [{ id: 1, name: "one", enabled: true, bindings, ownSockets: false }],
    machine: machineOf(world.lines, { unlisted: new Set(world.unlisted as Ip[]) }),
    keys: [],
    running,
    held: [],
    unseen: null,
    failed,
    generation: 6,
    strict: false,
  };
}

/** Returns `world` with a random change. */
function changed(world: World, random: (below: number) => number): World {
  const toggle = (all: readonly string[], one: string): string[] => {
    return all.includes(one) ? all.filter((other) => other !== one) : [...all, one].sort();
  };
  const any = address(random(24));
  switch (random(10)) {
    case 0:
      return { ...world, texts: toggle(world.texts, OTHER[random(OTHER.length)]!) };
    case 1:
      return { ...world, lines: toggle(world.lines, `${any}/24 eth${random(2)}`) };
    case 2: {
      const link = ["fe80::1/64 eth0 2", "fe80::1/64 eth1 3"][random(2)]!;
      return { ...world, lines: toggle(world.lines, link) };
    }
    case 3:
      return { ...world, unlisted: toggle(world.unlisted, any) };
    case 4:
      return { ...world, ports: random(2) === 0 ? [80] : [80, 443] };
    case 5:
      return { ...world, named: random(2) === 0 ? null : any };
    case 6:
      return { ...world, taken: toggle(world.taken, random(2) === 0 ? any : "0.0.0.0") };
    case 7:
      return { ...world, fleeting: toggle(world.fleeting, any) };
    default:
      return { ...world, texts: toggle(world.texts, any) };
  }
}

/** Returns the attempts to open what `plan` says that fail. */
function failuresOf({ endpoints }: Plan, { taken, fleeting }: World): FailedBind[] {
  return endpoints.filter(({ action }) => action === "open").flatMap((endpoint) => {
    const { ip } = endpoint;
    const code = taken.includes(ip) ? "EADDRINUSE" : fleeting.includes(ip) ? "EADDRNOTAVAIL" : null;
    if (code === null) return [];
    const error = Object.assign(new Error(code), { code });
    return [{ endpoint, fault: bindFault(endpoint, error, [], ANY_BINDER) }];
  });
}

Deno.test("planSteps() makes the same plan from a difference as anew", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = numbers(seed);
    let world: World = {
      // An empty list, too, and one that excludes alone: they include wildcards.
      texts: seed % 3 === 0 ? [] : Array.from({ length: 12 }, (_, i) => address(i)),
      lines: Array.from({ length: 8 }, (_, i) => `${address(2 * i)}/24 eth0`),
      unlisted: [],
      ports: [80],
      named: null,
      taken: [],
      fleeting: [],
    };
    let earlier: EarlierPlan | null = null;
    let list: readonly ListEntry[] = [];
    let open: PlannedEndpoint[] = [];
    for (let round = 0; round < 20; round++) {
      const failed: FailedBind[] = [];
      for (;;) {
        const input = inputOf(world, list, open, [...failed]);
        const made: Planned = atOnce(planSteps(input, earlier));
        assertEquals(made.plan, atOnce(planSteps(input)).plan, `seed ${seed}, round ${round}`);
        const step = failuresOf(made.plan, world);
        failed.push(...step);
        if (step.length > 0) continue;
        list = input.list;
        earlier = { ...made, input };
        open = made.plan.endpoints.filter(({ action }) => action === "open" || action === "keep");
        break;
      }
      world = changed(world, random);
    }
  }
});

Deno.test("planSteps() plans one address more alone: the others are the same objects", () => {
  const texts = Array.from({ length: 1000 }, (_, i) => address(i));
  const world = {
    texts,
    lines: [],
    unlisted: [...texts, address(1000)],
    ports: [80],
    named: null,
    taken: [],
    fleeting: [],
  };
  const first = inputOf(world, [], []);
  const opened = atOnce(planSteps(first)).plan.endpoints;
  const second = inputOf(world, first.list, [...opened]);
  const settled = { ...atOnce(planSteps(second)), input: second };
  const third = inputOf({ ...world, texts: [...texts, address(1000)] }, second.list, [...opened]);
  const { plan } = atOnce(planSteps(third, settled));
  assertEquals(plan.endpoints.length, 2 * 1001, "on two ports");
  const all = new Set(plan.endpoints);
  assertEquals(settled.plan.endpoints.filter((endpoint) => !all.has(endpoint)), []);
  const [gone, fresh] = atOnce(differenceOf(settled.plan, plan));
  assertEquals(gone.endpoints, []);
  assertEquals(fresh.endpoints.map(({ ip, port, action }) => [ip, port, action]), [
    [address(1000), 80, "open"],
    [address(1000), 8080, "open"],
  ]);
});
