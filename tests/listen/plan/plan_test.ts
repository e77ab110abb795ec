/** Goal: scripts can act on a plan. Method: tables of actions and states. */
import { atOnce } from "../../../mod/base/work/steps.ts";
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import {
  afterClosing,
  type EndpointAction,
  listeningChanges,
  type Plan,
  type PlannedSite,
  planStatus,
} from "../../../mod/listen/plan/plan.ts";

Deno.test("planStatus() is 0 if nothing is to be done, 2 for changes, 1 for problems", () => {
  const cases: readonly (readonly [EndpointAction[], PlannedSite["state"][], 0 | 1 | 2])[] = [
    [[], [], 0],
    [["keep", "wait"], ["started", "stopped"], 0],
    [["keep", "wait"], ["started", "waiting"], 1],
    [["keep", "open"], ["started"], 2],
    [["close"], [], 2],
    [["open", "refused"], ["started"], 1],
    [["keep"], ["started", "failed"], 1],
  ];
  for (const [actions, states, want] of cases) {
    assertEquals(planStatus(planOf(actions, states)), want, `${actions} ${states}`);
  }
});

Deno.test("afterClosing() removes closed endpoints, and waits for those that may return", () => {
  const plan = planOf(["open", "close", "close"], []);
  const endpoints = plan.endpoints.map((one, i) => ({ ...one, returns: i === 2 }));
  const after = atOnce(afterClosing({ ...plan, endpoints })).endpoints;
  assertEquals(after.map(({ port, action }) => `${port} ${action}`), ["1 open", "3 wait"]);
});

Deno.test("listeningChanges() returns the sockets that start and stop listening", () => {
  const before = planOf(["open", "keep", "wait", "refused"], []);
  const after = planOf(["keep", "close", "open", "refused"], []);
  const { opened, closed } = atOnce(listeningChanges(before, after));
  assertEquals([opened.map(({ port }) => port), closed.map(({ port }) => port)], [[3], [2]]);
  const replaced = atOnce(listeningChanges(before, { ...after, endpoints: [] })).closed;
  assertEquals(replaced.map(({ cause }) => cause), Array(2).fill("other sockets replace it"));
});

function planOf(actions: EndpointAction[], states: PlannedSite["state"][]): Plan {
  const ip = "10.0.0.5" as Ip;
  return {
    endpoints: actions.map((action, i) => {
      return {
        ip,
        port: i + 1,
        scopeId: 0,
        action,
        secure: false,
        cause: "",
        entry: null,
        holders: [],
        returns: false,
      };
    }),
    sites: states.map((state, i) => ({ id: i + 1, name: "s", state, reason: null, win32: 0 })),
    registrations: [],
    unmatched: [],
  };
}
