// Goal: refusals and access denied of ssl and urlacl. Method: a store that refuses.
import { assertEquals } from "@std/assert";
import { Fault } from "../../mod/base/fault.ts";
import type { CommandIo } from "../../mod/cli/core/command.ts";
import { applyEdit, isDenied, printable, refuse } from "../../mod/cli/http_store.ts";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";

function fakeIo(update: CommandIo["store"]["update"]): { io: CommandIo; said: string[] } {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const io = { os: "linux", store: { update }, print: say, note: say } as unknown as CommandIo;
  return { io, said };
}

Deno.test("applyEdit() gives the edit's code, and 5 where the document cannot be written", async () => {
  const { io } = fakeIo((edit) => {
    const after = edit(DEFAULT_DOCUMENT);
    return Promise.resolve({ changed: false, before: DEFAULT_DOCUMENT, after });
  });
  assertEquals(await applyEdit(io, (document) => ({ document, code: 183 })), 183);
  const denied = new Fault("no", { cause: new Deno.errors.PermissionDenied("no") });
  const refusing = fakeIo(() => Promise.reject(denied));
  assertEquals(await applyEdit(refusing.io, (document) => ({ document, code: 0 })), 5);
  assertEquals(refusing.said, ["error: no"]);
  assertEquals([isDenied(denied), isDenied(new Fault("x")), isDenied(new Error("x"))], [
    true,
    false,
    false,
  ]);
});

Deno.test("refuse() prints without control characters, its status is 87 or 1", () => {
  const { io, said } = fakeIo(() => Promise.reject(new Error("not called")));
  assertEquals([refuse(io, "\u001b[2J x\n"), refuse(io, "y\n", 10022)], [87, 1]);
  assertEquals(said, ["?[2J x\n", "y\n"]);
  assertEquals(printable("a\u2028b\tc"), "a?b?c");
});
