/** Goal: explain works for URLs and addresses, for people and scripts. Method: command lines. */
import { assertEquals, assertMatch } from "@std/assert";
import { commandHome } from "../../support/command_home.ts";
import { freePort } from "../../support/ports.ts";

Deno.test("explain finds the site of a URL, and says what is not open yet", async () => {
  await using home = await commandHome();
  const port = freePort();
  await home.run(`site add one --bind 127.0.0.1:${port}:www.test --echo`);
  const found = await home.run(`explain 127.0.0.1:${port} --host WWW.test.`);
  assertEquals(found.status, 0);
  assertMatch(found.out, /^Served by site "one": an echo of the request/);
  assertMatch(found.out, /not open yet/);
  const other = await home.run(`explain http://127.0.0.1:${port}/x --format json`);
  const explanation = JSON.parse(other.out);
  assertEquals([other.status, explanation.version, explanation.answeredBy], [1, 1, "service"]);
  assertMatch(explanation.candidates[0].why, /bound to the host "www\.test"/);
});

Deno.test("explain rejects what it cannot parse", async () => {
  await using home = await commandHome();
  for (const text of ["10.0.0", "ftp://x/", "80", "http://"]) {
    assertEquals((await home.run(`explain ${text}`)).status, 2, text);
  }
  const unknown = await home.run("explain http://no-such-name.invalid/");
  assertEquals(unknown.status, 1);
  assertMatch(unknown.note, /hint: httpcfg explain 127\.0\.0\.1:80 --host no-such-name\.invalid/);
});
