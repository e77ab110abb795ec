// Goal: each refusal about a certificate has the command that cures it. Method: a table with files
// that openssl makes; each hint is typed as it stands.
import { have } from "../../support/tools.ts";
import { freePort } from "../../support/ports.ts";
import { checkRows, type Place, plainPlace, type Row } from "./hint_rows.ts";

const PAIR =
  "openssl req -x509 -newkey rsa:2048 -nodes -keyout {home}/key.pem -out {home}/cert.pem" +
  " -subj /CN=a.example -days 2 2>/dev/null";
const CREATE = "httpcfg cert create --self-signed --name a.example";
const HASH = "[0-9a-f]{40}";
const IMPORT = "httpcfg cert import --cert {home}/cert.pem --key";

/** Entry of 10.0.0.1:443 without a certificate of its own. */
const SSL = "httpcfg set ssl -i 10.0.0.1:443 -h";

const FILES: readonly Row[] = [
  {
    name: "the key is not named, but lies beside the certificate",
    given: `${PAIR}; mv {home}/key.pem {home}/privkey.pem`,
    line: "httpcfg cert import --cert {home}/cert.pem",
    says: "--key is missing",
    hints: [`${IMPORT} {home}/privkey.pem`],
    cured: "hint",
  },
  {
    name: "the two files the wrong way round",
    given: PAIR,
    line: "httpcfg cert import --cert {home}/key.pem --key {home}/cert.pem",
    says: "the file contains no certificate",
    hints: [`${IMPORT} {home}/key.pem`],
    cured: "hint",
  },
  {
    name: "a certificate as DER",
    given: `${PAIR}; openssl x509 -in {home}/cert.pem -outform der -out {home}/cert.der`,
    line: "httpcfg cert import --cert {home}/cert.der --key {home}/key.pem",
    says: "the file contains no certificate",
    hints: [
      "openssl x509 -inform der -in {home}/cert.der -out {home}/cert.der.pem; " +
      "httpcfg cert import --cert {home}/cert.der.pem --key {home}/key.pem",
      /^openssl pkcs12 /,
    ],
    cured: "hint",
    untyped: { 1: "for a .pfx, which asks for its password" },
  },
  {
    name: "a key as DER",
    given: `${PAIR}; openssl pkey -in {home}/key.pem -outform der -out {home}/key.der`,
    line: `${IMPORT} {home}/key.der`,
    says: "the private key cannot be read",
    hints: [
      "openssl pkey -inform der -in {home}/key.der -out {home}/key.der.pem; " +
      `${IMPORT} {home}/key.der.pem`,
    ],
    cured: "hint",
  },
  {
    name: "an encrypted key",
    given: `${PAIR}; openssl pkey -in {home}/key.pem -aes256 -passout pass:x -out {home}/key.enc`,
    line: `${IMPORT} {home}/key.enc`,
    says: "the private key is encrypted",
    hints: [
      `openssl pkey -in {home}/key.enc -out {home}/key.enc.plain; ${IMPORT} {home}/key.enc.plain`,
    ],
    untyped: { 0: "it asks for the password on a terminal" },
  },
  {
    name: "another certificate's key",
    given: `${PAIR}; openssl genrsa -out {home}/other.pem 2048 2>/dev/null`,
    line: `${IMPORT} {home}/other.pem`,
    says: "the private key belongs to another certificate",
    hints: [
      "openssl x509 -noout -pubkey -in {home}/cert.pem; openssl pkey -pubout -in {home}/other.pem",
    ],
    cured: "hint", // both are shown, and are not the same
  },
  {
    name: "a certificate that has expired",
    given: "openssl req -newkey rsa:2048 -nodes -keyout {home}/key.pem -out {home}/request.pem " +
      "-subj /CN=a.example 2>/dev/null; openssl x509 -req -in {home}/request.pem " +
      "-signkey {home}/key.pem -days -1 -out {home}/cert.pem 2>/dev/null",
    line: `${IMPORT} {home}/key.pem`,
    says: "expired on",
    hints: ["httpcfg cert create --self-signed --name a.example"],
    cured: "hint",
  },
  {
    name: "a name in the store that is none",
    given: PAIR,
    line: `${IMPORT} {home}/key.pem --name 'my site'`,
    says: "not a valid name",
    hints: [`${IMPORT} {home}/key.pem --name my-site`],
    cured: "hint",
  },
  {
    name: "create without --self-signed",
    line: "httpcfg cert create --name a.example",
    says: "--self-signed is missing",
    hints: ["httpcfg cert create --name a.example --self-signed"],
    cured: "hint",
  },
  {
    name: "an address as a name",
    line: "httpcfg cert create --self-signed --name 10.0.0.1",
    says: "not a host name",
    hints: ["httpcfg cert create --self-signed --ip 10.0.0.1"],
    cured: "hint",
  },
  {
    name: "more days than there are",
    line: "httpcfg cert create --self-signed --name a.example --days 99999",
    says: 'Cannot use "99999" for "--days"',
    hints: ["httpcfg cert create --self-signed --name a.example --days 36500"],
    cured: "hint",
  },
  {
    name: "a certificate of that name exists, and is bound",
    given: `${CREATE} >{home}/hash; ${SSL} "$(cat {home}/hash)"`,
    line: CREATE,
    says: "already exists",
    hints: [/^httpcfg delete ssl -i 10\.0\.0\.1:443; httpcfg cert remove /],
    cured: 'test "$(httpcfg cert list --format csv | grep -c 10.0.0.1:443)" = 1 && ' +
      '! grep -q "$(cat {home}/hash)" {home}/config.json',
  },
  {
    name: "a certificate that is bound is to be removed",
    given: `${CREATE} >{home}/hash; ${SSL} "$(cat {home}/hash)"`,
    line: 'httpcfg cert remove "$(cat {home}/hash)"',
    says: 'bound to "10.0.0.1:443"',
    hints: [new RegExp(`^httpcfg delete ssl -i 10.0.0.1:443; httpcfg cert remove ${HASH}$`)],
    cured: "hint",
  },
  {
    name: "a certificate by its name in place of its thumbprint",
    given: CREATE,
    line: "httpcfg cert remove a.example",
    says: "no such certificate",
    hints: [new RegExp(`^httpcfg cert remove ${HASH}$`)],
    cured: "hint",
  },
  {
    name: "set ssl with the name of a certificate",
    given: CREATE,
    line: `${SSL} a.example`,
    says: "Invalid Hash a.example",
    hints: [new RegExp(`^${SSL} ${HASH}$`)],
    cured: "hint",
  },
  {
    name: "set ssl without a thumbprint",
    line: "httpcfg set ssl -i 10.0.0.1:443",
    says: "completed with 87",
    hints: [`${SSL} "$(httpcfg cert create --self-signed --ip 10.0.0.1)"`],
    cured: "hint",
  },
  {
    name: "set ssl without a port",
    given: `${CREATE} >{home}/hash`,
    line: 'httpcfg set ssl -i 10.0.0.1 -h "$(cat {home}/hash)"',
    says: "completed with 87",
    hints: [new RegExp(`^${SSL} ${HASH}$`)],
    cured: "hint",
  },
  {
    name: "set ssl with a certificate that is not in the store",
    given: CREATE,
    line: `${SSL} ${"0".repeat(40)}`,
    says: "not in the store",
    hints: [new RegExp(`^${SSL} ${HASH}$`)],
    cured: "hint",
  },
  {
    name: "set ssl for an address that has a certificate",
    given: `${CREATE} >{home}/hash; ${SSL} "$(cat {home}/hash)"`,
    line: `${SSL} "$(cat {home}/hash)"`,
    says: "completed with 183",
    hints: [new RegExp(`^httpcfg delete ssl -i 10.0.0.1:443; ${SSL} ${HASH}$`)],
    cured: "hint",
  },
];

