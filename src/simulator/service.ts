import type {IncomingMessage} from 'node:http';
import {Refusal} from './bodies.ts';
import {calibrations} from './calibration.ts';
import {type Card, createCard} from './card.ts';
import type {SimulatorConfig} from './config.ts';
import type {Dialect, ServerView} from './dialects/dialect.ts';
import {sglang} from './dialects/sglang.ts';
import {vllm} from './dialects/vllm.ts';
import {monotonicMs, realClockwork} from './driver.ts';
import {createEngine, type Engine} from './engine.ts';
import {faultOfRequest, faultOfReset, leakOf, type RequestFault, slownessOf} from './faults.ts';
import {memoryParts} from './memory.ts';
import {type Asleep, createAsleep} from './model/asleep.ts';
import type {Controls} from './model/control.ts';
import {createModel, type Model} from './model/model.ts';
import {sglangControls} from './model/sglang-control.ts';
import {type ModelTimes, modelTimes} from './model/times.ts';
import {vllmControls} from './model/vllm-control.ts';
import {createPart, type Part} from './pd/part.ts';
import {createTruth} from './truth.ts';

const dialects = {vllm, sglang} satisfies Record<SimulatorConfig['dialect'], Dialect>;

/** A chat that has passed the gate and has not ended. */
export interface InFlight {
  /** Ends it with what it has. */
  abort(): void;
  readonly adapter: string | null;
  readonly over: Promise<void>;
}

/** What answering a request takes, besides the request. */
export interface Service {
  readonly config: SimulatorConfig;
  readonly dialect: Dialect;
  readonly engine: Engine;
  readonly truth: ReturnType<typeof createTruth>;
  readonly card: Card;
  readonly model: Model;
  readonly asleep: Asleep;
  readonly controls: Controls;
  readonly times: ModelTimes;
  /** Null where it does all of the work itself. */
  readonly part: Part | null;
  readonly inFlight: Set<InFlight>;
  /** Aborted with an Error when a real engine would have died. */
  readonly fatal: AbortController;
  /** What a request of each kind may have, output included: its model's, or the pool's where that is smaller. */
  readonly contextTokens: Readonly<Record<'chat' | 'embed' | 'rerank', number>>;
  /** Of one page of the pool. */
  readonly pageTokens: number;
  /** The request's x-request-id, or a new one. */
  requestId(request: IncomingMessage): string;
  /** To be asked once for every chat request that is well-formed. */
  nextFault(): RequestFault | undefined;
  /** To be asked once for every call to empty the prefix cache. */
  nextResetFault(): ReturnType<typeof faultOfReset>;
  view(port: number): ServerView;
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export const createService = (config: SimulatorConfig): Service => {
  const calibration = calibrations[config.dialect];
  const dialect: Dialect = dialects[config.dialect];
  const {pageTokens = dialect.traits.pageTokens} = config;
  const traits = {...dialect.traits, pageTokens};
  const speed = config.speed / slownessOf(config.faults);
  const engine = createEngine({...config, speed, calibration, traits, clockwork: realClockwork});
  const poolTokens = config.kvTokens - (config.kvTokens % pageTokens);
  const contextOf = (kind: keyof Service['contextTokens']) => Math.min(calibration[kind].contextTokens, poolTokens);
  const contextTokens = {chat: contextOf('chat'), embed: contextOf('embed'), rerank: contextOf('rerank')};
  const ready = !config.faults.some(({kind}) => kind === 'never-ready');
  const {lora, loraAtRuntime} = config;
  const model = createModel(config.modelPath ?? config.model, lora ? config.adapters : []);
  const asleep = createAsleep();
  const part = createPart({config, engine, calibration, pageTokens, speed});
  let requests = 0;
  let chats = 0;
  let resets = 0;

  return {
    config,
    dialect,
    engine,
    truth: createTruth(monotonicMs),
    card: createCard({
      calibration,
      kvTokens: poolTokens,
      encoder: config.encoder,
      asleepBytes: () => asleep.bytes(memoryParts(calibration, poolTokens)),
      leakMibPerSecond: leakOf(config.faults),
      nowMs: monotonicMs,
    }),
    model,
    asleep,
    controls: config.dialect === 'sglang' ? sglangControls : vllmControls(lora && loraAtRuntime),
    times: modelTimes(calibration, speed),
    part,
    inFlight: new Set(),
    fatal: new AbortController(),
    contextTokens,
    pageTokens,
    requestId(request) {
      const given = request.headers['x-request-id'];
      requests++;
      return typeof given === 'string' && given !== '' ? given : requests.toString(16).padStart(16, '0');
    },
    nextFault: () => faultOfRequest(config.faults, ++chats),
    nextResetFault: () => faultOfReset(config.faults, ++resets),
    view: port => ({
      ...config,
      port,
      contextTokens: contextTokens.chat,
      ready,
      modelPath: model.path(),
      weightVersion: model.version(),
      replaced: model.replaced(),
      adapters: model.adapters.list(),
      sleepLevel: asleep.tags.size === 0 ? 0 : model.isLost() ? 2 : 1,
      part: config.part,
      pd: part?.stats() ?? null,
      createdSeconds: nowSeconds(),
      maxRunningSequences: calibration.chat.maxRunningSequences,
      maxBatchedTokens: calibration.chat.maxBatchedTokens,
      stats: engine.stats(),
    }),
  };
};

/** The `model` of the reply; throws a Refusal when the dialect looks at names and has no such model. */
export const modelOf = ({dialect, config}: Service, asked: string | null | undefined): string => {
  const model = dialect.modelOf(asked ?? null, config.model);
  if (model !== null) return model;
  throw new Refusal({
    kind: 'unknown-model',
    status: 404,
    message: `The model \`${asked}\` does not exist.`,
    param: 'model',
  });
};

/** Throws a Refusal when so many tokens have no place; `outputTokens` is null where none are asked for. */
export const refuseIfTooLong = (
  {dialect, contextTokens}: Service,
  kind: keyof Service['contextTokens'],
  promptTokens: number,
  outputTokens: number | null,
) => {
  const problem = dialect.tooLong(promptTokens, outputTokens, contextTokens[kind]);
  if (problem !== null) throw new Refusal(problem);
};
