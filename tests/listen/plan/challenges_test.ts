/** Goal: the port for the challenges of ACME is a part of the plan, and harms no site. */
import { assertEquals } from "@std/assert";
import { formatEndpoint, type Ip } from "../../../mod/base/address.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { makePlan, type Plan } from "../../../mod/listen/plan/make_plan.ts";
import { planStatus } from "../../../mod/listen/plan/plan.ts";
import { challengesToPlan, sitesToPlan } from "../../../mod/listen/plan/sites_to_plan.ts";
import { machineOf } from "../../support/machine.ts";

const MACHINE = machineOf(["127.0.0.1/8 lo", "10.0.0.5/24 eth0", "10.0.0.6/24 eth0"]);

interface Wanted {
  readonly names: readonly (readonly string[])[];
  readonly list?: readonly string[];
  readonly bindings?: readonly string[];
  readonly secure?: readonly string[];
  readonly port?: number;
}

function planFor(
  { names, list = ["10.0.0.5"], bindings = [], secure = [], port = 80 }: Wanted,
): Plan {
  const document: ConfigDocument = {
    ...DEFAULT_DOCUMENT,
    sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings, secureBindings: secure }],
    settings: { AcmeHttpPort: port },
    acme: names.map((some) => ({
      certName: some[0]!,
      names: some,
      server: "https://ca.example/",
      agreeTos: true,
    })),
  };
  return makePlan({
    list: parseList(list),
    sites: [...sitesToPlan(document, () => null), ...challengesToPlan(document)],
    machine: MACHINE,
    keys: [],
    running: [],
    held: [],
    unseen: null,
    failed: [],
    generation: 6,
    strict: false,
  });
}

function endpointsOf({ endpoints }: Plan): string[] {
  return endpoints.map(({ action, cause, ...endpoint }) => {
    return `${action} ${formatEndpoint(endpoint)}${/; for .*$/.exec(cause)?.[0] ?? ""}`;
  });
}

Deno.test("makePlan() opens the port for challenges on the included addresses, and says why", () => {
  const why = "; for certificates by ACME";
  const plan = planFor({ names: [["a.example"], ["b.example"]], secure: [":443:"] });
  assertEquals(endpointsOf(plan), [`open 10.0.0.5:80${why}`, "open 10.0.0.5:443"]);
  assertEquals(plan.challenges?.map(({ name, state }) => `${name} ${state}`), [
    "a.example started",
    "b.example started",
  ]);
  assertEquals(plan.sites.length, 1);
  assertEquals(endpointsOf(planFor({ names: [["a.example"]], port: 8402, bindings: [":81:"] })), [
    "open 10.0.0.5:81",
    `open 10.0.0.5:8402${why}`,
  ]);
});

Deno.test("makePlan() shares the port with sites that speak plain HTTP", () => {
  const plan = planFor({ names: [["a.example"]], bindings: [":80:"] });
  assertEquals(endpointsOf(plan), ["open 10.0.0.5:80"]);
  assertEquals([plan.sites[0]?.state, plan.challenges?.[0]?.state], ["started", "started"]);
  assertEquals(planFor({ names: [], bindings: [":80:"] }).challenges, undefined);
});

Deno.test("makePlan() fails the challenges, never the site, where one port cannot be both", () => {
  const plan = planFor({ names: [["a.example"]], secure: [":80:"] });
  assertEquals(plan.sites[0]?.state, "started");
  const [challenge] = plan.challenges!;
  assertEquals(challenge?.state, "failed");
  assertEquals(challenge?.reason, 'site 1 ("Default Web Site") uses TLS on port 80');
  assertEquals(planStatus(plan), 1);
});

Deno.test("makePlan() fails the challenges of an address that is not on the list, and no others", () => {
  const plan = planFor({ names: [["10.0.0.6"], ["10.0.0.5", "a.example"]], bindings: [":81:"] });
  assertEquals(plan.challenges?.map(({ state }) => state), ["failed", "started"]);
  assertEquals(plan.challenges?.[0]?.excluded?.ip, "10.0.0.6" as Ip);
  assertEquals(endpointsOf(plan), [
    "open 10.0.0.5:80; for certificates by ACME",
    "open 10.0.0.5:81",
  ]);
});
