import {parseJson, textAt, valueAt} from './json-field.ts';

const longest = 300;

/**
 * The message in an error reply: nested as OpenAI's and vLLM's (`{error: {message}}`), flat as SGLang's (`{message}`),
 * FastAPI's (`{detail}`, a text or a list of field errors), or plain text. It is given on one line, for both engines tell
 * of what is wrong in a body on several. Null when the body tells of no error.
 */
export const readErrorMessage = (body: string): string | null => {
  const reply = parseJson(body);
  if (reply === undefined) return body.trim() === '' ? null : oneLine(body);
  const message =
    textAt(reply, 'error', 'message') ??
    textAt(reply, 'error') ??
    flatMessage(reply) ??
    textAt(reply, 'detail') ??
    fieldErrors(reply);
  return message === null ? null : oneLine(message);
};

/** `message` alone is no error: a chat reply may have one. */
const flatMessage = (reply: unknown) =>
  valueAt(reply, 'object') === 'error' || valueAt(reply, 'code') !== undefined ? textAt(reply, 'message') : null;

const fieldErrors = (reply: unknown): string | null => {
  const details = valueAt(reply, 'detail');
  if (!Array.isArray(details)) return null;
  const messages = details.flatMap(detail => {
    const message = textAt(detail, 'msg');
    const location = valueAt(detail, 'loc');
    if (message === null) return [];
    return [Array.isArray(location) ? `${location.join('.')}: ${message}` : message];
  });
  return messages.length === 0 ? null : messages.join('; ');
};

const oneLine = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
};
