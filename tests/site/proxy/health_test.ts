/** Goal: an upstream goes down for a reason, and comes back. Method: stories of what happens when. */
import { assertEquals } from "@std/assert";
import { Health } from "../../../mod/site/proxy/health.ts";

const RULES = { fails: 3, failTimeMs: 10_000, fall: 2, rise: 2 } as const;

class Story {
  readonly told: string[] = [];
  nowMs = 1000;
  readonly health = new Health(RULES, 1000, (state, cause) => {
    this.told.push(cause === null ? state : `${state}: ${cause}`);
  });

  /** `f` a failed request, `r` a response, `a` an attempt, `-` and `+` checks, `1` a second. */
  play(acts: string): string {
    for (const act of acts) {
      if (act === "f") this.health.onFailure(this.nowMs, "refused");
      else if (act === "r") this.health.onResponse(this.nowMs);
      else if (act === "a") this.health.onAttempt(this.nowMs);
      else if (act === "-") this.health.onCheck(this.nowMs, "status 503");
      else if (act === "+") this.health.onCheck(this.nowMs, null);
      else this.nowMs += 1000 * Number(act);
    }
    return `${this.health.state}${this.health.isEligible(this.nowMs) ? "" : " out"}`;
  }
}

Deno.test("Health follows requests and checks", () => {
  const cases: [acts: string, state: string, told: string[]][] = [
    ["", "unknown", []],
    ["r", "up", ["up"]],
    ["ff", "unknown", []],
    ["fff", "down out", ["down: refused"]],
    ["ffrff", "up", ["up"]], // a response begins anew
    ["ff991ff", "unknown", []], // failures count for a time
    ["fff91", "down", ["down: refused"]], // an attempt is due
    ["fff91a", "down out", ["down: refused"]], // one at a time
    ["fff91af91", "down out", ["down: refused"]], // the rest is doubled
    ["fff91af9992", "down", ["down: refused"]],
    ["fff91ar", "up", ["down: refused", "up"]],
    ["fffr", "up", ["down: refused", "up"]], // a request that was under way
    ["-", "down out", ["down: status 503"]], // the first check decides
    ["+", "up", ["up"]],
    ["+-", "up", ["up"]],
    ["+--", "down out", ["up", "down: status 503"]],
    ["+-+-+-", "up", ["up"]],
    ["+--+", "down out", ["up", "down: status 503"]],
    ["+--++", "up", ["up", "down: status 503", "up"]],
    ["+--99999", "down out", ["up", "down: status 503"]], // checks bring it back, not time
    ["+--r", "down out", ["up", "down: status 503"]], // nor a response
    ["+fff", "down out", ["up", "down: refused"]],
    ["+fff+", "down out", ["up", "down: refused"]],
    ["+fff++", "up", ["up", "down: refused", "up"]],
    ["r-", "up", ["up"]], // requests have decided already
  ];
  for (const [acts, state, told] of cases) {
    const story = new Story();
    assertEquals([story.play(acts), story.told], [state, told], acts);
  }
});

Deno.test("Health knows since when, why, and the last check", () => {
  const story = new Story();
  story.play("1r5fff");
  const { health } = story;
  assertEquals([health.sinceMs, health.cause, health.lastCheck], [7000, "refused", null]);
  story.play("1-");
  assertEquals([health.sinceMs, health.cause], [7000, "status 503"]);
  assertEquals(health.lastCheck, { atMs: 8000, failure: "status 503" });
  story.play("1++");
  assertEquals([health.sinceMs, health.cause, health.isSound], [9000, null, true]);
});
