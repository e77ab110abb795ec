/**
 * `deno task bench`: what httpcfg costs, beside its floor and its peers, and the goals for it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Bench, type Row } from "./bench.ts";
import { isInstalled, outputOf } from "./machine/commands.ts";
import { describeCores, moveTo } from "./machine/cores.ts";
import { Scope } from "./machine/scope.ts";
import { commitOf, versions } from "./machine/versions.ts";
import { changeRows, compareRuns } from "./report/compare.ts";
import { type Figure, formatRun, parseRun, type Run } from "./report/figures.ts";
import { goalRows, type RowGoal } from "./report/goals.ts";
import { formatTable, rowTable } from "./report/tables.ts";
import { chooseRows } from "./rows/choose.ts";
import { ROWS } from "./rows/rows.ts";

const USAGE =
  `deno task bench [NAME ...]         all rows, or those named; "https" is all of https-...
  --list                           the rows, one line each
  --rounds=N --seconds=N           5 rounds in turn, with 3 seconds of load each, unless told
  --json, --json=FILE              the figures as JSON, to stdout or a file
deno task bench --compare OLD.json NEW.json
HTTPCFG_PROGRAM=FILE               measure a built program instead of the sources
`;
const ROOT = `${import.meta.dirname}/../../`;
const [ROUNDS, SECONDS] = [5, 3] as const;

interface Options {
  readonly rounds: number;
  readonly seconds: number;
}

/** Writes a line for people: to stderr if the figures go to stdout. */
let say = (text: string): void => write(Deno.stdout, text);

function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
}

/** Measures one row; what it started has ended when it returns. */
async function measure(row: Row, options: Options): Promise<readonly Figure[]> {
  for (const program of row.needs ?? []) {
    if (isInstalled(program)) continue;
    say(`\n${row.name}: skipped, ${program} is not installed`);
    return [];
  }
  moveTo(row.usesEveryCore === true ? "all" : "clients");
  const scope = new Scope();
  const bench = new Bench(row.name, scope, options);
  const stop = (): void => {
    scope.abandon();
    Deno.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  const late = Promise.withResolvers<never>();
  const seconds = timeOf(options) + (row.moreSeconds ?? 0);
  const timer = setTimeout(
    () => late.reject(new Error(`not done after ${seconds} s`)),
    1000 * seconds,
  );
  try {
    await Promise.race([row.run(bench), late.promise]);
  } catch (error) {
    bench.note(`failed: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  } finally {
    clearTimeout(timer);
    await scope[Symbol.asyncDispose]();
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
  say(`\n${row.name}: ${row.title}`);
  if (bench.figures.length > 0) say(rowTable(bench.figures));
  for (const note of bench.notes) say(`- ${note}`);
  return bench.figures;
}

/** Returns the seconds that a row may take: enough for five servers, and for slow starts. */
function timeOf({ rounds, seconds }: Options): number {
  return 120 + rounds * (60 + 6 * seconds);
}

async function measureAll(rows: readonly Row[], options: Options): Promise<Run> {
  const built = Deno.env.get("HTTPCFG_PROGRAM");
  const program = built === undefined
    ? "from source"
    : `${built}, which is ${outputOf([built, "--version"]).trim()}`;
  const found = versions();
  const commit = commitOf(ROOT);
  say(`httpcfg ${commit}, ${program}\n${describeCores()}; medians of ${options.rounds} rounds`);
  say(Object.entries(found).map(([name, version]) => `${name} ${version}`).join(", "));
  const figures: Figure[] = [];
  for (const row of rows) figures.push(...await measure(row, options));
  return {
    date: new Date().toISOString(),
    commit,
    program,
    machine: describeCores(),
    versions: found,
    ...options,
    figures,
  };
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    boolean: ["list", "compare", "help"],
    string: ["json", "rounds", "seconds"],
    unknown: (flag, key) => key === undefined || fail(`unknown option: ${flag}`),
  });
  const names = args._.map(String);
  if (args.help) return say(USAGE);
  if (args.list) return say(formatTable(ROWS.map(({ name, title }) => [name, title])));
  if (args.compare) {
    if (names.length !== 2) return fail("--compare needs two files");
    const [old, now] = names.map((name) => parseRun(Deno.readTextFileSync(name)));
    return say(formatTable(changeRows(compareRuns(old!, now!))));
  }
  const rows = chooseRows(ROWS, names);
  if (typeof rows === "string") return fail(rows);
  const options = {
    rounds: positive(args.rounds, ROUNDS),
    seconds: positive(args.seconds, SECONDS),
  };
  if (args.json === "") say = (text) => write(Deno.stderr, text);
  const run = await measureAll(rows, options);
  const goals = rows.flatMap((row): RowGoal[] => {
    return (row.goals ?? []).map((goal) => ({ ...goal, row: row.name }));
  });
  if (goals.length > 0) say(`\nGoals\n${formatTable(goalRows(run.figures, goals))}`);
  if (args.json === "") write(Deno.stdout, formatRun(run).trimEnd());
  else if (typeof args.json === "string") Deno.writeTextFileSync(args.json, formatRun(run));
}

function positive(text: unknown, otherwise: number): number {
  if (text === undefined) return otherwise;
  return Number.isInteger(Number(text)) && Number(text) > 0
    ? Number(text)
    : fail(`not a positive integer: "${text}"`);
}

function fail(why: string): never {
  write(Deno.stderr, `error: ${why}\n\n${USAGE}`);
  Deno.exit(2);
}

if (import.meta.main) await main();
