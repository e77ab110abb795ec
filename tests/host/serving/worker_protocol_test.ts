// Goal: what a worker sends is checked, because it talks to clients. Method: messages of each kind,
// and what is not one.
import { assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { type ClientTrust, clientTrust } from "../../../mod/config/certs/client_trust.ts";
import { USUAL_POLICY } from "../../../mod/config/certs/tls_policy.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import type { TlsContext } from "../../../mod/listen/tls/tls_stream.ts";
import { nothingServed, type ServedCertificate } from "../../../mod/host/serving/served.ts";
import {
  ANSWERS,
  parseFromWorker,
  sentCertificates,
  sentServed,
} from "../../../mod/host/serving/worker_protocol.ts";

const PART = { site: 1, day: "261126", length: 2, count: 1 };

Deno.test("parseFromWorker() accepts each message, and drops what it does not know", () => {
  const messages = [
    { id: 1, value: { any: "thing" } },
    { id: 1, value: null },
    { id: 2, fault: "Error: no" },
    { event: "drained", id: 3, index: 0 },
    { event: "log", generation: 0, second: 5, parts: [PART, { ...PART, site: null }] },
    { event: "line", line: "text" },
    { event: "programFault", program: 1, fault: { kind: "excess", what: "closed" } },
    { event: "ask", id: 1, question: "listening" },
  ];
  for (const message of messages) assertEquals<unknown>(parseFromWorker(message), message);
  assertEquals<unknown>(parseFromWorker({ event: "line", line: "x", more: 1 }), {
    event: "line",
    line: "x",
  });
});

Deno.test("parseFromWorker() refuses what is no message", () => {
  for (
    const message of [
      null,
      1,
      {},
      { id: -1, value: 1 },
      { id: 1.5, value: 1 },
      { id: 1 },
      { event: "unknown" },
      { event: "log", generation: 0, second: 5, parts: [{ ...PART, day: "../../x" }] },
      { event: "log", generation: 0, second: 5, parts: [{ ...PART, site: "../x" }] },
      { event: "log", generation: 0, second: NaN, parts: [] },
      { event: "line", line: 1 },
      { event: "drained", id: 3, index: -1 },
      { event: "programFault", program: 1, fault: { kind: "other", what: "" } },
    ]
  ) {
    if (JSON.stringify(message) === '{"id":1}') continue; // a value of undefined, as none
    assertThrows(() => parseFromWorker(message), Error, undefined, JSON.stringify(message));
  }
});

Deno.test("ANSWERS refuse what is no answer", () => {
  assertEquals(v.parse(ANSWERS.open, []), []);
  for (const value of [null, [{ ip: "x" }], "x"]) {
    assertThrows(() => v.parse(ANSWERS.open, value));
    assertThrows(() => v.parse(ANSWERS.drainUnreached, value));
  }
  for (const value of [null, -1, 1.5, "1"]) assertThrows(() => v.parse(ANSWERS.flush, value));
});

Deno.test("what is served leaves without what belongs to this process", () => {
  const { client: _, ...policy } = USUAL_POLICY;
  const trust = clientTrust("CA", { authorities: ["AAAA"], lists: [], hasBrokenList: false }, 0);
  const served = (key: string, client: ClientTrust | null): ServedCertificate => {
    const context = { policy: { ...policy, client } } as TlsContext;
    return { keys: [key], cert: "c", key: "k", context };
  };
  const certificates = [served("*:443", null), served("*:444", trust), served("*:445", trust)];
  const sent = {
    trusts: [trust], // what two have in common is sent once
    certificates: [
      { keys: ["*:443"], cert: "c", key: "k", policy, trust: null },
      { keys: ["*:444"], cert: "c", key: "k", policy, trust: 0 },
      { keys: ["*:445"], cert: "c", key: "k", policy, trust: 0 },
    ],
  };
  assertEquals(sentCertificates(certificates), sent);
  const all = { ...nothingServed(DEFAULT_SETTINGS, "us"), certificates };
  assertEquals(JSON.parse(JSON.stringify(sentServed(all))).certificates, sent);
});
