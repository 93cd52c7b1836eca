import {Refusal} from '../bodies.ts';
import {modelOf, type Service} from '../service.ts';
import type {Adapter} from './adapters.ts';
import {stallFor} from './control.ts';
import {asDictKeys} from './sglang-control.ts';

/** What a request asked for by name. */
interface Named {
  /** As the reply calls it. */
  readonly model: string;
  readonly adapter: Adapter | null;
  /** Of the prefix cache. */
  readonly cacheKey: string;
}

interface Asked {
  readonly model?: string | null | undefined;
  readonly lora_path?: string | null | undefined;
}

const refuse = (message: string) => new Refusal({kind: 'value', status: 400, message, param: null});

/** `base:adapter` or lora_path. source: entrypoints/openai/serving_base.py and managers/tokenizer_manager.py */
const inSglang = async (service: Service, {model: asked, lora_path: path}: Asked): Promise<Named> => {
  const {config, times} = service;
  const {adapters} = service.model;
  const model = modelOf(service, asked);
  const name = asked?.split(':').slice(1).join(':').trim() || path || null;
  if (name === null) return {model, adapter: null, cacheKey: ''};
  if (!config.lora)
    throw refuse(
      `LoRA adapter '${name}' was requested, but LoRA is not enabled. Please launch the server with --enable-lora flag ` +
        'and preload adapters using --lora-paths or /load_lora_adapter endpoint.',
    );
  const knownPath = adapters.known.get(name);
  if (knownPath === undefined)
    throw refuse(
      `Got LoRA adapter that has never been loaded: ${name}\nAll loaded adapters: ${asDictKeys([...adapters.known.keys()])}.`,
    );
  // Who asks for one that was unloaded gets it back.
  if (adapters.find(name) === null) {
    await stallFor(service, times.loadAdapterMs);
    if (adapters.find(name) === null) adapters.add(name, knownPath);
  }
  const adapter = adapters.find(name);
  return {model, adapter, cacheKey: String(adapter?.loadNumber ?? '')};
};

/** An adapter's name is a model's name, and the key of its blocks: source: v1/core/kv_cache_utils.py */
const inVllm = (service: Service, {model: asked}: Asked): Named => {
  const adapter = asked == null || asked === service.config.model ? null : service.model.adapters.find(asked);
  if (adapter !== null) return {model: adapter.name, adapter, cacheKey: adapter.name};
  return {model: modelOf(service, asked), adapter: null, cacheKey: ''};
};

/** Throws a Refusal where there is no such model or adapter. */
export const namedIn = async (service: Service, asked: Asked): Promise<Named> =>
  service.dialect.name === 'sglang' ? inSglang(service, asked) : inVllm(service, asked);
