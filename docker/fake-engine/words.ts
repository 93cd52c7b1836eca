import {sglangLog, sglangServing, sglangStopping} from './sglang-log.ts';
import type {StartLog} from './start-log.ts';
import {vllmLog, vllmServing, vllmStopping} from './vllm-log.ts';

/** How an engine tells of its life in its log, and how it ends. */
interface Words {
  readonly start: StartLog;
  readonly serving: () => readonly string[];
  readonly stopping: () => readonly string[];
  /** Whether it finishes what it works on when it is asked to stop. */
  readonly drains: boolean;
  /** Its last line when it finds too little memory while it starts. */
  readonly noMemory: string;
  /** Its last lines when it dies while it serves. */
  readonly died: readonly string[];
}

const outOfMemory =
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.18 GiB of which 1.02 GiB is free.';

export const wordsOf = (dialect: 'vllm' | 'sglang', address: {readonly host: string; readonly port: number}): Words =>
  dialect === 'vllm'
    ? {
        start: vllmLog,
        serving: vllmServing,
        stopping: vllmStopping,
        drains: false,
        noMemory:
          'ValueError: Free memory on device cuda:0 (7.31/79.18 GiB) on startup is less than desired GPU memory utilization (0.9, 71.26 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
        died: ['(EngineCore pid=7) ERROR [core.py:1100] EngineCore encountered a fatal error.', outOfMemory],
      }
    : {
        start: sglangLog,
        serving: () => sglangServing(address),
        stopping: sglangStopping,
        drains: true,
        noMemory:
          'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: self.server_args.mem_fraction_static=0.15',
        died: [
          outOfMemory,
          'Subprocess scheduler_0 (pid=7) crashed with exit code -9. Triggering SIGQUIT for cleanup...',
        ],
      };
