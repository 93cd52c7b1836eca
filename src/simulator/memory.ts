import type {Calibration} from './calibration.ts';

/** What the engine keeps on the GPU, in bytes. */
export interface MemoryParts {
  readonly weightsBytes: number;
  readonly kvBytes: number;
  readonly graphsBytes: number;
  readonly otherBytes: number;
  readonly freeBytes: number;
}

export const memoryParts = ({memory}: Calibration, kvTokens: number): MemoryParts => {
  const {gpuBytes, weightsBytes, graphsBytes, otherBytes} = memory;
  const kvBytes = kvTokens * memory.kvBytesPerToken;
  const freeBytes = Math.max(0, gpuBytes - weightsBytes - kvBytes - graphsBytes - otherBytes);
  return {weightsBytes, kvBytes, graphsBytes, otherBytes, freeBytes};
};
