// Goal: a watch that cannot be believed ends, and says why.
// Method: a server that sends what it is told, beside what it says of a quorum.
import { assertEquals, assertRejects } from "@std/assert";
import { Gateway } from "../../../mod/fleet/etcd/gateway.ts";
import { Watch, WatchEnd } from "../../../mod/fleet/etcd/watch.ts";
import {
  type FakeEtcd,
  fakeEtcd,
  rangeAnswer,
  streamAnswer,
} from "../../support/fleet/fake_etcd.ts";

const TIMES = { compareMs: { least: 1, most: 2 }, onItsWayMs: 5 };
const NEVER = { compareMs: { least: 600_000, most: 600_000 }, onItsWayMs: 5 };

function line(result: object, revision = 8): string {
  return `${JSON.stringify({ result: { header: { revision: String(revision) }, ...result } })}\n`;
}

function event(key: string, revision: number, type = "PUT"): object {
  return { type, kv: { key: btoa(key), value: btoa("v"), "mod_revision": String(revision) } };
}

const CREATED = line({ created: true });

/** Follows a watch, after a snapshot of the key /f/a at revision 8, until it ends or has reported all. */
async function follow(etcd: FakeEtcd, times = NEVER, most = Infinity): Promise<string[]> {
  const gateway = new Gateway([etcd.url], { tls: {}, login: null }, 0);
  const watch = new Watch(gateway, { prefix: "/f/", revision: 8, keys: ["/f/a"] }, times);
  const ended = new AbortController();
  const seen: string[] = [];
  try {
    for await (const { revision, changes } of watch.changes(ended.signal, () => {})) {
      seen.push(...changes.map(({ key, value }) => `${revision} ${key} ${value}`));
      if (seen.length >= most) ended.abort();
    }
    return seen;
  } finally {
    gateway.close();
  }
}

Deno.test("changes are reported by revision, wherever their lines and fragments are split", async () => {
  const text = [
    CREATED,
    line({ events: [event("/f/b", 9), event("/f/c", 9)], fragment: true }, 10),
    line({ events: [event("/f/a", 10, "DELETE")] }, 10),
    line({}, 12),
    line({ events: [event("/f/d", 13)] }, 13),
  ].join("");
  for (const size of [1, 7, 100, 10_000]) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g"))!;
    await using etcd = fakeEtcd(() => streamAnswer(pieces));
    assertEquals(await follow(etcd, NEVER, 4), [
      "9 /f/b v",
      "9 /f/c v",
      "10 /f/a null",
      "13 /f/d v",
    ]);
  }
});

const ENDS: readonly (readonly [reason: string, stream: readonly string[]])[] = [
  ["the connection was closed", [CREATED]],
  ["transport is closing", [
    CREATED,
    '{"error":{"grpc_code":14,"message":"transport is closing"}}',
  ]],
  ["what was missed is compacted", [CREATED, line({ canceled: true, "compact_revision": "14" })]],
  ["it was canceled", [CREATED, line({ canceled: true })]],
  ["permission denied", [
    line({ created: true, canceled: true, "cancel_reason": "permission denied" }),
  ]],
  ["the connection was closed", [CREATED, "<html>\n"]],
  ["the connection was closed", [CREATED, '{"result":{}}\n']],
  ["the connection was closed", [CREATED, line({ events: [event("/f/b", 9)], fragment: true })]],
  ["a line of more than", [CREATED, "x".repeat(9 * 1024 * 1024)]],
];

for (const [reason, stream] of ENDS) {
  Deno.test(`a watch ends and nothing is made up: ${stream.at(-1)!.slice(0, 60)}`, async () => {
    await using etcd = fakeEtcd(() => streamAnswer(stream, true));
    const end = await assertRejects(() => follow(etcd), WatchEnd, reason);
    assertEquals(end.end, "interrupted");
  });
}

const COMPARED:
  readonly (readonly [what: string, range: () => Response, end: string, why: string])[] = [
    [
      "a change was not reported",
      () => rangeAnswer(9, 1, 9),
      "interrupted",
      "changes were not reported",
    ],
    ["a key has gone", () => rangeAnswer(9, 0, 0), "interrupted", "changes were not reported"],
    ["the store went back", () => rangeAnswer(7, 1, 7), "interrupted", "has gone back"],
    [
      "no quorum",
      () => {
        return Response.json({ error: "x", message: "etcdserver: no leader", code: 14 }, {
          status: 503,
        });
      },
      "lost",
      "no leader",
    ],
    ["no etcd", () => new Response("<html>", { status: 502 }), "lost", "no etcd answers there"],
  ];

for (const [what, range, end, why] of COMPARED) {
  Deno.test(`a watch that goes on is not believed if a quorum says otherwise: ${what}`, async () => {
    await using etcd = fakeEtcd((path) => {
      return path === "watch" ? streamAnswer([CREATED, line({}, 8)]) : range();
    });
    const ended = await assertRejects(() => follow(etcd, TIMES), WatchEnd, why);
    assertEquals(ended.end, end);
  });
}

Deno.test("a watch goes on while a quorum says the same", async () => {
  const go = Promise.withResolvers<void>();
  let compared = 0;
  await using etcd = fakeEtcd((path) => {
    if (path !== "watch") {
      if (++compared === 5) go.resolve();
      return rangeAnswer(20, 1, 8); // others write other keys
    }
    const body = new ReadableStream<Uint8Array>({
      async start(controller): Promise<void> {
        controller.enqueue(new TextEncoder().encode(CREATED));
        await go.promise;
        controller.enqueue(new TextEncoder().encode(line({ events: [event("/f/b", 21)] }, 21)));
      },
    });
    return new Response(body);
  });
  assertEquals(await follow(etcd, TIMES, 1), ["21 /f/b v"]);
});