const ADD = "httpcfg site set 'Default Web Site' --bind :{port}:; " +
  "httpcfg site add tls --bind-tls 127.0.0.1:{tls}:a.example --respond hello";
/** The service starts, but not the site, which the exit status says. */
const START_REST = "! httpcfg net start w3svc";

const SERVED: readonly Row[] = [
  {
    name: "a site over TLS without any certificate",
    given: `${ADD}; ${START_REST}`,
    line: "httpcfg reload",
    says: "has no certificate",
    hints: [
      'httpcfg set ssl -i 127.0.0.1:{tls} -h "$(httpcfg cert create --self-signed --name a.example)"' +
      "; httpcfg reload",
    ],
  },
  {
    name: "a site over TLS without any certificate, at the start",
    given: ADD,
    line: "httpcfg net start w3svc",
    says: "has no certificate",
    hints: [
      'httpcfg set ssl -i 127.0.0.1:{tls} -h "$(httpcfg cert create --self-signed --name a.example)"' +
      "; httpcfg reload",
    ],
    cured: "httpcfg status | grep -E 'tls +started'",
  },
  {
    name: "a site over TLS, and a certificate for its name in the store",
    given: `${ADD}; ${CREATE}; httpcfg cert create --self-signed --name b.example; ` +
      START_REST,
    line: "httpcfg reload",
    says: "has no certificate",
    hints: [new RegExp(`^httpcfg set ssl -i 127.0.0.1:[0-9]+ -h ${HASH}; httpcfg reload$`)],
    cured: "httpcfg verify && curl -fsSk --resolve a.example:{tls}:127.0.0.1 " +
      "https://a.example:{tls}/ | grep hello",
  },
  {
    name: "the certificate of a site has lost its key",
    given: `${ADD}; httpcfg set ssl -i 127.0.0.1:{tls} -h "$(${CREATE})"; ` +
      `rm {home}/certs/MY/a.example.key; ${START_REST}`,
    line: "httpcfg reload",
    says: "the private key is missing",
    hints: [
      /^httpcfg delete ssl -i 127\.0\.0\.1:[0-9]+; httpcfg cert remove [0-9a-f]+; httpcfg set ssl /,
    ],
  },
  {
    name: "a program registers an https prefix without a certificate",
    given: "httpcfg site set 'Default Web Site' --bind :{port}:; httpcfg net start w3svc",
    line: "httpcfg register https://+:{tls}/app/ --to http://127.0.0.1:{port} --keep",
    says: "has no certificate",
    hints: [
      'httpcfg set ssl -i 0.0.0.0:{tls} -h "$(httpcfg cert create --self-signed --name localhost)"; ' +
      "httpcfg reload; httpcfg register https://+:{tls}/app/ --to http://127.0.0.1:{port} --keep",
    ],
    cured: "hint",
  },
  {
    name: "a program registers an https prefix whose certificate is stored, not in force",
    given: "httpcfg site set 'Default Web Site' --bind :{port}:; httpcfg net start w3svc; " +
      `httpcfg set ssl -i 0.0.0.0:{tls} -h "$(${CREATE})"`,
    line: "httpcfg register https://+:{tls}/app/ --to http://127.0.0.1:{port} --keep",
    says: "has no certificate",
    hints: [
      "httpcfg reload; httpcfg register https://+:{tls}/app/ --to http://127.0.0.1:{port} --keep",
    ],
    cured: "httpcfg registrations | grep https && " +
      "curl -sSk https://127.0.0.1:{tls}/app/ -o /dev/null",
  },
];

const ports = (): Promise<Place> => {
  return plainPlace({ port: String(freePort()), tls: String(freePort()) });
};

const ignore = !have("openssl", "curl");

Deno.test({
  name: "certificates: each hint is the command that cures the refusal",
  ignore,
  fn: async (t) => await checkRows(FILES, plainPlace, t),
});

Deno.test({
  name: "sites and programs over TLS: each hint is the command that cures the refusal",
  ignore,
  fn: async (t) => await checkRows(SERVED, ports, t),
});
