/**
 * Real etcd clusters for tests and benchmarks: processes on free ports, with their data in a temporary
 * directory.
 *
 * @module
 */
import "reflect-metadata"; // the library requires that it is loaded first
import { SubjectAlternativeNameExtension } from "@peculiar/x509";
import type { StoreAddress } from "../../../mod/fleet/etcd/store_address.ts";
import { endWithTest } from "../ending/test_end.ts";
import { freePort } from "../ports.ts";
import { type TempFolder, tempFolder } from "../temp_folder.ts";
import { CLIENT_USAGE, makeParty, SERVER_USAGE } from "../tls/pki.ts";
import { waitFor } from "../wait.ts";

/** The programs that it needs. */
export const ETCD_TOOLS: readonly string[] = ["etcd", "etcdctl"];

/** The name and the password of the administrator of a cluster with users. */
const ROOT = "root:root-password";

interface EtcdOptions {
  readonly members?: 1 | 3;
  /** Whether clients and members show certificates. */
  readonly tls?: boolean;
  /** Further flags of each member: `["--auth-token-ttl", "3"]`. */
  readonly flags?: readonly string[];
}

/** A running cluster. */
export interface Etcd extends AsyncDisposable {
  readonly urls: readonly string[];
  /** With the certificates of a client, if it demands them. */
  readonly address: StoreAddress;
  readonly folder: TempFolder;
  readonly members: readonly EtcdMember[];
  /** Runs etcdctl, as the administrator once there are users, and returns what it prints. */
  ctl(...args: readonly string[]): Promise<string>;
  /** Demands a name and a password from now on. */
  enableUsers(): Promise<void>;
  /** Adds a user who has the role of the same name, and returns the address with which it logs in. */
  addUser(name: string): Promise<StoreAddress>;
  /** Stops every member, removes all data, and starts again. */
  loseEverything(): Promise<void>;
  /** Stops the only member and starts it again with what a file of `snapshot save` has. */
  restore(snapshot: string): Promise<void>;
}

/** One process of a cluster. */
export interface EtcdMember {
  readonly url: string;
  /** Null while it does not run. */
  readonly pid: number | null;
  /** Ends it as a power failure does. */
  kill(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Starts it with the data that it has. */
  start(): Promise<void>;
  /** Makes it answer nothing, without closing a connection. */
  freeze(): void;
  thaw(): void;
}

interface MemberPlan {
  readonly name: string;
  readonly url: string;
  readonly peerUrl: string;
}

class Member implements EtcdMember {
  readonly #plan: MemberPlan;
  readonly #args: () => readonly string[];
  #child: Deno.ChildProcess | null = null;

  constructor(plan: MemberPlan, args: () => readonly string[]) {
    this.#plan = plan;
    this.#args = args;
  }

