import type {StackPlan, StackServer} from './stack.ts';

type Plan = Pick<StackPlan, 'servers' | 'ratio' | 'replicas'>;

/** How many there are of a server of the plan. */
export const countOf = ({part, count}: StackServer, {ratio, replicas}: Plan): number => {
  if (count !== undefined) return count;
  const [prefill, decode] = (ratio ?? '1:1').split(':').map(Number);
  const told = {prefill, decode, replica: replicas, whole: 1, router: 1};
  return told[part] ?? 1;
};

/** The servers of a plan that answer for a role together, behind its router. */
const isWorker = ({part}: StackServer): boolean => part !== 'whole' && part !== 'router';

export const isRouted = (server: StackServer): boolean => server.part !== 'whole';

/** Which servers of the plan, by their places in it, must be ready before this one starts. */
const waitsFor = (servers: readonly StackServer[], index: number): readonly number[] => {
  const server = servers[index];
  if (server === undefined) return [];
  const ownRouter = ({part, role}: StackServer) => part === 'router' && role === server.role && isWorker(server);
  return servers.flatMap((other, place) => {
    const named = server.after?.includes(other.part) ?? (place < index && !ownRouter(other));
    const worker = server.part === 'router' && other.role === server.role && isWorker(other);
    return named || worker ? [place] : [];
  });
};

/**
 * The wave in which each server of the plan starts, from 0: one more than the last of those that it waits for. Null for
 * those that wait for one another in a circle.
 */
export const wavesOf = (servers: readonly StackServer[]): readonly (number | null)[] => {
  const waves = new Map<number, number>();
  for (let left = servers.length; left > 0; left--)
    for (const place of servers.keys()) {
      const waited = waitsFor(servers, place).map(other => waves.get(other));
      if (waited.every(wave => wave !== undefined)) waves.set(place, Math.max(-1, ...waited) + 1);
    }
  return servers.map((_, place) => waves.get(place) ?? null);
};

interface Mistake {
  /** Of the server in the plan; null for the plan itself. */
  readonly index: number | null;
  readonly field: string;
  readonly message: string;
}

/** What is wrong with a plan's servers as a whole, when each of them is right by itself. */
export const graphMistakes = (plan: Plan): readonly Mistake[] => [
  ...plan.servers.flatMap((server, index) =>
    fieldMistakes(server).map(([field, message]) => ({index, field, message})),
  ),
  ...roleMistakes(plan.servers),
  ...orderMistakes(plan.servers),
  ...portMistakes(plan),
  ...uselessMistakes(plan),
];

const fieldMistakes = (server: StackServer): readonly (readonly [field: string, message: string])[] => {
  const {part, count = 1, program, bootstrapPort, cards, onCards, also, environment} = server;
  const single = part === 'whole' || part === 'router';
  const found: [string, boolean, string][] = [
    [
      'count',
      single && count > 1,
      `a ${part === 'whole' ? 'whole server' : part} is one; replica, prefill and decode are counted`,
    ],
    ['program', part === 'router' && program === undefined, 'is missing: a router says which program it is'],
    ['program', part !== 'router' && program !== undefined, 'only a router has one'],
    ['bootstrapPort', part !== 'prefill' && bootstrapPort !== undefined, 'only a prefill server has one'],
    [
      'onCards',
      cards !== undefined && onCards !== undefined,
      'cards of its own and shared ones exclude each other: leave one out',
    ],
    ['also', part !== 'whole' && also !== undefined, `only a whole server answers for several roles, not a ${part}`],
    [
      'environment.CUDA_VISIBLE_DEVICES',
      environment.CUDA_VISIBLE_DEVICES !== undefined &&
        (cards !== undefined || onCards !== undefined || part !== 'whole'),
      'is set by cutover from cards and onCards; leave it out',
    ],
  ];
  return found.flatMap(([field, wrong, message]) => (wrong ? [[field, message] as const] : []));
};

