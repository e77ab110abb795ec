// Goal: a dump restores the state of a home. Method: dump one home, run it in another, dump that.
import { assertEquals } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";

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
    `add sslcert ipport=0.0.0.0:443 ${hash} ${app} certstorename=MY clientcertnegotiation=enable`,
    `add sslcert hostnameport=www.site.example:443 ${hash} ${app} usagecheck=disable`,
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
