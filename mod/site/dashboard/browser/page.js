/**
 * The live page in the browser: receives views, keeps the page true to the newest one, and says if
 * there is none.
 *
 * @module
 */
import { Charts } from "./charts.js";
import { DataTable } from "./data_table.js";
import { byId, create, setState, setText } from "./dom.js";
import { FLEET_FACTS, FLEET_LISTS, fleetItems, stateOf } from "./fleet.js";
import { count, moment } from "./format.js";
import { History } from "./history.js";
import { mergeView } from "./merge.js";
import { newsOf } from "./news.js";
import { lookOf, overallState, TABLES, TILES, titleOf } from "./tables.js";

/** Milliseconds without a view after which the page is not true any more. */
const STALE_MS = 10_000;
/** Milliseconds until the next attempt where the browser makes none by itself; doubled each time. */
const RETRY_MS = 1000;
const RETRY_MS_MAX = 15_000;

const history = new History();
const charts = new Charts(byId("charts"), history);
const tables = TABLES.map((spec) => ({ spec, table: new DataTable(spec) }));
const attention = new Map();

let view = null;
let source = null;
let isPaused = false;
let isScheduled = false;
let retryMs = RETRY_MS;
let watchdog = 0;

connect();
byId("tools").hidden = false;
byId("tools").addEventListener("submit", (event) => event.preventDefault());
byId("filter").addEventListener("input", filter);
byId("trouble").addEventListener("change", filter);
byId("pause").addEventListener("click", pause);
document.addEventListener("visibilitychange", () => schedule());
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  byId("filter").focus();
});

function connect() {
  source?.close();
  source = new EventSource("events");
  source.addEventListener("snapshot", ({ data }) => receive(JSON.parse(data)));
  source.addEventListener("delta", ({ data }) => {
    const merged = view === null ? null : mergeView(view, JSON.parse(data));
    if (merged === null) connect(); // without an id of its own it gets the whole view
    else receive(merged);
  });
  source.addEventListener("error", () => {
    showDisconnected("the service does not respond");
    // A browser gives up if the response is no stream: the site may be starting, or be full.
    if (source.readyState === EventSource.CLOSED) later();
  });
  watch();
}

function later() {
  clearTimeout(watchdog);
  watchdog = setTimeout(connect, retryMs);
  retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
}

/** A connection can be dead without an error. */
function watch() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    showDisconnected("nothing was received for a while");
    connect();
  }, STALE_MS);
}

function receive(next) {
  retryMs = RETRY_MS;
  watch();
  // Another version of the program has another page.
  if (next.service.program !== document.body.dataset.program) return location.reload();
  const news = view === null ? "" : newsOf(view, next);
  view = next;
  history.add(view);
  document.title = titleOf(view);
  document.body.classList.remove("disconnected");
  if (news !== "" && !isPaused) setText(byId("news"), news);
  schedule();
}

/** Shows the newest view with the next frame; not if nobody looks. */
function schedule() {
  if (isScheduled || view === null || document.hidden) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    if (!document.body.classList.contains("disconnected")) {
      setText(byId("connection"), isPaused ? "Paused" : "Live");
    }
    if (!isPaused) render();
  });
}

function render() {
  const { look, text } = overallState(view);
  setState(byId("overall").firstElementChild, look, text);
  setText(byId("host"), view.service.host);
  setText(byId("time"), moment(view.time));
  for (const { name, text } of TILES) {
    setText(document.querySelector(`[data-tile="${name}"]`), text(view));
  }
  showAttention();
  showFleet(view.fleet);
  for (const { spec, table } of tables) {
    table.update(view[spec.name], view.time);
    table.showCount(countText(spec.name));
  }
  charts.draw();
}

function showAttention() {
  const rows = view.attention;
  byId("attention").hidden = rows.length === 0;
  const list = byId("attention-rows");
  const keys = new Set(rows.map(({ key }) => key));
  for (const [key, element] of attention) {
    if (keys.has(key)) continue;
    element.remove();
    attention.delete(key);
  }
  if (attention.size === 0) list.replaceChildren();
  for (const row of rows) {
    if (!attention.has(row.key)) attention.set(row.key, attentionItem(row));
  }
  const wanted = rows.map(({ key }) => attention.get(key));
  if (wanted.some((element, i) => list.children[i] !== element)) list.replaceChildren(...wanted);
}

function attentionItem({ level, about, text, hint }) {
  const state = setState(create("span"), lookOf(level), level);
  const parts = [state, " ", create("strong", {}, about), `: ${text}`];
  return create("li", {}, ...parts, ...hint === null ? [] : [" ", create("code", {}, hint)]);
}

function showFleet(fleet) {
  byId("fleet").hidden = fleet === null;
  if (fleet === null) return;
  for (const fact of FLEET_FACTS) {
    const cell = document.querySelector(`[data-fact="${fact.name}"]`);
    const state = stateOf(fact, fleet);
    if (state !== null) setState(cell.firstElementChild, state.look, state.word);
    setText(cell.lastElementChild, fact.text(fleet));
  }
  for (const { name } of FLEET_LISTS) showFleetList(byId(`fleet-${name}`), name, fleet);
}

function showFleetList(part, name, fleet) {
  const items = fleetItems(name, fleet);
  part.hidden = items.length === 0;
  setText(part.querySelector("[data-count]"), count(fleet.counts[name]));
  const list = part.querySelector("ul");
  const made = items.map(fleetItem);
  // What is the same is not touched: it may be selected.
  const isSame = made.length === list.children.length &&
    made.every((item, i) => item.isEqualNode(list.children[i]));
  if (!isSame) list.replaceChildren(...made);
}

function fleetItem({ level, text, code }) {
  const parts = [
    ...level === null ? [] : [setState(create("span"), lookOf(level), level)],
    ...text === "" ? [] : [text],
    ...code === null ? [] : [create("code", {}, code)],
  ];
  return create("li", {}, ...parts.flatMap((part, i) => i === 0 ? [part] : [" ", part]));
}

function countText(name) {
  if (name !== "addresses") return count(view[name].length);
  const { open, wait, refused, draining } = view.addressCounts;
  const all = open + wait + refused + draining;
  const text = open === all ? count(all) : `${count(open)} of ${count(all)} open`;
  const left = all - view.addresses.length;
  return left > 0 ? `${text}, ${count(left)} not listed` : text;
}

function filter() {
  const [words, troubleOnly] = [byId("filter").value, byId("trouble").checked];
  for (const { table } of tables) table.filter(words, troubleOnly);
  if (view === null) return;
  for (const { spec, table } of tables) table.showCount(countText(spec.name));
}

function pause() {
  isPaused = !isPaused;
  setText(byId("pause"), isPaused ? "Resume" : "Pause");
  document.body.classList.toggle("paused", isPaused);
  if (isPaused) setText(byId("connection"), "Paused");
  else schedule();
}

function showDisconnected(why) {
  document.body.classList.add("disconnected");
  setText(byId("connection"), `Disconnected: ${why}. Trying again. Last state`);
  const host = byId("host").textContent;
  document.title = `Disconnected · ${host} · httpcfg`;
}
