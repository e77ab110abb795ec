/**
 * The messages that users ask about most, each with its meaning and what to do.
 *
 * @module
 */

interface Diagnostic {
  /** A part of the message, as it is printed. */
  readonly message: string;
  /** What it means, as a clause. */
  readonly meaning: string;
  /** What to do, as a sentence without its end. */
  readonly cure: string;
}

/** In the order in which a new user meets them. */
export const DIAGNOSTICS: readonly Diagnostic[] = [
  {
    message: "HttpQueryServiceConfiguration completed with 1168",
    meaning: "The list is empty, so every address is included",
    cure: "Nothing has to be done; httpcfg set iplisten -i ADDRESS begins a list",
  },
  {
    message: "completed with 183",
    meaning: "The entry is already on the list",
    cure: "See httpcfg query iplisten",
  },
  {
    message: "completed with 2",
    meaning: "The entry is not on the list",
    cure: "See in httpcfg query iplisten how it is written there",
  },
  {
    message: "not on the IP inclusion list",
    meaning: "The site is bound to an address that is not included",
    cure: "Add the address with httpcfg set iplisten -i ADDRESS, or bind the site to another one",
  },
  {
    message: "the stored list includes it",
    meaning: "The service still has the list that it read when it started",
    cure: "Run httpcfg reload",
  },
  {
    message: "stored, not applied",
    meaning: "The service does not use yet what is stored",
    cure: "See httpcfg plan, then run httpcfg reload",
  },
  {
    message: "has no certificate",
    meaning: "No ssl record has a usable certificate for that binding",
    cure: "See httpcfg cert list, then run httpcfg set ssl -i 0.0.0.0:443 -h HASH",
  },
  {
    message: "the port is held by",
    meaning: "Another program uses the port on this address or on all addresses",
    cure:
      "See in httpcfg who PORT which; httpcfg set iplisten --except ADDRESS leaves the address to it",
  },
  {
    message: "no interface of this machine has the address",
    meaning: "The entry is waiting for its address, and is served when the address appears",
    cure: "Nothing has to be done if that is expected; otherwise check the spelling",
  },
  {
    message: "loopback of this system has only the addresses that it was given",
    meaning: "On macOS and the BSDs, 127.0.0.2 and the like exist once loopback was given them",
    cure: "Run sudo ifconfig lo0 alias 127.0.0.2 up",
  },
  {
    message: "it is not known whether",
    meaning: "The system does not show this user who listens or who is connected",
    cure: "Run the command of the hint, as an administrator",
  },
  {
    message: "Windows keeps the port, or a program has it for itself alone",
    meaning: "The port is in a range that Windows has reserved, or another program excludes others",
    cure: "See netsh int ipv4 show excludedportrange tcp, and httpcfg who PORT",
  },
  {
    message: "could lock you out",
    meaning: "The change includes every address, or drops the one that you use",
    cure: "Run httpcfg reload --confirm 60s, which reverts it by itself",
  },
  {
    message: "already running as process",
    meaning: "The service of this home is already running",
    cure: "See httpcfg status",
  },
  {
    message: "it could mean several commands",
    meaning: "The line is no command, and is like several of them",
    cure: "Type one of the lines in the hint",
  },
  {
    message: "is not that of the service",
    meaning: "A program that registers a URL has a /tmp of its own",
    cure: "Set PrivateTmp=no in the unit that runs the program",
  },
  {
    message: "is newer than",
    meaning: "The document was written by a newer httpcfg",
    cure: "Install that version, or see httpcfg history",
  },
  {
    message: "the file is incomplete",
    meaning: "The download of the program was interrupted",
    cure: "Download it again and compare SHA256SUMS",
  },
  {
    message: "no private, writable directory",
    meaning: "The portable form found no directory to unpack into",
    cure: "Set HTTPCFG_CACHE=/directory",
  },
];
