// Goal: what etcd answers is understood as it is meant, and whatever else comes is an error.
// Method: tables of answers as they were seen, and of others.
import { assertEquals, assertThrows } from "@std/assert";
import {
  rangeFields,
  readError,
  readKeepAlive,
  readLease,
  readRange,
  readTransaction,
  readWatchLine,
  transactionFields,
  verdictOf,
} from "../../../mod/fleet/etcd/messages.ts";

const HEADER = { "cluster_id": "1", "member_id": "2", revision: "7", "raft_term": "2" };

function b64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

Deno.test("ranges end after the last key of a prefix", () => {
  assertEquals(rangeFields({ key: "a" }), { key: b64("a") });
  assertEquals(rangeFields({ prefix: "/h/" }), { key: b64("/h/"), "range_end": b64("/h0") });
  const { range_end: end } = rangeFields({ prefix: "é" });
  assertEquals([...Uint8Array.fromBase64(String(end))], [0xc3, 0xaa]);
  assertEquals(rangeFields({ from: "a", to: "b" }), { key: b64("a"), "range_end": b64("b") });
});

Deno.test("fields that are left out have their zero value", () => {
  assertEquals(readRange({ header: HEADER }), { revision: 7, values: [] });
  const kvs = [{ key: b64("k"), "create_revision": "2", "mod_revision": "3", version: "1" }];
  assertEquals(readRange({ header: HEADER, kvs, count: "1" }).values, [
    { key: "k", value: "", changed: 3 },
  ]);
  assertEquals(readTransaction({ header: HEADER }), { isDone: false, revision: 7 });
  assertEquals(readTransaction({ header: HEADER, succeeded: true }).isDone, true);
  assertEquals(readLease({ ID: "7587821338341192476", TTL: "3" }), "7587821338341192476");
  assertEquals(readKeepAlive({ result: { header: HEADER, ID: "1", TTL: "5" } }), true);
  assertEquals(readKeepAlive({ result: { header: HEADER, ID: "1" } }), false);
  assertEquals(readWatchLine({ result: { header: HEADER } }), {
    revision: 7,
    isCreated: false,
    isCanceled: false,
    compactedAt: 0,
    cancelReason: "",
    hasMore: false,
    changes: [],
  });
});

Deno.test("a watch reports what was written and what was removed", () => {
  const events = [
    { kv: { key: b64("a"), "mod_revision": "7", value: b64("1") } },
    { type: "DELETE", kv: { key: b64("b"), "mod_revision": "7" } },
  ];
  assertEquals(readWatchLine({ result: { header: HEADER, events, fragment: true } }).changes, [
    { key: "a", value: "1", changed: 7 },
    { key: "b", value: null, changed: 7 },
  ]);
  const canceled = { header: HEADER, canceled: true, "compact_revision": "14" };
  assertEquals(readWatchLine({ result: canceled }).compactedAt, 14);
});

Deno.test("what no etcd answers is an error", () => {
  const kv = (fields: object): unknown => ({ header: HEADER, kvs: [fields] });
  const answers: readonly unknown[] = [
    null,
    [],
    {},
    { header: {} },
    "x",
    kv({}),
    kv({ key: "!", "mod_revision": "1" }),
    kv({ key: b64("a"), value: 5, "mod_revision": "1" }),
    kv({ key: b64("a"), "mod_revision": "99999999999999999999" }),
    kv({ key: b64("a"), "mod_revision": "x" }),
    { header: { revision: "1.5" } },
  ];
  for (const answer of answers) {
    assertThrows(() => readRange(answer), Error, undefined, JSON.stringify(answer));
  }
  assertThrows(() => readWatchLine({ header: HEADER }));
  assertThrows(() => readKeepAlive({ result: null }));
});

Deno.test("transactions compare where a key was written last", () => {
  const fields = transactionFields({
    when: [{ key: "a", changed: 0 }],
    then: [
      { kind: "put", key: "a", value: "é", lease: "12" },
      { kind: "put", key: "b", value: "" },
      { kind: "delete", range: { prefix: "c/" } },
    ],
  });
  assertEquals(fields, {
    compare: [{ key: b64("a"), target: "MOD", result: "EQUAL", "mod_revision": "0" }],
    success: [
      { "request_put": { key: b64("a"), value: b64("é"), lease: "12" } },
      { "request_put": { key: b64("b"), value: "" } },
      { "request_delete_range": { key: b64("c/"), "range_end": b64("c0") } },
    ],
  });
});

Deno.test("errors have two shapes; code and text decide what is done", () => {
  const flat = (status: number, code: number, message: string) => {
    return [status, { error: message, message, code }] as const;
  };
  const nested = (status: number, code: number, message: string) => {
    return [status, { error: { "grpc_code": code, "http_code": status, message } }] as const;
  };
  const [no, yes] = [false, true];
  const table = [
    [flat(401, 16, "etcdserver: invalid auth token"), "denied", no, yes, yes],
    [flat(400, 3, "etcdserver: user name is empty"), "denied", no, yes, yes],
    [flat(400, 3, "etcdserver: revision of auth store is old"), "denied", no, yes, yes],
    [
      flat(400, 3, "etcdserver: authentication failed, invalid user ID or password"),
      "denied",
      no,
      yes,
      no,
    ],
    [flat(403, 7, "etcdserver: permission denied"), "denied", no, yes, no],
    [flat(429, 8, "etcdserver: mvcc: database space exceeded"), "full", no, yes, no],
    [flat(429, 8, "etcdserver: too many requests"), "unavailable", yes, yes, no],
    [flat(429, 8, "grpc: received message larger than max"), "rejected", no, yes, no],
    [flat(400, 3, "etcdserver: request is too large"), "rejected", no, yes, no],
    [
      flat(400, 11, "etcdserver: mvcc: required revision has been compacted"),
      "compacted",
      no,
      yes,
      no,
    ],
    [flat(404, 5, "etcdserver: requested lease not found"), "rejected", no, yes, no],
    [flat(503, 14, "etcdserver: no leader"), "unavailable", yes, yes, no],
    [nested(503, 14, "etcdserver: no leader"), "unavailable", yes, yes, no],
    [flat(500, 2, "context deadline exceeded"), "unavailable", yes, no, no],
    [flat(503, 14, "etcdserver: request timed out"), "unavailable", yes, no, no],
    [nested(503, 14, "transport is closing"), "unavailable", yes, no, no],
    [flat(500, 13, "etcdserver: corrupt cluster"), "unavailable", yes, yes, no],
  ] as const;
  for (const [[status, answer], failure, canRotate, isCertain, wantsToken] of table) {
    const error = readError(answer)!;
    assertEquals(
      verdictOf(status, error),
      { failure, canRotate, isCertain, wantsToken },
      error.text,
    );
  }
  for (const answer of [null, 1, {}, { header: HEADER }]) assertEquals(readError(answer), null);
});
