/**
 * Goal: 20,000 handshakes that fail, and 20,000 that succeed, cost a running service no memory for
 * good; each failure is answered, and logged. Method: clients of OpenSSL in processes of their own,
 * and the resident memory that the kernel shows.
 */
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";

const HOST = "127.0.0.2";
const NAME = "a.test";
const ATTACKER = `${import.meta.dirname}/../../support/tls/tls_attacker.py`;

/** How the server ends each kind of handshake that fails. */
const FAILURES: readonly [kind: string, end: RegExp][] = [
  ["garbage", /^\d+ 15 03 03 00 02 02 16\n$/], // record_overflow
  ["half", /^\d+ 0 bytes\n$/],
  ["reset", /^\d+ reset\n$/],
  // The server answers, unless it sees the end of the client first.
  ["left", /^\d+ [01] bytes\n(?:\d+ [01] bytes\n)?$/],
  ["name", /^\d+ 15 03 03 00 02 02 70\n$/], // unrecognized_name
  ["protocol", /^\d+ 15 03 03 00 02 02 78\n$/], // no_application_protocol
];
const FAILED_EACH = 3334; // 20,004 of the six kinds
const GOOD = 20_000;
/** So many, and the garbage of handshakes has been collected several times. */
const WARM = 3000;
const GROWTH_MAX_BYTES = 20e6;

async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

testWith(
  ["python3"],
  "20,000 failed and 20,000 good handshakes leave no memory behind",
  async () => {
    await using program = await Program.make();
    const port = freePort();
    await program.do(`set iplisten -i ${HOST}`);
    await program.do("site remove W3SVC/1");
    const bind = ["--bind-tls", `:${port}:${NAME}`];
    await program.do(["site", "add", "safe", ...bind, "--respond", "secret"]);
    const hash = (await program.do(`cert create --self-signed --name ${NAME}`)).out.trim();
    await program.do(
      `netsh http add sslcert hostnameport=${NAME}:${port} certhash=${hash} appid={00000000-0000-0000-0000-000000000001} certstorename=MY`,
    );
    const { pid } = await program.serve();
    const attack = async (kind: string, count: number): Promise<string> => {
      const { out, err } = await program.shell(
        `python3 ${ATTACKER} ${HOST} ${port} ${NAME} ${kind} ${count}`,
      );
      assertEquals(err, "", kind);
      return out;
    };
    await attack("good", WARM);
    for (const [kind] of FAILURES) await attack(kind, 200);
    const before = await residentBytes(pid);
    for (const [kind, end] of FAILURES) assertMatch(await attack(kind, FAILED_EACH), end, kind);
    assertLess(await residentBytes(pid) - before, GROWTH_MAX_BYTES, "after the failed ones");
    const halves = await Promise.all([attack("good", GOOD / 2), attack("good", GOOD / 2)]);
    assertEquals(halves, [`${GOOD / 2} HTTP/1.1 200\n`, `${GOOD / 2} HTTP/1.1 200\n`]);
    assertLess(await residentBytes(pid) - before, GROWTH_MAX_BYTES, "after the good ones");
  },
);
