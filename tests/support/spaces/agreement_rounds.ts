/**
 * A program for the inside of a network namespace: changes the list and the machine at random, round
 * after round, and checks that plan, kernel, status and verify agree. Prints one line of JSON at the
 * end. See agreement_test.ts.
 *
 *     deno run -A agreement_rounds.ts ROUNDS SEED
 *
 * @module
 */
import { formatEndpoint, type Ip, parseIp } from "../../../mod/base/address.ts";
import { run } from "../../../mod/cli/run.ts";
import { Random } from "../../fuzz/random.ts";
import { CALL, kill } from "../program.ts";
import { waitFor } from "../wait.ts";
import { PORT, spaceDocument } from "./space_service.ts";

/** Milliseconds between two looks, and until two views that disagree are a failure. */
const LOOK_MS = 50;
const AGREE_MS = 15_000;
const PORTS = [PORT, PORT + 1];

const TWIN = "fe80::1234";
const ADDRESSES = [
  ..."10.9.0.1/24 10.9.0.66/24 10.9.0.67/32 10.9.1.1/16 192.0.2.7/24 127.0.0.9/8".split(" "),
  ..."fd09::1/64 fd09::66/64 2001:db8::5/128".split(" "),
  `${TWIN}/64`,
  "fe80::77/64",
];
const LOCAL_ROUTES = ["198.18.0.0/16", "198.18.7.7", "10.9.0.200"];
const ENTRIES = [
  ..."10.9.0.1 10.9.0.66 10.9.0.0/24 10.9.0.66/31 10.0.0.0/8 192.0.2.7 198.18.7.7 0.0.0.0".split(
    " ",
  ),
  ..."10.9.0.255 203.0.113.9 127.0.0.1 127.0.0.9 127.0.0.0/8 10.9.0.200 198.18.0.0/15".split(" "),
  ..."fd09::1 fd09::/64 :: ::1 2001:db8::/32 fe80::/10 fe80::77".split(" "),
  ...`${TWIN} ${TWIN}%v0 ${TWIN}%w1 fe80::77%w0`.split(" "),
  ..."v0 v1 w0 w1 v* *w* ?1x v0/stable w*/stable lo uplink x0".split(" "),
];
const BINDINGS = [
  ["", ""],
  ["10.9.0.1", ""],
  ["198.18.7.7", "198.18.1.1"],
  [`[${TWIN}%v0]`, `[${TWIN}%w0]`],
  [`[${TWIN}]`, "127.0.0.9"],
  ["", `[${TWIN}%v1]`],
  ["10.9.0.66", "[fd09::66]"],
] as const;

const [rounds = "10", seed = "1"] = Deno.args;
const random = new Random(Number(seed));
const home = Deno.env.get("HTTPCFG_HOME")!;
const foreign: Deno.Listener[] = [];
let service: Deno.ChildProcess | null = null;

/** What the views say, in one form. */
interface Views {
  readonly open: Readonly<Record<"plan" | "kernel" | "status", string>>;
  readonly refused: Readonly<Record<"plan" | "status" | "verify", string>>;
  readonly waiting: Readonly<Record<"plan" | "status", string>>;
  readonly sites: Readonly<Record<"plan" | "status" | "verify", string>>;
  /** What the plan would still do, and what verify found that nobody foresaw. */
  readonly undone: Readonly<Record<"plan" | "verify", string>>;
}

/** A record of a listing; each view has some of the fields. */
interface Row {
  readonly [field: string]: string | boolean | undefined;
  readonly endpoint?: string;
  readonly detail?: string;
  readonly name?: string;
  readonly state?: string;
  readonly failed?: boolean;
}

async function httpcfg(
  ...words: readonly string[]
): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const status = await run(words, {
    os: Deno.build.os,
    uid: Deno.uid(),
    env: (name) => Deno.env.get(name),
    now: Date.now,
    out: (text) => void (out += `${text}\n`),
    print: (text) => void (out += text),
    note: (text) => void (err += `${text}\n`),
    ask: () => null,
    terminal: { isOut: false, isNote: false, columns: () => null },
    isInteractive: () => false,
  });
  return { status, out, err };
}

async function system(line: string): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  return success ? new TextDecoder().decode(stdout) : `failed: ${new TextDecoder().decode(stderr)}`;
}

