/** Goal: a user has the groups that the two files say. Method: texts. */
import { assertEquals } from "@std/assert";
import {
  groupsOf,
  parseLocalUsers,
  readLocalUsers,
} from "../../../mod/host/sharing/local_users.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/sh
ann:x:1000:100:Ann,,,:/home/ann:/bin/sh
ann2:x:1000:101::/:/bin/sh\r
odd:x:10x:5
short

bob:x:1001:1001`;
const GROUP = `www:x:33:ann,bob
users:x:100:
second:x:44:x,ann2
annie:x:45:annie
odd:x:4x:ann
none`;
const USERS = parseLocalUsers(PASSWD, GROUP);

Deno.test("groupsOf() returns the primary group, and those that list the user", () => {
  assertEquals(groupsOf(1000, USERS), [33, 44, 100, 101]);
  assertEquals(groupsOf(1001, USERS), [33, 1001]);
  assertEquals(groupsOf(4711, USERS), []);
  assertEquals(groupsOf(0, parseLocalUsers("", "")), []);
});

Deno.test("readLocalUsers() finds root on a system that has it", async () => {
  const { users } = await readLocalUsers();
  const hasRoot = Deno.build.os !== "windows";
  assertEquals(users.some(({ name, uid }) => name === "root" && uid === 0), hasRoot);
});
