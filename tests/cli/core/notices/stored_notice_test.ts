// Goal: one sentence for what is stored and not in force, and none if there is nothing to say.
// Method: a table, and a home with a service.
import { assertEquals } from "@std/assert";
import { planNotice, storedNotices } from "../../../../mod/cli/core/notices/stored_notice.ts";
import type { StoredState } from "../../../../mod/host/control/status.ts";
import { commandHome, serviceStatus } from "../../../support/command_home.ts";

function changed(changes: number, file = "/c"): StoredState {
  return { file, changes, problem: null, hint: null };
}

Deno.test("storedNotices() counts, or says why the document cannot be used", () => {
  const text = (stored: StoredState | undefined): string => {
    return storedNotices(stored, "httpcfg plan").map((one) => {
      return `${one.kind}: ${one.text} (${one.hint})`;
    }).join();
  };
  assertEquals([text(undefined), text(changed(0))], ["", ""]);
  assertEquals(text(changed(1)), "note: stored, not applied: 1 change (httpcfg plan)");
  assertEquals(text(changed(7)), "note: stored, not applied: 7 changes (httpcfg plan)");
  assertEquals(
    text({ file: "/c", changes: null, problem: "no JSON", hint: "fix it" }),
    "warning: the stored document cannot be used: no JSON (fix it)",
  );
});

Deno.test("planNotice() is only about the document that the command works with", () => {
  const text = (stored: StoredState | undefined): string | undefined => {
    return planNotice(stored, "/c")[0]?.text;
  };
  assertEquals(text(changed(1)), "with the stored configuration; 1 change is not applied");
  assertEquals(text(changed(2)), "with the stored configuration; 2 changes are not applied");
  assertEquals([text(changed(2, "/other")), text(changed(0)), text(undefined)], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("query iplisten has no note about a document that it did not read", async () => {
  await using home = await commandHome();
  const stored = changed(2, `${home.path}/config.json`);
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running" }, { stored })));
  const note = "note: stored, not applied: 2 changes\nhint: httpcfg plan\n";
  assertEquals((await home.run("query iplisten")).note, note);
  assertEquals((await home.run(`--config ${home.path}/other.json query iplisten`)).note, "");
});
