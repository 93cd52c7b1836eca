import type {HelperProcess} from '../schema/rehearsal.ts';
import {type HelperOptions, startHelper} from './helper-process.ts';

export interface KeeperOptions extends Omit<HelperOptions, 'lines' | 'argv'> {
  /** The flags of one side: `--engine vllm --runtime docker …`, without the ones below. */
  readonly argv: readonly string[];
  /** Gets the servers' logs. */
  readonly folder: string;
  /** Another keeper on the same GPU: its control URL. */
  readonly beside?: string | null;
  /** Whether an HTTP relay stands in front of each server. */
  readonly relay?: boolean;
}

/**
 * Starts `cutover up` so that it outlives this process. Resolves as soon as its control listener answers, before the stack is up.
 * Throws ENGINE_DID_NOT_START when it does not come to that, for example because of its flags.
 */
export const startKeeper = async (options: KeeperOptions): Promise<HelperProcess> => {
  const {argv, folder, beside = null, relay = false, ...rest} = options;
  const {pid, startTicks, printed} = await startHelper({
    ...rest,
    lines: 1,
    argv: [
      'up',
      ...argv,
      ...['--folder', folder, '--control-port', '0'],
      ...(beside === null ? [] : ['--beside', beside]),
      ...(relay ? ['--relay'] : []),
    ],
  });
  const [control = ''] = printed;
  return {pid, startTicks, control, url: null};
};
