/**
 * What is to be done about a certificate, and when; and how that is told. Pure.
 *
 * @module
 */
import { parseIp } from "../base/address.ts";
import type { StoredCertificate } from "../config/certs/cert_store.ts";
import type { AcmeRecord } from "../config/document/document.ts";
import { type AcmeState, stateFor, waitsUntil } from "./acme_state.ts";
import { checkDueMs, renewalMs } from "./schedule.ts";

/** What is known of one certificate. */
interface AcmeFacts {
  readonly record: AcmeRecord;
  /** As stored; null for none. */
  readonly state: AcmeState | null;
  /** The one in the store; null for none. */
  readonly certificate: StoredCertificate | null;
}

/** What is to be done next. */
interface NextStep {
  /** `order`: obtain or renew it; `ask`: ask the server when to renew it. */
  readonly kind: "order" | "ask";
  /** Milliseconds since 1970; the time may have passed. */
  readonly atMs: number;
}

/** How a certificate is doing. */
export interface AcmeStatus {
  /** Name in the store ACME. */
  readonly name: string;
  readonly names: readonly string[];
  readonly server: string;
  /** `wanted`: there is none yet; `due`: it should have been renewed already. */
  readonly state: "wanted" | "valid" | "due" | "expired";
  /** Thumbprint of the certificate in the store; null for none. */
  readonly hash: string | null;
  /** ISO 8601; null without a certificate. */
  readonly notAfter: string | null;
  /** When it is renewed; null without a certificate. */
  readonly renewAt: string | null;
  /** When the next attempt is made after one that failed; null if none has. */
  readonly retryAt: string | null;
  /** Why the last attempt failed; null if it did not. */
  readonly error: string | null;
  readonly hint: string | null;
  /** Where the authority explains an early renewal; null if it does not. */
  readonly explanationUrl: string | null;
}

/** Returns the certificate if it is for exactly the names that are wanted; else null. */
export function wantedCertificate(
  { record, certificate }: Pick<AcmeFacts, "record" | "certificate">,
): StoredCertificate | null {
  if (certificate === null || certificate.problem !== null) return null;
  const certified = certificate.names.map((name) => parseIp(name) ?? name).sort().join();
  return certified === [...record.names].sort().join() ? certificate : null;
}

/** Returns what is to be done next. */
export function nextStep(facts: AcmeFacts, nowMs: number): NextStep {
  const state = stateFor(facts.state, facts.record);
  const earliest = waitsUntil(state, nowMs);
  const certificate = wantedCertificate(facts);
  const isElsewhere = facts.state !== null && facts.state.server !== facts.record.server;
  if (certificate === null || isElsewhere || state.attemptAt !== null) {
    return { kind: "order", atMs: earliest };
  }
  const renewAt = Math.max(earliest, renewalMs(certificate, state.renewal));
  // RFC 9773: not after it has expired; and what is due needs no question.
  const isOver = nowMs >= Date.parse(certificate.notAfter);
  if (isOver || renewAt <= nowMs) return { kind: "order", atMs: renewAt };
  const askAt = state.renewal === null ? nowMs : checkDueMs(state.renewal, nowMs);
  return askAt < renewAt ? { kind: "ask", atMs: askAt } : { kind: "order", atMs: renewAt };
}

/** Returns how a certificate is doing. */
export function acmeStatus(facts: AcmeFacts, nowMs: number): AcmeStatus {
  const { record: { certName: name, names, server } } = facts;
  const state = stateFor(facts.state, facts.record);
  const certificate = wantedCertificate(facts);
  const renewAt = certificate === null ? null : renewalMs(certificate, state.renewal);
  const word = certificate === null || renewAt === null
    ? "wanted"
    : nowMs >= Date.parse(certificate.notAfter)
    ? "expired"
    : nowMs >= renewAt
    ? "due"
    : "valid";
  const { error } = state;
  return {
    name,
    names,
    server,
    state: word,
    hash: certificate?.hash ?? null,
    notAfter: certificate?.notAfter ?? null,
    renewAt: renewAt === null ? null : new Date(renewAt).toISOString(),
    retryAt: error === null ? null : new Date(waitsUntil(state, nowMs)).toISOString(),
    error: error?.text ?? null,
    hint: error?.hint ?? null,
    explanationUrl: state.renewal?.explanationUrl ?? null,
  };
}
