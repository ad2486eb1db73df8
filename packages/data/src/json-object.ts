/** What a line of JSONL holds. */
export type JsonObject = { [field: string]: unknown };
