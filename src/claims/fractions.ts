import type {RunRecord} from '../schema/record.ts';
import {type Role, roleOf, roles} from '../schema/request.ts';
import {runsOf, sides} from './evidence.ts';
import {listed, mib, percent} from './figures.ts';
import {confirmed, notRun, type Rule} from './outcome.ts';
import {wholeStack} from './stack-memory.ts';

const claimed: Readonly<Record<Role, number>> = {chat: 0.7, embed: 0.15, rerank: 0.15};

/** What stands after a flag, in its word or the next one; null where it is not given. */
const argumentOf = (command: readonly string[], flag: string): string | null => {
  const place = command.findIndex(word => word === flag || word.startsWith(`${flag}=`));
  const [, value] = command[place]?.split('=') ?? [];
  return place < 0 ? null : (value ?? command[place + 1] ?? null);
};

const isAsClaimed = ({engine, machine, trials}: RunRecord): boolean =>
  machine.gpus.length === 1 &&
  roles.every(role => {
    const server = engine.servers.find(one => one.role === role);
    if (server === undefined || server.command === null || server.readySeconds === null) return false;
    const share = Number(argumentOf(server.command, '--mem-fraction-static'));
    const answered = trials.some(({workload, counts}) => roleOf(workload.kind) === role && counts.ok > 0);
    return share === claimed[role] && argumentOf(server.command, '--max-total-tokens') === null && answered;
  });

const turnedInto = (run: RunRecord): string | null => {
  const card = run.machine.gpus[0]?.memoryMiB ?? null;
  const servers = wholeStack(run);
  if (servers === null || card === null) return null;
  const parts = servers.map(
    ({server, memory}) =>
      `${server.role}'s ${claimed[server.role]} to ${mib(memory.processMiB)} (${percent(memory.processMiB / card)})`,
  );
  return `Of ${mib(card)}, ${listed(parts)}: the fractions are of what is free at each start.`;
};

/** Three servers on one card with these fractions and no pool size that overrides them. */
export const threeOnOneCard: Rule = (_claim, evidence) => {
  const runs = runsOf(evidence, sides.to).filter(isAsClaimed);
  if (runs.length === 0) return notRun('No real run of three servers with these fractions on one card.');
  const said = runs.map(turnedInto).find(text => text !== null);
  const card = runs[0]?.machine.gpus[0]?.name ?? 'one card';
  return confirmed(
    `All three became ready on one ${card} and answered.${said === undefined ? '' : ` ${said}`}`,
    runs.map(({runId}) => runId),
  );
};
