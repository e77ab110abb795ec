// Goal: settings take effect, objects are reused clean, and logs do no harm. Method: no connection.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { NEVER } from "../../mod/http/clock.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { engineOf, HELLO } from "../support/engine.ts";

Deno.test("SharedState.reconfigure() derives the time for a stalled write from settings", () => {
  const shared = engineOf();
  const cases: [rate: number, timeout: number, seconds: number][] = [
    [240, 120, 65536 / 240],
    [100_000, 120, 120],
    [100_000, 1, 1],
  ];
  for (const [rate, timeout, seconds] of cases) {
    const settings = { ...DEFAULT_SETTINGS, MinFileBytesPerSec: rate, ConnectionTimeout: timeout };
    shared.reconfigure(settings, () => HELLO);
    assertEquals(shared.stallTicks, Math.ceil(seconds * 2) + 1);
  }
  shared.reconfigure({ ...DEFAULT_SETTINGS, MinFileBytesPerSec: 0 }, () => HELLO);
  assertEquals(shared.stallTicks > NEVER / 4, true, "0 allows any speed");
});

Deno.test("SharedState reuses an exchange with nothing of the previous request", () => {
  const shared = engineOf();
  const exchange = shared.acquireExchange();
  exchange.siteId = 7;
  exchange.status = 200;
  exchange.bytes = new Uint8Array(10);
  shared.releaseExchange(exchange);
  assertStrictEquals(shared.acquireExchange(), exchange);
  assertEquals([exchange.siteId, exchange.status, exchange.bytes.length], [null, 0, 0]);
  assertEquals(shared.acquireExchange() === exchange, false);
});

Deno.test("SharedState.report() survives a log that throws, and a clock that was set back", () => {
  const failures: unknown[] = [];
  let durationMs = -1;
  const shared = engineOf({
    onServed: (record) => {
      durationMs = record.durationMs;
      throw new Error("log");
    },
    onError: (error) => failures.push(error),
  });
  const exchange = shared.acquireExchange();
  exchange.startedMs = 5000;
  shared.report(exchange, 0);
  assertEquals([durationMs, failures.length], [0, 1]);
});
