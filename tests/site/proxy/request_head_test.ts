/** Goal: a field is passed on, ends here, or is rebuilt. Method: whole heads. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { RequestHead } from "../../../mod/http/parse/head_scanner.ts";
import type { HttpRequest } from "../../../mod/base/exchange.ts";
import { OutputBuffer } from "../../../mod/site/proxy/output_buffer.ts";
import { isLoop, wantsWebSocket, writeRequestHead } from "../../../mod/site/proxy/request_head.ts";
import { fieldEdits } from "../../../mod/site/proxied/field_edits.ts";
import { latin1, latin1Bytes } from "../../../mod/wire/byte_text.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

/** The head for the upstream. */
function headFor(request: HttpRequest): string {
  const output = new OutputBuffer();
  writeRequestHead(output, request, { via: "us", isUpgrade: wantsWebSocket(request) });
  const bytes = output.take();
  return latin1(bytes, 0, bytes.length);
}

/** The lines of the head for the upstream, without the fields that every head gets. */
function lines(fake: FakeRequest): string[] {
  const head = headFor(fakeRequest({ host: "a.test", ...fake }));
  assertEquals(head.slice(-4), "\r\n\r\n");
  return head.slice(0, -4).split("\r\n")
    .filter((line) => !/^(?:X-Forwarded-|Forwarded:|Via: 1\.1 us)/.test(line));
}

Deno.test("writeRequestHead() keeps the target, the host and the end-to-end fields", () => {
  const fake: FakeRequest = {
    method: "PUT",
    path: "/a b",
    rawPath: "/a%20b",
    query: "x=1&y",
    headers: [["Host", "A.test:8080"], ["Cookie", "c=\xe9"], ["X-Y", "1"], ["x-y", "2"]],
  };
  assertEquals(lines(fake), [
    "PUT /a%20b?x=1&y HTTP/1.1",
    "Host: A.test:8080",
    "Cookie: c=\xe9",
    "X-Y: 1",
    "x-y: 2",
  ]);
});

Deno.test("writeRequestHead() drops hop-by-hop fields and unverified client data", () => {
  const headers = [
    ["Host", "a.test"],
    ["Connection", "close, X-Private , te"],
    ["X-Private", "1"],
    ["Keep-Alive", "timeout=5"],
    ["Proxy-Connection", "keep-alive"],
    ["Proxy-Authorization", "Basic eA=="],
    ["TE", "trailers"],
    ["Trailer", "X"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "7"],
    ["Upgrade", "h2c"],
    ["Expect", "100-continue"],
    ["X-Forwarded-For", "6.6.6.6"],
    ["X_Forwarded_Proto", "https"],
    ["X-Real-IP", "6.6.6.6"],
    ["Forwarded", "for=6.6.6.6"],
    ["Authorization", "Basic eA=="],
  ] as const;
  const first = ["GET / HTTP/1.1", "Host: a.test", "Authorization: Basic eA=="];
  assertEquals(lines({ headers }), first);
});

