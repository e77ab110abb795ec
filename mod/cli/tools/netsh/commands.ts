/**
 * The commands of the context http: what they take, and what their help says. The syntax, the help
 * and the tests read this table. Pure.
 *
 * @module
 */
import { CHECK_SWITCHES, FLAG_SWITCHES, type SslSwitch } from "./ssl_switches.ts";

/** One command of the context. */
export interface NetshCommand {
  readonly verb: string;
  readonly noun: string;
  /** What it does, in one line, as the lists of commands say it. */
  readonly summary: string;
  /** Tags, in the order of values without a tag. */
  readonly tags: readonly NetshTag[];
  readonly remarks: readonly string[];
  readonly examples: readonly string[];
}

/** One tag of a command. */
export interface NetshTag {
  readonly name: string;
  /** Other names of the tag. */
  readonly aliases?: readonly string[];
  readonly isRequired?: boolean;
  /** One of several tags of which one is given. */
  readonly isKey?: boolean;
  /** A value without a tag is never its value. */
  readonly isNamed?: boolean;
  /** The valid values, in lower case; any value if absent. */
  readonly choices?: readonly string[];
  /** What stands for the value in the syntax, if it has no choices. */
  readonly form?: string;
  /** What it means, for the help. */
  readonly about: string;
}

/** What the verbs do, as the list of the context says it. */
export const VERBS: Readonly<Record<string, string>> = {
  add: "Adds a configuration entry to a table.",
  delete: "Deletes a configuration entry from a table.",
  dump: "Displays a configuration script.",
  flush: "Writes out what is kept in memory.",
  show: "Displays information.",
  update: "Changes a configuration entry of a table.",
};

const SWITCH = ["enable", "disable"] as const;
const YES_NO = ["yes", "no"] as const;

const IP_PORT: NetshTag = {
  name: "ipport",
  isKey: true,
  form: "ipaddr:port",
  about: "IP address and port of the record. 0.0.0.0 and [::] are every address.",
};
const SSL_KEYS: readonly NetshTag[] = [
  {
    name: "hostnameport",
    isKey: true,
    isNamed: true,
    form: "name:port",
    about: "Host name that clients ask for (SNI), and port of the record.",
  },
  {
    name: "ccs",
    isKey: true,
    isNamed: true,
    form: "port",
    about: "Port of a central certificate store. There is none here.",
  },
];
const SCOPED: NetshTag = {
  name: "scopedccs",
  isKey: true,
  isNamed: true,
  form: "name:port",
  about: "Host name and port of a central certificate store. There is none here.",
};

function switchTag({ tag: name, aliases, about }: SslSwitch): NetshTag {
  return { name, choices: SWITCH, about, ...(aliases === undefined ? {} : { aliases }) };
}

function plain(name: string, form: string, about: string): NetshTag {
  return { name, form, about };
}

const SSL_TAGS: readonly NetshTag[] = [
  IP_PORT,
  plain("certhash", "string", "The thumbprint of the certificate: 40 hex digits, SHA-1."),
  plain("appid", "GUID", "The program that the record belongs to, a GUID in braces."),
  plain("certstorename", "string", "The store that has the certificate. MY by default."),
  ...CHECK_SWITCHES.map(switchTag),
  plain(
    "revocationfreshnesstime",
    "u-int",
    "Seconds until a revocation list is read again; 0 until it expires.",
  ),
  plain(
    "urlretrievaltimeout",
    "u-int",
    "Milliseconds in which a revocation list must have arrived.",
  ),
  plain("sslctlidentifier", "string", "The list of the authorities that clients are trusted by."),
  plain("sslctlstorename", "string", "The store that has this list, or these authorities."),
  ...FLAG_SWITCHES.map(switchTag),
  ...SSL_KEYS,
  SCOPED,
  {
    name: "json",
    isKey: true,
    isNamed: true,
    form: "file",
    about:
      "File with records, as show sslcert json=enable prints them. Nothing else is given then.",
  },
];

