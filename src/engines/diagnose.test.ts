import {describe, expect, test} from 'vitest';
import {diagnose} from './diagnose.ts';
import {engines} from './index.ts';
import {sglang} from './sglang.ts';
import {vllm} from './vllm.ts';

const reasonIn = (engine: typeof vllm, ...lines: string[]) =>
  diagnose(lines, engine.launch?.deathSigns ?? [])?.reason ?? null;

describe('diagnose', () => {
  const signs = [
    {pattern: /narrow wide/, reason: 'narrow', fix: 'fix narrow'},
    {pattern: /wide/, reason: 'wide', fix: 'fix wide'},
    {pattern: /late/, reason: 'late', fix: 'fix late'},
  ];

  test('the last line that matches wins, whatever the order of the signs', () => {
    expect(diagnose(['late', 'wide', 'nothing'], signs)).toEqual({reason: 'wide', fix: 'fix wide', line: 'wide'});
  });

  test('within a line the first sign wins', () => {
    expect(diagnose(['a narrow wide line'], signs)?.reason).toBe('narrow');
  });

  test('no known line is no diagnosis', () => {
    expect(diagnose(['Killed'], signs)).toBeNull();
    expect(diagnose([], signs)).toBeNull();
  });
});

describe('every engine knows', () => {
  test.each([
    ['OSError: [Errno 98] Address already in use', 'its port is already taken'],
    [
      "ERROR: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
      'its port is already taken',
    ],
    ['huggingface_hub.errors.GatedRepoError: 403 Client Error.', 'the model may be downloaded only with permission'],
    ['OSError: You are trying to access a gated repo.', 'the model may be downloaded only with permission'],
    [
      'OSError: Qwen/Qwen9 is not a local folder and is not a valid model identifier listed on',
      'there is no such model, neither at the hub nor as a folder',
    ],
    [
      'OSError: /models/empty does not appear to have a file named config.json. Checkout',
      'there is no such model, neither at the hub nor as a folder',
    ],
    [
      '401 Client Error: Unauthorized for url: https://huggingface.co/api/whoami-v2',
      'the model hub refused the token, or asked for one',
    ],
    [
      "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
      'the model is not on this machine and the hub cannot be reached',
    ],
    [
      'Cannot reach https://huggingface.co/x: offline mode is enabled. To disable it, unset',
      'the model is not on this machine and the hub cannot be reached',
    ],
    [
      "/usr/bin/python3: Error while finding module specification for 'sglang.launch_server' (ModuleNotFoundError: No module named 'sglang')",
      'the Python that was started does not have the engine',
    ],
    ['/usr/bin/python3: No module named vllm', 'the Python that was started does not have the engine'],
    [
      "(EngineCore pid=7) ModuleNotFoundError: No module named 'flashinfer'",
      'a package with the GPU kernels is missing or does not fit',
    ],
    [
      'ImportError: [sgl_kernel] CRITICAL: Could not load any common_ops library!',
      'a package with the GPU kernels is missing or does not fit',
    ],
    [
      "RuntimeError: Could not find nvcc and default cuda_home='/usr/local/cuda' doesn't exist",
      'kernels must be compiled at start, and there is no nvcc or ninja',
    ],
    [
      "FileNotFoundError: [Errno 2] No such file or directory: 'ninja'",
      'kernels must be compiled at start, and there is no nvcc or ninja',
    ],
    [
      '/bin/sh: 1: /usr/local/cuda/bin/nvcc: not found',
      'kernels must be compiled at start, and there is no nvcc or ninja',
    ],
    [
      'RuntimeError: The NVIDIA driver on your system is too old (found version 12040).',
      'the NVIDIA driver is older than the CUDA version that the engine was built for',
    ],
    ['RuntimeError: Found no NVIDIA driver on your system.', 'it finds no NVIDIA GPU'],
    ['RuntimeError: Failed to infer device type, please set the environment variable', 'it finds no NVIDIA GPU'],
    [
      'RuntimeError: No accelerator (CUDA, XPU, HPU, NPU, MUSA, MPS) or platform plugin is available.',
      'it finds no NVIDIA GPU',
    ],
    [
      'torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device',
      'the engine was not built for this generation of GPU',
    ],
    [
      'vllm: error: unrecognized arguments: --max-num-sequences 4',
      'it does not know a flag of the stack file, or not with this value',
    ],
    [
      "launch_server.py: error: argument --page-size: invalid int value: 'x'",
      'it does not know a flag of the stack file, or not with this value',
    ],
    ['bash: line 1: vllm: command not found', 'there is no such command'],
    ['sh: 1: vllm: not found', 'there is no such command'],
    ['Error: spawn vllm ENOENT', 'there is no such command'],
    ['OSError: [Errno 28] No space left on device', 'a disk is full'],
    [
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB',
      'the GPU ran out of memory',
    ],
  ])('%s', (line, reason) => {
    for (const engine of [vllm, sglang]) expect(reasonIn(engine, 'INFO loading', line, 'Traceback ends')).toBe(reason);
  });

  test('a missing public model is not mistaken for a gated one by the advice that follows it', () => {
    const lines = [
      'Repository Not Found for url: https://huggingface.co/api/models/nobody/nothing.',
      'Please make sure you specified the correct `repo_id` and `repo_type`.',
      'If you are trying to access a private or gated repo, make sure you are authenticated.',
    ];
    expect(reasonIn(vllm, ...lines)).toBe('there is no such model, neither at the hub nor as a folder');
  });

  test('each fix is a sentence that tells what to do', () => {
    for (const {reason, fix} of [...(vllm.launch?.deathSigns ?? []), ...(sglang.launch?.deathSigns ?? [])]) {
      expect(reason).toMatch(/^[a-zA-Z-].*[^.]$/);
      expect(fix).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('vLLM knows its memory messages', () => {
  test('more asked for than is free', () => {
    const line =
      'ValueError: Free memory on device cuda:0 (7.2/79.11 GiB) on startup is less than desired GPU memory utilization (0.9, 71.2 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.';
    expect(
      diagnose(
        [line, 'RuntimeError: Engine core initialization failed. See root cause above.'],
        vllm.launch?.deathSigns ?? [],
      ),
    ).toEqual({
      reason: 'less GPU memory is free than gpu-memory-utilization asks for, which is a share of all of it',
      fix: 'Lower gpu-memory-utilization in the stack file, or stop what else uses the GPU (nvidia-smi lists it).',
      line,
    });
  });

  test.each([
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`',
    "To serve at least one request with the model's max seq len (8192), (1.2 GiB KV cache is needed, which is larger than the available KV cache memory (0.9 GiB).",
  ])('too little for the KV cache: %s', line => {
    expect(reasonIn(vllm, line)).toBe('gpu-memory-utilization leaves too little for the KV cache beside the weights');
  });
});

describe('SGLang knows its memory messages', () => {
  test('a fraction too small for the weights', () => {
    const line = 'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: 0.15';
    expect(reasonIn(sglang, line, 'Received sigquit from a child process.')).toMatch(
      /^mem-fraction-static leaves no room/,
    );
    const other = 'ValueError: Loaded weights leave no GPU memory for the KV cache under --mem-fraction-static=0.15.';
    expect(reasonIn(sglang, other)).toMatch(/^mem-fraction-static leaves no room/);
  });

  test('CUDA graphs that did not fit are out of memory, others are not', () => {
    expect(reasonIn(sglang, 'Exception: Capture cuda graph failed: CUDA out of memory. Tried')).toBe(
      'the GPU ran out of memory',
    );
    expect(reasonIn(sglang, 'Exception: Capture cuda graph failed: invalid argument')).toBe(
      'it could not record its CUDA graphs',
    );
  });
});

// From the logs of servers that ran and were stopped, vLLM 0.26.0 and SGLang 0.5.17.
test.each([
  [
    'vllm',
    'WARNING [system_utils.py:299] Found ulimit of 20000 and failed to automatically increase with error current limit exceeds maximum limit. This can cause fd limit errors like `OSError: [Errno 24] Too many open files`.',
  ],
  [
    'vllm',
    'WARNING [kernel_warmup.py:258] No FlashInfer autotune cache entries found.Falling back to default tactics.',
  ],
  ['vllm', 'INFO [ll_bf16.py:30] cuteDSL (CUTLASS Python) not available, ll_bf16_gemm disabled'],
  [
    'vllm',
    'INFO [gpu_worker.py:857] Free memory on device (78.66/79.18 GiB) on startup. Desired GPU memory utilization is (0.9, 71.26 GiB). Actual usage is 2.98 GiB for weight.',
  ],
  ['vllm', 'WARNING [block_pool.py:772] Failed to reset prefix cache because some blocks (946) are not freed yet'],
  ['vllm', 'WARNING [utils.py:626] [shutdown] Process manager: force killing remaining processes count=1'],
  [
    'sglang',
    "[2026-11-21 15:41:44] Ignore import error when loading sglang.srt.models.inkling: No module named 'helion'",
  ],
  ['sglang', '[2026-11-21 15:43:01] INFO:     127.0.0.1:39116 - "GET /health HTTP/1.1" 503 Service Unavailable'],
  [
    'sglang',
    '[2026-11-21 15:47:12] Subprocess scheduler_0 (pid=867) crashed with exit code -15. Triggering SIGQUIT for cleanup...',
  ],
  ['sglang', '[2026-11-21 15:47:12] SIGQUIT received. signum=None, frame=None. It usually means one child failed.'],
] as const)('a healthy %s is not taken for dead by: %s', (name, line) => {
  expect(reasonIn(engines[name], line)).toBeNull();
});
