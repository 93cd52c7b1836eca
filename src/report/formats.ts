import {csv} from './csv.ts';
import type {Format} from './format.ts';
import {json} from './json.ts';
import {markdown} from './markdown.ts';
import {png} from './png.ts';

/** Every export beside record.json, by the name that --format takes. A new one is a file and a line here. */
export const formats = {markdown, csv, json, png} satisfies Record<string, Format>;
export type FormatName = keyof typeof formats;
