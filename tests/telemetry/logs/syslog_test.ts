// Goal: each line arrives as one message, in the form that its receiver reads. Method: receivers.
import { assertEquals, assertMatch } from "@std/assert";
import { syslogPlace } from "../../../mod/telemetry/logs/syslog_message.ts";
import { SyslogStream } from "../../../mod/telemetry/logs/syslog_stream.ts";
import { ON_LINUX } from "../../support/platforms.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const SECOND = Date.UTC(2026, 10, 7, 12, 5, 15) / 1000;
const RFC_5424 = /^<190>1 2026-11-07T12:05:15Z HOST httpcfg \d+ access - /;

function stream(place: string, lost: { lines: number } = { lines: 0 }): SyslogStream {
  return new SyslogStream(place, {
    computerName: "HO ST",
    onTrouble: () => {},
    onLost: (lines) => lost.lines += lines,
  });
}

async function send({ queue }: SyslogStream, text: string): Promise<void> {
  const count = text.split("\n").length - 1;
  queue.add({ bytes: new TextEncoder().encode(text), count, second: SECOND, header: "" });
  await queue.flush();
}

Deno.test("syslogPlace() reads every form of AccessLogSyslog", () => {
  assertEquals(syslogPlace("local"), {
    transport: "unix",
    path: "/run/systemd/journal/dev-log",
  });
  assertEquals(syslogPlace("unix:/run/a:b"), { transport: "unix", path: "/run/a:b" });
  assertEquals(syslogPlace("tcp:[2001:db8::1]:601"), {
    transport: "tcp",
    hostname: "2001:db8::1",
    port: 601,
  });
  assertEquals(syslogPlace("udp:log.example.com:514"), {
    transport: "udp",
    hostname: "log.example.com",
    port: 514,
  });
});

Deno.test("a local socket gets datagrams as syslog(3) writes them", ON_LINUX, async () => {
  await using folder = await tempFolder();
  const path = folder.at("log");
  const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
  const lost = { lines: 0 };
  const sender = stream(`unix:${path}`, lost);
  await send(sender, "GET /1\r\nGET /2\n");
  for (const want of ["GET /1", "GET /2"]) {
    const [bytes] = await receiver.receive();
    const text = new TextDecoder().decode(bytes);
    assertMatch(text, /^<190>Nov {2}[678] \d\d:\d5:15 httpcfg\[\d+\]: /); // in local time
    assertEquals(text.split("]: ")[1], want);
  }
  assertEquals(lost.lines, 0);
  receiver.close();
  await Deno.remove(path);
  await send(sender, "a\nb\nc\n");
  assertEquals(lost.lines, 3);
  // It is found again when it is there again.
  const second = Deno.listenDatagram({ transport: "unixpacket", path });
  await send(sender, "again\n");
  assertMatch(new TextDecoder().decode((await second.receive())[0]), /\]: again$/);
  second.close();
  sender.close();
});

Deno.test("UDP gets one message of RFC 5424 in each datagram", async () => {
  const receiver = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = receiver.addr as Deno.NetAddr;
  const sender = stream(`udp:127.0.0.1:${port}`);
  await send(sender, '{"a":1}\n{"a":2}\n');
  for (const want of ['{"a":1}', '{"a":2}']) {
    const text = new TextDecoder().decode((await receiver.receive())[0]);
    assertMatch(text, RFC_5424);
    assertEquals(text.replace(RFC_5424, ""), want);
  }
  receiver.close();
  sender.close();
});

Deno.test("TCP gets messages of RFC 5424 with their lengths, and a new connection after a loss", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const lost = { lines: 0 };
  const sender = stream(`tcp:127.0.0.1:${port}`, lost);
  const received = async (): Promise<string[]> => {
    const connection = await listener.accept();
    const bytes = new Uint8Array(4096);
    const count = await connection.read(bytes) ?? 0;
    connection.close();
    let text = new TextDecoder().decode(bytes.subarray(0, count));
    const messages: string[] = [];
    while (text !== "") {
      const [, length, rest] = /^(\d+) (.*)$/s.exec(text)!;
      messages.push(rest!.slice(0, Number(length)));
      text = rest!.slice(Number(length));
    }
    return messages;
  };
  const first = received();
  await send(sender, "one\nline two\n");
  assertEquals((await first).map((one) => one.replace(RFC_5424, "")), ["one", "line two"]);
  // A write to a connection that was closed may go unnoticed once; the next ones do not.
  const again = received();
  let [tries, isDone] = [0, false];
  void again.then(() => isDone = true);
  while (!isDone && tries++ < 100) await send(sender, "again\n");
  assertMatch((await again)[0]!, /again$/);
  listener.close();
  sender.close();
});
