// Goal: a line that cannot be used has the line that can as its hint. Method: a table; each hint is
// typed as it stands.
import { checkRows, plainPlace, type Row } from "./hint_rows.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const BLOG = "httpcfg site add blog";

const FLAGS: readonly Row[] = [
  {
    name: "an unknown flag",
    line: "httpcfg site list --formt json",
    says: "has no such flag",
    hints: ["httpcfg site list --format json"],
    cured: "hint",
  },
  {
    name: "a value is missing",
    line: "httpcfg site list --format",
    says: "the value is missing",
    hints: ["httpcfg site list --format json"],
    cured: "hint",
  },
  {
    name: "a value that is none of those allowed",
    line: "httpcfg site list --format=jsn",
    says: 'Cannot use "jsn" for "--format"',
    hints: ["httpcfg site list --format json"],
    cured: "hint",
  },
  {
    name: "a flag twice",
    line: "httpcfg site list --format csv --format=json",
    says: "it takes one value",
    hints: ["httpcfg site list --format=json"],
    cured: "hint",
  },
  {
    name: "a value for a flag without one",
    line: "httpcfg config show --effective=yes",
    says: "the flag takes no value",
    hints: ["httpcfg config show --effective"],
    cured: "hint",
  },
  {
    name: "a word too many",
    line: "httpcfg cert list all",
    says: 'Cannot use "all": unexpected argument',
    hints: ["httpcfg cert list"],
    cured: "hint",
  },
  {
    name: "the name of no site, where the other sites are listed",
    line: "httpcfg site list all",
    says: 'Cannot find the site "all"',
    hints: ["httpcfg site list"],
    cured: "hint",
  },
  {
    name: "no name of a site",
    line: "httpcfg site remove",
    says: "an argument is missing",
    hints: ["httpcfg site list"],
    cured: "hint",
  },
  {
    name: "the document of the line stays that of the hint",
    given: "cp /dev/null {home}/none; httpcfg --config {home}/other.json set iplisten -i 127.0.0.9",
    line: "httpcfg --config {home}/other.json delete iplisten",
    says: "(null) is not a valid IP address.",
    hints: ["httpcfg --config {home}/other.json delete iplisten -i 127.0.0.9"],
    cured: "hint",
  },
  {
    name: "--config twice",
    line: "httpcfg --config {home}/a.json --config {home}/b.json site list",
    says: 'Cannot use "--config" twice',
    hints: ["httpcfg --config {home}/b.json site list"],
    cured: "hint",
  },
  {
    name: "an unknown profile",
    line: "httpcfg config profile strct",
    says: 'Cannot use "strct"',
    hints: ["httpcfg config profile strict"],
    cured: "hint",
  },
  {
    name: "a number that is none",
    line: "httpcfg events --limit many",
    says: 'Cannot use "many" for "--limit"',
    hints: ["httpcfg events --limit 100"],
    cured: "hint",
  },
];

