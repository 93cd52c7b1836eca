import type {DeathSign} from './engine.ts';

/** What the Python, CUDA and model-hub layers below every engine say when they give up. */
export const commonDeathSigns: readonly DeathSign[] = [
  {
    pattern: /address already in use|\[Errno 98\]/i,
    reason: 'its port is already taken',
    fix: 'Stop the server that holds the port, or give the stack file another one.',
  },
  {
    pattern: /Cannot access gated repo|access a gated repo\.|is a gated repository|GatedRepoError/,
    reason: 'the model may be downloaded only with permission',
    fix: "Accept the model's terms on its page at the hub, and set HF_TOKEN to a token of that account.",
  },
  {
    pattern:
      /Repository Not Found|RepositoryNotFoundError|is not a valid model identifier|Invalid repository ID or local directory|does not appear to have a file named|is not a local folder/,
    reason: 'there is no such model, neither at the hub nor as a folder',
    fix: "Check the stack file's `model`: an existing name at the hub, or a folder that holds config.json and the weights. A private one also needs HF_TOKEN.",
  },
  {
    pattern: /\b40[13] Client Error|Invalid user token|\b401 Unauthorized/,
    reason: 'the model hub refused the token, or asked for one',
    fix: 'Set HF_TOKEN to a valid token.',
  },
  {
    pattern:
      /offline mode is enabled|OfflineModeIsEnabled|outgoing traffic has been disabled|LocalEntryNotFoundError|couldn't connect to '?https?:/i,
    reason: 'the model is not on this machine and the hub cannot be reached',
    fix: 'Download the model where there is a network and give its folder as `model`, or unset HF_HUB_OFFLINE and check the connection.',
  },
  {
    pattern: /No module named '?(?:vllm|sglang)\b/,
    reason: 'the Python that was started does not have the engine',
    fix: 'Install the engine there, or name the interpreter of the environment that has it with --python, or measure the simulated engine with --runtime embedded.',
  },
  {
    pattern: /No module named '?(?:sgl_kernel|flashinfer|tvm_ffi|triton|torch)\b|Could not load any common_ops/,
    reason: 'a package with the GPU kernels is missing or does not fit',
    fix: 'Install the engine with all of its dependencies, in the versions that it pins.',
  },
  {
    pattern:
      /nvcc.*(?:not found|doesn't exist)|ninja.*not found|No such file or directory: '(?:\S*\/)?(?:nvcc|ninja)'|Ninja is required|Could not find nvcc|Cannot find CUDA toolkit/,
    reason: 'kernels must be compiled at start, and there is no nvcc or ninja',
    fix: 'Install the CUDA toolkit of the same major version as PyTorch and ninja, and set CUDA_HOME.',
  },
  {
    pattern: /driver on your system is too old|CUDA driver version is insufficient|forward compatibility was attempted/,
    reason: 'the NVIDIA driver is older than the CUDA version that the engine was built for',
    fix: 'Update the driver, or install a build of the engine for an older CUDA version.',
  },
  {
    pattern:
      /Found no NVIDIA driver|No CUDA GPUs are available|no CUDA-capable device|Failed to infer device type|No accelerator \(|libcuda\.so\.1: cannot open|not compiled with CUDA/,
    reason: 'it finds no NVIDIA GPU',
    fix: 'Check nvidia-smi and CUDA_VISIBLE_DEVICES, or measure the simulated engine with --runtime embedded.',
  },
  {
    pattern: /no kernel image is available for execution/,
    reason: 'the engine was not built for this generation of GPU',
    fix: "Install a build of the engine that supports this GPU's compute capability.",
  },
  {
    pattern: /error: (?:unrecognized arguments|ambiguous option|argument -)/,
    reason: 'it does not know a flag of the stack file, or not with this value',
    fix: "Compare the stack file's `arguments` with the engine's --help: flags come and go between versions.",
  },
  {
    pattern: /command not found|\bENOENT\b|^\S*sh: .*: not found/,
    reason: 'there is no such command',
    fix: 'Activate the virtual environment that has the engine, or name the command with --command.',
  },
  {
    pattern: /No space left on device/,
    reason: 'a disk is full',
    fix: 'Make room where models and compiled kernels are cached (HF_HOME, ~/.cache) and in /tmp and /dev/shm.',
  },
];

/** CUDA's own message, whichever allocation failed; what to turn down differs from engine to engine. */
export const outOfGpuMemory = (fix: string): DeathSign => ({
  pattern: /CUDA out of memory|CUDA error: out of memory|OutOfMemoryError/,
  reason: 'the GPU ran out of memory',
  fix,
});
