/**
 * What `top` knows at one moment, and the numbers as it writes them. Pure.
 *
 * @module
 */
import { grouped } from "../../../../base/grouped.ts";
import type { ServiceStatus } from "../../../../host/control/status.ts";
import type { ServiceEvent } from "../../../../telemetry/events/event.ts";
import { DURATION_BOUNDS } from "../../../../telemetry/metrics/totals.ts";
import type { ServiceRates } from "../../../../telemetry/metrics/rates.ts";

const LONGEST = DURATION_BOUNDS.at(-1)!;

/** One moment. */
export interface LiveData {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Null if no service answers. */
  readonly status: ServiceStatus | null;
  /** What happened since the moment before; null for the first one of a service. */
  readonly rates: ServiceRates | null;
  /** Why there is no status; null if there is, or if no service runs. */
  readonly problem: string | null;
  /** The newest last; empty unless they are asked for. */
  readonly events: readonly ServiceEvent[];
}

/** Returns a rate: `0`, `0.3`, `12`, `1,234`, `125k`. */
export function rateText(rate: number | null): string {
  if (rate === null) return "-";
  if (rate === 0) return "0";
  if (rate < 9.95) return rate < 0.05 ? "<0.1" : rate.toFixed(1);
  return rate < 99_950 ? grouped(Math.round(rate)) : scaled(rate, ["", "k", "M", "G", "T"]);
}

/** Returns a number of bytes: `0`, `512 B`, `1.2 kB`, `34 MB`. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return "-";
  return bytes < 0.5 ? "0" : scaled(bytes, [" B", " kB", " MB", " GB", " TB", " PB"]);
}

/** Returns a duration of a response: `0.4 ms`, `12 ms`, `1.25 s`; `-` if there was none. */
export function latencyText(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds >= LONGEST) return `> ${LONGEST} s`; // how much longer is not counted
  if (seconds >= 0.9995) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const ms = seconds * 1000;
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Returns how long something has lasted: `12 s`, `5 min`, `3 h 5 min`, `12 d 4 h`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [name, size] = units[first]!;
  const next = units[first + 1];
  const rest = next === undefined || name === "min" ? 0 : Math.floor((seconds % size) / next[1]);
  const start = `${Math.floor(seconds / size)} ${name}`;
  return rest === 0 || next === undefined ? start : `${start} ${rest} ${next[0]}`;
}

/** Three digits and a unit. */
function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(unit === 0 ? 0 : Math.min(1, digits))}${units[unit]}`;
}
