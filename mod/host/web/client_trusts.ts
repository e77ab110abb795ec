/**
 * Edge: the clock. The stores with the authorities whose certificates of clients are believed, and
 * with their revocation lists. They follow their files: what was replaced, added or removed counts
 * from the next handshake on.
 *
 * @module
 */
import {
  type ClientTrust,
  clientTrust,
  type TrustedFiles,
  trustName,
  trustStoreOf,
  withoutAuthority,
  withoutList,
} from "../../config/certs/client_trust.ts";
import {
  readTrustFiles,
  type TrustFile,
  trustOf,
  trustProblems,
  trustStamp,
} from "../../config/certs/authority_store.ts";
import type { SslRecord } from "../../config/document/document.ts";
import { clientTrustTrouble, type NewEvent } from "../../telemetry/events/event.ts";
import type { ServiceProblem } from "../control/status.ts";

/** One store in use. */
interface FollowedStore {
  stamp: string;
  files: readonly TrustFile[];
  trusted: TrustedFiles;
  problems: readonly string[];
  /** When a list of it comes of age, or out of date; Infinity for never. */
  recheckMs: number;
}

export class ClientTrusts {
  readonly #folder: string;
  readonly #event: (event: NewEvent) => void;
  readonly #stores = new Map<string, FollowedStore>();
  /** One object for each way to judge: whoever judges in the same way shares what that costs. */
  #trusts = new Map<string, ClientTrust>();
  #before: ReadonlyMap<string, ClientTrust> = new Map();

  /** `folder` contains the stores. */
  constructor(folder: string, event: (event: NewEvent) => void) {
    this.#folder = folder;
    this.#event = event;
  }

  /** Returns whose certificates a record believes. */
  of(record: Pick<SslRecord, "sslCtlStoreName" | "certCheckMode">): ClientTrust {
    const store = trustStoreOf(record);
    const trusted = store === null ? NOTHING : this.#follow(store).trusted;
    const trust = clientTrust(store ?? "", trusted, record.certCheckMode);
    const name = trustName(trust);
    const known = this.#trusts.get(name) ?? this.#before.get(name);
    const isSame = known?.authorities === trusted.authorities && known.lists === trusted.lists;
    const used = isSame ? known : trust;
    this.#trusts.set(name, used);
    return used;
  }

  /** Forgets the stores that no record asks for any more: all but those asked for from now on. */
  begin(): void {
    this.#before = this.#trusts;
    this.#trusts = new Map();
    this.reloadChanged();
  }

  /** Reads the stores that have changed since the last look; reports whether there were any. */
  reloadChanged(): boolean {
    let isChanged = false;
    for (const [store, followed] of this.#stores) {
      const stamp = trustStamp(this.#folder, store);
      if (stamp !== followed.stamp) {
        this.#read(store, followed, stamp);
        isChanged = true;
      } else if (Date.now() >= followed.recheckMs) this.#check(followed);
    }
    return isChanged;
  }

  /** What is wrong with the stores in use. */
  get problems(): readonly ServiceProblem[] {
    const used = new Set([...this.#trusts.values()].map(({ store }) => store));
    return [...used].flatMap((store) => {
      const texts = this.#stores.get(store)?.problems ?? [];
      const none = withoutAuthority(store, this.#stores.get(store)?.trusted ?? NOTHING);
      return [...none, ...texts.map((text) => ({ text, hint: "httpcfg cert list" }))];
    });
  }

  /** What is not done for want of a list. */
  get notes(): readonly ServiceProblem[] {
    return [...this.#trusts.values()].flatMap(withoutList);
  }

  #follow(store: string): FollowedStore {
    const known = this.#stores.get(store);
    if (known !== undefined) return known;
    const followed: FollowedStore = {
      stamp: "",
      files: [],
      trusted: NOTHING,
      problems: [],
      recheckMs: Infinity,
    };
    this.#stores.set(store, followed);
    this.#read(store, followed, trustStamp(this.#folder, store));
    return followed;
  }

  #read(store: string, followed: FollowedStore, stamp: string): void {
    followed.stamp = stamp;
    followed.files = readTrustFiles(this.#folder, store);
    followed.trusted = trustOf(followed.files);
    this.#check(followed);
  }

  #check(followed: FollowedStore): void {
    const nowMs = Date.now();
    const before = new Set(followed.problems);
    followed.problems = trustProblems(followed.files, nowMs);
    followed.recheckMs = recheckMsOf(followed.files, nowMs);
    for (const text of followed.problems) {
      if (!before.has(text)) this.#event(clientTrustTrouble(text));
    }
  }
}

const NOTHING: TrustedFiles = { authorities: [], lists: [], hasBrokenList: false };

function recheckMsOf(files: readonly TrustFile[], nowMs: number): number {
  const times = files.flatMap(({ lists }) => lists).flatMap(({ value }) => {
    return [value.thisUpdateMs, (value.nextUpdateMs ?? Infinity) + 1];
  });
  return Math.min(...times.filter((time) => time > nowMs), Infinity);
}
