/**
 * A table of refusals: a situation, the line that is refused, and what its hints must do. Each hint
 * is typed as it stands, in a situation of its own, and the refused line is repeated.
 *
 * @module
 */
import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Program, type Result } from "../../support/program.ts";

/** One refusal. In its texts, `{port}` and so on stand for what the place provides. */
export interface Row {
  /** What is the case. */
  readonly name: string;
  /** A script that makes it so. */
  readonly given?: string;
  /** The line that is refused, as typed. */
  readonly line: string;
  /** Part of what the user reads. */
  readonly says: string;
  /** The hints in order: each is text, or a pattern where it has what no test can know. */
  readonly hints: readonly (string | RegExp)[];
  /**
   * What shows the cure: `again`, the refused line succeeds after the hint (the default); `hint`, the
   * hint itself is the corrected line; or a script that succeeds then.
   */
  readonly cured?: string;
  /** Hints, by index, that are not typed here, and why. */
  readonly untyped?: Readonly<Record<number, string>>;
  /** The line is not refused, but its notes have hints. */
  readonly isDone?: true;
}

/** Where a row happens. */
export interface Place extends AsyncDisposable {
  readonly program: Program;
  /** The values of the names in braces. */
  readonly values: Readonly<Record<string, string>>;
  /** Runs a script as an administrator, with `httpcfg` and `sudo` on the path. */
  shell(script: string): Promise<Result>;
  /** Runs the refused line as whoever types it. */
  type(script: string): Promise<Result>;
}

/** Stands in for sudo, which does not pass the environment on: the tests are root already. */
const SUDO = '#!/bin/sh\nexec env -u HTTPCFG_HOME "$@"\n';

/** Makes a place with a home of its own and nothing else. */
export async function plainPlace(values: Readonly<Record<string, string>> = {}): Promise<Place> {
  const program = await Program.make();
  await writeSudo(program);
  const shell = (script: string): Promise<Result> => program.shell(script);
  return {
    program,
    values: { home: program.home, ...values },
    shell,
    type: shell,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

export async function writeSudo({ home }: Program): Promise<void> {
  await Deno.writeTextFile(`${home}/bin/sudo`, SUDO, { mode: 0o755 });
}

/** Tests every hint of every row, each in a place of its own. */
export async function checkRows(
  rows: readonly Row[],
  makePlace: () => Promise<Place>,
  t: Deno.TestContext,
): Promise<void> {
  for (const row of rows) {
    await t.step(row.name, async () => {
      for (let index = 0; index < Math.max(1, row.hints.length); index++) {
        await using place = await makePlace();
        await checkHint(row, index, place);
      }
    });
  }
}

async function checkHint(row: Row, index: number, place: Place): Promise<void> {
  const filled = (text: string): string => {
    return text.replace(/\{([a-z]+)\}/g, (all, name) => place.values[name] ?? all);
  };
  if (row.given !== undefined) {
    const made = await place.shell(filled(row.given));
    assertEquals(made.status, 0, `given: ${made.out}${made.err}`);
  }
  const line = filled(row.line);
  const refused = await place.type(line);
  const told = `${line}\n${refused.out}${refused.err}`;
  if (row.isDone) assertEquals(refused.status, 0, told);
  else assertNotEquals(refused.status, 0, told);
  assertStringIncludes(told, filled(row.says));
  const hints = hintsIn(refused);
  row.hints.forEach((wanted, i) => {
    const found = hints[i] ?? "";
    if (typeof wanted === "string") assertEquals(found, filled(wanted), told);
    else assertEquals(wanted.test(found), true, `${found}\n${told}`);
  });
  assertEquals(hints.length, row.hints.length, told);
  const hint = hints[index];
  if (hint === undefined || row.untyped?.[index] !== undefined) return;
  const typed = await place.shell(`exec sh -c ${quoted(hint)}`);
  const after = `${told}\n$ ${hint}\n${typed.out}${typed.err}`;
  const cured = row.cured ?? "again";
  if (cured === "hint") return assertEquals(typed.status, 0, after);
  const again = cured === "again" ? await place.type(line) : await place.shell(filled(cured));
  assertEquals(again.status, 0, `${after}\n$ ${line}\n${again.out}${again.err}`);
}

/** Returns the hints of a command, without the one that every service of root begins with. */
function hintsIn({ err }: Result): string[] {
  return err.replace(ROOT_NOTE, "").split("\n").flatMap((text) => {
    return /^hint: (.*)$/.exec(text)?.[1] ?? [];
  });
}

const ROOT_NOTE =
  "note: the service runs as root, and stays root\nhint: httpcfg service install | sh\n";

/** Returns `text` as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