Deno.test("writeRequestHead() drops what a client says about its origin, however spelled", () => {
  const names = [
    ...["Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
    ...["X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Anything-New"],
    ...["X-Real-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "Client-IP"],
    ...["CF-Connecting-IP", "Fastly-Client-IP", "Fly-Client-IP", "WL-Proxy-Client-IP"],
    ...["X-Original-Forwarded-For", "X-Originating-IP", "X-Envoy-External-Address", "Remote-Addr"],
    ...["Front-End-Https", "X-Url-Scheme", "X-Scheme", "HTTPS", "X-ARR-SSL", "CF-Visitor"],
    ...["X-Original-URL", "X-Original-URI", "X-Rewrite-URL", "X-Host", "X-HTTP-Host-Override"],
    ...["Script-Name", "Path-Info", "X-Script-Name", "X-Accel-Mapping", "X-Sendfile-Type"],
    ...["Remote-User", "X-Remote-User", "X-WebAuth-User", "X-Auth-Request-Email", "Client-Cert"],
    ...["SSL-Client-Verify", "X-SSL-Client-DN", "X-MS-Client-Principal", "Tailscale-User-Login"],
    ...["Proxy", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Expect"],
  ];
  const spellings = names.flatMap((name) => [
    name,
    name.toUpperCase().replaceAll("-", "_"),
    name.toLowerCase().replaceAll("-", "."),
    `HTTP_${name}`,
  ]).filter((name) => !/^(?:Host|Connection)$/i.test(name));
  for (const name of spellings) {
    assertEquals(
      lines({ headers: [["Host", "a.test"], [name, "6.6.6.6"]] }),
      ["GET / HTTP/1.1", "Host: a.test"],
      name,
    );
  }
});

Deno.test("writeRequestHead() sends the identifier of a request in the place of any other", () => {
  const headers = [
    ["Host", "a.test"],
    ["X-Request-ID", "1"],
    ["x_request_id", "2"],
    ["HTTP-X-Request-Id", "3"],
    ["X-Request-Idx", "4"],
  ] as const;
  const first = ["GET / HTTP/1.1", "Host: a.test"];
  const passed = headers.slice(1).map(([name, value]) => `${name}: ${value}`);
  assertEquals(lines({ headers }), [...first, ...passed]);
  assertEquals(lines({ headers, id: "made" }), [...first, passed[3]!, "X-Request-ID: made"]);
});

Deno.test("writeRequestHead() sends no other identifier than that of the request if one is set", () => {
  const output = new OutputBuffer();
  const edits = fieldEdits(["X-Request-ID: set", "X-A: b"], ["Cookie"]);
  for (
    const [id, expected] of [[null, "X-Request-ID: set\r\nX-A: b"], [
      "made",
      "X-A: b\r\n",
    ]] as const
  ) {
    const request = fakeRequest({ id, headers: [["X-Request-ID", "sent"]] });
    writeRequestHead(output, request, { via: "us", isUpgrade: false, edits });
    const bytes = output.take();
    const head = latin1(bytes, 0, bytes.length);
    assertStringIncludes(head, expected);
    assertEquals(head.match(/x-request-id: .*/gi), [`X-Request-ID: ${id ?? "set"}`]);
  }
});

Deno.test("writeRequestHead() passes on a trace as it was sent, and none that is invalid", () => {
  const headers = [
    ["Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    ["tracestate", "a=1 ,b=2"],
    ["TRACESTATE", "c=3"],
    ["baggage", "k=v"],
  ] as const;
  const trace = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    flags: 1,
  };
  const sent = headers.map(([name, value]) => `${name}: ${value}`);
  assertEquals(lines({ headers, trace }).slice(2), sent);
  assertEquals(lines({ headers }).slice(2), sent.slice(3));
});

Deno.test("writeRequestHead() keeps fields that only look like those of a proxy", () => {
  const names = [
    ...["X-Request-ID", "Trace-Parent", "X-Original-Filename", "X-Auth-User", "X-Auth-Token"],
    ...["X-HTTP-Method-Override", "X-Requested-With", "Origin", "Referer", "User_Agent", "X_Y"],
    ...["Authorization", "Cookie", "X-Forwardable", "Proxy-Me", "Upgrade-Insecure-Requests"],
  ];
  for (const name of names) {
    assertEquals(lines({ headers: [["Host", "a.test"], [name, "v"]] })[2], `${name}: v`);
  }
});

Deno.test("writeRequestHead() sets its own fields, whatever Connection names", () => {
  const own = "Host, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Forwarded, Via, Cookie";
  const headers = [["Host", "a.test"], ["Connection", own], ["Cookie", "c"]] as const;
  const head = headFor(fakeRequest({ host: "a.test", headers }));
  assertEquals(
    head,
    "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 127.0.0.1\r\n" +
      "X-Forwarded-Proto: http\r\nX-Forwarded-Host: a.test\r\n" +
      'Forwarded: for=127.0.0.1;host="a.test";proto=http\r\nVia: 1.1 us\r\n\r\n',
  );
});

Deno.test("writeRequestHead() leaves out the zone of a client's address", () => {
  const remote = { ip: "fe80::1%eth0" as Ip, port: 5 };
  const head = headFor(fakeRequest({ remote }));
  assertEquals(/X-Forwarded-For: fe80::1\r\n/.test(head), true);
  assertEquals(/Forwarded: for="\[fe80::1\]";/.test(head), true);
});

Deno.test("writeRequestHead() says where the request came from", () => {
  const head = (fake: FakeRequest): string => headFor(fakeRequest(fake));
  const v6 = { ip: parseIp("2001:db8::1")!, port: 5 };
  assertEquals(
    head({ host: "a.test", headers: [["Host", "a.test"]], remote: v6, isTls: true, minor: 0 }),
    "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\n" +
      "X-Forwarded-Host: a.test\r\n" +
      'Forwarded: for="[2001:db8::1]";host="a.test";proto=https\r\nVia: 1.0 us\r\n\r\n',
  );
});

Deno.test("writeRequestHead() sends the host by which the request was routed", () => {
  const host = (fake: FakeRequest): string => lines(fake)[1]!;
  assertEquals(host({ host: "b.test", headers: [["Host", "a.test"]] }), "Host: b.test:8080");
  assertEquals(host({ host: "", headers: [], minor: 0 }), "Host: 127.0.0.2:8080");
  assertEquals(host({ host: "a.test", headers: [["Host", "A.TEST.:81"]] }), "Host: A.TEST.:81");
});

Deno.test("writeRequestHead() frames the body itself", () => {
  const body = [new Uint8Array(3)];
  const sized = fakeRequest({ method: "POST", body, headers: [["Content-Length", "3"]] });
  assertEquals(/\r\nContent-Length: 3\r\n/.test(headFor(sized)), true);
  const chunked = { ...sized, body: { ...sized.body, length: null } };
  assertEquals(/\r\nTransfer-Encoding: chunked\r\n/.test(headFor(chunked)), true);
});

Deno.test("wantsWebSocket() accepts WebSocket and no other protocol", () => {
  const check = (upgrade: string, connection: string, more: FakeRequest = {}): boolean => {
    const headers = [["Upgrade", upgrade], ["Connection", connection]] as const;
    return wantsWebSocket(fakeRequest({ headers, ...more }));
  };
  assertEquals(check("websocket", "keep-alive, Upgrade"), true);
  assertEquals(check("WebSocket", "upgrade"), true);
  assertEquals(check("h2c", "Upgrade"), false);
  assertEquals(check("websocket, h2c", "Upgrade"), false);
  assertEquals(check("websocket", "keep-alive"), false);
  assertEquals(check("websocket", "Upgrade", { method: "POST" }), false);
  assertEquals(check("websocket", "Upgrade", { minor: 0 }), false);
  assertEquals(check("websocket", "Upgrade", { body: [] }), false);
  const headers = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
  assertEquals(lines({ headers }).slice(-2), ["Connection: Upgrade", "Upgrade: websocket"]);
});

Deno.test("isLoop() recognizes our own Via entry and no other", () => {
  const check = (via: string): boolean => isLoop(fakeRequest({ headers: [["Via", via]] }), "us-1");
  assertEquals([
    check("1.1 us-1"),
    check("1.0 x, 1.1 us-1"),
    check("1.1 us-2"),
    check("1.1 not-us-1"),
  ], [
    true,
    true,
    false,
    false,
  ]);
  assertEquals(isLoop(fakeRequest(), "us-1"), false);
});

Deno.test("writeRequestHead() writes heads of every size, one after another", () => {
  const output = new OutputBuffer();
  for (const length of [1, 63, 64, 65, 2000, 16_000, 5]) {
    const headers = [["Host", "a.test"], ["X-A", "x".repeat(length)], ["X-B", "y"]] as const;
    const request = fakeRequest({ host: "a.test", headers });
    writeRequestHead(output, request, { via: "us", isUpgrade: false });
    const bytes = output.take();
    const lines = latin1(bytes, 0, bytes.length).split("\r\n");
    assertEquals(lines.slice(1, 4), ["Host: a.test", `X-A: ${"x".repeat(length)}`, "X-B: y"]);
    assertEquals(lines.slice(-3), ["Via: 1.1 us", "", ""]);
  }
});

Deno.test("writeRequestHead() copies lines in one piece only if they are written like ours", () => {
  const padded = (name: string, before: string, value: string, after: string): string =>
    `${name}:${before}${value}${after}\r\n`;
  const spaces = ["", " ", "\t", "  ", " \t"];
  for (const before of spaces) {
    for (const after of spaces) {
      const text = padded("A", " ", "1", "") + padded("B", before, "2 2", after) +
        padded("Connection", " ", "C", "") + padded("C", " ", "3", "") +
        padded("D", " ", "", "") + padded("E", before, "", "") + padded("F", " ", "6", "");
      const want = ["A: 1", "B: 2 2", "D: ", "E: ", "F: 6"];
      const head = new RequestHead();
      const bytes = latin1Bytes(`GET / HTTP/1.1\r\n${text}\r\n`);
      assertEquals(head.scan(bytes, 0, bytes.length, DEFAULT_SETTINGS), "done");
      const headers = [["Connection", "C"], ["Host", "a.test"]] as const;
      const fake = fakeRequest({ host: "a.test", headers });
      const output = new OutputBuffer();
      const fields = {
        bytes,
        fieldCount: head.fieldCount,
        nameStart: (field: number) => head.nameStart(field),
        nameEnd: (field: number) => head.nameEnd(field),
        valueStart: (field: number) => head.valueStart(field),
        valueEnd: (field: number) => head.valueEnd(field),
      };
      writeRequestHead(output, { ...fake, fields }, { via: "us", isUpgrade: false });
      const written = output.take();
      const lines = latin1(written, 0, written.length).split("\r\n");
      assertEquals(lines.slice(2, 2 + want.length), want, JSON.stringify([before, after]));
      assertEquals(lines[2 + want.length], "X-Forwarded-For: 127.0.0.1");
    }
  }
});
