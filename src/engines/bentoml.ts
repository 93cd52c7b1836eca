import {join} from 'node:path';
import {projectRoot} from '../root.ts';
import type {Role} from '../schema/request.ts';
import {modelsOf} from '../schema/served-roles.ts';
import type {StackServer} from '../schema/stack.ts';
import {commandArguments} from './arguments.ts';
import {cacheFolder, sharedCaches} from './container-caches.ts';
import type {Engine} from './engine.ts';
import {parseMetrics, sumOf} from './prometheus.ts';
import {service} from './service.ts';
import {vllm} from './vllm.ts';

const llm = vllm.launch as NonNullable<Engine['launch']>;

/** The seed's own words for its three models. */
const modelFlagOf = {chat: 'llm-model', embed: 'embedding-model', rerank: 'rerank-model'} as const;

const modelFlags = (server: StackServer): StackServer['arguments'] =>
  Object.fromEntries(Object.entries(modelsOf(server)).map(([role, model]) => [modelFlagOf[role as Role], model]));

/**
 * The service before the migration (docker/bentoml/): BentoML over vLLM's `LLM` and sentence-transformers, one server for
 * all roles. Its flags beyond the fixed ones are those of vLLM, whose `LLM` takes them under the same names.
 */
export const bentoml: Engine = {
  ...service,
  name: 'bentoml',
  title: 'BentoML service',

  launch: {
    defaultStack: 'bentoml-tuned',
    launcher: python => [python, join(projectRoot, 'docker/bentoml/serve.py')],
    arguments: (server, host) =>
      commandArguments({host, port: server.port, ...modelFlags(server)}, server.arguments, {seed: 0}),
    environment: () => ({VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1', BENTOML_DO_NOT_TRACK: 'True'}),
    // It finishes what is under way for 20 s (serve.py), then vLLM's own processes end.
    graceSeconds: 30,
    deathSigns: [
      {
        pattern: /No module named '?(?:bentoml|_bentoml_impl|sentence_transformers)\b/,
        reason: 'the Python that was started has no BentoML, or not what its models need',
        fix: 'Install docker/bentoml/requirements.txt there, or name the interpreter that has it with --python.',
      },
      ...llm.deathSigns,
    ],
    // Of docker/bentoml/Dockerfile.
    container: {
      command: ['python3', '/service/serve.py'],
      cacheFolder,
      environment: {...sharedCaches, VLLM_CACHE_ROOT: `${cacheFolder}/vllm`},
    },
    stageOf: llm.stageOf,
    readStartup: llm.readStartup,
    // Of the chat model alone: what sentence-transformers takes beside it is not known before.
    planMemory: (server, card) => {
      const plan = llm.planMemory(server, card);
      const others = Object.keys(server.also ?? {});
      const beside = others.length === 0 ? '' : `; ${others.join(' and ')} on top, of which nothing is known`;
      return {...plan, arithmetic: plan.arithmetic + beside};
    },
    kvTokensFlags: llm.kvTokensFlags,
    pageSize: llm.pageSize,
  },

  metrics: {
    path: '/metrics',
    // BentoML counts requests, and vLLM's own counters are off, as they were.
    read: () => ({
      runningRequests: null,
      waitingRequests: null,
      kvUsage: null,
      promptTokensTotal: null,
      generationTokensTotal: null,
      prefixQueriesTotal: null,
      prefixHitsTotal: null,
    }),
    readFinished: (page, role) => {
      const counts = parseMetrics(page).filter(({labels}) => role === undefined || labels.role === role);
      return sumOf(counts, 'finished_sequences_total');
    },
    tellsRoles: true,
  },
};
