// Goal: each sampler records what OpenTelemetry says. Method: tables, and traces at random.
import { assert, assertEquals } from "@std/assert";
import { type SamplerName, samplerOf } from "../../../mod/telemetry/traces/sampler.ts";
import { randomHex } from "../../../mod/wire/random_ids.ts";

const LOW = "f".repeat(16) + "0".repeat(15) + "1";
const HIGH = "0".repeat(16) + "f".repeat(16);
const SAMPLED = { traceId: HIGH, spanId: "1".repeat(16), flags: 1 };
const UNSAMPLED = { ...SAMPLED, flags: 2 };

Deno.test("samplerOf() decides by name, parent and ratio", () => {
  // Each: new trace with a low id, with a high one; a parent that is recorded, one that is not.
  const cases: [name: SamplerName, ratio: number, decisions: string][] = [
    ["always_on", 1, "1111"],
    ["always_off", 1, "0000"],
    ["traceidratio", 0.5, "1000"],
    ["traceidratio", 1, "1111"],
    ["traceidratio", 0, "0000"],
    ["parentbased_always_on", 1, "1110"],
    ["parentbased_always_off", 1, "0010"],
    ["parentbased_traceidratio", 0.5, "1010"],
  ];
  for (const [name, ratio, decisions] of cases) {
    const sampler = samplerOf(name, ratio);
    const made = [
      sampler(LOW, null),
      sampler(HIGH, null),
      sampler(HIGH, SAMPLED),
      sampler(HIGH, UNSAMPLED),
    ];
    assertEquals(made.map(Number).join(""), decisions, `${name} ${ratio}`);
  }
});

Deno.test("samplerOf() records a ratio of traces, and of a lower one a part of the same", () => {
  const ids = Array.from({ length: 20_000 }, () => randomHex(16));
  const [tenth, half] = [samplerOf("traceidratio", 0.1), samplerOf("traceidratio", 0.5)];
  const recorded = ids.filter((id) => tenth(id, null));
  assert(recorded.length > 1700 && recorded.length < 2300, `${recorded.length}`);
  assert(recorded.every((id) => half(id, null)));
});
