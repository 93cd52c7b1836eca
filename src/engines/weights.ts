import type {Reply} from './engine.ts';
import {parseJson, textAt, valueAt} from './json-field.ts';

/** One POST that changes what a running server is. */
export interface ChangeCall {
  /** In the imperative: "load the adapter step-2". */
  readonly what: string;
  readonly path: string;
  /** The JSON body; absent is none. */
  readonly json?: unknown;
}

/** Two calls, of which the second is only made where the first was done. */
interface Paired {
  readonly begin: ChangeCall;
  readonly end: ChangeCall;
}

/** How a running server gets other weights, and how it gives its GPU memory back. */
export interface Weights {
  readonly lora: {
    load(name: string, path: string): ChangeCall;
    unload(name: string): ChangeCall;
    /** The `model` of requests that are to be answered with the adapter. */
    model(base: string, name: string): string;
    /** What a server that refuses is to be started with. */
    readonly hint: string;
  };
  /** The weights of another folder, of a model of the same shapes. */
  readonly disk: {
    /** `flush`: whether the prefix cache is to be emptied; null leaves it to the server. `within`: what is begun before it and ended after it. */
    load(path: string, flush: boolean | null): {readonly call: ChangeCall; readonly within: Paired | null};
    /** Why a server with this command line must not be asked for it, and what can; null where it may. */
    barred(command: readonly string[]): {readonly why: string; readonly hint: string} | null;
    readonly hint: string;
  };
  /** Gives the memory of weights and KV pool back for a while: begun in this order, ended in the other. */
  readonly sleep: {readonly steps: readonly Paired[]; readonly hint: string};
  /** The folder or name of the weights that a server was started with, in its command line; null where it does not say. */
  folderIn(command: readonly string[]): string | null;
  /** Why a call was not done, by its reply; null where it was. */
  problem(reply: Reply): string | null;
}

const wordAfter =
  (flag: string) =>
  (command: readonly string[]): string | null => {
    const at = command.indexOf(flag);
    return at === -1 ? null : (command[at + 1] ?? null);
  };

const refused = ({status, body}: Reply): string | null =>
  status < 400 ? null : `status ${status}${body.trim() === '' ? '' : `: ${body.trim().slice(0, 300)}`}`;

/** vLLM 0.26: entrypoints/serve/lora, entrypoints/serve/dev/{sleep,rpc}, v1/worker/gpu_worker.py. */
export const vllmWeights: Weights = {
  lora: {
    load: (name, path) => ({
      what: `load the adapter ${name}`,
      path: '/v1/load_lora_adapter',
      json: {lora_name: name, lora_path: path},
    }),
    unload: name => ({
      what: `unload the adapter ${name}`,
      path: '/v1/unload_lora_adapter',
      json: {lora_name: name},
    }),
    model: (_base, name) => name,
    hint: 'Start vLLM with --enable-lora --max-lora-rank 16 and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1: docker/stacks/vllm-sync.yaml.',
  },
  disk: {
    // It has no route of its own for it: the workers' method is called, between two steps, and what is cached stays. Its cache
    // is not emptied while requests hold some of it: so they are let end, and those that come meanwhile wait.
    load: (path, flush) => ({
      call: {
        what: `load the weights of ${path}`,
        path: '/collective_rpc',
        json: {method: 'reload_weights', kwargs: {weights_path: path}},
      },
      within:
        flush === true
          ? {
              begin: {what: 'let what runs end and empty the prefix cache', path: '/pause?mode=wait&clear_cache=true'},
              end: {what: 'go on', path: '/resume'},
            }
          : null,
    }),
    // Seen with 0.26.0 on an H200: the layers that adapters wrap have other names, load_weights raises, and the engine is gone.
    barred: command =>
      command.includes('--enable-lora')
        ? {
            why: 'a vLLM that was started with --enable-lora dies of it',
            hint: 'Start it without adapters: --stack vllm-sync-disk.',
          }
        : null,
    hint: 'Start vLLM with VLLM_SERVER_DEV_MODE=1: only then does it have POST /collective_rpc.',
  },
  sleep: {
    // Level 1 keeps the weights in host memory; what is in flight is ended.
    steps: [{begin: {what: 'sleep', path: '/sleep?level=1'}, end: {what: 'wake up', path: '/wake_up'}}],
    hint: 'Start vLLM with --enable-sleep-mode and VLLM_SERVER_DEV_MODE=1: docker/stacks/vllm-sync.yaml.',
  },
  folderIn: wordAfter('--model'),
  problem(reply) {
    const success = valueAt(parseJson(reply.body), 'success');
    return refused(reply) ?? (success === false ? 'it says success: false' : null);
  },
};

/** SGLang 0.5.17: srt/entrypoints/http_server.py. */
export const sglangWeights: Weights = {
  lora: {
    load: (name, path) => ({
      what: `load the adapter ${name}`,
      path: '/load_lora_adapter',
      json: {lora_name: name, lora_path: path},
    }),
    unload: name => ({what: `unload the adapter ${name}`, path: '/unload_lora_adapter', json: {lora_name: name}}),
    model: (base, name) => `${base}:${name}`,
    hint: 'Start SGLang with --enable-lora --max-lora-rank 16 --lora-target-modules …: docker/stacks/sglang-sync.yaml.',
  },
  disk: {
    // It waits until all that runs has ended; what comes meanwhile waits.
    load: (path, flush) => ({
      call: {
        what: `load the weights of ${path}`,
        path: '/update_weights_from_disk',
        json: {model_path: path, ...(flush === null ? {} : {flush_cache: flush})},
      },
      within: null,
    }),
    barred: () => null,
    hint: 'The folder must be one that the server sees, of a model of the same shapes.',
  },
  sleep: {
    // It may only release its memory while nothing runs, and dies of it otherwise: what runs is ended, what comes waits.
    steps: [
      {
        begin: {what: 'end what runs and let what comes wait', path: '/pause_generation', json: {mode: 'abort'}},
        end: {what: 'go on', path: '/continue_generation', json: {}},
      },
      {
        begin: {what: 'release the memory', path: '/release_memory_occupation', json: {}},
        end: {what: 'take the memory again', path: '/resume_memory_occupation', json: {}},
      },
    ],
    hint: 'Start SGLang with --enable-memory-saver --enable-weights-cpu-backup: docker/stacks/sglang-sync.yaml.',
  },
  folderIn: wordAfter('--model-path'),
  problem(reply) {
    const said = parseJson(reply.body);
    const why = textAt(said, 'error_message') ?? textAt(said, 'message') ?? 'it says success: false';
    return valueAt(said, 'success') === false ? why : refused(reply);
  },
};
