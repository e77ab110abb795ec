/**
 * What the agent of a fleet needs of the machine that it is on.
 *
 * @module
 */
import type { ConfigDocument } from "../../config/document/document.ts";
import type { Answer, NodeState } from "../shared/records.ts";
import type { LastGood } from "./last_good_record.ts";

/** A revision that a machine applies, for its history. */
export interface AppliedRevision {
  readonly revision: number;
  /** `root@web1`; null if that is not known. */
  readonly by: string | null;
}

/** How a machine is. */
export interface MachineLook extends Pick<NodeState, "endpoints" | "endpointCount" | "sitesDown"> {
  /** Whether its HTTP service runs. */
  readonly isListening: boolean;
  /** What `verify` finds, each a sentence; null if it was not asked. */
  readonly faults: readonly string[] | null;
}

/** The machine: its document, what runs there, and what it remembers. */
export interface MemberMachine {
  /** Of the program. */
  readonly version: string;
  /** The time in ISO 8601, by the clock of this machine. */
  now(): string;
  /** Returns the stored document. Throws a Fault. */
  read(): Promise<ConfigDocument>;
  /**
   * Stores what `edit` returns and applies it to what runs. Throws a Fault if one of them fails, or
   * `edit` does: everything is as it was then.
   */
  apply(
    edit: (document: ConfigDocument) => ConfigDocument,
    revision: AppliedRevision,
  ): Promise<void>;
  /** Why nothing may be applied now, as a sentence; null if it may. */
  readonly busy: string | null;
  /** Resolves when something may be applied, or `signal` aborts. */
  whenFree(signal: AbortSignal): Promise<void>;
  /** Returns the thumbprint of a certificate; null if the machine has none of that name. */
  hashOf(store: string, certName: string): string | null;
  /** Returns a text that differs if what could not be used may be usable now. */
  stamp(): Promise<string>;
  /** Returns how the machine is; `isThorough`: with what `verify` finds. */
  look(isThorough: boolean): Promise<MachineLook>;
  /** What would a document do here? */
  plan(document: ConfigDocument): Promise<Answer>;
  verify(): Promise<Answer>;
  who(port: number): Promise<Answer>;
  /** Reads what was remembered; null for nothing. Throws a Fault. */
  readLastGood(): Promise<LastGood | null>;
  writeLastGood(lastGood: LastGood): Promise<void>;
}
