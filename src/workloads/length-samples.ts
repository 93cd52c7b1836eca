import {commitNames} from './code-context.ts';
import {passages} from './corpus.ts';

/** All code that prompts are made of, file by file. */
export const codeSamples = passages.map(({text}) => text);

/** About 128 tokens: shorter texts are denser for the names that they begin with, longer ones less so. */
const sampleCharacters = 400;

const commitOf = commitNames(0, 'length-samples');

/** Texts as encoders get them, one for each file: a commit's name and the beginning of the file. */
export const textSamples = codeSamples.map((code, index) => `${commitOf(index)}\n${code.slice(0, sampleCharacters)}`);

/** User messages as chat models get them, one for each file: such a text and what is asked about it. */
export const questionSamples = textSamples.map((text, index) => `${text}\n${passages[index]?.question}`);
