// Goal: a dump restores the state of a home; what depends on this machine is right: its name, and the
// processes behind registered URLs. Method: dump one home, run it in another, dump that; command lines.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commandHome, serviceStatus } from "../../../support/command_home.ts";
import { ON_POSIX } from "../../../support/platforms.ts";

const DATA = new URL("../../../testdata/certs/", import.meta.url);

async function withCertificate(home: string): Promise<void> {
  await Deno.mkdir(`${home}/certs/MY`, { recursive: true });
  for (const end of ["pem", "key"]) {
    await Deno.copyFile(new URL(`site.${end}`, DATA), `${home}/certs/MY/site.${end}`);
  }
}

Deno.test("netsh http dump, run on an empty home, restores what was dumped", async () => {
  await using first = await commandHome();
  await using second = await commandHome();
  for (const home of [first, second]) await withCertificate(home.path);
  const hash = "certhash=63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";
  const app = "appid={4dc3e181-e14b-4a21-b022-59fc669b0914}";
  const lines = [
    "add iplisten 127.0.0.2",
    "add iplisten ::1",
    `add sslcert ipport=0.0.0.0:443 ${hash} ${app} certstorename=MY clientcertnegotiation=enable revocationfreshnesstime=60`,
    `add sslcert hostnameport=www.site.example:443 ${hash} ${app} usagecheck=disable`,
    `add sslcert ipport=[::1]:443 ${hash} ${app} disabletls12=enable reject=enable`,
    "update sslpropertyex ipport=[::1]:443 propertyid=0 receivewindow=65536",
    "update sslpropertyex ipport=[::1]:443 propertyid=1 maxsettingsperframe=7",
    "add setting sslthrottle 500",
    "add urlacl url=http://+:80/vroot/ user=everyone",
    "add urlacl url=http://*:81/ sddl=D:(A;;GA;;;S-1-22-1-1000)(D;;GX;;;BA)",
    "add timeout headerwaittimeout 30",
    "add cacheparam maxcacheresponsesize 65536",
  ];
  for (const line of lines) {
    const { status, out } = await first.run(`netsh http ${line}`);
    assertEquals(status, 0, out);
  }
  const { out: script } = await first.run("netsh http dump");
  await Deno.writeTextFile(`${second.path}/script`, script);
  const ran = await second.run(`netsh -f ${second.path}/script`);
  assertEquals(ran.status, 0, ran.out);
  assertEquals(second.stored(), first.stored());
  assertEquals((await second.run("netsh http dump")).out, script);
});

Deno.test(
  "netsh http add urlacl takes the name of this machine for a domain, and no other",
  ON_POSIX,
  async () => {
    await using home = await commandHome();
    const add = (path: string, user: string): ReturnType<typeof home.run> => {
      return home.run([
        "netsh",
        "http",
        "add",
        "urlacl",
        `url=http://+:80/${path}/`,
        `user=${user}`,
      ]);
    };
    const host = Deno.hostname();
    for (const [i, name] of [host, host.toUpperCase(), "."].entries()) {
      assertEquals((await add(`a${i}`, `${name}\\root`)).status, 0, name);
    }
    assertEquals(
      home.stored()?.urlAcl.map(({ sddl }) => sddl),
      Array(3).fill("D:(A;;GX;;;S-1-22-1-0)"),
    );
    const { status, out, note } = await add("b", "NO.SUCH.DOMAIN\\root");
    assertEquals(status, 1);
    assertStringIncludes(out, "Create SDDL failed, Error: 1332\n");
    assertStringIncludes(note, '"NO.SUCH.DOMAIN" is no domain of this machine');
    assertStringIncludes(
      note,
      "hint: httpcfg netsh http add urlacl url=http://+:80/b/ user=root\n",
    );
  },
);

Deno.test("show servicestate and registrations name the process that serves a registered URL", async () => {
  await using home = await commandHome();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const since = "2026-01-02T03:04:05.000Z";
  const registrations = [
    { url: "http://+:80/a/", to: `http://127.0.0.1:${port}`, uid: 7, keep: true, since },
    { url: "http://+:80/b/", to: "unix:/run/b.sock", uid: 8, keep: false, since },
  ];
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running" }, { registrations })));
  const { out } = await home.run("netsh http show servicestate view=requestq");
  const [, , own = "", socket = ""] = out.split(/^(?=Request queue name)/m).flatMap((text, i) => {
    return i === 0 ? ["", text] : [text];
  });
  assertMatch(own, new RegExp(`^ {8}ID: ${Deno.pid}, image: deno$`, "m"));
  assertMatch(own, /^ {8}HTTP:\/\/\+:80\/A\/$/m);
  assertMatch(socket, /^ {8}ID: <\?>, image: <\?>$/m);
  const verbose = (await home.run("netsh http show servicestate verbose=yes")).out;
  assertStringIncludes(verbose, `            Forwarded to: http://127.0.0.1:${port}\n`);
  const json = JSON.parse((await home.run("registrations --format json")).out);
  assertEquals(json.registrations, [
    { ...registrations[0], pid: Deno.pid, program: "deno" },
    { ...registrations[1], pid: null, program: null },
  ]);
});
