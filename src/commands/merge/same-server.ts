import {leadsToItself} from '../../http/loopback.ts';
import type {Finding} from '../../schema/finding.ts';
import {type Role, roleOf} from '../../schema/request.ts';
import {type ShardFolder, shardName} from './shard-folder.ts';

/** What tells one server from another, as far as a shard knows it. */
interface Known {
  readonly url: string;
  /** Of the pod that requests went to. */
  readonly pod: string | null;
  readonly startedSeconds: number | null;
}

const knownOf = ({record, outcomes}: ShardFolder, role: Role): Known | null => {
  const server = record.engine.servers.find(server => server.role === role);
  if (server === undefined) return null;
  const started = outcomes.filter((_, index) => {
    const kind = record.trials[index]?.workload.kind;
    return kind !== undefined && roleOf(kind) === role;
  });
  return {
    url: server.url,
    pod: server.kubernetes?.pods[0]?.uid ?? null,
    startedSeconds: started.map(outcome => outcome.serverStartedSeconds).find(seconds => seconds !== null) ?? null,
  };
};

const rolesOf = ({record}: ShardFolder): readonly Role[] => record.engine.servers.map(({role}) => role);

/** What both shards know of the server of a role, in the words of `same-plan.ts` where it is not the same. */
const compared = (one: ShardFolder, other: ShardFolder, role: Role) => {
  const [mine, theirs] = [knownOf(one, role), knownOf(other, role)];
  if (mine === null || theirs === null) return {known: false, differs: []};
  const both = (['pod', 'startedSeconds'] as const).filter(name => mine[name] !== null && theirs[name] !== null);
  const words = {pod: 'pod', startedSeconds: 'process started at'};
  return {
    known: both.length > 0,
    differs: both
      .filter(name => mine[name] !== theirs[name])
      .map(name => `${role} server's ${words[name]} ${theirs[name]} in place of ${mine[name]}`),
  };
};

export const otherServers = (one: ShardFolder, other: ShardFolder): readonly string[] =>
  rolesOf(one).flatMap(role => compared(one, other, role).differs);

/** Servers that nothing tells apart, at addresses that may lead to several. */
export const unknownServers = ([first, ...others]: readonly [ShardFolder, ...ShardFolder[]]): readonly Finding[] =>
  rolesOf(first).flatMap(role => {
    const mine = knownOf(first, role);
    const elsewhere = others.filter(other => {
      const theirs = knownOf(other, role);
      const sameUrl = mine?.url === theirs?.url;
      const sameMachine = first.record.machine.hostname === other.record.machine.hostname;
      const oneAddress = sameUrl && (sameMachine || mine === null || !leadsToItself(mine.url));
      return !oneAddress && !compared(first, other, role).known;
    });
    if (elsewhere.length === 0) return [];
    const names = elsewhere.map(shard => `${shardName(shard)} ${knownOf(shard, role)?.url ?? 'none'}`).join(', ');
    return [
      {
        code: 'shard-servers-unknown',
        severity: 'warning' as const,
        message: `Different addresses of the ${role} server, and nothing says that one server is behind them: ${shardName(first)} ${mine?.url}; ${names}`,
        hint: 'Name the same address on every machine, or see to it that all of them lead to one server.',
      },
    ];
  });
