import {Counter, collectDefaultMetrics, Gauge, Histogram, Registry} from 'prom-client';
import {arms} from '../schema/block.ts';
import type {GatewayLine} from '../schema/journal.ts';
import type {Switchboard} from './switchboard.ts';
import type {Turnstile} from './turnstile.ts';

/** From a tenth of a millisecond for embeddings of the simulated engine to five minutes, the default --timeout. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export interface GatewayMetrics {
  observe(line: Omit<GatewayLine, 'seq'>): void;
  /** The page of GET /metrics, and what type it is. */
  page(): Promise<{type: string; text: string}>;
}

/** What docs/gateway.md lists. One registry a gateway, so that two in one process do not share their counts. */
export const gatewayMetrics = (
  switchboard: Pick<Switchboard, 'route' | 'states'>,
  door: Pick<Turnstile, 'inside' | 'waiting'>,
): GatewayMetrics => {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({register});
  const labelNames = ['kind', 'target', 'mirror', 'outcome', 'code'] as const;
  const requests = new Counter({
    name: 'cutover_gateway_requests_total',
    help: 'Requests that ended, copies included (mirror="true"), by who was asked and how they ended',
    labelNames,
    registers,
  });
  const histogram = (name: string, help: string) =>
    new Histogram({name, help, labelNames: ['kind', 'target'], buckets: secondsBuckets, registers});
  const duration = histogram(
    'cutover_gateway_duration_seconds',
    'From the head of a request to the last byte of its answer; served ones only',
  );
  const firstByte = histogram(
    'cutover_gateway_first_byte_seconds',
    "From the head of a request to the first byte of its target's answer; served ones only",
  );
  const gauge = (name: string, help: string, collect: (this: Gauge) => void) =>
    new Gauge({name, help, registers, collect});
  gauge('cutover_gateway_in_flight', 'Requests that are being served', function () {
    this.set(door.inside);
  });
  gauge('cutover_gateway_queued', 'Requests that wait for a place', function () {
    this.set(door.waiting);
  });
  new Gauge({
    name: 'cutover_gateway_target_in_flight',
    help: 'Requests on the way to a target, copies included',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      for (const [target, state] of Object.entries(switchboard.states().targets)) this.set({target}, state.inFlight);
    },
  });
  new Gauge({
    name: 'cutover_gateway_route_share',
    help: 'Share of the requests that goes to a target by the route; of copies, where mirror="true"',
    labelNames: ['target', 'mirror'],
    registers,
    collect() {
      const {primary, candidateShare, mirrorShare} = switchboard.route;
      for (const target of arms) {
        const whole = target === primary ? 1 - candidateShare : 0;
        const share = whole + (target === 'candidate' && primary !== null ? candidateShare : 0);
        this.set({target, mirror: 'false'}, share);
        this.set({target, mirror: 'true'}, target === 'candidate' ? mirrorShare : 0);
      }
    },
  });

  return {
    observe({kind, target, mirror, outcome, code, receivedMs, firstByteMs, endMs}) {
      requests.inc({kind, target: target ?? 'none', mirror: String(mirror), outcome, code: code ?? ''});
      if (outcome !== 'served' || mirror || target === null) return;
      duration.observe({kind, target}, (endMs - receivedMs) / 1000);
      if (firstByteMs !== null) firstByte.observe({kind, target}, (firstByteMs - receivedMs) / 1000);
    },
    page: async () => ({type: register.contentType, text: await register.metrics()}),
  };
};
