import {CutoverError} from '../../../errors.ts';

/** `registry/repository:tag@digest`, taken apart. */
interface ImageReference {
  /** With the registry, as it was written. */
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:…` */
  readonly digest: string | null;
  /** The registry's host and port; docker.io where none is named. */
  readonly registry: string;
}

// docs: distribution/reference. The first part is a registry when it could be a host and not a user of Docker Hub.
const shape =
  /^((?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Throws IMAGE_MISSING for what cannot be an image's name. */
export const readReference = (text: string): ImageReference => {
  const [, repository, tag = null, digest = null] = shape.exec(text) ?? [];
  if (repository === undefined)
    throw new CutoverError('IMAGE_MISSING', `${JSON.stringify(text)} is not the name of an image`, {
      hint: 'Write it as docker pull takes it: vllm/vllm-openai:v0.26.0, or registry:5000/name@sha256:…',
    });
  const [first = '', ...rest] = repository.split('/');
  const registry = rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
  return {repository, tag, digest, registry};
};
