/**
 * The live page as HTML: everything of one moment, in tables that need no script. The script takes
 * them over. Pure.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import { FLEET_FACTS, FLEET_LISTS, fleetItems, stateOf } from "./browser/fleet.js";
import { moment } from "./browser/format.js";
import { CHARTS } from "./browser/history.js";
import { classesOf, lookOf, overallState, TABLES, TILES, titleOf } from "./browser/tables.js";
import type { AttentionRow, DashboardView } from "../about/dashboard_view.ts";

type Table = (typeof TABLES)[number];
type Row = { readonly key: string };

/** Rows of a table on one page; the others are a link away. */
const ROWS_MAX = 200;

/** Returns the page; `query` says where each table begins: `addresses=201`. */
export function snapshotPage(view: DashboardView, query: string | null): string {
  const { service, time } = view;
  const from = new URLSearchParams(query ?? "");
  const state = overallState(view);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(titleOf(view))}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<script src="uplot.js" defer></script>
<script src="page.js" type="module"></script>
</head>
<body data-program="${escape(service.program)}">
<a class="skip" href="#main">Skip to the content</a>
<header>
<div class="brand"><h1>httpcfg <span class="dim">on</span> <span id="host">${
    escape(service.host)
  }</span></h1>
<p id="overall"><span class="state ${state.look}">${escape(state.text)}</span></p></div>
<div class="status"><p><span id="connection" role="status" aria-live="polite">Snapshot</span>
· <time id="time">${moment(time)}</time></p></div>
<form id="tools" role="search" hidden>
<input type="search" id="filter" placeholder="Filter rows" aria-label="Filter the rows of all tables" autocomplete="off" spellcheck="false">
<label class="check"><input type="checkbox" id="trouble"> Only what is not well</label>
<button type="button" id="pause">Pause</button>
</form>
<noscript><p class="dim">Without script this page shows one moment. <a href="">Load it again</a> for the present one.</p></noscript>
</header>
<main id="main" tabindex="-1">
<p id="news" class="unseen" aria-live="polite"></p>
${attentionHtml(view.attention)}
<section aria-labelledby="now-title"><h2 id="now-title" class="unseen">Now</h2>
<dl class="tiles" id="tiles">
${TILES.map((tile) => tileHtml(tile, view)).join("\n")}
</dl></section>
${fleetHtml(view.fleet)}
<section id="charts" aria-labelledby="charts-title" hidden><h2 id="charts-title">Last minutes</h2>
<div class="charts">
${CHARTS.map(chartHtml).join("\n")}
</div></section>
${TABLES.map((table) => tableHtml(table, view, from)).join("\n")}
${countedHtml(view.counted)}
</main>
<footer class="dim"><p>httpcfg ${escape(service.program)} · process ${service.pid ?? "unknown"}${
    service.user === null ? "" : ` of ${escape(service.user)}`
  } · <a href="state.json">this page as JSON</a></p></footer>
</body>
</html>
`;
}

/** Says what the numbers are, in the words of the metrics. */
function countedHtml(rows: DashboardView["counted"]): string {
  const items = rows.map(({ metric, help }) => {
    return `<dt><code>${escape(metric)}</code></dt><dd>${escape(help)}</dd>`;
  });
  return `<details id="counted"><summary>What the numbers are</summary>
<dl>
${items.join("\n")}
</dl></details>`;
}

function tileHtml({ name, title, text }: (typeof TILES)[number], view: DashboardView): string {
  return `<div><dt>${escape(title)}</dt><dd data-tile="${name}">${escape(text(view))}</dd></div>`;
}

function attentionHtml(rows: readonly AttentionRow[]): string {
  const items = rows.map(({ level, about, text, hint }) => {
    const command = hint === null ? "" : ` <code>${escape(hint)}</code>`;
    return `<li><span class="state ${lookOf(level)}">${level}</span> <strong>${
      escape(about)
    }</strong>: ${escape(text)}${command}</li>`;
  });
  return `<section id="attention" aria-labelledby="attention-title"${
    rows.length === 0 ? " hidden" : ""
  }><h2 id="attention-title">Needs attention</h2>
<ul id="attention-rows">${items.join("\n")}</ul></section>`;
}

/** A machine that is no member has the section too, unseen: it may become one while the page is open. */
function fleetHtml(fleet: DashboardView["fleet"]): string {
  const facts = FLEET_FACTS.map((fact) => {
    const state = fleet === null ? null : stateOf(fact, fleet);
    const word = `<span class="state ${state?.look ?? "off"}">${escape(state?.word ?? "")}</span> `;
    const text = `<span>${escape(fleet === null ? "" : fact.text(fleet))}</span>`;
    return `<div${fact.isWide ? ' class="wide"' : ""}><dt>${
      escape(fact.title)
    }</dt><dd data-fact="${escape(fact.name)}">${
      fact.word === undefined ? "" : word
    }${text}</dd></div>`;
  });
  const lists = FLEET_LISTS.map(({ name, title }) => {
    const items = fleetItems(name, fleet);
    return `<div id="fleet-${name}"${items.length === 0 ? " hidden" : ""}><h3>${
      escape(title)
    } <span class="dim" data-count>${fleet?.counts[name] ?? 0}</span></h3>
