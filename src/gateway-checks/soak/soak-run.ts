import {setTimeout as delay} from 'node:timers/promises';
import type {Arm} from '../../schema/block.ts';
import {startEngineThread} from '../engine-thread.ts';
import {routeTo, simulatedTarget, startGatewayProcess} from '../gateway-process.ts';
import type {Held} from '../probe.ts';
import {type MixedCounts, mixedLoad} from './mixed-load.ts';

interface SoakReading {
  readonly atSeconds: number;
  readonly held: Held;
  /** Whether garbage was collected before: then its heap is what is in use. */
  readonly collected: boolean;
  readonly sent: number;
}

export interface SoakOutcome {
  readonly counts: MixedCounts;
  readonly readings: readonly SoakReading[];
  /** How often the route was turned over. */
  readonly switches: number;
  /** Requests that the gateway says are there when all have ended. */
  readonly inFlight: number;
  /** After garbage collection, before the load, and after it when connections that rest are closed. */
  readonly before: Held;
  readonly after: Held;
  /** How the gateway ended; null as long as it ran. */
  readonly ended: string | null;
}

export interface SoakJob {
  readonly seconds: number;
  readonly ratePerSecond: number;
  readonly seed: number;
  readonly journal: string;
  onReading?(reading: SoakReading): void;
}

/** A chat of thirty tokens takes ten milliseconds: some are on their way at each switch, and few where the machine is busy. */
const engineSpeed = 50;
const switchEverySeconds = 3;
const collectEverySeconds = 10;
/** Of the connections to an engine; those of callers are closed by them. */
const restSeconds = 15;

/** A mixed load through a gateway that is turned over between two simulated engines again and again. */
export const soak = async ({seconds, ratePerSecond, seed, journal, onReading}: SoakJob): Promise<SoakOutcome> => {
  await using baseline = await startEngineThread(engineSpeed);
  await using candidate = await startEngineThread(engineSpeed);
  await using gateway = await startGatewayProcess(simulatedTarget(baseline.url), ['--journal', journal, '--quiet']);
  const {admin, program, url} = gateway;
  await admin.putTarget('candidate', simulatedTarget(candidate.url));
  const before = await program.held('held-after-gc');

  const counts: MixedCounts = {sent: 0, served: 0, refused: 0, failed: new Map()};
  const over = new AbortController();
  const load = mixedLoad(url, ratePerSecond, seed, counts, over.signal);
  const readings: SoakReading[] = [];
  const startedMs = performance.now();
  let primary: Arm = 'baseline';
  let switches = 0;
  for (let second = 1; second <= seconds; second += 1) {
    await delay(Math.max(0, startedMs + second * 1000 - performance.now()));
    const collected = second % collectEverySeconds === 0;
    const reading = {
      atSeconds: (performance.now() - startedMs) / 1000,
      held: await program.held(collected ? 'held-after-gc' : 'held'),
      collected,
      sent: counts.sent,
    };
    readings.push(reading);
    onReading?.(reading);
    if (second % switchEverySeconds !== 0) continue;
    primary = primary === 'baseline' ? 'candidate' : 'baseline';
    await admin.putRoute(routeTo(primary));
    switches += 1;
  }
  over.abort();
  await load;
  // One after the other: two at a time would be one more connection than before.
  await admin.drain('baseline', 5000);
  await admin.drain('candidate', 5000);
  const {targets} = await admin.state();
  for (let look = 0; look < restSeconds; look += 1) {
    if ((await program.held('held')).openSockets <= before.openSockets) break;
    await delay(1000);
  }
  const inFlight = (targets.baseline?.inFlight ?? 0) + (targets.candidate?.inFlight ?? 0);
  return {
    counts,
    readings,
    switches,
    inFlight,
    before,
    after: await program.held('held-after-gc'),
    ended: program.ended(),
  };
};
