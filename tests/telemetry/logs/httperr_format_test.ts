import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { RefusedRecord } from "../../../mod/base/exchange.ts";
import { HttpErrFormat } from "../../../mod/telemetry/logs/httperr_format.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";

const STAMP = new Stamp().at(Date.UTC(2011, 0, 28, 23, 6, 39));
const RECORD: RefusedRecord = {
  local: { ip: "172.30.137.57" as Ip, port: 80 },
  remote: { ip: "fe80::1%eth0" as Ip, port: 49812 },
  version: "HTTP/1.1",
  method: "GET",
  target: "/?a=b",
  status: 503,
  siteId: 1,
  reason: "N/A",
};

const FORMAT = { flags: 0x7c884c7, computerName: "HOST", lineEnd: "\n" } as const;

Deno.test("HttpErrFormat.header() returns the header of Windows Server 2003 SP1", () => {
  assertEquals(
    new HttpErrFormat({ ...FORMAT, lineEnd: "\r\n" }).header(STAMP),
    "#Software: Microsoft HTTP API 2.0\r\n#Version: 1.0\r\n#Date: 2011-01-28 23:06:39\r\n" +
      "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid " +
      "s-reason s-queuename\r\n",
  );
});

Deno.test("HttpErrFormat.line() writes the known fields, and dashes for the others", () => {
  const start = "2011-01-28 23:06:39 fe80::1%eth0 49812 172.30.137.57 80";
  const cases: [change: Partial<RefusedRecord>, want: string][] = [
    [{}, `${start} HTTP/1.1 GET /?a=b 503 1 N/A -\n`],
    [
      { siteId: null, status: 400, reason: "Hostname" },
      `${start} HTTP/1.1 GET /?a=b 400 - Hostname -\n`,
    ],
    [
      {
        version: null,
        method: null,
        target: null,
        status: null,
        siteId: null,
        reason: "Timer_HeaderWait",
      },
      `${start} - - - - - Timer_HeaderWait -\n`,
    ],
  ];
  for (const [change, want] of cases) {
    assertEquals(new HttpErrFormat(FORMAT).line({ ...RECORD, ...change }, STAMP), want);
  }
});

Deno.test("HttpErrFormat.line() truncates methods to 255 bytes and targets to 4096", () => {
  const line = new HttpErrFormat(FORMAT).line({
    ...RECORD,
    method: "M".repeat(300),
    target: "/".repeat(5000),
  }, STAMP);
  const fields = line.split(" ");
  assertEquals(fields[7], "M".repeat(255));
  assertEquals(fields[8], "/".repeat(4096));
  assertEquals(fields.length, 13);
});

Deno.test("HttpErrFormat.line() does not let a client forge a line", () => {
  const evil = "x\r\n2011-01-28 23:06:39 1.2.3.4 1 - - -";
  const line = new HttpErrFormat(FORMAT).line({
    ...RECORD,
    version: evil,
    method: evil,
    target: evil,
    reason: evil,
  }, STAMP);
  assertEquals(line.split("\n").length, 2);
  assertEquals(line.split(" ").length, 13);
});

Deno.test("ErrorLoggingFields selects the fields, in a fixed order", () => {
  const cases: [flags: number, names: string, line: string][] = [
    [0x2000002, "time s-reason", "23:06:39 N/A\n"],
    [0x7c884e7, "", ""],
    [0x4000020, "s-computername s-queuename", "HOST -\n"],
    [0x400, "sc-status", "503\n"],
    [0, "", ""],
  ];
  for (const [flags, names, line] of cases) {
    const format = { ...FORMAT, flags };
    const header = new HttpErrFormat(format).header(STAMP);
    if (flags === 0x7c884e7) {
      const count = header.split("#Fields: ")[1]!.trim().split(" ").length;
      assertEquals(new HttpErrFormat(format).line(RECORD, STAMP).trim().split(" ").length, count);
      continue;
    }
    assertEquals(header.endsWith(`#Fields: ${names}\n`), true, header);
    assertEquals(new HttpErrFormat(format).line(RECORD, STAMP), line);
  }
});
