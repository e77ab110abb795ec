/** Goal: the addresses of a name are as new as they may be, and a resolver that fails takes nobody
 * down. Method: a look-up and a clock of the test. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { ResolvedName } from "../../../mod/site/proxy/resolved_name.ts";
import { settle } from "../../support/engine.ts";

type Answer = { readonly ips: string; readonly ttl: number | null } | Error;

class TestName {
  nowMs = 0;
  asked = 0;
  changes = 0;
  answer: Answer = { ips: "10.0.0.1", ttl: 30 };
  readonly name = new ResolvedName("app", {
    lookUp: () => {
      this.asked++;
      if (this.answer instanceof Error) return Promise.reject(this.answer);
      const { ips, ttl: ttlSeconds } = this.answer;
      return Promise.resolve({ addresses: ips.split(" ") as Ip[], ttlSeconds });
    },
    nowMs: () => this.nowMs,
    onChange: () => this.changes++,
  });

  /** The addresses after `seconds`, and after what that look has begun. */
  async after(seconds: number): Promise<string> {
    this.nowMs += seconds * 1000;
    const known = (await this.name.addresses()).join(" ");
    await settle();
    return known;
  }
}

Deno.test("ResolvedName looks up again at the TTL, from 1 s to 60 s, and waits only once", async () => {
  for (const [ttl, seconds] of [[30, 30], [0, 1], [86_400, 60], [null, 30]] as const) {
    const test = new TestName();
    test.answer = { ips: "10.0.0.1", ttl };
    assertEquals(await test.after(0), "10.0.0.1");
    assertEquals([await test.after(seconds - 0.001), test.asked], ["10.0.0.1", 1]);
    test.answer = { ips: "10.0.0.2", ttl };
    assertEquals([await test.after(0.001), test.asked], ["10.0.0.1", 2]); // nobody waits
    assertEquals([await test.after(0), test.changes], ["10.0.0.2", 1]);
  }
});

Deno.test("ResolvedName keeps what it knows while nobody can be asked", async () => {
  const test = new TestName();
  test.answer = new Error("EAI_AGAIN");
  await assertRejects(() => test.after(0), Error, "EAI_AGAIN");
  test.answer = { ips: "10.0.0.1 ::1", ttl: 5 };
  assertEquals(await test.after(0), "10.0.0.1 ::1");
  test.answer = new Error("EAI_AGAIN");
  for (let i = 0; i < 5; i++) assertEquals(await test.after(5), "10.0.0.1 ::1");
  assertEquals(test.asked, 7);
  test.answer = { ips: "::1 10.0.0.1", ttl: 5 };
  await test.after(5);
  assertEquals([await test.after(0), test.changes], ["::1 10.0.0.1", 0]); // the same set
});

Deno.test("ResolvedName.doubt() makes a look-up due, but at most one each second", async () => {
  const test = new TestName();
  await test.after(0);
  test.name.doubt();
  assertEquals([await test.after(0.5), test.asked], ["10.0.0.1", 1]);
  assertEquals([await test.after(0.5), test.asked], ["10.0.0.1", 2]);
  test.name.look();
  assertEquals(test.asked, 2);
});

Deno.test("ResolvedName asks once for many who wait", async () => {
  const test = new TestName();
  await Promise.all([test.name.addresses(), test.name.addresses(), test.name.addresses()]);
  assertEquals(test.asked, 1);
});
