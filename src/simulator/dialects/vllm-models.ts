import {jsonPage, type Page, type ServerView} from './dialect.ts';

const permission = (createdSeconds: number) => ({
  id: 'modelperm-0000000000000000',
  object: 'model_permission',
  created: createdSeconds,
  allow_create_engine: false,
  allow_sampling: true,
  allow_logprobs: true,
  allow_search_indices: false,
  allow_view: true,
  allow_fine_tuning: false,
  organization: '*',
  group: null,
  is_blocking: false,
});

export const vllmModels = ({model, createdSeconds, contextTokens, adapters}: ServerView): Page =>
  jsonPage({
    object: 'list',
    data: [
      {
        id: model,
        object: 'model',
        created: createdSeconds,
        owned_by: 'vllm',
        root: model,
        parent: null,
        max_model_len: contextTokens,
        permission: [permission(createdSeconds)],
      },
      ...adapters.map(({name, path}) => ({
        id: name,
        object: 'model',
        created: createdSeconds,
        owned_by: 'vllm',
        root: path,
        parent: model,
        max_model_len: null,
        permission: [permission(createdSeconds)],
      })),
    ],
  });
