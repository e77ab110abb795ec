// Story: a client that connects to the control socket the moment it exists gets a reply like any
// other: the process that it ends is gone, and leaves nothing that no command can see or stop.
import { assertEquals } from "@std/assert";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { ON_POSIX } from "../support/platforms.ts";

/** Starts with an early client; one in three used to succeed by chance. */
const ROUNDS = 50;

/** Sends `request` as soon as the socket `path` accepts a connection. Returns the whole reply. */
async function askEarly(path: string, request: unknown): Promise<string> {
  for (;;) {
    let conn: Deno.UnixConn;
    try {
      conn = await Deno.connect({ transport: "unix", path });
    } catch (error) {
      const isAbsent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused;
      if (!isAbsent) throw error;
      continue; // does not exist yet, and the test needs the very first moment
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
  Deno.test(
    `${command}: a client ends it at the first moment, ${ROUNDS} times`,
    ON_POSIX,
    async () => {
      await using program = await Program.make();
      await program.do("site remove W3SVC/1");
      await program.do(`site add one --bind 127.0.0.2:${freePort()}: --respond here`);
      const replies: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const served = program.spawn(command);
        const reply = await askEarly(`${program.home}/run/control.sock`, { op: "end" });
        replies.push(
          (JSON.parse(reply.trim().split("\n").at(-1) ?? "null") as { kind: string }).kind,
        );
        await waitFor(() => served.hasEnded(), `the end of round ${round}`);
        assertEquals(await served.ended, 0, served.stderr());
      }
      assertEquals(replies, Array.from({ length: ROUNDS }, () => "result"));
      assertEquals(program.servicePid(), null);
      assertEquals((await program.run("status")).status, 1);
    },
  );
}
