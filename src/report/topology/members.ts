import type {RunRecord} from '../../schema/record.ts';
import type {ServerMember} from '../../schema/server.ts';
import {column, type Section, section} from './section.ts';

type Server = RunRecord['engine']['servers'][number];

interface MemberOfRole {
  readonly role: Server['role'];
  readonly member: ServerMember;
}

const membersOf = ({engine}: RunRecord): readonly MemberOfRole[] =>
  engine.servers.flatMap(({role, members = []}) => members.map(member => ({role, member})));

/** `prefill-1 on GPU 0, decode-1 on GPU 1, router`; null where one server alone answers for the role. */
export const membersText = ({members}: Pick<Server, 'members'>): string | null =>
  members
    ?.map(({name, cards}) => [name, ...(cards.length === 0 ? [] : [`on GPU ${cards.join('+')}`])].join(' '))
    .join(', ') ?? null;

const columns = [
  column<MemberOfRole>('label', 'member', 'servers', '', ({member}) => member.name),
  column<MemberOfRole>('detail', 'role', 'role', '', ({role}) => role),
  column<MemberOfRole>('label', 'part', 'part', '', ({member}) => member.part),
  column<MemberOfRole>('measure', 'gpus', 'GPUs', '', ({member}) => member.cards.join('+') || null),
  column<MemberOfRole>('measure', 'ready_s', 'ready', 's', ({member}) => member.readySeconds),
  column<MemberOfRole>('measure', 'load_s', 'load', 's', ({member}) => member.startup?.loadSeconds ?? null),
  column<MemberOfRole>('measure', 'compile_s', 'compile', 's', ({member}) => member.startup?.compileSeconds ?? null),
  column<MemberOfRole>('measure', 'graphs_s', 'graphs', 's', ({member}) => member.startup?.graphsSeconds ?? null),
  column<MemberOfRole>('measure', 'weights_mib', 'weights', 'MiB', ({member}) => member.memory?.weightsMiB ?? null),
  column<MemberOfRole>('measure', 'kv_pool_mib', 'KV pool', 'MiB', ({member}) => member.memory?.kvPoolMiB ?? null),
  column<MemberOfRole>('measure', 'graphs_mib', 'graphs', 'MiB', ({member}) => member.memory?.graphsMiB ?? null),
  column<MemberOfRole>('measure', 'reserved_mib', 'reserved', 'MiB', ({member}) => member.memory?.processMiB ?? null),
  column<MemberOfRole>('measure', 'kv_tokens', 'KV', 'tok', ({member}) => member.facts.kvTokens),
  column<MemberOfRole>('detail', 'model', 'model', '', ({member}) => member.model),
  column<MemberOfRole>('detail', 'version', 'version', '', ({member}) => member.facts.version),
  column<MemberOfRole>('detail', 'url', 'URL', '', ({member}) => member.url),
];

/** The servers that together answer for a role, in the order in which they were started. */
export const membersSection = (record: RunRecord): readonly Section[] =>
  section(
    {
      file: 'members',
      heading: 'Servers',
      meaning:
        'In the order in which they were started; GPUs by the index that nvidia-smi gives them. Ready counts from the start of the process to the first healthy answer. Reserved is all that nvidia-smi counts for a server when it is ready. Elsewhere a role has what its servers come to together.',
    },
    columns,
    membersOf(record),
  );
