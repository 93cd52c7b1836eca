import {randomInt} from 'node:crypto';
import {mkdir, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {ofCharacters, tokenizerFile} from '../load/test-tokenizer.ts';
import {freePort} from '../runtimes/free-port.ts';

export const pageTokens = 16;

/** A model's folder as Dynamo reads it. Every character is a token; the mocker answers with tokens from 1000 to 2000. */
const writeModel = async (folder: string): Promise<string> => {
  const model = join(folder, 'model');
  await mkdir(model);
  const {vocab} = ofCharacters.model;
  const words = Array.from({length: 1100}, (_, at) => [`<${1000 + at}>`, 1000 + at]);
  const tokenizer = {...ofCharacters, model: {...ofCharacters.model, vocab: {...vocab, ...Object.fromEntries(words)}}};
  await tokenizerFile(model, tokenizer);
  const files = {
    'config.json': {
      ...{architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', vocab_size: 2100, hidden_size: 64},
      ...{num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 32768},
      ...{intermediate_size: 128, eos_token_id: 0, bos_token_id: 0, torch_dtype: 'bfloat16'},
    },
    'generation_config.json': {eos_token_id: 0, bos_token_id: 0},
    'tokenizer_config.json': {
      ...{tokenizer_class: 'PreTrainedTokenizerFast', eos_token: '<unk>'},
      chat_template: `{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %} assistant: `,
    },
  };
  for (const [name, contents] of Object.entries(files)) await writeFile(join(model, name), JSON.stringify(contents));
  return model;
};

/** The real frontend and mocker of Dynamo over one discovery folder in `folder`, with no other service. */
export const dynamoIn = async (folder: string, python: string) => {
  const model = await writeModel(folder);
  const started = new Set<ReturnType<typeof start>>();
  const environment = {DYN_DISCOVERY_BACKEND: 'file', HF_HUB_OFFLINE: '1', DYN_LOG: 'error'};

  const start = (discovery: string, words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    execa(python, ['-m', ...words], {
      env: {...environment, DYN_FILE_KV: join(folder, discovery), ...more},
      reject: false,
      stdin: 'ignore',
      all: true,
    });

  /** Resolves when it answers at `url`; rejects with all that it said when it ends before. */
  const serving = async (process: ReturnType<typeof start>, url: string) => {
    started.add(process);
    const ended = process.then(({all}) => {
      throw new Error(all);
    });
    const live = () => fetch(`${url}/live`).catch(() => null);
    while ((await live()) === null) await Promise.race([ended, delay(50)]);
    ended.catch(() => {}); // it is killed later
  };

  return {
    model,
    /** `discovery` names the group of workers that it finds. */
    async frontend(discovery: string, ...words: readonly string[]): Promise<string> {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const where = ['--http-host', '127.0.0.1', '--http-port', String(port)];
      await serving(start(discovery, ['dynamo.frontend', ...where, ...words]), url);
      return url;
    },
    /** `systemUrl` has its own pages. */
    async worker(discovery: string, ...words: readonly string[]) {
      const port = await freeLowPort();
      const systemUrl = `http://127.0.0.1:${port}`;
      const own = ['--engine-type', 'sglang', '--model-path', model, '--speedup-ratio', '10'];
      const pages = ['--block-size', String(pageTokens), '--sglang-page-size', String(pageTokens)];
      const more = {DYN_SYSTEM_PORT: String(port)};
      const process = start(discovery, ['dynamo.mocker', ...own, ...pages, ...words], more);
      await serving(process, systemUrl);
      return {process, systemUrl};
    },
    [Symbol.asyncDispose]: async () => {
      for (const process of started) process.kill('SIGKILL');
      await Promise.all(started);
    },
  };
};

/** Dynamo reads the port of a worker's own pages as a number of 16 bits with a sign. */
const freeLowPort = async (): Promise<number> => {
  for (;;) {
    const server = createServer();
    const port = randomInt(20_000, 32_767);
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
};
