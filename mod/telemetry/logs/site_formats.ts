/**
 * The format of the W3C log of each site: that of the service, or one of its own.
 *
 * @module
 */
import type { LineEnd } from "./stamp.ts";
import { W3cFormat } from "./w3c_format.ts";

/** What a site says of its log. */
export interface SiteLog {
  readonly id: number;
  readonly enabled: boolean;
  /** LogExtFileFlags. */
  readonly flags: number;
}

/** What the formats depend on. */
export interface FormatSettings {
  readonly LogEnabled: boolean;
  readonly LogExtFileFlags: number;
  /** The sites that say something else. */
  readonly siteLogs?: readonly SiteLog[] | undefined;
}

interface FormatOptions {
  readonly computerName: string;
  readonly lineEnd: LineEnd;
}

/** Finds the format of a site. */
export class SiteFormats {
  readonly #usual: W3cFormat | null;
  /** By the id of the site; null for one without a log. */
  readonly #own = new Map<number, W3cFormat | null>();

  constructor(
    { LogEnabled, LogExtFileFlags, siteLogs = [] }: FormatSettings,
    options: FormatOptions,
  ) {
    this.#usual = LogEnabled ? new W3cFormat({ ...options, flags: LogExtFileFlags }) : null;
    for (const { id, enabled, flags } of siteLogs) {
      this.#own.set(id, enabled ? new W3cFormat({ ...options, flags }) : null);
    }
  }

  /** Returns the format of the lines of a site; null if it has no log. */
  of(siteId: number): W3cFormat | null {
    if (this.#own.size === 0) return this.#usual;
    const own = this.#own.get(siteId);
    return own === undefined ? this.#usual : own;
  }
}
