import { assertEquals } from "@std/assert";
import { parseHandshakes } from "./new_tls.ts";
import { parseWrk } from "./wrk.ts";

Deno.test("the report of wrk is read with its units", () => {
  const report = `Running 3s test @ http://127.0.0.2:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     0.53ms    0.21ms   2.13ms   88.50%
    Req/Sec    30.00k     1.00k   40.00k    65.99%
  Latency Distribution
     50%  512.00us
     75%    1.00ms
     99%    1.20s
  30000 requests in 1.00m, 4.36MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec:  500.00
`;
  assertEquals(parseWrk(report), {
    requests: 30_000,
    seconds: 60,
    p50Ms: 0.512,
    p99Ms: 1200,
    errors: 15,
  });
});

Deno.test("a report without errors has none", () => {
  const { requests, seconds, errors } = parseWrk("  7 requests in 3.05s, 4.36MB read\n");
  assertEquals([requests, seconds, errors], [7, 3.05, 0]);
});

Deno.test("handshakes are counted by their marks alone", () => {
  const output = `Collecting connection statistics for 1 seconds
**r*

4 connections in 0.01s; 400.00 connections/user sec, bytes read 580
`;
  assertEquals(parseHandshakes(output), { full: 3, resumed: 1 });
});