  get url(): string {
    return this.#plan.url;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): Promise<void> {
    this.#child = new Deno.Command("etcd", {
      args: [...this.#args()],
      env: { ETCD_LOGGER: "zap", ETCD_LOG_OUTPUTS: "/dev/null" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return waitFor(() => answers(this.#plan.peerUrl), `etcd ${this.#plan.name}`);
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    child.kill(signal);
    if (signal === "SIGKILL") child.kill("SIGCONT");
    await child.status;
  }
}

/** Starts a cluster, and returns when it has a leader. */
export async function startEtcd(
  { members: count = 1, tls = false, flags = [] }: EtcdOptions = {},
): Promise<Etcd> {
  const folder = await tempFolder();
  const scheme = tls ? "https" : "http";
  const plans = Array.from({ length: count }, (_, i): MemberPlan => ({
    name: `m${i}`,
    url: `${scheme}://127.0.0.1:${freePort()}`,
    peerUrl: `http://127.0.0.1:${freePort()}`,
  }));
  const cluster = plans.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
  const tlsPaths = tls ? await writeCertificates(folder) : null;
  const tlsFlags = tlsPaths === null ? [] : [
    ...["--cert-file", folder.at("server.pem"), "--key-file", folder.at("server.key")],
    ...["--trusted-ca-file", folder.at("ca.pem"), "--client-cert-auth"],
  ];
  /** Goes up with each start that is with other data than before. */
  let era = 0;
  const clusterFlags = (plan: MemberPlan): readonly string[] => [
    ...["--name", plan.name, "--initial-cluster", cluster],
    ...["--initial-advertise-peer-urls", plan.peerUrl],
  ];
  const dataOf = ({ name }: MemberPlan): string => folder.at(`${name}-${era}`);
  const members = plans.map((plan) =>
    new Member(plan, () => [
      ...clusterFlags(plan),
      ...["--data-dir", dataOf(plan), "--listen-peer-urls", plan.peerUrl],
      ...["--listen-client-urls", plan.url, "--advertise-client-urls", plan.url],
      ...["--heartbeat-interval", "50", "--election-timeout", "500"],
      ...tlsFlags,
      ...flags,
    ])
  );
  const urls = plans.map(({ url }) => url);
  let user: string | null = null;
  const ctl = async (...args: readonly string[]): Promise<string> => {
    const tlsArgs = tlsPaths === null ? [] : [
      ...["--cacert", tlsPaths.caFile, "--cert", tlsPaths.certFile, "--key", tlsPaths.keyFile],
    ];
    const userArgs = user === null ? [] : ["--user", user];
    return await etcdctl(["--endpoints", urls.join(","), ...tlsArgs, ...userArgs, ...args]);
  };
  const startAll = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.start()));
    await waitFor(() => ctl("get", "x").then(() => true, () => false), "a leader");
  };
  const killAll = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.kill()));
  };
  const end = endWithTest(async () => {
    await killAll();
    await folder[Symbol.asyncDispose]();
  });
  await startAll();
  const address: StoreAddress = { urls, ...tlsPaths };
  return {
    urls,
    address,
    folder,
    members,
    ctl,
    async enableUsers(): Promise<void> {
      await ctl("user", "add", ROOT);
      await ctl("user", "grant-role", "root", "root");
      await ctl("auth", "enable");
      user = ROOT;
    },
    async addUser(name): Promise<StoreAddress> {
      const passwordFile = folder.at(`${name}.password`);
      await Deno.writeTextFile(passwordFile, `${name}-password\n`, { mode: 0o600 });
      await ctl("user", "add", `${name}:${name}-password`);
      await ctl("user", "grant-role", name, name);
      return { ...address, user: name, passwordFile };
    },
    async loseEverything(): Promise<void> {
      await killAll();
      era++;
      await startAll();
    },
    async restore(snapshot): Promise<void> {
      await killAll();
      era++;
      const [plan] = plans;
      const to = ["--data-dir", dataOf(plan!), ...clusterFlags(plan!)];
      await etcdctl(["snapshot", "restore", snapshot, ...to]);
      await startAll();
    },
    [Symbol.asyncDispose]: end,
  };
}

async function etcdctl(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("etcdctl", {
    args: [...args],
    env: { ETCDCTL_API: "3" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`etcdctl ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Reports whether a member listens for others; without them, it answers no client yet. */
async function answers(peerUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${peerUrl}/version`);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Writes certificates of an authority, of the members and of a client. */
async function writeCertificates(
  folder: TempFolder,
): Promise<{ readonly caFile: string; readonly certFile: string; readonly keyFile: string }> {
  const ca = await makeParty("etcd CA", { isCa: true });
  const names = new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]);
  // The gateway of a member is a client of the member, with the same certificate.
  const usages = [SERVER_USAGE, CLIENT_USAGE];
  const server = await makeParty("etcd", { by: ca, usages, extensions: [names] });
  const client = await makeParty("web1", { by: ca, usages: [CLIENT_USAGE] });
  await Deno.writeTextFile(folder.at("ca.pem"), ca.cert);
  for (const [name, { cert, key }] of Object.entries({ server, client })) {
    await Deno.writeTextFile(folder.at(`${name}.pem`), cert);
    await Deno.writeTextFile(folder.at(`${name}.key`), key, { mode: 0o600 });
  }
  return {
    caFile: folder.at("ca.pem"),
    certFile: folder.at("client.pem"),
    keyFile: folder.at("client.key"),
  };
}
