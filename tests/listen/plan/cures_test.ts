// Goal: the hints of a plan leave the port to the program that has it, and only where that starts
// the site. Method: plans of a machine with three addresses.
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { ForeignText } from "../../../mod/base/printable.ts";
import { isProblem } from "../../../mod/base/problem.ts";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import type { Machine } from "../../../mod/listen/machine/machine_addresses.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import type { PlanSite } from "../../../mod/listen/plan/admission.ts";
import { withCures } from "../../../mod/listen/plan/cures.ts";
import { makePlan, type PlanInput } from "../../../mod/listen/plan/make_plan.ts";
import { machineOf } from "../../support/machine.ts";

function site(id: number, name: string, ...texts: readonly string[]): PlanSite {
  const bindings = texts.map((text) => {
    const binding = parseBinding(text);
    if (isProblem(binding)) throw new Error(text);
    return { ...(binding as Binding), secure: false };
  });
  return { id, name, bindings, enabled: true, ownSockets: false };
}

function owner(where: string, pid: number | null = 7): PortOwner {
  return {
    ...(parseEndpoint(where) as Endpoint),
    mapped: false,
    v6only: null,
    device: null,
    pid,
    program: new ForeignText("nginx"),
    user: "root",
    socket: 1,
    workers: [],
    namespace: null,
  };
}

interface Given {
  readonly list?: readonly string[];
  readonly sites?: readonly PlanSite[];
  readonly held?: readonly PortOwner[];
  readonly generation?: PlanInput["generation"];
  readonly machine?: Partial<Machine>;
}

function hintsOf({
  list = [],
  sites = [site(1, "a", ":80:")],
  held = [],
  generation = 6,
  machine = {},
}: Given): (
  | readonly string[]
  | undefined
)[] {
  const input: PlanInput = {
    list: parseList(list),
    sites,
    machine: machineOf(["10.0.0.1/24 eth0", "10.0.0.2/24 eth0", "127.0.0.1/8 lo"], machine),
    keys: [],
    running: [],
    held,
    unseen: null,
    failed: [],
    generation,
    strict: false,
  };
  return atOnce(withCures(makePlan(input), input, "linux")).sites.map(({ hints }) => hints);
}

const SET = "httpcfg set iplisten";
const MOVE = "httpcfg site set a --bind :8080:";

Deno.test("withCures() shares a port before it ends the program that has it", () => {
  const others = `${SET} -i 10.0.0.2 -i 127.0.0.1`;
  const cases: readonly (readonly [given: Given, hints: readonly string[] | undefined])[] = [
    [{}, undefined],
    [{ held: [owner("10.0.0.1:80")] }, [others, `${SET} --except 10.0.0.1`, MOVE, "kill 7"]],
    [{ held: [owner("10.0.0.1:80")], list: ["10.0.0.0/24"] }, [
      `${SET} --except 10.0.0.1`,
      MOVE,
      "kill 7",
    ]],
    [{ held: [owner("10.0.0.1:80")], list: ["10.0.0.1"] }, [
      `${others}; httpcfg delete iplisten -i 10.0.0.1`,
      MOVE,
      "kill 7",
    ]],
    [{ held: [owner("10.0.0.1:80")], list: ["10.0.0.1", "10.0.0.2"] }, [
      "httpcfg delete iplisten -i 10.0.0.1",
      MOVE,
      "kill 7",
    ]],
    [{ held: [owner("0.0.0.0:80", null)], list: ["10.0.0.1"] }, [
      "in the configuration of nginx: " +
      '"listen 10.0.0.2:80;" in place of "listen 80;"; then restart it',
      MOVE,
      "sudo ss -atnp 'sport = :80'",
    ]],
    [{ held: [owner("10.0.0.1:80")], sites: [site(1, "a", "10.0.0.1:80:x")] }, [
      "httpcfg site set a --bind 10.0.0.1:8080:x",
      "kill 7",
    ]],
    [{ held: [owner("10.0.0.1:80")], generation: 5 }, [MOVE, "kill 7"]],
  ];
  for (const [given, hints] of cases) {
    assertEquals(hintsOf(given)[0], hints, JSON.stringify(given.list ?? given.held?.length));
  }
});

Deno.test("withCures() includes the address of a site, or moves the site", () => {
  const bound = [site(1, "a", "10.0.0.2:80:")];
  const cases: readonly (readonly [given: Given, hints: readonly string[]])[] = [
    [{ list: ["10.0.0.1"], sites: bound }, [`${SET} -i 10.0.0.2`]],
    [{ list: ["!10.0.0.2"], sites: bound }, ["httpcfg delete iplisten --except 10.0.0.2"]],
    [{ list: ["10.0.0.1", "!10.0.0.2"], sites: bound }, [
      `httpcfg delete iplisten --except 10.0.0.2; ${SET} -i 10.0.0.2`,
    ]],
    [{ list: ["10.9.9.9"] }, [`${SET} -i 10.0.0.1 -i 10.0.0.2`]],
    [{ sites: [site(1, "a")] }, ["httpcfg site set a --bind :8080:"]],
  ];
  for (const [given, hints] of cases) assertEquals(hintsOf(given)[0], hints);
  const twins = [site(1, "a", ":80:"), site(2, "b", ":80:", ":81:"), site(3, "c", ":8080:")];
  assertEquals(hintsOf({ sites: twins }), [
    undefined,
    ["httpcfg site set b --bind :8081: --bind :81:"],
    undefined,
  ]);
});

Deno.test("withCures() gives loopback the address for which a site waits, where that is needed", () => {
  const [hints] = hintsOf({ list: ["127.0.0.2"], machine: { wholeLoopback: false } });
  assertEquals(hints?.[0], "sudo ifconfig lo0 alias 127.0.0.2 up");
  const [elsewhere] = hintsOf({ list: ["127.0.0.2"] });
  assertEquals(elsewhere?.some((line) => line.includes("ifconfig")), false);
});
