/**
 * Debian's pebble, the ACME server that Let's Encrypt tests with, and the DNS server for it.
 *
 * @module
 */
import { endWithTest } from "../ending/test_end.ts";
import { freePort } from "../ports.ts";
import { tempFolder } from "../temp_folder.ts";
import { waitFor } from "../wait.ts";
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";

/** The programs that it needs. */
export const PEBBLE_TOOLS: readonly string[] = ["pebble", "pebble-challtestsrv"];

/** A running server. */
export interface Pebble extends AsyncDisposable {
  /** URL of the directory. */
  readonly server: string;
  /** What vouches for the server itself, PEM. */
  readonly ca: string;
  /** Where it asks for challenges, on every address. */
  readonly httpPort: number;
  /** Returns the certificate that vouches for those it issues, PEM. */
  root(): Promise<string>;
}

/** Starts it; it rejects `badNonces` percent of the nonces. Host names lead to 127.0.0.2. */
export async function startPebble({ badNonces = 0 } = {}): Promise<Pebble> {
  const folder = await tempFolder();
  const [port, management, httpPort, dns, dnsManagement] = [
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ];
  const own = await makeSelfSigned({
    names: ["localhost"],
    ips: ["127.0.0.1"],
    days: 2,
    nowMs: Date.now(),
  });
  await Deno.writeTextFile(folder.at("api.pem"), own.cert);
  await Deno.writeTextFile(folder.at("api.key"), own.key);
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: folder.at("api.pem"),
    privateKey: folder.at("api.key"),
    httpPort,
    tlsPort: freePort(),
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  await Deno.writeTextFile(folder.at("pebble.json"), JSON.stringify({ pebble: settings }));
  const start = (command: string, args: readonly string[]): Deno.ChildProcess => {
    return new Deno.Command(command, {
      args: [...args],
      env: {
        PEBBLE_VA_NOSLEEP: "1",
        PEBBLE_WFE_NONCEREJECT: `${badNonces}`,
        PEBBLE_AUTHZREUSE: "0",
      },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  };
  const children = [
    start("pebble-challtestsrv", [
      ...["-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${dnsManagement}`],
      ...["-http01", "", "-https01", "", "-tlsalpn01", ""],
      ...["-defaultIPv4", "127.0.0.2", "-defaultIPv6", ""],
    ]),
    start("pebble", [
      "-config",
      folder.at("pebble.json"),
      "-dnsserver",
      `127.0.0.1:${dns}`,
      "-strict",
    ]),
  ];
  const end = endWithTest(async () => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.status));
    await folder[Symbol.asyncDispose]();
  });
  const client = Deno.createHttpClient({ caCerts: [own.cert] });
  const get = async (url: string): Promise<string> => await (await fetch(url, { client })).text();
  const server = `https://localhost:${port}/dir`;
  await waitFor(() => get(server).then(() => true, () => false), "pebble");
  return {
    server,
    ca: own.cert,
    httpPort,
    root: () => get(`https://localhost:${management}/roots/0`),
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await end();
    },
  };
}
