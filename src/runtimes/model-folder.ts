import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import type {MemoryNeeds} from '../schema/stack.ts';

/**
 * What a decoder in a local folder needs, from the size of its *.safetensors and its config.json, when its KV cache holds
 * 16-bit keys and values for every layer. Null where there is no such folder, the model is no plain decoder, or its
 * configuration does not tell. Graphs and activations are not in it.
 */
export const needsOfFolder = async (folder: string): Promise<MemoryNeeds | null> => {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const kvBytesPerToken = kvBytesOf(parse(text));
  const files = (await readdir(folder)).filter(name => name.endsWith('.safetensors'));
  if (kvBytesPerToken === null || files.length === 0) return null;
  const sizes = await Promise.all(files.map(async name => (await stat(join(folder, name))).size));
  return {weightsGiB: sizes.reduce((sum, size) => sum + size, 0) / 2 ** 30, kvBytesPerToken};
};

const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? {...value} : {};
  } catch {
    return {};
  }
};

/** Latent attention, layers with a window or without attention, and 32-bit checkpoints (engines halve them) are left out. */
const kvBytesOf = (config: Record<string, unknown>): number | null => {
  const architectures = Array.isArray(config.architectures) ? config.architectures : [];
  const types = Array.isArray(config.layer_types) ? config.layer_types : [];
  const plain =
    architectures.some(name => String(name).endsWith('ForCausalLM')) &&
    types.every(type => type === 'full_attention') &&
    config.kv_lora_rank === undefined &&
    ['bfloat16', 'float16'].includes(String(config.dtype ?? config.torch_dtype));
  const layers = Number(config.num_hidden_layers);
  const heads = Number(config.num_attention_heads);
  const kvHeads = Number(config.num_key_value_heads ?? heads);
  const headSize = Number(config.head_dim ?? Number(config.hidden_size) / heads);
  const bytes = layers * 2 * kvHeads * headSize * 2;
  return plain && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
};
