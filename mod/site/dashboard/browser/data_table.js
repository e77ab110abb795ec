/**
 * A table of the snapshot, brought to life: it follows a list of rows of which only those that can be
 * seen exist, is sorted by its headings, and shows more about one row. Focus and selection stay, and
 * nothing moves under the pointer.
 *
 * @module
 */
import { create, setState, setText } from "./dom.js";
import { filterOf, isTrouble, keptInPlace, sorted, topToSee, windowOf } from "./rows.js";
import { classesOf } from "./tables.js";

/** Pixels of a row until one can be measured. */
const ROW_HEIGHT = 34;

/** One table of the page. */
export class DataTable {
  #spec;
  #scroll;
  #table;
  #body;
  #count;
  #empty;
  #details;
  #above = spacer();
  #below = spacer();
  /** The rows that exist, by their key: the element, the button and the texts of its cells. */
  #made = new Map();
  #rowHeight = ROW_HEIGHT;
  /** All rows that match, in their order. */
  #shown = [];
  #rows = [];
  #now = "";
  #sorting = null;
  #words = "";
  #troubleOnly = false;
  #selected = null;
  #isPointed = false;
  /** Whether the rows may be in another order than they should be, because they are in use. */
  #isHeld = false;
  #isScheduled = false;

  constructor(spec) {
    this.#spec = spec;
    const section = document.getElementById(spec.name);
    this.#scroll = section.querySelector(".scroll");
    this.#table = section.querySelector("table");
    this.#body = section.querySelector("tbody");
    this.#count = section.querySelector("[data-count]");
    this.#empty = section.querySelector("[data-empty]");
    section.querySelector("[data-pages]")?.remove();
    this.#details = create("div", {
      class: "details",
      id: `${spec.name}-details`,
      role: "region",
      "aria-label": `${spec.title}: the selected row`,
      hidden: "",
    });
    this.#scroll.after(this.#details);
    this.#scroll.classList.add("live");
    if (spec.isProse) this.#scroll.classList.add("prose");
    for (const one of [this.#above, this.#below]) one.firstChild.colSpan = spec.columns.length;
    this.#body.replaceChildren(this.#above, this.#below);
    this.#table.tHead.rows[0].setAttribute("aria-rowindex", "1");
    if (!spec.isProse) this.#makeHeadings();
    this.#listen();
  }

  /** Shows `rows` of a view from `now`. */
  update(rows, now) {
    const isSame = rows === this.#rows;
    this.#rows = rows;
    this.#now = now;
    if (!isSame || (this.#isHeld && !this.#isInUse())) this.#choose();
    this.#render();
  }

  /** Shows only rows with all `words`, or only those with trouble. */
  filter(words, troubleOnly) {
    this.#words = words;
    this.#troubleOnly = troubleOnly;
    this.#scroll.scrollTop = 0;
    this.#choose(true);
    this.#render();
  }

  /** Chooses and sorts the rows; unless `isAsked`, those in use stay where they are. */
  #choose(isAsked = false) {
    const isWanted = filterOf(this.#spec, this.#words);
    const matching = this.#rows.filter((row) => {
      return isWanted(row, this.#now) && (!this.#troubleOnly || isTrouble(this.#spec, row));
    });
    this.#isHeld = !isAsked && this.#isInUse();
    this.#shown = this.#isHeld
      ? keptInPlace(matching, this.#shown.map(({ key }) => key))
      : sorted(this.#spec, matching, this.#sorting, this.#now);
  }

  /** Whether a pointer or the focus is on a row. */
  #isInUse() {
    return this.#isPointed || this.#body.contains(document.activeElement);
  }

  #makeHeadings() {
    for (const cell of this.#table.tHead.rows[0].cells) {
      const column = this.#spec.columns.find(({ name }) => name === cell.dataset.column);
      const button = create("button", { type: "button" }, column.title);
      button.addEventListener("click", () => this.#sortBy(column));
      cell.replaceChildren(button);
    }
  }

  /** A number is sorted downwards first, and after both directions comes the order of the service. */
  #sortBy(column) {
    const first = column.isNumber === true;
    const { column: name, isDown } = this.#sorting ?? {};
    if (name !== column.name) this.#sorting = { column: column.name, isDown: first };
    else this.#sorting = isDown === first ? { column: name, isDown: !first } : null;
    for (const cell of this.#table.tHead.rows[0].cells) {
      if (cell.dataset.column !== this.#sorting?.column) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.#sorting.isDown ? "descending" : "ascending");
    }
    this.#choose(true);
    this.#render();
  }

  #listen() {
    this.#scroll.addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(this.#scroll);
    this.#body.addEventListener("pointerenter", () => this.#isPointed = true);
    this.#body.addEventListener("pointerleave", () => this.#isPointed = false);
    this.#body.addEventListener("click", ({ target }) => {
      const key = target.closest("tr")?.dataset.key;
      if (key !== undefined) this.#select(this.#selected === key ? null : key);
    });
    this.#body.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onKey(event) {
    const key = event.target.closest("tr")?.dataset.key;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key] ?? 0;
    const at = this.#shown.findIndex((row) => row.key === key);
    let to = at + step;
    if (event.key === "Home") to = 0;
    else if (event.key === "End") to = this.#shown.length - 1;
    else if (event.key === "Escape") return this.#select(null);
    else if (step === 0) return;
    if (at < 0) return;
    event.preventDefault();
    this.#focus(Math.min(this.#shown.length - 1, Math.max(0, to)));
  }

  #focus(index) {
    const place = { rowHeight: this.#rowHeight, ...this.#visible() };
    this.#scroll.scrollTop = topToSee(index, place);
    this.#render();
    this.#made.get(this.#shown[index].key)?.button.focus({ preventScroll: true });
  }

  #select(key) {
    this.#selected = key;
    this.#render();
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#render();
    });
  }

  /** The part of the rows that can be seen: the heading covers the first ones. */
  #visible() {
    const head = this.#table.tHead.offsetHeight;
    return { top: this.#scroll.scrollTop, height: Math.max(0, this.#scroll.clientHeight - head) };
  }

  #render() {
    const rows = this.#shown;
    const all = { start: 0, end: rows.length, above: 0, below: 0 };
    const part = this.#spec.isProse
      ? all
      : windowOf({ count: rows.length, rowHeight: this.#rowHeight, ...this.#visible() });
    const inside = rows.slice(part.start, part.end);
    const kept = new Set(inside.map(({ key }) => key));
    for (const [key, { element }] of this.#made) {
      if (kept.has(key)) continue;
      if (element.contains(document.activeElement)) this.#scroll.focus({ preventScroll: true });
      element.remove();
      this.#made.delete(key);
    }
    let next = this.#above.nextSibling;
    for (const [i, row] of inside.entries()) {
      const { element } = this.#fill(row, part.start + i + 2);
      if (element === next) next = element.nextSibling;
      else this.#body.insertBefore(element, next);
    }
    setHeight(this.#above, part.above);
    setHeight(this.#below, part.below);
    this.#table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.#empty.hidden = rows.length > 0;
    this.#scroll.hidden = this.#rows.length === 0;
    if (rows.length === 0 && this.#rows.length > 0) setText(this.#empty, "No row matches.");
    this.#measure(inside);
    this.#showDetails();
  }

  /** The height of a row depends on fonts and zoom. */
  #measure([first]) {
    if (first === undefined) return;
    const { height } = this.#made.get(first.key).element.getBoundingClientRect();
    if (height === 0 || Math.abs(height - this.#rowHeight) < 0.5) return;
    this.#rowHeight = height;
    if (!this.#spec.isProse) this.#schedule();
  }

  /** Returns the element of a row, with the texts that it has now. */
  #fill(row, rowIndex) {
    const { columns } = this.#spec;
    let made = this.#made.get(row.key);
    if (made === undefined) {
      made = this.#make(row);
      this.#made.set(row.key, made);
    }
    made.element.setAttribute("aria-rowindex", String(rowIndex));
    const isSelected = row.key === this.#selected;
    made.element.classList.toggle("selected", isSelected);
    made.button?.setAttribute("aria-expanded", String(isSelected));
    for (const [i, { text, look }] of columns.entries()) {
      const cell = made.cells[i];
      const shown = text(row, this.#now);
      if (look === undefined) setText(cell, shown);
      else setState(cell, look(row), shown);
    }
    return made;
  }

  #make(row) {
    const element = create("tr", { "data-key": row.key });
    const { columns, name, isProse } = this.#spec;
    let button = null;
    const cells = columns.map((column, i) => {
      const cell = create(i === 0 ? "th" : "td", {
        class: classesOf(column),
        scope: i === 0 ? "row" : null,
      });
      element.append(cell);
      if (i === 0 && !isProse) {
        button = create("button", {
          type: "button",
          class: "pick",
          "aria-controls": `${name}-details`,
        });
        cell.append(button);
        return button;
      }
      if (column.look === undefined) return cell;
      const state = create("span");
      cell.append(state);
      return state;
    });
    return { element, button, cells };
  }

  /** All of the selected row, also what has no place in the table. */
  #showDetails() {
    const row = this.#rows.find(({ key }) => key === this.#selected);
    this.#details.hidden = row === undefined;
    if (row === undefined) return;
    const { columns, details } = this.#spec;
    const pairs = [
      ...columns.map(({ title, text }) => [title, text(row, this.#now)]),
      ...details?.(row, this.#now) ?? [],
    ].filter(([, text]) => text !== "");
    const text = JSON.stringify(pairs);
    if (this.#details.dataset.text === text) return;
    this.#details.dataset.text = text;
    this.#details.replaceChildren(
      create(
        "dl",
        {},
        ...pairs.map(([title, text]) => {
          return create("div", {}, create("dt", {}, title), create("dd", {}, text));
        }),
      ),
    );
  }

  /** Shows how many rows there are: `text` of all of them, and how many match. */
  showCount(text) {
    const isFiltered = this.#shown.length !== this.#rows.length;
    setText(this.#count, isFiltered ? `${this.#shown.length} shown of ${text}` : text);
  }
}

function spacer() {
  return create("tr", { class: "spacer", "aria-hidden": "true" }, create("td"));
}

function setHeight(row, height) {
  row.hidden = height === 0;
  row.firstChild.style.height = `${height}px`;
}
