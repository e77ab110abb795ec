// Goal: the rules of every target hold. Method: a few cases of each, the same in each test run;
// `deno task fuzz` runs others.
import { TARGETS } from "./targets.ts";

/** Cases of targets that are slower or faster than the others. */
const CASES: Readonly<Record<string, number>> = {
  chunked: 300,
  hello: 800,
  entries: 2000,
  flags: 2000,
  patches: 2000,
  httpcfg: 30,
  net: 30,
  netsh: 30,
  adsutil: 30,
  iisweb: 30,
  site: 30,
};

for (const { name, open } of TARGETS) {
  Deno.test(`fuzz ${name}`, async () => {
    const target = await open();
    for (let number = 1; number <= (CASES[name] ?? 300); number++) await target.run(number);
    await target.close();
  });
}
