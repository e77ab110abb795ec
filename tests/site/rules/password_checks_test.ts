// Goal: few passwords are verified at a time, a right one is remembered for a while and until its
// line changes. Method: a verifier that answers when it is told to, and times as numbers.
import { assertEquals } from "@std/assert";
import { CHECKS_MAX, CHECKS_PER_CLIENT_MAX, VERIFIED_MS } from "../../../mod/site/rules/limits.ts";
import { PasswordChecks, type Verdict } from "../../../mod/site/rules/password_checks.ts";

const START_MS = 1_800_000_000_000;
const bob = { user: "bob", password: "secret" };
const file = { hashes: new Map([["bob", "hash of secret"]]), decoy: "decoy" };

/** For it, `hash of X` is the hash of X. It answers at once, or when it is released. */
class FakeVerifier {
  asked: string[] = [];
  #held: PromiseWithResolvers<void> | null = null;

  async verify(password: string, hash: string): Promise<boolean> {
    this.asked.push(`${password}, ${hash}`);
    await this.#held?.promise;
    return hash === `hash of ${password}`;
  }
  hold(): void {
    this.#held = Promise.withResolvers();
  }
  release(): void {
    this.#held?.resolve();
    this.#held = null;
  }
  close(): void {}
}

async function open(): Promise<{ checks: PasswordChecks; verifier: FakeVerifier }> {
  const verifier = new FakeVerifier();
  const checks = new PasswordChecks(verifier);
  await checks.check({ user: "x", password: "x" }, file, at("x")); // loads what it needs
  verifier.asked = [];
  return { checks, verifier };
}

function at(client: string, ms = 0): { readonly client: string; readonly nowMs: number } {
  return { client, nowMs: START_MS + ms };
}

Deno.test("PasswordChecks: a wrong password and an unknown user are both verified", async () => {
  const { checks, verifier } = await open();
  assertEquals(await checks.check(bob, file, at("a")), true);
  assertEquals(await checks.check({ ...bob, password: "other" }, file, at("a")), false);
  assertEquals(await checks.check({ ...bob, user: "eve" }, file, at("a")), false);
  assertEquals(verifier.asked, [
    "secret, hash of secret",
    "other, hash of secret",
    "secret, decoy",
  ]);
});

Deno.test("PasswordChecks: nobody is the user of the decoy, even with its password", async () => {
  const { checks } = await open();
  const known = { ...file, decoy: "hash of decoy" };
  const eve = { user: "eve", password: "decoy" };
  assertEquals(await checks.check(eve, known, at("a")), false);
  assertEquals(await checks.check(eve, known, at("a")), false, "nor when it is remembered");
});

Deno.test("PasswordChecks remembers a right password for a while, until its line changes", async () => {
  const { checks, verifier } = await open();
  await checks.check(bob, file, at("a"));
  assertEquals(checks.check(bob, file, at("b")), true, "at once, for any client");
  assertEquals(checks.check(bob, file, at("a", VERIFIED_MS)), true);
  assertEquals(verifier.asked.length, 1);
  assertEquals(await checks.check(bob, file, at("a", 3 * VERIFIED_MS)), true);
  assertEquals(verifier.asked.length, 2, "it was forgotten");
  const changed = { ...file, hashes: new Map([["bob", "hash of new"]]) };
  assertEquals(await checks.check(bob, changed, at("a", 3 * VERIFIED_MS)), false);
  const gone = { ...file, hashes: new Map<string, string>() };
  assertEquals(await checks.check(bob, gone, at("a", 3 * VERIFIED_MS)), false);
  const back = await checks.check(bob, file, at("a", -VERIFIED_MS));
  assertEquals(back, true, "also if the clock was set back");
});

Deno.test("PasswordChecks: a client has few at a time, and so have all", async () => {
  const { checks, verifier } = await open();
  verifier.hold();
  const begin = (client: string, i: number): Verdict | Promise<Verdict> => {
    return checks.check({ user: "bob", password: `guess ${i} of ${client}` }, file, at(client));
  };
  const running = Array.from({ length: CHECKS_PER_CLIENT_MAX }, (_, i) => begin("a", i));
  assertEquals(begin("a", 99), "client");
  assertEquals(begin("a", 0) instanceof Promise, true, "the same one waits for the same answer");
  const others = CHECKS_MAX - CHECKS_PER_CLIENT_MAX;
  for (let i = 0; i < others; i++) running.push(begin(`b${i}`, i));
  assertEquals(begin("c", 0), "all");
  assertEquals(verifier.asked.length, CHECKS_MAX);
  verifier.release();
  assertEquals(new Set(await Promise.all(running)), new Set([false]));
  assertEquals(await begin("a", 99), false, "its turn");
});

Deno.test("PasswordChecks: a verifier that fails leaves its place", async () => {
  let fails = true;
  const checks = new PasswordChecks({
    verify: () => fails ? Promise.reject(new Error("no thread")) : Promise.resolve(true),
    close(): void {},
  });
  for (let i = 0; i < 2 * CHECKS_MAX; i++) {
    const error = await Promise.resolve(checks.check(bob, file, at("a"))).catch(String);
    assertEquals(error, "Error: no thread");
  }
  fails = false;
  assertEquals(await checks.check(bob, file, at("a")), true);
});
