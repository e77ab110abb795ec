/**
 * How each site is logged: in the format of the service, or in one of its own, or not at all.
 *
 * @module
 */
import type { ServedRecord } from "../../base/exchange.ts";
import type { AccessLogFormat, AccessLogTarget, LogSample } from "../../config/rules/access_log.ts";
import { CombinedFormat } from "./combined_format.ts";
import { JsonFormat } from "./json_format.ts";
import { LineWriter } from "./line_writer.ts";
import { Sampler } from "./sampler.ts";
import type { LineEnd } from "./stamp.ts";
import { W3cFormat } from "./w3c_format.ts";

/** What a site says of its log. */
export interface SiteLog {
  readonly id: number;
  readonly enabled: boolean;
  /** LogExtFileFlags. */
  readonly flags: number;
  readonly format: AccessLogFormat;
  readonly target: AccessLogTarget;
  readonly sample: readonly LogSample[];
}

/** What the formats depend on. */
export interface FormatSettings {
  readonly LogEnabled: boolean;
  readonly LogExtFileFlags: number;
  readonly AccessLogFormat: AccessLogFormat;
  readonly AccessLogTarget: AccessLogTarget;
  readonly AccessLogFields: readonly string[];
  /** The sites that say something else. */
  readonly siteLogs?: readonly SiteLog[] | undefined;
  /** The names of the sites, if they are logged. */
  readonly siteNames?: readonly (readonly [id: number, name: string])[] | undefined;
}

interface FormatOptions {
  readonly computerName: string;
  readonly lineEnd: LineEnd;
}

/** How a site is logged. */
export interface SiteFormat {
  readonly lines: LineWriter;
  readonly format: AccessLogFormat;
  readonly target: AccessLogTarget;
  /** Null if all requests are logged. */
  readonly sampler: Sampler | null;
}

/** Finds the format of a site. */
export class SiteFormats {
  readonly #usual: SiteFormat | null;
  /** By the id of the site; null for one without a log. */
  readonly #own = new Map<number, SiteFormat | null>();

  constructor(settings: FormatSettings, options: FormatOptions) {
    const { siteLogs = [], siteNames = [], AccessLogFields: fields } = settings;
    const names = new Map(siteNames);
    const siteName = (id: number): string => names.get(id) ?? "";
    const json = new LineWriter(new JsonFormat({ ...options, fields, siteName }));
    const combined = new LineWriter(new CombinedFormat());
    const linesOf = (format: AccessLogFormat, flags: number): LineWriter => {
      if (format === "w3c") return new LineWriter(new W3cFormat({ ...options, flags }));
      return format === "json" ? json : combined;
    };
    const { LogEnabled, LogExtFileFlags, AccessLogFormat: format, AccessLogTarget: target } =
      settings;
    this.#usual = LogEnabled
      ? { lines: linesOf(format, LogExtFileFlags), format, target, sampler: null }
      : null;
    for (const { id, enabled, flags, sample, ...own } of siteLogs) {
      const sampler = sample.length === 0 ? null : new Sampler(sample);
      const lines = linesOf(own.format, flags);
      this.#own.set(
        id,
        enabled ? { lines, format: own.format, target: own.target, sampler } : null,
      );
    }
  }

  /** Returns how a site is logged; null if it has no log. */
  of(siteId: number): SiteFormat | null {
    if (this.#own.size === 0) return this.#usual;
    const own = this.#own.get(siteId);
    return own === undefined ? this.#usual : own;
  }

  /** Returns how a request to a site is logged; null if it is not. */
  forRecord(record: ServedRecord, siteId: number): SiteFormat | null {
    if (record.request.isUnlogged) return null;
    const format = this.of(siteId);
    if (format === null || format.sampler === null) return format;
    return format.sampler.isLogged(record) ? format : null;
  }
}
