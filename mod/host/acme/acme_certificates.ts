/**
 * Edge: the clock, chance and the files of the certificates by ACME: which attempt is due, is under
 * way, has failed. What is due is done one after the other; what somebody waits for is done at once.
 *
 * @module
 */
import { ACME_STORE, storeFolder } from "../../config/certs/store_name.ts";
import { type AcmeStatus, acmeStatus, nextStep, wantedCertificate } from "../../acme/next_step.ts";
import {
  type AcmeState,
  attemptBegun,
  attemptFailed,
  attemptSucceeded,
  stateFor,
  unknownRenewal,
  waitsUntil,
  withOrder,
} from "../../acme/acme_state.ts";
import { loadState, lockCertificate, saveState } from "../../acme/state_files.ts";
import { AcmeFault } from "../../acme/acme_fault.ts";
import { Fault, messageOf, quote, stackOf } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import {
  listCertificates,
  replaceBundle,
  type StoredCertificate,
} from "../../config/certs/cert_store.ts";
import type { AcmeRecord } from "../../config/document/document.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import { acmeFailed, acmeObtained, type NewEvent } from "../../telemetry/events/event.ts";
import type { ServiceProblem } from "../control/status.ts";
import type { WebService } from "../web/web_service.ts";
import { askRenewal, obtainCertificate } from "./obtain_certificate.ts";

/** The environment of the certificates. */
export interface AcmeOptions {
  /** Directory of the certificate stores. */
  readonly certs: string;
  readonly web: Pick<WebService, "acme" | "challengeProblem">;
  /** Answers exactly these challenges from now on. */
  challenge(challenges: Challenges): Promise<void>;
  event(event: NewEvent): void;
  /** Writes one line for whoever runs the service. */
  log(line: string): void;
}

/** How a certificate is obtained. */
export interface ObtainOptions {
  /** Renews one whose time has not come. */
  readonly isForced: boolean;
  readonly progress?: Progress | undefined;
}

/** What is known of the certificates, until it is read again. */
interface Known {
  readonly states: Map<string, AcmeState | null>;
  readonly certificates: ReadonlyMap<string, StoredCertificate>;
  readonly readAtMs: number;
}

/** Milliseconds after which the files are read again, which another program may have changed. */
const READ_MS = 60_000;

/** The certificates by ACME of the running service. */
export class AcmeCertificates {
  readonly #options: AcmeOptions;
  readonly #folder: string;
  readonly #ended = new AbortController();
  /** The attempts under way, by the name of the certificate. */
  readonly #attempts = new Map<string, Promise<void>>();
  /** The challenges of the attempts under way. */
  readonly #challenges = new Map<string, ReadonlyMap<string, string>>();
  /** Certificates that are left alone until then, because their state cannot be stored. */
  readonly #restUntilMs = new Map<string, number>();
  #known: Known | null = null;
  #isTicking = false;

  constructor(options: AcmeOptions) {
    this.#options = options;
    this.#folder = storeFolder(options.certs, ACME_STORE);
  }

