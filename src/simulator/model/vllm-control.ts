import {setTimeout as delay} from 'node:timers/promises';
import {z} from 'zod';
import {jsonPage, type Page} from '../dialects/dialect.ts';
import type {Exchange} from '../exchange.ts';
import type {Service} from '../service.ts';
import {type SleepTag, sleepTags} from './asleep.ts';
import {abortAll, bodyOf, type Controls, stallFor} from './control.ts';

const loadBody = z.object({lora_name: z.string(), lora_path: z.string(), load_inplace: z.boolean().default(false)});
const unloadBody = z.object({lora_name: z.string()});
const rpcBody = z.object({
  method: z.string(),
  kwargs: z.looseObject({weights_path: z.string().optional()}).default({}),
});

const text = (body: string): Page => ({status: 200, type: null, body});
const empty = text('');
const error = (status: number, type: string, message: string): Page =>
  jsonPage({error: {message, type, param: null, code: status}}, status);
const queryOf = ({request}: Exchange) => new URL(request.url ?? '', 'http://localhost').searchParams;

/** Requests that come from now on wait. source: v1/engine/core.py, pause_scheduler */
const pause = async (service: Service, mode: string): Promise<void> => {
  if (mode === 'abort') abortAll(service);
  await service.model.gate.shut();
};

const loraControls: Controls = {
  'POST /v1/load_lora_adapter': async (service, exchange) => {
    const {lora_name: name, lora_path: path, load_inplace: inPlace} = await bodyOf(loadBody, exchange);
    const {adapters} = service.model;
    if (name === '' || path === '')
      return error(400, 'InvalidUserInput', "Both 'lora_name' and 'lora_path' must be provided.");
    if (!inPlace && adapters.find(name) !== null)
      return error(
        400,
        'InvalidUserInput',
        `The lora adapter '${name}' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.`,
      );
    await stallFor(service, service.times.loadAdapterMs);
    adapters.add(name, path);
    return text(`Success: LoRA adapter '${name}' added successfully.`);
  },

  'POST /v1/unload_lora_adapter': async (service, exchange) => {
    const {lora_name: name} = await bodyOf(unloadBody, exchange);
    const {adapters} = service.model;
    if (name === '')
      return error(400, 'InvalidUserInput', "'lora_name' needs to be provided to unload a LoRA adapter.");
    if (adapters.find(name) === null) return error(404, 'NotFoundError', `The lora adapter '${name}' cannot be found.`);
    adapters.remove(name);
    return text(`Success: LoRA adapter '${name}' removed successfully.`);
  },
};

const devControls: Controls = {
  'POST /sleep': async (service, exchange) => {
    const level = Number(queryOf(exchange).get('level') ?? 1);
    await pause(service, queryOf(exchange).get('mode') ?? 'abort');
    if (level < 1) return empty;
    service.engine.resetCache();
    await delay(level === 1 ? service.times.copyWeightsMs : service.times.mapMs);
    // Without --enable-sleep-mode nothing was allocated so that it could be given back.
    if (!service.config.sleeps) return empty;
    service.asleep.give(['weights', 'kv_cache']);
    if (level === 2) service.model.lose();
    return empty;
  },

  'POST /wake_up': async (service, exchange) => {
    const asked = queryOf(exchange).getAll('tags');
    const tags = sleepTags.filter(tag => asked.length === 0 || asked.includes(tag)) satisfies SleepTag[];
    const {asleep, times, model} = service;
    await delay(asleep.tags.has('weights') && tags.includes('weights') ? times.copyWeightsMs : times.mapMs);
    asleep.take(tags);
    if (asleep.tags.size === 0) model.gate.open();
    return empty;
  },

  'GET /is_sleeping': async ({model, asleep}) => jsonPage({is_sleeping: model.gate.isShut() || asleep.tags.size > 0}),
  'GET /is_paused': async ({model}) => jsonPage({is_paused: model.gate.isShut()}),

  'POST /pause': async (service, exchange) => {
    const query = queryOf(exchange);
    const mode = query.get('mode') ?? 'abort';
    if (mode !== 'abort' && mode !== 'wait')
      return jsonPage({error: `the simulated engine cannot pause with mode ${mode}`}, 400);
    await pause(service, mode);
    if (query.get('clear_cache') !== 'false') service.engine.resetCache();
    return jsonPage({status: 'paused'});
  },
  'POST /resume': async ({model}) => {
    model.gate.open();
    return jsonPage({status: 'resumed'});
  },

  'POST /collective_rpc': async (service, exchange) => {
    const {method, kwargs} = await bodyOf(rpcBody, exchange);
    if (method !== 'reload_weights')
      return error(500, 'Internal Server Error', `the simulated engine has no ${method}`);
    await stallFor(service, service.times.loadWeightsMs);
    service.model.load(kwargs.weights_path ?? service.model.path());
    return jsonPage({results: [null]});
  },
};

/** vLLM 0.26's endpoints that change the model, those of its dev mode too. source: entrypoints/serve/{lora,dev} */
export const vllmControls = (loraAtRuntime: boolean): Controls => ({
  ...(loraAtRuntime ? loraControls : {}),
  ...devControls,
});
