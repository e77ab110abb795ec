// Story: a client that speaks to the control socket the moment it exists is answered like any other:
// the process that it ends is gone, and leaves nothing behind that no command can see or stop.
import { assertEquals } from "@std/assert";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** Starts that are met by an early client; one in three used to go well by luck. */
const ROUNDS = 50;

/** Sends `request` as soon as the socket `path` takes a connection; gives the whole answer. */
async function askEarly(path: string, request: unknown): Promise<string> {
  for (;;) {
    let conn: Deno.UnixConn;
    try {
      conn = await Deno.connect({ transport: "unix", path });
    } catch (error) {
      const isAbsent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused;
      if (!isAbsent) throw error;
      continue; // not there yet: the very first moment is what is wanted
    }
    try {
      await conn.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
      return await new Response(conn.readable).text();
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset) {
        return "";
      }
      throw error;
    }
  }
}

for (const command of ["serve --background", "serve"]) {
  Deno.test(`${command}: a client that asks to end at the first moment ends it, 50 times`, async () => {
    await using program = await Program.make();
    await program.do("site remove W3SVC/1");
    await program.do(`site add one --bind 127.0.0.2:${freePort()}: --respond here`);
    const answers: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const served = program.spawn(command);
      const answer = await askEarly(`${program.home}/run/control.sock`, { op: "end" });
      answers.push(
        (JSON.parse(answer.trim().split("\n").at(-1) ?? "null") as { kind: string }).kind,
      );
      await waitFor(() => served.hasEnded(), `the end of round ${round}`);
      assertEquals(await served.ended, 0, served.stderr());
    }
    assertEquals(answers, Array.from({ length: ROUNDS }, () => "result"));
    assertEquals(program.servicePid(), null);
    assertEquals((await program.run("status")).status, 1);
  });
}
