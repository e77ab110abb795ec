/**
 * What the rules of the sites know of their clients: it outlives a change of what is served.
 *
 * @module
 */
import { PasswordChecks } from "./password_checks.ts";
import { TokenBuckets } from "./token_buckets.ts";

interface BucketSize {
  readonly requests: number;
  readonly periodMs: number;
  readonly burst: number;
}

export class RuleState {
  readonly #buckets = new Map<number, { readonly size: string; readonly buckets: TokenBuckets }>();
  #passwords: PasswordChecks | null = null;

  /** The passwords of all sites. */
  get passwords(): PasswordChecks {
    return this.#passwords ??= new PasswordChecks();
  }

  /** Returns the buckets of a site: the same as before, unless its rate has changed. */
  bucketsOf(siteId: number, { requests, periodMs, burst }: BucketSize): TokenBuckets {
    const size = `${requests} ${periodMs} ${burst}`;
    const known = this.#buckets.get(siteId);
    if (known?.size === size) return known.buckets;
    const buckets = new TokenBuckets({ requests, periodMs, burst });
    this.#buckets.set(siteId, { size, buckets });
    return buckets;
  }

  /** Forgets the sites that have no rate among those with these ids. */
  retain(ids: ReadonlySet<number>): void {
    for (const id of this.#buckets.keys()) if (!ids.has(id)) this.#buckets.delete(id);
  }

  /** Ends what it has started. */
  close(): void {
    this.#passwords?.close();
    this.#passwords = null;
  }
}
