/**
 * Fuzzes the arguments of our own commands. The rules: arguments
 * are read, or refused by a fault with the exit status of a wrong usage; every value that is read
 * was given.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EXIT } from "../../mod/base/exit_status.ts";
import { Fault } from "../../mod/base/fault.ts";
import { loadCommands } from "../support/commands.ts";
import { readInput } from "../../mod/cli/core/args.ts";
import { anyOf, mutatedText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const COMMANDS = await loadCommands();
const VALUES = [
  "",
  "a",
  "-",
  "--",
  "-1",
  "=",
  "=a",
  "true",
  "false",
  "--format",
  "text",
  "a=b",
  "0",
];

interface Line {
  readonly name: string;
  readonly words: readonly string[];
}

function line(random: Random): Line {
  const { name, flags } = random.pick(COMMANDS);
  const words = Array.from({ length: random.below(7) }, () => {
    const names = Object.keys(flags);
    if (names.length === 0 || random.chance(3)) return anyOf(VALUES, random);
    const flag = random.pick(names);
    const choices = flags[flag]!.choices ?? VALUES;
    const word = `--${flag}${random.chance(2) ? `=${anyOf(choices, random)}` : ""}`;
    return random.chance(8) ? mutatedText(word, random) : word;
  });
  return { name, words };
}

function check({ name, words }: Line): void {
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) return; // of a shortened input
  let input: ReturnType<typeof readInput>;
  try {
    input = readInput(command, words, words);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    assertEquals(error.exit, EXIT.usage);
    return;
  }
  const isGiven = (value: string): boolean => words.some((word) => word.endsWith(value));
  assert(input.words.every((word) => words.includes(word)), "a word that was not given");
  for (const [flag, { kind, bare }] of Object.entries(command.flags)) {
    const wasNamed = words.some((word) => word.split("=")[0] === `--${flag}`);
    const values = kind === "boolean" ? [] : input.texts(flag);
    assert(values.every((value) => isGiven(value) || value === bare), "a value that was not given");
    assert(wasNamed || (values.length === 0 && !input.flag(flag)), "a flag that was not given");
  }
}

export const ownFlags = target("flags", line, () => ({ check }));
