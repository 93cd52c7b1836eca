/** What a question is about: a path of the service, or HTTP itself. */
export type Subject = 'embed' | 'rerank' | 'chat' | 'health' | 'http';

/** 'answered': 200 with what the path answers; 'refused': a 4xx; 'either': the contract leaves it open. */
export type Expectation = 'answered' | 'refused' | 'either';

export interface ContractQuestion {
  /** `<subject>/<expectation>/<name>`: answers of two services are about the same question when their ids are equal. */
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly contentType: string | null;
  readonly body: string | Uint8Array | null;
}

export const subjectOf = (id: string): Subject => id.split('/')[0] as Subject;
export const expectationOf = (id: string): Expectation => id.split('/')[1] as Expectation;

/** A JSON POST to the subject's path. */
export const posted = (subject: Subject, expects: Expectation, name: string, body: unknown): ContractQuestion => ({
  id: `${subject}/${expects}/${name}`,
  method: 'POST',
  path: `/${subject}`,
  contentType: 'application/json',
  body: JSON.stringify(body),
});