/** A role is one whole server's, or that of one router with replicas, or with prefill and decode servers. */
const roleMistakes = (servers: readonly StackServer[]): readonly Mistake[] => {
  const places = servers.flatMap((server, index) =>
    [server.role, ...Object.keys(server.also ?? {})].map(role => ({role, index, part: server.part})),
  );
  return [...Map.groupBy(places, ({role}) => role)].flatMap(([role, of]) => {
    const parts = of.map(({part}) => part);
    const whole = of.filter(({part}) => part === 'whole');
    if (whole.length > 0) {
      const message = `repeats role ${role}: each server needs its own`;
      return of.filter(one => one !== whole[0]).map(({index}) => ({index, field: 'role', message}));
    }
    const index = of[0]?.index ?? 0;
    const routers = parts.filter(part => part === 'router').length;
    const workers = [...new Set(parts.filter(part => part !== 'router'))].sort();
    const known = ['replica', 'decode prefill'].includes(workers.join(' '));
    return [
      ...(routers === 1 ? [] : [`${role} needs one router in front of its servers, and has ${routers}`]),
      ...(known
        ? []
        : [
            `behind ${role}'s router stand ${workers.join(' and ') || 'no servers'}: they must be replicas, or prefill and decode`,
          ]),
    ].map(message => ({index, field: 'part', message}));
  });
};

const orderMistakes = (servers: readonly StackServer[]): readonly Mistake[] => {
  const there = new Set(servers.map(({part}) => part));
  const unknown = servers.flatMap(({after = []}, index) =>
    after
      .filter(part => !there.has(part))
      .map(part => ({index, field: 'after', message: `no server of this plan is ${part}`})),
  );
  if (unknown.length > 0) return unknown;
  return wavesOf(servers).flatMap((wave, index) =>
    wave === null ? [{index, field: 'after', message: 'waits for servers that wait for it'}] : [],
  );
};

const lastPort = 65_535;

const portMistakes = (plan: Plan): readonly Mistake[] => {
  const ranges = plan.servers.flatMap((server, index) => {
    const more = countOf(server, plan) - 1;
    const {port, bootstrapPort} = server;
    const own = {index, field: 'port', what: `${server.part}'s port`, first: port, last: port + more};
    if (bootstrapPort === undefined) return [own];
    const {part} = server;
    return [
      own,
      {
        index,
        field: 'bootstrapPort',
        what: `${part}'s bootstrapPort`,
        first: bootstrapPort,
        last: bootstrapPort + more,
      },
    ];
  });
  return ranges.flatMap((range, place) => {
    const {index, field, first, last} = range;
    const other = ranges.slice(0, place).find(before => before.first <= last && first <= before.last);
    const shown = ({first, last}: {first: number; last: number}) =>
      first === last ? `${first}` : `${first} to ${last}`;
    return [
      ...(last > lastPort ? [`counts up to ${last}, and ports end at ${lastPort}`] : []),
      ...(other === undefined
        ? []
        : first === last && other.first === other.last
          ? [`repeats port ${first}: each server needs its own`]
          : [`${shown(range)} and ${other.what}, ${shown(other)}, overlap: each server needs its own`]),
    ].map(message => ({index, field, message}));
  });
};

const uselessMistakes = ({servers, ratio, replicas}: Plan): readonly Mistake[] => {
  const uncounted = servers.filter(({count}) => count === undefined).map(({part}) => part);
  const pair = uncounted.includes('prefill') && uncounted.includes('decode');
  return [
    ...(ratio === undefined || pair ? [] : [['ratio', 'prefill and decode'] as const]),
    ...(replicas === undefined || uncounted.includes('replica') ? [] : [['replicas', 'replica'] as const]),
  ].map(([field, parts]) => ({
    index: null,
    field,
    message: `is of no use: the plan leaves open no number of ${parts} servers`,
  }));
};
