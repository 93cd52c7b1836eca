import {stringify} from 'csv-stringify/sync';

/**
 * Rows as CSV (RFC 4180); null is an empty cell. A text of a server or a user cannot run as a formula where the file is
 * opened: it then begins with an apostrophe.
 */
export const csvText = (rows: readonly (readonly (number | string | boolean | null)[])[]): string =>
  stringify([...rows], {escape_formulas: true, cast: {boolean: value => String(value)}});
