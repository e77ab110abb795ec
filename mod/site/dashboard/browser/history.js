// @ts-check
/**
 * The numbers of the last minutes, as the charts show them. Pure.
 *
 * @module
 */

/** Points of a chart: ten minutes. */
export const POINTS_MAX = 600;
/** Seconds without a view after which a line is interrupted: nobody knows what was then. */
const GAP_SECONDS = 5;

/**
 * @typedef {object} Series
 * @property {string} title
 * @property {(traffic: any) => number | null} value
 *
 * @typedef {object} Chart
 * @property {string} name
 * @property {string} title
 * @property {"rate" | "seconds" | "count" | "bytes"} unit
 * @property {readonly Series[]} series
 */

/** @type {readonly Chart[]} */
export const CHARTS = [
  {
    name: "requests",
    title: "Requests a second",
    unit: "rate",
    series: [
      { title: "All", value: ({ requestRate }) => requestRate },
      {
        title: "Server errors",
        value: ({ requestRate, errorRatio }) => {
          return requestRate === null ? null : requestRate * (errorRatio ?? 0);
        },
      },
    ],
  },
  {
    name: "latency",
    title: "Latency",
    unit: "seconds",
    series: [
      { title: "p50", value: ({ latency }) => latency?.p50 ?? null },
      { title: "p95", value: ({ latency }) => latency?.p95 ?? null },
      { title: "p99", value: ({ latency }) => latency?.p99 ?? null },
    ],
  },
  {
    name: "connections",
    title: "Connections",
    unit: "count",
    series: [
      { title: "Open", value: ({ connections }) => connections },
      { title: "Idle", value: ({ idle }) => idle },
    ],
  },
  {
    name: "bytes",
    title: "Bytes a second",
    unit: "bytes",
    series: [
      { title: "Sent", value: ({ sentRate }) => sentRate },
      { title: "Received", value: ({ receivedRate }) => receivedRate },
    ],
  },
];

/** The numbers of all charts: the times in seconds since 1970, then each series. */
export class History {
  /** @type {number[]} */
  times = [];
  /** @type {Map<string, (number | null)[][]>} */
  #values = new Map(CHARTS.map(({ name, series }) => [name, series.map(() => [])]));

  /**
   * Adds the numbers of a view, which is newer than all before.
   *
   * @param {{ readonly time: string, readonly traffic: unknown }} view
   * @returns {void}
   */
  add({ time, traffic }) {
    const seconds = Date.parse(time) / 1000;
    const last = this.times.at(-1);
    if (last !== undefined && seconds <= last) return;
    if (last !== undefined && seconds - last > GAP_SECONDS) this.#push(last + 1, null);
    this.#push(seconds, traffic);
  }

  /**
   * Returns the values of each series of a chart.
   *
   * @param {string} chart
   * @returns {readonly (readonly (number | null)[])[]}
   */
  of(chart) {
    return this.#values.get(chart) ?? [];
  }

  /** @param {number} seconds @param {any} traffic @returns {void} */
  #push(seconds, traffic) {
    this.times.push(seconds);
    if (this.times.length > POINTS_MAX) this.times.shift();
    for (const { name, series } of CHARTS) {
      for (const [i, { value }] of series.entries()) {
        const values = this.#values.get(name)?.[i] ?? [];
        values.push(traffic === null ? null : value(traffic));
        if (values.length > POINTS_MAX) values.shift();
      }
    }
  }
}

/**
 * Returns what a table beside a chart says of a series; null if there is no value.
 *
 * @param {readonly (number | null)[]} values
 * @returns {{ now: number | null, least: number, most: number, mean: number } | null}
 */
export function summaryOf(values) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    now: values.at(-1) ?? null,
    least: Math.min(...known),
    most: Math.max(...known),
    mean: sum / known.length,
  };
}
