// Goal: nobody loses a request while workers come and go, whatever else changes; only what a killed
// worker had is lost. Method: clients of every kind that count, while the service is reloaded and its
// workers are killed and resized. What a kernel resets with the queue of a socket is a connect that
// the client repeats: that is bounded and printed.
import { assert, assertEquals } from "@std/assert";
import type { SslRecord } from "../../../mod/config/document/document.ts";
import { startLocalProgram } from "../../support/local_program.ts";
import { Load } from "../../support/workers/load_client.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";
import { HOST, isAlive, stateOf, WorkerService } from "../../support/workers/worker_service.ts";

/** In each of which a worker is killed. */
const SECONDS = 60;
/** The clients of the load, each with one connection at a time. */
const CLIENTS = 14;
const OTHERS = ["127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"];

interface Fire extends AsyncDisposable {
  readonly service: WorkerService;
  readonly load: Load;
  /** Ends the load, checks that nothing is lost, and reports the figures. */
  settle(what: string, repeatedMax: number): Promise<void>;
}

/** Starts a service with two workers, a program behind it, two certificates, and the load. */
async function fire(): Promise<Fire> {
  await using stack = new AsyncDisposableStack();
  const echo = stack.use(await startLocalProgram("echo"));
  const service = stack.use(await WorkerService.start({ settings: { LogEnabled: true } }));
  const { program, port } = service;
  const httpsPort = port + 1;
  const hash = await makeCertificates(service);
  await service.edit((document) => ({
    ...document,
    ssl: [sslRecord(`0.0.0.0:${httpsPort}`, hash)],
    sites: document.sites.map((site) => ({ ...site, secureBindings: [`:${httpsPort}:`] })),
  }));
  await service.reload();
  const url = `http://+:${port}/program/`;
  await program.do(`register ${url} --to http://127.0.0.1:${echo.port} --keep`);
  const load = new Load({
    kept: 6,
    fresh: 3,
    http: { hostname: HOST, port },
    https: { hostname: HOST, port: httpsPort, kept: 2, fresh: 1 },
    sockets: { count: 2, path: "/program/socket" },
  });
  await waitFor(() => load.responses > 100, "the load");
  const all = stack.move();
  return {
    service,
    load,
    async settle(what, repeatedMax): Promise<void> {
      const { failures, ...counts } = await load.stop();
      const figures = `${what}: ${JSON.stringify(counts)}\n`;
      Deno.stdout.writeSync(new TextEncoder().encode(figures));
      assertEquals(failures.slice(0, 5), [], what);
      assert(counts.repeated <= repeatedMax, `${what}: ${counts.repeated} connects repeated`);
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

testWith(["ss"], "200 reloads lose nothing, also with addresses that come and go", async () => {
  await using at = await fire();
  const { service } = at;
  for (let i = 0; i < 200; i++) {
    if (i % 4 === 0) {
      const some = OTHERS.filter((_, n) => (i / 4 + n) % 3 !== 0);
      await service.edit((document) => ({ ...document, ipListen: [HOST, ...some] }));
    }
    await service.reload();
  }
  await at.settle("200 reloads", 0);
});

testWith(["ss"], "50 renewals of a certificate lose nothing", async () => {
  await using at = await fire();
  const { service } = at;
  for (let i = 0; i < 50; i++) {
    await useCertificate(service, i % 2 === 0 ? "second" : "first");
    await service.reload();
  }
  await at.settle("50 renewals", 0);
});

testWith(
  ["ss"],
  "a worker killed every second for a minute loses its own connections",
  async () => {
    await using at = await fire();
    const { service, load } = at;
    let [kills, whileDying] = [0, 0];
    for (let second = 0; second < SECONDS; second++) {
      const due = new Promise((resolve) => setTimeout(resolve, 1000));
      const [victim] = (await service.pids()).filter((pid) => pid !== service.served.pid);
      if (victim !== undefined && isAlive(victim)) {
        load.excuse(await service.kill(victim));
        // Its queue takes connections until it is gone, which takes as long as the machine is busy.
        const before = load.repeated;
        await waitFor(() => stateOf(victim) === "", "the worker to be gone");
        whileDying += load.repeated - before;
        kills++;
      }
      await due;
    }
    await service.settled(2);
    assert(kills >= 20, `only ${kills} kills`);
    // Each of the clients may have a connection in the queue of the one that is gone.
    await at.settle(`${kills} workers killed`, whileDying + kills * CLIENTS);
  },
);

testWith(["ss"], "workers 1 -> 2 -> 1 -> 3 -> 2 lose nothing", async () => {
  await using at = await fire();
  const { service, load } = at;
  for (const count of [1, 2, 1, 3, 2]) {
    await service.resize(count);
    await service.settled(count);
    const before = load.responses;
    await waitFor(() => load.responses > before + 300, "the load to go on");
  }
  // Nobody listens for a moment when the process of the service hands its sockets over.
  await at.settle("workers 1 -> 2 -> 1 -> 3 -> 2", 30);
});

/** Makes two certificates, and a file that is one of them. */
async function makeCertificates(service: WorkerService): Promise<string> {
  const { program } = service;
  for (const name of ["first", "second", "used"]) {
    const made = await program.do(`cert create --self-signed --name ${name} --ip ${HOST}`);
    if (name === "used") return made.out.trim();
  }
  throw new Error("unreachable");
}

async function useCertificate({ program }: WorkerService, name: string): Promise<void> {
  const folder = `${program.home}/certs/MY`;
  await Deno.copyFile(`${folder}/${name}.pem`, `${folder}/next.pem`);
  await Deno.rename(`${folder}/next.pem`, `${folder}/used.pem`);
}

function sslRecord(key: string, hash: string): SslRecord {
  return {
    key,
    hash,
    certName: "used",
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
}
