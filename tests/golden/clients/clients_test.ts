// Goal: programs that read the old tools read ours. Method: read_output.ts, over empty, one, many,
// IPv6, SNI and absent records, made by the command lines that such programs run.
import { assertEquals, assertMatch } from "@std/assert";
import { type CommandHome, commandHome } from "../../support/command_home.ts";
import {
  addressesAfterTitle,
  certificatesByKey,
  httpcfgAddresses,
  httpcfgRecords,
  labelledBlocks,
  linesOf,
  metabaseKeys,
  metabaseValues,
  requestQueues,
  reservationsByIndent,
  siteRows,
} from "./read_output.ts";
import { startFakeService } from "../../support/fake_service.ts";

const APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}";
const HASH = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
/** Keys of certificate records: the tag that names each, and the label of its line. */
const SSL_KEYS = [
  ["ipport", "0.0.0.0:443", "IP:port"],
  ["ipport", "127.0.0.2:8443", "IP:port"],
  ["ipport", "[::1]:443", "IP:port"],
  ["hostnameport", "www.example.com:443", "Hostname:port"],
] as const;

async function withCertificates(home: CommandHome): Promise<void> {
  const from = new URL("../../testdata/certs/", import.meta.url);
  await Deno.mkdir(`${home.path}/certs/MY`, { recursive: true });
  for (const name of ["site.pem", "site.key"]) {
    await Deno.copyFile(new URL(name, from), `${home.path}/certs/MY/${name}`);
  }
  for (const [tag, key] of SSL_KEYS) {
    const line = `netsh http add sslcert ${tag}=${key} certhash=${HASH} appid=${APP}`;
    const store = tag === "hostnameport" ? " certstorename=MY" : "";
    assertEquals((await home.run(line + store)).status, 0, key);
  }
}

Deno.test("an absent certificate record: status 1, and the text that scripts look for", async () => {
  await using home = await commandHome();
  for (const [tag, key] of SSL_KEYS) {
    const { status, out } = await home.run(`netsh http show sslcert ${tag}=${key}`);
    assertEquals(status, 1);
    assertMatch(out, /The system cannot find the file specified\./);
    assertEquals(certificatesByKey(out).size, 0);
  }
  const all = await home.run("netsh http show sslcert");
  assertEquals([all.status, labelledBlocks(all.out)], [0, []]);
});

Deno.test("certificate records: by blocks, by key, and by the number of the line", async () => {
  await using home = await commandHome();
  await withCertificates(home);
  const all = await home.run("netsh http show sslcert");
  const blocks = labelledBlocks(all.out).filter((block) => block.has("Certificate Hash"));
  assertEquals(
    blocks.map((block) => [...block][0]),
    SSL_KEYS.map(([, key, label]) => [label, key] as [string, string]),
  );
  for (const block of blocks) {
    assertEquals(block.get("Certificate Hash"), HASH);
    assertEquals(block.get("Application ID"), APP);
    assertMatch(block.get("Certificate Store Name") ?? "", /^(?:MY|\(null\))$/);
    assertEquals(block.get("Negotiate Client Certificate"), "Disabled");
    assertEquals(block.get("Verify Client Certificate Revocation"), "Enabled");
  }
  assertEquals([...certificatesByKey(all.out).keys()], SSL_KEYS.map(([, key]) => key));

  for (const [tag, key, label] of SSL_KEYS) {
    const { status, out } = await home.run(`netsh http show sslcert ${tag}=${key}`);
    assertEquals(status, 0);
    assertEquals(certificatesByKey(out).get(key), { hash: HASH, appId: APP });
    // The lines of a record are counted from the start of the output, whose first line is empty.
    const lines = linesOf(out);
    assertEquals(lines[0], "");
    assertEquals(lines[4], `    ${label.padEnd(29)}: ${key}`);
    assertEquals(lines[5], `    Certificate Hash             : ${HASH}`);
    assertEquals(lines[6], `    Application ID               : ${APP}`);
  }
});

Deno.test("a certificate record that exists, and one that does not: what installers test", async () => {
  await using home = await commandHome();
  await withCertificates(home);
  const again = await home.run(
    `netsh http add sslcert ipport=0.0.0.0:443 certhash=${HASH.replace("6", "7")} appid=${APP}`,
  );
  assertEquals(again.status, 1);
  assertMatch(again.out, /^SSL Certificate add failed, Error: (?:183|1312)$/m);
  const gone = await home.run("netsh http delete sslcert ipport=0.0.0.0:9443");
  assertEquals(gone.status, 1);
  assertMatch(gone.out, /^SSL Certificate deletion failed, Error: 2$/m);
  const deleted = await home.run("netsh http delete sslcert ipport=0.0.0.0:443");
  assertMatch(deleted.out, /successfully deleted/);
  assertEquals((await home.run("netsh http show sslcert ipport=0.0.0.0:443")).status, 1);
});