const EXAMPLE_HASH = "0102030405060708090a0b0c0d0e0f1011121314";
const EXAMPLE_APP = "{00112233-4455-6677-8899-aabbccddeeff}";

const IP: NetshTag = {
  name: "ipaddress",
  aliases: ["address"],
  isRequired: true,
  form: "IP address",
  about: "An IPv4 or IPv6 address. 0.0.0.0 is every IPv4 address, :: every IPv6 address.",
};
const URL: NetshTag = {
  name: "url",
  isRequired: true,
  form: "string",
  about: "The URL prefix: scheme, host, port and path, which ends with a slash.",
};
const TIMEOUT: NetshTag = {
  name: "timeouttype",
  isRequired: true,
  choices: ["idleconnectiontimeout", "headerwaittimeout"],
  about: "The time for an idle connection to send a request, or for a request head to arrive.",
};
const SETTING: NetshTag = {
  name: "settingtype",
  isRequired: true,
  choices: ["sslthrottle"],
  about: "The number of TLS handshakes at one time.",
};

function sslCommand(verb: "add" | "update", summary: string, remark: string): NetshCommand {
  return {
    verb,
    noun: "sslcert",
    summary,
    tags: SSL_TAGS,
    remarks: [
      remark,
      "A certificate is found by its thumbprint; httpcfg cert list shows those of the store.",
    ],
    examples: [
      `${verb} sslcert ipport=1.1.1.1:443 certhash=${EXAMPLE_HASH} appid=${EXAMPLE_APP}`,
      `${verb} sslcert hostnameport=www.example.com:443 certhash=${EXAMPLE_HASH} appid=${EXAMPLE_APP} certstorename=MY`,
    ],
  };
}

const ADD: readonly NetshCommand[] = [
  {
    verb: "add",
    noun: "cacheparam",
    summary: "Sets a parameter of the response cache.",
    tags: [
      {
        name: "type",
        isRequired: true,
        choices: ["cacherangechunksize", "maxcacheresponsesize"],
        about: "maxcacheresponsesize: the largest response that is kept. " +
          "cacherangechunksize: the size of a chunk; there are none here.",
      },
      { name: "value", isRequired: true, form: "ulong", about: "Bytes; 0x before hex digits." },
    ],
    remarks: ["Sets a parameter of the response cache."],
    examples: ["add cacheparam type=maxcacheresponsesize value=65536"],
  },
  {
    verb: "add",
    noun: "iplisten",
    summary: "Adds an IP address to the IP listen list.",
    tags: [IP],
    remarks: [
      "Adds an IP address to the IP listen list, without a port: the list is for every port.",
      "An empty list is every address.",
    ],
    examples: [
      "add iplisten ipaddress=fe80::1",
      "add iplisten ipaddress=1.1.1.1",
      "add iplisten ipaddress=0.0.0.0",
      "add iplisten ipaddress=::",
    ],
  },
  {
    verb: "add",
    noun: "setting",
    summary: "Adds a setting of the service.",
    tags: [
      SETTING,
      { name: "value", isRequired: true, form: "ulong", about: "The number; 0 is no limit." },
    ],
    remarks: ["Adds a setting of the service."],
    examples: ["add setting settingtype=sslthrottle value=500"],
  },
  sslCommand(
    "add",
    "Adds an SSL server certificate binding.",
    "Adds the certificate, and the policy for those of clients, of an address or host name and a port.",
  ),
  {
    verb: "add",
    noun: "timeout",
    summary: "Sets a timeout of the service.",
    tags: [
      TIMEOUT,
      { name: "value", isRequired: true, form: "u-short", about: "Seconds; 0x before hex digits." },
    ],
    remarks: ["Sets a timeout of the service."],
    examples: [
      "add timeout timeouttype=idleconnectiontimeout value=120",
      "add timeout timeouttype=headerwaittimeout value=0x40",
    ],
  },
  {
    verb: "add",
    noun: "urlacl",
    summary: "Adds a URL reservation entry.",
    tags: [
      URL,
      plain("user", "string", "The user or group that may register the URL."),
      {
        name: "listen",
        choices: YES_NO,
        about: "Whether the user may register URLs below the prefix. Yes by default.",
      },
      {
        name: "delegate",
        choices: YES_NO,
        about: "Whether the user may reserve URLs below the prefix for others. No by default.",
      },
      plain(
        "sddl",
        "string",
        "The access control list itself, in place of user, listen, delegate.",
      ),
    ],
    remarks: [
      "Reserves a URL prefix for a user or group: no other may register it.",
      "A user is that of this machine: NAME, .\\NAME or HOST\\NAME, or a well-known name.",
    ],
    examples: [
      "add urlacl url=http://+:80/vroot/ user=everyone",
      "add urlacl url=http://+:80/vroot/ user=.\\www-data",
      "add urlacl url=https://www.example.com:443/ user=www-data delegate=yes",
      "add urlacl url=http://+:80/vroot/ sddl=D:(A;;GX;;;WD)",
    ],
  },
];

