import { assertEquals, assertThrows } from "@std/assert";
import { treeOf } from "./processes.ts";
import { Scope } from "./scope.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "all that a scope has ends with it",
  onLinux,
  async () => {
    for (const end of ["dispose", "abandon"] as const) {
      const scope = new Scope();
      const folder = scope.folder();
      Deno.writeTextFileSync(`${folder}/file`, "");
      // A shell that waits for its child, which ignores the usual signal.
      const script = "(trap '' TERM; while :; do sleep 1; done) & wait";
      const child = scope.start(["sh", "-c", script], { stdin: "null" });
      while (treeOf(child.pid).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      const tree = treeOf(child.pid);
      if (end === "abandon") scope.abandon();
      else await scope[Symbol.asyncDispose]();
      await child.status;
      for (const pid of tree) await gone(pid);
      assertThrows(() => Deno.statSync(folder), Deno.errors.NotFound);
      assertThrows(() => scope.start(["true"], {}), Error, "over");
    }
  },
);

Deno.test("a process that has ended by itself is nobody's any more", async () => {
  await using scope = new Scope();
  const child = scope.start(["true"], { stdin: "null" });
  await child.status;
  await scope.end(child);
  assertEquals((await child.status).success, true);
});

/** Resolves when a process has ended; whoever inherits it may not have waited for it. */
async function gone(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
    } catch {
      return false;
    }
  };
  while (isThere()) await new Promise((resolve) => setTimeout(resolve, 5));
}
