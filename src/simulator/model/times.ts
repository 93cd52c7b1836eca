import type {Calibration} from '../calibration.ts';

/** Bytes a second between the card and the host, pinned. source: assumed, half of what PCIe 5.0 x16 has */
const copyBytesPerMs = 32e6;

/** Milliseconds of what is done to the model. */
export const modelTimes = ({memory}: Calibration, speed: number) => ({
  /** source: shared/gpu-host, POST /update_weights_from_disk of the 1.5B model on a running SGLang: 0.33 s */
  loadWeightsMs: 330 / speed,
  /** source: assumed; an adapter of rank 16 has about one hundredth of the model's bytes */
  loadAdapterMs: 50 / speed,
  unloadAdapterMs: 5 / speed,
  /** Weights to the host and back. */
  copyWeightsMs: memory.weightsBytes / copyBytesPerMs / speed,
  /** Memory that is given back or taken again without its contents. source: assumed */
  mapMs: 20 / speed,
});
export type ModelTimes = ReturnType<typeof modelTimes>;