Deno.test("reservations: absent ends with 0, one and many by their indentation", async () => {
  await using home = await commandHome();
  const absent = await home.run("netsh http show urlacl url=http://+:8080/");
  assertEquals([absent.status, absent.note], [0, ""]);
  assertEquals(reservationsByIndent(absent.out), []);
  assertEquals(/Reserved URL/.test(absent.out), false);

  const urls = [
    "http://+:8080/",
    "http://*:8081/app/",
    "https://[::1]:8443/",
    "http://a.example:80/",
  ];
  for (const url of urls) {
    const { status, out } = await home.run(`netsh http add urlacl url=${url} user=Everyone`);
    assertEquals([status, /successfully added/.test(out)], [0, true], url);
  }
  const all = await home.run("netsh http show urlacl");
  assertEquals(reservationsByIndent(all.out).map(({ url }) => url), urls);
  for (const url of urls) {
    const { status, out } = await home.run(`netsh http show urlacl url=${url}`);
    assertEquals(status, 0);
    assertEquals(reservationsByIndent(out), [{
      url,
      users: [{ name: "\\Everyone", listen: "Yes", delegate: "No" }],
      sddl: "D:(A;;GX;;;WD)",
    }]);
    // Chef and others match one line each, with the blank that ends it.
    assertMatch(out, new RegExp(`^ {4}Reserved URL {12}: ${RegExp.escape(url)} $`, "m"));
    assertMatch(out, /^ {8}User: \\Everyone$/m);
  }
  const twice = await home.run(`netsh http add urlacl url=${urls[0]} user=Users`);
  assertEquals(twice.status, 1);
  assertMatch(twice.out, /^Url reservation add failed, Error: 183$/m);
});

Deno.test("the inclusion list: empty, one, many, and IPv6, by both tools", async () => {
  await using home = await commandHome();
  assertEquals(addressesAfterTitle((await home.run("netsh http show iplisten")).out), []);
  const empty = await home.run("query iplisten");
  assertEquals(httpcfgAddresses(empty.out), []);
  assertMatch(empty.out, /completed with 1168/);
  const addresses = ["127.0.0.1", "127.0.0.2", "::1"];
  for (let count = 1; count <= addresses.length; count++) {
    const ip = addresses[count - 1]!;
    assertEquals((await home.run(`netsh http add iplisten ipaddress=${ip}`)).status, 0);
    const { out } = await home.run("netsh http show iplisten");
    assertEquals(addressesAfterTitle(out), addresses.slice(0, count));
    assertEquals(
      linesOf(out).slice(0, 3),
      ["", "IP addresses present in the IP listen list:", "-".repeat(43)],
    );
    assertEquals(
      httpcfgAddresses((await home.run("query iplisten")).out),
      addresses.slice(0, count),
    );
  }
});

Deno.test("Httpcfg's certificate records: rules of 78 hyphens and labels of 24 columns", async () => {
  await using home = await commandHome();
  assertEquals(await home.run("query ssl"), { status: 0, out: "", note: "" });
  await withCertificates(home);
  const records = httpcfgRecords((await home.run("query ssl")).out);
  const ofAddresses = records.filter((record) => record.has("IP"));
  assertEquals(
    ofAddresses.map((record) => record.get("IP")).slice(0, 3),
    SSL_KEYS.slice(0, 3).map(([, key]) => key),
  );
  for (const record of ofAddresses) {
    assertEquals(record.get("Hash"), HASH);
    assertEquals(record.get("Guid"), APP);
    assertEquals(record.get("Flags"), "0");
  }
});

Deno.test("the metabase: values with their types, lists by their count, keys below", async () => {
  await using home = await commandHome();
  assertEquals(
    (await home.run(["adsutil", "set", "w3svc/1/serverbindings", ":80:", "127.0.0.2:81:a.example"]))
      .status,
    0,
  );
  const list = metabaseValues((await home.run("adsutil get w3svc/1/serverbindings")).out);
  assertEquals(list.get("serverbindings"), [":80:", "127.0.0.2:81:a.example"]);
  const { out } = await home.run("adsutil enum w3svc/1");
  const values = metabaseValues(out);
  assertEquals(values.get("keytype"), "IIsWebServer");
  assertEquals(values.get("serverautostart"), true);
  assertEquals(values.get("serverstate"), 4);
  assertEquals(values.get("serverbindings"), [":80:", "127.0.0.2:81:a.example"]);
  assertEquals(values.get("securebindings"), []);
  assertEquals(metabaseKeys(out), ["W3SVC/1/ROOT"]);
  const unset = await home.run("adsutil get w3svc/1/disablesocketpooling");
  assertEquals(metabaseValues(unset.out).size, 0);
  assertMatch(unset.out, /is not set at this node\./);
});

Deno.test("iisweb /query: the table by its columns", async () => {
  await using home = await commandHome();
  await home.store({
    sites: [
      {
        id: 1,
        name: "Default Web Site",
        bindings: [":80:", "127.0.0.2:8080:www.example.com"],
        secureBindings: [],
        autoStart: true,
        content: { kind: "welcome" },
      },
      {
        id: 1716510118,
        name: "b",
        bindings: ["[::1]:8090:"],
        secureBindings: [],
        autoStart: false,
        content: { kind: "echo" },
      },
    ],
  });
  await startFakeService(home, "W3SVC");
  const { status, out } = await home.run("iisweb /query");
  const first = { site: "Default Web Site", path: "W3SVC/1", status: "STARTED" };
  assertEquals(status, 0);
  assertEquals(siteRows(out), [
    { ...first, ip: "ALL", port: "80" },
    { ...first, ip: "127.0.0.2", port: "8080" },
    { site: "b", path: "W3SVC/1716510118", status: "STOPPED", ip: "[::1]", port: "8090" },
  ]);
});

Deno.test("show servicestate: queues with their processes and URLs", async () => {
  await using home = await commandHome();
  assertEquals(requestQueues((await home.run("netsh http show servicestate")).out), []);
  await startFakeService(home, "W3SVC");
  for (const view of ["", " view=session", " view=requestq", " verbose=yes"]) {
    const { status, out } = await home.run(`netsh http show servicestate${view}`);
    assertEquals(status, 0);
    const [queue] = requestQueues(out);
    assertMatch(queue?.processes[0] ?? "", /^ID: [0-9]+, image: \S+$/, view);
    assertMatch(queue?.urls[0] ?? "", /^HTTP:\/\/\*:8080\/$/, view);
  }
});
