/** Startup: `query iplisten` with 1,000 entries against an empty script on the same runtime. */
import { median, printTable, timed } from "./measure.ts";
import { programCommand } from "./servers.ts";

const RUNS = 30;
const ENTRIES = 1000;

/** Runs both in turn. The ratio is that of pairs, so that drift of the machine affects both. */
export async function benchStartUp(): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  try {
    await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(document()));
    const empty = `${home}/empty.js`;
    await Deno.writeTextFile(empty, "");
    const query = [...programCommand(), "query", "iplisten"];
    const nothing = [Deno.execPath(), "run", "-A", "--no-prompt", empty];
    const times: { query: number; nothing: number }[] = [];
    for (let i = -2; i < RUNS; i++) {
      const pair = { query: await timed(query, home), nothing: await timed(nothing, home) };
      if (i >= 0) times.push(pair); // the first two fill caches
    }
    const ms = (key: "query" | "nothing"): string =>
      median(times.map((one) => one[key])).toFixed(1);
    const ratio = median(times.map((one) => one.query / one.nothing)).toFixed(2);
    printTable(`Startup, wall clock, medians of ${RUNS} pairs`, [
      ["command", "ms", "ratio"],
      ["an empty script", ms("nothing"), "1.00"],
      [`query iplisten, ${ENTRIES} entries`, ms("query"), ratio],
    ]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function document(): unknown {
  const ipListen = Array.from({ length: ENTRIES }, (_, i) => `127.1.${i >> 8}.${i & 255}`);
  return { version: 1, ipListen, ssl: [], urlAcl: [], sites: [], metabase: {}, settings: {} };
}
