import {expect, test} from 'vitest';
import {sglangRouter} from './sglang-router.ts';
import {twoStep} from './two-step.ts';

const worker = (name: string, part: 'replica' | 'prefill' | 'decode', bootstrapPort: number | null = null) => ({
  ...{name, part, bootstrapPort},
  url: `http://127.0.0.1/${name}`,
});
const router = (flags: Record<string, string | number | true> = {}) => ({port: 9000, model: 'm', arguments: flags});

test('replicas are worker URLs, and prefill servers have their bootstrap ports', () => {
  const replicas = [worker('replica-1', 'replica'), worker('replica-2', 'replica')];
  const plain = sglangRouter.arguments(router({policy: 'cache_aware'}), '127.0.0.1', replicas).join(' ');
  expect(plain).toMatch(/^--host 127.0.0.1 --port 9000 --policy cache_aware /);
  expect(plain).toMatch(/ --worker-urls http:\/\/127.0.0.1\/replica-1 http:\/\/127.0.0.1\/replica-2$/);
  const pair = [worker('p1', 'prefill', 8998), worker('p2', 'prefill'), worker('d1', 'decode')];
  expect(sglangRouter.arguments(router(), '0.0.0.0', pair).slice(-9)).toEqual([
    ...['--pd-disaggregation', '--prefill', 'http://127.0.0.1/p1', '8998'],
    ...['--prefill', 'http://127.0.0.1/p2', 'none', '--decode', 'http://127.0.0.1/d1'],
  ]);
  expect(twoStep.arguments(router(), '127.0.0.1', pair)).toEqual([
    ...['--host', '127.0.0.1', '--port', '9000', '--prefill', 'http://127.0.0.1/p1'],
    ...['--prefill', 'http://127.0.0.1/p2', '--decode', 'http://127.0.0.1/d1'],
  ]);
});

test('a request is sent once unless the plan says how often, and two routers of one host have metrics ports of their own', () => {
  const flags = (port: number, own: Record<string, string | number | true>) =>
    sglangRouter.arguments({port, model: 'm', arguments: own}, '127.0.0.1', [worker('replica-1', 'replica')]).join(' ');
  expect(flags(9000, {})).toContain('--prometheus-port 19000 --disable-retries');
  expect(flags(60_000, {'retry-max-retries': 3})).toContain('--prometheus-port 50000');
  expect(flags(60_000, {'retry-max-retries': 3})).not.toContain('--disable-retries');
  expect(flags(9000, {'health-check-interval-secs': 60})).not.toContain('--health-check-interval-secs 1 ');
});

test('sessions are told to a router that goes by them', () => {
  expect(sglangRouter.sessionHeader({policy: 'manual'})).toBe('x-smg-routing-key');
  expect(sglangRouter.sessionHeader({policy: 'random', 'decode-policy': 'manual'})).toBe('x-smg-routing-key');
  expect(sglangRouter.sessionHeader({policy: 'cache_aware'})).toBeNull();
  expect(twoStep.sessionHeader({})).toBeNull();
});

test.each([sglangRouter, twoStep])('$name is ready when all workers are known to it and healthy', ({health}) => {
  const body = (healthy: number) => JSON.stringify({status: 'ready', healthy_workers: healthy});
  expect(health.ready({status: 200, body: body(2)}, 2)).toBe(true);
  expect(health.ready({status: 200, body: body(1)}, 2)).toBe(false);
  expect(health.ready({status: 503, body: '{"status":"not ready"}'}, 2)).toBe(false);
});
