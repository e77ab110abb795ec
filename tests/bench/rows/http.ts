/** Plain HTTP: small responses to many kinds of clients. */
import type { Row } from "../bench.ts";
import { loadRow, P99, PER_CPU_SECOND } from "./load.ts";

const ALL = ["nginx", "haproxy", "caddy"] as const;
const FLOOR = "floor";

/** The fields of a browser's request for part of a page: with Host and the path, 600 bytes. */
const BROWSER_FIELDS = [
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Accept: text/css,*/*;q=0.1",
  "Accept-Language: en-US,en;q=0.5",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Connection: keep-alive",
  "Referer: http://www.example.com/",
  "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=0123456789abcdef01",
  "Sec-Fetch-Dest: style",
  "Sec-Fetch-Mode: no-cors",
  "Sec-Fetch-Site: same-origin",
  'If-None-Match: "0123456789abcdef"',
  "Priority: u=2",
];

export const HTTP_ROWS: readonly Row[] = [
  loadRow({
    name: "keep-alive",
    title: "A small text on 64 kept connections, with site lookup and log",
    goals: [
      { work: "hot small, keep-alive, 64 connections", ...against(FLOOR), atLeast: 0.95 },
      { work: "hot small, keep-alive, 64 connections", ...against("nginx") },
    ],
    peers: ALL,
    request: { path: "/" },
    connections: 64,
  }),
  loadRow({
    name: "browser-head",
    title: "The same with the 600-byte head of a browser",
    goals: [
      { work: "600-byte browser head", ...against(FLOOR), atLeast: 0.9 },
      { work: "600-byte browser head", ...against("nginx") },
    ],
    peers: ALL,
    request: { path: "/assets/app.css?v=3", fields: BROWSER_FIELDS },
    connections: 64,
  }),
  loadRow({
    name: "new-connections",
    title: "A connection for each request, 64 at a time",
    goals: [
      { work: "connection per request", ...against(FLOOR), atLeast: 0.9 },
      { work: "connection per request", ...against("nginx") },
    ],
    peers: ALL,
    request: { path: "/", fields: ["Connection: close"] },
    connections: 64,
    loop: { closes: true },
  }),
  loadRow({
    name: "many-connections",
    title: "A small text on 2,000 kept connections",
    goals: [
      { work: "2,000 connections", ...against("nginx"), atLeast: 0.85 },
      { work: "2,000 connections", measure: P99.measure, against: "nginx", atMost: 1.5 },
    ],
    peers: ALL,
    request: { path: "/" },
    connections: 2000,
  }),
  loadRow({
    name: "pipelined",
    title: "A small text on 64 kept connections, 16 requests sent at once",
    goals: [{ work: "pipelined (4.8 before)", ...against("nginx"), atLeast: 4.5 }],
    peers: ALL,
    request: { path: "/", pipelined: 16 },
    connections: 64,
  }),
  loadRow({
    name: "upload",
    title: "POST of 1 MiB on 16 kept connections",
    goals: [{ work: "upload of 1 MiB", ...against("nginx") }],
    peers: ["nginx", "caddy"],
    request: { path: "/", bodyBytes: 1024 * 1024 },
    connections: 16,
  }),
];

function against(server: string): { measure: string; against: string } {
  return { measure: PER_CPU_SECOND.measure, against: server };
}