async function views(): Promise<Views> {
  const json = async (word: string): Promise<Record<string, Row[]>> => {
    const { out, err } = await httpcfg(word, "--format", "json");
    if (out === "") throw new Error(`${word}: ${err}`);
    return JSON.parse(out);
  };
  const plan = await json("plan");
  const status = await json("status");
  const verify = (await json("verify")).findings!;
  const kernel = (await system("ss -Hltn")).split("\n").filter((line) => line !== "").map(
    (line) => {
      const local = line.trim().split(/\s+/)[3]!;
      const colon = local.lastIndexOf(":");
      const text = local.slice(0, colon).replace(/[[\]]/g, "").replace("*", "::");
      return { ip: parseIp(text) ?? text as Ip, port: Number(local.slice(colon + 1)) };
    },
  );
  const own = new Set(
    foreign.map(({ addr }) => addr as Deno.NetAddr).map(({ hostname, port }) => {
      return `${hostname} ${port}`;
    }),
  );
  const texts = (rows: readonly Row[], key: string, ...values: readonly string[]): string => {
    const found = rows.filter((row) => values.includes(String(row[key])));
    return sorted(found.map((row) => row.endpoint ?? formatEndpoint(row as never)));
  };
  const failed = verify.filter((row) => row.failed);
  const refusals = texts(plan.endpoints!, "action", "refused");
  // A wildcard is refused as one socket; verify names each address that it would have reached.
  const missing = failed.filter(({ verdict }) => verdict === "missing" || verdict === "foreign")
    .map(({ endpoint }) => endpoint!);
  const refused = sorted(missing.map((endpoint) => {
    const port = endpoint.slice(endpoint.lastIndexOf(":"));
    const wildcards = [`[::]${port}`, endpoint.startsWith("[") ? "" : `0.0.0.0${port}`];
    return wildcards.find((one) => refusals.split(" ").includes(one)) ?? endpoint;
  }));
  return {
    open: {
      plan: texts(plan.endpoints!, "action", "keep"),
      kernel: sorted(
        kernel.filter(({ ip, port }) => PORTS.includes(port) && !own.has(`${ip} ${port}`))
          .map(formatEndpoint),
      ),
      status: texts(status.endpoints!, "state", "open"),
    },
    refused: {
      plan: refusals,
      status: texts(status.endpoints!, "state", "refused"),
      verify: sorted([...new Set(refused.split(" "))]),
    },
    waiting: {
      plan: texts(plan.endpoints!, "action", "wait"),
      status: texts(status.endpoints!, "state", "wait"),
    },
    sites: {
      plan: sorted(plan.sites!.filter(({ state }) => state !== "started").map(({ name }) => name!)),
      status: sorted(
        status.sites!.filter(({ state }) => state !== "started").map(({ name }) => name!),
      ),
      verify: sorted(
        failed.filter(({ verdict }) => verdict === "stopped")
          .map(({ detail }) => /^site "([^"]*)"/.exec(detail!)![1]!),
      ),
    },
    undone: {
      plan: texts(plan.endpoints!, "action", "open", "close"),
      verify: texts(failed, "verdict", "exposed", "certificate"),
    },
  };
}

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join(" ");
}

/** Returns what the views do not agree about; "" if nothing. */
function disagreement({ undone, ...all }: Views): string {
  const found = Object.entries(all).filter(([, one]) => new Set(Object.values(one)).size > 1);
  if (undone.plan !== "" || undone.verify !== "") found.push(["undone", undone as never]);
  return found.length === 0 ? "" : JSON.stringify(Object.fromEntries(found));
}

async function untilAgreed(what: string): Promise<Views> {
  let last = "";
  let seen: Views | null = null;
  await waitFor(
    async () => {
      seen = await views();
      last = disagreement(seen);
      return last === "";
    },
    what,
    AGREE_MS,
  ).catch(() => {
    throw new Error(`${what}: ${last}\n${new Error().stack ?? ""}`);
  });
  return seen!;
}

async function store(list: readonly string[], bindings: readonly string[]): Promise<void> {
  const sites = bindings.map((ip, i) => [`${ip}:${PORTS[i]}:`]);
  const document = spaceDocument({ list, sites, lookMs: LOOK_MS * 2 });
  await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(document));
}

/** Starts the service; false if it ended, because no site could start. */
async function startService(): Promise<boolean> {
  const [program, ...args] = CALL;
  service = new Deno.Command(program!, {
    args: [...args, "serve"],
    stdin: "null",
    stdout: "null",
    stderr: Deno.env.get("AGREE_DEBUG") ? "inherit" : "null",
  }).spawn();
  let hasEnded = false;
  void service.status.then(() => hasEnded = true);
  await waitFor(async () => {
    const { out } = await httpcfg("status", "--format", "json");
    const { services = [] } = out === "" ? {} : JSON.parse(out);
    return hasEnded ||
      services.some(({ name, state }: Row) => name === "W3SVC" && state === "running");
  }, "the service");
  return !hasEnded;
}

