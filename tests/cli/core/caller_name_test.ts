// Goal: the history names the real caller, also where the environment is absent or lies.
import { assertEquals } from "@std/assert";
import { callerName } from "../../../mod/cli/core/caller_name.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const NAMES: Readonly<Record<number, string>> = { 0: "root", 1000: "alice" };

for (
  const [what, uid, env, name] of [
    ["root, through sudo", 0, { SUDO_USER: "alice", USER: "root" }, "alice"],
    ["root itself", 0, { USER: "alice" }, "root"],
    ["root under cron", 0, {}, "root"],
    ["a user, who says to be another", 1000, { USER: "bob", SUDO_USER: "bob" }, "alice"],
    ["a user without a name", 4321, { USER: "bob" }, "4321"],
    ["a user on Windows", null, { USERNAME: "alice" }, "alice"],
    ["nobody knows", null, {}, "?"],
  ] as const
) {
  Deno.test(`callerName() names ${what}`, async () => {
    const given: Readonly<Record<string, string>> = env;
    const context = { uid, env: (key: string) => given[key] };
    assertEquals(await callerName(context, (id) => Promise.resolve(NAMES[id] ?? null)), name);
  });
}

Deno.test("callerName() reads the names of this machine", ON_POSIX, async () => {
  assertEquals(await callerName({ uid: 0, env: () => undefined }), "root");
  assertEquals(await callerName({ uid: 4294967000, env: () => undefined }), "4294967000");
});
