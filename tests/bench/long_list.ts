/** A list of 10,000 entries against one of 10, command by command: what an entry costs. */
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { median, printTable, timed } from "./measure.ts";
import { programCommand } from "./servers.ts";

const RUNS = 30;
const [FEW, MANY] = [10, 10_000] as const;

interface Case {
  readonly title: string;
  /** The words of run `i`. */
  words(i: number): readonly string[];
  /** The text of entry `i` of the list that it begins with. */
  entry(i: number): string;
}

/** Exit statuses of success; that of `plan` is 2 if a socket would open. */
const DONE = [0, 2];
const address = (i: number): string => `10.1.${i >> 8}.${i & 255}`;
const CASES: readonly Case[] = [
  { title: "query iplisten", words: () => ["query", "iplisten"], entry: address },
  {
    title: "set iplisten",
    words: (i) => ["set", "iplisten", "-i", `192.0.2.${i}`],
    entry: address,
  },
  {
    title: "plan, CIDR entries",
    words: () => ["plan"],
    // One address that the machine has, so that there is a socket to open.
    entry: (i) => i === 0 ? "127.0.0.1" : `10.${i >> 8}.${i & 255}.0/24`,
  },
];

/** Runs each command on both lists in turn. The ratio is that of pairs, as the machine drifts. */
export async function benchLongList(): Promise<void> {
  const rows: string[][] = [];
  for (const one of CASES) rows.push([one.title, ...await measured(one)]);
  printTable(`A long list, wall clock, medians of ${RUNS} pairs`, [
    ["command", `${FEW} entries, ms`, `${MANY} entries, ms`, "ratio", "us/entry"],
    ...rows,
  ]);
}

async function measured({ words, entry }: Case): Promise<string[]> {
  const homes: string[] = [];
  try {
    for (const length of [FEW, MANY]) {
      const home = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
      homes.push(home);
      const document = {
        ...DEFAULT_DOCUMENT,
        ipListen: Array.from({ length }, (_, i) => entry(i)),
      };
      await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(document));
    }
    const pairs: (readonly [few: number, many: number])[] = [];
    for (let i = -2; i < RUNS; i++) {
      const command = [...programCommand(), ...words(i + 3)];
      const pair = [
        await timed(command, homes[0]!, DONE),
        await timed(command, homes[1]!, DONE),
      ] as const;
      if (i >= 0) pairs.push(pair); // the first two fill caches and begin the history
    }
    const [few, many] = [
      median(pairs.map((pair) => pair[0])),
      median(pairs.map((pair) => pair[1])),
    ];
    return [
      few.toFixed(1),
      many.toFixed(1),
      median(pairs.map((pair) => pair[1] / pair[0])).toFixed(2),
      (1000 * (many - few) / (MANY - FEW)).toFixed(2),
    ];
  } finally {
    for (const home of homes) await Deno.remove(home, { recursive: true });
  }
}
