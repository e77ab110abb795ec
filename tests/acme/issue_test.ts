/**
 * Goal: an order ends with a certificate, whatever its authority does on the way; or with a reason.
 * Method: a real exchange with an authority that does what it is told to do wrong. Nobody waits: what
 * would be waited for is written down.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { PendingOrder } from "../../mod/acme/acme_state.ts";
import { AcmeFault } from "../../mod/acme/acme_fault.ts";
import { AcmeClient } from "../../mod/acme/client.ts";
import { issue, type Issued } from "../../mod/acme/issue.ts";
import { accountKeyOf, makeKeyPair } from "../../mod/acme/keys.ts";
import { openTransport } from "../../mod/acme/transport.ts";
import { Fault } from "../../mod/base/fault.ts";
import { certificateFacts, pairProblem } from "../../mod/config/certs/certificate.ts";
import { type FakeAuthority, fakeAuthority, problem } from "../support/acme/fake_authority.ts";
import { freePort } from "../support/ports.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NAMES = ["shop.example.com", "192.0.2.7"];

/** An authority, and a home without a service that asks it. */
interface Setting extends AsyncDisposable {
  readonly authority: FakeAuthority;
  /** What would have been waited for, in milliseconds. */
  readonly waits: number[];
  /** What is saved of the order. */
  order: PendingOrder | null;
  issue(replaces?: string, names?: readonly string[]): Promise<Issued>;
}