const DELETE: readonly NetshCommand[] = [
  {
    verb: "delete",
    noun: "cache",
    summary: "Deletes entries of the response cache.",
    tags: [
      plain("url", "string", "The URL of the entry; every entry if it is not given."),
      {
        name: "recursive",
        choices: YES_NO,
        about: "Whether the entries below the URL are deleted too. No by default.",
      },
    ],
    remarks: ["Deletes one entry of the response cache, all below a URL, or all."],
    examples: ["delete cache url=http://www.example.com:80/a/ recursive=yes", "delete cache"],
  },
  {
    verb: "delete",
    noun: "iplisten",
    summary: "Deletes an IP address from the IP listen list.",
    tags: [IP],
    remarks: ["Deletes an IP address from the IP listen list."],
    examples: ["delete iplisten ipaddress=fe80::1", "delete iplisten ipaddress=0.0.0.0"],
  },
  {
    verb: "delete",
    noun: "setting",
    summary: "Deletes a setting of the service.",
    tags: [SETTING],
    remarks: ["Deletes a setting of the service, so that its default is in force."],
    examples: ["delete setting settingtype=sslthrottle"],
  },
  {
    verb: "delete",
    noun: "sslcert",
    summary: "Deletes an SSL server certificate binding.",
    tags: [IP_PORT, ...SSL_KEYS, SCOPED],
    remarks: ["Deletes the record of an address or host name and a port; the certificate stays."],
    examples: [
      "delete sslcert ipport=1.1.1.1:443",
      "delete sslcert hostnameport=www.example.com:443",
    ],
  },
  {
    verb: "delete",
    noun: "timeout",
    summary: "Deletes a timeout of the service.",
    tags: [TIMEOUT],
    remarks: ["Deletes a timeout of the service, so that its default is in force."],
    examples: ["delete timeout timeouttype=idleconnectiontimeout"],
  },
  {
    verb: "delete",
    noun: "urlacl",
    summary: "Deletes a URL reservation entry.",
    tags: [URL],
    remarks: ["Deletes a URL reservation."],
    examples: ["delete urlacl url=http://+:80/vroot/"],
  },
];

