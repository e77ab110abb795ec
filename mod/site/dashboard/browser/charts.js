/**
 * The charts of the live page: uPlot draws the lines, and the table below each has its numbers.
 *
 * @module
 */
import { bytes, count, duration, short } from "./format.js";
import { setText } from "./dom.js";
import { CHARTS, summaryOf } from "./history.js";

const HEIGHT = 150;
/** Lines differ by more than their colour. */
const DASHES = [[], [7, 4], [2, 3]];

/** The title of a chart says what its numbers are. */
const FORMATS = {
  rate: short,
  seconds: duration,
  count: (value) => count(Math.round(value)),
  bytes,
};

const AXES = {
  rate: short,
  seconds: (value) => value === 0 ? "0" : duration(value),
  count: short,
  bytes: short,
};

/** All charts of the page. */
export class Charts {
  #section;
  #history;
  #charts = [];
  #isScheduled = false;

  constructor(section, history) {
    this.#section = section;
    this.#history = history;
    section.hidden = false;
    this.#build();
    // The colours of a canvas do not follow the style.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#build());
    new ResizeObserver(() => this.#resize()).observe(section);
  }

  /** Draws what the history has, once for each frame. */
  draw() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      for (const { spec, plot, figure } of this.#charts) {
        const values = this.#history.of(spec.name);
        plot?.setData([this.#history.times, ...values]);
        for (const [i, row] of [...figure.querySelectorAll("tbody tr")].entries()) {
          fillRow(row, summaryOf(values[i] ?? []), FORMATS[spec.unit]);
        }
      }
    });
  }

  #build() {
    for (const { plot } of this.#charts) plot?.destroy();
    this.#charts = CHARTS.map((spec) => {
      const figure = this.#section.querySelector(`[data-chart="${spec.name}"]`);
      const place = figure.querySelector(".plot");
      const { uPlot } = globalThis;
      const plot = uPlot === undefined ? null : new uPlot(optionsOf(spec, place), [[]], place);
      return { spec, figure, place, plot };
    });
    this.draw();
  }

  #resize() {
    for (const { plot, place } of this.#charts) {
      const width = place.clientWidth;
      if (plot !== null && width > 0 && width !== plot.width) {
        plot.setSize({ width, height: HEIGHT });
      }
    }
  }
}

function optionsOf({ unit, series }, place) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--dim"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(100, place.clientWidth),
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, size: 26, space: 80, values: (_, splits) => splits.map(timeOfDay) },
      { ...axis, size: 58, space: 32, values: (_, splits) => splits.map(AXES[unit]) },
    ],
    series: [
      {},
      ...series.map(({ title }, i) => ({
        label: title,
        stroke: color(`--series-${i + 1}`),
        width: 1.5,
        dash: DASHES[i],
        points: { show: false },
      })),
    ],
  };
}

/** In UTC, as all times of the page. */
function timeOfDay(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

function fillRow(row, summary, format) {
  for (const cell of row.querySelectorAll("[data-part]")) {
    const value = summary?.[cell.dataset.part] ?? null;
    setText(cell, value === null ? "–" : format(value));
  }
}
