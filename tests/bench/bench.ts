/**
 * The form of every row: a name, what it measures, its goals, and a function that adds figures.
 *
 * @module
 */
import type { Figure } from "./report/figures.ts";
import type { Goal } from "./report/goals.ts";
import type { Scope } from "./machine/scope.ts";

export interface Row {
  readonly name: string;
  /** One line: what is measured, with its numbers. */
  readonly title: string;
  readonly goals?: readonly Goal[];
  /** Programs without which it cannot be measured. */
  readonly needs?: readonly string[];
  /** Whether what it starts may use every core, as a command that a user types. */
  readonly usesEveryCore?: boolean;
  /** Seconds that it may take in addition to those of any row. */
  readonly moreSeconds?: number;
  run(bench: Bench): Promise<void>;
}

/** A kind of figure. */
export interface Measure {
  readonly measure: string;
  readonly unit: string;
  readonly better: Figure["better"];
}

/** One run of a row: what it may use, and the figures that it adds. */
export class Bench {
  readonly #row: string;
  readonly #figures = new Map<string, Figure & { rounds: number[] }>();
  readonly #notes = new Set<string>();

  constructor(
    row: string,
    /** Ends with the row. */
    readonly scope: Scope,
    /** Rounds, and seconds of load in each. */
    readonly options: { readonly rounds: number; readonly seconds: number },
  ) {
    this.#row = row;
  }

  /** Adds the value of one round. */
  add(server: string, { measure, unit, better }: Measure, value: number): void {
    const key = `${server}/${measure}`;
    const figure = this.#figures.get(key) ??
      { row: this.#row, server, measure, unit, better, rounds: [] };
    figure.rounds.push(value);
    this.#figures.set(key, figure);
  }

  /** Adds a line below the table: what a reader of the figures must know. */
  note(text: string): void {
    this.#notes.add(text);
  }

  get figures(): readonly Figure[] {
    return [...this.#figures.values()];
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }
}
