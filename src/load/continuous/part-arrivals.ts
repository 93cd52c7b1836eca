import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Engine} from '../../engines/engine.ts';
import type {RehearsalPlan} from '../../schema/rehearsal-plan.ts';
import type {SessionSource} from '../../schema/request.ts';
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
  readonly sessions: SessionSource;
  readonly engine: Engine;
  /** When the load begins. */
  readonly startMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of the next request. */
  nextId(): string;
  readonly sender: Pick<ContinuousSender, 'send'>;
}

/**
 * A timer fires so late at most. That much more latency is nothing to a rehearsal, while looking at the clock until the
 * time has come would take a core from the service.
 */
const lateMs = 1;

/** Sends a request of the part at each of its Poisson arrivals until `signal` is aborted, whatever becomes of them. */
export const runArrivals = async (arrivals: Arrivals): Promise<void> => {
  const {part, sessions, engine, seed, sitting, startMs, clock, signal, nextId, sender} = arrivals;
  const nextMs = poissonTimes(part.ratePerSecond, seededRandom(seed, 'continuous-arrivals', sitting, part.name));
  for (let index = 0; ; index += 1) {
    const dueMs = toMicrosecond(startMs + nextMs());
    const turn = turnAt(sessions, index, engine, nextId());
    await waitUntil(clock, dueMs, signal, -lateMs);
    if (signal.aborted) return;
    sender.send(part.name, turn, dueMs);
    // What was late to begin with, as after a pause of the whole process, must not keep replies from being read.
    if (clock.now() > dueMs + lateMs) await nextTurn();
  }
};

/** The only request of a session, ready to be sent. */
const turnAt = (sessions: SessionSource, index: number, engine: Engine, id: string): Turn => {
  const session = sessions.at(index);
  const requests = session?.requests.map(request => ({...request, id})) ?? [];
  const {value} = turnsOf({id, requests}, engine, {model: ''}).next();
  if (value === undefined) throw new TypeError('the workload has come to its end');
  return value;
};
