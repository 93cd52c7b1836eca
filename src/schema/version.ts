/** Of record.json: a cutover reads records of its own version only. */
export const schemaVersion = 1;