const SITES: readonly Row[] = [
  {
    name: "an unquoted name of a site",
    line: "httpcfg site show Default Web Site",
    says: "unexpected argument",
    hints: ["httpcfg site show 'Default Web Site'"],
    cured: "hint",
  },
  {
    name: "a typing error in the name of a site",
    line: "httpcfg site set 'Defalt Web Site' --max-body 1000",
    says: "no such site",
    hints: ["httpcfg site set 'Default Web Site' --max-body 1000"],
    cured: "hint",
  },
  {
    name: "an unknown site",
    line: "httpcfg site remove frobnicate",
    says: "no such site",
    hints: ["httpcfg site list"],
    cured: "hint",
  },
  {
    name: "a name that is an id",
    line: `httpcfg site add W3SVC/7 --bind :81: --echo`,
    says: "not a valid name",
    hints: ["httpcfg site add site-7 --bind :81: --echo"],
    cured: "hint",
  },
  {
    name: "a name that is taken",
    line: "httpcfg site add 'default web site' --bind :81: --echo --no-start",
    says: "a site with this name already exists",
    hints: ["httpcfg site set 'default web site' --bind :81: --echo"],
    cured: "hint",
  },
  {
    name: "another site has the new name",
    given: "httpcfg site add blog --bind :81: --echo",
    line: "httpcfg site set blog --name 'Default Web Site'",
    says: "another site has this name",
    hints: ["httpcfg site set blog --name 'Default Web Site-2'"],
    cured: "hint",
  },
  {
    name: "IPv6 without brackets",
    line: `${BLOG} --bind ::1:81: --echo`,
    says: 'Cannot bind to "::1:81:"',
    hints: [`${BLOG} --bind '[::1]:81:' --echo`],
    cured: "hint",
  },
  {
    name: "a port out of range",
    line: `${BLOG} --bind 127.0.0.2:99999:a.test --echo`,
    says: 'port must be between 1 and 65535, not "99999"',
    hints: [`${BLOG} --bind 127.0.0.2:80:a.test --echo`],
    cured: "hint",
  },
  {
    name: "a host name where an address is expected",
    line: `${BLOG} --bind www.example.com:8080:x --echo`,
    says: "Cannot bind to",
    hints: [`${BLOG} --bind :8080:x --echo`],
    cured: "hint",
  },
  {
    name: "a host name that is none",
    line: `${BLOG} --bind-tls :8443:my_host! --echo`,
    says: "is not a host name",
    hints: [`${BLOG} --bind-tls :8443: --echo`],
    cured: "hint",
  },
  {
    name: "no content",
    line: `${BLOG} --bind :81:`,
    says: "exactly one of",
    hints: [`${BLOG} --bind :81: --respond hello`],
    cured: "hint",
  },
  {
    name: "no binding",
    line: "httpcfg site add --echo -- blog",
    says: "--bind or --bind-tls is missing",
    hints: ["httpcfg site add --echo --bind :8081: -- blog"],
    cured: "hint",
  },
  {
    name: "no binding, which is completed, and a flag that has no effect",
    line: `${BLOG} --echo --status 404`,
    says: 'Cannot use "--status" with --echo',
    hints: [`${BLOG} --bind :80: --echo`],
    cured: "hint",
  },
  {
    name: "a live page that other machines can reach",
    line: `${BLOG} --bind :81: --dashboard`,
    isDone: true,
    says: "can be reached from other machines",
    hints: ["httpcfg site set blog --allow 127.0.0.0/8 --allow ::1"],
    cured: "! httpcfg site set blog --max-connections 5 2>&1 | grep 'other machines'",
  },
  {
    name: "two contents",
    line: `${BLOG} --bind :81: --respond hi --welcome`,
    says: "exactly one of",
    hints: [`${BLOG} --bind :81: --respond hi`],
    cured: "hint",
  },
  {
    name: "a flag that has no effect",
    line: `${BLOG} --bind :81: --echo --status 404`,
    says: 'Cannot use "--status" with --echo',
    hints: [`${BLOG} --bind :81: --echo`],
    cured: "hint",
  },
  {
    name: "a flag that has no effect, and one with =",
    line: `${BLOG} --bind=:81: --echo --status 404`,
    says: 'Cannot use "--status" with --echo',
    hints: [`${BLOG} --bind=:81: --echo`],
    cured: "hint",
  },
  {
    name: "a redirect without a scheme",
    line: `${BLOG} --bind :81: --redirect www.example.com/new`,
    says: "Cannot redirect to",
    hints: [`${BLOG} --bind :81: --redirect https://www.example.com/new`],
    cured: "hint",
  },
  {
    name: "a redirect with another status",
    line: `${BLOG} --bind :81: --redirect https://a.test/ --status 200`,
    says: 'Cannot use "200" for "--status"',
    hints: [`${BLOG} --bind :81: --redirect https://a.test/ --status 301`],
    cured: "hint",
  },
  {
    name: "a folder that does not exist",
    line: `${BLOG} --bind :81: --root '{home}/a b'`,
    says: "no such file or directory",
    hints: ["mkdir -p '{home}/a b'"],
  },
  {
    name: "a file in place of a folder",
    line: `${BLOG} --bind :81: --root {home}/bin/httpcfg`,
    says: "not a directory",
    hints: [`${BLOG} --bind :81: --root {home}/bin`],
    cured: "hint",
  },
  {
    name: "a size with a unit",
    line: `${BLOG} --bind :81: --echo --max-body 10MB`,
    says: 'Cannot use "10MB" for "--max-body"',
    hints: [`${BLOG} --bind :81: --echo --max-body 10485760`],
    cured: "hint",
  },
];

