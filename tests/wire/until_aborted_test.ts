// Goal: what is read of an answer ends when its request is given up, also after the runtime has collected
// what it does not need any more, and with it the signal that it was given.
import { assertEquals, assertRejects } from "@std/assert";
import { untilAborted } from "../../mod/wire/until_aborted.ts";

Deno.test("untilAborted() ends with its signal, also while nothing comes", async () => {
  for (const isBefore of [true, false]) {
    const ended = new AbortController();
    let isCanceled = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel: () => {
        isCanceled = true;
      },
    });
    if (isBefore) ended.abort(new Error("ended"));
    const read = Array.fromAsync(untilAborted(silent, ended.signal));
    ended.abort(new Error("ended"));
    await assertRejects(() => read, Error, "ended");
    assertEquals(isCanceled, true);
  }
});
