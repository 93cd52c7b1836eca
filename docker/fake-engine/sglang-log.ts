import {bar, gib, type StartLog} from './start-log.ts';

/** `[2026-11-21 15:41:43]`, which SGLang puts before every line. */
const log = (text: string) => `[${new Date().toISOString().slice(0, 19).replace('T', ' ')}] ${text}`;

// source: run 1540, embed.log: bge-base-en-v1.5
const encoderParts = {weights: 0.22, pool: 2.92, graphs: 0};
// source: run 1540, chat.log: the graphs of decode, of which there are fewer than of prefill
const decodeGraphs = 0.2;
// source: run 1540, chat.log: 78.50 GB are free before the weights, of 79.65
const contextGb = 1.15;

/** SGLang 0.5.17, whose GB are 2^30 bytes. It records no graphs for an encoder, and keeps a pool for it that nothing uses. */
export const sglangLog: StartLog = facts => {
  const {model, host, port, encoder, memory, kvTokens, contextTokens, stageSeconds} = facts;
  const {weights, pool, graphs} = encoder
    ? encoderParts
    : {
        weights: gib(memory.weightsBytes),
        pool: gib(memory.kvBytes),
        graphs: gib(memory.graphsBytes),
      };
  const elapsed = `elapsed=${stageSeconds.toFixed(2)} s`;
  // source: arg_groups/pd_disaggregation_hook.py and disaggregation/common/conn.py
  const partLines = {
    prefill: [log(`CommonKVBootstrapServer started successfully on ${host}:${facts.bootstrapPort}`)],
    decode: [log('KV cache is forced as chunk cache for decode server')],
  };
  const half = (pool / 2).toFixed(2);
  const left = (taken: number) => `${(gib(facts.gpuBytes) - contextGb - taken).toFixed(2)} GB`;

  const capture = (what: string, gb: number, before: number) => [
    [
      log(`Capture target ${what} CUDA graph begin. backend=full, avail mem=${left(before)}`),
      bar(`Capturing batches (bs=256 avail_mem=${left(before)})`, 36),
    ],
    [
      log(
        `Capture target ${what} CUDA graph end. ${elapsed}, mem usage=${gb.toFixed(2)} GB, avail mem=${left(before + gb)}.`,
      ),
    ],
  ];
  return [
    [
      log(
        `server_args=ServerArgs(model_path='${model}', tokenizer_path='${model}', host='${host}', port=${port}, disaggregation_mode='${facts.part ?? 'null'}')`,
      ),
      ...(facts.part === 'decode' ? partLines.decode : []),
    ],
    [log(`Load weight begin. avail mem=${left(0)}`)],
    [
      log(
        `Load weight end. ${elapsed}, type=${encoder ? 'BertModel' : 'Qwen2ForCausalLM'}, avail mem=${left(weights)}, mem usage=${weights.toFixed(2)} GB.`,
      ),
      log(`KV Cache is allocated. dtype: torch.bfloat16, #tokens: ${kvTokens}, K size: ${half} GB, V size: ${half} GB`),
      log(`Memory pool end. avail mem=${left(weights + pool)}`),
    ],
    ...(encoder
      ? [[log('Disable prefill CUDA graph because the model is not a language model')]]
      : [
          ...capture('prefill', graphs - decodeGraphs, weights + pool),
          ...(facts.part === 'prefill'
            ? [] // one that only prefills replays no graph of decode
            : capture('decode', decodeGraphs, weights + pool + graphs - decodeGraphs)),
        ]),
    ...(facts.part === 'prefill' ? [partLines.prefill] : []),
    [
      log(
        `max_total_num_tokens=${kvTokens}, chunked_prefill_size=8192, max_prefill_tokens=16384, max_running_requests=4096, context_len=${contextTokens}, available_gpu_mem=${left(weights + pool + graphs)}`,
      ),
    ],
  ];
};

export const sglangServing = ({host, port}: {readonly host: string; readonly port: number}): readonly string[] => [
  log('INFO:     Started server process [1]'),
  log('INFO:     Application startup complete.'),
  log(`INFO:     Uvicorn running on http://${host}:${port} (Press CTRL+C to quit)`),
  log('The server is fired up and ready to roll!'),
];

export const sglangStopping = (): readonly string[] => [
  log('SIGTERM received. signum=None frame=None. Draining requests and shutting down...'),
];
