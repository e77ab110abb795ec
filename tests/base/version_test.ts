import { assertEquals } from "@std/assert";
import { COMMIT, VERSION } from "../../mod/base/version.ts";

Deno.test("VERSION matches deno.json, and COMMIT names no commit in the sources", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals([VERSION, COMMIT], [config.version, "source"]);
});
