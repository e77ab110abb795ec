// Goal: a file with which a client is let in is used as it is meant, or the reason is said.
// Method: a table of files.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { readCredentials } from "../../../mod/fleet/etcd/credentials.ts";
import type { StoreAddress } from "../../../mod/fleet/etcd/store_address.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const CERT = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN EC PRIVATE KEY-----\nMAo=\n-----END EC PRIVATE KEY-----\n";
const urls = ["https://10.0.0.1:2379"];

Deno.test("readCredentials() reads what an address names, and the first line of a password", async () => {
  await using folder = await tempFolder();
  const write = async (name: string, text: string): Promise<string> => {
    await Deno.writeTextFile(folder.at(name), text, { mode: 0o600 });
    return folder.at(name);
  };
  assertEquals(await readCredentials({ urls }), { tls: {}, login: null });
  const address: StoreAddress = {
    urls,
    caFile: await write("ca", CERT),
    certFile: await write("cert", CERT),
    keyFile: await write("key", KEY),
    user: "web1",
    passwordFile: await write("password", " pass word \r\nnotes\n"),
  };
  assertEquals(await readCredentials(address), {
    tls: { caCerts: [CERT], cert: CERT, key: KEY },
    login: { name: "web1", password: " pass word " },
  });
});

Deno.test({
  name: "readCredentials() says why a file cannot be used",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await tempFolder();
    const file = folder.at("file");
    const login = { urls, user: "web1", passwordFile: file };
    const pair = { urls, certFile: folder.at("cert"), keyFile: file };
    await Deno.writeTextFile(folder.at("cert"), CERT);
    const table: readonly (readonly [StoreAddress, string | null, number, string, string])[] = [
      [login, null, 0, "no such file", "ls -ld"],
      [login, "secret", 0o644, "other users of this machine can read it", `chmod 600 ${file}`],
      [login, "\nsecret", 0o600, "its first line is empty", ""],
      [pair, KEY, 0o644, "other users of this machine can read it", `chmod 600 ${file}`],
      [pair, CERT, 0o600, "contains no private key", "openssl pkey"],
      [{ urls, caFile: file }, "", 0o644, "contains no certificate", "openssl x509"],
      [{ urls, caFile: folder.path }, "", 0o644, "is a directory", ""],
    ];
    for (const [address, text, mode, reason, hint] of table) {
      if (text !== null) {
        await Deno.writeTextFile(file, text);
        await Deno.chmod(file, mode);
      }
      const fault = await assertRejects(() => readCredentials(address), Fault, reason);
      assert((fault.hint ?? "").includes(hint), `${reason}: ${fault.hint}`);
      assert(!fault.message.includes("secret"), fault.message);
    }
  },
});
