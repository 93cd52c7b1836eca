import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Engine} from '../../engines/engine.ts';
import type {RehearsalPlan} from '../../schema/rehearsal-plan.ts';
import type {SessionSource} from '../../schema/request.ts';
import type {ShardPlace} from '../../schema/shard.ts';
import {sessionsOf} from '../../workloads/index.ts';
import {seededRandom} from '../../workloads/random.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import {poissonTimes} from '../arrivals.ts';
import {type Clock, toMicrosecond} from '../clock.ts';
import {type Turn, turnsOf} from '../turn.ts';
import {waitUntil} from '../wait-until.ts';
import type {ContinuousSender} from './sender.ts';

export type LoadPart = RehearsalPlan['load'][number];

/** What the randomness of a load comes from: no two sittings of a rehearsal ask the same questions. */
interface Source {
  readonly seed: number;
  readonly sitting: number;
}

/** The requests of a part, without end; prompts are cut by the estimate, for a service does not tell its tokens. */
export const partSessions = ({name, workload}: LoadPart, {seed, sitting}: Source): SessionSource => {
  if (workload.kind === 'trace') throw new TypeError('a trace ends, and a continuous load does not');
  const own = Math.floor(seededRandom(seed, 'continuous-prompts', sitting, name)() * 2 ** 32);
  return {at: sessionsOf(workload, own, estimatedTokenLength), requestsBefore: index => index};
};

interface Arrivals extends Source {
  readonly part: LoadPart;
  /** Which of its arrivals are sent from here: those numbered index, index + of, index + 2·of … */
  readonly place: ShardPlace;
  readonly sessions: SessionSource;
  readonly engine: Engine;
  /** When the load begins. */
  readonly startMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of the arrival of that number. */
  idOf(index: number): string;
  /** Sent as a bearer token. */
  readonly token?: string;
  readonly sender: Pick<ContinuousSender, 'send'>;
}

/**
 * The number of an arrival among those of all parts, from 1. It follows from the plan alone: whoever sends it, and whenever, it is called
 * the same, and no two are.
 */
export const requestNumber = (index: number, partIndex: number, parts: number): number => index * parts + partIndex + 1;

/**
 * A timer fires so late at most. That much more latency is nothing to a rehearsal, while looking at the clock until the
 * time has come would take a core from the service.
 */
const lateMs = 1;

/** Sends a request of the part at each of its Poisson arrivals that fall to it until `signal` is aborted, whatever becomes of them. */
export const runArrivals = async (arrivals: Arrivals): Promise<void> => {
  const {part, place, seed, sitting, startMs, clock, signal, sender} = arrivals;
  const nextMs = poissonTimes(part.ratePerSecond, seededRandom(seed, 'continuous-arrivals', sitting, part.name));
  for (let index = 0; ; index += 1) {
    const atMs = nextMs();
    if (index % place.of !== place.index) continue;
    const dueMs = toMicrosecond(startMs + atMs);
    const turn = turnAt(arrivals, index);
    await waitUntil(clock, dueMs, signal, -lateMs);
    if (signal.aborted) return;
    sender.send(part.name, turn, dueMs);
    // What was late to begin with, as after a pause of the whole process, must not keep replies from being read.
    if (clock.now() > dueMs + lateMs) await nextTurn();
  }
};

/** The only request of a session, ready to be sent. */
const turnAt = ({sessions, engine, idOf, token}: Arrivals, index: number): Turn => {
  const id = idOf(index);
  const session = sessions.at(index);
  const requests = session?.requests.map(request => ({...request, id})) ?? [];
  const {value} = turnsOf({id, requests}, engine, {model: ''}).next();
  if (value === undefined) throw new TypeError('the workload has come to its end');
  if (token === undefined) return value;
  const {http} = value;
  return {...value, http: {...http, headers: {...http.headers, authorization: `Bearer ${token}`}}};
};
