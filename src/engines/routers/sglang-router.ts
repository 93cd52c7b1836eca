import type {StackServer} from '../../schema/stack.ts';
import {commandArguments} from '../arguments.ts';
import {commonDeathSigns} from '../death-signs.ts';
import {countAt, parseJson} from '../json-field.ts';
import type {Router, Worker} from './router.ts';

/** sglang_router 0.3.2, the last one of that name. Its flags are those of its `--help`; what it does was tried with it. */
export const sglangRouter: Router = {
  name: 'sglang-router',
  title: 'sglang_router',
  launcher: python => [python, '-m', 'sglang_router.launch_router'],
  arguments: (router, host, workers) => [
    ...commandArguments({host, port: router.port}, router.arguments, neededFlags(router)),
    ...workerArguments(workers),
  ],
  environment: {},
  // /health answers 200 whatever its workers are; /readiness counts them, and fewer while some are not registered yet.
  health: {
    method: 'GET',
    path: '/readiness',
    ready: ({status, body}, workers) => status === 200 && (countAt(parseJson(body), 'healthy_workers') ?? 0) >= workers,
  },
  graceSeconds: 15,
  deathSigns: [
    {
      pattern: /No module named '?sglang_router\b/,
      reason: 'the Python that was started does not have the router',
      fix: 'pip install sglang-router==0.3.2 there, or name the interpreter of an environment that has it with --python (of decide: --baseline-python and --candidate-python, and --runtime embedded where servers are to be simulated).',
    },
    ...commonDeathSigns,
  ],
  // HTTP header names have no case; the program's source has X-SMG-Routing-Key. Other policies do not look at it.
  sessionHeader: flags => (policyFlags.some(flag => flags[flag] === 'manual') ? 'x-smg-routing-key' : null),
};

const policyFlags = ['policy', 'prefill-policy', 'decode-policy'] as const;

/** Its metrics have a port of their own, which it takes at 29000 unless told. Of two routers of one host each needs one. */
const metricsPort = (port: number): number => (port > 55_535 ? port - 10_000 : port + 10_000);

/**
 * What measuring needs where the plan says nothing. Each request is sent once: a second attempt (of up to five) would turn a failure
 * into a latency. A worker's death is seen after 3 checks and its return after 2: seconds with a check a second, minutes by default. And the
 * breaker, which shuts a worker out after 10 failures, lets it in again after 2 s and not after 60, in which it would stay without work though
 * it is back and counted as healthy. A line of log for each request is work that no other router does.
 */
const neededFlags = ({port, arguments: flags}: Parameters<Router['arguments']>[0]): StackServer['arguments'] => ({
  'prometheus-host': '127.0.0.1',
  'prometheus-port': metricsPort(port),
  ...('retry-max-retries' in flags ? {} : {'disable-retries': true}),
  'health-check-interval-secs': 1,
  'worker-startup-check-interval': 1,
  'cb-timeout-duration-secs': 2,
  'shutdown-grace-period-secs': 5,
  'log-level': 'warn',
});

const workerArguments = (workers: readonly Worker[]): readonly string[] => {
  const ofPart = (part: Worker['part']) => workers.filter(worker => worker.part === part);
  const [prefill, decode] = [ofPart('prefill'), ofPart('decode')];
  if (prefill.length === 0) return ['--worker-urls', ...workers.map(({url}) => url)];
  return [
    '--pd-disaggregation',
    ...prefill.flatMap(({url, bootstrapPort}) => ['--prefill', url, String(bootstrapPort ?? 'none')]),
    ...decode.flatMap(({url}) => ['--decode', url]),
  ];
};