async function stopService(): Promise<void> {
  if (service !== null) kill(service, "SIGTERM");
  await service?.status;
  service = null;
}

const NAMES = ["v0", "v1", "w0", "w1", "lo"];

/** Changes the machine at random; a change that is not possible now is none. */
async function changeMachine(): Promise<string> {
  const name = random.pick(NAMES);
  const address = random.pick(ADDRESSES);
  const other = random.pick(ADDRESSES);
  const lines = [
    `ip addr add ${address} dev ${name} nodad || ip addr add ${address} dev ${name}`,
    `ip addr add ${address} dev ${name} nodad; ip addr add ${address} dev ${
      random.pick(NAMES)
    } nodad`,
    `ip addr add ${other} dev ${name} nodad; ip addr del ${address} dev ${name}`,
    `ip addr del ${address} dev ${name}`,
    `ip route add local ${random.pick(LOCAL_ROUTES)} dev lo`,
    `ip route del local ${random.pick(LOCAL_ROUTES)} dev lo`,
    // Both at once, with the same names and addresses.
    `ip link del w0; ${MAKE_W}; ip addr add ${TWIN}/64 dev w0 nodad; ip addr add ${TWIN}/64 dev w1 nodad`,
    `ip link set v0 down; ip link set v0 name x0; ip link set x0 up`,
    `ip link set x0 down; ip link set x0 name v0; ip link set v0 up`,
    `ip link property add dev ${name} altname uplink`,
    `ip link property del dev ${name} altname uplink`,
    `ip -6 addr change ${
      random.pick(["fd09::1/64", "fd09::66/64"])
    } dev ${name} preferred_lft 0 valid_lft forever`,
  ];
  const line = random.pick(lines);
  await system(line);
  return line;
}

const MAKE_W = "ip link add w0 type veth peer name w1; ip link set w0 up; ip link set w1 up";

/** Another program takes what it can get of the ports. */
function plant(): void {
  const hostname = random.pick([
    "127.0.0.1",
    "127.0.0.9",
    "10.9.0.1",
    "10.9.0.66",
    "fd09::1",
    "0.0.0.0",
  ]);
  try {
    foreign.push(Deno.listen({ hostname, port: random.pick(PORTS) }));
  } catch {
    // The service has it, or nobody does.
  }
}

function endForeign(): void {
  for (const listener of foreign.splice(0)) listener.close();
}

const counts = {
  rounds: 0,
  open: 0,
  refused: 0,
  waiting: 0,
  sites: 0,
  reloadsRefused: 0,
  startsRefused: 0,
};

function count({ open, refused, waiting, sites }: Views): void {
  counts.rounds++;
  if (open.plan !== "") counts.open++;
  if (refused.plan !== "") counts.refused++;
  if (waiting.plan !== "") counts.waiting++;
  if (sites.plan !== "") counts.sites++;
}

async function round(number: number): Promise<void> {
  const list = [
    ...new Set(Array.from({ length: random.below(6) }, () => {
      return `${random.chance(3) ? "!" : ""}${random.pick(ENTRIES)}`;
    })),
  ];
  const bindings = random.pick(BINDINGS);
  const what = `round ${number} of seed ${seed}, ${JSON.stringify({ list, bindings })}`;
  if (number % 5 === 0) {
    // What is held when the service starts is refused, and tried again.
    await stopService();
    for (let i = 0; i < 4; i++) plant();
    await store(list, bindings);
    if (!(await startService())) {
      counts.startsRefused++;
      endForeign();
      await store([], BINDINGS[0]);
      await startService();
    }
    count(await untilAgreed(`${what}, with other programs`));
    endForeign();
    count(await untilAgreed(`${what}, without them`));
    return;
  }
  await store(list, bindings);
  const { status, err } = await httpcfg("reload", "--yes");
  if (status !== 0 && err.includes("error:")) {
    // All or nothing: no site would start, or something is held. What was in force stays.
    counts.reloadsRefused++;
    await store([], BINDINGS[0]);
    const again = await httpcfg("reload", "--yes");
    if (again.status !== 0) throw new Error(`${what}: ${err}${again.err}`);
  }
  const changes = [];
  for (let i = 0; i <= random.below(3); i++) changes.push(await changeMachine());
  count(await untilAgreed(`${what} after ${JSON.stringify(changes)}`));
}

// Duplicate address detection takes a second, and verify two to see it: on the first pair alone.
await system(`sysctl -qw net.ipv6.conf.default.accept_dad=0; ${MAKE_W}`);
await store([], BINDINGS[0]);
await startService();
try {
  for (let number = 1; number <= Number(rounds); number++) await round(number);
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(counts)}\n`));
} finally {
  endForeign();
  await stopService();
}
Deno.exit(0);
