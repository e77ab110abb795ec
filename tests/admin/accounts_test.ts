// Goal: names and SIDs, in both directions. Method: made-up accounts.
import { assertEquals } from "@std/assert";
import { accountOfSid, sidOfAccount } from "../../mod/admin/accounts.ts";
import { parseLocalUsers } from "../../mod/host/sharing/local_users.ts";

const ACCOUNTS = parseLocalUsers(
  "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
  "root:x:0:\nwheel:x:10:alice\nalice:x:1000:\n",
);

Deno.test("sidOfAccount() and accountOfSid() know well-known, user and group names", () => {
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
    ["bob", null, null],
    ["", null, null],
  ];
  for (const [name, sid, shown] of cases) {
    assertEquals(sidOfAccount(name, ACCOUNTS), sid, name);
    if (sid !== null) assertEquals(accountOfSid(sid, ACCOUNTS), shown, sid);
  }
  assertEquals(accountOfSid("S-1-9-9", ACCOUNTS), null);
});
