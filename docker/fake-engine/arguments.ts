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
}

const text = {type: 'string'} as const;
const toggle = {type: 'boolean'} as const;
const vllmBlockTokens = 16;
// source: run 1540, embed.log: bge-base-en-v1.5 at a fraction of 0.15
const sglangEncoderTokens = 84_973;

const number = (value: string | boolean | undefined): number | undefined =>
  typeof value === 'string' ? Number(value) : undefined;

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
    },
  });
  const model = values['served-model-name'] ?? values['model-path'] ?? values.model ?? 'simulated-model';
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
    };
  }
  return {
    dialect: 'vllm',
    host: String(values.host ?? '0.0.0.0'),
    port: number(values.port) ?? 8000,
    model: String(model),
    encoder: values.runner === 'pooling',
    kvTokens: blocks === undefined ? undefined : blocks * vllmBlockTokens,
    reportsCachedTokens: values['enable-prompt-tokens-details'] === true,
    metricsEnabled: values['disable-log-stats'] !== true,
  };
};
