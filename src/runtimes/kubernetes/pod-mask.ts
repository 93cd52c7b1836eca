import type {V1Container} from '@kubernetes/client-node';
import {maskOf} from '../secrets.ts';
import {commandOf} from './pod-facts.ts';

/** `api_key='…'` as a server tells its own settings: by a value's name where the value itself is not known here. */
const named = /((?:api_?key|password|hf_?token|secret)["']?\s*[=:]\s*["'])[^"']{6,}(?=["'])/gi;

/**
 * Takes a container's secrets out of a text: what its command and its variables hold, and, as the value of a variable that a
 * Secret of the cluster holds cannot be known from here, what a text itself calls a key or a password.
 */
export const podMask = (container: V1Container): ReturnType<typeof maskOf> => {
  const environment = Object.fromEntries((container.env ?? []).map(({name, value}) => [name, value]));
  const known = maskOf(commandOf(container) ?? [], environment);
  const text = (shown: string) => known.text(shown).replaceAll(named, '$1***');
  return {text, words: words => words.map(text)};
};
