/** One turn of a chat. */
export interface Message {
  /** `system`, `user`, `assistant`, or what else a chat template knows. */
  role: string;
  content: string;
}

/** What is asked and what is to be answered, as text or as turns. */
export type PromptCompletion = { prompt: string; completion: string } | { prompt: Message[]; completion: Message[] };

/** A chat, of which the assistant's turns are learnt. */
export interface ChatRow {
  messages: Message[];
}

/** A text, all of which is learnt. */
export interface TextRow {
  text: string;
}

/** A row of supervised fine-tuning, in TRL's formats. */
export type SupervisedRow = PromptCompletion | ChatRow | TextRow;

/**
 * Two completions of which the first is the better one; without a `prompt` both begin with it (TRL's implicit format).
 * `margin` is by how much the one is better, in units of the reward.
 */
export type Preference = { margin?: number } & (
  | { prompt: string; chosen: string; rejected: string }
  | { prompt: Message[]; chosen: Message[]; rejected: Message[] }
  | { prompt?: undefined; chosen: string; rejected: string }
  | { prompt?: undefined; chosen: Message[]; rejected: Message[] }
);

/** A completion and whether it is wanted. */
export type UnpairedPreference = { label: boolean } & (
  PromptCompletion | { prompt?: undefined; completion: string } | { prompt?: undefined; completion: Message[] }
);
