/**
 * A machine without sockets and files, for the agent of a fleet.
 *
 * @module
 */
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { answerOf } from "../../../mod/fleet/member/answerer.ts";
import type { LastGood } from "../../../mod/fleet/member/last_good_record.ts";
import type {
  AppliedRevision,
  MachineLook,
  MemberMachine,
} from "../../../mod/fleet/member/member_machine.ts";
import type { Answer } from "../../../mod/fleet/shared/records.ts";

export class FakeMachine implements MemberMachine {
  readonly version = "1.0";
  document: ConfigDocument = DEFAULT_DOCUMENT;
  lastGood: LastGood | null;
  /** What has been applied, in order. */
  readonly applied: AppliedRevision[] = [];
  /** Attempts to apply, also those that failed. */
  attempts = 0;
  /** Why nothing can be applied, as a reload would say. */
  refusal: string | null = null;
  faults: readonly string[] = [];
  isListening = true;
  certificates: ReadonlyMap<string, string> = new Map();
  busy: string | null = null;
  /** Why the memory cannot be read. */
  damage: Fault | null = null;
  #free = Promise.withResolvers<void>();

  constructor(lastGood: LastGood | null) {
    this.lastGood = lastGood;
  }

  /** Ends what has kept it busy. */
  free(): void {
    this.busy = null;
    this.#free.resolve();
    this.#free = Promise.withResolvers();
  }

  now(): string {
    return "2026-11-28T00:00:00.000Z";
  }

  read(): Promise<ConfigDocument> {
    return Promise.resolve(this.document);
  }

  // deno-lint-ignore require-await -- what is thrown is a rejection
  async apply(
    edit: (document: ConfigDocument) => ConfigDocument,
    revision: AppliedRevision,
  ): Promise<void> {
    this.attempts++;
    const document = edit(this.document);
    if (this.refusal !== null) throw new Fault(this.refusal);
    this.document = document;
    this.applied.push(revision);
  }

  whenFree(signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => ended.resolve());
    return Promise.race([this.#free.promise, ended.promise]);
  }

  hashOf(_store: string, certName: string): string | null {
    return this.certificates.get(certName) ?? null;
  }

  stamp(): Promise<string> {
    const certificates = [...this.certificates];
    return Promise.resolve(JSON.stringify([this.document, certificates, this.refusal]));
  }

  look(isThorough: boolean): Promise<MachineLook> {
    return Promise.resolve({
      isListening: this.isListening,
      endpoints: this.document.ipListen.map((ip) => ({ endpoint: `${ip}:80`, state: "open" })),
      endpointCount: this.document.ipListen.length,
      sitesDown: [],
      faults: isThorough ? this.faults : null,
    });
  }

  plan({ ipListen }: ConfigDocument): Promise<Answer> {
    const lines = ipListen.map((ip) => ({ what: "open", about: `${ip}:80`, why: "included" }));
    return Promise.resolve(answerOf(lines, { isGood: true }));
  }

  verify(): Promise<Answer> {
    const lines = this.faults.map((why) => ({ what: "fault", about: "x", why }));
    return Promise.resolve(answerOf(lines, { isGood: lines.length === 0 }));
  }

  who(port: number): Promise<Answer> {
    const line = { what: "listens", about: `127.0.0.1:${port}`, why: "httpcfg" };
    return Promise.resolve(answerOf([line], { isGood: true }));
  }

  readLastGood(): Promise<LastGood | null> {
    return this.damage === null ? Promise.resolve(this.lastGood) : Promise.reject(this.damage);
  }

  writeLastGood(lastGood: LastGood): Promise<void> {
    this.lastGood = lastGood;
    return Promise.resolve();
  }
}
