/** The root user's, whom both engines' images run as. */
export const cacheFolder = '/root/.cache';

/**
 * Puts what the hub sends and what PyTorch, Triton, FlashInfer, tvm-ffi and CUDA compile below the cache folder. By
 * default Inductor keeps its cache in /tmp, Triton and CUDA in folders of their own in the home directory.
 */
export const sharedCaches: Readonly<Record<string, string>> = {
  XDG_CACHE_HOME: cacheFolder,
  HF_HOME: `${cacheFolder}/huggingface`,
  TORCHINDUCTOR_CACHE_DIR: `${cacheFolder}/torchinductor`,
  TRITON_CACHE_DIR: `${cacheFolder}/triton`,
  FLASHINFER_WORKSPACE_BASE: '/root', // it appends .cache/flashinfer
  TVM_FFI_CACHE_DIR: `${cacheFolder}/tvm-ffi`,
  CUDA_CACHE_PATH: `${cacheFolder}/cuda`,
};