const SHOW: readonly NetshCommand[] = [
  {
    verb: "show",
    noun: "cacheparam",
    summary: "Shows the parameters of the response cache.",
    tags: [],
    remarks: ["Shows the parameters of the response cache."],
    examples: ["show cacheparam"],
  },
  {
    verb: "show",
    noun: "cachestate",
    summary: "Lists what is in the response cache.",
    tags: [plain("url", "string", "The URL of an entry; every entry if it is not given.")],
    remarks: ["Lists what is in the response cache of the running service."],
    examples: ["show cachestate", "show cachestate url=http://www.example.com:80/a.png"],
  },
  {
    verb: "show",
    noun: "iplisten",
    summary: "Displays all the IP addresses in the IP listen list.",
    tags: [],
    remarks: ["Displays the IP listen list; an empty one is every address."],
    examples: ["show iplisten"],
  },
  {
    verb: "show",
    noun: "servicestate",
    summary: "Shows a snapshot of the HTTP service.",
    tags: [
      {
        name: "view",
        choices: ["session", "requestq", "client"],
        about: "By server session, by request queue, or the connections. Session by default.",
      },
      {
        name: "verbose",
        choices: YES_NO,
        about: "Whether properties are shown too: logs, addresses, targets. No by default.",
      },
    ],
    remarks: ["Shows the sites and programs of the running service, with their URLs."],
    examples: ["show servicestate view=session", "show servicestate view=requestq verbose=yes"],
  },
  {
    verb: "show",
    noun: "setting",
    summary: "Shows the settings of the service.",
    tags: [],
    remarks: ["Shows the settings of the service."],
    examples: ["show setting"],
  },
  {
    verb: "show",
    noun: "sslcert",
    summary: "Displays SSL server certificate bindings.",
    tags: [IP_PORT, ...SSL_KEYS, SCOPED, {
      name: "json",
      isNamed: true,
      choices: SWITCH,
      about: "Whether the records are shown as JSON. Disabled by default.",
    }],
    remarks: ["Displays the record of an address or host name and a port, or all of them."],
    examples: [
      "show sslcert",
      "show sslcert ipport=1.1.1.1:443",
      "show sslcert hostnameport=www.example.com:443 json=enable",
    ],
  },
  {
    verb: "show",
    noun: "timeout",
    summary: "Shows the timeouts of the service.",
    tags: [],
    remarks: ["Shows the timeouts of the service, in seconds."],
    examples: ["show timeout"],
  },
  {
    verb: "show",
    noun: "urlacl",
    summary: "Displays URL reservations.",
    tags: [plain("url", "string", "The URL prefix; every reservation if it is not given.")],
    remarks: ["Displays who may register URLs below which prefix."],
    examples: ["show urlacl", "show urlacl url=http://+:80/vroot/"],
  },
];

/** Every command of the context. */
export const NETSH_COMMANDS: readonly NetshCommand[] = [
  ...ADD,
  ...DELETE,
  {
    verb: "dump",
    noun: "",
    summary: VERBS.dump!,
    tags: [],
    remarks: ["Prints a script that restores the configuration; netsh -f FILE runs it."],
    examples: ["dump"],
  },
  {
    verb: "flush",
    noun: "logbuffer",
    summary: "Writes the log lines that are in memory.",
    tags: [],
    remarks: ["Writes the log lines of the running service that are in memory."],
    examples: ["flush logbuffer"],
  },
  ...SHOW,
  sslCommand(
    "update",
    "Updates an SSL server certificate binding.",
    "Replaces the record of an address or host name and a port: what is not given has its default.",
  ),
  {
    verb: "update",
    noun: "sslpropertyex",
    summary: "Updates a property of an SSL server certificate binding.",
    tags: [
      IP_PORT,
      {
        name: "propertyid",
        isRequired: true,
        choices: ["0", "1"],
        about: "0: the window of HTTP/2. 1: its settings.",
      },
      plain("receivewindow", "ulong", "Bytes of the window; with propertyid 0."),
      plain("maxsettingsperframe", "ulong", "Settings in one frame; with propertyid 1."),
      plain("maxsettingsperminute", "ulong", "Settings in one minute; with propertyid 1."),
      ...SSL_KEYS,
      SCOPED,
    ],
    remarks: [
      "Keeps a property of HTTP/2 with a record, for the tools that show it: there is no HTTP/2 here.",
    ],
    examples: [
      "update sslpropertyex ipport=1.1.1.1:443 propertyid=0 receivewindow=1048576",
      "update sslpropertyex ipport=1.1.1.1:443 propertyid=1 maxsettingsperframe=100 maxsettingsperminute=1000",
    ],
  },
];
