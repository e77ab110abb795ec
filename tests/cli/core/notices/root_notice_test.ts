// Goal: root is told that the service stays root, and what to do. Method: users and systems.
import { assertEquals, assertMatch } from "@std/assert";
import { rootNotices } from "../../../../mod/cli/core/notices/root_notice.ts";

Deno.test("rootNotices() is for root alone, with a remedy where there is one", () => {
  for (const uid of [1, 1000, null]) assertEquals(rootNotices({ uid, os: "linux" }), []);
  const [linux] = rootNotices({ uid: 0, os: "linux" });
  assertEquals([linux?.kind, linux?.text], ["note", "the service runs as root, and stays root"]);
  assertMatch(linux?.hint ?? "", /^httpcfg service install \| sh/);
  assertEquals(rootNotices({ uid: 0, os: "darwin" })[0]?.hint, undefined);
});
