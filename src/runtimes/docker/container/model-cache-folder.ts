import {homedir} from 'node:os';
import {join, resolve} from 'node:path';

/**
 * Where Hugging Face's libraries keep their things on this machine, by their own variables: all of it, and the models.
 * huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export const modelCacheFolder = ({
  HF_HUB_CACHE,
  HF_HOME,
  XDG_CACHE_HOME,
  HOME,
}: NodeJS.ProcessEnv): {readonly home: string; readonly hub: string} => {
  const home = resolve(HF_HOME || join(XDG_CACHE_HOME || join(HOME || homedir(), '.cache'), 'huggingface'));
  return {home, hub: HF_HUB_CACHE ? resolve(HF_HUB_CACHE) : join(home, 'hub')};
};
