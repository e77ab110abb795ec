// @ts-check
/**
 * Numbers and times as the live page shows them. Pure; used by the browser and by the snapshot.
 *
 * @module
 */

/** What is shown where nothing is known. */
export const NOTHING = "–";

const UNITS = ["", "k", "M", "G", "T", "P"];

/**
 * Returns a number with three digits and its power of a thousand: `1.23k`.
 *
 * @param {number} value
 * @returns {string}
 */
export function short(value) {
  let power = 0;
  let rest = value;
  // From there on it would be shown as 1000.
  while (rest >= 999.5 && power < UNITS.length - 1) {
    rest /= 1000;
    power++;
  }
  return `${trimmed(rest)}${UNITS[power]}`;
}

/**
 * Returns a whole number with its thousands apart: `12,345`.
 *
 * @param {number | null} value
 * @returns {string}
 */
export function count(value) {
  if (value === null) return NOTHING;
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/**
 * Returns how many a second: `12.5/s`.
 *
 * @param {number | null} value
 * @returns {string}
 */
export function rate(value) {
  return value === null ? NOTHING : `${short(value)}/s`;
}

/**
 * Returns a number of bytes: `1.2 MB`; powers of a thousand.
 *
 * @param {number | null} value
 * @returns {string}
 */
export function bytes(value) {
  if (value === null) return NOTHING;
  const text = short(value);
  const unit = /[a-zA-Z]$/.exec(text)?.[0] ?? "";
  return `${unit === "" ? text : text.slice(0, -1)} ${unit}B`;
}

/**
 * Returns how many bytes a second.
 *
 * @param {number | null} value
 * @returns {string}
 */
export function byteRate(value) {
  return value === null ? NOTHING : `${bytes(value)}/s`;
}

/**
 * Returns a part of a whole: `0.5 %`.
 *
 * @param {number | null} value
 * @returns {string}
 */
export function percent(value) {
  if (value === null) return NOTHING;
  if (value > 0 && value < 0.0001) return "< 0.01 %";
  // What is not all must not look like it.
  const part = value < 1 ? Math.min(value * 100, 99.9) : 100;
  return `${trimmed(part)} %`;
}

/**
 * Returns a duration of a response: `12 ms`, `1.5 s`.
 *
 * @param {number | null} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds === null) return "> 10 s";
  return seconds < 0.9995 ? `${trimmed(seconds * 1000)} ms` : `${trimmed(seconds)} s`;
}

/**
 * Returns a quantile of a latency.
 *
 * @param {{ readonly p50: number | null, readonly p95: number | null, readonly p99: number | null } | null} latency
 * @param {"p50" | "p95" | "p99"} which
 * @returns {string}
 */
export function quantile(latency, which) {
  return latency === null ? NOTHING : duration(latency[which]);
}

/**
 * Returns how long something has lasted, in its two largest units: `3 d 4 h`.
 *
 * @param {number} seconds
 * @returns {string}
 */
export function age(seconds) {
  let rest = Math.max(0, Math.floor(seconds));
  /** @type {string[]} */
  const parts = [];
  for (const [size, unit] of AGES) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0 || parts.length > 0) parts.push(`${whole} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? "0 s" : parts.join(" ");
}

/** @type {readonly (readonly [number, string])[]} */
const AGES = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/**
 * Returns how long ago `time` was at `now`, both in ISO 8601.
 *
 * @param {string | null} time
 * @param {string} now
 * @returns {string}
 */
export function since(time, now) {
  return time === null ? NOTHING : age((Date.parse(now) - Date.parse(time)) / 1000);
}

/**
 * Returns a moment in UTC to the second: `2026-11-27 18:02:11Z`.
 *
 * @param {string | null} time
 * @returns {string}
 */
export function moment(time) {
  return time === null ? NOTHING : `${time.slice(0, 10)} ${time.slice(11, 19)}Z`;
}

/**
 * Three digits, without zeros at the end.
 *
 * @param {number} value
 * @returns {string}
 */
function trimmed(value) {
  if (value === 0) return "0";
  if (value >= 999.5) return String(Math.round(value));
  return String(Number(value < 0.01 ? value.toPrecision(1) : value.toPrecision(3)));
}
