import {setTimeout as delay} from 'node:timers/promises';
import {z} from 'zod';
import {jsonPage, type Page} from '../dialects/dialect.ts';
import type {Service} from '../service.ts';
import {type SleepTag, sleepTags} from './asleep.ts';
import {abortAll, bodyOf, type Controls, stallFor} from './control.ts';

const loadBody = z.object({lora_name: z.string(), lora_path: z.string(), pinned: z.boolean().default(false)});
const unloadBody = z.object({lora_name: z.string()});
const updateBody = z.object({
  model_path: z.string(),
  abort_all_requests: z.boolean().default(false),
  flush_cache: z.boolean().default(true),
  weight_version: z.string().nullish(),
});
const pauseBody = z.object({mode: z.enum(['abort', 'retract', 'in_place']).default('abort')});
const memoryBody = z.object({tags: z.array(z.enum(sleepTags)).nullish()});

/** source: managers/io_struct.py, LoRAUpdateOutput, with the fields of BaseReq before its own */
const adaptersPage = ({model}: Service, error: string | null): Page =>
  jsonPage(
    {
      rid: null,
      http_worker_ipc: null,
      success: error === null,
      error_message: error ?? '',
      loaded_adapters: Object.fromEntries(model.adapters.list().map(({name, path}) => [name, path])),
    },
    error === null ? 200 : 400,
  );
/** The same where the server has not come as far as its scheduler. */
const refusedPage = (error: string): Page =>
  jsonPage({rid: null, http_worker_ipc: null, success: false, error_message: error, loaded_adapters: null}, 400);

const notEnabled = 'LoRA is not enabled. Please set `--enable-lora` to enable LoRA.';
/** As Python prints them. */
export const asDictKeys = (names: readonly string[]) => `dict_keys([${names.map(name => `'${name}'`).join(', ')}])`;

/** SGLang 0.5.17's endpoints that change the model. source: entrypoints/http_server.py */
export const sglangControls: Controls = {
  'POST /load_lora_adapter': async (service, exchange) => {
    const {lora_name: name, lora_path: path} = await bodyOf(loadBody, exchange);
    const {model, config, times} = service;
    if (!config.lora) return refusedPage(notEnabled);
    if (model.adapters.find(name) !== null)
      return adaptersPage(service, `Failed to load LoRA adapter ${name} because it is already loaded`);
    await stallFor(service, times.loadAdapterMs);
    model.adapters.add(name, path);
    return adaptersPage(service, null);
  },

  'POST /unload_lora_adapter': async (service, exchange) => {
    const {lora_name: name} = await bodyOf(unloadBody, exchange);
    const {model, config, times} = service;
    if (!config.lora) return refusedPage(notEnabled);
    if (model.adapters.find(name) === null) {
      const names = model.adapters.list().map(adapter => adapter.name);
      return refusedPage(`LoRA with name ${name} does not exist. Loaded LoRAs: ${asDictKeys(names)}`);
    }
    model.adapters.remove(name);
    await Promise.all([...service.inFlight].filter(({adapter}) => adapter === name).map(({over}) => over));
    await stallFor(service, times.unloadAdapterMs);
    return adaptersPage(service, null);
  },

  'POST /update_weights_from_disk': async (service, exchange) => {
    const body = await bodyOf(updateBody, exchange);
    if (body.abort_all_requests) abortAll(service);
    return service.model.gate.alone(async () => {
      await stallFor(service, service.times.loadWeightsMs);
      service.model.load(body.model_path, body.weight_version ?? undefined);
      if (body.flush_cache) service.engine.resetCache();
      const version = body.weight_version == null ? '' : ` Weight version updated to ${body.weight_version}.`;
      const message = `Succeeded to update model weights.${version}`;
      return jsonPage({success: true, message, num_paused_requests: 0});
    });
  },

  'POST /pause_generation': async (service, exchange) => {
    const {mode} = await bodyOf(pauseBody, exchange);
    if (mode !== 'abort') return jsonPage({detail: `the simulated engine cannot pause with mode ${mode}`}, 400);
    abortAll(service);
    await service.model.gate.shut();
    return jsonPage({message: 'Generation paused successfully.', status: 'ok'});
  },

  'POST /continue_generation': async ({model}) => {
    model.gate.open();
    return jsonPage({message: 'Generation continued successfully.', status: 'ok'});
  },

  ...bothMethods('/release_memory_occupation', async (service, tags) => {
    const {running, waiting} = service.engine.stats();
    if (running + waiting > 0)
      service.fatal.abort(
        new Error('AssertionError: release_memory_occupation should be called only when server is idle.'),
      );
    if (tags.includes('kv_cache')) service.engine.resetCache();
    await delay(service.times.mapMs);
    // Without --enable-memory-saver there is nothing that could give memory back, and nobody is told.
    if (service.config.sleeps) service.asleep.give(tags);
  }),

  ...bothMethods('/resume_memory_occupation', async (service, tags) => {
    await delay(service.times.mapMs);
    service.asleep.take(tags);
  }),
};

/** Both take GET and POST, a body in either case, and answer null. */
function bothMethods(path: string, work: (service: Service, tags: readonly SleepTag[]) => Promise<void>): Controls {
  const answer: Controls[string] = async (service, exchange) => {
    const {tags} = await bodyOf(memoryBody, exchange);
    await work(service, tags == null || tags.length === 0 ? sleepTags : tags);
    return jsonPage(null);
  };
  return {[`GET ${path}`]: answer, [`POST ${path}`]: answer};
}