  /** Ends what is under way: it goes on at the next start. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled(this.#attempts.values());
  }

  /**
   * Obtains the certificate called `name`, unless it is there and not due. Throws the Fault because
   * of which that failed; it is tried again later then.
   */
  async obtain(name: string, options: ObtainOptions): Promise<void> {
    const record = this.#options.web.acme.find(({ certName }) => certName === name);
    if (record === undefined) {
      throw new Fault(`Cannot obtain the certificate ${quote(name)}: no such certificate by ACME`, {
        hint: "httpcfg cert acme list",
      });
    }
    this.#known = null;
    if (!options.isForced && await this.#isThere(record)) return;
    await this.#begin(record, { ...options, isAsked: true });
  }

  /** Returns how the certificates are doing. */
  async statuses(): Promise<AcmeStatus[]> {
    const records = this.#options.web.acme;
    const known = await this.#read(records);
    return records.map((record) => acmeStatus(factsOf(record, known), Date.now()));
  }

  /** What is wrong with the certificates. */
  get problems(): readonly ServiceProblem[] {
    const known = this.#known;
    if (known === null) return [];
    return this.#options.web.acme.flatMap((record): ServiceProblem[] => {
      const { name, error, hint, notAfter } = acmeStatus(factsOf(record, known), Date.now());
      if (error === null) return [];
      const what = notAfter === null ? "obtained" : "renewed";
      const end = notAfter === null ? "" : `; it expires on ${notAfter}`;
      const text = `the certificate ${quote(name)} cannot be ${what}: ${error}${end}`;
      return [{ text, hint: hint?.split("\n")[0] ?? "httpcfg cert acme list" }];
    });
  }

  /** Does what is due by now. */
  async tick(): Promise<void> {
    const records = this.#options.web.acme;
    if (this.#isTicking || records.length === 0) return;
    this.#isTicking = true;
    try {
      for (const record of records) {
        if (!this.#ended.signal.aborted) await this.#look(record);
      }
    } catch (error) {
      this.#options.log(`internal error: ${stackOf(error)}`);
    } finally {
      this.#isTicking = false;
    }
  }

  /** Does what is due for one certificate. */
  async #look(record: AcmeRecord): Promise<void> {
    const { certName: name } = record;
    const nowMs = Date.now();
    if ((this.#restUntilMs.get(name) ?? 0) > nowMs || this.#attempts.has(name)) return;
    try {
      const { kind, atMs } = nextStep(factsOf(record, await this.#read([record])), nowMs);
      if (atMs > nowMs) return;
      if (kind === "order") await this.#begin(record, { isForced: false, isAsked: false });
      else await this.#ask(record);
    } catch (error) {
      // It is in the state, and told, unless that could not be stored.
      if (!(error instanceof Fault)) this.#options.log(`internal error: ${stackOf(error)}`);
      const isLater = nextStep(factsOf(record, await this.#read([record])), nowMs).atMs > nowMs;
      if (!isLater) this.#rest(name, error);
    }
  }

  #rest(name: string, error: unknown): void {
    if (this.#ended.signal.aborted) return;
    const isNew = !this.#restUntilMs.has(name);
    this.#restUntilMs.set(name, Date.now() + READ_MS);
    if (isNew) this.#options.log(`certificate ${quote(name)}: ${messageOf(error)}`);
  }

  /** Begins an attempt, or joins the one under way. */
  #begin(
    record: AcmeRecord,
    options: ObtainOptions & { readonly isAsked: boolean },
  ): Promise<void> {
    const { certName: name } = record;
    const existing = this.#attempts.get(name);
    if (existing !== undefined) return existing;
    const attempt = this.#attempt(record, options).finally(() => {
      this.#attempts.delete(name);
      this.#known = null;
    });
    this.#attempts.set(name, attempt);
    return attempt;
  }

  async #attempt(
    record: AcmeRecord,
    { isForced, isAsked, progress }: ObtainOptions & { readonly isAsked: boolean },
  ): Promise<void> {
    const { certName: name } = record;
    const beganMs = Date.now();
    using _lock = await lockCertificate(this.#folder, name);
    this.#known = null; // another process may have had the lock
    const known = await this.#read([record]);
    const facts = factsOf(record, known);
    const isOther = certificateChangedSince(facts.certificate, beganMs);
    if ((!isForced || isOther) && await this.#isThere(record)) return;
    const state = stateFor(facts.state, record);
    if (isAsked) checkWait(name, state);
    const begun = attemptBegun(state, Date.now());
    await saveState(this.#folder, name, begun);
    await this.#carryOut(record, begun, facts.certificate, progress);
  }

  async #carryOut(
    record: AcmeRecord,
    begun: AcmeState,
    before: StoredCertificate | null,
    progress: Progress | undefined,
  ): Promise<void> {
    const { certName: name } = record;
    let state = begun;
    const save = async (next: AcmeState): Promise<void> => {
      await saveState(this.#folder, name, next);
      state = next;
    };
    try {
      this.#checkPort(name);
      const issued = await obtainCertificate({
        folder: this.#folder,
        record,
        order: state.order,
        current: before?.certFile ?? null,
        signal: this.#ended.signal,
        save: (order) => save(withOrder(state, order)),
        answer: (challenges) => this.#answer(name, challenges),
        progress,
      });
      const { notAfter } = await replaceBundle(this.#options.certs, ACME_STORE, name, issued);
      await save(attemptSucceeded(state, Date.now()));
      this.#options.event(acmeObtained(record.names, { server: record.server, notAfter }));
    } catch (error) {
      await this.#failed(record, state, before, error);
      throw error;
    } finally {
      await this.#answer(name, new Map());
    }
  }

  async #failed(
    record: AcmeRecord,
    state: AcmeState,
    before: StoredCertificate | null,
    error: unknown,
  ): Promise<void> {
    if (this.#ended.signal.aborted) return; // it goes on at the next start
    const nowMs = Date.now();
    const failed = attemptFailed(
      state,
      {
        text: messageOf(error),
        hint: error instanceof Fault ? error.hint ?? null : null,
        retryAfterMs: error instanceof AcmeFault ? error.retryAfterMs : null,
      },
      nowMs,
      Math.random(),
    );
    await saveState(this.#folder, record.certName, failed);
    this.#options.event(acmeFailed(record.names, {
      reason: messageOf(error),
      retryAt: new Date(waitsUntil(failed, nowMs)).toISOString(),
      notAfter: before?.notAfter ?? null,
    }));
  }

  /** Asks the server when a certificate is to be renewed. */
  async #ask(record: AcmeRecord): Promise<void> {
    const { certName: name } = record;
    using _lock = await lockCertificate(this.#folder, name);
    const { certificate, state: stored } = factsOf(record, await this.#read([record]));
    const state = stateFor(stored, record);
    const renewal = await askRenewal(record, {
      certFile: certificate!.certFile,
      before: state.renewal ?? unknownRenewal(Date.now()),
      signal: this.#ended.signal,
    });
    if (this.#ended.signal.aborted) return;
    await saveState(this.#folder, name, { ...state, renewal });
    this.#known = null;
  }

  /** Throws a Fault if no socket can answer the challenges. */
  #checkPort(name: string): void {
    const problem = this.#options.web.challengeProblem(name);
    if (problem === null) return;
    throw new Fault(`Cannot answer the challenges for ${quote(name)}: ${problem}`, {
      hint: "httpcfg plan\nhttpcfg status",
    });
  }

  async #answer(name: string, challenges: ReadonlyMap<string, string>): Promise<void> {
    const isSame = challenges.size === 0 && !this.#challenges.has(name);
    if (isSame) return;
    if (challenges.size === 0) this.#challenges.delete(name);
    else this.#challenges.set(name, challenges);
    await this.#options.challenge([...this.#challenges.values()].flatMap((some) => [...some]));
  }

  /** Reports whether the certificate is there, and not due. */
  async #isThere(record: AcmeRecord): Promise<boolean> {
    const facts = factsOf(record, await this.#read([record]));
    const nowMs = Date.now();
    const { kind, atMs } = nextStep(facts, nowMs);
    return wantedCertificate(facts) !== null && (kind === "ask" || atMs > nowMs);
  }

  /** Returns what is known; the files of `records` are read if they were not, or long ago. */
  async #read(records: readonly AcmeRecord[]): Promise<Known> {
    const nowMs = Date.now();
    // A clock that has gone back has made it no younger.
    if (this.#known === null || Math.abs(nowMs - this.#known.readAtMs) > READ_MS) {
      const certificates = listCertificates(this.#options.certs, ACME_STORE);
      this.#known = {
        states: new Map(),
        certificates: new Map(certificates.map((one) => [one.name, one])),
        readAtMs: nowMs,
      };
    }
    const known = this.#known;
    for (const { certName: name } of records) {
      if (!known.states.has(name)) known.states.set(name, await loadState(this.#folder, name));
    }
    return known;
  }
}

function factsOf(
  record: AcmeRecord,
  { states, certificates }: Known,
): Parameters<typeof nextStep>[0] {
  const { certName: name } = record;
  return {
    record,
    state: states.get(name) ?? null,
    certificate: certificates.get(name) ?? null,
  };
}

/** Throws a Fault if the server has asked to wait: whoever asks now gets nothing but longer waits. */
function checkWait(name: string, state: AcmeState): void {
  const nowMs = Date.now();
  const untilMs = waitsUntil(state, nowMs);
  if (!state.isAsked || untilMs <= nowMs) return;
  const until = new Date(untilMs).toISOString();
  throw new Fault(
    `Cannot obtain the certificate ${quote(name)}: the certificate authority asks to wait until ` +
      `${until}; ${state.error?.text ?? ""}`,
    { hint: "httpcfg cert acme list" },
  );
}

function certificateChangedSince(certificate: StoredCertificate | null, ms: number): boolean {
  if (certificate === null) return false;
  const { mtime } = Deno.statSync(certificate.certFile);
  return (mtime?.getTime() ?? 0) >= ms;
}
