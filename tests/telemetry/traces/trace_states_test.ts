// Goal: the service tells of its processes as one: when the first fails, and when none does.
import { assertEquals } from "@std/assert";
import { TraceStates } from "../../../mod/telemetry/traces/trace_states.ts";

Deno.test("TraceStates tells the first failure and the last end, and counts what ended workers lost", () => {
  const news: unknown[] = [];
  const states = new TraceStates((one) => news.push(one));
  const [a, b] = [{}, {}];
  states.set(a, { failure: null, lost: 1 });
  states.set(a, { failure: "away", lost: 2 });
  states.set(b, { failure: "gone", lost: 3 });
  assertEquals(news, [{ failure: "away", lost: 2 }]);
  states.set(a, { failure: null, lost: 2 });
  assertEquals([states.failure, states.lost], ["gone", 5]);
  states.leave(b);
  states.leave(b);
  assertEquals(news.slice(1), [{ failure: null, lost: 5 }]);
  assertEquals([states.failure, states.lost], [null, 5]);
});
