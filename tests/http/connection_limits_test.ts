// Goal: a connection has a place of both limits or of none, at once or later. Method: limits whose
// answers a test gives.
import { assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import type { Limit } from "../../mod/base/limit.ts";
import { ConnectionLimits } from "../../mod/http/connection_limits.ts";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";
import { limitOf } from "../support/workers/limits.ts";

const CLIENT = "10.0.0.1" as Ip;
const OTHER = "10.0.0.2" as Ip;

/** A limit that others must be asked about. */
class AskedLimit implements Limit {
  readonly answers: ((isAdmitted: boolean) => void)[] = [];
  taken = 0;

  admit(): Promise<boolean> {
    return new Promise((resolve) => {
      this.answers.push((isAdmitted) => {
        if (isAdmitted) this.taken++;
        resolve(isAdmitted);
      });
    });
  }

  release(): void {
    this.taken--;
  }
}

Deno.test("ConnectionLimits.admit() takes a place of both limits, or of none", () => {
  const limits = new ConnectionLimits(limitOf(3), limitOf(2));
  const admit = (...clients: Ip[]): unknown[] => clients.map((one) => limits.admit(one));
  assertEquals(admit(CLIENT, CLIENT, CLIENT), [true, true, false]);
  assertEquals(admit(OTHER, OTHER), [true, false], "no place among all");
  limits.release(CLIENT);
  assertEquals(admit(OTHER, OTHER, CLIENT), [true, false, false], "and none is lost");
});

Deno.test("ConnectionLimits.admit() waits for either limit", async () => {
  for (const [first, second] of [[true, true], [true, false], [false, false]] as const) {
    const [all, perAddress] = [new AskedLimit(), new AskedLimit()];
    const admitted = new ConnectionLimits(all, perAddress).admit(CLIENT);
    perAddress.answers[0]!(first);
    await settle();
    all.answers[0]?.(second);
    assertEquals(await admitted, first && second);
    const taken = first && second ? 1 : 0;
    assertEquals([all.taken, perAddress.taken], [taken, taken]);
  }
});

Deno.test("HttpServer serves a connection that is admitted later, or refuses it", async () => {
  const all = new AskedLimit();
  const engine = new TestEngine(() => HELLO, {}, undefined, new ConnectionLimits(all, limitOf(9)));
  const [first, second] = [engine.connect(), engine.connect()];
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  let isEmpty = false;
  void engine.server.retire().then(() => isEmpty = true);
  await settle();
  assertEquals([first.text, isEmpty], ["", false], "those who wait are not forgotten");
  all.answers[0]!(true);
  all.answers[1]!(false);
  await first.closed();
  second.end();
  await second.closed();
  assertEquals([statuses(first.text), statuses(second.text)], [[200], [503]]);
  await settle();
  assertEquals([all.taken, isEmpty], [0, true]);
  assertEquals(engine.refused.map(({ reason }) => reason), ["ConnLimit"]);
});

Deno.test("HttpServer closes a connection that is admitted after it has stopped", async () => {
  const all = new AskedLimit();
  const engine = new TestEngine(() => HELLO, {}, undefined, new ConnectionLimits(all, limitOf(9)));
  const stream = engine.connect();
  await engine.server.drain(0);
  all.answers[0]!(true);
  await stream.closed();
  assertEquals([stream.text, all.taken], ["", 0]);
});
