import {workerPath} from '../../root.ts';
import {commandArguments} from '../arguments.ts';
import {commonDeathSigns} from '../death-signs.ts';
import {countAt, parseJson} from '../json-field.ts';
import type {Router} from './router.ts';

/**
 * Seed 001's prefill/decode separation with two plain servers: one is asked for the first token, the other for the whole answer. No KV
 * moves between them, so that every prompt is read twice. Our own program (src/two-step-router), as no router does this.
 */
export const twoStep: Router = {
  name: 'two-step',
  title: 'two steps, no KV moved',
  launcher: () => [process.execPath, workerPath('two-step-router/program')],
  arguments: (router, host, workers) => [
    ...commandArguments({host, port: router.port}, router.arguments, {}),
    ...workers.flatMap(({part, url}) => [part === 'prefill' ? '--prefill' : '--decode', url]),
  ],
  environment: {},
  health: {
    method: 'GET',
    path: '/readiness',
    ready: ({status, body}, workers) => status === 200 && (countAt(parseJson(body), 'healthy_workers') ?? 0) >= workers,
  },
  graceSeconds: 10,
  deathSigns: commonDeathSigns,
  sessionHeader: () => null,
};
