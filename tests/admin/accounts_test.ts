// Goal: names and SIDs, in both directions. Method: made-up accounts.
import { assertEquals } from "@std/assert";
import { accountOfSid, findAccount } from "../../mod/admin/accounts.ts";
import { parseLocalUsers } from "../../mod/host/sharing/local_users.ts";

const ACCOUNTS = {
  host: "Web1.example.com",
  ...parseLocalUsers(
    "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nnetwork:x:7:7::/:/bin/sh\n",
    "root:x:0:\nwheel:x:10:alice\nalice:x:1000:\n",
  ),
};

Deno.test("findAccount() and accountOfSid() know well-known, user and group names", () => {
  const cases: [name: string, sid: string | null, shown: string | null][] = [
    ["everyone", "S-1-1-0", "\\Everyone"],
    ["\\Everyone", "S-1-1-0", "\\Everyone"],
    ["BUILTIN\\Administrators", "S-1-5-32-544", "BUILTIN\\Administrators"],
    ["network service", "S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE"],
    ["alice", "S-1-22-1-1000", "Unix User\\alice"],
    [".\\alice", "S-1-22-1-1000", "Unix User\\alice"],
    ["wheel", "S-1-22-2-10", "Unix Group\\wheel"],
    ["Unix Group\\alice", "S-1-22-2-1000", "Unix Group\\alice"],
    ["Unix User\\wheel", null, null],
    ["s-1-22-1-7", "S-1-22-1-7", null],
    ["WEB1\\alice", "S-1-22-1-1000", "Unix User\\alice"],
    ["web1.EXAMPLE.com\\wheel", "S-1-22-2-10", "Unix Group\\wheel"],
    ["localhost\\alice", "S-1-22-1-1000", "Unix User\\alice"],
    ["web1\\Everyone", "S-1-1-0", "\\Everyone"],
    ["nt authority\\system", "S-1-5-18", "NT AUTHORITY\\SYSTEM"],
    ["network", "S-1-5-2", "NT AUTHORITY\\NETWORK"],
    [".\\network", "S-1-22-1-7", null],
    ["web1\\network", "S-1-22-1-7", null],
    ["bob", null, null],
    ["web1\\bob", null, null],
    ["web2\\alice", null, null],
    ["CORP\\alice", null, null],
    ["NT AUTHORITY\\alice", null, null],
    ["IIS AppPool\\alice", null, null],
    ["", null, null],
  ];
  for (const [name, sid, shown] of cases) {
    const found = findAccount(name, ACCOUNTS);
    assertEquals("sid" in found ? found.sid : null, sid, name);
    if (sid !== null && shown !== null) assertEquals(accountOfSid(sid, ACCOUNTS), shown, sid);
  }
  assertEquals(accountOfSid("S-1-9-9", ACCOUNTS), null);
  assertEquals(accountOfSid("S-1-22-1-77", ACCOUNTS), null);
});

Deno.test("findAccount() says why a name is no account, and which one it is like", () => {
  const cases: [name: string, reason: string, near: string | null][] = [
    ["CORP\\alice", '"CORP" is no domain of this machine, which is "Web1.example.com"', "alice"],
    ["web1\\alcie", 'this machine has no user or group "alcie"', "alice"],
    ["Unix User\\wheel", 'this machine has no user "wheel"', "wheel"],
    ["BUILTIN\\Nobody", '"BUILTIN" has no account "Nobody" here', null],
    ["zzzzzzzz", 'this machine has no user or group "zzzzzzzz"', null],
  ];
  for (const [name, reason, near] of cases) {
    assertEquals(findAccount(name, ACCOUNTS), { reason, near }, name);
  }
});
