/**
 * `fleet status|remove`: the members, what they run, and how a roll-out is.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote } from "../../../base/fault.ts";
import { nearestName } from "../../../base/hints/nearest.ts";
import { retype } from "../../../base/hints/retype.ts";
import { isInProgress, wantedRevision } from "../../../fleet/rollout/wanted_revision.ts";
import type { FleetView } from "../../../fleet/shared/fleet_view.ts";
import type { Member } from "../../../fleet/shared/members.ts";
import type { RolloutRecord } from "../../../fleet/shared/records.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../../core/command.ts";
import { type Listing, type Row, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, reportDone } from "../../core/outcome.ts";
import { report, reportHint } from "../../core/report.ts";
import { table } from "../../core/table.ts";
import { STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { onFleet } from "./open_fleet.ts";

const COLUMNS = [
  "member",
  "group",
  "runs",
  "wanted",
  "outcome",
  "open",
  "sitesDown",
  "overrides",
  "version",
  "problems",
];

const status: CommandSpec = {
  name: "fleet status",
  usage: "",
  summary: "Show the members, which revision each runs, and how a roll-out is",
  details: [
    "A member that does not report is off, or cannot reach the store; it goes on with what it has.",
    "Exit status 0 if every member runs the revision that it should, without a fault; 1 otherwise.",
    STORE_HELP,
  ],
  examples: [
    { line: "httpcfg fleet status", shows: "one line per member" },
    { line: "httpcfg fleet status --format json", shows: "everything that the members report" },
  ],
  flags: { ...FORMAT_FLAG, ...STORE_FLAGS },
  words: { min: 0, max: 0 },
  run: (input, io) =>
    onFleet(input, io, async ({ store }, io) => {
      const view = await store.readView();
      const members = await store.members();
      const seen = members.map((member) => ({
        member,
        wanted: wantedRevision(view, member.record),
      }));
      const listing: Listing = {
        name: "members",
        columns: COLUMNS,
        rows: seen.map(({ member, wanted }) => rowOf(member, wanted)),
      };
      const { epoch, head, target, rollout, driver, garbage } = view;
      const bad = seen.filter(({ member, wanted }) => !isWell(member, wanted));
      await writeListing(input, io, listing, {
        text: () => showStatus(io, view, listing),
        json: {
          store: store.keys.name,
          epoch,
          head: head === null ? null : headOf(head),
          target,
          rollout,
          driver,
          garbage,
          members: seen.map(({ member: { record, state, garbage }, wanted }) => {
            return { ...record, wanted, state, garbage };
          }),
        },
      });
      const isBad = head === null || bad.length > 0 || garbage.length > 0 ||
        rollout?.phase === "stuck";
      return isBad ? EXIT.failed : EXIT.ok;
    }),
};

const remove: CommandSpec = {
  name: "fleet remove",
  usage: "NAME",
  summary: "Forget a member that is gone",
  details: [
    "For a machine that no longer exists. One that does leaves with httpcfg fleet leave.",
    STORE_HELP,
  ],
  examples: [{ line: "httpcfg fleet remove web9", shows: "by name" }],
  flags: { format: CHANGE_FLAGS.format, ...STORE_FLAGS },
  words: { min: 1, max: 1 },
  run: (input, io) =>
    onFleet(input, io, async ({ store }, io) => {
      const name = input.words[0]!;
      const members = await store.members();
      const found = members.find(({ record }) => record.name === name);
      if (found === undefined) {
        const near = nearestName(name, members.map(({ record }) => record.name));
        throw new Fault(`Cannot remove ${quote(name)}: no member has this name`, {
          hint: near === null
            ? "httpcfg fleet status"
            : retype(input.commandLine, { word: name, to: [near] }),
        });
      }
      if (found.state !== null) {
        throw new Fault(`Cannot remove ${quote(name)}: it reports`, {
          hint: "httpcfg fleet leave", // on that machine
        });
      }
      await store.removeMember(name);
      await reportDone(input, io, true, { member: name });
      return EXIT.ok;
    }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [status, remove];

function isWell({ state, garbage }: Member, wanted: number | null): boolean {
  return garbage === null && state !== null && state.outcome === "applied" &&
    (wanted === null || state.applied === wanted);
}

function rowOf({ record, state, garbage }: Member, wanted: number | null): Row {
  const problems = [...garbage === null ? [] : [garbage], ...state?.problems ?? []];
  return {
    member: record.name,
    group: record.group,
    runs: state?.applied ?? null,
    wanted,
    outcome: state?.outcome ?? "silent",
    open: state?.endpoints.filter((one) => one.state === "open").length ?? null,
    sitesDown: state?.sitesDown.map(({ site }) => site) ?? [],
    overrides: state?.overrides ?? [],
    version: state?.version ?? null,
    problems: problems.join("; "),
  };
}

function headOf(
  { revision, at, by, what }: NonNullable<FleetView["head"]>,
): Readonly<Record<string, unknown>> {
  return { revision, at, by, what };
}

function showStatus(io: CommandIo, view: FleetView, listing: Listing): void {
  const { head, target, rollout, garbage } = view;
  const lines = [
    head === null
      ? "No document."
      : `Revision ${head.revision} is the newest: ${head.what}, by ${head.by}.`,
    ...target === null ? [] : [targetText(target)],
    ...rollout === null ? [] : [rolloutText(rollout, view.driver)],
  ];
  io.show(lines.join("\n"));
  if (listing.rows.length === 0) io.note("No member.");
  else {
    const rows = listing.rows.map((row) => {
      return { ...row, overrides: (row.overrides as readonly string[]).length || null };
    });
    io.show(table({ ...listing, rows }, io.screen, {
      detail: "problems",
      looks: {
        member: { kind: "key", meaning: () => "heading" },
        outcome: {
          kind: "key",
          meaning: (outcome) =>
            outcome === "applied" ? "good" : outcome === "silent" ? "waiting" : "bad",
        },
        sitesDown: { heading: "down" },
      },
    }));
  }
  if (head === null) reportHint(io, "httpcfg help fleet join");
  for (const key of garbage) {
    report(io, [{ kind: "warning", text: `the value of ${quote(key)} cannot be understood` }]);
  }
  if (rollout !== null && rollout.phase === "confirming") {
    const text = `revision ${rollout.revision} waits to be confirmed`;
    report(io, [{ kind: "note", text, hint: "httpcfg fleet confirm\nhttpcfg fleet cancel" }]);
  } else if (head !== null && isBehind(view, head.revision)) {
    const text = `revision ${head.revision} is not rolled out`;
    report(io, [{ kind: "note", text, hint: "httpcfg fleet plan\nhttpcfg fleet apply" }]);
  }
}

function isBehind({ target, rollout }: FleetView, newest: number): boolean {
  if (rollout !== null && isInProgress(rollout)) return false;
  return target === null || target.revision !== newest ||
    Object.values(target.groups).some((own) => own !== newest);
}

function targetText({ revision, groups }: NonNullable<FleetView["target"]>): string {
  const own = Object.entries(groups).map(([group, revision]) => `${group} runs ${revision}`);
  return `${[`Members run revision ${revision}`, ...own].join(", ")}.`;
}

function rolloutText(
  { revision, phase, released, waves, by, causes }: RolloutRecord,
  driver: string | null,
): string {
  const drives = driver === null ? "" : `, driven by ${driver}`;
  const start = `Roll-out of revision ${revision} by ${by}`;
  const why = causes.length === 0 ? "" : `\n${causes.map((cause) => `  ${cause}`).join("\n")}`;
  switch (phase) {
    case "running":
      return `${start}: wave ${released} of ${waves.length}${drives}.`;
    case "confirming":
      return `${start}: waits to be confirmed${drives}.`;
    case "returning":
      return `${start}: returning${drives}.${why}`;
    case "done":
      return `${start}: done.`;
    case "returned":
      return `${start}: returned.${why}`;
    case "stuck":
      return `${start}: has not returned everywhere.${why}`;
  }
}
