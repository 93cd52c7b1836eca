import {bar, gib, type StartLog} from './start-log.ts';

/** `11-21 15:20:02`, which vLLM puts into every line. */
const now = () => new Date().toISOString().slice(5, 19).replace('T', ' ');
const api = (text: string) => `(APIServer pid=1) INFO ${now()} ${text}`;
const core = (text: string) => `(EngineCore pid=7) INFO ${now()} ${text}`;
const grouped = (count: number) => count.toLocaleString('en-US');

// source: run 1519, embed.log: bge-base-en-v1.5
const encoderGib = {weights: 0.21, graphs: 0.14};

/** vLLM 0.26.0. An encoder has no line about KV cache: vLLM keeps none for it. */
export const vllmLog: StartLog = facts => {
  const {model, encoder, memory, contextTokens, kvTokens, stageSeconds} = facts;
  const seconds = stageSeconds.toFixed(2);
  const weights = (encoder ? encoderGib.weights : gib(memory.weightsBytes)).toFixed(2);
  const graphs = (encoder ? encoderGib.graphs : gib(memory.graphsBytes)).toFixed(2);
  const pool = Number(gib(memory.kvBytes).toFixed(2));
  return [
    [
      api(`[api_utils.py:345]   █▄█▀ █     █     █     █  model   ${model}`),
      api(`[model.py:623] Resolved architecture: ${encoder ? 'BertModel' : 'Qwen2ForCausalLM'}`),
      core(`[core.py:116] Initializing a V1 LLM engine (v0.26.0) with config: model='${model}', tokenizer='${model}'`),
    ],
    [
      encoder
        ? core(`[gpu_model_runner.py:5250] Starting to load model ${model}...`)
        : core('[model_runner.py:284] Loading model from scratch...'),
      '(EngineCore pid=7) Loading safetensors checkpoint shards: 100% Completed | 1/1 [00:00<00:00,  2.08it/s]',
    ],
    [
      encoder
        ? core(`[gpu_model_runner.py:5347] Model loading took ${weights} GiB memory and ${seconds}0000 seconds`)
        : core(`[model_runner.py:305] Model loading took ${weights} GiB and ${seconds}0000 seconds`),
      core(
        "[backends.py:1094] Using cache directory: /root/.cache/vllm/torch_compile_cache/0/rank_0_0/backbone for vLLM's torch.compile",
      ),
    ],
    [
      core(`[monitor.py:53] torch.compile took ${seconds} s in total`),
      ...(encoder
        ? []
        : [
            core(`[gpu_worker.py:560] Available KV cache memory: ${pool} GiB`),
            core(`[kv_cache_utils.py:2177] GPU KV cache size: ${grouped(kvTokens)} tokens`),
            core(
              `[kv_cache_utils.py:2178] Maximum concurrency for ${grouped(contextTokens)} tokens per request: ${(kvTokens / contextTokens).toFixed(2)}x`,
            ),
          ]),
    ],
    [`(EngineCore pid=7) ${bar(`Capturing CUDA graphs (${encoder ? 'mixed prefill-decode, ' : ''}PIECEWISE)`, 51)}`],
    [
      core(`[model_runner.py:747] Graph capturing finished in ${stageSeconds.toFixed(0)} secs, took ${graphs} GiB`),
      ...(encoder
        ? []
        : [
            core(
              `[gpu_worker.py:857] Free memory on device (78.66/79.18 GiB) on startup. Actual usage is ${weights} GiB for weight, 0.56 GiB for peak activation, 0.22 GiB for non-torch memory, and ${Number(graphs)} GiB for CUDAGraph memory. Current kv cache memory in use is ${pool} GiB.`,
            ),
          ]),
      core(
        `[core.py:340] init engine (profile, create kv cache, warmup model) took ${(3 * stageSeconds).toFixed(2)} s (compilation: ${seconds} s)`,
      ),
      api(`[api_server.py:673] Supported tasks: [${encoder ? "'token_embed', 'embed'" : "'generate'"}]`),
      api(`[api_server.py:677] Starting vLLM server on http://${facts.host}:${facts.port}`),
    ],
  ];
};

export const vllmServing = (): readonly string[] => [
  '(APIServer pid=1) INFO:     Started server process [1]',
  '(APIServer pid=1) INFO:     Waiting for application startup.',
  '(APIServer pid=1) INFO:     Application startup complete.',
];

export const vllmStopping = (): readonly string[] => [
  api('[launcher.py:100] [shutdown] API server: shutdown triggered'),
  api('[launcher.py:116] [shutdown] API server: stopping engine client mode=abort timeout=0s'),
];