<ul>${items.map(itemHtml).join("\n")}</ul></div>`;
  });
  return `<section id="fleet" aria-labelledby="fleet-title"${
    fleet === null ? " hidden" : ""
  }><h2 id="fleet-title">Fleet</h2>
<dl class="tiles facts">
${facts.join("\n")}
</dl>
${lists.join("\n")}</section>`;
}

function itemHtml({ level, text, code }: ReturnType<typeof fleetItems>[number]): string {
  const parts = [
    level === null ? "" : `<span class="state ${lookOf(level)}">${escape(level)}</span>`,
    escape(text),
    code === null ? "" : `<code>${escape(code)}</code>`,
  ];
  return `<li>${parts.filter((part) => part !== "").join(" ")}</li>`;
}

function chartHtml({ name, title, series }: (typeof CHARTS)[number]): string {
  const rows = series.map((one) => {
    const cells = ["now", "mean", "least", "most"].map((part) => `<td data-part="${part}">–</td>`);
    return `<tr><th scope="row"><span class="swatch" aria-hidden="true"></span>${
      escape(one.title)
    }</th>${cells.join("")}</tr>`;
  });
  return `<figure data-chart="${name}"><figcaption id="chart-${name}">${escape(title)}</figcaption>
<div class="plot" role="img" aria-label="${
    escape(title)
  }, as a line; the table below has its numbers"></div>
<table><caption class="unseen">${escape(title)}, of the time that the chart shows</caption>
<thead><tr><td></td>${
    ["Now", "Mean", "Least", "Most"].map((text) => `<th scope="col">${text}</th>`).join("")
  }</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></figure>`;
}

function tableHtml(table: Table, view: DashboardView, from: URLSearchParams): string {
  const { name, title, caption, columns, empty } = table;
  const rows = view[name as "sites"] as readonly Row[];
  const first = Math.min(startOf(from.get(name)), Math.max(0, rows.length - 1));
  const shown = rows.slice(first, first + ROWS_MAX);
  const heads = columns.map((column) => {
    return `<th scope="col" data-column="${column.name}"${classHtml(column)}>${
      escape(column.title)
    }</th>`;
  });
  return `<section id="${name}" aria-labelledby="${name}-title">
<h2 id="${name}-title">${escape(title)} <span class="dim" data-count>${
    countText(name, view)
  }</span></h2>
<div class="scroll" role="region" aria-labelledby="${name}-title" tabindex="0">
<table><caption class="unseen">${escape(caption)}</caption>
<thead><tr>${heads.join("")}</tr></thead>
<tbody>${shown.map((row) => rowHtml(table, row, view.time)).join("\n")}</tbody></table></div>
<p class="dim" data-empty${shown.length === 0 ? "" : " hidden"}>${escape(empty)}</p>
${pagesHtml(name, first, rows.length)}</section>`;
}

function rowHtml({ columns }: Table, row: Row, now: string): string {
  const cells = columns.map((column, i) => {
    const { text, look } = column;
    const shown = escape(text(row, now));
    const content = look === undefined ? shown : `<span class="state ${look(row)}">${shown}</span>`;
    return i === 0
      ? `<th scope="row"${classHtml(column)}>${content}</th>`
      : `<td${classHtml(column)}>${content}</td>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

function classHtml(column: Table["columns"][number]): string {
  const classes = classesOf(column);
  return classes === null ? "" : ` class="${classes}"`;
}

/** Returns how many rows there are; of the addresses, how many are open. */
function countText(name: string, view: DashboardView): string {
  if (name !== "addresses") return String(view[name as "sites"].length);
  const { open, wait, refused, draining } = view.addressCounts;
  const all = open + wait + refused + draining;
  return open === all ? String(all) : `${open} of ${all} open`;
}

/** Links to the other rows, for a page without script. */
function pagesHtml(name: string, first: number, count: number): string {
  if (count <= ROWS_MAX) return "";
  const link = (start: number, text: string): string => {
    return `<a href="?${name}=${start + 1}#${name}">${text}</a>`;
  };
  const links = [
    ...first > 0 ? [link(Math.max(0, first - ROWS_MAX), "Previous")] : [],
    ...first + ROWS_MAX < count ? [link(first + ROWS_MAX, "Next")] : [],
  ];
  const last = Math.min(count, first + ROWS_MAX);
  return `<p class="pages" data-pages>Rows ${first + 1} to ${last} of ${count} ${
    links.join(" ")
  }</p>`;
}

function startOf(text: string | null): number {
  return text !== null && /^[1-9][0-9]{0,6}$/.test(text) ? Number(text) - 1 : 0;
}
