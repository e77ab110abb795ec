// Goal: settings become what connections use, objects are reused clean, logs cannot harm.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { NEVER } from "../../mod/http/clock.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { engineOf, HELLO } from "../support/engine.ts";

Deno.test("Engine.reconfigure() turns MinFileBytesPerSec into how long a write may stand", () => {
  const engine = engineOf();
  const cases: [rate: number, timeout: number, seconds: number][] = [
    [240, 120, 65536 / 240],
    [100_000, 120, 120],
    [100_000, 1, 1],
  ];
  for (const [rate, timeout, seconds] of cases) {
    const settings = { ...DEFAULT_SETTINGS, MinFileBytesPerSec: rate, ConnectionTimeout: timeout };
    engine.reconfigure(settings, () => HELLO);
    assertEquals(engine.stallTicks, Math.ceil(seconds * 2) + 1);
  }
  engine.reconfigure({ ...DEFAULT_SETTINGS, MinFileBytesPerSec: 0 }, () => HELLO);
  assertEquals(engine.stallTicks > NEVER / 4, true, "0 is any speed");
});

Deno.test("Engine gives an exchange again, with nothing of the request before", () => {
  const engine = engineOf();
  const exchange = engine.takeExchange();
  exchange.siteId = 7;
  exchange.status = 200;
  exchange.bytes = new Uint8Array(10);
  engine.giveExchange(exchange);
  assertStrictEquals(engine.takeExchange(), exchange);
  assertEquals([exchange.siteId, exchange.status, exchange.bytes.length], [null, 0, 0]);
  assertEquals(engine.takeExchange() === exchange, false);
});

Deno.test("Engine.report() outlives a log that throws, and a clock that was set back", () => {
  const failures: unknown[] = [];
  let durationMs = -1;
  const engine = engineOf({
    served: (record) => {
      durationMs = record.durationMs;
      throw new Error("log");
    },
    failed: (error) => failures.push(error),
  });
  const exchange = engine.takeExchange();
  exchange.startedMs = 5000;
  engine.report(exchange, 0);
  assertEquals([durationMs, failures.length], [0, 1]);
});
