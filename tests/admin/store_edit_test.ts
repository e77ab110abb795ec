// Goal: a rejected edit changes nothing, and says why. Method: a store that rejects.
import { assertEquals, assertRejects } from "@std/assert";
import type { AdminIo } from "../../mod/admin/admin_io.ts";
import { editStore } from "../../mod/admin/store_edit.ts";
import { DeniedFault, Fault } from "../../mod/base/fault.ts";
import { Problem } from "../../mod/base/problem.ts";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import type { Store } from "../../mod/config/store/store.ts";
import { storeAt } from "../support/store.ts";
import { tempFolder } from "../support/temp_folder.ts";

type EditIo = Pick<AdminIo, "store" | "asAdministrator">;

Deno.test("editStore() returns the change, or the problem that the edit returned", async () => {
  await using folder = await tempFolder();
  const io = { store: storeAt(folder.at("config.json")), asAdministrator: () => null };
  const problem = new Problem("it exists", { code: 183 });
  assertEquals(await editStore(io, () => problem), { problem, changed: false, notices: [] });
  assertEquals(folder.names().filter((name) => name === "config.json"), []);
  const after = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1"] };
  const change = await editStore(io, () => after);
  assertEquals(change, { changed: true, before: DEFAULT_DOCUMENT, after });
});

Deno.test("editStore() returns 5 if permission is denied, and throws any other fault", async () => {
  const failing = (error: Error, line: string | null = null): EditIo => {
    return {
      store: { update: () => Promise.reject(error) } as unknown as Store,
      asAdministrator: () => line,
    };
  };
  for (const line of [null, "sudo httpcfg set iplisten -i ::1"]) {
    const denied = new DeniedFault("Cannot write", { hint: "ls -ld /etc" });
    const result = await editStore(failing(denied, line), (document) => document);
    const hint = line ?? "ls -ld /etc";
    assertEquals("problem" in result && [result.problem.code, result.notices], [5, [
      { kind: "error", text: "Cannot write", hint },
    ]]);
  }
  for (const other of [new Fault("disk full"), new TypeError("bug")]) {
    await assertRejects(
      () => editStore(failing(other), (document) => document),
      Error,
      other.message,
    );
  }
});
