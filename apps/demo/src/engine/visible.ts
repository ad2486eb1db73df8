/** A token with its white space made visible. */
export const visible = (text: string): string => text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
