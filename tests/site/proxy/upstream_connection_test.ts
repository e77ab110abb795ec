/** Goal: no input is lost, whatever the buffer has to hold. Method: in memory. */
import { assertEquals } from "@std/assert";
import { UpstreamConnection } from "../../../mod/site/proxy/upstream_connection.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";
import { streamPair } from "../../support/stream_pair.ts";

Deno.test("UpstreamConnection.fill() makes room without losing unread bytes", async () => {
  const [ours, theirs] = streamPair();
  const connection = new UpstreamConnection(ours, "us", new HandDeadlines());
  const sent = Uint8Array.from({ length: 60_000 }, (_, i) => i % 251);
  void theirs.write(sent);
  while (connection.end < sent.length) assertEquals(await connection.fill(), true);
  assertEquals(connection.buffer.subarray(0, connection.end), sent);
  connection.start = 59_990;
  void theirs.write(sent.subarray(0, 20_000));
  while (connection.end - connection.start < 20_010) await connection.fill();
  assertEquals([...connection.buffer.subarray(connection.start, connection.start + 11)], [
    ...sent.subarray(59_990),
    0,
  ]);
  theirs.close();
  assertEquals(await connection.fill(), false);
  connection.close();
  connection.close();
});

Deno.test("UpstreamConnection.becomeIdle() keeps what arrives for the next fill()", async () => {
  const [ours, theirs] = streamPair();
  const connection = new UpstreamConnection(ours, "us", new HandDeadlines());
  const gone: boolean[] = [];
  connection.becomeIdle({ onIdleEnd: (_, hasBytes) => gone.push(hasBytes) });
  void theirs.write(new Uint8Array([7, 8]));
  assertEquals(await connection.fill(), true);
  assertEquals([connection.buffer[0], connection.end, connection.isReused], [7, 2, true]);
  assertEquals(gone, [true], "a connection with unsolicited bytes must not be reused");
  const out = new Uint8Array(1);
  assertEquals([await connection.read(out), out[0]], [1, 7]);
  connection.close();
});
