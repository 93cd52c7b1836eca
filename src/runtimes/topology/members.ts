import type {Role} from '../../schema/request.ts';
import {serversFor, withModels} from '../../schema/served-roles.ts';
import type {StackPlan, StackServer} from '../../schema/stack.ts';
import {countOf, isRouted, wavesOf} from '../../schema/stack-graph.ts';

/** One server of a stack: a plan's server as one of so many, with what is its own. */
export interface Member {
  /** Unique in the stack: the role of a whole server, else its part and its number (`decode-2`), a router's part alone. */
  readonly name: string;
  /** With its own model, port, bootstrapPort and hostPort. */
  readonly server: StackServer;
  /** The GPUs that it sees, counted from 0; empty: none. Null where the plan says nothing of GPUs: what it would see by itself. */
  readonly cards: readonly number[] | null;
  /** It starts when all of the waves before are ready. */
  readonly wave: number;
}

/**
 * The servers that a plan comes to for these roles, in the order of their start. Ports count up from the first of each server
 * of the plan; GPUs of their own are the lowest that nobody shares.
 */
export const membersOf = (
  plan: StackPlan,
  roles: readonly Role[],
  models: Partial<Record<Role, string>> = {},
): readonly Member[] => {
  const wanted = serversFor(plan.servers, roles);
  const waves = wavesOf(plan.servers);
  const shared = new Set(wanted.flatMap(({onCards = []}) => onCards));
  const saysCards = wanted.some(
    server => isRouted(server) || server.cards !== undefined || server.onCards !== undefined,
  );
  const routed = new Set(wanted.filter(isRouted).map(({role}) => role));
  const numbers = new Map<string, number>();
  let nextCard = 0;
  const ownCards = (many: number): readonly number[] => {
    const cards: number[] = [];
    for (; cards.length < many; nextCard++) if (!shared.has(nextCard)) cards.push(nextCard);
    return cards;
  };

  const members = wanted.flatMap(planned =>
    Array.from({length: countOf(planned, plan)}, (_, index): Member => {
      const {part, role} = planned;
      const kind = routed.size > 1 ? `${role}-${part}` : part;
      const number = (numbers.get(kind) ?? 0) + 1;
      numbers.set(kind, number);
      return {
        name: part === 'whole' ? role : part === 'router' ? kind : `${kind}-${number}`,
        server: withModels(numbered(planned, index), models),
        cards: saysCards ? (planned.onCards ?? ownCards(cardsEach(planned))) : null,
        wave: waves[plan.servers.indexOf(planned)] ?? 0,
      };
    }),
  );
  return members.toSorted((one, other) => one.wave - other.wave);
};

/** GPUs of its own that each of a plan's server has. */
const cardsEach = ({part, cards}: StackServer): number => cards ?? (part === 'router' ? 0 : 1);

const numbered = (server: StackServer, index: number): StackServer => {
  const {count: _, bootstrapPort, docker, ...rest} = server;
  return {
    ...rest,
    port: server.port + index,
    ...(bootstrapPort === undefined ? {} : {bootstrapPort: bootstrapPort + index}),
    docker: docker.hostPort === undefined ? docker : {...docker, hostPort: docker.hostPort + index},
  };
};

/** The members of a wave in lanes: those of one lane start one after another, the lanes side by side. */
export const lanesOf = (wave: readonly Member[]): readonly (readonly Member[])[] => {
  // What an engine takes of a GPU may depend on what is free: whoever may see the same one waits.
  const meet = (one: Member, other: Member) =>
    one.cards === null || other.cards === null || one.cards.some(card => other.cards?.includes(card));
  return wave.reduce<Member[][]>((lanes, member) => {
    const met = lanes.filter(lane => lane.some(other => meet(member, other)));
    return [...lanes.filter(lane => !met.includes(lane)), [...met.flat(), member]];
  }, []);
};
