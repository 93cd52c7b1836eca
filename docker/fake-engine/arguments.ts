import {parseArgs} from 'node:util';

/** What a real engine's command line asks of the simulated one. */
export interface Arguments {
  readonly dialect: 'vllm' | 'sglang';
  readonly host: string;
  readonly port: number;
  readonly model: string;
  /** Whether it serves an encoder: vLLM keeps no KV cache for one, SGLang keeps a pool that nothing uses. */
  readonly encoder: boolean;
  /** Undefined: what the engine would make of its share of the card. */
  readonly kvTokens: number | undefined;
  readonly reportsCachedTokens: boolean;
  readonly metricsEnabled: boolean;
  /** The weights. */
  readonly modelPath: string;
  /** Undefined: as the engine has them. */
  readonly pageTokens: number | undefined;
  readonly part: 'prefill' | 'decode' | undefined;
  readonly bootstrapPort: number | undefined;
  readonly transferBackend: string | undefined;
  readonly lora: boolean;
  readonly adapters: readonly {readonly name: string; readonly path: string}[];
  readonly sleeps: boolean;
}

const text = {type: 'string'} as const;
const toggle = {type: 'boolean'} as const;
const vllmBlockTokens = 16;
// source: run 1540, embed.log: bge-base-en-v1.5 at a fraction of 0.15
const sglangEncoderTokens = 84_973;

const number = (value: string | boolean | undefined): number | undefined =>
  typeof value === 'string' ? Number(value) : undefined;

/** The words after a flag, up to the next one. */
const listOf = (words: readonly string[], flag: string): readonly string[] =>
  words.flatMap((word, at) => {
    if (word.startsWith(`--${flag}=`)) return [word.slice(flag.length + 3)];
    if (word !== `--${flag}`) return [];
    const rest = words.slice(at + 1);
    const end = rest.findIndex(next => next.startsWith('--'));
    return end < 0 ? rest : rest.slice(0, end);
  });

/** `name=path`, or SGLang's path that is the name as well. */
const adapterOf = (text: string) => {
  const [name = '', ...path] = text.split('=');
  return {name, path: path.length === 0 ? name : path.join('=')};
};

const partOf = (mode: string | boolean | undefined) => (mode === 'prefill' || mode === 'decode' ? mode : undefined);
const textOf = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);

/**
 * `words` begin with the program's own path: `vllm serve …`, `sglang serve …`, `python3 -m sglang.launch_server …` or
 * `python3 -m vllm.entrypoints.openai.api_server …`. Flags that change nothing here are ignored.
 */
export const readArguments = ([program = '', ...words]: readonly string[]): Arguments => {
  const launcher = words[0] === '-m' ? words.splice(0, 2).join(' ') : program;
  const {values} = parseArgs({
    args: words,
    strict: false,
    options: {
      host: text,
      port: text,
      model: text,
      'model-path': text,
      'served-model-name': text,
      runner: text,
      'is-embedding': toggle,
      'num-gpu-blocks-override': text,
      'max-total-tokens': text,
      'enable-prompt-tokens-details': toggle,
      'enable-cache-report': toggle,
      'enable-metrics': toggle,
      'disable-log-stats': toggle,
      'page-size': text,
      'block-size': text,
      'disaggregation-mode': text,
      'disaggregation-bootstrap-port': text,
      'disaggregation-transfer-backend': text,
      'enable-lora': toggle,
      'enable-memory-saver': toggle,
      'enable-sleep-mode': toggle,
    },
  });
  const model = values['served-model-name'] ?? values['model-path'] ?? values.model ?? 'simulated-model';
  const modelPath = String(values['model-path'] ?? values.model ?? model);
  const adapters = listOf(words, 'lora-paths').concat(listOf(words, 'lora-modules')).map(adapterOf);
  // SGLang takes paths for the wish to serve them.
  const lora = values['enable-lora'] === true || listOf(words, 'lora-paths').length > 0;
  const ofBoth = {modelPath, adapters, lora};
  const blocks = number(values['num-gpu-blocks-override']);
  if (/(^|[/ ])sglang[^/]*$/.test(launcher)) {
    const encoder = values['is-embedding'] === true;
    return {
      dialect: 'sglang',
      host: String(values.host ?? '127.0.0.1'), // so that a port published without --host 0.0.0.0 answers nothing, as in SGLang
      port: number(values.port) ?? 30_000,
      model: String(model),
      encoder,
      kvTokens: number(values['max-total-tokens']) ?? (encoder ? sglangEncoderTokens : undefined),
      reportsCachedTokens: values['enable-cache-report'] === true,
      metricsEnabled: values['enable-metrics'] === true,
      ...ofBoth,
      pageTokens: number(values['page-size']),
      part: partOf(values['disaggregation-mode']),
      bootstrapPort: number(values['disaggregation-bootstrap-port']),
      transferBackend: textOf(values['disaggregation-transfer-backend']),
      sleeps: values['enable-memory-saver'] === true,
    };
  }
  const pageTokens = number(values['block-size']);
  return {
    dialect: 'vllm',
    host: String(values.host ?? '0.0.0.0'),
    port: number(values.port) ?? 8000,
    model: String(model),
    encoder: values.runner === 'pooling',
    kvTokens: blocks === undefined ? undefined : blocks * (pageTokens ?? vllmBlockTokens),
    reportsCachedTokens: values['enable-prompt-tokens-details'] === true,
    metricsEnabled: values['disable-log-stats'] !== true,
    ...ofBoth,
    pageTokens,
    part: undefined,
    bootstrapPort: undefined,
    transferBackend: undefined,
    sleeps: values['enable-sleep-mode'] === true,
  };
};
