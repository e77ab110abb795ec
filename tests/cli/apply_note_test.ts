// Goal: a word after a write, only where it helps. Method: services in each state, and none.
import { assertEquals } from "@std/assert";
import type { CommandIo } from "../../mod/cli/command.ts";
import { tellHowToApply } from "../../mod/cli/apply_note.ts";
import type { ServiceStatus } from "../../mod/host/status.ts";
import { serviceStatus } from "../support/io.ts";

async function notes(ask: () => Promise<ServiceStatus | null>): Promise<number> {
  const said: string[] = [];
  const control = { ask } as unknown as CommandIo["control"];
  await tellHowToApply({ control, note: (text) => void said.push(text) } as CommandIo);
  return said.length;
}

Deno.test("tellHowToApply() speaks while HTTP is up, and never fails", async () => {
  assertEquals(await notes(() => Promise.resolve(serviceStatus({ HTTP: "running" }))), 1);
  assertEquals(await notes(() => Promise.resolve(serviceStatus({ HTTP: "starting" }))), 1);
  assertEquals(await notes(() => Promise.resolve(serviceStatus({ IISADMIN: "running" }))), 0);
  assertEquals(await notes(() => Promise.resolve(null)), 0);
  assertEquals(await notes(() => Promise.reject(new Error("another user's"))), 0);
});
