/** Goal: what is due, and what is told. Method: values; no clock, no file. */
import { assertEquals } from "@std/assert";
import {
  type AcmeState,
  attemptBegun,
  attemptFailed,
  attemptSucceeded,
  initialState,
  readState,
  stateFor,
  waitsUntil,
  withOrder,
} from "../../mod/acme/acme_state.ts";
import { acmeStatus, nextStep } from "../../mod/acme/next_step.ts";
import type { StoredCertificate } from "../../mod/config/certs/cert_store.ts";
import type { AcmeRecord } from "../../mod/config/document/document.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = Date.parse("2026-11-27T00:00:00Z");
const iso = (ms: number): string => new Date(ms).toISOString();

const RECORD: AcmeRecord = {
  certName: "a.example",
  names: ["a.example", "2001:db8::1"],
  server: "https://ca.example/dir",
  agreeTos: true,
};
const FAILURE = { text: "no", hint: null, retryAfterMs: null };

function certificate(change: Partial<StoredCertificate> = {}): StoredCertificate {
  return {
    store: "ACME",
    name: "a.example",
    certFile: "",
    keyFile: "",
    hash: "f".repeat(40),
    subject: "",
    names: ["a.example", "2001:DB8:0:0:0:0:0:1"],
    notBefore: iso(NOW - 30 * DAY),
    notAfter: iso(NOW + 60 * DAY),
    problem: null,
    isAuthority: false,
    ...change,
  };
}

function fresh(): AcmeState {
  const state = attemptSucceeded(initialState(RECORD), NOW - 30 * DAY);
  return { ...state, renewal: { ...state.renewal!, checkAt: iso(NOW + DAY / 2) } };
}

Deno.test("nextStep() orders what is missing, for other names, or from another server", () => {
  const state = fresh();
  const cases: readonly (readonly [string, Parameters<typeof nextStep>[0], boolean])[] = [
    ["none", { record: RECORD, state: null, certificate: null }, true],
    ["there", { record: RECORD, state, certificate: certificate() }, false],
    ["unusable", { record: RECORD, state, certificate: certificate({ problem: "x" }) }, true],
    ["other names", {
      record: { ...RECORD, names: ["a.example", "b.example"] },
      state,
      certificate: certificate(),
    }, true],
    ["another server", {
      record: { ...RECORD, server: "https://other.example/" },
      state,
      certificate: certificate(),
    }, true],
    ["a lost state", { record: RECORD, state: null, certificate: certificate() }, false],
    ["cut off", {
      record: RECORD,
      state: attemptBegun(state, NOW),
      certificate: certificate(),
    }, true],
  ];
  for (const [what, facts, isOrdered] of cases) {
    const { kind, atMs } = nextStep(facts, NOW);
    assertEquals(kind === "order" && atMs <= NOW, isOrdered, what);
  }
});

Deno.test("nextStep() asks the server, and renews when it says so", () => {
  const facts = { record: RECORD, state: fresh(), certificate: certificate() };
  assertEquals(nextStep(facts, NOW), { kind: "ask", atMs: NOW + DAY / 2 });
  const said = { ...fresh().renewal!, at: iso(NOW - DAY) };
  const due = { ...facts, state: { ...fresh(), renewal: said } };
  assertEquals(nextStep(due, NOW), { kind: "order", atMs: NOW - DAY });
  // A window in the past does not make it repeat what has just failed.
  const failed = attemptFailed(due.state, FAILURE, NOW, 0.5);
  assertEquals(nextStep({ ...due, state: failed }, NOW).atMs, NOW + MINUTE);
  // The clock jumps three days ahead of a life of 160 hours.
  const short = certificate({ notBefore: iso(NOW), notAfter: iso(NOW + 160 * 3_600_000) });
  const { kind, atMs } = nextStep({ ...facts, certificate: short }, NOW + 4 * DAY);
  assertEquals([kind, atMs <= NOW + 4 * DAY], ["order", true]);
});

Deno.test("attemptFailed() waits longer each time, and as long as the server asks", () => {
  let state = initialState(RECORD);
  const waits: number[] = [];
  for (let i = 0; i < 13; i++) {
    state = attemptFailed(attemptBegun(state, NOW), FAILURE, NOW, 0.5);
    waits.push((waitsUntil(state, NOW) - NOW) / MINUTE);
  }
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]);
  assertEquals(readState(JSON.parse(JSON.stringify(state))), state, "over a restart");
  const asked = attemptFailed(initialState(RECORD), { ...FAILURE, retryAfterMs: 2 * DAY }, NOW, 0);
  assertEquals([waitsUntil(asked, NOW), asked.isAsked], [NOW + 2 * DAY, true]);
  const absurd = attemptFailed(asked, { ...FAILURE, retryAfterMs: 900 * DAY }, NOW, 0);
  assertEquals(waitsUntil(absurd, NOW), NOW + 8 * DAY);
});

Deno.test("waitsUntil() does not wait for a time that only a wrong clock has seen", () => {
  const failed = attemptFailed(initialState(RECORD), FAILURE, NOW + 400 * DAY, 0.5);
  assertEquals(waitsUntil(failed, NOW) <= NOW + 1.25 * DAY, true);
});

Deno.test("attemptBegun() goes on at once after a crash, but not after every one", () => {
  let state = attemptBegun(initialState(RECORD), NOW);
  for (let i = 0; i < 5; i++) {
    assertEquals(waitsUntil(state, NOW) <= NOW, true, `${i}`);
    state = attemptBegun(state, NOW);
  }
  assertEquals(waitsUntil(state, NOW), NOW + MINUTE);
  const order = { url: "https://ca.example/1", names: RECORD.names, key: null };
  assertEquals(waitsUntil(withOrder(state, order), NOW) <= NOW, true, "it has come further");
});

Deno.test("stateFor() begins anew for other names, but not with the patience of the server", () => {
  const asked = attemptFailed(initialState(RECORD), { ...FAILURE, retryAfterMs: DAY }, NOW, 0);
  const other = stateFor(asked, { ...RECORD, names: ["b.example"] });
  assertEquals([other.names, other.failures, other.notBefore], [["b.example"], 0, asked.notBefore]);
  const elsewhere = stateFor(asked, { ...RECORD, server: "https://other.example/" });
  assertEquals(elsewhere.notBefore, null);
});

Deno.test("acmeStatus() says how a certificate is doing", () => {
  const status = (change: Partial<StoredCertificate> | null, nowMs = NOW): string => {
    const found = change === null ? null : certificate(change);
    return acmeStatus({ record: RECORD, state: fresh(), certificate: found }, nowMs).state;
  };
  assertEquals(status(null), "wanted");
  assertEquals(status({}), "valid");
  assertEquals(status({}, NOW + 30 * DAY), "due");
  assertEquals(status({}, NOW + 60 * DAY), "expired");
  const failed = attemptFailed(fresh(), FAILURE, NOW, 0.5);
  const { error, retryAt, renewAt } = acmeStatus(
    { record: RECORD, state: failed, certificate: certificate() },
    NOW,
  );
  assertEquals([error, retryAt, renewAt], ["no", iso(NOW + MINUTE), iso(NOW + 30 * DAY)]);
});

Deno.test("readState() takes nothing but a state", () => {
  for (const value of [null, 1, [], {}, { ...fresh(), version: 2 }, { ...fresh(), order: {} }]) {
    assertEquals(readState(value), null);
  }
});
