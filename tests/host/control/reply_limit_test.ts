// Goal: a connection is closed when the time is up, and never after the reply has come.
import { assertEquals } from "@std/assert";
import { limitReply } from "../../../mod/host/control/reply_limit.ts";

Deno.test("limitReply() closes the connection when the time is up", async () => {
  const closed = Promise.withResolvers<void>();
  using limit = limitReply({ [Symbol.dispose]: () => closed.resolve() }, 1);
  assertEquals(limit.isOver, false);
  await closed.promise;
  assertEquals(limit.isOver, true);
});

Deno.test("limitReply() leaves a connection alone after it was disposed of", async () => {
  let isClosed = false;
  const limit = limitReply({ [Symbol.dispose]: () => isClosed = true }, 1);
  limit[Symbol.dispose]();
  while (!limit.isOver) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(isClosed, false);
});