const LIST: readonly Row[] = [
  {
    name: "set without -i",
    line: "httpcfg set iplisten 10.0.0.5",
    says: "(null) is not a valid IP address.",
    hints: ["httpcfg set iplisten -i 10.0.0.5"],
    cured: "hint",
  },
  {
    name: "delete without -i",
    given: "httpcfg set iplisten -i 10.0.0.5 -i 10.0.0.6",
    line: "httpcfg delete iplisten 10.0.0.5",
    says: "(null) is not a valid IP address.",
    hints: ["httpcfg delete iplisten -i 10.0.0.5"],
    cured: "hint",
  },
  {
    name: "delete of a list with one entry",
    given: "httpcfg set iplisten -i 10.0.0.5",
    line: "httpcfg delete iplisten",
    says: "(null) is not a valid IP address.",
    hints: ["httpcfg delete iplisten -i 10.0.0.5"],
    cured: "hint",
  },
  {
    name: "another switch",
    line: "httpcfg set iplisten -a 10.0.0.5",
    says: "-a is not a valid command.",
    hints: ["httpcfg set iplisten -i 10.0.0.5"],
    cured: "hint",
  },
  {
    name: "an address in brackets",
    line: "httpcfg set iplisten -i '[::1]'",
    says: "an entry has no port and no brackets",
    hints: ["httpcfg set iplisten -i ::1"],
    cured: "hint",
  },
  {
    name: "delete of an address with a port that is none",
    given: "httpcfg set iplisten -i 127.0.0.1",
    line: "httpcfg delete iplisten -i 127.0.0.1:0",
    says: "an entry has no port and no brackets",
    hints: ["httpcfg delete iplisten -i 127.0.0.1"],
    cured: "hint",
  },
  {
    name: "delete of an address that a block includes",
    given: "httpcfg set iplisten -i 10.0.0.0/8",
    line: "httpcfg delete iplisten -i 10.0.0.9",
    says: "completed with 2",
    hints: ["httpcfg set iplisten --except 10.0.0.9"],
    cured: "hint",
  },
  {
    name: "delete of an exclusion by its address",
    given: "httpcfg set iplisten --except 10.0.0.9",
    line: "httpcfg delete iplisten -i 10.0.0.9",
    says: "completed with 2",
    hints: ["httpcfg delete iplisten --except 10.0.0.9"],
    cured: "hint",
  },
  {
    name: "a range",
    line: "httpcfg set iplisten -i 10.0.0.1-10.0.0.4",
    says: "a range",
    hints: ["httpcfg set iplisten -i 10.0.0.1 -i 10.0.0.2/31 -i 10.0.0.4"],
    cured: "hint",
  },
  {
    name: "a netmask",
    line: "httpcfg set iplisten -i 10.1.0.0/255.255.0.0",
    says: "a netmask",
    hints: ["httpcfg set iplisten -i 10.1.0.0/16"],
    cured: "hint",
  },
  {
    name: "a block with bits of an address",
    line: "httpcfg set iplisten --except 10.1.0.5/16",
    says: "bits set beyond",
    hints: ["httpcfg set iplisten --except 10.1.0.0/16", "httpcfg set iplisten --except 10.1.0.5"],
    cured: "hint",
  },
  {
    name: "every address",
    line: "httpcfg set iplisten -i '*'",
    says: "not an address",
    hints: ["httpcfg set iplisten -i 0.0.0.0 -i ::"],
    cured: "hint",
  },
  {
    name: "the name of no interface",
    line: "httpcfg set iplisten -i loo",
    says: "of this machine",
    hints: ["httpcfg set iplisten -i lo", "httpcfg set iplisten --later -i loo"],
    cured: "hint",
  },
  {
    name: "a host name",
    line: "httpcfg set iplisten -i localhost",
    says: "a host name",
    hints: ["httpcfg set iplisten -i 127.0.0.1 -i ::1"],
    cured: "hint",
  },
  {
    name: "a link-layer address",
    line: "httpcfg set iplisten -i 00:00:00:00:00:00",
    says: "a link-layer address",
    hints: [/^httpcfg set iplisten -i "\$\(ip -o link/],
    cured: "httpcfg query iplisten | grep -x 'IP :lo'",
  },
  {
    name: "leading zeros",
    line: "httpcfg set iplisten -i 010.0.0.7",
    says: "a leading zero",
    hints: ["httpcfg set iplisten -i 10.0.0.7"],
    cured: "hint",
  },
  {
    name: "an address that the machine does not have, with --strict",
    line: "httpcfg set iplisten --strict -i 203.0.113.200",
    says: "no interface of this machine has the address",
    hints: ["httpcfg set iplisten -i 203.0.113.200"],
    cured: "hint",
  },
  {
    name: "no store of Httpcfg.exe",
    line: "httpcfg set iplsten -i 10.0.0.7",
    says: "iplsten is an invalid command",
    hints: ["httpcfg set iplisten -i 10.0.0.7"],
    cured: "hint",
  },
  {
    name: "an empty file",
    given: "httpcfg set iplisten -i 10.0.0.7; : >{home}/empty",
    line: "httpcfg delete iplisten --from {home}/empty",
    says: "it has no entry",
    hints: ["httpcfg delete iplisten -i 10.0.0.7"],
    cured: "hint",
  },
  {
    name: "a reservation with a prefix without its last slash",
    line: "httpcfg set urlacl -u http://+:80/x -a 'D:(A;;GX;;;WD)'",
    says: "completed with 87",
    hints: ["httpcfg set urlacl -u http://+:80/x/ -a 'D:(A;;GX;;;WD)'"],
    cured: "hint",
  },
  {
    name: "a reservation that exists",
    given: "httpcfg set urlacl -u http://+:80/x/ -a 'D:(A;;GA;;;BA)'",
    line: "httpcfg set urlacl -u http://+:80/x/ -a 'D:(A;;GX;;;WD)'",
    says: "completed with 183",
    hints: [
      "httpcfg delete urlacl -u http://+:80/x/; " +
      "httpcfg set urlacl -u http://+:80/x/ -a 'D:(A;;GX;;;WD)'",
    ],
    cured: "httpcfg query urlacl | grep -F WD",
  },
];

Deno.test("flags and words: each hint is the line that was meant", async (t) => {
  await checkRows(FLAGS, plainPlace, t);
});

Deno.test("sites: each hint is the line that was meant", ON_POSIX, async (t) => {
  await checkRows(SITES, plainPlace, t);
});

Deno.test("the list and the reservations: each hint is the line that was meant", async (t) => {
  await checkRows(LIST, plainPlace, t);
});