async function makeSetting(): Promise<Setting> {
  const httpPort = freePort();
  const authority = await fakeAuthority(httpPort);
  const folder = await tempFolder();
  const caFile = folder.at("ca.pem");
  await Deno.writeTextFile(caFile, authority.ca);
  let answers: ReadonlyMap<string, string> = new Map();
  const responder = Deno.serve(
    { hostname: "127.0.0.2", port: httpPort, onListen: () => {} },
    (r) => {
      const token = new URL(r.url).pathname.split("/").at(-1)!;
      return new Response(answers.get(token) ?? null, { status: answers.has(token) ? 200 : 404 });
    },
  );
  const key = await accountKeyOf(await makeKeyPair());
  const setting: Setting = {
    authority,
    waits: [],
    order: null,
    async issue(replaces, names = NAMES): Promise<Issued> {
      using transport = await openTransport(caFile, new AbortController().signal);
      const sleep = (ms: number): Promise<void> => {
        setting.waits.push(ms);
        return Promise.resolve();
      };
      const { server } = authority;
      const client = new AcmeClient({
        server,
        transport: { send: transport.send, sleep },
        now: Date.now,
      });
      await client.register(key, []);
      const issued = await issue(client, {
        names,
        order: setting.order,
        replaces: replaces ?? null,
      }, {
        save: (order) => Promise.resolve(void (setting.order = order)),
        answer: (some) => Promise.resolve(void (answers = some)),
        sleep,
      });
      setting.order = null;
      return issued;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await responder.shutdown();
      await authority[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return setting;
}

function assertIssued({ cert, key }: Issued, names = NAMES): void {
  assertEquals(certificateFacts(cert)!.names, names);
  assertEquals(pairProblem(cert, key), null);
}

Deno.test("issue() obtains a certificate for a name and an address, with one order", async () => {
  await using setting = await makeSetting();
  const { authority } = setting;
  assertIssued(await setting.issue());
  const { identifiers, ...rest } = authority.orders[0]!;
  assertEquals(identifiers, [
    { type: "dns", value: "shop.example.com" },
    { type: "ip", value: "192.0.2.7" },
  ]);
  assertEquals(rest, {}, "no profile where none is offered");
  assertEquals([authority.orders.length, authority.finalized], [1, 1]);
});

Deno.test("issue() gets through although 60 % of the nonces are rejected", async () => {
  await using setting = await makeSetting();
  setting.authority.rejectNonce = (n) => n % 5 < 3;
  assertIssued(await setting.issue());
  setting.authority.rejectNonce = () => true;
  const fault = await assertRejects(() => setting.issue(), AcmeFault);
  assertEquals(fault.type, "badNonce", "but not for ever");
});

Deno.test("issue() waits as long as the server says while it works", async () => {
  await using setting = await makeSetting();
  Object.assign(setting.authority, { processingPolls: 3, retryAfter: "2" });
  assertIssued(await setting.issue());
  assertEquals(setting.waits, [2000, 2000, 2000]);
  setting.authority.processingPolls = Infinity;
  setting.authority.retryAfter = "999999";
  const fault = await assertRejects(() => setting.issue(), Fault);
  assertMatch(fault.message, /still working on it/);
  assertEquals(Math.max(...setting.waits), 60_000);
  assert(setting.order?.key, "the order goes on at the next attempt");
  setting.authority.processingPolls = 0;
  assertIssued(await setting.issue());
  assertEquals([setting.authority.orders.length, setting.authority.finalized], [2, 2]);
});

Deno.test("issue() asks for no proof of what is proved already", async () => {
  await using setting = await makeSetting();
  setting.authority.areNamesProved = true;
  assertIssued(await setting.issue());
  assertEquals(setting.authority.requests.includes("challenge"), false);
});

Deno.test("issue() uses the profile for addresses where it is offered, for addresses alone", async () => {
  await using setting = await makeSetting();
  setting.authority.profiles = ["classic", "shortlived"];
  assertIssued(await setting.issue());
  assertIssued(await setting.issue(undefined, ["a.example"]), ["a.example"]);
  setting.authority.profiles = ["classic"];
  assertIssued(await setting.issue());
  const profiles = setting.authority.orders.map(({ profile }) => profile);
  assertEquals(profiles, ["shortlived", undefined, undefined]);
});

Deno.test("issue() names the certificate that it replaces, unless the server minds", async () => {
  await using setting = await makeSetting();
  const { authority } = setting;
  assertIssued(await setting.issue("a.b"));
  authority.renewalInfo = (): object => ({});
  assertIssued(await setting.issue("a.b"));
  assertEquals(authority.orders.map(({ replaces }) => replaces), [undefined, "a.b"]);
  const refusals = [
    (): Response => problem(409, "alreadyReplaced"),
    (): Response => problem(500, "serverInternal"),
    (): Response => problem(404, "malformed"),
  ];
  for (const refuse of refusals) {
    authority.refuseReplaces = refuse;
    assertIssued(await setting.issue("a.b"));
    assertEquals(authority.orders.at(-1)!.replaces, undefined);
  }
  authority.refuseReplaces = (): Response =>
    problem(429, "rateLimited", {}, { "Retry-After": "90" });
  const fault = await assertRejects(() => setting.issue("a.b"), AcmeFault);
  assertEquals([fault.type, fault.retryAfterMs], ["rateLimited", 90_000]);
});

Deno.test("issue() begins anew when the server no longer knows the order, or has given it up", async () => {
  await using setting = await makeSetting();
  const { authority } = setting;
  const url = `${authority.server.replace("/dir", "")}/order/99`;
  setting.order = { url, names: NAMES, key: null };
  assertIssued(await setting.issue());
  setting.order = {
    url: `${authority.server.replace("/dir", "")}/order/0`,
    names: NAMES,
    key: null,
  };
  assertIssued(await setting.issue()); // valid, but its key is lost
  setting.order = { url, names: ["other.example"], key: null };
  assertIssued(await setting.issue());
  assertEquals(authority.orders.length, 3);
});

Deno.test("issue() tells why a name could not be proved, and forgets the order", async () => {
  await using setting = await makeSetting();
  const lost = freePort();
  Object.assign(setting.authority, { httpPort: lost });
  const fault = await assertRejects(() => setting.issue(), AcmeFault);
  assertMatch(fault.message, /^Cannot prove control of "shop\.example\.com": .*no right answer/);
  assertEquals(setting.order, null);
});

Deno.test("issue() repeats what a busy server asks to repeat, a few times", async () => {
  await using setting = await makeSetting();
  let left = 2;
  setting.authority.beforeAnswer = (kind): Response | void => {
    if (kind !== "new-order" || left-- <= 0) return;
    return problem(503, "serverInternal", {}, { "Retry-After": "3" });
  };
  assertIssued(await setting.issue());
  assertEquals(setting.waits.filter((ms) => ms === 3000).length, 2);
});

Deno.test("issue() says what is wrong with an answer that makes no sense", async () => {
  const garbage: readonly (readonly [string, () => Response, RegExp])[] = [
    ["dir", () => new Response("<html>"), /not an ACME directory/],
    ["dir", () => new Response("x".repeat(2_000_000)), /more than \d+ bytes/],
    ["dir", () => new Response(null, { status: 502 }), /answers with status 502/],
    ["dir", () => Response.json({ newNonce: "http://plain/" }), /expected an https URL/],
    ["dir", () => new Response(null, { status: 301, headers: { Location: "/" } }), /status 301/],
    ["account", () => Response.json({}), /the account has no URL/],
    ["new-order", () => Response.json({}), /the order has no URL/],
    ["authz", () => Response.json({ status: "valid" }), /not an authorization/],
    ["order", () => new Response("[[[["), /not an order/],
    ["finalize", () => new Response(null), /not an order/],
    ["cert", () => new Response("no PEM"), /it is no certificate/],
    ["cert", () => new Response(null, { status: 500 }), /answers with status 500/],
  ];
  for (const [kind, answer, message] of garbage) {
    await using setting = await makeSetting();
    setting.authority.beforeAnswer = (one): Response | void => one === kind ? answer() : undefined;
    const fault = await assertRejects(() => setting.issue(), Fault, undefined, kind);
    assertMatch(fault.message, message, kind);
  }
});

Deno.test("issue() refuses a certificate for another key", async () => {
  await using setting = await makeSetting();
  const { cert } = await setting.issue();
  setting.authority.chain = (): string => cert;
  const fault = await assertRejects(() => setting.issue(), Fault);
  assertMatch(fault.message, /the private key belongs to another certificate/);
  assert(setting.order !== null);
  setting.authority.chain = (pem): string => pem;
  assertIssued(await setting.issue());
});
